"""The part of the contract of stores on erasure of people and purge of content."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from meetkit.errors import ConflictError, NotFoundError, VersionConflictError
from meetkit.models.insights import ActionItem
from meetkit.models.meetings import ERASED_TITLE, NO_CONTENT, Meeting, MeetingFilters
from meetkit.models.people import PeopleFilters
from meetkit.models.records import MeetingRecord
from meetkit.storage import Store
from meetkit.testing.examples import ANN, BEN, DEE, MONDAY, busy, calendar, key, meeting, meeting_ids

_SECRET = "between us"  # noqa: S105  # the content to erase
_NOW = MONDAY + dt.timedelta(days=1)


def _with_content(number: int = 0, **more: Any) -> Meeting:
    """Return a meeting with content."""
    item = ActionItem(id="i1", task=f"Keep {_SECRET}")
    place = {"location": _SECRET, "conference_url": "https://meet.example.com/us", "description": f"Only {_SECRET}"}
    content = {"transcript": f"{_SECRET}!", "summary": _SECRET, "action_items": [item], "sentiment": "mixed", **place}
    return meeting(number, **{"title": f"Talk {_SECRET}", **content, **more})


def _keep(store: Store, number: int = 0, **more: Any) -> Meeting:
    """Store such a meeting with attachments, under a key of its id."""
    content = _with_content(number, **more)
    original = store.add_meeting(content, idempotency=key(content.id))
    store.put_artefact(content.id, "prep", _SECRET)
    store.put_artefact(content.id, "insights", _SECRET)
    return original


def _export_text(store: Store) -> str:
    return repr(list(store.export_records()))


def _without_content(before: Meeting, **changes: Any) -> Meeting:
    return before.model_copy(update={**NO_CONTENT, "updated_at": _NOW, "version": before.version + 1, **changes})


class ErasureContract:
    """Erased and purged content is nowhere any more, and all else stays."""

    def test_of_an_erased_contact_the_meetings_stay_empty(self, store: Store) -> None:
        """Times and people stay, so that calendars do; content, title, attachments and request results go."""
        original = _keep(store, contact_id="dee", attendee_ids=["ben"], exclusive=True)

        store.erase_contact("dee", now=_NOW)

        assert store.get_contact("dee") == DEE.erased
        assert store.get_meeting(original.id) == _without_content(original, title=ERASED_TITLE)
        assert [store.get_artefact(original.id, kind) for kind in ("prep", "insights")] == [None, None]
        assert (meeting_ids(store, "ben"), meeting_ids(store, "ben", text=_SECRET)) == ([original.id], [])
        assert store.item_histories() == []
        assert len(busy(store, "ann")) == 1
        with pytest.raises(NotFoundError, match=repr(original.id)):
            store.first_result(key(original.id))
        for trace in (_SECRET, DEE.name, DEE.email, DEE.company):
            assert repr(trace)[1:-1] not in _export_text(store)

    def test_of_others_all_stays(self, store: Store) -> None:
        """Internal meetings, meetings with other contacts, and those of other users stay."""
        store.add_contact(DEE.model_copy(update={"id": "eve"}))
        bystanders = [_keep(store, 1), _keep(store, 2, contact_id="eve"), _keep(store, 3, user_id="ben")]
        _keep(store, 0, contact_id="dee")

        store.erase_contact("dee", now=_NOW)

        for original in bystanders:
            assert store.get_meeting(original.id) == store.first_result(key(original.id)) == original
            assert store.get_artefact(original.id, "prep") == _SECRET
        assert [entity.id for entity in store.item_histories()] == [original.id for original in bystanders]
        assert (store.get_user("ann"), store.get_user("ben")) == (ANN, BEN)

    def test_of_an_erased_user_the_meetings_stay_empty(self, store: Store) -> None:
        """Owned and attended meetings lose their content; tenant and id stay, hours and zone become the defaults."""
        store.update_user("ann", lambda value: value.model_copy(update={"timezone": "Asia/Tokyo", "tenant_id": "t"}))
        own, attendance = _keep(store, 0), _keep(store, 1, user_id="ben", attendee_ids=["ann"])
        bystanders = _keep(store, 2, user_id="ben")

        store.erase_user("ann", now=_NOW)

        assert store.get_user("ann") == ANN.model_copy(update={"tenant_id": "t"}).erased
        assert [store.get_meeting(entity.id) for entity in (own, attendance)] == [
            _without_content(own, title=ERASED_TITLE),
            _without_content(attendance, title=ERASED_TITLE),
        ]
        assert store.get_meeting(bystanders.id) == bystanders
        assert store.list_users(PeopleFilters(tenant_id="t")) == [store.get_user("ann")]
        assert [entity.id for entity in store.item_histories()] == [bystanders.id]

    def test_an_erased_users_time_to_come_is_free(self, store: Store) -> None:
        """Calendars go, and their own planned meetings are cancelled; past ones, and those of others, stay."""
        store.put_calendar("ann", calendar((0, 2)))
        store.put_calendar("ben", calendar((5, 6)))
        own, past = meeting(26, exclusive=True), meeting(20)
        attendance = meeting(28, user_id="ben", attendee_ids=["ann"])
        finished_meeting = meeting(27, status="completed")
        for entity in (own, past, attendance, finished_meeting):
            store.add_meeting(entity)

        store.erase_user("ann", now=_NOW)

        statuses = [store.get_meeting(entity.id).status for entity in (own, past, attendance, finished_meeting)]
        assert statuses == ["cancelled", "scheduled", "scheduled", "completed"]
        assert {store.get_meeting(entity.id).version for entity in (own, past, attendance, finished_meeting)} == {2}
        assert (store.get_calendars("ann"), len(store.get_calendars("ben"))) == ([], 1)
        assert busy(store, "ann") == [past.span]
        store.add_meeting(meeting(26, id="new", exclusive=True))

    def test_who_is_erased_twice_stays_so(self, store: Store) -> None:
        """The meetings that they had since lose their content too."""
        store.erase_contact("dee", now=_NOW)
        original = _keep(store, contact_id="dee")
        store.erase_contact("dee", now=_NOW)
        store.erase_user("ben", now=_NOW)
        store.erase_user("ben", now=_NOW)

        assert store.get_meeting(original.id) == _without_content(original, title=ERASED_TITLE)
        assert store.get_user("ben") == BEN.erased

    def test_what_ended_before_is_purged(self, store: Store) -> None:
        """Content goes, not the title; later meetings stay, and a meeting without content is not changed."""
        content = [_keep(store, number, contact_id="dee") for number in range(4)]
        silent = store.add_meeting(meeting(-5))
        at = content[2].end

        assert store.purge(at, now=_NOW) == 2

        results = [store.get_meeting(entity.id) for entity in content]
        assert results == [_without_content(content[0]), _without_content(content[1]), *content[2:]]
        assert store.get_meeting(silent.id) == silent
        assert [store.get_artefact(entity.id, "prep") for entity in content] == [None] * 4
        assert [store.get_artefact(entity.id, "insights") for entity in content] == [None, None, _SECRET, _SECRET]
        assert [entity.id for entity in store.item_histories()] == [entity.id for entity in content[2:]]
        assert store.first_result(key(content[2].id)) == content[2]
        with pytest.raises(NotFoundError):
            store.first_result(key(content[0].id))
        assert (store.purge(at, now=_NOW), store.get_contact("dee")) == (0, DEE)

    @pytest.mark.parametrize(
        "remains",
        [{"transcript": ""}, {"summary": ""}, {"sentiment": "neutral"}, {"action_items": [{"task": "Call"}]}, {}],
    )
    def test_whatever_is_left_is_purged(self, store: Store, remains: dict[str, Any]) -> None:
        """A single field is purged, and an attachment of a meeting without content."""
        original = store.add_meeting(meeting(**remains))
        if not remains:
            store.put_artefact(original.id, "prep", _SECRET)

        assert store.purge(_NOW, now=_NOW) == 1
        assert store.get_meeting(original.id) == _without_content(original)
        assert store.get_artefact(original.id, "prep") is None

    @pytest.mark.parametrize("by", ["user", "purge", "delete"])
    def test_briefs_that_may_quote_erased_content_go(self, store: Store, by: str) -> None:
        """The briefs of all meetings with the same contact go; other attachments stay, and the briefs of others."""
        store.add_contact(DEE.model_copy(update={"id": "eve"}))
        source = _keep(store, 0, contact_id="dee")
        sibling = _keep(store, 30, contact_id="dee", user_id="ben")
        bystanders = [_keep(store, 31, contact_id="eve", user_id="ben"), _keep(store, 32, user_id="ben")]
        # Two kinds of brief, and three that only look like one.
        kinds = ("prep", "prep:of-ben", "prepared", "Prep:of-ben", "insights")
        for meeting_id in (entity.id for entity in (sibling, *bystanders)):
            for kind in kinds:
                store.put_artefact(meeting_id, kind, _SECRET)

        if by == "user":
            store.erase_user("ann", now=_NOW)
        elif by == "purge":
            assert store.purge(_NOW, now=_NOW) == 1
        else:
            store.delete_meeting(source.id)

        assert store.get_meeting(sibling.id) == sibling
        assert [store.get_artefact(sibling.id, kind) for kind in kinds] == [None, None, _SECRET, _SECRET, _SECRET]
        for original in bystanders:
            assert [store.get_artefact(original.id, kind) for kind in kinds] == [_SECRET] * len(kinds)

    def test_however_many_are_purged(self, store: Store) -> None:
        """Each is changed once."""
        # Several pages of any store that purges page by page, and a part of one.
        count = 1_203
        content = [meeting(0, id=f"m{number:05}", summary=_SECRET) for number in range(count)]
        later = meeting(99, id="later", summary=_SECRET)
        store.import_records(MeetingRecord(meeting=entity) for entity in (*content, later))

        assert store.purge(_NOW, now=_NOW) == count
        results = store.list_meetings("ann", MeetingFilters())
        assert [(entity.version, entity.summary) for entity in results] == [(2, None)] * count + [(1, _SECRET)]

    def test_nobody_unknown_is_erased(self, store: Store) -> None:
        """An unknown id is not found, and nothing changes."""
        _keep(store)
        before = _export_text(store)

        # Wildcards, quotes and NUL must have no special meaning.
        for unknown in ("x", "dee", "\x00", "%", "' OR 1=1 --"):
            with pytest.raises(NotFoundError):
                store.erase_user(unknown, now=_NOW)
        for unknown in ("x", "ann", "\x00"):
            with pytest.raises(NotFoundError):
                store.erase_contact(unknown, now=_NOW)
        assert _export_text(store) == before

    def test_only_the_version_that_is_expected_is_deleted(self, store: Store) -> None:
        """Any other is a conflict, and all stays."""
        original = _keep(store)

        with pytest.raises(VersionConflictError, match="version 1, not 2"):
            store.delete_meeting(original.id, expected_version=2)
        assert store.get_meeting(original.id) == original
        assert store.get_artefact(original.id, "prep") == _SECRET
        with pytest.raises(NotFoundError):
            store.delete_meeting("x", expected_version=1)
        store.delete_meeting(original.id, expected_version=1)
        with pytest.raises(NotFoundError):
            store.get_meeting(original.id)

    def test_what_is_said_while_somebody_is_erased_is_erased_or_came_after(self, store: Store) -> None:
        """No concurrent writer leaves a meeting with a part of its content."""
        for number in range(4):
            _keep(store, number, contact_id="dee")
        ids = meeting_ids(store, "ann")

        def act(number: int) -> None:
            if number % 5 == 0:
                store.erase_contact("dee", now=_NOW)
                return
            content = {"transcript": _SECRET, "version": 100 + number}
            with_it = {"prep": _SECRET}
            store.update_meeting(ids[number % 4], lambda value: value.model_copy(update=content), artefacts=with_it)

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(act, range(40)))
        for entity in map(store.get_meeting, ids):
            assert (entity.transcript is None) == (store.get_artefact(entity.id, "prep") is None)
        store.erase_contact("dee", now=_NOW)
        assert _SECRET not in _export_text(store)

    def test_threads_that_erase_and_book_do_not_wait_for_ever(self, store: Store) -> None:
        """Users and their meetings stay consistent, whichever thread is first."""

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
            spans = {entity.span for entity in store.list_meetings(user_id, MeetingFilters()) if entity.is_busy}
            assert busy(store, user_id) == sorted(spans)
