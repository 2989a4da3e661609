"""The schemas of what no route declares by a model."""

from __future__ import annotations

from typing import Any

from meetkit.meetings.routes.bodies import Analysis, CalendarUpload

Schema = dict[str, Any]


def _object(title: str, description: str, fields: Schema, *optional: str) -> Schema:
    return {
        "title": title,
        "description": description,
        "type": "object",
        "properties": fields,
        "required": [name for name in fields if name not in optional],
    }


def _grant(name: str, *fields: str) -> Schema:
    properties = {field: {"type": "string", "minLength": 1} for field in fields}
    return {
        "type": "object",
        "properties": {"grant_type": {"type": "string", "const": name}, **properties},
        "required": ["grant_type", *fields],
    }


def _form(name: str, of_file: str, fields: Schema) -> Schema:
    """A form of these fields and a file."""
    file = {"type": "string", "contentMediaType": "application/octet-stream", "description": of_file}
    return {
        "title": name,
        "type": "object",
        "properties": {"file": file, **fields.get("properties", {})},
        "required": ["file", *fields.get("required", ())],
        "additionalProperties": False,
    }


_TEXT: Schema = {"type": "string"}
_BUSY: Schema = dict.fromkeys(("user_id", "start", "end"), _TEXT)

PROBLEM = _object(
    "Problem",
    "Problem details (RFC 9457). `busy` says who is busy and when, where a booking meets that.",
    {
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "busy": {"type": "array", "items": {"type": "object", "properties": _BUSY, "required": [*_BUSY]}},
    },
    "busy",
)
TOKEN_FORM: Schema = {
    "title": "TokenForm",
    "oneOf": [_grant("password", "username", "password"), _grant("refresh_token", "refresh_token")],
}
"""An OAuth2 form of either grant; clients send more, which is left aside."""
TOKEN_ERROR = _object(
    "TokenError",
    "Why there is no token (RFC 6749, 5.2).",
    {
        "error": {**_TEXT, "enum": ["invalid_request", "invalid_grant", "unsupported_grant_type"]},
        "error_description": _TEXT,
    },
)
ANALYSIS = Analysis.model_json_schema()
TRANSCRIPT_FILE = _form("TranscriptFile", "A transcript: text, WebVTT, SRT or JSON.", {})
CALENDAR_FILE = _form("CalendarFile", "An iCalendar file (.ics).", CalendarUpload.model_json_schema())

BY_NAME = {
    schema["title"]: schema for schema in (PROBLEM, TOKEN_FORM, TOKEN_ERROR, ANALYSIS, TRANSCRIPT_FILE, CALENDAR_FILE)
}
