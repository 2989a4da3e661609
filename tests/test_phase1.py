"""Phase 1: the models hold what the product knows, and refuse what cannot be."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from meetkit.errors import InvalidRequestError
from meetkit.models import (
    ActionItem,
    BusyInterval,
    Contact,
    CreateMeetingRequest,
    DateException,
    Evidence,
    Hours,
    Meeting,
    MeetingFilters,
    MeetingUpdate,
    PreMeetingPrep,
    TimeSlot,
    User,
    WorkHours,
)
from meetkit.models.base import parse

SARAH = {"id": "user_1", "name": "Sarah Chen", "email": "sarah.chen@company.com", "role": "Account Executive"}
JENNIFER = {
    "id": "contact_1",
    "name": "Jennifer Liu",
    "email": "jennifer.liu@acmecorp.com",
    "company": "Acme Corp",
    "role": "VP of Engineering",
}
DEMO = {"id": "hist_meeting_1", "user_id": "user_1", "title": "Product Demo", "date": "2025-07-10T14:00:00"}

PLACE = {"quote": "yes", "turn": 0, "speaker": None, "start": 5, "end": 8}


class TestUser:
    def test_keeps_utc_office_hours_where_nothing_else_is_said(self) -> None:
        user = User(**SARAH)

        assert user.timezone == "UTC"
        assert user.work_hours == (WorkHours(days=(0, 1, 2, 3, 4), start="09:00", end="17:00"),)
        assert user.exceptions == ()

    def test_is_frozen(self) -> None:
        with pytest.raises(ValidationError, match="frozen"):
            User(**SARAH).name = "Somebody Else"  # type: ignore[misc]  # the point of the test

    def test_takes_one_rule_of_hours_for_many(self) -> None:
        rule = {"days": [5, 6], "start": "10:00", "end": "14:00"}

        assert User(**SARAH, work_hours=rule).work_hours == (WorkHours(days=(5, 6), start="10:00", end="14:00"),)

    def test_one_date_has_one_exception(self) -> None:
        holiday = {"date": "2025-12-24"}

        with pytest.raises(ValidationError, match="one date has two exceptions"):
            User(**SARAH, exceptions=[holiday, holiday])

    @pytest.mark.parametrize(
        "email",
        ["", " ", "sarah", "sarah@", "@company.com", "sarah@company", "a b@c.de", "a@b@c.de", "a@-b.de", "a@b..de"],
    )
    def test_an_address_without_its_parts_is_refused(self, email: str) -> None:
        with pytest.raises(ValidationError, match="email"):
            User(**{**SARAH, "email": email})

    @pytest.mark.parametrize(
        "email", ["s+tag@company.co.uk", "ü@müller.de", "o'brien@a-b.example", "x@xn--bcher-kva.example"]
    )
    def test_an_unusual_address_is_kept_as_it_is(self, email: str) -> None:
        assert User(**{**SARAH, "email": email}).email == email

    @pytest.mark.parametrize(
        "zone",
        ["", "utc", "Europe/Berln", "Europe", "../../etc/passwd", "/etc/localtime", "right/Europe/Berlin", "EST5\n"],
    )
    def test_only_an_iana_zone_is_a_zone(self, zone: str) -> None:
        with pytest.raises(ValidationError, match="unknown time zone"):
            User(**SARAH, timezone=zone)

    def test_only_names_that_are_taken_are_proposed(self) -> None:
        with pytest.raises(ValidationError) as error:
            User(**SARAH, timezone="localtime")
        assert "mean 'localtime'" not in str(error.value)

    def test_a_mistyped_zone_is_met_with_a_proposal(self) -> None:
        with pytest.raises(ValidationError, match="did you mean 'Europe/Berlin'"):
            User(**SARAH, timezone="Europe/Berln")

    @pytest.mark.parametrize(
        ("name", "why"),
        [
            ("", "at least 1 character"),
            ("   ", "must not be blank"),
            ("x" * 201, "at most 200 characters"),
            ("Sarah\x00Chen", "NUL character at position 5"),
            ("Sarah\ud83d", "surrogate pair at position 5"),
            ("Sarah\nChen", "one line of text"),
            ("\x1b[31mSarah", "one line of text"),
            (7, "valid string"),
            (None, "valid string"),
        ],
    )
    def test_a_name_is_one_printable_line(self, name: Any, why: str) -> None:
        with pytest.raises(ValidationError, match=why):
            User(**{**SARAH, "name": name})

    def test_an_error_does_not_repeat_what_was_given(self) -> None:
        with pytest.raises(ValidationError) as error:
            User(**{**SARAH, "name": "secret\nsecret"})

        assert "secret" not in str(error.value)


class TestContact:
    def test_has_no_zone_where_nobody_said_one(self) -> None:
        assert Contact(**JENNIFER).timezone is None


class TestWorkHours:
    def test_days_are_a_set_in_order(self) -> None:
        assert WorkHours(days=(4, 0, 4), start="09:00", end="17:00").days == (0, 4)

    @pytest.mark.parametrize("days", [(), (7,), (-1,), (0, 9)])
    def test_days_lie_between_monday_and_sunday(self, days: tuple[int, ...]) -> None:
        with pytest.raises(ValidationError, match=r"0 \(Monday\) to 6 \(Sunday\)"):
            WorkHours(days=days, start="09:00", end="17:00")

    @pytest.mark.parametrize("clock", ["9:00", "24:01", "25:00", "0٩:00", "09:60", "", "09:00:00", "noon", "٠٩:٠٠"])
    def test_a_time_of_day_is_hours_and_minutes(self, clock: str) -> None:
        with pytest.raises(ValidationError, match="not a time of day"):
            WorkHours(days=(0,), start=clock, end="17:00")

    def test_a_time_object_is_taken_too(self) -> None:
        assert WorkHours(days=(0,), start=dt.time(9), end=dt.time(17, 30)).end == "17:30"

    def test_the_end_of_the_day_is_an_end_only(self) -> None:
        assert Hours(start="18:00", end="24:00").span == (18 * 3600 * 10**6, 24 * 3600 * 10**6)
        with pytest.raises(ValidationError, match="can only be an end"):
            Hours(start="24:00", end="06:00")

    def test_hours_that_end_at_or_before_their_start_end_the_next_day(self) -> None:
        hour = 3600 * 10**6

        assert Hours(start="22:00", end="06:00").span == (22 * hour, 30 * hour)
        assert Hours(start="09:00", end="09:00").span == (9 * hour, 33 * hour)

    def test_an_exception_without_hours_is_a_day_off(self) -> None:
        assert DateException(date="2025-12-25").hours == ()


class TestMeeting:
    def test_needs_little_and_has_sensible_rest(self) -> None:
        meeting = Meeting(**DEMO)

        assert (meeting.duration_minutes, meeting.status, meeting.version) == (60, "scheduled", 1)
        assert (meeting.contact_id, meeting.transcript, meeting.summary, meeting.sentiment) == (None,) * 4
        assert meeting.attendee_ids == ()
        assert meeting.action_items == ()

    def test_end_follows_from_date_and_duration(self) -> None:
        meeting = Meeting(**DEMO, duration_minutes=45)

        assert meeting.end == dt.datetime(2025, 7, 10, 14, 45, tzinfo=dt.UTC)
        assert meeting.model_dump(mode="json")["end"] == "2025-07-10T14:45:00Z"

    def test_end_is_exact_across_a_clock_change(self) -> None:
        late = dt.datetime(2025, 10, 26, 1, 30, tzinfo=ZoneInfo("Europe/Berlin"))

        meeting = Meeting(**{**DEMO, "date": late}, duration_minutes=120)

        assert meeting.end - meeting.date == dt.timedelta(hours=2)
        assert meeting.end == dt.datetime(2025, 10, 26, 1, 30, tzinfo=dt.UTC)

    def test_is_internal_without_a_contact_and_external_with_one(self) -> None:
        assert Meeting(**DEMO).kind == "internal"
        assert Meeting(**DEMO, contact_id="contact_1").kind == "external"

    def test_a_mistake_in_many_places_is_told_in_few(self) -> None:
        wrong = {name: object() for name in Meeting.model_fields}
        with pytest.raises(InvalidRequestError, match=rf"and {len(wrong) - 8} more problems") as error:
            parse(Meeting, wrong)
        assert len(str(error.value)) < 1000

    def test_of_a_list_the_first_mistake_is_told(self) -> None:
        with pytest.raises(InvalidRequestError, match=r"^attendee_ids\.0: Input should be a valid string$"):
            parse(Meeting, {**DEMO, "attendee_ids": [1] * 1000})

    def test_plain_text_becomes_an_action_item(self) -> None:
        [item] = Meeting(**DEMO, action_items=["Send the proposal"]).action_items

        assert (item.task, item.owner, item.deadline, item.priority, item.status) == (
            "Send the proposal",
            None,
            None,
            "medium",
            "open",
        )

    def test_the_zone_is_taken_from_the_date(self) -> None:
        berlin = dt.datetime(2025, 7, 10, 14, tzinfo=ZoneInfo("Europe/Berlin"))

        assert Meeting(**{**DEMO, "date": berlin}).timezone == "Europe/Berlin"
        assert Meeting(**DEMO).timezone == "UTC"
        assert Meeting(**{**DEMO, "date": "2025-07-10T14:00:00+05:30"}).timezone == "UTC"

    def test_a_naive_date_is_read_on_the_clock_of_the_zone(self) -> None:
        meeting = Meeting(**DEMO, timezone="America/New_York")

        assert meeting.date == dt.datetime(2025, 7, 10, 18, tzinfo=dt.UTC)

    def test_a_time_that_the_clock_skips_names_the_next_valid_one(self) -> None:
        with pytest.raises(ValidationError, match="next valid time is 2026-03-29T03:00:00"):
            Meeting(**{**DEMO, "date": "2026-03-29T02:30:00"}, timezone="Europe/Berlin")

    def test_a_time_that_occurs_twice_is_the_first(self) -> None:
        meeting = Meeting(**{**DEMO, "date": "2026-10-25T02:30:00"}, timezone="Europe/Berlin")

        assert meeting.date.utcoffset() == dt.timedelta(hours=2)

    @pytest.mark.parametrize(
        ("field", "value", "why"),
        [
            ("title", "", "at least 1"),
            ("title", "x" * 201, "at most 200"),
            ("duration_minutes", 0, "greater than or equal to 1"),
            ("duration_minutes", 24 * 60 + 1, "less than or equal to 1440"),
            ("duration_minutes", True, "valid integer"),
            ("duration_minutes", "60", "valid integer"),
            ("status", "done", "'scheduled', 'completed' or 'cancelled'"),
            ("sentiment", "great", "'positive', 'neutral', 'negative' or 'mixed'"),
            ("date", "2025-07-10", "no time of day; write e.g. 2025-11-20T14:00:00"),
            ("date", "20250710", "no time of day"),
            ("date", "2025-W28-4", "no time of day"),
            ("date", "soon", "not an ISO 8601 date and time"),
            ("date", 1752156000, "datetime or an ISO 8601 string"),
            ("date", None, "datetime or an ISO 8601 string"),
            ("date", "0001-01-01T00:00:00", "year must lie between 2 and 9998"),
            ("date", dt.datetime.max, "year must lie between 2 and 9998"),
            ("timezone", 5, "valid string"),
            ("version", 0, "greater than or equal to 1"),
            ("transcript", "\x00", "NUL"),
            ("created_at", "2025-07-10T14:00:00", "needs a UTC offset"),
        ],
    )
    def test_what_cannot_be_is_refused_with_a_reason(self, field: str, value: object, why: str) -> None:
        with pytest.raises(ValidationError, match=why):
            Meeting.model_validate({**DEMO, field: value})

    def test_an_unknown_field_is_named_with_the_one_that_was_meant(self) -> None:
        with pytest.raises(ValidationError, match="unknown field 'titel' \\(did you mean 'title'\\?\\)"):
            Meeting.model_validate({**DEMO, "titel": "Demo"})

    def test_many_unknown_fields_are_told_in_few_words(self) -> None:
        with pytest.raises(ValidationError, match="and 9992 more") as error:
            Meeting.model_validate({**DEMO, **{f"field_{number}": 1 for number in range(10_000)}})
        assert len(str(error.value)) < 1500

    def test_an_attendee_named_twice_attends_once(self) -> None:
        meeting = Meeting(**DEMO, attendee_ids=["user_2", "user_1", "user_2"])

        assert meeting.attendee_ids == ("user_2", "user_1")
        assert meeting.user_ids == ("user_1", "user_2")


class TestActionItem:
    def test_the_same_task_of_the_same_owner_has_the_same_id(self) -> None:
        first = ActionItem.model_validate({"task": "Call", "owner": "Sarah Chen"})

        assert first.id == ActionItem.model_validate({"task": "Call", "owner": "Sarah Chen"}).id
        assert first.id != ActionItem.model_validate("Call").id

    def test_an_id_that_is_given_stays(self) -> None:
        assert ActionItem(id="item_1", task="Call").id == "item_1"

    @pytest.mark.parametrize("task", ["", "  ", None, 3, "x" * 2001, "\x00"])
    def test_a_task_is_text(self, task: object) -> None:
        with pytest.raises(ValidationError, match="task"):
            ActionItem.model_validate({"task": task})


class TestEvidence:
    @pytest.mark.parametrize("change", [{"end": 4}, {"start": -1}, {"field": "a\x00"}, {"field": "\x1b"}])
    def test_is_a_place_in_order(self, change: dict[str, Any]) -> None:
        assert Evidence.model_validate(PLACE).end == 8
        with pytest.raises(ValidationError, match=next(iter(change))):
            Evidence.model_validate({**PLACE, **change})


class TestRequests:
    def test_a_request_takes_a_string_or_a_datetime(self) -> None:
        request = {"user_id": "user_1", "title": "Demo"}

        as_text = CreateMeetingRequest.model_validate({**request, "date": "2025-11-20T14:00:00"})
        as_object = CreateMeetingRequest.model_validate({**request, "date": dt.datetime(2025, 11, 20, 14)})

        assert as_text == as_object
        assert as_text.date.tzinfo is None

    def test_an_update_knows_what_was_given(self) -> None:
        assert MeetingUpdate(contact_id=None, title="New").changes == {"contact_id": None, "title": "New"}
        assert MeetingUpdate(expected_version=3).changes == {}

    def test_an_update_cannot_empty_what_must_be_there(self) -> None:
        with pytest.raises(ValidationError, match="title cannot be empty"):
            MeetingUpdate(title=None)

    @pytest.mark.parametrize("field", ["id", "created_at", "updated_at", "version", "end"])
    def test_an_update_cannot_touch_what_is_fixed(self, field: str) -> None:
        with pytest.raises(ValidationError, match=f"{field} cannot be changed"):
            MeetingUpdate.model_validate({field: "x"})

    def test_a_filter_tells_a_date_from_an_instant(self) -> None:
        filters = MeetingFilters.model_validate({"date_from": "2025-07-10", "date_to": "2025-07-11T12:00:00Z"})

        assert filters.date_from == dt.date(2025, 7, 10)
        assert filters.date_to == dt.datetime(2025, 7, 11, 12, tzinfo=dt.UTC)


class TestTimes:
    def test_a_slot_knows_its_length(self) -> None:
        slot = TimeSlot(start_time="2025-11-20T14:00:00Z", end_time="2025-11-20T14:45:00Z")

        assert slot.duration_minutes == 45
        assert '"duration_minutes":45}' in slot.model_dump_json()

    @pytest.mark.parametrize("end", ["2025-11-20T14:00:00Z", "2025-11-20T13:59:59Z"])
    def test_a_slot_ends_after_it_starts(self, end: str) -> None:
        with pytest.raises(ValidationError, match="ends after it starts"):
            TimeSlot.model_validate({"start_time": "2025-11-20T14:00:00Z", "end_time": end})

    def test_a_busy_interval_may_be_empty_but_not_reversed(self) -> None:
        at = dt.datetime(2025, 11, 20, tzinfo=dt.UTC)

        assert BusyInterval(start=at, end=at).status == "busy"
        with pytest.raises(ValidationError, match="lies before start"):
            BusyInterval(start=at, end=at - dt.timedelta(microseconds=1))


class TestPreMeetingPrep:
    @pytest.mark.parametrize("count", [2, 6])
    def test_has_three_to_five_talking_points(self, count: int) -> None:
        with pytest.raises(ValidationError, match="talking_points"):
            PreMeetingPrep(
                meeting_id="meeting_1",
                contact_summary="Somebody.",
                recent_highlights=(),
                talking_points=("Ask.",) * count,
                pending_action_items=(),
                engine="offline",
                generated_at=dt.datetime(2025, 11, 20, tzinfo=dt.UTC),
            )
