"""The service's OpenAPI document: what FastAPI knows of the routes, with errors, examples and headers added."""

from __future__ import annotations

import http
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from meetkit.web import examples
from meetkit.web.bodies import Analysis, CalendarUpload
from meetkit.web.problems import MEDIA_TYPE

Schema = dict[str, Any]
Responses = dict[int | str, dict[str, Any]]

_OF_SCHEMAS = "#/components/schemas/"
_DESCRIPTION = """Meetings, the briefs before them, and what is found in their transcripts.

Errors are problem details (RFC 9457) of the media type `application/problem+json`. Lists come in pages: `next` of one
is `after` of the next. Times are ISO 8601; where one is sent without an offset, the zone that it is read in is said.
Places in a transcript count Unicode code points; JavaScript counts UTF-16 code units, and asks for `offsets=utf16`.
"""
_PROBLEMS = {
    400: "The request is malformed, or breaks a rule; the problem says which.",
    401: "Nobody is signed in, or no longer.",
    403: "Who is signed in may not do this.",
    404: "There is no such thing, or none that the caller may see.",
    409: "What is stored stands in the way: a key used before, busy time, a change by somebody else.",
    412: "The version that If-Match names is not the present one.",
    413: "The body is too large.",
    429: "Too many requests; Retry-After says when the next will be heard.",
    500: "Something went wrong here, or a model's answer was of no use.",
    503: "The database or the model cannot be reached; Retry-After says when to try again.",
}
_OF_ALL = (401, 403, 429, 500, 503)


def _header(description: str, example: str) -> Schema:
    return {"description": description, "schema": {"type": "string"}, "example": example}


_ETAG = {"ETag": _header("The version of the meeting, for If-Match and If-None-Match.", '"3"')}
_LOCATION = {"Location": _header("Where it is.", "/api/v1/meetings/meeting_1")}
_LINK = {
    "Link": _header("The next page, if there is one (RFC 8288).", '</api/v1/meetings?after=meeting_1>; rel="next"')
}
_RETRY = {"Retry-After": _header("In how many seconds to try again.", "1")}

# What routes declare beside their model.
ETAG: Responses = {200: {"headers": _ETAG}}
LOCATED: Responses = {201: {"headers": _LOCATION}}
CREATED: Responses = {201: {"headers": _ETAG | _LOCATION}}
LISTED: Responses = {200: {"headers": _LINK}}
NOTHING: Responses = {204: {"description": "It is done; there is nothing to say."}}
UNCHANGED: Responses = {304: {"description": "The version that is known is the present one.", "headers": _ETAG}}
ELSEWHERE: Responses = {
    303: {
        "description": "The provider's page.",
        "headers": {"Location": _header("Where it is.", "https://github.com/login/oauth/authorize?state=...")},
    }
}
MAILED: Responses = {202: {"description": "The mail is on its way, if there is anybody to send it to."}}
ICALENDAR: Responses = {
    200: {
        "description": "An iCalendar file (RFC 5546).",
        "content": {"text/calendar": {"schema": {"type": "string"}, "example": examples.INVITATION}},
    }
}

TOKEN: Responses = {
    400: {
        "description": "The grant is refused, as RFC 6749, 5.2 has it.",
        "content": {"application/json": {"schema": {"$ref": f"{_OF_SCHEMAS}TokenError"}}},
    }
}
OPEN: Schema = {"security": []}
"""Of a route that asks nobody who they are."""
TOKEN_FORM: Schema = OPEN | {
    "requestBody": {
        "required": True,
        "content": {"application/x-www-form-urlencoded": {"schema": {"$ref": f"{_OF_SCHEMAS}TokenForm"}}},
    }
}
TRANSCRIPT = {
    "requestBody": {
        "content": {
            "application/json": {"schema": {"$ref": f"{_OF_SCHEMAS}Analysis"}},
            "multipart/form-data": {"schema": {"$ref": f"{_OF_SCHEMAS}TranscriptFile"}},
        }
    }
}
CALENDAR_FILE = {
    "requestBody": {
        "required": True,
        "content": {"multipart/form-data": {"schema": {"$ref": f"{_OF_SCHEMAS}CalendarFile"}}},
    }
}


def problems(*codes: int) -> Responses:
    """What a route answers with where something is wrong, beside what all routes may."""
    return {code: _problem(code) for code in codes}


def operation_id(route: APIRoute) -> str:
    """The name of the function, which client generators make a method of."""
    return route.name


def document(app: FastAPI) -> None:
    """Have an app serve this document."""

    def openapi() -> Schema:
        if not app.openapi_schema:
            app.openapi_schema = of(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI documents it


def of(app: FastAPI) -> Schema:
    """The document."""
    made = get_openapi(title="meetkit", version=app.version, description=_DESCRIPTION, routes=app.routes)
    schemas = made["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas.update(_own_schemas())
    made["components"]["securitySchemes"] = _security_schemes()
    made["security"] = [{name: []} for name in _security_schemes()]
    for operation in _operations(made):
        _complete(operation)
    return made


def _operations(document: Schema) -> Iterator[Schema]:
    for path in document["paths"].values():
        yield from path.values()


def _complete(operation: Schema) -> None:
    responses = operation["responses"]
    responses.pop("422", None)
    for code in (*_OF_ALL, 413) if "requestBody" in operation else _OF_ALL:
        responses.setdefault(str(code), _problem(code))
    for parameter in operation.get("parameters", ()):
        _without_null(parameter["schema"])
    for part in (operation.get("requestBody", {}), *responses.values()):
        for media in part.get("content", {}).values():
            _exemplify(media)
    operation["responses"] = dict(sorted(responses.items()))


def _exemplify(media: Schema) -> None:
    """Give a body the example of its schema, or one for each of several."""
    if "example" in media:
        return
    schema = media["schema"]
    refs = [one.get("$ref", "") for one in schema.get("oneOf", schema.get("anyOf", [schema]))]
    names = [name for ref in refs if (name := _name_of(ref)) in examples.OF_SCHEMAS]
    if len(names) == 1:
        media["example"] = examples.OF_SCHEMAS[names[0]]
    elif names:
        media["examples"] = {name: {"value": examples.OF_SCHEMAS[name]} for name in names}


def _name_of(ref: str) -> str:
    """The name of a schema, which has two where what is taken is not all that is answered."""
    return ref.removeprefix(_OF_SCHEMAS).removesuffix("-Input").removesuffix("-Output")


def _without_null(schema: Schema) -> None:
    """A parameter is there or not; there is no way to send null."""
    given = [one for one in schema.pop("anyOf", []) if one != {"type": "null"}]
    if len(given) == 1:
        schema.update(given[0])
    elif given:
        schema["anyOf"] = given


def _problem(code: int) -> Schema:
    example = {"title": http.HTTPStatus(code).phrase, "status": code, "detail": _PROBLEMS[code]}
    media = {"schema": {"$ref": f"{_OF_SCHEMAS}Problem"}, "example": example}
    found: Schema = {"description": _PROBLEMS[code], "content": {MEDIA_TYPE: media}}
    return found | ({"headers": _RETRY} if code in (429, 503) else {})


def _own_schemas() -> dict[str, Schema]:
    """What no route declares by a model."""
    busy = {name: {"type": "string"} for name in ("user_id", "start", "end")}
    return {
        "Problem": {
            "title": "Problem",
            "description": "Problem details (RFC 9457). `busy` says who is busy and when, where a booking meets that.",
            "type": "object",
            "properties": {
                "title": {"type": "string"},
                "status": {"type": "integer"},
                "detail": {"type": "string"},
                "busy": {"type": "array", "items": {"type": "object", "properties": busy, "required": [*busy]}},
            },
            "required": ["title", "status", "detail"],
        },
        "TokenForm": _token_form(),
        "TokenError": {
            "title": "TokenError",
            "description": "Why there is no token (RFC 6749, 5.2).",
            "type": "object",
            "properties": {
                "error": {"type": "string", "enum": ["invalid_request", "invalid_grant", "unsupported_grant_type"]},
                "error_description": {"type": "string"},
            },
            "required": ["error", "error_description"],
        },
        "Analysis": Analysis.model_json_schema(),
        "TranscriptFile": _form("TranscriptFile", "A transcript: text, WebVTT, SRT or JSON.", {}),
        "CalendarFile": _form("CalendarFile", "An iCalendar file (.ics).", CalendarUpload.model_json_schema()),
    }


def _token_form() -> Schema:
    """An OAuth2 form of either grant; clients send more, which is left aside."""
    fields = {"password": ("username", "password"), "refresh_token": ("refresh_token",)}
    return {
        "title": "TokenForm",
        "oneOf": [
            {
                "type": "object",
                "properties": {
                    "grant_type": {"type": "string", "const": grant},
                    **{name: {"type": "string", "minLength": 1} for name in names},
                },
                "required": ["grant_type", *names],
            }
            for grant, names in fields.items()
        ],
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


def _security_schemes() -> dict[str, Schema]:
    return {
        "bearer": {"type": "http", "scheme": "bearer", "description": "An access token, or an API key."},
        "password": {
            "type": "oauth2",
            "description": "Signing in from this page.",
            "flows": {"password": {"tokenUrl": "/api/v1/auth/token", "refreshUrl": "/api/v1/auth/token", "scopes": {}}},
        },
        "api_key": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "An API key."},
    }
