"""Mail messages and their form on the wire (RFC 5322)."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import localtime, make_msgid
from typing import Annotated, Literal

from pydantic import Field

from meetkit.errors import UndeliverableError
from meetkit.models.base import Email, Line, Text, Value

# RFC 5322, 2.1.1.
_MAX_LINE = 998


class Message(Value):
    """A plain-text message to one person. Address and subject are one line each, so they cannot inject headers.

    The address and the text, which may hold a secret link, are not part of the `repr`.
    """

    to: Annotated[Email, Field(repr=False)]
    subject: Line
    text: Annotated[Text, Field(repr=False)]


def address(email: str) -> Address:
    """Return an email address in standard form: the local part quoted where needed, the domain in ASCII (IDNA).

    Raises:
        UndeliverableError: the domain is not a valid domain name.
    """
    local, _, domain = email.rpartition("@")
    try:
        return Address(username=local, domain=domain.encode("idna").decode("ascii"))
    except UnicodeError:
        raise UndeliverableError("the address has an invalid domain") from None


def email_message(message: Message, *, sender: str) -> EmailMessage:
    """Return the message with its headers (RFC 5322), dated now."""
    origin = address(sender)
    mail = EmailMessage(policy=SMTP if message.to.isascii() and sender.isascii() else SMTPUTF8)
    mail["From"] = origin
    mail["To"] = address(message.to)
    mail["Subject"] = message.subject
    mail["Date"] = localtime()
    mail["Message-ID"] = make_msgid(domain=origin.domain)
    # Keeps out-of-office and other automatic replies away (RFC 3834).
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text, cte=_encoding(message.text))
    return mail


def _encoding(text: str) -> Literal["7bit"] | None:
    """Return `7bit` where the text allows it, else `None` for the library's choice."""
    # Other encodings break long links over lines, which shows in the files of `FolderMailer`.
    is_plain = text.isascii() and all(len(line) <= _MAX_LINE for line in text.splitlines())
    return "7bit" if is_plain else None
