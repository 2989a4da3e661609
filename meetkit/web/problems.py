"""Errors as RFC 9457 problem details, for every framework alike: no traceback, no secret, no user content."""

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
"""The methods of routes, in the order in which a 405 lists them."""
MEDIA_TYPE = "application/problem+json"
NOT_JSON = "the body is not JSON, or not in UTF-8"
WRONG_CONTENT_TYPE = "send JSON, with the header Content-Type: application/json"
NEITHER_JSON_NOR_FORM = "send application/json, or multipart/form-data with a `file`"
NO_FILE = "file: send a file of that name in a multipart/form-data body"
# The widest form has two fields; a parser must not collect thousands.
MAX_FORM_FIELDS = 10
"""The most fields of a form with a file."""
DATABASE_FAILED = "the database failed; the server's log has the reason, under this request's id"
_RETRY_AFTER = 1
# The first element of the locations that FastAPI reports.
_PARTS = frozenset({"body", "query", "path", "header", "cookie"})
_log = logging.getLogger("meetkit.web")


def problem(status: int, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> Reply:
    """Return the problem of a status. `type` is left out, as RFC 9457 allows where the status says enough."""
    # UTF-8 has no half of a surrogate pair, which the name of an unknown field may hold.
    text = detail.encode("utf-8", "replace").decode()
    body = {"title": http.HTTPStatus(status).phrase, "status": status, "detail": text, **more}
    return Reply.of_json(body, status, headers, MEDIA_TYPE)


def of_error(error: Exception) -> Reply:
    """Return the problem of an error: with its message where it is ours, without it otherwise.

    Messages of other libraries may hold anything, and those of databases name servers and roles; they are logged only.
    """
    if not isinstance(error, MeetkitError):
        _log.error("unexpected error: %s", logs.without_messages(error))
        return problem(500, "an unexpected error; the server's log has the details, under this request's id")
    detail = str(error)
    if isinstance(error, StoreError):
        _log.error("%s", error)
        detail = DATABASE_FAILED
    return problem(error.status_code, detail, headers=headers_of(error), **_more(error))


def of_invalid(errors: Sequence[Mapping[str, Any]], content_type: str | None = None) -> Reply:
    """Return the problem of an invalid request, by the errors that FastAPI lists, in the words of `describe`."""
    if any(error["type"] == "json_invalid" for error in errors):
        return problem(400, NOT_JSON)
    if any(_is_not_json(error) for error in errors) and "json" not in (content_type or "").casefold():
        return problem(400, WRONG_CONTENT_TYPE)
    return problem(400, describe_errors([{**error, "loc": _location(error["loc"])} for error in errors]))


def of_status(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Reply:
    """Return the problem of a request that reached no route: no such path or method, or an unreadable body."""
    details = {400: NOT_JSON, 404: "there is nothing at this path"}
    if status == 405 and headers:
        details[405] = f"this path allows {headers.get('Allow', 'other methods')}"
    return problem(status, details.get(status, detail), headers=headers)


def _is_not_json(error: Mapping[str, Any]) -> bool:
    """Return whether the body is missing, or was not read as JSON because of its content type."""
    if error["type"] == "missing":
        return tuple(error["loc"]) == ("body",)
    return error["loc"][0] == "body" and isinstance(error.get("input"), bytes)


def _location(place: Sequence[str | int]) -> Sequence[str | int]:
    """Return a location without the part of the request, as errors of the Python functions have it."""
    return place[1:] if place and place[0] in _PARTS else place


def headers_of(error: MeetkitError) -> dict[str, str]:
    """Return the headers of an error: how to authenticate, when to retry."""
    if isinstance(error, UnauthenticatedError):
        return {"WWW-Authenticate": "Bearer"}
    if error.retryable and error.status_code in (429, 503):
        wait = error.retry_after if isinstance(error, LLMAPIError | ThrottledError) else None
        return {"Retry-After": str(math.ceil(wait or _RETRY_AFTER))}
    return {}


def _more(error: MeetkitError) -> dict[str, Any]:
    if not isinstance(error, ConflictError) or not error.obstacles:
        return {}
    times = [
        {"user_id": item.user_id, "start": item.start.isoformat(), "end": item.end.isoformat(), "reason": item.reason}
        for item in error.obstacles
    ]
    busy = [{name: item[name] for name in item if name != "reason"} for item in times if item["reason"] == "busy"]
    return {"obstacles": times} | ({"busy": busy} if busy else {})
