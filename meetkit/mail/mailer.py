"""What sends messages, at once or later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from meetkit.mail.message import Message

Letter = Callable[[], Message | None]
"""Writes a message, or finds that there is none to write."""


class Mailer(Protocol):
    """Sends messages. May be called from any thread."""

    def send(self, message: Message) -> None:
        """Hand the message over for good.

        Raises:
            UndeliverableError: nobody takes it, now or later.
            MailError: nobody took it now. The error, like all that is logged, names no address and no content.
        """
        ...


class Post(Protocol):
    """Takes letters, and writes and sends them later, so that the time it takes tells nobody of them."""

    def put(self, letter: Letter) -> None:
        """Take a letter. Never waits, never fails; what goes wrong later is logged, without its address and text."""
        ...
