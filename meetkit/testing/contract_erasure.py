"""The part of the contract of stores that is about forgetting: people, and what was said."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from meetkit.errors import ConflictError, NotFoundError, VersionConflictError
from meetkit.models.insights import ActionItem
from meetkit.models.meetings import ERASED_TITLE, Meeting, MeetingFilters
from meetkit.models.people import PeopleFilters
from meetkit.models.records import MeetingRecord
from meetkit.storage import Store
from meetkit.testing.examples import ANN, BEN, DEE, MONDAY, busy, calendar, key, listed, meeting

_SECRET = "between us"  # noqa: S105  # what was said
_NOW = MONDAY + dt.timedelta(days=1)


def _said(number: int = 0, **more: Any) -> Meeting:
    """A meeting in which something was said."""
    item = ActionItem(id="i1", task=f"Keep {_SECRET}")
    said = {"transcript": f"{_SECRET}!", "summary": _SECRET, "action_items": [item], "sentiment": "mixed"}
    return meeting(number, **{"title": f"Talk {_SECRET}", **said, **more})


def _keep(store: Store, number: int = 0, **more: Any) -> Meeting:
    """Keep such a meeting with a brief beside it, under a key of its id."""
    said = _said(number, **more)
    kept = store.add_meeting(said, idempotency=key(said.id))
    store.put_artefact(said.id, "prep", _SECRET)
    store.put_artefact(said.id, "insights", _SECRET)
    return kept


def _everything(store: Store) -> str:
    return repr(list(store.export_records()))


def _emptied(before: Meeting, **changes: Any) -> Meeting:
    gone = {"transcript": None, "summary": None, "sentiment": None, "action_items": (), "updated_at": _NOW}
    return before.model_copy(update={**gone, "version": before.version + 1, **changes})


class ErasureContract:
    """Of who is erased and of what is purged nothing is left anywhere; of all else everything."""

    def test_of_an_erased_contact_the_meetings_stay_empty(self, store: Store) -> None:
        """Times and people stay, so that calendars do; what was said goes, and so do title, artefacts and answers."""
        kept = _keep(store, contact_id="dee", attendee_ids=["ben"], exclusive=True)

        store.erase_contact("dee", now=_NOW)

        assert store.get_contact("dee") == DEE.erased
        assert store.get_meeting(kept.id) == _emptied(kept, title=ERASED_TITLE)
        assert [store.get_artefact(kept.id, kind) for kind in ("prep", "insights")] == [None, None]
        assert (listed(store, "ben"), listed(store, "ben", text=_SECRET)) == ([kept.id], [])
        assert store.item_histories() == []
        assert len(busy(store, "ann")) == 1
        with pytest.raises(NotFoundError, match=repr(kept.id)):
            store.first_result(key(kept.id))
        for trace in (_SECRET, DEE.name, DEE.email, DEE.company):
            assert repr(trace)[1:-1] not in _everything(store)

    def test_of_others_all_stays(self, store: Store) -> None:
        """Whether they are internal, with another contact, or of another user."""
        store.add_contact(DEE.model_copy(update={"id": "eve"}))
        others = [_keep(store, 1), _keep(store, 2, contact_id="eve"), _keep(store, 3, user_id="ben")]
        _keep(store, 0, contact_id="dee")

        store.erase_contact("dee", now=_NOW)

        for kept in others:
            assert store.get_meeting(kept.id) == store.first_result(key(kept.id)) == kept
            assert store.get_artefact(kept.id, "prep") == _SECRET
        assert [one.id for one in store.item_histories()] == [kept.id for kept in others]
        assert (store.get_user("ann"), store.get_user("ben")) == (ANN, BEN)

    def test_of_an_erased_user_the_meetings_stay_empty(self, store: Store) -> None:
        """Those they own and those they attend; tenant and id stay, hours and zone are nobody's."""
        store.update_user("ann", lambda one: one.model_copy(update={"timezone": "Asia/Tokyo", "tenant_id": "t"}))
        own, attended = _keep(store, 0), _keep(store, 1, user_id="ben", attendee_ids=["ann"])
        others = _keep(store, 2, user_id="ben")

        store.erase_user("ann", now=_NOW)

        assert store.get_user("ann") == ANN.model_copy(update={"tenant_id": "t"}).erased
        assert [store.get_meeting(one.id) for one in (own, attended)] == [
            _emptied(own, title=ERASED_TITLE),
            _emptied(attended, title=ERASED_TITLE),
        ]
        assert store.get_meeting(others.id) == others
        assert store.list_users(PeopleFilters(tenant_id="t")) == [store.get_user("ann")]
        assert [one.id for one in store.item_histories()] == [others.id]

    def test_an_erased_users_time_to_come_is_free(self, store: Store) -> None:
        """Calendars go, and their own scheduled meetings are cancelled; what is past, or another's, stays."""
        store.put_calendar("ann", calendar((0, 2)))
        store.put_calendar("ben", calendar((5, 6)))
        own, past = meeting(26, exclusive=True), meeting(20)
        attended = meeting(28, user_id="ben", attendee_ids=["ann"])
        done = meeting(27, status="completed")
        for one in (own, past, attended, done):
            store.add_meeting(one)

        store.erase_user("ann", now=_NOW)

        statuses = [store.get_meeting(one.id).status for one in (own, past, attended, done)]
        assert statuses == ["cancelled", "scheduled", "scheduled", "completed"]
        assert {store.get_meeting(one.id).version for one in (own, past, attended, done)} == {2}
        assert (store.get_calendars("ann"), len(store.get_calendars("ben"))) == ([], 1)
        assert busy(store, "ann") == [past.span]
        store.add_meeting(meeting(26, id="new", exclusive=True))

    def test_who_is_erased_twice_stays_so(self, store: Store) -> None:
        """And the meetings that they have had since are emptied too."""
        store.erase_contact("dee", now=_NOW)
        kept = _keep(store, contact_id="dee")
        store.erase_contact("dee", now=_NOW)
        store.erase_user("ben", now=_NOW)
        store.erase_user("ben", now=_NOW)

        assert store.get_meeting(kept.id) == _emptied(kept, title=ERASED_TITLE)
        assert store.get_user("ben") == BEN.erased

    def test_what_ended_before_is_purged(self, store: Store) -> None:
        """What was said goes, not the title; what ended then or later stays, and what has nothing is not changed."""
        said = [_keep(store, number, contact_id="dee") for number in range(4)]
        silent = store.add_meeting(meeting(-5))
        at = said[2].end

        assert store.purge(at, now=_NOW) == 2

        found = [store.get_meeting(one.id) for one in said]
        assert found == [_emptied(said[0]), _emptied(said[1]), *said[2:]]
        assert store.get_meeting(silent.id) == silent
        assert [store.get_artefact(one.id, "prep") for one in said] == [None] * 4
        assert [store.get_artefact(one.id, "insights") for one in said] == [None, None, _SECRET, _SECRET]
        assert [one.id for one in store.item_histories()] == [one.id for one in said[2:]]
        assert store.first_result(key(said[2].id)) == said[2]
        with pytest.raises(NotFoundError):
            store.first_result(key(said[0].id))
        assert (store.purge(at, now=_NOW), store.get_contact("dee")) == (0, DEE)

    @pytest.mark.parametrize(
        "left",
        [{"transcript": ""}, {"summary": ""}, {"sentiment": "neutral"}, {"action_items": [{"task": "Call"}]}, {}],
    )
    def test_whatever_is_left_is_purged(self, store: Store, left: dict[str, Any]) -> None:
        """One field alone, or only something beside the meeting."""
        kept = store.add_meeting(meeting(**left))
        if not left:
            store.put_artefact(kept.id, "prep", _SECRET)

        assert store.purge(_NOW, now=_NOW) == 1
        assert store.get_meeting(kept.id) == _emptied(kept)
        assert store.get_artefact(kept.id, "prep") is None

    @pytest.mark.parametrize("by", ["user", "purge", "delete"])
    def test_briefs_that_may_quote_what_is_forgotten_go(self, store: Store, by: str) -> None:
        """Of all meetings with the same contact; what else lies beside them stays, and the briefs of others."""
        store.add_contact(DEE.model_copy(update={"id": "eve"}))
        forgotten = _keep(store, 0, contact_id="dee")
        same = _keep(store, 30, contact_id="dee", user_id="ben")
        others = [_keep(store, 31, contact_id="eve", user_id="ben"), _keep(store, 32, user_id="ben")]
        kinds = ("prep", "prep:of-ben", "prepared", "Prep:of-ben", "insights")
        for meeting_id in (one.id for one in (same, *others)):
            for kind in kinds:
                store.put_artefact(meeting_id, kind, _SECRET)

        if by == "user":
            store.erase_user("ann", now=_NOW)
        elif by == "purge":
            assert store.purge(_NOW, now=_NOW) == 1
        else:
            store.delete_meeting(forgotten.id)

        assert store.get_meeting(same.id) == same
        assert [store.get_artefact(same.id, kind) for kind in kinds] == [None, None, _SECRET, _SECRET, _SECRET]
        for kept in others:
            assert [store.get_artefact(kept.id, kind) for kind in kinds] == [_SECRET] * len(kinds)

    def test_however_many_are_purged(self, store: Store) -> None:
        """Each once."""
        count = 1_203
        said = [meeting(0, id=f"m{number:05}", summary=_SECRET) for number in range(count)]
        later = meeting(99, id="later", summary=_SECRET)
        store.import_records(MeetingRecord(meeting=one) for one in (*said, later))

        assert store.purge(_NOW, now=_NOW) == count
        found = store.list_meetings("ann", MeetingFilters())
        assert [(one.version, one.summary) for one in found] == [(2, None)] * count + [(1, _SECRET)]

    def test_nobody_unknown_is_erased(self, store: Store) -> None:
        """Nor changed is anything else."""
        _keep(store)
        before = _everything(store)

        for unknown in ("x", "dee", "\x00", "%", "' OR 1=1 --"):
            with pytest.raises(NotFoundError):
                store.erase_user(unknown, now=_NOW)
        for unknown in ("x", "ann", "\x00"):
            with pytest.raises(NotFoundError):
                store.erase_contact(unknown, now=_NOW)
        assert _everything(store) == before

    def test_only_the_version_that_is_expected_is_deleted(self, store: Store) -> None:
        """Another is a conflict, and all stays."""
        kept = _keep(store)

        with pytest.raises(VersionConflictError, match="version 1, not 2"):
            store.delete_meeting(kept.id, expected_version=2)
        assert store.get_meeting(kept.id) == kept
        assert store.get_artefact(kept.id, "prep") == _SECRET
        with pytest.raises(NotFoundError):
            store.delete_meeting("x", expected_version=1)
        store.delete_meeting(kept.id, expected_version=1)
        with pytest.raises(NotFoundError):
            store.get_meeting(kept.id)

    def test_what_is_said_while_somebody_is_erased_is_erased_or_came_after(self, store: Store) -> None:
        """Of threads that write and erase, none leaves a meeting half emptied."""
        for number in range(4):
            _keep(store, number, contact_id="dee")
        ids = listed(store, "ann")

        def act(number: int) -> None:
            if number % 5 == 0:
                store.erase_contact("dee", now=_NOW)
                return
            said = {"transcript": _SECRET, "version": 100 + number}
            with_it = {"prep": _SECRET}
            store.update_meeting(ids[number % 4], lambda one: one.model_copy(update=said), artefacts=with_it)

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(act, range(40)))
        for one in map(store.get_meeting, ids):
            assert (one.transcript is None) == (store.get_artefact(one.id, "prep") is None)
        store.erase_contact("dee", now=_NOW)
        assert _SECRET not in _everything(store)

    def test_threads_that_erase_and_book_do_not_wait_for_ever(self, store: Store) -> None:
        """Whoever is first, users and their meetings stay in agreement."""

        def act(number: int) -> None:
            try:
                if number % 4 == 0:
                    store.erase_user(("ann", "ben")[number % 8 // 4], now=MONDAY)
                else:
                    people = {"user_id": ("ann", "ben")[number % 2], "attendee_ids": ["ann", "ben"]}
                    store.add_meeting(meeting(number % 7 + 1, id=f"m{number}", exclusive=True, **people))
            except ConflictError:
                pass

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(act, range(48)))
        for user_id in ("ann", "ben"):
            taken = {one.span for one in store.list_meetings(user_id, MeetingFilters()) if one.is_busy}
            assert busy(store, user_id) == sorted(taken)
