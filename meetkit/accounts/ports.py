"""What accounts need of others: somebody who sends mail, and somebody who does what can wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

Job = Callable[[], None]


@dataclass(frozen=True)
class Message:
    """A mail in plain text; what it says is for one reader and shows in no `repr`."""

    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)


class Mailer(Protocol):
    """Sends mail."""

    def send(self, message: Message) -> None:
        """Send one, or raise a `MeetkitError`."""


class Later(Protocol):
    """Does jobs after the call that gave them, so that how long they take tells its caller nothing."""

    def __call__(self, job: Job) -> None:
        """Do it soon; what goes wrong with it is logged."""
