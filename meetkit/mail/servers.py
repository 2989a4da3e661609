"""SMTP server URLs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from meetkit.errors import InvalidRequestError
from meetkit.settings.urls import is_loopback

# TLS from the first byte; STARTTLS, always or where the server offers it; or no TLS.
Tls = Literal["implicit", "required", "opportunistic", "none"]

_PORTS = {"smtp": 587, "smtps": 465}
_EXAMPLE = "an SMTP URL is like smtp://name:password@host:587 or smtps://name:password@host:465"


@dataclass(frozen=True)
class Server:
    """An SMTP server and its credentials."""

    host: str
    port: int
    tls: Tls
    user: str | None = None
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        """Return host and port, for messages."""
        return f"{self.host}:{self.port}"


def parse(url: str) -> Server:
    """Parse an SMTP URL.

    `smtps:` uses TLS from the start. `smtp:` uses STARTTLS, which only a server on this machine may lack; `?tls=none`
    turns TLS off. Special characters in name and password are percent-encoded.

    Raises:
        InvalidRequestError: the URL is invalid. The message does not quote it, as it may contain a password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise InvalidRequestError(f"{_EXAMPLE}; this is not a URL") from None
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or parts.fragment:
        raise InvalidRequestError(f"{_EXAMPLE}; only ?tls=none can follow the port")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    # smtplib encodes credentials as ASCII, and would fail at each mail.
    if not (user + password).isascii():
        raise InvalidRequestError("the name and password of an SMTP server must be ASCII")
    return Server(parts.hostname, port or _PORTS[parts.scheme], _tls(parts), user or None, password)


def _tls(parts: SplitResult) -> Tls:
    options = parse_qsl(parts.query, keep_blank_values=True)
    if options not in ([], [("tls", "none")]):
        raise InvalidRequestError("the only option of an SMTP URL is ?tls=none")
    if parts.scheme == "smtps":
        if options:
            raise InvalidRequestError("smtps: always uses TLS; a URL without TLS begins with smtp:")
        return "implicit"
    if options:
        return "none"
    return "opportunistic" if is_loopback(parts.hostname or "") else "required"
