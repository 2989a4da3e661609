"""Every error that meetkit raises, in one tree.

MeetkitError                    500
├── InvalidRequestError         400, also a ValueError
├── NotFoundError               404, also a ValueError
├── ConflictError               409, also a ValueError
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

import reprlib
from typing import ClassVar

_short = reprlib.Repr()
_short.maxstring = _short.maxother = 80


def shown(value: object) -> str:
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


class NotFoundError(MeetkitError, ValueError):
    """Nothing is stored under that id."""

    status_code = 404

    def __init__(self, kind: str, entity_id: str) -> None:
        """Name what was looked for, e.g. `NotFoundError("meeting", "meeting_9")`."""
        super().__init__(f"no {kind} with id {shown(entity_id)}")
        self.kind = kind
        self.entity_id = entity_id

    def __reduce__(self) -> tuple[type[NotFoundError], tuple[str, str]]:
        """Survive pickling, e.g. on the way back from a worker process."""
        return (type(self), (self.kind, self.entity_id))


class ConflictError(MeetkitError, ValueError):
    """The request is valid but what is stored has moved on, or already exists."""

    status_code = 409


class LLMAPIError(MeetkitError):
    """The model could not be reached or gave no usable answer.

    `causes` holds the error of each failed attempt, in order, once attempts are exhausted.
    """

    status_code = 503
    retryable = True

    def __init__(self, message: str = "the model failed", *, causes: tuple[LLMAPIError, ...] = ()) -> None:
        """Keep the message and what led to it."""
        super().__init__(message)
        self.causes = causes


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
