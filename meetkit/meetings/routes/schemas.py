"""OpenAPI schemas, bodies and responses of meetings that no route declares by a model."""

from __future__ import annotations

from meetkit.meetings.routes.analysis_bodies import Analysis
from meetkit.meetings.routes.bodies import CalendarUpload
from meetkit.meetings.routes.examples import INVITATION
from meetkit.web.openapi import Responses
from meetkit.web.schemas import Schema, file_form

_ANALYSIS = Analysis.model_json_schema()
_TRANSCRIPT_FILE = file_form("TranscriptFile", "A transcript: text, captions, JSON, a table or a document.", {})
_CALENDAR_FILE = file_form("CalendarFile", "An iCalendar file (.ics).", CalendarUpload.model_json_schema())
BY_NAME = {schema["title"]: schema for schema in (_ANALYSIS, _TRANSCRIPT_FILE, _CALENDAR_FILE)}

TRANSCRIPT: Schema = {
    "requestBody": {
        "content": {
            "application/json": {"schema": _ANALYSIS},
            "multipart/form-data": {"schema": _TRANSCRIPT_FILE},
        }
    }
}
CALENDAR_FILE: Schema = {
    "requestBody": {
        "required": True,
        "content": {"multipart/form-data": {"schema": _CALENDAR_FILE}},
    }
}
MARKDOWN: Responses = {
    200: {
        "description": "Markdown (RFC 7763).",
        "content": {"text/markdown": {"schema": {"type": "string"}, "example": "# Follow-up\n\n## To do\n\n…\n"}},
    }
}
ICALENDAR: Responses = {
    200: {
        "description": "An iCalendar file (RFC 5546).",
        "content": {"text/calendar": {"schema": {"type": "string"}, "example": INVITATION}},
    }
}
