"""Meetings are booked whole or not at all, moved, cancelled and completed, and repeated requests happen once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetkit import meeting_service as service
from meetkit.availability import AvailabilityQuery, BusyInterval, Participant, search
from meetkit.errors import Busy, ConflictError, InvalidRequestError, NotFoundError
from meetkit.models import MeetingUpdate, User
from meetkit.models.base import parse
from meetkit.models.typed_dicts import CreateMeetingRequestFields, UserFields
from meetkit.storage import MemoryStore, SqlStore
from meetkit.testing.examples import MONDAY

REQUEST: CreateMeetingRequestFields = {"user_id": "ann", "title": "Talk", "date": "2025-11-17T10:00:00"}
ANN: UserFields = {
    "id": "ann",
    "name": "Ann",
    "email": "ann@company.com",
    "role": "Seller",
    "timezone": "Europe/Berlin",
}
BEN: UserFields = {
    "id": "ben",
    "name": "Ben",
    "email": "ben@company.com",
    "role": "Seller",
    "timezone": "America/New_York",
}
TEN_IN_BERLIN = dt.datetime(2025, 11, 17, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def people() -> None:
    service.create_user(ANN)
    service.create_user(BEN)
    service.create_contact(
        {"id": "dee", "name": "Dee", "email": "dee@client.com", "company": "Client", "role": "Buyer"}
    )


@pytest.fixture(params=["memory", "sql"], autouse=True)
def _store(request: pytest.FixtureRequest, sqlite_tables: str) -> Iterator[None]:
    store = MemoryStore() if request.param == "memory" else SqlStore(sqlite_tables)
    with service.use(store=store):
        people()
        yield
    if isinstance(store, SqlStore):
        store.close()


def titles(user_id: str = "ann") -> list[str]:
    return [meeting.title for meeting in service.get_all_meetings(user_id)]


class TestBookMeeting:
    def test_keeps_an_exclusive_meeting(self) -> None:
        booked = service.book_meeting({**REQUEST, "contact_id": "dee", "attendee_ids": ["ben"]})

        assert booked.exclusive
        assert (booked.date, booked.timezone) == (TEN_IN_BERLIN, "Europe/Berlin")
        assert service.get_meeting(booked.id) == booked

    def test_says_who_is_busy_and_when(self) -> None:
        service.create_meeting({**REQUEST, "user_id": "ben", "date": "2025-11-17T09:30:00Z"})

        with pytest.raises(ConflictError, match=r"busy: 'ben' from 2025-11-17T09:30:00\+00:00 to 2025-") as caught:
            service.book_meeting({**REQUEST, "attendee_ids": ["ben"]})

        half_past = TEN_IN_BERLIN + HOUR / 2
        assert caught.value.busy == (Busy("ben", half_past, half_past + HOUR),)
        assert titles() == []

    def test_does_not_look_at_work_hours(self) -> None:
        assert service.book_meeting({**REQUEST, "date": "2025-11-16T03:00:00"}).exclusive

    def test_a_conflict_names_no_more_than_a_few(self) -> None:
        for minute in range(9):
            service.create_meeting({**REQUEST, "date": f"2025-11-17T10:0{minute}:00", "duration_minutes": 1})
        with pytest.raises(ConflictError, match=r", and 4 more$") as caught:
            service.book_meeting(REQUEST)
        assert len(caught.value.busy) == 9

    @pytest.mark.parametrize(
        ("wrong", "problem"),
        [
            ({"user_id": "x"}, "no user with id 'x'"),
            ({"attendee_ids": ["x"]}, "no user with id 'x'"),
            ({"contact_id": "x"}, "no contact with id 'x'"),
            ({"title": ""}, "title"),
            ({"date": "soon"}, "date"),
            ({"duration_minutes": 0}, "duration_minutes"),
            ({"exclusive": False}, "unknown field 'exclusive'"),
        ],
    )
    def test_refuses_what_create_meeting_refuses(self, wrong: Any, problem: str) -> None:
        for verb in (service.book_meeting, service.create_meeting):
            with pytest.raises(ValueError, match=problem):
                verb({**REQUEST, **wrong}, idempotency_key="key")
        assert service.create_meeting(REQUEST, idempotency_key="key").title == "Talk"


class TestChanges:
    def test_a_booking_is_not_moved_over_another(self) -> None:
        first = service.book_meeting(REQUEST)
        second = service.book_meeting({**REQUEST, "date": "2025-11-17T12:00:00"})

        with pytest.raises(ConflictError, match="'ann' from"):
            service.reschedule_meeting(second.id, "2025-11-17T10:59:00")
        moved = service.reschedule_meeting(second.id, "2025-11-17T11:00:00", duration_minutes=30)

        assert moved.date == first.end
        assert (moved.duration_minutes, moved.version) == (30, 2)

    def test_an_ordinary_meeting_is_moved_anywhere(self) -> None:
        service.book_meeting(REQUEST)
        other = service.create_meeting({**REQUEST, "date": "2025-11-17T12:00:00"})

        assert service.reschedule_meeting(other.id, "2025-11-17T10:00:00").date == TEN_IN_BERLIN

    def test_it_moves_on_the_clock_that_is_named(self) -> None:
        booked = service.book_meeting(REQUEST)

        moved = service.reschedule_meeting(booked.id, "2025-11-18T10:00:00", timezone="Asia/Tokyo")

        assert (moved.date.isoformat(), moved.timezone) == ("2025-11-18T10:00:00+09:00", "Asia/Tokyo")

    def test_cancelled_time_is_free_and_may_be_taken_back(self) -> None:
        first = service.book_meeting(REQUEST)
        assert service.cancel_meeting(first.id).status == "cancelled"
        second = service.book_meeting(REQUEST)

        with pytest.raises(ConflictError):
            service.update_meeting(first.id, {"status": "scheduled"})
        service.cancel_meeting(second.id)

        assert service.reschedule_meeting(first.id, first.date).status == "scheduled"

    def test_only_what_is_scheduled_is_completed(self) -> None:
        booked = service.book_meeting(REQUEST)
        assert service.complete_meeting(booked.id).status == "completed"

        with pytest.raises(ConflictError, match="completed meeting can become scheduled, not cancelled"):
            service.cancel_meeting(booked.id)
        with pytest.raises(ConflictError, match="is completed; reopen it first"):
            service.reschedule_meeting(booked.id, "2025-11-18T10:00:00")
        cancelled = service.cancel_meeting(service.create_meeting(REQUEST).id)
        with pytest.raises(ConflictError, match="cancelled meeting can become scheduled, not completed"):
            service.complete_meeting(cancelled.id)

    def test_a_completed_meeting_is_reopened_as_it_was(self) -> None:
        booked = service.book_meeting({**REQUEST, "attendee_ids": ["ben"]})
        completed = service.complete_meeting(booked.id)

        reopened = service.reopen_meeting(booked.id, expected_version=completed.version)

        assert reopened.model_dump(exclude={"version", "updated_at"}) == booked.model_dump(
            exclude={"version", "updated_at"}
        )
        assert reopened.version == completed.version + 1
        assert service.cancel_meeting(booked.id).status == "cancelled"
        with pytest.raises(ConflictError, match="is cancelled; reschedule it instead"):
            service.reopen_meeting(booked.id)

    @pytest.mark.parametrize("change", [{}, {"title": "Held"}, {"date": "2999-01-02T10:00:00"}])
    def test_a_meeting_in_the_future_is_not_completed_by_mistake(self, change: dict[str, str]) -> None:
        """Neither by its own verb nor by an update, nor is a completed meeting moved into the future."""
        planned = service.create_meeting({**REQUEST, "date": "2999-01-01T10:00:00"})

        with pytest.raises(ConflictError, match=r"begins at 2999-01-01.*in the future.*force"):
            service.complete_meeting(planned.id)
        with pytest.raises(ConflictError, match=r"begins at 2999-01-0.*in the future.*force"):
            service.update_meeting(planned.id, parse(MeetingUpdate, {"status": "completed", **change}))

        assert service.get_meeting(planned.id) == planned
        assert service.complete_meeting(planned.id, force=True).status == "completed"
        assert service.update_meeting(planned.id, {"title": "Held early"}).title == "Held early"

    def test_a_completed_meeting_is_not_moved_into_the_future(self) -> None:
        held = service.complete_meeting(service.create_meeting(REQUEST).id)

        with pytest.raises(ConflictError, match="in the future"):
            service.update_meeting(held.id, {"date": "2999-01-01T10:00:00"})
        assert service.update_meeting(held.id, {"date": "2025-11-18T10:00:00"}).status == "completed"

    def test_completed_time_stays_taken(self) -> None:
        service.complete_meeting(service.book_meeting(REQUEST).id)

        with pytest.raises(ConflictError):
            service.book_meeting(REQUEST)

    def test_a_stale_version_is_a_conflict(self) -> None:
        booked = service.book_meeting(REQUEST)
        service.update_meeting(booked.id, {"title": "Moved on"})

        for call in (service.cancel_meeting, service.complete_meeting):
            with pytest.raises(ConflictError, match="version 2, not 1"):
                call(booked.id, expected_version=1)
        with pytest.raises(ConflictError, match="version 2, not 1"):
            service.reschedule_meeting(booked.id, "2025-11-18T10:00:00", expected_version=1)

    def test_exclusive_is_not_for_an_update_to_change(self) -> None:
        booked = service.book_meeting(REQUEST)

        with pytest.raises(InvalidRequestError, match="exclusive cannot be changed"):
            service.update_meeting(booked.id, {"exclusive": False})  # type: ignore[arg-type]  # the mistake


class TestBookFirstFree:
    WINDOW = ("2025-11-17T00:00:00", "2025-11-22T00:00:00")

    def test_takes_the_first_time_in_everybodys_hours(self) -> None:
        """Nine in New York is 15:00 in Berlin, whose day ends at 17:00."""
        first = service.book_first_free(["ann", "ben"], 60, *self.WINDOW, title="Plan", contact_id="dee")
        second = service.book_first_free(["ann", "ben"], 90, *self.WINDOW)

        assert first.date.isoformat() == "2025-11-17T15:00:00+01:00"
        assert (first.user_id, first.attendee_ids, first.contact_id) == ("ann", ("ben",), "dee")
        assert (first.title, first.timezone, first.exclusive) == ("Plan", "Europe/Berlin", True)
        # 60 minutes are left on Monday.
        assert second.date.isoformat() == "2025-11-18T15:00:00+01:00"

    def test_a_window_is_read_on_the_clock_that_is_named(self) -> None:
        window = ("2025-11-17T11:00:00", "2025-11-17T13:00:00")
        booked = service.book_first_free(["ann"], 30, *window, timezone="Europe/London")

        assert booked.date.isoformat() == "2025-11-17T11:00:00+00:00"

    def test_none_left_is_a_conflict(self) -> None:
        service.book_first_free(["ann", "ben"], 120, "2025-11-17T00:00:00", "2025-11-18T00:00:00")

        with pytest.raises(ConflictError, match="no common free slot of 15 minutes in this window"):
            service.book_first_free(["ann", "ben"], 15, "2025-11-17T00:00:00", "2025-11-18T00:00:00")

    def test_a_repeat_returns_the_first_though_its_time_is_taken(self) -> None:
        first = service.book_first_free(["ann"], 480, *self.WINDOW, idempotency_key="key")

        assert service.book_first_free(["ann"], 480, *self.WINDOW, idempotency_key="key") == first
        with pytest.raises(ConflictError, match="another request"):
            service.book_first_free(["ann"], 30, *self.WINDOW, idempotency_key="key")
        assert len(titles()) == 1

    @pytest.mark.parametrize(
        ("wrong", "problem"),
        [
            ({"user_ids": []}, "at least one user"),
            ({"user_ids": ["ann", "x"]}, "no user with id 'x'"),
            ({"duration_minutes": 0}, "duration_minutes"),
            ({"duration_minutes": 1441}, "duration_minutes"),
            ({"window_end": "2025-11-17T00:00:00"}, "window_end: must lie after window_start"),
            ({"window_end": "2055-11-17T00:00:00"}, "at most 3660 days"),
            ({"window_start": "2025-11-17"}, "no time of day"),
            ({"timezone": "Europe/Berlinn"}, "did you mean 'Europe/Berlin'"),
            ({"contact_id": "x"}, "no contact with id 'x'"),
            ({"title": " "}, "title"),
        ],
    )
    def test_refuses_what_makes_no_sense(self, wrong: Any, problem: str) -> None:
        asked = {
            "user_ids": ["ann"],
            "duration_minutes": 30,
            "window_start": self.WINDOW[0],
            "window_end": self.WINDOW[1],
        }
        with pytest.raises(ValueError, match=problem):
            service.book_first_free(**{**asked, **wrong})
        assert titles() == []


class TestIdempotency:
    @pytest.mark.parametrize("verb", ["create_meeting", "book_meeting"])
    def test_a_repeat_returns_the_first_result(self, verb: str) -> None:
        call = getattr(service, verb)
        first = call(REQUEST, idempotency_key="key")
        service.update_meeting(first.id, {"title": "Moved on"})

        assert call({**REQUEST, "duration_minutes": 60, "attendee_ids": ()}, idempotency_key="key") == first
        assert titles() == ["Moved on"]

    @pytest.mark.parametrize("other", [{"title": "Other"}, {"user_id": "ben"}, {"duration_minutes": 61}])
    def test_another_request_under_the_key_is_a_conflict(self, other: Any) -> None:
        service.book_meeting(REQUEST, idempotency_key="key")

        with pytest.raises(ConflictError, match="this idempotency key was used for another request"):
            service.book_meeting({**REQUEST, **other}, idempotency_key="key")
        with pytest.raises(ConflictError, match="another request"):
            service.create_meeting(REQUEST, idempotency_key="key")
        assert titles() == ["Talk"]

    @pytest.mark.parametrize("key", ["", " ", "x" * 201, "a\nb", "a\x00b", "\ud800", 7, ["key"]])
    def test_a_key_is_a_line_of_text(self, key: Any) -> None:
        with pytest.raises(InvalidRequestError, match="key"):
            service.create_meeting(REQUEST, idempotency_key=key)
        assert titles() == []


class TestSyncCalendar:
    BUSY = BusyInterval(start=TEN_IN_BERLIN, end=TEN_IN_BERLIN + HOUR)

    def test_counts_for_slots_and_bookings(self) -> None:
        service.sync_calendar("ann", [self.BUSY], calendar="private")

        slots = service.find_available_slots(["ann"], "2025-11-17", 60)
        assert [(slot.start_time.hour, slot.end_time.hour) for slot in slots] == [(9, 10), (11, 17)]
        with pytest.raises(ConflictError, match="'ann' from"):
            service.book_meeting(REQUEST)
        assert service.explain_start(["ann"], TEN_IN_BERLIN, 60)[0].reason == "busy"

    def test_replaces_what_was_there(self) -> None:
        service.sync_calendar("ann", [self.BUSY])
        service.sync_calendar("ann", [])

        assert service.book_meeting(REQUEST)

    def test_takes_plain_mappings(self) -> None:
        kept = service.sync_calendar("ann", [{"start": "2025-11-17T09:00:00Z", "end": "2025-11-17T10:00:00Z"}])
        assert (kept.busy, kept.name) == ((self.BUSY,), "default")

    @pytest.mark.parametrize(
        ("user_id", "busy", "problem"),
        [
            ("x", [], "no user with id 'x'"),
            ("ann", [{"start": "2025-11-17T09:00:00Z", "end": "2025-11-17T08:00:00Z"}], "lies before start"),
            ("ann", [{"start": "2025-11-17T09:00:00"}], "busy.0"),
            ("ann", [{"start": "0002-01-01T00:00:00Z", "end": "9000-01-01T00:00:00Z"}], "at most 100,000"),
            ("ann", "busy", "busy"),
        ],
    )
    def test_refuses_what_makes_no_sense(self, user_id: str, busy: Any, problem: str) -> None:
        with pytest.raises(ValueError, match=problem):
            service.sync_calendar(user_id, busy)


def test_people_of_a_meeting_begin_with_its_owner() -> None:
    meeting = service.create_meeting({**REQUEST, "user_id": "ben", "attendee_ids": ["ann"], "contact_id": "dee"})

    assert [person.id for person in service.get_people(meeting)] == ["ben", "ann", "dee"]
    with pytest.raises(NotFoundError, match="'x'"):
        service.get_people(meeting.model_copy(update={"user_id": "x"}))


spans = st.tuples(st.integers(0, 60), st.integers(1, 20))


@given(st.lists(spans, max_size=8), st.integers(1, 600))
def test_the_first_free_time_is_the_first_that_a_search_finds(busy: list[tuple[int, int]], duration: int) -> None:
    """For any busy time, what is booked is the first slot of the free-time engine, or neither finds one."""
    taken = [
        BusyInterval(start=MONDAY + HOUR * start / 2, end=MONDAY + HOUR * (start + length) / 2)
        for start, length in busy
    ]
    users = [User.model_validate(ANN), User.model_validate(BEN)]
    window = (MONDAY, MONDAY + 72 * HOUR)
    with service.use(store=MemoryStore(users)):
        service.sync_calendar("ann", taken)
        try:
            found = [service.book_first_free(["ann", "ben"], duration, *window).date]
        except ConflictError:
            found = []
    participants = [
        Participant(id=user.id, timezone=user.timezone, work_hours=user.work_hours, busy=taken if number == 0 else ())
        for number, user in enumerate(users)
    ]
    query = AvailabilityQuery(
        participants=tuple(participants),
        window_start=window[0],
        window_end=window[1],
        duration_minutes=duration,
        limit=1,
    )
    assert found == [slot.start_time for slot in search(query).slots]
