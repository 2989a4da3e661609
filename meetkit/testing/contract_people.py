"""The part of the contract of stores that is about lists of people, and of what somebody may see."""

from __future__ import annotations

import datetime as dt
from itertools import chain
from typing import Any

import pytest

from meetkit.errors import NotFoundError
from meetkit.models.insights import ActionItem
from meetkit.models.meetings import MeetingFilters
from meetkit.models.people import PeopleFilters
from meetkit.storage import Store
from meetkit.testing.examples import ANN, DEE, MONDAY, listed, meeting

# As code points sort them, and no locale does.
_NAMES = ("Zoë", "anna", "Åsa", "ÅSA", "STRASSE 💥", "straße", "_", "\uffee", "💥")
_OPEN = ActionItem(id="i1", task="Send the quote")


def _fill(store: Store) -> list[str]:
    """Keep a user and a contact of each name in the tenant `t`, the first name twice; their ids in order."""
    people = {f"{number}": name for number, name in enumerate((*_NAMES, _NAMES[0]))}
    for identity, name in people.items():
        email = f"person{identity}@example.com"
        store.add_user(ANN.model_copy(update={"id": identity, "name": name, "email": email, "tenant_id": "t"}))
        store.add_contact(DEE.model_copy(update={"id": identity, "name": name, "email": email, "tenant_id": "t"}))
    return sorted(people, key=lambda identity: (people[identity], identity))


def _people(store: Store, **filters: Any) -> list[str]:
    """The ids of the users that filters admit, which are those of the contacts."""
    asked = PeopleFilters(**{"tenant_id": "t", **filters})
    found = [one.id for one in store.list_users(asked)]
    assert [one.id for one in store.list_contacts(asked)] == found
    return found


class PeopleContract:
    """People are listed by tenant and name, page by page; meetings as far as somebody sees them."""

    def test_people_are_listed_by_name_then_id(self, store: Store) -> None:
        """Those of one tenant, as they are kept."""
        ids = _fill(store)

        assert _people(store) == ids
        assert store.list_users(PeopleFilters(limit=1)) == [ANN]
        assert store.list_contacts(PeopleFilters()) == [DEE]
        assert _people(store, tenant_id="nobody's") == []

    def test_people_are_listed_page_by_page(self, store: Store) -> None:
        """After somebody, or after so many, or both; however long a page is, together they are all."""
        ids = _fill(store)

        for size in (1, 3, 100):
            pages = (_people(store, limit=size, offset=offset) for offset in range(0, len(ids), size))
            assert list(chain.from_iterable(pages)) == ids
        assert _people(store, after=ids[2], limit=2) == ids[3:5]
        assert _people(store, after=ids[2], limit=2, offset=1) == ids[4:6]
        assert _people(store, after=ids[-1]) == _people(store, offset=100) == []
        assert _people(store, offset=8) == ids[8:]

    @pytest.mark.parametrize(
        ("text", "names"),
        [
            ("STRASSE", {"STRASSE 💥", "straße"}),
            ("åsa", {"Åsa", "ÅSA"}),
            ("PERSON3@", {"ÅSA"}),
            ("💥", {"STRASSE 💥", "💥"}),
            ("%", set()),
            ("_", {"_"}),
            ("' OR 1=1 --", set()),
            ("", {*_NAMES}),
        ],
    )
    def test_people_are_found_by_name_and_address(self, store: Store, text: str, names: set[str]) -> None:
        """Whatever the case, and whatever a character means to a database."""
        expected = [identity for identity in _fill(store) if _NAMES[int(identity) % len(_NAMES)] in names]

        assert _people(store, text=text) == expected
        assert _people(store, text=text, limit=1) == expected[:1]
        assert _people(store, text=text, offset=1) == expected[1:]
        if expected:
            assert _people(store, text=text, after=expected[0]) == expected[1:]

    def test_contacts_are_found_by_company(self, store: Store) -> None:
        """Which users do not have."""
        store.update_contact("dee", lambda one: one.model_copy(update={"company": "Grün GmbH"}))

        assert [one.id for one in store.list_contacts(PeopleFilters(text="GRÜN"))] == ["dee"]
        assert store.list_users(PeopleFilters(text="GRÜN")) == []

    def test_a_page_follows_nobody_of_another_tenant(self, store: Store) -> None:
        """They are not found, as those are not who are nowhere."""
        _fill(store)

        for unknown in ("x", "ann", "dee"):
            with pytest.raises(NotFoundError, match=repr(unknown)):
                store.list_users(PeopleFilters(tenant_id="t", after=unknown))
            with pytest.raises(NotFoundError, match=repr(unknown)):
                store.list_contacts(PeopleFilters(tenant_id="t", after=unknown))

    def test_who_is_renamed_moves_in_the_list(self, store: Store) -> None:
        """To where the new name belongs."""
        store.update_user("ben", lambda one: one.model_copy(update={"name": "aaron"}))

        assert [one.id for one in store.list_users(PeopleFilters())] == ["ben", "ann"]

    def test_transcripts_are_left_out_as_asked(self, store: Store) -> None:
        """All else is the same, and the transcript stays."""
        kept = meeting(contact_id="dee", attendee_ids=["ben"], transcript="Long.", summary="Short.")
        store.add_meeting(kept)
        light = kept.model_copy(update={"transcript": None})

        assert store.get_meeting(kept.id, transcript=False) == light
        assert store.list_meetings("ben", MeetingFilters(), transcript=False) == [light]
        assert store.list_meetings("ben", MeetingFilters(text="short"), transcript=False) == [light]
        assert store.list_meetings("ben", MeetingFilters()) == [store.get_meeting(kept.id)] == [kept]

    def test_meetings_are_skipped_as_asked(self, store: Store) -> None:
        """Of those that the filters admit, and after the meeting that a page follows."""
        for number in range(6):
            store.add_meeting(meeting(number, title="Odd" if number % 2 else "Even"))

        assert listed(store, "ann", offset=4) == ["m0000004", "m0000005"]
        assert listed(store, "ann", offset=1, limit=2) == ["m0000001", "m0000002"]
        assert listed(store, "ann", offset=1, after="m0000002", limit=1) == ["m0000004"]
        assert listed(store, "ann", text="ODD", offset=1, limit=1) == ["m0000003"]
        assert listed(store, "ann", offset=6) == []

    def test_a_history_is_of_what_is_seen(self, store: Store) -> None:
        """Those that one of these users owns or attends; by nobody, or nobody known, nothing is."""
        store.add_meeting(meeting(0, contact_id="dee"))
        store.add_meeting(meeting(1, contact_id="dee", user_id="ben"))
        store.add_meeting(meeting(2, contact_id="dee", user_id="ben", attendee_ids=["ann"]))

        def seen(*users: str, limit: int = 9) -> list[str]:
            late = MONDAY + dt.timedelta(days=1)
            found = store.contact_history("dee", before=late, now=late, limit=limit, seen_by=users)
            return [one.id for one in found]

        assert seen("ann") == ["m0000002", "m0000000"]
        assert seen("ann", limit=1) == ["m0000002"]
        assert seen("ben", "x") == ["m0000002", "m0000001"]
        assert seen("ann", "ben") == ["m0000002", "m0000001", "m0000000"]
        assert seen() == seen("x") == seen("\x00") == seen("%") == []

    def test_items_are_those_that_are_seen(self, store: Store) -> None:
        """As if there were no other meetings, so that an open item in one of these opens no circle."""
        store.add_meeting(meeting(0, contact_id="dee", action_items=[_OPEN.model_copy(update={"status": "done"})]))
        store.add_meeting(meeting(1, contact_id="dee", user_id="ben", action_items=[_OPEN]))
        store.add_meeting(meeting(2, action_items=[_OPEN]))

        def seen(*users: str, **of: str) -> list[str]:
            return [one.id for one in store.item_histories(seen_by=users, **of)]

        assert seen("ann") == ["m0000002"]
        assert seen("ben") == ["m0000001"]
        assert seen("ann", "ben") == ["m0000000", "m0000001", "m0000002"]
        assert seen("ann", "ben", contact_id="dee") == ["m0000000", "m0000001"]
        assert seen("ann", user_id="ben") == []
        assert seen() == seen("x") == []
