"""The service's OpenAPI document: what FastAPI knows of the routes, with errors, examples and headers added."""

from __future__ import annotations

import http
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from meetkit.meetings.routes import examples
from meetkit.web import schemas
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
        "content": {"application/json": {"schema": schemas.TOKEN_ERROR}},
    }
}
OPEN: Schema = {"security": []}
"""Of a route that asks nobody who they are."""
TOKEN_FORM: Schema = OPEN | {
    "requestBody": {
        "required": True,
        "content": {"application/x-www-form-urlencoded": {"schema": schemas.TOKEN_FORM}},
    }
}
TRANSCRIPT = {
    "requestBody": {
        "content": {
            "application/json": {"schema": schemas.ANALYSIS},
            "multipart/form-data": {"schema": schemas.TRANSCRIPT_FILE},
        }
    }
}
CALENDAR_FILE = {
    "requestBody": {
        "required": True,
        "content": {"multipart/form-data": {"schema": schemas.CALENDAR_FILE}},
    }
}


def problems(*codes: int) -> Responses:
    """What a route answers with where something is wrong, beside what all routes may."""
    return {code: _problem(code) for code in codes}


def problems_of_any() -> Responses:
    """What any route answers with where something is wrong, for the documents of hosts, which say it of each."""
    media = {"schema": schemas.PROBLEM}
    return problems(*_OF_ALL) | {"default": {"description": "Something is wrong.", "content": {MEDIA_TYPE: media}}}


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
    named = made["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        named.pop(name, None)
    named.update(schemas.BY_NAME)
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
    if "202" in responses:  # whose answers are empty, which FastAPI has no class to say by
        responses["202"].pop("content", None)
    for code in (*_OF_ALL, 413) if "requestBody" in operation else _OF_ALL:
        responses.setdefault(str(code), _problem(code))
    for parameter in operation.get("parameters", ()):
        _without_null(parameter["schema"])
    for part in (operation.get("requestBody", {}), *responses.values()):
        for media in part.get("content", {}).values():
            _name_schema(media)
            _exemplify(media)
    operation["responses"] = dict(sorted(responses.items()))


def _name_schema(media: Schema) -> None:
    """Refer to a schema of ours, which routes hold as it is, for the documents of hosts that have no other place."""
    name = media["schema"].get("title")
    if name in schemas.BY_NAME:
        media["schema"] = {"$ref": f"{_OF_SCHEMAS}{name}"}


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
    media = {"schema": schemas.PROBLEM, "example": example}
    found: Schema = {"description": _PROBLEMS[code], "content": {MEDIA_TYPE: media}}
    return found | ({"headers": _RETRY} if code in (429, 503) else {})


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
