"""The server's log: text or JSON lines with the id of their request, and without user content."""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import sys
import traceback
import uuid
from contextvars import ContextVar
from functools import lru_cache
from typing import Literal

request_id: ContextVar[str | None] = ContextVar("meetkit_request_id", default=None)
"""The id of the current request."""

# Ids that clients send appear in every line, so they must not forge or break one.
_WELL_FORMED_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_access = logging.getLogger("meetkit.access")


def configure(form: Literal["text", "json"]) -> None:
    """Write the log of meetkit and the server to standard error, in a process of the server's own."""
    _skip_unused_fields()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    for name, level in (("meetkit", logging.INFO), ("uvicorn.error", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(level)
        # Else the root logger, which another library may configure, would write each line again.
        logger.propagate = False


def _skip_unused_fields() -> None:
    """Skip fields of records that no line shows: they take most of the time of a line; see Python's logging HOWTO."""
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None


def request_id_of(sent_id: str) -> str:
    """Return the id that a request has, where it is well formed, else a new one."""
    return sent_id if _WELL_FORMED_ID.fullmatch(sent_id) else uuid.uuid4().hex


def log_request(method: str, route: str, status: int, seconds: float, account_id: str | None) -> None:
    """Log a request: its status and its duration."""
    if not _access.isEnabledFor(logging.INFO):
        return
    fields = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 2)}
    if account_id:
        fields["account"] = account_id
    _access.info("request completed", extra={"fields": fields})


def without_messages(error: BaseException) -> str:
    """Return the type, the traceback and the causes of an error, without messages, which may hold anything."""
    return "\nof ".join(
        f"{type(link).__name__}\n{''.join(traceback.format_tb(link.__traceback__))}".rstrip() for link in _chain(error)
    )


def _chain(error: BaseException) -> list[BaseException]:
    """Return an error, its cause, the cause of that, each once."""
    chain: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in chain:
        chain.append(following)
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)
    return chain


class JsonFormatter(logging.Formatter):
    """Formats a record as a JSON object in one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        line = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
            **_fields(record),
        }
        return json.dumps(line, ensure_ascii=False)


class TextFormatter(logging.Formatter):
    """Formats a record as a line for people; further lines of it are indented."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        fields = " ".join(f"{name}={value}" for name, value in _fields(record).items())
        message = _message(record).replace("\n", "\n    ")
        head, _, rest = message.partition("\n")
        line = f"{_time(record)} {record.levelname:<7} {record.name}: {head}{' ' if fields else ''}{fields}"
        return f"{line}\n{rest}" if rest else line


def _time(record: logging.LogRecord) -> str:
    return f"{_second(int(record.created))}.{int(record.msecs):03d}Z"


# Lines of one second share the formatted part.
@lru_cache(1)
def _second(second: int) -> str:
    return dt.datetime.fromtimestamp(second, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _message(record: logging.LogRecord) -> str:
    error = record.exc_info[1] if record.exc_info else None
    return f"{record.getMessage()}\n{without_messages(error)}" if error else record.getMessage()


def _fields(record: logging.LogRecord) -> dict[str, object]:
    fields = dict(getattr(record, "fields", {}))
    current = request_id.get()
    return {**fields, "request_id": current} if current else fields
