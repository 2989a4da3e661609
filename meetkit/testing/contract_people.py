"""The part of the contract of stores on lists of people, and on `seen_by`."""

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
from meetkit.testing.examples import ANN, DEE, MONDAY, meeting, meeting_ids

# Names that code points and locales sort differently.
_NAMES = ("Zoë", "anna", "Åsa", "ÅSA", "STRASSE 💥", "straße", "_", "\uffee", "💥")
_OPEN_ITEM = ActionItem(id="i1", task="Send the quote")


def _fill(store: Store) -> list[str]:
    """Store a user and a contact of each name in the tenant `t`, the first name twice; return their ids in order."""
    people = {f"{number}": name for number, name in enumerate((*_NAMES, _NAMES[0]))}
    for identity, name in people.items():
        email = f"person{identity}@example.com"
        store.add_user(ANN.model_copy(update={"id": identity, "name": name, "email": email, "tenant_id": "t"}))
        store.add_contact(DEE.model_copy(update={"id": identity, "name": name, "email": email, "tenant_id": "t"}))
    return sorted(people, key=lambda identity: (people[identity], identity))


def _people(store: Store, **filters: Any) -> list[str]:
    """Return the ids of the users that filters admit, which equal those of the contacts."""
    people_filters = PeopleFilters(**{"tenant_id": "t", **filters})
    ids = [entity.id for entity in store.list_users(people_filters)]
    assert [entity.id for entity in store.list_contacts(people_filters)] == ids
    return ids


class PeopleContract:
    """People are listed by tenant and name, page by page; meetings as far as `seen_by` admits them."""

    def test_people_are_listed_by_name_then_id(self, store: Store) -> None:
        """The list holds the people of one tenant, as they were stored."""
        ids = _fill(store)

        assert _people(store) == ids
        assert store.list_users(PeopleFilters(limit=1)) == [ANN]
        assert store.list_contacts(PeopleFilters()) == [DEE]
        assert _people(store, tenant_id="nobody's") == []

    def test_people_are_listed_page_by_page(self, store: Store) -> None:
        """A page follows a person, or an offset, or both; pages of any size together hold all."""
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
        """The search ignores case, and no character has a special meaning."""
        matching_ids = [identity for identity in _fill(store) if _NAMES[int(identity) % len(_NAMES)] in names]

        assert _people(store, text=text) == matching_ids
        assert _people(store, text=text, limit=1) == matching_ids[:1]
        assert _people(store, text=text, offset=1) == matching_ids[1:]
        if matching_ids:
            assert _people(store, text=text, after=matching_ids[0]) == matching_ids[1:]

    def test_contacts_are_found_by_company(self, store: Store) -> None:
        """Users have no company."""
        store.update_contact("dee", lambda value: value.model_copy(update={"company": "Grün GmbH"}))

        assert [entity.id for entity in store.list_contacts(PeopleFilters(text="GRÜN"))] == ["dee"]
        assert store.list_users(PeopleFilters(text="GRÜN")) == []

    def test_a_page_follows_nobody_of_another_tenant(self, store: Store) -> None:
        """An id of another tenant is not found, like an unknown id."""
        _fill(store)

        for unknown in ("x", "ann", "dee"):
            with pytest.raises(NotFoundError, match=repr(unknown)):
                store.list_users(PeopleFilters(tenant_id="t", after=unknown))
            with pytest.raises(NotFoundError, match=repr(unknown)):
                store.list_contacts(PeopleFilters(tenant_id="t", after=unknown))

    def test_a_person_with_a_new_name_moves_in_the_list(self, store: Store) -> None:
        """The list is sorted by the new name."""
        store.update_user("ben", lambda value: value.model_copy(update={"name": "aaron"}))

        assert [entity.id for entity in store.list_users(PeopleFilters())] == ["ben", "ann"]

    def test_transcripts_are_left_out_on_request(self, store: Store) -> None:
        """All else is the same, and the transcript stays stored."""
        original = meeting(contact_id="dee", attendee_ids=["ben"], transcript="Long.", summary="Short.")
        store.add_meeting(original)
        light = original.model_copy(update={"transcript": None})

        assert store.get_meeting(original.id, transcript=False) == light
        assert store.list_meetings("ben", MeetingFilters(), transcript=False) == [light]
        assert store.list_meetings("ben", MeetingFilters(text="short"), transcript=False) == [light]
        assert store.list_meetings("ben", MeetingFilters()) == [store.get_meeting(original.id)] == [original]

    def test_an_offset_skips_meetings(self, store: Store) -> None:
        """It counts the meetings that the filters admit, after the meeting that a page follows."""
        for number in range(6):
            store.add_meeting(meeting(number, title="Odd" if number % 2 else "Even"))

        assert meeting_ids(store, "ann", offset=4) == ["m0000004", "m0000005"]
        assert meeting_ids(store, "ann", offset=1, limit=2) == ["m0000001", "m0000002"]
        assert meeting_ids(store, "ann", offset=1, after="m0000002", limit=1) == ["m0000004"]
        assert meeting_ids(store, "ann", text="ODD", offset=1, limit=1) == ["m0000003"]
        assert meeting_ids(store, "ann", offset=6) == []

    def test_a_history_holds_what_is_seen(self, store: Store) -> None:
        """It holds the meetings that one of these users owns or attends, none for no or unknown users."""
        store.add_meeting(meeting(0, contact_id="dee"))
        store.add_meeting(meeting(1, contact_id="dee", user_id="ben"))
        store.add_meeting(meeting(2, contact_id="dee", user_id="ben", attendee_ids=["ann"]))

        def seen_ids(*users: str, limit: int = 9) -> list[str]:
            late = MONDAY + dt.timedelta(days=1)
            ids = store.contact_history("dee", before=late, now=late, limit=limit, seen_by=users)
            return [entity.id for entity in ids]

        assert seen_ids("ann") == ["m0000002", "m0000000"]
        assert seen_ids("ann", limit=1) == ["m0000002"]
        assert seen_ids("ben", "x") == ["m0000002", "m0000001"]
        assert seen_ids("ann", "ben") == ["m0000002", "m0000001", "m0000000"]
        # Neither NUL nor a wildcard matches anybody.
        assert seen_ids() == seen_ids("x") == seen_ids("\x00") == seen_ids("%") == []

    def test_items_are_those_that_are_seen(self, store: Store) -> None:
        """Meetings that are not seen do not exist here: an open item in one of them opens no thread."""
        store.add_meeting(meeting(0, contact_id="dee", action_items=[_OPEN_ITEM.model_copy(update={"status": "done"})]))
        store.add_meeting(meeting(1, contact_id="dee", user_id="ben", action_items=[_OPEN_ITEM]))
        store.add_meeting(meeting(2, action_items=[_OPEN_ITEM]))

        def seen_ids(*users: str, **of: str) -> list[str]:
            return [entity.id for entity in store.item_histories(seen_by=users, **of)]

        assert seen_ids("ann") == ["m0000002"]
        assert seen_ids("ben") == ["m0000001"]
        assert seen_ids("ann", "ben") == ["m0000000", "m0000001", "m0000002"]
        assert seen_ids("ann", "ben", contact_id="dee") == ["m0000000", "m0000001"]
        assert seen_ids("ann", user_id="ben") == []
        assert seen_ids() == seen_ids("x") == []
