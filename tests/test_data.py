"""The sample: rich, consistent, and live through plain dicts."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from meetkit import data
from meetkit import meeting_service as service
from meetkit.errors import ConflictError, InvalidRequestError, NotFoundError
from meetkit.models import Contact, Meeting, User
from meetkit.models.typed_dicts import MeetingFields
from meetkit.storage import MemoryStore

NEW: MeetingFields = {"user_id": "user_1", "title": "New", "date": "2025-12-01T10:00:00"}


class TestContent:
    def test_has_people_in_several_zones(self) -> None:
        assert len(data.USERS) >= 4
        assert len({user["timezone"] for user in data.USERS.values()}) >= 3
        assert len(data.CONTACTS) >= 5

    def test_has_twelve_past_and_six_coming_meetings(self) -> None:
        coming = [meeting for meeting in data.MEETINGS.values() if meeting["status"] == "scheduled"]

        assert len(data.HISTORICAL_MEETINGS) == 12
        assert len(coming) == 6
        assert sum(meeting["contact_id"] is None for meeting in coming) == 2
        assert all(meeting["date"][:10] >= str(data.TODAY) for meeting in coming)
        assert all(meeting["date"][:10] < str(data.TODAY) for meeting in data.HISTORICAL_MEETINGS.values())

    def test_past_meetings_are_told_in_full(self) -> None:
        for meeting in data.HISTORICAL_MEETINGS.values():
            assert meeting["summary"]
            assert meeting["transcript"]
            assert meeting["action_items"]
            assert meeting["sentiment"]
        lengths = [len(meeting["transcript"].split()) for meeting in data.HISTORICAL_MEETINGS.values()]
        assert sum(words >= 300 for words in lengths) >= 3

    def test_is_the_documents_first_meeting(self) -> None:
        first = data.MEETINGS["hist_meeting_1"]

        assert (first["user_id"], first["contact_id"], first["title"]) == ("user_1", "contact_1", "Product Demo")
        assert first["date"] == "2025-07-10T14:00:00Z"

    def test_speakers_are_people_of_the_meeting(self) -> None:
        for meeting_id in data.HISTORICAL_MEETINGS:
            meeting = data.get_meeting(meeting_id)
            assert meeting.contact_id
            there = {data.get_user(user_id).name for user_id in meeting.user_ids}
            there.add(data.get_contact(meeting.contact_id).name)
            assert {line.partition(":")[0] for line in (meeting.transcript or "").splitlines() if line} <= there

    def test_deadlines_were_said_and_owners_were_there(self) -> None:
        for meeting_id in data.HISTORICAL_MEETINGS:
            meeting = data.get_meeting(meeting_id)
            said = re.sub(r"\s+", " ", meeting.transcript or "").casefold()
            for item in meeting.action_items:
                if item.deadline:
                    assert item.deadline.phrase.casefold() in said
                    assert item.deadline.anchor
                    assert item.deadline.date
                    assert item.deadline.date >= item.deadline.anchor
                assert item.owner is None or item.owner.casefold() in said


class TestLiveMappings:
    def test_what_is_read_is_a_copy_of_plain_values(self) -> None:
        meeting = data.MEETINGS["meeting_1"]
        meeting["title"] = "Changed"
        meeting["attendee_ids"].append("user_5")

        assert data.MEETINGS["meeting_1"]["title"] == "Quarterly Business Review"
        assert service.get_meeting("meeting_1").attendee_ids == ("user_2",)

    def test_what_is_assigned_the_service_sees(self) -> None:
        data.MEETINGS["meeting_9"] = {**NEW, "action_items": ["Call"]}
        data.USERS["user_1"] = {**data.USERS["user_1"], "name": "Sarah Stone"}

        assert service.get_meeting("meeting_9").action_items[0].task == "Call"
        assert service.get_user("user_1").name == "Sarah Stone"
        assert "meeting_9" in [meeting.id for meeting in service.get_all_meetings("user_1")]

    def test_assigning_again_replaces(self) -> None:
        data.MEETINGS["meeting_1"] = {**data.MEETINGS["meeting_1"], "date": "2025-12-24T10:00:00"}

        assert service.get_meeting("meeting_1").date.month == 12
        assert len(data.MEETINGS) == 18

    def test_what_is_deleted_the_service_misses(self) -> None:
        del data.MEETINGS["meeting_1"]
        data.CONTACTS.pop("contact_5")
        data.USERS.clear()

        with pytest.raises(NotFoundError):
            service.get_meeting("meeting_1")
        with pytest.raises(NotFoundError):
            service.get_contact("contact_5")
        assert list(data.USERS) == []

    def test_what_the_service_writes_is_seen(self) -> None:
        meeting = service.create_meeting(NEW)

        assert data.MEETINGS[meeting.id]["title"] == "New"

    def test_past_meetings_are_live_too(self) -> None:
        service.update_meeting("meeting_1", {"status": "completed"})
        del data.HISTORICAL_MEETINGS["hist_meeting_1"]

        assert "meeting_1" in data.HISTORICAL_MEETINGS
        assert "hist_meeting_1" not in data.MEETINGS
        assert "meeting_2" not in data.HISTORICAL_MEETINGS

    def test_what_is_assigned_as_past_is_completed(self) -> None:
        data.HISTORICAL_MEETINGS["past"] = NEW
        data.HISTORICAL_MEETINGS["hist_meeting_1"] = data.get_meeting("hist_meeting_1")  # type: ignore[assignment]

        assert data.HISTORICAL_MEETINGS["past"]["status"] == "completed"
        for nothing in (None, "abc", [1]):
            with pytest.raises(InvalidRequestError, match="a mapping"):
                data.HISTORICAL_MEETINGS["other"] = nothing  # type: ignore[assignment]
        with pytest.raises(InvalidRequestError, match="a past meeting is completed, not scheduled"):
            data.HISTORICAL_MEETINGS["other"] = {**NEW, "status": "scheduled"}

    def test_a_meeting_that_is_not_past_is_not_overwritten_as_past(self) -> None:
        with pytest.raises(ConflictError, match="meeting 'meeting_1' is not past; change it in MEETINGS"):
            data.HISTORICAL_MEETINGS.setdefault("meeting_1", dict(NEW))
        assert service.get_meeting("meeting_1").status == "scheduled"

    def test_a_meeting_can_be_assigned_back_when_its_people_are_gone(self) -> None:
        data.USERS.clear()

        for meeting_id, meeting in data.MEETINGS.items():
            data.MEETINGS[meeting_id] = meeting
        assert len(data.MEETINGS) == 18

    def test_threads_that_assign_the_same_id_all_succeed(self) -> None:
        def assign(number: int) -> None:
            data.MEETINGS[f"m{number % 5}"] = NEW

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(assign, range(400)))
        assert len(data.MEETINGS) == 23

    def test_a_model_can_be_assigned_too(self) -> None:
        data.USERS["user_1"] = data.get_user("user_1").model_copy(update={"role": "CEO"})  # type: ignore[assignment]

        assert service.get_user("user_1").role == "CEO"

    def test_a_key_that_is_not_there_is_a_key_error(self) -> None:
        for mapping in (data.USERS, data.CONTACTS, data.MEETINGS, data.HISTORICAL_MEETINGS):
            with pytest.raises(KeyError):
                mapping["nope"]
            with pytest.raises(KeyError):
                del mapping["nope"]
            assert mapping.get("nope") is None

    @pytest.mark.parametrize(
        ("entry", "why"),
        [
            ({**NEW, "id": "other"}, "'other' is assigned to 'm'"),
            ({**NEW, "titel": ""}, "titel"),
            ({}, "user_id"),
            (5, "a mapping, not 5"),
            (None, "a mapping"),
        ],
    )
    def test_a_bad_entry_is_refused(self, entry: Any, why: str) -> None:
        with pytest.raises(InvalidRequestError, match=why):
            data.MEETINGS["m"] = entry
        assert "m" not in data.MEETINGS

    def test_shows_what_it_holds(self) -> None:
        assert repr(data.CONTACTS) == "<5 contacts: contact_1, contact_2, contact_3, contact_4, contact_5>"


def test_threads_that_come_first_share_one_sample() -> None:
    with ThreadPoolExecutor(8) as threads:
        assert len({id(store) for store in threads.map(lambda _: data.store(), range(64))}) == 1


class TestHelpers:
    def test_return_models(self) -> None:
        assert isinstance(data.get_user("user_1"), User)
        assert isinstance(data.get_contact("contact_1"), Contact)
        assert isinstance(data.get_meeting("meeting_1"), Meeting)

    def test_history_is_completed_newest_first_and_limited(self) -> None:
        service.update_meeting("hist_meeting_12", {"title": "Latest"})
        history = data.get_historical_meetings_for_contact("contact_1", 2)

        assert [meeting.title for meeting in history] == ["Latest", "Rollout Planning"]
        assert len(data.get_historical_meetings_for_contact("contact_1")) == 4
        assert data.get_historical_meetings_for_contact("contact_5") == []
        for limit in (0, None, "2"):
            with pytest.raises(InvalidRequestError, match="limit"):
                data.get_historical_meetings_for_contact("contact_1", limit)  # type: ignore[arg-type]

    def test_a_meeting_is_added_and_updated(self) -> None:
        added = data.add_meeting(NEW)
        kept = data.add_meeting(Meeting.model_validate({**NEW, "id": "kept"}))
        updated = data.update_meeting(added.id, {"title": "Newer", "date": "2025-12-02T10:00:00"})

        assert service.get_meeting(added.id) == updated
        assert (updated.title, updated.version, updated.date.day) == ("Newer", 2, 2)
        assert service.get_meeting("kept") == kept

    @pytest.mark.parametrize("nothing", [None, 5, "meeting"])
    def test_a_meeting_is_a_mapping(self, nothing: Any) -> None:
        with pytest.raises(InvalidRequestError):
            data.add_meeting(nothing)

    def test_a_meeting_keeps_its_zone_when_it_moves(self) -> None:
        zone = data.update_meeting("meeting_3", {"timezone": "Asia/Tokyo"}).timezone

        assert data.update_meeting("meeting_3", {"date": "2025-11-21T10:00:00"}).timezone == zone

    def test_say_what_exists(self) -> None:
        assert data.user_exists("user_1")
        assert data.contact_exists("contact_1")
        assert data.meeting_exists("meeting_1")
        assert not any((data.user_exists("x"), data.contact_exists("x"), data.meeting_exists("x")))

    def test_serve_the_sample_even_where_another_store_is_in_use(self) -> None:
        with service.use(store=MemoryStore()):
            assert data.get_user("user_1").name == "Sarah Chen"
