"""Phase 3: when people are free together, as `find_available_slots` and `search` say it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from meetkit import meeting_service as service
from meetkit.availability import (
    AvailabilityQuery,
    BusyInterval,
    DateException,
    Hours,
    Participant,
    WorkHours,
    search,
)
from meetkit.errors import InvalidRequestError, NotFoundError
from meetkit.models import Contact, CreateMeetingRequest, TimeSlot, User
from meetkit.models.typed_dicts import WorkHoursFields
from meetkit.storage import MemoryStore

DAY = "2025-11-19"  # a Wednesday
DAILY = WorkHours(days=range(7), start="09:00", end="17:00")


@pytest.fixture(autouse=True)
def _team() -> Any:
    """Ann and Ben in UTC, Cho in Tokyo, none of them with a meeting."""
    names = {"ann": "UTC", "ben": "UTC", "cho": "Asia/Tokyo"}
    users = [
        User(id=name, name=name.title(), email=f"{name}@company.com", role="Seller", timezone=zone)
        for name, zone in names.items()
    ]
    contact = Contact(id="dee", name="Dee", email="dee@client.com", company="Client", role="Buyer")
    with service.use(store=MemoryStore(users, [contact])):
        yield


def book(user_id: str, start: str, end: str, **more: Any) -> str:
    """Give a user a meeting on `DAY`, in the user's wall-clock time."""
    begins, ends = dt.datetime.fromisoformat(f"{DAY}T{start}"), dt.datetime.fromisoformat(f"{DAY}T{end}")
    minutes = int((ends - begins).total_seconds() // 60)
    request = {"user_id": user_id, "title": "Busy", "date": begins, "duration_minutes": minutes, **more}
    return service.create_meeting(CreateMeetingRequest.model_validate(request)).id


def spans(slots: list[TimeSlot]) -> list[str]:
    """`["09:00-10:30", …]`, each by its own offset."""
    return [f"{slot.start_time:%H:%M}-{slot.end_time:%H:%M}" for slot in slots]


class TestFindAvailableSlots:
    def test_nobody_has_a_meeting(self) -> None:
        assert spans(service.find_available_slots(["ann", "ben"], DAY, 60)) == ["09:00-17:00"]

    @pytest.mark.parametrize(
        ("meetings", "duration", "expected", "sentence"),
        [
            ([("10:00", "11:00")], 60, ["09:00-10:00", "11:00-17:00"], "a meeting splits the day"),
            (
                [("10:00", "11:00"), ("11:00", "12:00")],
                60,
                ["09:00-10:00", "12:00-17:00"],
                "touching meetings leave no gap",
            ),
            (
                [("10:00", "12:00"), ("11:00", "13:00")],
                60,
                ["09:00-10:00", "13:00-17:00"],
                "overlapping meetings count once",
            ),
            (
                [("10:00", "15:00"), ("11:00", "12:00")],
                60,
                ["09:00-10:00", "15:00-17:00"],
                "a meeting in another adds nothing",
            ),
            ([("09:00", "17:00")], 15, [], "fully booked"),
            ([("08:00", "09:30")], 60, ["09:30-17:00"], "a meeting from before work cuts its begin"),
            ([("16:30", "19:00")], 60, ["09:00-16:30"], "a meeting into the evening cuts its end"),
            ([("06:00", "09:00"), ("17:00", "18:00")], 60, ["09:00-17:00"], "meetings at the edges touch nothing"),
            ([("09:30", "16:30")], 30, ["09:00-09:30", "16:30-17:00"], "a gap of exactly the duration is enough"),
            ([("09:30", "16:30")], 31, [], "a gap a minute short is not"),
            ([], 480, ["09:00-17:00"], "the whole day fits"),
            ([], 481, [], "a minute more does not"),
        ],
    )
    def test_truth_table(
        self, meetings: list[tuple[str, str]], duration: int, expected: list[str], sentence: str
    ) -> None:
        for start, end in meetings:
            book("ann", start, end)

        assert spans(service.find_available_slots(["ann", "ben"], DAY, duration)) == expected, sentence

    def test_all_must_be_free(self) -> None:
        book("ann", "09:00", "12:00")
        book("ben", "13:00", "17:00")

        assert spans(service.find_available_slots(["ann", "ben"], DAY, 60)) == ["12:00-13:00"]

    def test_a_cancelled_meeting_is_not_busy_until_it_is_scheduled_again(self) -> None:
        meeting_id = book("ann", "09:00", "16:00")

        service.update_meeting(meeting_id, {"status": "cancelled"})
        assert spans(service.find_available_slots(["ann"], DAY, 60)) == ["09:00-17:00"]

        service.update_meeting(meeting_id, {"status": "scheduled"})
        assert spans(service.find_available_slots(["ann"], DAY, 60)) == ["16:00-17:00"]

    def test_who_attends_is_busy_too(self) -> None:
        book("ann", "09:00", "12:00", attendee_ids=["ben"])

        assert spans(service.find_available_slots(["ben"], DAY, 60)) == ["12:00-17:00"]

    def test_a_deleted_meeting_is_not_busy(self) -> None:
        service.delete_meeting(book("ann", "09:00", "16:00"))

        assert spans(service.find_available_slots(["ann"], DAY, 60)) == ["09:00-17:00"]

    def test_a_meeting_from_the_day_before_reaches_over_midnight(self) -> None:
        service.create_meeting(
            {"user_id": "ann", "title": "Night", "date": "2025-11-18T20:00:00", "duration_minutes": 14 * 60}
        )

        assert spans(service.find_available_slots(["ann"], DAY, 60)) == ["10:00-17:00"]

    def test_with_a_step_slots_have_exactly_the_duration(self) -> None:
        book("ann", "10:15", "16:00")

        found = service.find_available_slots(["ann"], DAY, 45, step_minutes=15)

        assert spans(found) == ["09:00-09:45", "09:15-10:00", "09:30-10:15", "16:00-16:45", "16:15-17:00"]

    def test_a_buffer_is_kept_free_around_meetings(self) -> None:
        book("ann", "10:00", "11:00")
        book("ann", "17:10", "18:00")

        assert spans(service.find_available_slots(["ann"], DAY, 30, buffer_minutes=15)) == [
            "09:00-09:45",
            "11:15-16:55",
        ]

    def test_hours_are_numbers_within_the_day(self) -> None:
        assert spans(service.find_available_slots(["ann"], DAY, 60, (9.5, 12))) == ["09:30-12:00"]
        [whole] = service.find_available_slots(["ann"], DAY, 60, (0, 24))
        assert whole.duration_minutes == 24 * 60

    def test_hours_count_on_any_weekday(self) -> None:
        assert spans(service.find_available_slots(["ann"], "2025-11-22", 60)) == ["09:00-17:00"]

    def test_the_day_is_that_of_the_first_user(self) -> None:
        [slot] = service.find_available_slots(["cho", "ann"], DAY, 60)

        assert slot.start_time == dt.datetime(2025, 11, 19, 0, tzinfo=dt.UTC)
        assert slot.start_time.utcoffset() == dt.timedelta(hours=9)

    def test_the_day_can_be_that_of_any_zone(self) -> None:
        [slot] = service.find_available_slots(["ann"], DAY, 60, timezone="America/New_York")

        assert spans([slot]) == ["09:00-17:00"]
        assert slot.start_time == dt.datetime(2025, 11, 19, 14, tzinfo=dt.UTC)

    def test_without_hours_each_keeps_their_own(self) -> None:
        service.update_user("cho", {"work_hours": {"days": [2], "start": "18:00", "end": "22:00"}})

        assert spans(service.find_available_slots(["ann", "cho"], DAY, 60, None)) == ["09:00-13:00"]
        assert service.find_available_slots(["ann", "cho"], "2025-11-20", 60, None) == []

    def test_own_hours_make_way_for_exceptions(self) -> None:
        service.update_user("ann", {"exceptions": [{"date": DAY, "hours": [{"start": "20:00", "end": "21:00"}]}]})
        service.update_user("ben", {"exceptions": [{"date": DAY}]})

        assert spans(service.find_available_slots(["ann"], DAY, 60, None)) == ["20:00-21:00"]
        assert service.find_available_slots(["ben"], DAY, 60, None) == []

    @pytest.mark.parametrize(
        ("zone", "day", "hours"),
        [("Europe/Berlin", "2026-03-29", 23), ("Europe/Berlin", "2026-10-25", 25), ("Pacific/Apia", "2011-12-30", 0)],
    )
    def test_a_day_is_as_long_as_the_clock_makes_it(self, zone: str, day: str, hours: int) -> None:
        found = service.find_available_slots(["ann"], day, 60, (0, 24), timezone=zone)

        assert sum(slot.duration_minutes for slot in found) == hours * 60

    def test_nine_is_nine_on_the_day_of_a_clock_change(self) -> None:
        assert spans(service.find_available_slots(["ann"], "2026-03-29", 60, timezone="Europe/Berlin")) == [
            "09:00-17:00"
        ]

    @pytest.mark.parametrize("day", ["0002-01-01", "9998-12-31"])
    def test_the_first_and_the_last_day_are_days(self, day: str) -> None:
        assert len(service.find_available_slots(["ann"], day, 60, (0, 24))) == 1

    def test_an_hour_that_the_clock_repeats_belongs_to_the_day_it_reads(self) -> None:
        """In St John's on 2006-10-29 the clock went from 00:01 back to 23:01 of the day before."""
        everyday: WorkHoursFields = {"days": range(7), "start": "00:00", "end": "24:00"}
        service.update_user("ann", {"timezone": "America/St_Johns", "work_hours": everyday})

        own = service.find_available_slots(["ann"], "2006-10-29", 1, None)

        assert own == service.find_available_slots(["ann"], "2006-10-29", 1, (0, 24))
        assert {slot.start_time.day for slot in own} == {29}

    def test_a_user_named_twice_counts_once(self) -> None:
        assert len(service.find_available_slots(["ann", "ann"], DAY, 60)) == 1

    def test_a_date_object_is_a_date(self) -> None:
        assert len(service.find_available_slots(["ann"], dt.date(2025, 11, 19), 60)) == 1

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ({"user_ids": []}, "user_ids: name at least one user"),
            ({"user_ids": "ann"}, "user_ids"),
            ({"user_ids": None}, "user_ids"),
            ({"user_ids": [["ann"]]}, "user_ids"),
            ({"date": "2025-13-01"}, "date: 2025-13-01 is not a date: month must be in 1..12"),
            ({"date": "19.11.2025"}, "date: '19.11.2025' is not a date such as 2025-11-20"),
            ({"date": "2025-11-19T10:00:00"}, "is not a date"),
            ({"date": None}, "date: None is not a date"),
            ({"date": "0001-01-01"}, "year must lie between 2 and 9998"),
            ({"duration_minutes": 0}, "duration_minutes"),
            ({"duration_minutes": -30}, "duration_minutes"),
            ({"duration_minutes": 30.5}, "duration_minutes"),
            ({"work_hours": (24, 6)}, r"work_hours: must begin before they end"),
            ({"work_hours": (9, 9)}, r"work_hours: must begin before they end"),
            ({"work_hours": (-1, 9)}, "work_hours"),
            ({"work_hours": (9, 24.5)}, "work_hours"),
            ({"work_hours": (9, float("nan"))}, "work_hours"),
            ({"work_hours": 9}, "work_hours"),
            ({"timezone": "Berlin"}, "timezone: unknown time zone 'Berlin'"),
            ({"step_minutes": 0}, "step_minutes"),
            ({"buffer_minutes": -1}, "buffer_minutes"),
        ],
    )
    def test_a_bad_question_is_answered_with_what_is_wrong(self, change: dict[str, Any], why: str) -> None:
        asked = {"user_ids": ["ann"], "date": DAY, "duration_minutes": 60, **change}

        with pytest.raises(InvalidRequestError, match=why):
            service.find_available_slots(**asked)

    def test_an_unknown_user_is_not_found(self) -> None:
        for user_ids in (["nobody"], ["ann", "nobody"]):
            for hours in ((9, 17), None):
                with pytest.raises(NotFoundError, match="no user with id 'nobody'"):
                    service.find_available_slots(user_ids, DAY, 60, hours)


def at(clock: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{DAY}T{clock}Z")


def person(name: str, *busy: tuple[str, str], **more: Any) -> Participant:
    intervals = tuple(BusyInterval(start=at(start), end=at(end)) for start, end in busy)
    return Participant(**{"id": name, "timezone": "UTC", "work_hours": DAILY, "busy": intervals, **more})


def ask(*people: Participant, **more: Any) -> AvailabilityQuery:
    asked = {"window_start": at("00:00"), "window_end": at("23:59"), "duration_minutes": 60, **more}
    return AvailabilityQuery(participants=people, **asked)


class TestSearch:
    def test_free_is_maximal_and_slots_follow_the_step(self) -> None:
        result = search(ask(person("ann", ("11:30", "16:00")), step_minutes=30))

        assert spans(list(result.free)) == ["09:00-11:30", "16:00-17:00"]
        assert spans(list(result.slots)) == ["09:00-10:00", "09:30-10:30", "10:00-11:00", "10:30-11:30", "16:00-17:00"]

    def test_the_step_is_the_duration_where_none_is_given(self) -> None:
        assert len(search(ask(person("ann"))).slots) == 8

    def test_a_limit_cuts_slots_and_leaves_free(self) -> None:
        result = search(ask(person("ann"), limit=2))

        assert spans(list(result.slots)) == ["09:00-10:00", "10:00-11:00"]
        assert spans(list(result.free)) == ["09:00-17:00"]

    def test_the_window_cuts_both_ends(self) -> None:
        result = search(ask(person("ann"), window_start=at("10:10"), window_end=at("12:20")))

        assert spans(list(result.free)) == ["10:10-12:20"]

    def test_buffers_widen_busy_intervals_only(self) -> None:
        query = ask(person("ann", ("11:00", "12:00")), buffer_before_minutes=10, buffer_after_minutes=20)

        assert spans(list(search(query).free)) == ["09:00-10:50", "12:20-17:00"]

    def test_an_empty_busy_interval_takes_no_time_even_with_buffers(self) -> None:
        query = ask(person("ann", ("11:00", "11:00")), buffer_before_minutes=10)

        assert spans(list(search(query).free)) == ["09:00-17:00"]

    def test_notice_is_counted_from_now(self) -> None:
        query = ask(person("ann"), now=at("09:30"), min_notice_minutes=90)

        assert spans(list(search(query).free)) == ["11:00-17:00"]

    def test_nothing_begins_before_now(self) -> None:
        assert spans(list(search(ask(person("ann"), now=at("09:30"))).free)) == ["09:30-17:00"]
        assert search(ask(person("ann"), now=at("23:59"))).free == ()

    @pytest.mark.parametrize(("counts", "expected"), [(True, ["09:00-10:00", "16:00-17:00"]), (False, ["09:00-17:00"])])
    def test_tentative_time_counts_as_told(self, counts: bool, expected: list[str]) -> None:
        maybe = BusyInterval(start=at("10:00"), end=at("16:00"), status="tentative")

        result = search(ask(person("ann", busy=(maybe,)), tentative_is_busy=counts))

        assert spans(list(result.free)) == expected

    def test_optional_people_are_only_reported(self) -> None:
        result = search(ask(person("ann"), person("ben", ("10:30", "16:00"), required=False)))

        assert spans(list(result.free)) == ["09:00-17:00"]
        assert [slot.missing for slot in result.slots] == [(), *[("ben",)] * 6, ()]

    def test_a_quorum_of_optional_people_must_be_free(self) -> None:
        people = (
            person("ann", ("09:00", "10:00")),
            person("ben", ("10:00", "13:00"), required=False),
            person("cho", ("12:00", "15:00"), required=False),
            person("dee", ("09:00", "17:00"), required=False),
        )

        result = search(ask(*people, quorum=1, duration_minutes=90, step_minutes=30))

        assert spans(list(result.free)) == ["10:00-12:00", "13:00-17:00"]
        assert result.slots[0].missing == ("ben", "dee")
        assert search(ask(*people, quorum=3)).free == ()

    def test_a_quorum_is_the_same_people_from_start_to_end(self) -> None:
        early = person("ben", ("10:00", "17:00"), required=False)
        late = person("cho", ("09:00", "10:00"), ("11:00", "17:00"), required=False)

        result = search(ask(early, late, quorum=1, step_minutes=15))

        assert spans(list(result.free)) == ["09:00-10:00", "10:00-11:00"]
        assert spans(list(result.slots)) == ["09:00-10:00", "10:00-11:00"]

    def test_free_intervals_may_overlap_where_one_group_takes_over(self) -> None:
        early = person("ben", ("10:30", "17:00"), required=False)
        late = person("cho", ("09:00", "10:00"), ("11:30", "17:00"), required=False)

        assert spans(list(search(ask(early, late, quorum=1)).free)) == ["09:00-10:30", "10:00-11:30"]

    def test_somebody_without_hours_is_never_free(self) -> None:
        assert search(ask(person("ann", work_hours=()))).free == ()

    def test_an_exception_replaces_the_hours_of_its_date_only(self) -> None:
        off = DateException(date=dt.date(2025, 11, 19), hours=(Hours(start="22:00", end="02:00"),))

        result = search(
            ask(
                person("ann", exceptions=(off,)),
                window_start=at("12:00"),
                window_end=at("12:00") + dt.timedelta(days=1),
            )
        )

        assert spans(list(result.free)) == ["22:00-02:00", "09:00-12:00"]

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ({"participants": ()}, "participants"),
            ({"window_end": at("00:00")}, "must lie after window_start"),
            ({"window_end": at("00:00") + dt.timedelta(days=4000)}, "at most 3660 days"),
            ({"window_start": "2025-11-19T00:00:00"}, "needs a UTC offset"),
            ({"duration_minutes": 0}, "duration_minutes"),
            ({"step_minutes": 0}, "step_minutes"),
            ({"min_notice_minutes": 30}, "required with min_notice_minutes"),
            ({"quorum": 1}, "requires 1 optional people, but there are 0"),
            ({"limit": 0}, "limit"),
            ({"buffers": 5}, "unknown field 'buffers'"),
            ({"participants": (person("ann"), person("ann"))}, "ids must be unique"),
        ],
    )
    def test_a_query_that_makes_no_sense_is_refused(self, change: dict[str, Any], why: str) -> None:
        with pytest.raises(ValueError, match=why):
            ask(*change.pop("participants", (person("ann"),)), **change)

    def test_too_many_slots_are_refused_unless_a_limit_is_set(self) -> None:
        decade = {"window_end": at("00:00") + dt.timedelta(days=3650), "step_minutes": 1}

        with pytest.raises(InvalidRequestError, match="more than 100000; shorten the window"):
            search(ask(person("ann"), **decade))
        assert len(search(ask(person("ann"), **decade, limit=10)).slots) == 10
