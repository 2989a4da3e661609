"""Errors as RFC 9457 problem details, for every framework alike: no traceback, no secret, nothing people wrote."""

from __future__ import annotations

import http
import logging
import math
from typing import Any

from meetkit.errors import ConflictError, LLMAPIError, MeetkitError, ThrottledError, UnauthenticatedError
from meetkit.web.reply import Reply

MEDIA_TYPE = "application/problem+json"
NOT_JSON = "the body is not JSON, or not in UTF-8"
_RETRY_AFTER = 1
_log = logging.getLogger("meetkit.web")


def problem(status: int, detail: str, *, headers: dict[str, str] | None = None, **more: Any) -> Reply:
    """The problem of a status; `type` is left out, as RFC 9457 has it where the status says it all."""
    body = {"title": http.HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    return Reply.of_json(body, status, headers, MEDIA_TYPE)


def of_error(error: Exception) -> Reply:
    """The problem of an error: of ours with its message, of others without, as nobody knows what it holds."""
    if not isinstance(error, MeetkitError):
        _log.error("an unexpected error", exc_info=error)
        return problem(500, "something went wrong; the server's log says what, under this request's id")
    return problem(error.status_code, str(error), headers=_headers(error), **_more(error))


def _headers(error: MeetkitError) -> dict[str, str]:
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
