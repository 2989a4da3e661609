"""Every error that meetkit raises, in one tree.

MeetkitError                    500
├── InvalidRequestError         400, also a ValueError
│   └── RecordError             400, also a ValueError
├── UnauthenticatedError        401
├── ForbiddenError              403
├── NotFoundError               404, also a ValueError
├── ConflictError               409, also a ValueError
│   └── VersionConflictError    409, 412 where the caller asked by If-Match
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

`status_code` is the HTTP status that an edge answers with, `retryable` says whether the same
call may succeed later. Messages are meant for people and hold no secret and no transcript.
"""

from __future__ import annotations

import datetime as dt
import reprlib
from collections.abc import Iterable
from functools import partial
from typing import ClassVar, NamedTuple, Self

_short = reprlib.Repr()
_short.maxstring = _short.maxother = 80
_MAX_SHOWN = 5


def brief_repr(value: object) -> str:
    """A value as messages show it: short, on one line, whatever it is."""
    try:
        return _short.repr(value)
    except (ValueError, RecursionError):
        return f"<{type(value).__name__}>"


class MeetkitError(Exception):
    """Something went wrong in meetkit."""

    status_code: ClassVar[int] = 500
    retryable: ClassVar[bool] = False


class SampleStoreWarning(UserWarning):
    """The sample store answers a call in a process that also uses another store.

    A `with use(store=...)` does not reach other threads; give them their own, or `configure` the process.
    """


class InvalidRequestError(MeetkitError, ValueError):
    """The caller's input breaks a rule; the message says which and what would be right."""

    status_code = 400


class UnauthenticatedError(MeetkitError):
    """Nobody has signed in, or by something that is not, or no longer, good; the message says no more."""

    status_code = 401


class ForbiddenError(MeetkitError):
    """Who has signed in may not do this."""

    status_code = 403


class NotFoundError(MeetkitError, ValueError):
    """Nothing is stored under that id."""

    status_code = 404

    def __init__(self, kind: str, entity_id: str) -> None:
        """Name what was looked for, e.g. `NotFoundError("meeting", "meeting_9")`."""
        super().__init__(f"no {kind} with id {brief_repr(entity_id)}")
        self.kind = kind
        self.entity_id = entity_id

    def __reduce__(self) -> tuple[type[NotFoundError], tuple[str, str]]:
        """Survive pickling, e.g. on the way back from a worker process."""
        return (type(self), (self.kind, self.entity_id))


class RecordError(InvalidRequestError):
    """A record of an import cannot be kept; `number` counts records from 1, `reason` says why."""

    def __init__(self, number: int, reason: str) -> None:
        """Say which record and why."""
        super().__init__(f"record {number}: {reason}")
        self.number = number
        self.reason = reason

    def __reduce__(self) -> tuple[type[RecordError], tuple[int, str]]:
        """Survive pickling, as `NotFoundError` does."""
        return (type(self), (self.number, self.reason))


class Busy(NamedTuple):
    """Somebody's time `[start, end)` that a booking would take a second time."""

    user_id: str
    start: dt.datetime
    end: dt.datetime

    def __str__(self) -> str:
        """Who and when, for a message."""
        return f"{brief_repr(self.user_id)} from {self.start.isoformat()} to {self.end.isoformat()}"


class ConflictError(MeetkitError, ValueError):
    """The request is valid but what is stored has moved on, already exists, or takes the same time.

    Where a booking meets busy time, `busy` lists whose and when, by start.
    """

    status_code = 409

    def __init__(self, message: str, *, busy: tuple[Busy, ...] = ()) -> None:
        """Keep the message and the busy time that stands in the way."""
        super().__init__(message)
        self.busy = busy

    def __reduce__(self) -> tuple[partial[ConflictError], tuple[str]]:
        """Survive pickling with its busy time."""
        return (partial(type(self), busy=self.busy), (str(self),))

    @classmethod
    def of(cls, busy: Iterable[Busy]) -> Self:
        """The error of a booking that meets this busy time."""
        found = tuple(sorted(set(busy), key=lambda one: (one.start, one.end, one.user_id)))
        more = f", and {len(found) - _MAX_SHOWN} more" if len(found) > _MAX_SHOWN else ""
        return cls(f"busy: {'; '.join(map(str, found[:_MAX_SHOWN]))}{more}", busy=found)


class VersionConflictError(ConflictError):
    """A change was meant for another version than the one that is there."""


class TooLargeError(MeetkitError, ValueError):
    """What was sent is larger than the server takes; the message says how large it may be."""

    status_code = 413


class ThrottledError(MeetkitError):
    """Too many attempts; `retry_after` is in how many seconds the next will be heard."""

    status_code = 429
    retryable = True

    def __init__(self, message: str, *, retry_after: float) -> None:
        """Keep the message and when to come back."""
        super().__init__(message)
        self.retry_after = retry_after

    def __reduce__(self) -> tuple[partial[ThrottledError], tuple[str]]:
        """Survive pickling with its wait."""
        return (partial(type(self), retry_after=self.retry_after), (str(self),))


class StoreError(MeetkitError):
    """The database cannot be reached, or did not answer in time; nothing was written."""

    status_code = 503
    retryable = True


class SchemaError(MeetkitError):
    """The database's tables are not those that this version of meetkit works with; nothing was written."""


class MailError(MeetkitError):
    """No mail server took a message, or it could not be written; the message names no address and no content."""

    status_code = 503
    retryable = True


class UndeliverableError(MailError):
    """No mail server will ever take this message."""

    retryable = False


class NotConfiguredError(MeetkitError):
    """What was asked for is not set up on this server; the message says by which setting it would be."""

    status_code = 503


class IdentityProviderError(MeetkitError):
    """Who signs people in for us cannot be reached, or is not understood."""

    status_code = 503
    retryable = True


class LLMAPIError(MeetkitError):
    """The model could not be reached or gave no usable answer.

    `causes` holds the error of each failed attempt, in order, once attempts are exhausted. `retry_after` is how
    many seconds to wait before the next call, where the provider said so.
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
        """Keep the message, what led to it, and when to come back."""
        super().__init__(message)
        self.causes = causes
        self.retry_after = retry_after


class LLMRateLimitError(LLMAPIError):
    """The model's provider asks us to slow down."""


class LLMTimeoutError(LLMAPIError):
    """The model did not answer in time."""


class LLMUnavailableError(LLMAPIError):
    """The model's service is down or cannot be reached."""


class LLMRejectedError(LLMAPIError):
    """The provider refuses the call for good: a wrong key, an unknown model, a spent budget."""

    retryable = False


class LLMOutputError(LLMAPIError):
    """The model answered with something that does not fit the schema and cannot be repaired."""

    status_code = 500
