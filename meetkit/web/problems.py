"""Errors as RFC 9457 problem details, for every framework alike: no traceback, no secret, nothing people wrote."""

from __future__ import annotations

import http
import logging
import math
from collections.abc import Mapping, Sequence
from typing import Any

from meetkit.errors import ConflictError, LLMAPIError, MeetkitError, StoreError, ThrottledError, UnauthenticatedError
from meetkit.models.base import describe_errors
from meetkit.web.monitoring import logs
from meetkit.web.reply import Reply

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
"""Those that routes take, in the order in which a 405 names them."""
MEDIA_TYPE = "application/problem+json"
NOT_JSON = "the body is not JSON, or not in UTF-8"
NOT_SAID_TO_BE_JSON = "the body is to be JSON, with the header Content-Type: application/json"
NEITHER_JSON_NOR_FORM = "the body is to be application/json, or multipart/form-data with a `file`"
NO_FILE = "file: send a file of that name in a multipart/form-data body"
MOST_FIELDS = 10
"""Of a form with a file."""
NO_DATABASE = "the database cannot do this just now; the server's log says why, under this request's id"
_RETRY_AFTER = 1
_PARTS = frozenset({"body", "query", "path", "header", "cookie"})
_log = logging.getLogger("meetkit.web")


def problem(status: int, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> Reply:
    """The problem of a status; `type` is left out, as RFC 9457 has it where the status says it all."""
    # Half of a surrogate pair, as in the name of a field that nobody knows, has no place in UTF-8.
    sent = detail.encode("utf-8", "replace").decode()
    body = {"title": http.HTTPStatus(status).phrase, "status": status, "detail": sent, **more}
    return Reply.of_json(body, status, headers, MEDIA_TYPE)


def of_error(error: Exception) -> Reply:
    """The problem of an error: of ours with its message, of others without, as nobody knows what it holds.

    A database's own words may name servers and roles; they are for the log.
    """
    if not isinstance(error, MeetkitError):
        _log.error("an unexpected %s", logs.unsaid(error))
        return problem(500, "something went wrong; the server's log says what, under this request's id")
    detail = str(error)
    if isinstance(error, StoreError):
        _log.error("%s", error)
        detail = NO_DATABASE
    return problem(error.status_code, detail, headers=headers_of(error), **_more(error))


def of_invalid(errors: Sequence[Mapping[str, Any]], content_type: str | None = None) -> Reply:
    """The problem of a request that is none, by the errors that FastAPI lists, in the words of `describe`."""
    if any(error["type"] == "json_invalid" for error in errors):
        return problem(400, NOT_JSON)
    if any(_is_no_json(error) for error in errors) and "json" not in (content_type or "").casefold():
        return problem(400, NOT_SAID_TO_BE_JSON)
    return problem(400, describe_errors([{**error, "loc": _within(error["loc"])} for error in errors]))


def of_status(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Reply:
    """The problem of what never came to a route: no such path, no such method, a body that cannot be read."""
    said = {400: NOT_JSON, 404: "there is nothing at this path"}
    if status == 405 and headers:
        said[405] = f"this path takes {headers.get('Allow', 'other methods')} alone"
    return problem(status, said.get(status, detail), headers=headers)


def _is_no_json(error: Mapping[str, Any]) -> bool:
    """Whether there is no body, or one that was not read as JSON for its type."""
    if error["type"] == "missing":
        return tuple(error["loc"]) == ("body",)
    return error["loc"][0] == "body" and isinstance(error.get("input"), bytes)


def _within(place: Sequence[str | int]) -> Sequence[str | int]:
    """A place without the part of the request that it is in, as who calls the service from Python is told it."""
    return place[1:] if place and place[0] in _PARTS else place


def headers_of(error: MeetkitError) -> dict[str, str]:
    """What an error says in headers: how to sign in, when to try again."""
    if isinstance(error, UnauthenticatedError):
        return {"WWW-Authenticate": "Bearer"}
    if error.retryable and error.status_code in (429, 503):
        wait = error.retry_after if isinstance(error, LLMAPIError | ThrottledError) else None
        return {"Retry-After": str(math.ceil(wait or _RETRY_AFTER))}
    return {}


def _more(error: MeetkitError) -> dict[str, Any]:
    if isinstance(error, ConflictError) and error.busy:
        return {
            "busy": [
                {"user_id": one.user_id, "start": one.start.isoformat(), "end": one.end.isoformat()}
                for one in error.busy
            ]
        }
    return {}
