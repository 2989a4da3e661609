"""What sends messages."""

from __future__ import annotations

from typing import Protocol

from meetkit.mail.message import Message


class Mailer(Protocol):
    """Sends messages. May be called from any thread."""

    def send(self, message: Message) -> None:
        """Hand the message over for good.

        Raises:
            MailError: nobody took it. The error, like all that is logged, names no address and no content.
        """
        ...
