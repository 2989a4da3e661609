"""The part of the contract of stores on bookings, external calendars and idempotency keys."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from meetkit.errors import Busy, ConflictError, GoneError, NotFoundError
from meetkit.models.time import BusyInterval, Calendar
from meetkit.models.zones import HOUR, to_microseconds
from meetkit.storage import Store
from meetkit.testing.examples import MONDAY, busy, calendar, key, meeting, meeting_ids

HOUR_LONG = dt.timedelta(hours=1)


class BookingContract:
    """An exclusive meeting requires that its people are free, and a request under a key happens once."""

    @pytest.mark.parametrize(
        ("minutes", "is_refused"),
        [(-60, False), (-59, True), (0, True), (59, True), (60, False)],
    )
    def test_a_booking_meets_no_busy_time(self, store: Store, minutes: int, is_refused: bool) -> None:
        """Intervals are half-open: a booking may begin when another meeting ends, and end when it begins."""
        store.add_meeting(meeting(id="there"))
        booking = meeting(id="new", date=MONDAY + dt.timedelta(minutes=minutes), exclusive=True)

        if is_refused:
            with pytest.raises(ConflictError) as error_info:
                store.add_meeting(booking)
            assert error_info.value.busy == (Busy("ann", MONDAY, MONDAY + HOUR_LONG),)
            assert meeting_ids(store, "ann") == ["there"]
        else:
            assert store.add_meeting(booking) == booking

    def test_a_conflict_lists_everybody_who_is_busy(self, store: Store) -> None:
        """It lists owners, attendees and calendars by start, and nobody who is free."""
        store.add_meeting(meeting(1, id="one", user_id="ben"))
        store.add_meeting(meeting(0, id="two", user_id="ben", attendee_ids=["ann"]))
        store.put_calendar("ann", calendar((1, 2), (5, 6)))

        with pytest.raises(ConflictError, match=r"busy: 'ann' from .*; 'ben' from ") as error_info:
            store.add_meeting(meeting(0, id="new", attendee_ids=["ben"], duration_minutes=90, exclusive=True))

        start, between, end = (MONDAY + number * HOUR_LONG for number in range(3))
        assert error_info.value.busy == (
            Busy("ann", start, between),
            Busy("ben", start, between),
            Busy("ann", between, end),
            Busy("ben", between, end),
        )

    def test_unknown_people_are_reported_before_conflicts(self, store: Store) -> None:
        """A booking that names an unknown contact or user is refused for that, whoever is busy."""
        store.add_meeting(meeting(id="there"))

        for stranger in ({"contact_id": "nobody"}, {"attendee_ids": ["nobody"]}):
            with pytest.raises(NotFoundError):
                store.add_meeting(meeting(id="new", exclusive=True, **stranger))

    def test_what_is_not_booked_may_overlap(self, store: Store) -> None:
        """Other meetings may be stored over a booking, which stays."""
        store.add_meeting(meeting(id="booked", exclusive=True))
        store.add_meeting(meeting(id="other"))

        assert meeting_ids(store, "ann") == ["booked", "other"]

    def test_a_cancelled_booking_frees_its_time_until_it_is_called_again(self, store: Store) -> None:
        """A cancelled meeting frees its time, and can be scheduled again only while that time is free."""
        store.add_meeting(meeting(id="first", exclusive=True))
        store.update_meeting("first", lambda value: value.model_copy(update={"status": "cancelled"}))
        store.add_meeting(meeting(id="second", exclusive=True))

        with pytest.raises(ConflictError):
            store.update_meeting("first", lambda value: value.model_copy(update={"status": "scheduled"}))
        store.delete_meeting("second")
        store.update_meeting("first", lambda value: value.model_copy(update={"status": "scheduled"}))
        assert len(busy(store, "ann")) == 1

    @pytest.mark.parametrize(
        "change",
        [
            {"date": MONDAY + 3 * HOUR_LONG},
            {"duration_minutes": 240},
            {"attendee_ids": ("ben",)},
            {"user_id": "ben", "attendee_ids": ("ann",)},
        ],
    )
    def test_a_changed_booking_is_checked_again(self, store: Store, change: dict[str, Any]) -> None:
        """A booking that moves, grows or takes in somebody is refused where they are busy, and stays as it was."""
        store.add_meeting(meeting(id="booked", exclusive=True))
        store.add_meeting(meeting(3, id="later"))
        store.add_meeting(meeting(0, id="bens", user_id="ben"))

        with pytest.raises(ConflictError) as error_info:
            store.update_meeting("booked", lambda value: value.model_copy(update=change))

        assert error_info.value.busy
        assert store.get_meeting("booked") == meeting(id="booked", exclusive=True)

    def test_a_booking_does_not_stand_in_its_own_way(self, store: Store) -> None:
        """It may move by less than its length, and change while another overlaps it."""
        store.add_meeting(meeting(id="booked", exclusive=True, attendee_ids=["ben"]))
        later = MONDAY + dt.timedelta(minutes=30)
        store.update_meeting("booked", lambda value: value.model_copy(update={"date": later}))
        store.add_meeting(meeting(id="over"))

        store.update_meeting(
            "booked", lambda value: value.model_copy(update={"title": "Same time", "attendee_ids": ()})
        )

        assert store.get_meeting("booked").title == "Same time"
        assert len(busy(store, "ann")) == 2

    def test_a_long_meeting_of_the_day_before_is_met(self, store: Store) -> None:
        """A meeting that began 23 hours earlier and is not over counts."""
        store.add_meeting(meeting(-23, id="long", duration_minutes=24 * 60))

        with pytest.raises(ConflictError):
            store.add_meeting(meeting(id="new", exclusive=True))

    def test_calendars_count_as_busy_and_are_replaced_whole(self, store: Store) -> None:
        """Each name is one calendar; a new version takes the place of the old one, and empty intervals take no time."""
        store.put_calendar("ann", calendar((0, 1), (2, 2), (3, 4), name="work"))
        store.put_calendar("ann", calendar((5, 6), name="home", status="tentative"))
        assert [(start - to_microseconds(MONDAY)) // HOUR for start, _ in busy(store, "ann")] == [0, 3, 5]

        store.put_calendar("ann", calendar((1, 2), name="work"))

        assert [(start - to_microseconds(MONDAY)) // HOUR for start, _ in busy(store, "ann")] == [1, 5]
        assert store.get_calendars("ann") == [
            calendar((5, 6), name="home", status="tentative"),
            calendar((1, 2), name="work"),
        ]
        assert (store.get_calendars("ben"), busy(store, "ben")) == ([], [])

    def test_a_deleted_calendar_takes_no_time(self, store: Store) -> None:
        """Only the calendar of that name and user goes, and whoever is unknown is reported."""
        store.put_calendar("ann", calendar((0, 1), name="work"))
        store.put_calendar("ann", calendar((5, 6), name="home"))
        store.put_calendar("ben", calendar((0, 1), name="work"))

        store.delete_calendar("ann", "work")

        assert store.get_calendars("ann") == [calendar((5, 6), name="home")]
        assert [(start - to_microseconds(MONDAY)) // HOUR for start, _ in busy(store, "ann")] == [5]
        assert len(busy(store, "ben")) == 1
        for user_id, name, missing in (("ann", "work", "calendar"), ("nobody", "home", "user")):
            with pytest.raises(NotFoundError) as error:
                store.delete_calendar(user_id, name)
            assert error.value.kind == missing
        store.put_calendar("ann", calendar((0, 1), name="work"))
        assert len(busy(store, "ann")) == 2

    def test_a_calendar_may_be_busy_for_weeks(self, store: Store) -> None:
        """A window within a long interval is busy throughout, however intervals overlap."""
        # Longer than a day on both sides of the window, as a store may search by days.
        weeks = BusyInterval(start=MONDAY - dt.timedelta(days=20), end=MONDAY + dt.timedelta(days=20))
        inside = BusyInterval(start=MONDAY, end=MONDAY + HOUR_LONG)
        calendar_of_weeks = Calendar(name="leave", busy=(weeks, inside, inside), synced_at=MONDAY)
        store.put_calendar("ann", calendar_of_weeks)

        start, end = to_microseconds(MONDAY), to_microseconds(MONDAY) + 10 * HOUR
        at = start
        for begins, ends in sorted(store.busy_intervals(["ann"], start, end)):
            if begins <= at:
                at = max(at, ends)
        assert at >= end
        assert store.get_calendars("ann") == [calendar_of_weeks]

    def test_a_conflict_with_a_calendar_says_how_long_it_lasts(self, store: Store) -> None:
        """The conflict lists the whole busy time without a gap, not just a part of it."""
        begin, end = MONDAY - dt.timedelta(days=3), MONDAY + dt.timedelta(days=9)
        # Without a gap between them, so that the conflict must list them as one.
        halves = [BusyInterval(start=begin, end=MONDAY), BusyInterval(start=MONDAY, end=end)]
        store.put_calendar("ann", Calendar(busy=tuple(halves), synced_at=MONDAY))

        with pytest.raises(ConflictError) as error_info:
            store.add_meeting(meeting(exclusive=True))

        assert error_info.value.busy == (Busy("ann", begin, end),)
        assert set(store.busy_intervals(["ann"], to_microseconds(MONDAY), to_microseconds(MONDAY) + HOUR)) == {
            (to_microseconds(begin), to_microseconds(end))
        }

    def test_calendars_are_of_users(self, store: Store) -> None:
        """An unknown user has none."""
        with pytest.raises(NotFoundError, match="'x'"):
            store.put_calendar("x", calendar())
        with pytest.raises(NotFoundError, match="'x'"):
            store.get_calendars("x")

    def test_a_repeat_of_a_request_returns_its_first_result(self, store: Store) -> None:
        """Under the same key no second meeting is stored, and the first is returned as it was then."""
        first = store.add_meeting(meeting(id="first"), idempotency=key())
        assert store.first_result(key()) == first
        store.update_meeting("first", lambda value: value.model_copy(update={"title": "Moved on"}))

        assert store.add_meeting(meeting(id="second"), idempotency=key()) == first

    def test_of_a_deleted_meeting_a_request_stores_nothing(self, store: Store) -> None:
        """A repeat reports that it is deleted, and does not create it again."""
        store.add_meeting(meeting(id="first", title="Between us"), idempotency=key())
        store.delete_meeting("first")

        with pytest.raises(GoneError, match="'first'"):
            store.add_meeting(meeting(id="second"), idempotency=key())
        with pytest.raises(GoneError, match="'first'"):
            store.first_result(key())
        assert meeting_ids(store, "ann") == []
        assert "Between us" not in repr(list(store.export_records()))

    def test_a_key_is_for_one_request(self, store: Store) -> None:
        """With another request it is a conflict, and nothing is stored."""
        store.add_meeting(meeting(id="first"), idempotency=key())

        with pytest.raises(ConflictError, match="another request"):
            store.add_meeting(meeting(id="second"), idempotency=key(request="other"))
        with pytest.raises(ConflictError, match="another request"):
            store.first_result(key(request="other"))
        assert (meeting_ids(store, "ann"), store.first_result(key("unused"))) == (["first"], None)

    def test_a_request_that_failed_does_not_use_its_key_up(self, store: Store) -> None:
        """A refused request may be repeated under the same key."""
        store.add_meeting(meeting(id="there"))
        with pytest.raises(ConflictError):
            store.add_meeting(meeting(id="new", exclusive=True), idempotency=key())
        store.delete_meeting("there")

        assert store.add_meeting(meeting(id="new", exclusive=True), idempotency=key()).id == "new"

    def test_of_threads_with_one_key_one_is_stored(self, store: Store) -> None:
        """All of them get the same meeting."""

        def add(number: int) -> str:
            return store.add_meeting(meeting(number, id=f"m{number}"), idempotency=key()).id

        with ThreadPoolExecutor(8) as threads:
            ids = set(threads.map(add, range(16)))

        assert meeting_ids(store, "ann") == list(ids)

    def test_of_threads_that_book_one_hour_one_wins(self, store: Store) -> None:
        """The others get a conflict that lists who is busy."""

        def try_to_book(number: int) -> bool:
            try:
                store.add_meeting(meeting(0, id=f"m{number}", exclusive=True))
            except ConflictError as error:
                return not error.busy
            return True

        with ThreadPoolExecutor(8) as threads:
            # The check and the booking are one step in every store, so exactly one thread wins.
            assert sum(threads.map(try_to_book, range(24))) == 1
        assert len(meeting_ids(store, "ann")) == 1
