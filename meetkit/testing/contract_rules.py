"""The part of the contract of stores on booking rules, the meetings that count for them, and meetings that move."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from meetkit.errors import Busy, ConflictError, NotFoundError
from meetkit.models.meetings import Meeting
from meetkit.models.rules import BookingRules
from meetkit.models.zone_changes import ZoneChange
from meetkit.models.zones import DAY, HOUR, to_microseconds
from meetkit.storage import Store
from meetkit.testing.examples import ANN, BEN, MONDAY, calendar, meeting, meeting_ids

START = to_microseconds(MONDAY)
HOUR_LONG = dt.timedelta(hours=1)
MIDNIGHT = MONDAY - dt.timedelta(hours=9)


def booking(number: int = 0, **more: Any) -> Meeting:
    """Return a meeting to book."""
    return meeting(number, **{"id": "new", "exclusive": True, **more})


def reasons(error: ConflictError) -> list[tuple[str, str]]:
    """List whose rule refuses a booking, and which."""
    return [(obstacle.user_id, obstacle.reason) for obstacle in error.obstacles]


class RulesContract:
    """The rules of users and of a request hold for a booking in the step that stores it."""

    @staticmethod
    def give(store: Store, user_id: str, **rules: Any) -> None:
        """Give a user these booking rules."""
        booking_rules = BookingRules(**rules)
        store.update_user(user_id, lambda user: user.model_copy(update={"booking_rules": booking_rules}))

    @pytest.mark.parametrize(("minutes", "is_refused"), [(44, True), (45, False), (-105, False), (-104, True)])
    def test_a_buffer_stays_free_on_both_sides(self, store: Store, minutes: int, is_refused: bool) -> None:
        """The buffer of one of the people is enough; without `reason="busy"` nobody is busy."""
        store.add_meeting(meeting(id="there", duration_minutes=30))
        self.give(store, "ann", buffer_minutes=15)
        new_booking = booking(date=MONDAY + dt.timedelta(minutes=minutes), user_id="ben", attendee_ids=["ann"])
        new_booking = new_booking.model_copy(update={"duration_minutes": 90})

        if is_refused:
            with pytest.raises(ConflictError, match="buffer: 'ann' from") as error_info:
                store.add_meeting(new_booking)
            assert (reasons(error_info.value), error_info.value.busy) == ([("ann", "buffer")], ())
        else:
            store.add_meeting(new_booking)

    def test_a_buffer_of_the_request_holds_for_all(self, store: Store) -> None:
        """The stricter of two buffers counts, and calendars count as meetings do."""
        store.put_calendar("ben", calendar((2, 3)))
        self.give(store, "ben", buffer_minutes=5)
        new_booking = booking(attendee_ids=["ben"], duration_minutes=110)

        with pytest.raises(ConflictError) as error_info:
            store.add_meeting(new_booking, rules=BookingRules(buffer_minutes=20))
        store.add_meeting(new_booking)

        end = MONDAY + dt.timedelta(hours=2)
        assert error_info.value.obstacles == (Busy("ben", end - dt.timedelta(minutes=20), end, "buffer"),)

    @pytest.mark.parametrize(("minutes", "is_refused"), [(29, True), (30, False)])
    def test_a_notice_is_counted_from_the_time_of_the_booking(
        self, store: Store, minutes: int, is_refused: bool
    ) -> None:
        """The time of the booking is `updated_at`, as a store has no clock."""
        self.give(store, "ann", min_notice_minutes=30)
        new_booking = booking(updated_at=MONDAY - dt.timedelta(minutes=minutes))

        if is_refused:
            with pytest.raises(ConflictError, match="notice: 'ann' from") as error_info:
                store.add_meeting(new_booking)
            assert reasons(error_info.value) == [("ann", "notice")]
        else:
            store.add_meeting(new_booking)

    @pytest.mark.parametrize(
        ("rules", "hours", "is_refused", "sentence"),
        [
            ({"max_meetings_per_day": 2}, 5, True, "the third of a day"),
            ({"max_meetings_per_day": 2}, 15, False, "the first of the next day"),
            ({"max_meetings_per_day": 2}, 14, True, "one that begins on the day and ends on the next"),
            ({"max_meetings_per_day": 3}, 5, False, "one is left"),
            ({"max_minutes_per_day": 179}, 5, True, "a minute too many"),
            ({"max_minutes_per_day": 180}, 5, False, "just enough"),
            ({"max_meetings_per_week": 2}, 6 * 24, True, "Sunday is in the week of Monday"),
            ({"max_meetings_per_week": 2}, 7 * 24, False, "the next Monday is not"),
            ({"max_minutes_per_week": 179}, 6 * 24, True, "minutes of the week"),
        ],
    )
    def test_limits_count_meetings_that_are_not_cancelled(
        self, store: Store, rules: dict[str, int], hours: int, is_refused: bool, sentence: str
    ) -> None:
        """Booked or not, owned or attended; busy time of calendars is no meeting."""
        self.give(store, "ann", **rules)
        store.add_meeting(meeting(0, id="one"))
        store.add_meeting(meeting(1, id="two", user_id="ben", attendee_ids=["ann"]))
        store.add_meeting(meeting(2, id="off", status="cancelled"))
        store.put_calendar("ann", calendar((3, 4)))
        new_booking = booking(date=MONDAY + dt.timedelta(hours=hours, minutes=30))

        if is_refused:
            with pytest.raises(ConflictError) as error_info:
                store.add_meeting(new_booking)
            kind = "day_limit" if "day" in next(iter(rules)) else "week_limit"
            assert reasons(error_info.value) == [("ann", kind)], sentence
        else:
            assert store.add_meeting(new_booking), sentence

    def test_a_limit_names_its_day_on_the_clock_of_the_user(self, store: Store) -> None:
        """From the date of a change of zone on, days are those of the new zone."""
        changes = (ZoneChange(date=dt.date(2025, 11, 17), timezone="Asia/Tokyo"),)
        store.update_user("ann", lambda user: user.model_copy(update={"zone_changes": changes}))
        self.give(store, "ann", max_meetings_per_day=1)
        store.add_meeting(meeting(id="there"))
        store.add_meeting(booking(6, id="tuesday in Tokyo"))

        with pytest.raises(ConflictError) as error_info:
            store.add_meeting(booking(5))
        days = [(obstacle.start, obstacle.end) for obstacle in error_info.value.obstacles]
        tokyo = MIDNIGHT - dt.timedelta(hours=9)
        assert days == [(tokyo, tokyo + dt.timedelta(days=1))]

    def test_a_meeting_that_moves_does_not_count_for_itself(self, store: Store) -> None:
        """It may move within a day that is full, and next to the time that it leaves."""
        self.give(store, "ann", max_meetings_per_day=1, buffer_minutes=30)
        store.add_meeting(booking())

        after_move = store.update_meeting(
            "new", lambda value: value.model_copy(update={"date": MONDAY + HOUR_LONG / 2})
        )
        after_rename = store.update_meeting("new", lambda value: value.model_copy(update={"title": "New"}))

        assert (after_move.date, after_rename.title) == (MONDAY + HOUR_LONG / 2, "New")

    def test_a_move_keeps_the_rules(self, store: Store) -> None:
        """The rules of the request hold for the new time, and a refused move changes nothing."""
        store.add_meeting(meeting(id="there"))
        store.add_meeting(booking(5))

        with pytest.raises(ConflictError) as error_info:
            store.update_meeting(
                "new",
                lambda value: value.model_copy(update={"date": MONDAY + HOUR_LONG}),
                rules=BookingRules(buffer_minutes=10, max_meetings_per_week=1),
            )
        assert reasons(error_info.value) == [("ann", "week_limit"), ("ann", "buffer")]
        assert store.get_meeting("new") == booking(5)

    def test_an_ordinary_meeting_knows_no_rules(self, store: Store) -> None:
        """It may overlap others, too."""
        self.give(store, "ann", max_meetings_per_day=1)
        for number in range(3):
            store.add_meeting(meeting(number))

    def test_of_threads_that_book_the_last_meeting_of_a_day_one_wins(self, store: Store) -> None:
        """At different hours, so that nothing but the limit is between them."""
        self.give(store, "ann", max_meetings_per_day=3)
        for number in range(2):
            store.add_meeting(meeting(number))

        def try_to_book(number: int) -> bool:
            try:
                store.add_meeting(booking(2 + number, id=f"m{number}"))
            except ConflictError as error:
                return reasons(error) != [("ann", "day_limit")]
            return True

        with ThreadPoolExecutor(8) as threads:
            assert sum(threads.map(try_to_book, range(12))) == 1
        assert len(meeting_ids(store, "ann")) == 3

    def test_an_excluded_meeting_takes_no_time(self, store: Store) -> None:
        """Another of the same time still does; an unknown id, or one that no store can hold, excludes nothing."""
        spans = [(START, START + HOUR)]
        store.add_meeting(meeting(id="one", attendee_ids=["ben"]))
        assert list(store.busy_intervals(["ann", "ben"], START, START + HOUR, excluding="one")) == []
        store.add_meeting(meeting(id="two"))

        assert list(store.busy_intervals(["ann"], START, START + HOUR, excluding="one")) == spans
        for unknown in ("x", "a\x00b"):
            assert len(set(store.busy_intervals(["ann"], START, START + HOUR, excluding=unknown))) == 1
        assert list(store.meeting_spans(["ann", "ben"], START, START + HOUR, excluding="one")) == [("ann", spans[0])]

    def test_meetings_are_listed_once_for_each_user(self, store: Store) -> None:
        """Half-open, in any order, without cancelled ones and calendars."""
        store.add_meeting(meeting(id="one", attendee_ids=["ben"], duration_minutes=1440))
        store.add_meeting(meeting(id="off", status="cancelled"))
        store.put_calendar("ann", calendar((0, 1)))
        span = (START, START + DAY)

        assert sorted(store.meeting_spans(["ann", "ben", "ann"], START, START + 1)) == [("ann", span), ("ben", span)]
        assert list(store.meeting_spans(["ann"], START + DAY, START + 2 * DAY)) == []
        assert list(store.meeting_spans(["ann"], START - DAY, START)) == []
        with pytest.raises(NotFoundError, match="'x'"):
            store.meeting_spans(["ann", "x"], 0, 1)

    def test_users_with_rules_are_found(self, store: Store) -> None:
        """By id, each once; whoever has none, or is unknown, is left out."""
        assert store.users_with_rules([ANN.id, BEN.id]) == []
        self.give(store, "ben", buffer_minutes=5)

        assert store.users_with_rules(["ben", "ann", "x", "a\x00b", "ben"]) == [store.get_user("ben")]
        store.update_user("ben", lambda user: user.model_copy(update={"booking_rules": None}))
        assert store.users_with_rules(["ben"]) == []
