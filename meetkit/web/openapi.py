"""The OpenAPI document: FastAPI's own, with problem details, examples and headers added."""

from __future__ import annotations

import http
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel

from meetkit.web import schemas
from meetkit.web.problems import MEDIA_TYPE

Schema = dict[str, Any]
Responses = dict[int | str, dict[str, Any]]

_OF_SCHEMAS = "#/components/schemas/"
_PROBLEMS = {
    400: "The request is malformed or breaks a rule; `detail` says which.",
    401: "The credentials are missing, invalid or expired.",
    403: "The caller is not allowed to do this.",
    404: "The resource does not exist, or the caller may not see it.",
    409: "The request conflicts with stored data: a state that forbids it, busy time, a used idempotency key, "
    "a concurrent change.",
    410: "What the first request under this idempotency key created was deleted since.",
    412: "The version in If-Match is not the current one.",
    413: "The body is too large.",
    429: "Too many requests; Retry-After says when to try again.",
    500: "An unexpected error, or an unusable answer of the model.",
    503: "The database or the model is unavailable; Retry-After says when to try again.",
}
# Any request may be refused or fail in these ways.
_OF_ALL = (401, 403, 429, 500, 503)


def _header(description: str, example: str) -> Schema:
    return {"description": description, "schema": {"type": "string"}, "example": example}


_ETAG = {"ETag": _header("The version, for If-Match and If-None-Match.", '"3"')}
_LOCATION = {"Location": _header("The URL of the new resource.", "/api/v1/meetings/meeting_1")}
_LINK = {
    "Link": _header("The next page, if there is one (RFC 8288).", '</api/v1/meetings?after=meeting_1>; rel="next"')
}
_RETRY = {"Retry-After": _header("The seconds to wait before trying again.", "1")}

# Responses that routes declare besides their model.
ETAG: Responses = {200: {"headers": _ETAG}}
LOCATION: Responses = {201: {"headers": _LOCATION}}
LOCATION_AND_ETAG: Responses = {201: {"headers": _ETAG | _LOCATION}}
LINK: Responses = {200: {"headers": _LINK}}
NO_CONTENT: Responses = {204: {"description": "Done; the response has no body."}}
NOT_MODIFIED: Responses = {304: {"description": "The client has the current version.", "headers": _ETAG}}
PUBLIC: Schema = {"security": []}
"""Declared by a route that anybody may call: it authenticates no caller."""


def job_responses(status: int, example: Schema, model: type[BaseModel] | None = None) -> Responses:
    """Return the response of a route that starts or reports a job, with when to ask for it again, and where."""
    headers = dict(_RETRY)
    if status == 202:
        headers |= {"Location": _header("The URL of the job.", "/api/v1/jobs/job_1")}
    response: Schema = {"headers": headers, "content": {"application/json": {"example": example}}}
    return {
        status: response | ({"model": model, "description": "Accepted; it runs in the background."} if model else {})
    }


def problems(*codes: int) -> Responses:
    """Return the problem responses of a route, besides those of all routes."""
    return {code: _problem(code) for code in codes}


def problems_of_any() -> Responses:
    """Return the problem responses of every route, for the documents of hosts, which list them per route."""
    media = {"schema": schemas.PROBLEM}
    return problems(*_OF_ALL) | {"default": {"description": "An error.", "content": {MEDIA_TYPE: media}}}


def operation_id(route: APIRoute) -> str:
    """Return the name of the route's function, which client generators use as the method's name."""
    return route.name


@dataclass(frozen=True)
class Extras:
    """Parts of the document that no route declares by a model: examples by schema name, and schemas by their own."""

    examples: Mapping[str, Any] = field(default_factory=dict)
    schemas: Mapping[str, Schema] = field(default_factory=dict)


def document(app: FastAPI, extras: Extras) -> None:
    """Have an app serve this document."""
    extras = Extras(extras.examples, {**schemas.BY_NAME, **extras.schemas})

    def openapi() -> Schema:
        if not app.openapi_schema:
            app.openapi_schema = _document_of(app, extras)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI documents it


def _document_of(app: FastAPI, extras: Extras) -> Schema:
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        contact=app.contact,
        license_info=app.license_info,
        servers=app.servers,
        routes=app.routes,
    )
    components = document["components"]["schemas"]
    # Schemas of FastAPI's own errors, which no response has.
    for name in ("HTTPValidationError", "ValidationError"):
        components.pop(name, None)
    components.update(extras.schemas)
    document["components"]["securitySchemes"] = _security_schemes()
    document["security"] = [{name: []} for name in _security_schemes()]
    for operation in _operations(document):
        _complete(operation, extras)
    return document


def _operations(document: Schema) -> Iterator[Schema]:
    for path in document["paths"].values():
        yield from path.values()


def _complete(operation: Schema, extras: Extras) -> None:
    responses = operation["responses"]
    # Invalid requests are 400 here, as `render_problems` replies.
    responses.pop("422", None)
    # FastAPI declares a body of every 202; one that is described by a model of its own is a reference.
    if "202" in responses and "$ref" not in str(responses["202"]):
        responses["202"].pop("content", None)
    for code in (*_OF_ALL, 413) if "requestBody" in operation else _OF_ALL:
        responses.setdefault(str(code), _problem(code))
    for parameter in operation.get("parameters", ()):
        _without_null(parameter["schema"])
    for part in (operation.get("requestBody", {}), *responses.values()):
        for media in part.get("content", {}).values():
            _name_schema(media, extras)
            _exemplify(media, extras)
    operation["responses"] = dict(sorted(responses.items()))


def _name_schema(media: Schema, extras: Extras) -> None:
    """Refer to an extra schema by its name. Routes hold it in full, as the documents of hosts have no place for it."""
    name = media["schema"].get("title")
    if name in extras.schemas:
        media["schema"] = {"$ref": f"{_OF_SCHEMAS}{name}"}


def _exemplify(media: Schema, extras: Extras) -> None:
    """Add the example of a body's schema, or one for each of several schemas."""
    if "example" in media:
        return
    schema = media["schema"]
    refs = [choice.get("$ref", "") for choice in schema.get("oneOf", schema.get("anyOf", [schema]))]
    names = [name for ref in refs if (name := _name_of(ref)) in extras.examples]
    if len(names) == 1:
        media["example"] = extras.examples[names[0]]
    elif names:
        media["examples"] = {name: {"value": extras.examples[name]} for name in names}


def _name_of(ref: str) -> str:
    """Return the name of a schema; FastAPI suffixes it where requests and responses differ."""
    return ref.removeprefix(_OF_SCHEMAS).removesuffix("-Input").removesuffix("-Output")


def _without_null(schema: Schema) -> None:
    """Remove null from the choices of a parameter: one can be left out, but a URL or a header has no null."""
    choices = [choice for choice in schema.pop("anyOf", []) if choice != {"type": "null"}]
    if len(choices) == 1:
        schema.update(choices[0])
    elif choices:
        schema["anyOf"] = choices


def _problem(code: int) -> Schema:
    example = {"title": http.HTTPStatus(code).phrase, "status": code, "detail": _PROBLEMS[code]}
    media = {"schema": schemas.PROBLEM, "example": example}
    response: Schema = {"description": _PROBLEMS[code], "content": {MEDIA_TYPE: media}}
    return response | ({"headers": _RETRY} if code in (429, 503) else {})


def _security_schemes() -> dict[str, Schema]:
    return {
        "bearer": {"type": "http", "scheme": "bearer", "description": "An access token, or an API key."},
        "password": {
            "type": "oauth2",
            "description": "Sign in from this page.",
            "flows": {"password": {"tokenUrl": "/api/v1/auth/token", "refreshUrl": "/api/v1/auth/token", "scopes": {}}},
        },
        "api_key": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "An API key."},
    }
