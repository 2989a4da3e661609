"""Examples of bodies for the OpenAPI document, from the sample data, so that they work unchanged."""

from __future__ import annotations

from typing import Any

from meetkit.models.time import OFFICE_HOURS

_WEEK = [hours.model_dump(mode="json") for hours in OFFICE_HOURS]
_USER: dict[str, Any] = {
    "name": "Sarah Chen",
    "email": "sarah.chen@company.com",
    "role": "Account Executive",
    "timezone": "America/New_York",
    "work_hours": _WEEK,
    "exceptions": [{"date": "2025-12-24", "hours": []}],
}
_CONTACT: dict[str, Any] = {
    "name": "Jennifer Liu",
    "email": "jennifer.liu@acmecorp.com",
    "company": "Acme Corp",
    "role": "VP of Engineering",
    "timezone": "America/Los_Angeles",
}
_NEW_MEETING: dict[str, Any] = {
    "user_id": "user_1",
    "contact_id": "contact_1",
    "attendee_ids": ["user_2"],
    "title": "Quarterly Business Review",
    "date": "2026-02-03T15:00:00+00:00",
    "duration_minutes": 45,
    "location": "Room 4",
    "conference_url": "https://meet.example.com/acme-qbr",
    "description": "Agenda: results, renewal, next steps.",
}
_QUOTE = "I'll send you the report by Friday."
_EVIDENCE = {"quote": _QUOTE, "turn": 0, "speaker": "Sarah Chen", "start": 12, "end": 47, "field": None}
_ITEM: dict[str, Any] = {
    "id": "item_3f065f2b1d96",
    "task": "Send the report",
    "owner": "Sarah Chen",
    "deadline": {"phrase": "by Friday", "anchor": "2025-11-04", "timezone": "UTC", "date": "2025-11-07"},
    "priority": "high",
    "status": "open",
    "done_at": None,
    "confidence": 0.94,
    "evidence": [_EVIDENCE],
}
_MEETING: dict[str, Any] = {
    "id": "meeting_1",
    **_NEW_MEETING,
    "responses": {"user_2": "invited"},
    "timezone": "UTC",
    "status": "scheduled",
    "summary": None,
    "action_items": [],
    "sentiment": None,
    "exclusive": False,
    "created_at": "2025-11-01T09:00:00Z",
    "updated_at": "2025-11-01T09:00:00Z",
    "version": 1,
    "end": "2026-02-03T15:45:00+00:00",
}
_PENDING = {
    **_ITEM,
    "meeting_id": "meeting_1",
    "sources": [{"meeting_id": "meeting_1", "item_id": _ITEM["id"]}],
    "overdue": False,
}
_BUSY = {"start": "2026-02-03T15:00:00+00:00", "end": "2026-02-03T16:00:00+00:00", "status": "busy"}
_CALENDAR = {"name": "work", "busy": [_BUSY], "synced_at": "2026-02-01T06:00:00Z"}
_FILE = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//Example//EN\r
BEGIN:VEVENT\r
UID:1@example.com\r
DTSTAMP:20260201T060000Z\r
DTSTART:20260203T150000Z\r
DTEND:20260203T160000Z\r
END:VEVENT\r
END:VCALENDAR\r
"""
_SLOT = {"start_time": "2026-02-03T09:00:00Z", "end_time": "2026-02-03T09:30:00Z", "duration_minutes": 30}
_SOURCE = {"form": "text", "problems": [], "context": {"title": None, "date": None, "people": []}}
_TURN = {"index": 0, "speaker": "Sarah Chen", "text": _QUOTE, "start": 12, "end": 47}
_OFFLINE = {"engine": "offline", "status": "ok", "reason": None, "rejected": 0}

_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
OF_SCHEMAS: dict[str, Any] = {
    "NewMeeting": _NEW_MEETING,
    "Booking": {**_NEW_MEETING, "min_notice_minutes": 60, "buffer_minutes": 15},
    "Meeting": _MEETING,
    "MeetingPage": {"next": None, "items": [_MEETING]},
    "MeetingPatch": {"title": "Renewal", "duration_minutes": 30, "summary": None},
    "Move": {"date": "2026-02-04T10:00:00+00:00", "duration_minutes": 30},
    "MeetingResponse": {"response": "accepted"},
    "FirstFree": {
        "user_ids": ["user_1", "user_2"],
        "duration_minutes": 30,
        "from": "2026-02-02T09:00:00+00:00",
        "to": "2026-02-06T17:00:00+00:00",
        "title": "Planning",
        "contact_id": "contact_1",
        "timezone": "Europe/Berlin",
    },
    "RoundRobin": {
        "hosts": ["user_1", "user_2"],
        "duration_minutes": 30,
        "from": "2026-02-02T09:00:00+00:00",
        "to": "2026-02-06T17:00:00+00:00",
        "title": "Demo",
        "contact_id": "contact_1",
        "rotation": "demos",
    },
    "HostSearch": {
        "hosts": ["user_1", "user_2"],
        "from": "2026-02-02T09:00:00+00:00",
        "to": "2026-02-06T17:00:00+00:00",
        "duration_minutes": 30,
    },
    "Seat": {"contact_id": "contact_1"},
    "NewUser": _USER,
    "User": {"id": "user_1", **_USER, "tenant_id": "default"},
    "UserPage": {"next": None, "items": [{"id": "user_1", **_USER, "tenant_id": "default"}]},
    "UserPatch": {"role": "Account Director", "timezone": "Europe/Berlin"},
    "NewContact": _CONTACT,
    "Contact": {"id": "contact_1", **_CONTACT, "tenant_id": "default"},
    "ContactPage": {"next": None, "items": [{"id": "contact_1", **_CONTACT, "tenant_id": "default"}]},
    "ContactPatch": {"company": "Acme", "timezone": None},
    "ActionItem": _ITEM,
    "ActionItemPage": {"next": None, "items": [_PENDING]},
    "DaySearch": {"user_ids": ["user_1", "user_2"], "date": "2026-02-03", "duration_minutes": 30, "step_minutes": 30},
    "WindowSearch": {
        "user_ids": ["user_1", "user_2"],
        "from": "2026-02-02T09:00:00+00:00",
        "to": "2026-02-06T17:00:00+00:00",
        "duration_minutes": 30,
        "buffer_minutes": 10,
    },
    "Slots": {"slots": [_SLOT]},
    "Explanation": {"user_ids": ["user_1"], "start": "2026-02-03T20:00:00+00:00", "duration_minutes": 30},
    "Obstacles": {
        "obstacles": [
            {
                "participant_id": "user_1",
                "reason": "outside_hours",
                "start": "2026-02-03T17:00:00Z",
                "end": "2026-02-04T09:00:00Z",
            }
        ]
    },
    "Busy": {"busy": [_BUSY]},
    "Calendar": _CALENDAR,
    "Calendars": {"items": [_CALENDAR]},
    "CalendarFile": {"file": _FILE, "user_id": "user_1", "name": "work"},
    "Synced": {"calendar": _CALENDAR, "problems": ["VEVENT 'a@example.com' is left out: it has no DTSTART"]},
    "TranscriptFile": {"file": f"WEBVTT\n\n00:01.000 --> 00:04.000\n<v Sarah Chen>{_QUOTE}\n"},
    "Analysis": {
        "transcript": f"Sarah Chen: {_QUOTE}\nJennifer Liu: What does it cost?",
        "trackers": {"pricing": ["discount", "cost"]},
    },
    "SpeakerNames": {"names": {"Speaker 1": "Sarah Chen"}},
    "Recording": {"transcript": f"Sarah Chen: {_QUOTE}", "offset_seconds": 60.0},
    "Corrections": {
        "transcript_sha256": _SHA256,
        "items": [{"before": _ITEM, "after": {**_ITEM, "task": "Send the final report"}}],
    },
    "PreMeetingPrep": {
        "meeting_id": "meeting_1",
        "contact_summary": "Jennifer Liu is VP of Engineering at Acme Corp.",
        "recent_highlights": [{"text": "The rollout is on track.", "meeting_id": "hist_meeting_12"}],
        "changes": [],
        "talking_points": [
            "Follow up: Send the report (Sarah Chen, due 7 November 2025).",
            "Ask what matters most to Acme Corp now.",
            "Agree on the next step, who takes it and when.",
        ],
        "pending_action_items": [_PENDING],
        "engine": "offline",
        "generated_at": "2026-02-02T09:00:00Z",
    },
    "MeetingInsights": {
        "transcript_sha256": _SHA256,
        "source": _SOURCE,
        "summary": {**_OFFLINE, "sentences": [{"text": "A report will come.", "evidence": [_EVIDENCE]}]},
        "action_items": {**_OFFLINE, "items": [_ITEM], "possible": []},
        "decisions": {**_OFFLINE, "items": []},
        "questions": {**_OFFLINE, "items": []},
        "topics": {**_OFFLINE, "status": "fallback", "reason": "the model did not answer in time", "items": []},
        "sentiment": {
            **_OFFLINE,
            "score": None,
            "label": None,
            "speakers": [],
            "timeline": [],
            "health": None,
        },
        "follow_ups": {**_OFFLINE, "items": []},
        "statistics": {**_OFFLINE, "words": 7, "duration_seconds": None, "interactivity": None, "speakers": []},
        "trackers": {**_OFFLINE, "mentions": []},
    },
    "Transcript": {**_SOURCE, "format": "text", "text": f"Sarah Chen: {_QUOTE}", "turns": [_TURN]},
}
"""Examples by schema name."""

INVITATION = _FILE.replace("PRODID", "METHOD:REQUEST\r\nPRODID")
