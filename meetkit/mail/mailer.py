"""The interfaces of mail: sending now, and queueing for later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from meetkit.mail.message import Message

# Creates a message when it is about to be sent, or returns `None` where nothing is to be sent.
MessageFactory = Callable[[], Message | None]


class Mailer(Protocol):
    """Sends messages. May be called from any thread."""

    def send(self, message: Message) -> None:
        """Send the message; return once a server or folder has accepted it.

        Raises:
            UndeliverableError: the message will never be accepted.
            MailError: the message was not accepted now. Neither the error nor any log line names an address or content.
        """
        ...


class MailQueue(Protocol):
    """Creates and sends messages later, so that the duration of a request does not reveal whether it sends mail.

    A queue may also have a method `check()`, which raises `MailError` where a message could not be kept now; requests
    that promise mail call it first.
    """

    def put(self, create: MessageFactory, /) -> None:
        """Enqueue a message. Never blocks, never raises; later failures are logged, without address and content."""
        ...
