"""Schemas that no route declares by a model: problem details, and the forms that capabilities build on."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def object_schema(title: str, description: str, fields: Schema, *optional: str) -> Schema:
    """Return the schema of an object with these fields, all required but the optional."""
    return {
        "title": title,
        "description": description,
        "type": "object",
        "properties": fields,
        "required": [name for name in fields if name not in optional],
    }


def file_form(name: str, description: str, fields: Schema) -> Schema:
    """Return the schema of a form with a `file`, and the fields of an object schema."""
    # `format` for generators of clients that know OpenAPI 3.0 alone.
    file = {
        "type": "string",
        "format": "binary",
        "contentMediaType": "application/octet-stream",
        "description": description,
    }
    return {
        "title": name,
        "type": "object",
        "properties": {"file": file, **fields.get("properties", {})},
        "required": ["file", *fields.get("required", ())],
        "additionalProperties": False,
    }


TEXT: Schema = {"type": "string"}
_BUSY: Schema = dict.fromkeys(("user_id", "start", "end"), TEXT)
_OBSTACLE: Schema = {
    **_BUSY,
    "reason": {"type": "string", "enum": ["busy", "buffer", "notice", "day_limit", "week_limit"]},
}

PROBLEM = object_schema(
    "Problem",
    "Problem details (RFC 9457). `obstacles` lists what stands against a failed booking: busy time, or the rule that "
    "refuses it. `busy` lists the busy times among them.",
    {
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "busy": {"type": "array", "items": {"type": "object", "properties": _BUSY, "required": [*_BUSY]}},
        "obstacles": {
            "type": "array",
            "items": {"type": "object", "properties": _OBSTACLE, "required": [*_OBSTACLE]},
        },
    },
    "busy",
    "obstacles",
)

BY_NAME = {"Problem": PROBLEM}
