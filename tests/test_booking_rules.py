"""Notice, buffers, limits, grids, moving zones and moving meetings: in slots, explanations and bookings alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from meetkit import meeting_service as service
from meetkit.availability import AvailabilityQuery, Participant, WorkHours, explain, search
from meetkit.availability.starts import Starts, next_on_grid
from meetkit.errors import ConflictError, InvalidRequestError, NotFoundError
from meetkit.meetings import ruled_time, scheduling, slots
from meetkit.models.rules import BookingRules
from meetkit.models.typed_dicts import WorkHoursFields, ZoneChangeFields
from meetkit.models.zone_changes import Clock, ZoneChange
from meetkit.models.zones import FIRST, HOUR, MINUTE, to_datetime, to_microseconds
from meetkit.runtime.collaborators import current_store
from meetkit.storage import MemoryStore, SqlStore
from tests.processes import in_processes
from tests.strategies import ODD_ZONES
from tests.web_apps import caller, client_of, refusal

MONDAY, TUESDAY, SUNDAY = "2026-06-01", "2026-06-02", "2026-06-07"
ALL_DAY: WorkHoursFields = {"days": range(7), "start": "00:00", "end": "24:00"}
NINE_TO_ONE: WorkHoursFields = {"days": range(7), "start": "09:00", "end": "13:00"}
# Seven minutes and 33 seconds after ten in Berlin.
NOW = dt.datetime(2026, 6, 1, 8, 7, 33, tzinfo=dt.UTC)


def person(name: str, **more: Any) -> Any:
    hours = {"work_hours": NINE_TO_ONE, "timezone": "Europe/Berlin"}
    return {"id": name, "name": name.title(), "email": f"{name}@company.com", "role": "Seller", **hours, **more}


@pytest.fixture(params=["memory", "sql"], autouse=True)
def _store(request: pytest.FixtureRequest, sqlite_tables: str) -> Iterator[None]:
    store = MemoryStore() if request.param == "memory" else SqlStore(sqlite_tables)
    with service.use(store=store):
        service.create_user(person("ann"))
        service.create_user(person("ben"))
        yield
    if isinstance(store, SqlStore):
        store.close()


@pytest.fixture
def at_eight(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (ruled_time, scheduling, slots):
        monkeypatch.setattr(module, "utc_now", lambda: NOW)


def starts(user: str = "ann", date: str = MONDAY, minutes: int = 30, hours: Any = None, **more: Any) -> list[str]:
    found = service.find_available_slots([user], date, minutes, hours, **more)
    return [f"{slot.start_time:%H:%M:%S}".removesuffix(":00") for slot in found]


def gaps(user: str = "ann", date: str = MONDAY, minutes: int = 30, hours: Any = None, **more: Any) -> list[str]:
    found = service.find_available_slots([user], date, minutes, hours, **more)
    return [f"{slot.start_time:%H:%M}-{slot.end_time:%H:%M}" for slot in found]


def book(start: str, user: str = "ann", minutes: int = 60, **more: Any) -> str:
    request: Any = {"user_id": user, "title": "Talk", "date": start, "duration_minutes": minutes, **more}
    return service.book_meeting(request).id


def reasons(start: str, minutes: int = 30, user: str = "ann", **more: Any) -> list[str]:
    return [obstacle.reason for obstacle in service.explain_start([user], start, minutes, **more)]


def refused(call: Any, *arguments: Any, **options: Any) -> list[str]:
    with pytest.raises(ConflictError) as caught:
        call(*arguments, **options)
    return [obstacle.reason for obstacle in caught.value.obstacles]


NIGHT: WorkHoursFields = {"days": range(5), "start": "22:00", "end": "06:00"}


class TestHoursThatCrossMidnight:
    @pytest.mark.parametrize(
        ("date", "own", "explicit", "sentence"),
        [
            (MONDAY, ["22:00-00:00"], ["00:00-06:00", "22:00-00:00"], "Sunday's night is nobody's"),
            (TUESDAY, ["00:00-06:00", "22:00-00:00"], ["00:00-06:00", "22:00-00:00"], "both nights of a weekday"),
            ("2026-06-06", ["00:00-06:00"], ["00:00-06:00", "22:00-00:00"], "Saturday still has Friday's night"),
            (SUNDAY, [], ["00:00-06:00", "22:00-00:00"], "hours that are named hold on any weekday"),
        ],
    )
    def test_count_on_both_dates(self, date: str, own: list[str], explicit: list[str], sentence: str) -> None:
        service.update_user("ann", {"work_hours": NIGHT})

        assert gaps(date=date) == own, sentence
        assert gaps(date=date, hours=(22, 6)) == explicit, sentence

    def test_may_end_at_midnight(self) -> None:
        assert gaps(hours=(22, 0)) == gaps(hours=(22, 24)) == ["22:00-00:00"]

    def test_what_is_over_midnight_is_found_within_a_window(self) -> None:
        service.update_user("ann", {"work_hours": NIGHT})
        [night] = service.find_slots_within(["ann"], f"{MONDAY}T20:00", f"{TUESDAY}T08:00", 60)

        assert night.duration_minutes == 8 * 60

    @pytest.mark.parametrize("hours", [(9, 9), (0, 0), (24, 6), (24, 24)])
    def test_take_time(self, hours: tuple[int, int]) -> None:
        with pytest.raises(InvalidRequestError, match=r"work_hours: must begin before they end, .* or cross midnight"):
            gaps(hours=hours)


@pytest.mark.usefixtures("at_eight")
class TestNoticeAndGrid:
    def test_a_notice_leaves_starts_out_and_moves_none(self) -> None:
        """Two hours after 10:07:33, the next quarter of an hour is 12:15."""
        assert starts(step_minutes=15, min_notice_minutes=120) == ["12:15", "12:30"]
        assert starts(min_notice_minutes=120) == ["12:08"]

    def test_a_window_that_begins_between_two_minutes_offers_none_of_its_seconds(self) -> None:
        window = ("2026-06-01T10:07:33", "2026-06-01T12:00:00")
        found = service.find_slots_within(["ann"], *window, 30, step_minutes=20)

        assert [f"{slot.start_time:%H:%M:%S}" for slot in found] == ["10:20:00", "10:40:00", "11:00:00", "11:20:00"]

    def test_starts_lie_on_the_grid(self) -> None:
        book("2026-06-01T09:10:00", minutes=25)

        assert starts(align=15)[:1] == ["09:45"]
        assert starts(align=15, step_minutes=30) == ["09:45", "10:15", "10:45", "11:15", "11:45", "12:15"]
        assert starts(align=60, step_minutes=90) == ["10:00", "12:00"]
        assert gaps(align=30, minutes=150) == ["10:00-13:00"]
        assert gaps(align=30, minutes=190) == []

    def test_the_grid_is_on_the_clock_of_the_zone_that_is_asked_for(self) -> None:
        assert starts(align=60, timezone="Asia/Kathmandu")[:1] == ["13:00"]

    def test_a_notice_is_a_matter_of_every_booking(self) -> None:
        assert refused(book, "2026-06-01T12:07:00", min_notice_minutes=120) == ["notice"]
        assert book("2026-06-01T12:08:00", min_notice_minutes=120)

    def test_what_is_booked_first_is_on_the_quarter_after_the_notice(self) -> None:
        window = (["ann"], 30, f"{MONDAY}T00:00", f"{TUESDAY}T00:00")
        first = service.book_first_free(*window, min_notice_minutes=60)
        second = service.book_first_free(*window, min_notice_minutes=60, align=60)
        third = service.book_first_free(["ben"], 30, "2026-06-01T10:07:33", f"{TUESDAY}T00:00")

        berlin = [f"{meeting.date:%H:%M:%S}" for meeting in (first, second, third)]
        assert berlin == ["11:15:00", "12:00:00", "10:15:00"]

    def test_a_users_own_notice_holds_everywhere(self) -> None:
        service.update_user("ann", {"booking_rules": {"min_notice_minutes": 120}})

        assert starts(step_minutes=15) == ["12:15", "12:30"]
        assert reasons("2026-06-01T12:00:00") == ["notice"]
        assert refused(book, "2026-06-01T12:00:00") == ["notice"]
        meeting_id = book("2026-06-01T12:30:00", minutes=30)
        assert refused(service.reschedule_meeting, meeting_id, "2026-06-01T12:00:00") == ["notice"]
        # Later and longer, and a person more: the start that stays needs no notice of those who have it already.
        assert service.reschedule_meeting(meeting_id, "2026-06-01T12:30:00", duration_minutes=20)

    def test_each_reason_is_explained(self) -> None:
        assert reasons("2026-06-01T12:00:00", min_notice_minutes=120) == ["notice"]
        assert reasons("2026-06-01T12:10:00", min_notice_minutes=120, align=15) == ["off_grid"]
        assert reasons("2026-06-01T12:15:00", min_notice_minutes=120, align=15) == []

    @pytest.mark.parametrize("align", [0, -15, 7, 1441, 17.5, "15", True])
    def test_a_grid_divides_the_day(self, align: Any) -> None:
        with pytest.raises(InvalidRequestError, match=r"^align: "):
            starts(align=align)


class TestBuffersAndLimits:
    def test_a_buffer_holds_when_booking(self) -> None:
        book("2026-06-01T10:00:00")

        assert refused(book, "2026-06-01T11:10:00", buffer_minutes=15) == ["buffer"]
        assert reasons("2026-06-01T11:10:00", buffer_minutes=15) == ["buffer"]
        moving = book("2026-06-01T11:15:00", buffer_minutes=15)
        assert refused(service.reschedule_meeting, moving, "2026-06-01T11:10:00", buffer_minutes=15) == ["buffer"]
        first = service.book_first_free(["ann"], 15, f"{MONDAY}T09:30", f"{MONDAY}T13:00", buffer_minutes=15)
        assert f"{first.date:%H:%M}" == "09:30"

    def test_a_users_own_buffer_is_theirs_alone(self) -> None:
        service.update_user("ann", {"booking_rules": {"buffer_minutes": 30}})
        book("2026-06-01T10:00:00", attendee_ids=["ben"])

        assert gaps() == ["09:00-09:30", "11:30-13:00"]
        assert gaps("ben") == ["09:00-10:00", "11:00-13:00"]
        assert gaps("ben", buffer_minutes=10) == ["09:00-09:50", "11:10-13:00"]
        within = service.find_slots_within(["ben", "ann"], f"{MONDAY}T00:00", f"{TUESDAY}T00:00", 30)
        assert [f"{slot.start_time:%H:%M}" for slot in within] == ["09:00", "11:30"]
        assert refused(book, "2026-06-01T11:00:00", attendee_ids=["ben"]) == ["buffer"]
        assert book("2026-06-01T11:00:00", user="ben")

    @pytest.mark.parametrize(
        ("rules", "monday", "tuesday", "reason"),
        [
            ({"max_meetings_per_day": 1}, [], ["09:00"], "day_limit"),
            ({"max_minutes_per_day": 89}, [], ["09:00"], "day_limit"),
            ({"max_minutes_per_day": 90}, ["09:00", "11:00"], ["09:00"], "day_limit"),
            ({"max_meetings_per_week": 1}, [], [], "week_limit"),
            ({"max_minutes_per_week": 89}, [], [], "week_limit"),
        ],
    )
    def test_a_limit_holds_for_slots_bookings_and_explanations(
        self, rules: Any, monday: list[str], tuesday: list[str], reason: str
    ) -> None:
        """Whether it is the user's own or the request's."""
        book("2026-06-01T10:00:00")
        asked = (f"{MONDAY}T00:00", "2026-06-03T00:00", 30)
        of_request: list[dict[str, Any]] = [{"rules": rules}, {}]
        for more in of_request:
            if not more:
                service.update_user("ann", {"booking_rules": rules})
            assert (starts(**more), starts(date=TUESDAY, **more)) == (monday, tuesday)
            within = service.find_slots_within(["ann"], *asked, **more)
            assert [f"{slot.start_time:%H:%M}" for slot in within] == monday + tuesday
            if not monday:
                assert reasons("2026-06-01T12:00:00", **more) == [reason]
                assert refused(book, "2026-06-01T12:00:00", minutes=30, **more) == [reason]
            else:
                assert reasons("2026-06-01T12:00:00", 31, **more) == [reason]
        assert reasons(f"{SUNDAY}T10:00:00") == (["week_limit"] if reason == "week_limit" else [])

    def test_the_first_free_time_is_on_a_day_with_room(self) -> None:
        service.update_user("ben", {"booking_rules": {"max_meetings_per_day": 2}})
        window = (["ann", "ben"], 60, f"{MONDAY}T00:00", f"{SUNDAY}T00:00")
        booked = [service.book_first_free(*window).date for _ in range(5)]

        assert [f"{date:%a %H}" for date in booked] == ["Mon 09", "Mon 10", "Tue 09", "Tue 10", "Wed 09"]

    def test_a_meeting_over_midnight_counts_on_both_days(self) -> None:
        service.update_user("ann", {"work_hours": ALL_DAY, "booking_rules": {"max_minutes_per_day": 60}})
        book("2026-06-01T23:30:00")

        [free] = service.find_slots_within(["ann"], f"{TUESDAY}T00:00", "2026-06-03T00:00", 30)[:1]
        assert f"{free.start_time:%H:%M}-{free.end_time:%H:%M}" == "00:30-00:00"
        assert refused(book, f"{TUESDAY}T12:00:00", minutes=31) == ["day_limit"]
        assert book(f"{TUESDAY}T12:00:00", minutes=30)

    @pytest.mark.parametrize(
        "rules",
        [
            *({name: value} for name in BookingRules.model_fields for value in (-1, "5", 1.5, True, 10**12)),
            *({name: 0} for name in BookingRules.model_fields if name.startswith("max")),
            *({"max_per_day": 3}, [], "none"),
        ],
    )
    def test_rules_that_cannot_be_are_refused(self, rules: Any) -> None:
        for call in (
            lambda: service.update_user("ann", {"booking_rules": rules}),
            lambda: starts(rules=rules),
            lambda: reasons("2026-06-01T12:00:00", rules=rules),
            lambda: book("2026-06-01T12:00:00", rules=rules),
            lambda: service.book_first_free(["ann"], 30, f"{MONDAY}T00:00", f"{TUESDAY}T00:00", rules=rules),
        ):
            with pytest.raises(InvalidRequestError, match=r"rules"):
                call()


class TestZoneChanges:
    TRIP: tuple[ZoneChangeFields, ...] = (
        {"date": TUESDAY, "timezone": "Asia/Tokyo"},
        {"date": "2026-06-04", "timezone": "Europe/Berlin"},
    )

    def test_hours_are_read_in_the_zone_in_force_on_their_date(self) -> None:
        service.update_user("ann", {"zone_changes": self.TRIP})
        days = [service.find_available_slots(["ann"], f"2026-06-0{day}", 60, None)[0] for day in range(1, 5)]

        assert [day.start_time.isoformat() for day in days] == [
            "2026-06-01T09:00:00+02:00",
            "2026-06-02T09:00:00+09:00",
            "2026-06-03T09:00:00+09:00",
            "2026-06-04T09:00:00+02:00",
        ]
        within = service.find_slots_within(["ann"], f"{MONDAY}T00:00", "2026-06-05T00:00", 60)
        assert [slot.start_time for slot in within] == [day.start_time for day in days]
        assert [slot.start_time.utcoffset() for slot in within] == [day.start_time.utcoffset() for day in days]

    def test_a_naive_time_is_in_the_zone_of_its_date(self) -> None:
        service.update_user("ann", {"zone_changes": self.TRIP})
        meeting = service.get_meeting(book(f"{TUESDAY}T09:00:00"))

        assert (meeting.date.isoformat(), meeting.timezone) == ("2026-06-02T09:00:00+09:00", "Asia/Tokyo")
        assert reasons(f"{TUESDAY}T09:00:00") == ["busy"]
        moved = service.reschedule_meeting(meeting.id, "2026-06-04T09:00:00")
        assert moved.date == dt.datetime(2026, 6, 4, 7, tzinfo=dt.UTC)
        [within] = service.find_slots_within(["ann"], f"{TUESDAY}T09:00", f"{TUESDAY}T13:00", 60)
        assert within.duration_minutes == 4 * 60
        first = service.book_first_free(["ann"], 60, f"{TUESDAY}T00:00", "2026-06-03T00:00")
        assert (first.date.isoformat(), first.timezone) == ("2026-06-02T09:00:00+09:00", "Asia/Tokyo")

    def test_changes_are_kept_in_order(self) -> None:
        user = service.update_user("ann", {"zone_changes": self.TRIP[::-1]})

        assert [change.timezone for change in user.zone_changes] == ["Asia/Tokyo", "Europe/Berlin"]
        assert service.get_user("ann") == user

    @pytest.mark.parametrize(
        "changes",
        [
            [{"date": MONDAY, "timezone": "Mars/Olympus"}],
            [{"date": "soon", "timezone": "UTC"}],
            [{"date": MONDAY}],
            [{"date": MONDAY, "timezone": "UTC"}, {"date": MONDAY, "timezone": "Asia/Tokyo"}],
            [{"date": f"20{year}-01-01", "timezone": "UTC"} for year in range(10, 99)] * 2,
            "Asia/Tokyo",
            None,
        ],
    )
    def test_changes_that_cannot_be_are_refused(self, changes: Any) -> None:
        with pytest.raises(InvalidRequestError, match="zone_changes"):
            service.update_user("ann", {"zone_changes": changes})


class TestExcluding:
    def test_a_meeting_that_moves_takes_no_time(self) -> None:
        """To 11:45, where it overlaps only itself."""
        moving = book("2026-06-01T11:30:00")
        book("2026-06-01T09:00:00", minutes=120)

        assert starts(minutes=60) == []
        assert starts(minutes=60, step_minutes=15, excluding=moving) == [
            *("11:00", "11:15", "11:30", "11:45", "12:00"),
        ]
        window = (f"{MONDAY}T00:00", f"{TUESDAY}T00:00", 60)
        assert service.find_slots_within(["ann"], *window) == []
        assert len(service.find_slots_within(["ann"], *window, excluding=moving)) == 1
        assert reasons("2026-06-01T11:45:00", 60) == ["busy"]
        assert reasons("2026-06-01T11:45:00", 60, excluding=moving) == []
        assert service.reschedule_meeting(moving, "2026-06-01T11:45:00").version == 2

    def test_it_does_not_count_for_limits(self) -> None:
        service.update_user("ann", {"booking_rules": {"max_meetings_per_day": 1, "buffer_minutes": 15}})
        moving = book("2026-06-01T11:30:00")

        assert gaps() == []
        assert gaps(excluding=moving) == ["09:00-13:00"]
        assert reasons("2026-06-01T11:45:00", excluding=moving) == []

    @pytest.mark.parametrize("unknown", ["x", "a\x00b", ""])
    def test_a_meeting_that_is_not_there_is_an_error(self, unknown: str) -> None:
        for call in (
            lambda: starts(excluding=unknown),
            lambda: reasons("2026-06-01T12:00:00", excluding=unknown),
            lambda: service.find_slots_within(["ann"], f"{MONDAY}T00:00", f"{TUESDAY}T00:00", 60, excluding=unknown),
        ):
            with pytest.raises((NotFoundError, InvalidRequestError), match=r"no meeting with id|excluding: "):
                call()


class TestOverHttp:
    @pytest.fixture
    def client(self) -> TestClient:
        return client_of(current_store(), by=caller(user_id="ann"))

    def test_a_refused_booking_names_its_obstacles(self, client: TestClient) -> None:
        request = {"user_id": "ann", "title": "Talk", "date": "2026-06-01T10:00:00", "buffer_minutes": 15}
        booked = client.post("/meetings/book", json=request)
        beside = client.post("/meetings/book", json={**request, "date": "2026-06-01T11:10:00"})
        over = client.post("/meetings/book", json=request)

        assert (booked.status_code, refusal(beside)[0]) == (201, 409)
        assert "busy" not in beside.json()
        assert beside.json()["obstacles"] == [
            {
                "user_id": "ann",
                "start": "2026-06-01T09:00:00+00:00",
                "end": "2026-06-01T09:15:00+00:00",
                "reason": "buffer",
            }
        ]
        assert [item["reason"] for item in over.json()["obstacles"]] == ["busy"]
        assert len(over.json()["busy"]) == 1

    def test_options_reach_every_route(self, client: TestClient) -> None:
        moving = book("2026-06-01T11:30:00")
        asked = {"user_ids": ["ann"], "duration_minutes": 60, "align": 30, "excluding": moving}
        day = client.post("/availability", json={**asked, "date": MONDAY, "work_hours": [22, 6]}).json()["slots"]
        own = client.post("/availability", json={**asked, "date": MONDAY, "work_hours": None}).json()["slots"]
        reason = client.post("/availability/explain", json={**asked, "start": "2026-06-01T11:45:00"}).json()
        week = {"max_meetings_per_week": 1}
        first = {"user_ids": ["ann"], "duration_minutes": 30, "from": f"{MONDAY}T00:00", "to": f"{TUESDAY}T00:00"}
        full = client.post("/meetings/book-first-free", json={**first, "rules": week})
        move = {"date": "2026-06-01T09:30:00", "min_notice_minutes": 60 * 24 * 365}
        late = client.post(f"/meetings/{moving}/reschedule", json=move)

        assert [slot["start_time"][11:16] for slot in day] == ["00:00", "22:00"]
        assert [slot["duration_minutes"] for slot in own] == [240]
        assert [obstacle["reason"] for obstacle in reason["obstacles"]] == ["off_grid"]
        assert refusal(full)[0] == 409
        # The far end of a notice lies before this meeting only in years to come.
        assert late.status_code in (200, 409)

    def test_rules_and_changes_of_zone_are_fields_of_a_user(self, client: TestClient) -> None:
        changes = {
            "booking_rules": {"max_meetings_per_day": 1},
            "zone_changes": [{"date": TUESDAY, "timezone": "Asia/Tokyo"}],
        }
        changed = client.patch("/users/ann", json=changes).json()
        cleared = client.patch("/users/ann", json={"booking_rules": None, "zone_changes": []}).json()

        assert changed["booking_rules"]["max_meetings_per_day"] == 1
        assert changed["zone_changes"] == changes["zone_changes"]
        assert (cleared["booking_rules"], cleared["zone_changes"]) == (None, [])

    def test_only_who_sees_a_meeting_may_exclude_it(self) -> None:
        of_others = book("2026-06-01T10:00:00", user="ben")
        asked = {"user_ids": ["ben"], "date": MONDAY, "duration_minutes": 60, "excluding": of_others}
        member = client_of(current_store(), by=caller("member", user_id="ann"))

        assert refusal(member.post("/availability", json=asked))[0] == 404


@given(
    st.sampled_from(ODD_ZONES),
    st.dictionaries(st.integers(-3, 3), st.sampled_from(ODD_ZONES), max_size=3),
    st.sampled_from([5, 15, 45, 60, 360]),
    st.integers(-4000, 4000),
)
@settings(max_examples=100)
def test_the_next_start_on_a_grid_is_the_first_that_the_clock_reads(
    zone: str, moves: dict[int, str], align: int, minute: int
) -> None:
    """Also where a clock changes or its owner travels: nothing between lies on the grid."""
    around = dt.date(2026, 3, 29)
    changes = [ZoneChange(date=around + dt.timedelta(days=day), timezone=name) for day, name in moves.items()]
    clock = Clock(zone, tuple(sorted(changes, key=lambda change: change.date)))
    begin = to_microseconds(dt.datetime(2026, 3, 29, tzinfo=dt.UTC)) + minute * MINUTE

    def on_grid(instant: int) -> bool:
        [(_, _, offset)] = clock.offset_spans(instant, instant + 1)
        return (instant + offset) % (align * MINUTE) == 0

    found = next_on_grid(clock, align, begin + 1)

    assert on_grid(found)
    assert not any(on_grid(instant) for instant in range(begin + MINUTE, found, MINUTE))
    runs = Starts(clock, FIRST, align).slots([(begin, begin + 48 * HOUR)], HOUR, align)
    assert all(on_grid(start) for run in runs for start in run)


def test_limits_of_more_than_half_a_day_leave_overlapping_free_time() -> None:
    """Of 14 hours at most 13 may lie on one day: they begin early the day before, or late."""
    always = WorkHours.model_validate(ALL_DAY)
    ann = Participant(id="ann", timezone="UTC", work_hours=(always,), rules=BookingRules(max_minutes_per_day=13 * 60))
    query = AvailabilityQuery(
        participants=(ann,),
        window_start=to_datetime(to_microseconds(NOW) // HOUR * HOUR - 8 * HOUR),
        window_end=to_datetime(to_microseconds(NOW) // HOUR * HOUR + 40 * HOUR),
        duration_minutes=14 * 60,
    )

    free = search(query).free

    assert [f"{piece.start_time:%H}-{piece.end_time:%d %H}" for piece in free] == ["11-02 13"]
    assert explain(query, free[0].start_time) == []


def test_processes_that_book_the_last_meetings_of_a_week_share_them(database: str) -> None:
    """Eight processes want an hour each of forty; nine are left, and only the limit stands between them."""
    store = SqlStore(database)
    with service.use(store=store):
        service.create_user(person("cat", work_hours=ALL_DAY, booking_rules={"max_meetings_per_week": 9}))
    store.close()

    def attempt(process: int) -> int:
        mine, won = SqlStore(database), 0
        with service.use(store=mine):
            for hour in range(process, 40, 8):
                try:
                    won += bool(book(f"2026-06-0{1 + hour // 20}T{hour % 20:02}:00:00", user="cat"))
                except ConflictError as error:
                    assert [obstacle.reason for obstacle in error.obstacles] == ["week_limit"]  # noqa: PT017
        mine.close()
        return won

    assert sum(in_processes(8, attempt)) == 9
