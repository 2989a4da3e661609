"""The server's log: text or JSON, each line under the id of its request, and nothing in it that people wrote."""

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
"""The id of the request under way."""

_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_access = logging.getLogger("meetkit.access")


def configure(form: Literal["text", "json"]) -> None:
    """Write what meetkit and the server log to standard error, in a process that is the server's alone."""
    _leave_out_the_unsaid()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    for name, level in (("meetkit", logging.INFO), ("uvicorn.error", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(level)
        logger.propagate = False


def _leave_out_the_unsaid() -> None:
    """Have the records not hold what no line tells, which takes most of a line's time; see Python's logging HOWTO."""
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None


def request_id_of(given: str) -> str:
    """The id that a request brings, where it is a sane one, else a new one."""
    return given if _SANE_ID.fullmatch(given) else uuid.uuid4().hex


def answered(method: str, route: str, status: int, seconds: float, account_id: str | None) -> None:
    """Log a request: how it was answered, and in what time."""
    if not _access.isEnabledFor(logging.INFO):
        return
    fields = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 2)}
    if account_id:
        fields["account"] = account_id
    _access.info("answered", extra={"fields": fields})


def unsaid(error: BaseException) -> str:
    """Which error it is, where it was raised, and of what it came, without words, as nobody knows what they hold."""
    return "\nof ".join(
        f"{type(one).__name__}\n{''.join(traceback.format_tb(one.__traceback__))}".rstrip() for one in _chain(error)
    )


def _chain(error: BaseException) -> list[BaseException]:
    """An error, its cause, the cause of that, each once."""
    found: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in found:
        found.append(following)
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)
    return found


class JsonFormatter(logging.Formatter):
    """A JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Put a record into a line."""
        line = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
            **_fields(record),
        }
        return json.dumps(line, ensure_ascii=False)


class TextFormatter(logging.Formatter):
    """A line for people; what belongs to it is indented."""

    def format(self, record: logging.LogRecord) -> str:
        """Put a record into a line."""
        fields = " ".join(f"{name}={value}" for name, value in _fields(record).items())
        message = _message(record).replace("\n", "\n    ")
        head, _, rest = message.partition("\n")
        line = f"{_time(record)} {record.levelname:<7} {record.name}: {head}{' ' if fields else ''}{fields}"
        return f"{line}\n{rest}" if rest else line


def _time(record: logging.LogRecord) -> str:
    return f"{_second(int(record.created))}.{int(record.msecs):03d}Z"


@lru_cache(1)
def _second(second: int) -> str:
    return dt.datetime.fromtimestamp(second, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _message(record: logging.LogRecord) -> str:
    error = record.exc_info[1] if record.exc_info else None
    return f"{record.getMessage()}\n{unsaid(error)}" if error else record.getMessage()


def _fields(record: logging.LogRecord) -> dict[str, object]:
    fields = dict(getattr(record, "fields", {}))
    under_way = request_id.get()
    return {**fields, "request_id": under_way} if under_way else fields
