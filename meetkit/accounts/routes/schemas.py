"""OpenAPI schemas and responses of accounts that no route declares by a model."""

from __future__ import annotations

from meetkit.web.openapi import PUBLIC, Responses
from meetkit.web.schemas import TEXT, Schema, object_schema


def _grant(name: str, *fields: str) -> Schema:
    properties = {field: {"type": "string", "minLength": 1} for field in fields}
    return {
        "type": "object",
        "properties": {"grant_type": {"type": "string", "const": name}, **properties},
        "required": ["grant_type", *fields],
    }


# An OAuth2 form of either grant; clients send more fields, which are ignored.
_TOKEN_FORM: Schema = {
    "title": "TokenForm",
    "oneOf": [_grant("password", "username", "password"), _grant("refresh_token", "refresh_token")],
}
_TOKEN_ERROR = object_schema(
    "TokenError",
    "The reason why no token was issued (RFC 6749, 5.2).",
    {
        "error": {**TEXT, "enum": ["invalid_request", "invalid_grant", "unsupported_grant_type"]},
        "error_description": TEXT,
    },
)
BY_NAME = {schema["title"]: schema for schema in (_TOKEN_FORM, _TOKEN_ERROR)}

TOKEN: Responses = {
    400: {
        "description": "The grant is refused (RFC 6749, 5.2).",
        "content": {"application/json": {"schema": _TOKEN_ERROR}},
    }
}
TOKEN_FORM: Schema = PUBLIC | {
    "requestBody": {
        "required": True,
        "content": {"application/x-www-form-urlencoded": {"schema": _TOKEN_FORM}},
    }
}
MAIL_QUEUED: Responses = {202: {"description": "The email is queued, if there is an account to send it to."}}
ELSEWHERE: Responses = {
    303: {
        "description": "Redirect to the provider.",
        "headers": {
            "Location": {
                "description": "The URL of the provider's page.",
                "schema": {"type": "string"},
                "example": "https://github.com/login/oauth/authorize?state=...",
            }
        },
    }
}
