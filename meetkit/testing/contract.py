"""The contract of stores, a test suite that every store passes. It needs pytest.

class TestMyStore(StoreContract):
@pytest.fixture
def store(self) -> MyStore:
return MyStore(...)  # an empty one for each test
"""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

try:
    import pytest
except ImportError as error:
    raise ImportError("the contract of stores is a suite for pytest: pip install pytest") from error

from meetkit.errors import ConflictError, NotFoundError
from meetkit.models.meetings import Meeting, MeetingFilters
from meetkit.models.zones import HOUR, to_microseconds
from meetkit.storage import Store
from meetkit.testing.complete_examples import complete_calendar, complete_contact, complete_meeting, complete_user
from meetkit.testing.contract_analyses import AnalysesContract
from meetkit.testing.contract_attendance import AttendanceContract
from meetkit.testing.contract_booking import BookingContract
from meetkit.testing.contract_erasure import ErasureContract
from meetkit.testing.contract_people import PeopleContract
from meetkit.testing.contract_records import RecordsContract
from meetkit.testing.contract_rules import RulesContract
from meetkit.testing.examples import (
    ANN,
    DEE,
    MONDAY,
    busy,
    meeting,
    meeting_ids,
    people,
)


class StoreContract(
    AnalysesContract,
    AttendanceContract,
    BookingContract,
    RulesContract,
    PeopleContract,
    ErasureContract,
    RecordsContract,
):
    """The contract of stores; a subclass provides the fixture `store`, an empty store for each test."""

    @pytest.fixture(autouse=True)
    def _people(self, store: Store) -> None:
        store.import_records(people())

    def test_every_field_comes_back_as_it_was_stored(self, store: Store) -> None:
        """A user, a contact, a meeting and a calendar of every field are equal when read, to the microsecond."""
        user, contact, full, calendar = complete_user(), complete_contact(), complete_meeting(), complete_calendar()
        store.add_user(user)
        store.add_contact(contact)
        store.add_meeting(full)
        store.put_calendar(user.id, calendar)

        assert store.get_user(user.id) == user
        assert store.get_contact(contact.id) == contact
        assert store.get_meeting(full.id).model_dump_json() == full.model_dump_json()
        assert store.get_calendars(user.id) == [calendar]

    def test_every_field_can_be_changed(self, store: Store) -> None:
        """Bare values that are changed to ones of every field are then equal to these."""
        bare = meeting()
        store.add_meeting(bare)
        user = complete_user().model_copy(update={"id": ANN.id})
        contact = complete_contact().model_copy(update={"id": DEE.id})
        full = complete_meeting().model_copy(update={"id": bare.id})

        store.update_user(ANN.id, lambda _: user)
        store.update_contact(DEE.id, lambda _: contact)
        store.update_meeting(bare.id, lambda _: full)

        assert store.get_user(ANN.id) == user
        assert store.get_contact(DEE.id) == contact
        assert store.get_meeting(bare.id).model_dump_json() == full.model_dump_json()

    def test_an_unknown_id_is_not_found(self, store: Store) -> None:
        """Every method that takes an id raises the error for an unknown id."""
        for call in (
            lambda: store.get_user("x"),
            lambda: store.get_contact("x"),
            lambda: store.get_meeting("x"),
            lambda: store.delete_meeting("x"),
            lambda: store.update_user("x", lambda user: user),
            lambda: store.update_contact("x", lambda contact: contact),
            lambda: store.update_meeting("x", lambda value: value),
            lambda: store.list_meetings("x", MeetingFilters()),
            lambda: store.list_meetings("ann", MeetingFilters(after="x")),
            lambda: store.contact_history("x", before=MONDAY, now=MONDAY, limit=1),
            lambda: store.busy_intervals(["ann", "x"], 0, 1),
            lambda: store.get_artefact("x", "prep"),
            lambda: store.put_artefact("x", "prep", ""),
        ):
            with pytest.raises(NotFoundError, match="'x'"):
                call()

    def test_an_id_is_taken_once(self, store: Store) -> None:
        """A second entity of the same id is a conflict, and the first stays."""
        store.add_meeting(meeting())

        with pytest.raises(ConflictError, match="already a meeting"):
            store.add_meeting(meeting(title="Other"))
        with pytest.raises(ConflictError, match="already a user"):
            store.add_user(ANN)
        with pytest.raises(ConflictError, match="already a contact"):
            store.add_contact(DEE)
        assert store.get_meeting("m0000000").title == "Talk"

    @pytest.mark.parametrize("people", [{"user_id": "x"}, {"attendee_ids": ["x"]}, {"contact_id": "x"}])
    def test_a_meeting_needs_its_people(self, store: Store, people: dict[str, Any]) -> None:
        """A meeting that names an unknown person is refused, and nothing is stored."""
        with pytest.raises(NotFoundError, match="'x'"):
            store.add_meeting(meeting(**people))
        with pytest.raises(NotFoundError):
            store.get_meeting("m0000000")
        assert meeting_ids(store, "ann") == []

    def test_a_change_returns_what_is_stored(self, store: Store) -> None:
        """Users, contacts and meetings are changed by a function of the stored value."""
        store.add_meeting(meeting())

        user = store.update_user("ann", lambda value: value.model_copy(update={"role": "CEO"}))
        contact = store.update_contact("dee", lambda value: value.model_copy(update={"role": "CTO"}))
        meeting_after = store.update_meeting("m0000000", lambda value: value.model_copy(update={"title": "Moved"}))

        assert (user.role, contact.role, meeting_after.title) == ("CEO", "CTO", "Moved")
        assert (store.get_user("ann"), store.get_contact("dee")) == (user, contact)
        assert store.get_meeting("m0000000") == meeting_after

    def test_a_change_that_fails_changes_nothing(self, store: Store) -> None:
        """Neither an error in the change nor a result that names an unknown person leaves a trace."""
        store.add_meeting(meeting())

        def fail(_: Meeting) -> Meeting:
            raise RuntimeError

        with pytest.raises(RuntimeError):
            store.update_meeting("m0000000", fail)
        with pytest.raises(NotFoundError):
            store.update_meeting("m0000000", lambda value: value.model_copy(update={"user_id": "x", "title": "Moved"}))
        assert store.get_meeting("m0000000") == meeting()
        assert len(busy(store, "ann")) == 1

    def test_a_change_moves_a_meeting_between_people_and_times(self, store: Store) -> None:
        """After a change the meeting is found by its new people and at its new time only."""
        store.add_meeting(meeting(contact_id="dee"))

        store.update_meeting("m0000000", lambda _: meeting(5, id="m0000000", user_id="ben"))

        start = to_microseconds(MONDAY) + 5 * HOUR
        assert (busy(store, "ann"), busy(store, "ben")) == ([], [(start, start + HOUR)])
        assert (meeting_ids(store, "ann"), meeting_ids(store, "ben")) == ([], ["m0000000"])
        assert store.contact_history("dee", before=MONDAY + dt.timedelta(days=1), now=MONDAY, limit=5) == []

    def test_meetings_are_listed_by_date_then_id(self, store: Store) -> None:
        """A user's meetings are those owned or attended, each once, in order, page by page."""
        for number, identity in ((3, "c"), (1, "b"), (1, "a"), (2, "d")):
            store.add_meeting(meeting(number, id=identity, attendee_ids=["ann", "ben"]))

        assert meeting_ids(store, "ann") == meeting_ids(store, "ben") == ["a", "b", "d", "c"]
        assert meeting_ids(store, "ben", limit=2) == ["a", "b"]
        assert meeting_ids(store, "ben", limit=2, after="b") == ["d", "c"]
        assert meeting_ids(store, "ben", after="c") == []

    @pytest.mark.parametrize(
        ("filters", "expected_ids"),
        [
            ({}, ["m0000000", "m0000001", "m0000024"]),
            ({"contact_id": "dee"}, ["m0000001"]),
            ({"contact_id": "x"}, []),
            ({"kind": "internal"}, ["m0000000", "m0000024"]),
            ({"status": "cancelled"}, ["m0000024"]),
            ({"text": "BUDGET"}, ["m0000000"]),
            ({"date_from": "2025-11-18"}, ["m0000024"]),
            ({"date_to": "2025-11-17"}, ["m0000000", "m0000001"]),
            ({"date_to": "2025-11-17T10:00:00Z"}, ["m0000000"]),
            ({"date_from": "2025-11-17T10:00:00", "date_to": "2025-11-18", "kind": "internal"}, ["m0000024"]),
        ],
    )
    def test_filters_admit_what_they_say(self, store: Store, filters: dict[str, Any], expected_ids: list[str]) -> None:
        """Each filter alone, and several together."""
        store.add_meeting(meeting(0, summary="On the budget."))
        store.add_meeting(meeting(1, contact_id="dee"))
        store.add_meeting(meeting(24, status="cancelled"))

        assert meeting_ids(store, "ann", **filters) == expected_ids

    def test_a_deleted_meeting_is_gone_from_everywhere(self, store: Store) -> None:
        """Lookup, lists, busy time and history no longer hold it."""
        store.add_meeting(meeting(contact_id="dee", attendee_ids=["ben"], status="completed"))

        store.delete_meeting("m0000000")

        assert (meeting_ids(store, "ann"), meeting_ids(store, "ben"), busy(store, "ann", "ben")) == ([], [], [])
        assert store.contact_history("dee", before=MONDAY + dt.timedelta(days=1), now=MONDAY, limit=5) == []

    def test_busy_are_owners_and_attendees_and_cancelled_meetings_are_not(self, store: Store) -> None:
        """The owner and the attendees are busy, unless the meeting is cancelled."""
        store.add_meeting(meeting(0, attendee_ids=["ben"]))
        store.add_meeting(meeting(1, status="cancelled"))
        start = to_microseconds(MONDAY)

        assert busy(store, "ann") == busy(store, "ben") == [(start, start + HOUR)]
        assert busy(store) == []

    def test_busy_includes_what_began_long_before(self, store: Store) -> None:
        """A meeting that began the day before and runs into the window counts."""
        # The longest meeting there is: a search must look back a whole day.
        store.add_meeting(meeting(-20, duration_minutes=24 * 60))
        store.add_meeting(meeting(-1, duration_minutes=1))
        start = to_microseconds(MONDAY)

        assert busy(store, "ann") == [(start - 20 * HOUR, start + 4 * HOUR)]

    @pytest.mark.parametrize(
        ("status", "hours", "is_past"),
        [
            ("completed", -1, True),
            ("completed", 1, True),
            ("scheduled", -1, True),
            ("scheduled", 1, False),
            ("cancelled", -1, False),
        ],
    )
    def test_past_is_what_took_place(self, store: Store, status: str, hours: int, is_past: bool) -> None:
        """Completed meetings are past, and meetings that have begun and are not cancelled."""
        store.add_meeting(meeting(hours, id="m", contact_id="dee", status=status))

        history = store.contact_history("dee", before=MONDAY + dt.timedelta(days=1), now=MONDAY, limit=5)

        assert bool(history) == is_past

    def test_history_is_newest_first_and_limited(self, store: Store) -> None:
        """The latest meetings before an instant, which is excluded."""
        for number in range(5):
            store.add_meeting(meeting(number, contact_id="dee", status="completed"))

        history = store.contact_history("dee", before=meeting(4).date, now=MONDAY, limit=2)

        assert [entity.id for entity in history] == ["m0000003", "m0000002"]

    def test_attachments_are_stored_and_deleted_with_their_meeting(self, store: Store) -> None:
        """They are replaced by kind, do not change the meeting, and are deleted with it."""
        store.add_meeting(meeting())
        assert store.get_artefact("m0000000", "prep") is None

        store.put_artefact("m0000000", "prep", "one")
        store.put_artefact("m0000000", "prep", "two 💥")
        store.put_artefact("m0000000", "other", "three")
        assert store.get_artefact("m0000000", "prep") == "two 💥"
        assert store.get_artefact("m0000000", "other") == "three"
        assert store.get_meeting("m0000000") == meeting()

        store.delete_meeting("m0000000")
        store.add_meeting(meeting())
        assert store.get_artefact("m0000000", "prep") is None

    def test_no_change_is_lost_between_threads(self, store: Store) -> None:
        """Eight threads that change one meeting at once all succeed, one after the other."""
        store.add_meeting(meeting())

        def change(_: int) -> None:
            store.update_meeting("m0000000", lambda value: value.model_copy(update={"version": value.version + 1}))

        with ThreadPoolExecutor(8) as threads:
            # Many more changes than threads, so that a lost update shows.
            list(threads.map(change, range(80)))

        assert store.get_meeting("m0000000").version == 81

    def test_changes_of_different_fields_at_once_all_hold(self, store: Store) -> None:
        """A change of one field never undoes a concurrent change of another."""
        store.add_meeting(meeting())
        changes: list[dict[str, Any]] = [
            {"contact_id": "dee"},
            {"user_id": "ben"},
            {"attendee_ids": ("ann", "ben")},
            {"title": "Changed"},
            {"date": MONDAY + dt.timedelta(hours=5)},
            {"transcript": "Said."},
        ]

        def change(number: int) -> None:
            store.update_meeting("m0000000", lambda value: value.model_copy(update=changes[number]))

        # Repeated, as a race may go well once.
        for _ in range(5):
            store.update_meeting("m0000000", lambda _: meeting())
            with ThreadPoolExecutor(len(changes)) as threads:
                list(threads.map(change, range(len(changes))))
            changed_meeting = meeting()
            for fields in changes:
                changed_meeting = changed_meeting.model_copy(update=fields)
            assert store.get_meeting("m0000000") == changed_meeting

    def test_of_threads_that_delete_a_meeting_one_does(self, store: Store) -> None:
        """The others do not find it, even if attachments are written meanwhile."""
        for number in range(5):
            store.add_meeting(meeting(number))
            meeting_id = f"m{number:07}"

            def act(thread: int, meeting_id: str = meeting_id) -> bool:
                try:
                    if thread % 2:
                        store.put_artefact(meeting_id, "prep", "text")
                    else:
                        store.delete_meeting(meeting_id)
                except NotFoundError:
                    return False
                return not thread % 2

            with ThreadPoolExecutor(8) as threads:
                assert sum(threads.map(act, range(8))) == 1

    def test_of_threads_that_add_the_same_id_one_wins(self, store: Store) -> None:
        """A single meeting is stored, and each of the others is a conflict."""

        def try_to_add(number: int) -> bool:
            try:
                store.add_meeting(meeting(number, id="same"))
            except ConflictError:
                return False
            return True

        with ThreadPoolExecutor(8) as threads:
            assert sum(threads.map(try_to_add, range(40))) == 1
        assert meeting_ids(store, "ann") == ["same"]
