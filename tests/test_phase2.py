"""Phase 2: meetings, users and contacts are created, read, updated, listed and deleted."""

from __future__ import annotations

import datetime as dt
from types import MappingProxyType
from typing import Any, Unpack, cast
from zoneinfo import ZoneInfo

import pytest
from freezegun import freeze_time

from meetkit import data
from meetkit import meeting_service as service
from meetkit.errors import ConflictError, InvalidRequestError, NotFoundError
from meetkit.models import CreateMeetingRequest, Meeting, MeetingFilters, MeetingUpdate, User
from meetkit.models.meetings import Status
from meetkit.models.typed_dicts import CreateMeetingRequestFields, MeetingFiltersFields, MeetingUpdateFields
from meetkit.storage import MemoryStore

DEEP: list[Any] = []
for _ in range(5000):
    DEEP = [DEEP]
DEMO: CreateMeetingRequestFields = {
    "user_id": "user_1",
    "contact_id": "contact_1",
    "title": "Demo",
    "date": "2025-12-01T10:00:00",
}


def ids(user_id: str, **filters: Unpack[MeetingFiltersFields]) -> list[str]:
    return [meeting.id for meeting in service.get_all_meetings(user_id, filters)]


class TestCreateMeeting:
    @freeze_time("2025-11-17T08:00:00Z")
    def test_returns_the_meeting_as_it_is_stored(self) -> None:
        meeting = service.create_meeting(DEMO)

        assert service.get_meeting(meeting.id) == meeting
        assert meeting.created_at == meeting.updated_at == dt.datetime(2025, 11, 17, 8, tzinfo=dt.UTC)
        assert (meeting.status, meeting.version, meeting.kind) == ("scheduled", 1, "external")

    def test_takes_a_model_as_well_as_a_dict(self) -> None:
        assert service.create_meeting(CreateMeetingRequest.model_validate(DEMO)).title == "Demo"

    def test_without_a_contact_the_meeting_is_internal(self) -> None:
        assert service.create_meeting({**DEMO, "contact_id": None}).kind == "internal"

    def test_every_meeting_has_an_id_of_its_own(self) -> None:
        assert service.create_meeting(DEMO).id != service.create_meeting(DEMO).id

    def test_may_overlap_another(self) -> None:
        service.create_meeting({**DEMO, "date": "2025-11-20T15:00:00"})

        assert len(ids("user_1", date_from="2025-11-20", date_to="2025-11-20")) == 3

    def test_a_naive_date_is_the_owners_wall_clock(self) -> None:
        meeting = service.create_meeting({**DEMO, "user_id": "user_3"})

        assert meeting.date == dt.datetime(2025, 12, 1, 15, tzinfo=dt.UTC)
        assert meeting.timezone == "America/New_York"

    def test_a_date_with_an_offset_is_that_instant_in_the_owners_zone(self) -> None:
        meeting = service.create_meeting({**DEMO, "user_id": "user_3", "date": "2025-12-01T10:00:00Z"})

        assert meeting.date == dt.datetime(2025, 12, 1, 10, tzinfo=dt.UTC)
        assert meeting.timezone == "America/New_York"

    def test_a_date_with_a_zone_keeps_that_zone(self) -> None:
        tokyo = dt.datetime(2025, 12, 1, 10, tzinfo=ZoneInfo("Asia/Tokyo"))

        assert service.create_meeting({**DEMO, "date": tokyo}).timezone == "Asia/Tokyo"

    def test_a_time_that_the_owners_clock_skips_names_the_next_valid_one(self) -> None:
        with pytest.raises(InvalidRequestError, match="next valid time is 2026-03-08T03:00:00"):
            service.create_meeting({**DEMO, "user_id": "user_3", "date": "2026-03-08T02:30:00"})

    @pytest.mark.parametrize(
        ("change", "kind"),
        [
            ({"user_id": "nobody"}, "user"),
            ({"contact_id": "nobody"}, "contact"),
            ({"attendee_ids": ["user_2", "nobody"]}, "user"),
        ],
    )
    def test_people_who_are_not_there_are_not_found_and_nothing_is_stored(self, change: Any, kind: str) -> None:
        before = len(data.MEETINGS)

        with pytest.raises(NotFoundError, match=f"no {kind} with id 'nobody'"):
            service.create_meeting({**DEMO, **change})
        assert len(data.MEETINGS) == before

    @pytest.mark.parametrize(
        ("request_", "why"),
        [
            ({}, "user_id: Field required; title: Field required; date: Field required"),
            ({**DEMO, "title": ""}, "title: String should have at least 1 character"),
            ({**DEMO, "date": "tomorrow"}, "date: 'tomorrow' is not an ISO 8601 date and time"),
            ({**DEMO, "duration": 30}, r"unknown field 'duration' \(did you mean 'duration_minutes'\?\)"),
            ({**DEMO, "duration_minutes": -5}, "duration_minutes: Input should be greater than or equal to 1"),
            ([], "valid dictionary"),
            (None, "valid dictionary"),
        ],
    )
    def test_a_bad_request_says_in_one_line_what_is_wrong(self, request_: Any, why: str) -> None:
        with pytest.raises(InvalidRequestError, match=why) as error:
            service.create_meeting(request_)
        assert "\n" not in str(error.value)


class TestGetMeeting:
    def test_returns_the_meeting(self) -> None:
        assert service.get_meeting("hist_meeting_1").title == "Product Demo"

    @pytest.mark.parametrize(
        "meeting_id",
        [
            pytest.param(DEEP, id="deep"),
            pytest.param(10**5000, id="huge"),
            "nope",
            "",
            "\x00",
            "💥",
            "x" * 100_000,
            None,
            7,
            ["meeting_1"],
        ],
    )
    def test_an_unknown_id_is_not_found_and_a_value_error(self, meeting_id: Any) -> None:
        with pytest.raises(NotFoundError, match="no meeting with id") as error:
            service.get_meeting(meeting_id)
        assert len(str(error.value)) < 200
        assert issubclass(NotFoundError, ValueError)


class TestGetAllMeetings:
    def test_are_those_that_a_user_owns_or_attends_by_date(self) -> None:
        meetings = service.get_all_meetings("user_2")

        assert all("user_2" in meeting.user_ids for meeting in meetings)
        assert {meeting.user_id for meeting in meetings} > {"user_2"}
        assert [meeting.date for meeting in meetings] == sorted(meeting.date for meeting in meetings)

    def test_meetings_at_one_time_are_ordered_by_id(self) -> None:
        same = [service.create_meeting(DEMO).id for _ in range(5)]

        assert ids("user_1", date_from="2025-12-01") == sorted(same)

    @pytest.mark.parametrize("nothing", [None, {}, MeetingFilters()])
    def test_an_empty_filter_filters_nothing(self, nothing: Any) -> None:
        assert len(service.get_all_meetings("user_1", nothing)) == 8

    def test_an_unknown_user_is_not_found(self) -> None:
        with pytest.raises(NotFoundError, match="no user with id 'nobody'"):
            service.get_all_meetings("nobody")

    @pytest.mark.parametrize("filters", [0, "", [], "contact_1"])
    def test_filters_are_a_mapping(self, filters: Any) -> None:
        with pytest.raises(InvalidRequestError, match="valid dictionary"):
            service.get_all_meetings("user_1", filters)

    def test_an_unknown_filter_is_named_with_the_known_ones(self) -> None:
        with pytest.raises(
            ValueError, match=r"'contact' \(did you mean 'contact_id'\?\); known fields: contact_id, date_"
        ):
            service.get_all_meetings("user_1", {"contact": "contact_1"})  # type: ignore[arg-type]  # the mistake

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            ({"contact_id": "contact_5"}, ["meeting_6"]),
            ({"contact_id": "nobody"}, []),
            ({"status": "scheduled", "kind": "internal"}, ["meeting_5", "meeting_2"]),
            ({"status": "cancelled"}, []),
            ({"text": "QUARTERLY"}, ["meeting_1"]),
            ({"text": "load test held"}, ["hist_meeting_8"]),
            ({"text": ""}, ["hist_meeting_1", "hist_meeting_6"]),
            ({"date_from": "2025-11-20T15:00:00Z"}, ["meeting_1", "meeting_6"]),
            ({"date_from": "2025-11-20T15:00:01Z"}, ["meeting_6"]),
            ({"date_from": "2025-11-20", "date_to": "2025-11-20"}, ["meeting_2", "meeting_1"]),
            ({"date_from": "2025-11-20", "date_to": "2025-11-20T15:00:00"}, ["meeting_2"]),
            ({"date_from": dt.date(2025, 11, 21)}, ["meeting_6"]),
            ({"date_from": "2026-01-01", "date_to": "2025-01-01"}, []),
        ],
    )
    def test_each_filter_keeps_what_it_says(self, filters: dict[str, Any], expected: list[str]) -> None:
        assert ids("user_1", **{"limit": 2, **filters}) == expected

    def test_bare_dates_are_days_of_the_user(self) -> None:
        late = service.create_meeting({**DEMO, "user_id": "user_3", "date": "2025-12-01T23:30:00"})

        assert ids("user_3", date_from="2025-12-01", date_to="2025-12-01") == [late.id]
        assert ids("user_3", date_from="2025-12-02") == []

    def test_pages_add_up_to_the_whole(self) -> None:
        pages, after = [], None
        while page := ids("user_1", limit=3, after=after):
            pages += page
            after = page[-1]

        assert pages == ids("user_1")

    @pytest.mark.parametrize(
        ("filters", "why"),
        [
            ({"limit": 0}, "limit"),
            ({"limit": "5"}, "limit"),
            ({"limit": 10**30}, "limit"),
            ({"date_to": "20251120"}, "date_to: '20251120' is not a date such as 2025-11-20"),
            ({"date_from": "yesterday"}, "date_from"),
            ({"date_to": "2025-02-30"}, "date_to: 2025-02-30 is not a date"),
            ({"status": "open"}, "status"),
            ({"after": "nope"}, "no meeting with id 'nope'"),
        ],
    )
    def test_a_filter_that_makes_no_sense_is_refused(self, filters: Any, why: str) -> None:
        with pytest.raises(ValueError, match=why):
            service.get_all_meetings("user_1", filters)


class TestUpdateMeeting:
    def test_changes_what_is_given_and_keeps_the_rest(self) -> None:
        before = service.get_meeting("meeting_1")

        with freeze_time("2025-11-18T09:00:00Z"):
            after = service.update_meeting("meeting_1", {"title": "QBR", "duration_minutes": 30})

        assert (after.title, after.duration_minutes, after.version) == ("QBR", 30, before.version + 1)
        assert after.updated_at == dt.datetime(2025, 11, 18, 9, tzinfo=dt.UTC)
        kept = {"title", "duration_minutes", "version", "updated_at", "end"}
        assert after.model_dump(exclude=kept) == before.model_dump(exclude=kept)
        assert service.get_meeting("meeting_1") == after

    def test_none_clears_what_may_be_empty(self) -> None:
        assert service.update_meeting("meeting_1", {"contact_id": None}).kind == "internal"

    def test_adds_what_is_known_after_the_meeting(self) -> None:
        after = service.update_meeting(
            "meeting_1",
            {"status": "completed", "transcript": "Sarah Chen: Hi.", "sentiment": "positive", "action_items": ["Call"]},
        )

        assert (after.status, after.sentiment, after.action_items[0].task) == ("completed", "positive", "Call")

    def test_a_naive_date_is_the_owners_wall_clock(self) -> None:
        assert service.update_meeting("meeting_3", {"date": "2025-11-20T15:00:00"}).date.hour == 15
        assert service.get_meeting("meeting_3").date == dt.datetime(2025, 11, 20, 20, tzinfo=dt.UTC)

    @pytest.mark.parametrize(
        ("update", "zone"),
        [
            ({"date": "2025-11-21T15:00:00-05:00"}, "America/New_York"),
            ({"date": "2025-11-21T15:00:00Z"}, "America/New_York"),
            ({"date": "2025-11-21T15:00:00"}, "America/New_York"),
            ({"date": "2025-11-21T15:00:00[Asia/Tokyo]"}, "Asia/Tokyo"),
            ({"date": dt.datetime(2025, 11, 21, tzinfo=ZoneInfo("Asia/Tokyo"))}, "Asia/Tokyo"),
            ({"date": "2025-11-21T15:00:00Z", "timezone": "Asia/Tokyo"}, "Asia/Tokyo"),
            ({"timezone": "Asia/Tokyo"}, "Asia/Tokyo"),
            ({"title": "Moved"}, "America/New_York"),
        ],
    )
    def test_a_meeting_keeps_its_zone_unless_told_another(self, update: MeetingUpdateFields, zone: str) -> None:
        meeting = service.create_meeting({**DEMO, "user_id": "user_3", "date": "2025-11-21T10:00:00"})

        assert service.update_meeting(meeting.id, update).timezone == zone

    def test_a_naive_date_is_read_in_the_zone_that_comes_with_it(self) -> None:
        update: MeetingUpdateFields = {"date": "2025-11-20T15:00:00", "timezone": "Asia/Tokyo"}

        assert service.update_meeting("meeting_3", update).date == dt.datetime(2025, 11, 20, 6, tzinfo=dt.UTC)

    def test_a_naive_date_is_never_read_in_the_zone_of_a_former_owner(self) -> None:
        class GivesAway(MemoryStore):
            def get_user(self, user_id: str) -> User:
                user = super().get_user(user_id)
                self.update_meeting("m", lambda one: one.model_copy(update={"user_id": "user_3"}))
                return user

        meeting = Meeting.model_validate({**DEMO, "id": "m", "contact_id": None})
        store = GivesAway([data.get_user("user_1"), data.get_user("user_3")], meetings=[meeting])
        with (
            service.use(store=store),
            pytest.raises(ConflictError, match="changed its owner, and with it the time zone; try again"),
        ):
            service.update_meeting("m", {"date": "2025-12-02T10:00:00"})
        assert store.get_meeting("m").date == meeting.date

    def test_a_moved_meeting_is_found_at_its_new_time_only(self) -> None:
        service.update_meeting("meeting_1", {"date": "2025-12-24T15:00:00"})

        assert "meeting_1" not in ids("user_1", date_to="2025-12-01")
        assert ids("user_2", date_from="2025-12-24") == ["meeting_1"]

    @pytest.mark.parametrize(
        ("before", "after", "legal"),
        [
            ("scheduled", "completed", True),
            ("scheduled", "cancelled", True),
            ("cancelled", "scheduled", True),
            ("scheduled", "scheduled", True),
            ("completed", "completed", True),
            ("completed", "scheduled", True),
            ("completed", "cancelled", False),
            ("cancelled", "completed", False),
        ],
    )
    def test_status_moves_only_along_its_transitions(self, before: Status, after: Status, legal: bool) -> None:
        if before != "scheduled":
            service.update_meeting("meeting_1", {"status": before})

        if legal:
            assert service.update_meeting("meeting_1", {"status": after}).status == after
        else:
            with pytest.raises(ConflictError, match=f"a {before} meeting can become"):
                service.update_meeting("meeting_1", {"status": after})

    def test_a_stale_version_is_a_conflict_that_changes_nothing(self) -> None:
        service.update_meeting("meeting_1", {"title": "First", "expected_version": 1})

        with pytest.raises(ConflictError, match="is at version 2, not 1"):
            service.update_meeting("meeting_1", {"title": "Second", "expected_version": 1})
        assert service.get_meeting("meeting_1").title == "First"

    @pytest.mark.parametrize(
        ("updates", "why"),
        [
            ({"id": "other"}, "id cannot be changed"),
            ({"created_at": None}, "created_at cannot be changed"),
            ({"titel": "x"}, "unknown field 'titel'"),
            ({"title": None}, "title cannot be empty"),
            ({"title": "x" * 201}, "title"),
            ({"date": "2025-11-20"}, "no time of day"),
            ({"timezone": "Mars/Olympus"}, "unknown time zone"),
            ({"action_items": [{"task": ""}]}, "action_items.0.task"),
        ],
    )
    def test_a_bad_update_is_refused_whole(self, updates: Any, why: str) -> None:
        before = service.get_meeting("meeting_1")

        with pytest.raises(InvalidRequestError, match=why):
            service.update_meeting("meeting_1", updates | {"duration_minutes": 15})
        assert service.get_meeting("meeting_1") == before

    @pytest.mark.parametrize("change", [{"user_id": "nobody"}, {"contact_id": "nobody"}, {"attendee_ids": ["nobody"]}])
    def test_people_who_are_not_there_are_not_found(self, change: MeetingUpdateFields) -> None:
        before = service.get_meeting("meeting_1")

        with pytest.raises(NotFoundError, match="nobody"):
            service.update_meeting("meeting_1", change)
        assert service.get_meeting("meeting_1") == before

    def test_an_unknown_meeting_is_not_found(self) -> None:
        with pytest.raises(NotFoundError, match="no meeting with id 'nope'"):
            service.update_meeting("nope", MeetingUpdate(title="x"))


class TestDeleteMeeting:
    def test_returns_true_and_the_meeting_is_gone(self) -> None:
        assert service.delete_meeting("meeting_1") is True

        with pytest.raises(NotFoundError):
            service.get_meeting("meeting_1")
        assert "meeting_1" not in ids("user_1") + ids("user_2")

    def test_twice_is_not_found(self) -> None:
        service.delete_meeting("meeting_1")

        with pytest.raises(NotFoundError):
            service.delete_meeting("meeting_1")


class TestUsersAndContacts:
    def test_a_user_is_created_read_and_updated(self) -> None:
        user = service.create_user({"name": "Sarah Chen", "email": "sarah@company.com", "role": "Analyst"})

        moved = service.update_user(user.id, {"timezone": "Asia/Tokyo"})

        assert service.get_user(user.id) == moved
        assert (moved.name, moved.timezone) == ("Sarah Chen", "Asia/Tokyo")

    def test_a_contact_is_created_read_and_updated(self) -> None:
        contact = service.create_contact(
            {
                "id": "c9",
                "name": "Jennifer Liu",
                "email": "jennifer@acmecorp.com",
                "company": "Acme Corp",
                "role": "CTO",
            }
        )

        promoted = service.update_contact("c9", {"role": "CEO"})

        assert contact.id == "c9"
        assert service.get_contact("c9") == promoted
        assert promoted.role == "CEO"

    def test_an_id_that_is_taken_is_a_conflict(self) -> None:
        with pytest.raises(ConflictError, match="already a user with id 'user_1'"):
            service.create_user(service.get_user("user_1"))
        with pytest.raises(ConflictError, match="already a contact with id 'contact_1'"):
            service.create_contact(service.get_contact("contact_1"))

    @pytest.mark.parametrize(
        ("updates", "why"),
        [
            ({"id": "user_9"}, "id cannot be changed"),
            ({"nickname": "S"}, "unknown field 'nickname'"),
            ({"email": "x"}, "not an email address"),
            ({"name": None}, "name"),
        ],
    )
    def test_a_bad_update_of_a_person_is_refused_whole(self, updates: Any, why: str) -> None:
        with pytest.raises(InvalidRequestError, match=why):
            service.update_user("user_1", updates | {"role": "CEO"})
        assert service.get_user("user_1").role == "Account Executive"

    @pytest.mark.parametrize("updates", [None, [], "role"])
    def test_updates_are_a_mapping(self, updates: Any) -> None:
        with pytest.raises(InvalidRequestError, match="updates"):
            service.update_contact("contact_1", updates)

    def test_any_mapping_will_do(self) -> None:
        assert service.create_meeting(cast("CreateMeetingRequestFields", MappingProxyType(DEMO))).title == "Demo"

    def test_people_who_are_not_there_are_not_found(self) -> None:
        for call in (service.get_user, service.get_contact):
            with pytest.raises(NotFoundError):
                call("nobody")
        with pytest.raises(NotFoundError):
            service.update_user("nobody", {})
        with pytest.raises(NotFoundError):
            service.update_contact("nobody", {})
