"""All phases in one story: a deal from the first slot to the brief for the next meeting."""

from __future__ import annotations

import json

from meetkit import meeting_service as service
from meetkit.errors import LLMUnavailableError
from meetkit.storage import MemoryStore
from meetkit.testing import ScriptedLLMClient


def test_from_people_to_a_brief() -> None:
    with service.use(store=MemoryStore(), llm=None):
        seller = service.create_user({"name": "Sarah Chen", "email": "sarah@company.com", "role": "Seller"})
        expert = service.create_user(
            {"name": "Maya Rosenthal", "email": "maya@company.com", "role": "Engineer", "timezone": "America/New_York"}
        )
        buyer = service.create_contact(
            {"name": "Jennifer Liu", "email": "jennifer@client.example", "company": "Client", "role": "CTO"}
        )
        both = [seller.id, expert.id]

        first_slot = service.find_available_slots(both, "2025-11-20", 60, None)[0]
        assert first_slot.start_time.isoformat() == "2025-11-20T14:00:00+00:00"

        demo = service.create_meeting(
            {
                "user_id": seller.id,
                "contact_id": buyer.id,
                "attendee_ids": [expert.id],
                "title": "Demo",
                "date": first_slot.start_time,
            }
        )
        assert service.find_available_slots(both, "2025-11-20", 60, None)[0].start_time == demo.end
        [obstacle, _] = service.explain_start(both, demo.date, 30)
        assert (obstacle.participant_id, obstacle.reason, obstacle.start) == (seller.id, "busy", demo.date)

        brief = service.generate_pre_meeting_prep(demo.id)
        assert "First meeting with Jennifer Liu" in brief.contact_summary

        service.update_meeting(
            demo.id,
            {
                "status": "completed",
                "summary": "Jennifer liked the import. She asked for a price for 40 seats.",
                "action_items": [{"task": "Send a price for 40 seats", "owner": "Sarah Chen"}],
                "sentiment": "positive",
            },
        )
        review = service.create_meeting(
            {"user_id": seller.id, "contact_id": buyer.id, "title": "Review", "date": "2025-12-01T15:00:00"}
        )
        brief = service.generate_pre_meeting_prep(review.id)
        assert [item.task for item in brief.pending_action_items] == ["Send a price for 40 seats"]
        assert [highlight.meeting_id for highlight in brief.recent_highlights] == [demo.id, demo.id]

        answer = {
            "contact_summary": "Jennifer is keen.",
            "recent_highlights": [{"text": "She asked for a price.", "meeting_id": demo.id}],
            "talking_points": ["Price", "Import", "Next step"],
            "pending_action_items": [],
        }
        with service.use(llm=ScriptedLLMClient([LLMUnavailableError("down"), "no JSON", json.dumps(answer)])):
            brief = service.generate_pre_meeting_prep_with_retry(review.id)
        assert brief.contact_summary == "Jennifer is keen."
        assert [item.owner for item in brief.pending_action_items] == ["Sarah Chen"]

        service.delete_meeting(review.id)
        assert [meeting.id for meeting in service.get_all_meetings(expert.id)] == [demo.id]
