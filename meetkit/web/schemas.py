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
    file = {"type": "string", "contentMediaType": "application/octet-stream", "description": description}
    return {
        "title": name,
        "type": "object",
        "properties": {"file": file, **fields.get("properties", {})},
        "required": ["file", *fields.get("required", ())],
        "additionalProperties": False,
    }


TEXT: Schema = {"type": "string"}
_BUSY: Schema = dict.fromkeys(("user_id", "start", "end"), TEXT)

PROBLEM = object_schema(
    "Problem",
    "Problem details (RFC 9457). `busy` lists the conflicting busy times of a failed booking.",
    {
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "busy": {"type": "array", "items": {"type": "object", "properties": _BUSY, "required": [*_BUSY]}},
    },
    "busy",
)

BY_NAME = {"Problem": PROBLEM}
