"""Every error that meetkit raises, in one tree.

MeetkitError                    500
├── InvalidRequestError         400, also a ValueError
│   └── RecordError             400, also a ValueError
├── UnauthenticatedError        401
├── ForbiddenError              403
├── NotFoundError               404, also a ValueError
│   └── GoneError               410, also a ValueError
├── ConflictError               409, also a ValueError
│   └── VersionConflictError    409, 412 for a request with If-Match
├── TooLargeError               413, also a ValueError
├── ThrottledError              429, retryable
├── StoreError                  503, retryable
├── SchemaError                 500, not retryable
├── MailError                   503, retryable
│   └── UndeliverableError      503, not retryable
├── NotConfiguredError          503, not retryable
├── IdentityProviderError       503, retryable
└── LLMAPIError                 503, retryable
    ├── LLMRateLimitError       503, retryable
    ├── LLMTimeoutError         503, retryable
    ├── LLMUnavailableError     503, retryable
    ├── LLMRejectedError        503, not retryable
    └── LLMOutputError          500, retryable

`status_code` is the HTTP status of a response, `retryable` tells whether the same call may succeed
later. Messages are written for people and hold no secret and no transcript.
"""

from __future__ import annotations

import datetime as dt
import reprlib
from collections.abc import Iterable
from functools import partial
from itertools import groupby
from typing import ClassVar, NamedTuple, Self

# A message stays short, whatever the caller passed.
_short = reprlib.Repr()
_short.maxstring = _short.maxother = 80
_MAX_BUSY_LISTED = 5
# Of stores, whose messages agree.
DOUBLE_BOOKING = "a participant is already booked at that time"


def brief_repr(value: object) -> str:
    """Return a value as messages show it: short, on one line, whatever it is."""
    try:
        return _short.repr(value)
    # Of a huge integer or a deep structure Python refuses the repr.
    except (ValueError, RecursionError):
        return f"<{type(value).__name__}>"


class MeetkitError(Exception):
    """The base of all errors of meetkit."""

    status_code: ClassVar[int] = 500
    retryable: ClassVar[bool] = False


class SampleStoreWarning(UserWarning):
    """A call reached the sample store in a process that also uses another store.

    A `with use(store=...)` does not reach other threads; give them their own, or `configure` the process.
    """


class OpenRoutesWarning(UserWarning):
    """Routes of a host were made without `identify`, and serve all data to everybody who reaches them."""


class InvalidRequestError(MeetkitError, ValueError):
    """The caller's input breaks a rule; the message names the rule and a valid input."""

    status_code = 400


class UnauthenticatedError(MeetkitError):
    """The credentials are missing, invalid, expired or revoked; the message does not tell which."""

    status_code = 401


class ForbiddenError(MeetkitError):
    """The authenticated caller lacks the permission."""

    status_code = 403


class NotFoundError(MeetkitError, ValueError):
    """No entity has that id."""

    status_code = 404

    def __init__(self, kind: str, entity_id: str, advice: str | None = None) -> None:
        """Take the kind and the id, e.g. `NotFoundError("meeting", "meeting_9")`, and what to do about it, if known."""
        super().__init__("; ".join(filter(None, (f"no {kind} with id {brief_repr(entity_id)}", advice))))
        self.kind = kind
        self.entity_id = entity_id
        self.advice = advice

    def __reduce__(self) -> tuple[type[NotFoundError], tuple[str, str, str | None]]:
        """Survive pickling, e.g. on the way back from a worker process."""
        return (type(self), (self.kind, self.entity_id, self.advice))


class GoneError(NotFoundError):
    """An entity of that id was there, and was deleted since."""

    status_code = 410


class RecordError(InvalidRequestError):
    """A record of an import cannot be stored; `number` counts records from 1, `reason` says why."""

    def __init__(self, number: int, reason: str) -> None:
        """Take the number of the record and the reason."""
        super().__init__(f"record {number}: {reason}")
        self.number = number
        self.reason = reason

    def __reduce__(self) -> tuple[type[RecordError], tuple[int, str]]:
        """Survive pickling, as `NotFoundError` does."""
        return (type(self), (self.number, self.reason))


class Busy(NamedTuple):
    """The time `[start, end)` of a user that a booking conflicts with.

    `reason` is `busy`, or the rule that keeps the time free: `buffer`, `notice`, `day_limit`, `week_limit`.
    """

    user_id: str
    start: dt.datetime
    end: dt.datetime
    reason: str = "busy"

    def __str__(self) -> str:
        """Return the user and the time, for a message."""
        return f"{brief_repr(self.user_id)} from {self.start.isoformat()} to {self.end.isoformat()}"


class ConflictError(MeetkitError, ValueError):
    """The request is valid, but the stored data changed meanwhile, already exists, or takes the same time.

    Where a booking conflicts with busy time or with rules, `obstacles` lists users, times and reasons, by start, and
    `busy` those of them that are busy time.
    """

    status_code = 409

    def __init__(self, message: str, *, busy: tuple[Busy, ...] = (), obstacles: tuple[Busy, ...] = ()) -> None:
        """Take the message, and the obstacles to the booking; by default its busy time."""
        super().__init__(message)
        self.busy = busy
        self.obstacles = obstacles or busy

    def __reduce__(self) -> tuple[partial[ConflictError], tuple[str]]:
        """Survive pickling with its obstacles."""
        return (partial(type(self), busy=self.busy, obstacles=self.obstacles), (str(self),))

    @classmethod
    def of(cls, obstacles: Iterable[Busy]) -> Self:
        """Return the error of a booking that conflicts with these."""
        by_start = tuple(sorted(set(obstacles), key=lambda item: (item.start, item.end, item.user_id, item.reason)))
        listed = sorted(by_start[:_MAX_BUSY_LISTED], key=lambda item: item.reason)
        texts = (
            f"{reason}: {'; '.join(map(str, items))}" for reason, items in groupby(listed, lambda item: item.reason)
        )
        more = f", and {len(by_start) - _MAX_BUSY_LISTED} more" if len(by_start) > _MAX_BUSY_LISTED else ""
        busy = tuple(item for item in by_start if item.reason == "busy")
        return cls("; ".join(texts) + more, busy=busy, obstacles=by_start)


class VersionConflictError(ConflictError):
    """A change was meant for another version than the present one."""


class TooLargeError(MeetkitError, ValueError):
    """The request is larger than the server accepts; the message names the limit."""

    status_code = 413


class ThrottledError(MeetkitError):
    """Too many attempts; `retry_after` is the number of seconds until the next is accepted."""

    status_code = 429
    retryable = True

    def __init__(self, message: str, *, retry_after: float) -> None:
        """Take the message, and the seconds until the next attempt."""
        super().__init__(message)
        self.retry_after = retry_after

    def __reduce__(self) -> tuple[partial[ThrottledError], tuple[str]]:
        """Survive pickling with its `retry_after`."""
        return (partial(type(self), retry_after=self.retry_after), (str(self),))


class StoreError(MeetkitError):
    """The database cannot be reached, or did not respond in time; nothing was written."""

    status_code = 503
    retryable = True


class SchemaError(MeetkitError):
    """The tables of the database are not those of this version of meetkit; nothing was written."""


class MailError(MeetkitError):
    """No mail server accepted a message, or it could not be written; the error names no address and no content."""

    status_code = 503
    retryable = True


class UndeliverableError(MailError):
    """No mail server will ever accept this message."""

    retryable = False


class NotConfiguredError(MeetkitError):
    """The feature is not configured on this server; the message names the setting."""

    status_code = 503


class IdentityProviderError(MeetkitError):
    """The identity provider cannot be reached, or its response cannot be read."""

    status_code = 503
    retryable = True


class LLMAPIError(MeetkitError):
    """The model could not be reached or gave no usable answer.

    `causes` holds the error of each failed attempt, in order, once attempts are exhausted. `retry_after` is the number
    of seconds to wait before the next call, where the provider named one.
    """

    status_code = 503
    retryable = True

    def __init__(
        self,
        message: str = "the model failed",
        *,
        causes: tuple[LLMAPIError, ...] = (),
        retry_after: float | None = None,
    ) -> None:
        """Take the message, its causes, and the seconds until the next call."""
        super().__init__(message)
        self.causes = causes
        self.retry_after = retry_after


class LLMRateLimitError(LLMAPIError):
    """The model's provider limits the rate of calls."""


class LLMTimeoutError(LLMAPIError):
    """The model did not respond in time."""


class LLMUnavailableError(LLMAPIError):
    """The model's service is unavailable or cannot be reached."""


class LLMRejectedError(LLMAPIError):
    """The provider refuses the call permanently: a wrong key, an unknown model, an exhausted budget."""

    retryable = False


class LLMOutputError(LLMAPIError):
    """The model's answer does not match the schema and cannot be repaired."""

    status_code = 500
