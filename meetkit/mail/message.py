"""A message, and how it is written down for the way."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import localtime, make_msgid
from typing import Annotated, Literal

from pydantic import Field

from meetkit.errors import UndeliverableError
from meetkit.models.base import Email, Line, Text, Value

_LONGEST_LINE = 998
"""RFC 5322, 2.1.1."""


class Message(Value):
    """Plain text to one person. Address and subject are one line each, so they bring no further headers.

    Who it is for and what it says, which may be a secret, show in no `repr`.
    """

    to: Annotated[Email, Field(repr=False)]
    subject: Line
    text: Annotated[Text, Field(repr=False)]


def address(email: str) -> Address:
    """An e-mail address as the standards write it: the local part quoted where it must be, the domain in ASCII.

    Raises:
        UndeliverableError: no domain can have that name.
    """
    local, _, domain = email.rpartition("@")
    try:
        return Address(username=local, domain=domain.encode("idna").decode("ascii"))
    except UnicodeError:
        raise UndeliverableError("the address has a domain that cannot be") from None


def written(message: Message, *, sender: str) -> EmailMessage:
    """The message with its headers (RFC 5322), of now; RFC 3834 tells automatic answers to leave it alone."""
    origin = address(sender)
    mail = EmailMessage(policy=SMTP if message.to.isascii() and sender.isascii() else SMTPUTF8)
    mail["From"] = origin
    mail["To"] = address(message.to)
    mail["Subject"] = message.subject
    mail["Date"] = localtime()
    mail["Message-ID"] = make_msgid(domain=origin.domain)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text, cte=_encoding(message.text))
    return mail


def _encoding(text: str) -> Literal["7bit"] | None:
    """As it is where that can be, so that a link is whole to whoever opens the file; else as the library has it."""
    is_plain = text.isascii() and all(len(line) <= _LONGEST_LINE for line in text.splitlines())
    return "7bit" if is_plain else None
