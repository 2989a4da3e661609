"""Mail servers by URL."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from meetkit.errors import InvalidRequestError
from meetkit.settings.urls import is_loopback

Tls = Literal["whole", "required", "offered", "none"]
"""TLS from the first byte; by STARTTLS, always or where the server offers it; or none at all."""

_PORTS = {"smtp": 587, "smtps": 465}
_LIKE = "a mail server is like smtp://name:password@host:587 or smtps://name:password@host:465"


@dataclass(frozen=True)
class Server:
    """A mail server, and who we are there."""

    host: str
    port: int
    tls: Tls
    user: str | None = None
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        """Its address, for a message."""
        return f"{self.host}:{self.port}"


def parse(url: str) -> Server:
    """The server that a URL names.

    `smtps:` is TLS from the start. `smtp:` is STARTTLS, which only a server on this very machine may leave out; with
    `?tls=none` there is none. Name and password are percent-encoded where they need it.

    Raises:
        InvalidRequestError: it is no such URL. The message shows nothing of it, as it holds a password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise InvalidRequestError(f"{_LIKE}; this is no URL") from None
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or parts.fragment:
        raise InvalidRequestError(f"{_LIKE}; nothing comes after the port but ?tls=none")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not (user + password).isascii():
        raise InvalidRequestError("the name and password of a mail server are in ASCII")
    return Server(parts.hostname, port or _PORTS[parts.scheme], _tls(parts), user or None, password)


def _tls(parts: SplitResult) -> Tls:
    options = parse_qsl(parts.query, keep_blank_values=True)
    if options not in ([], [("tls", "none")]):
        raise InvalidRequestError("the only option of a mail server is ?tls=none")
    if parts.scheme == "smtps":
        if options:
            raise InvalidRequestError("smtps: is TLS; without it the URL begins with smtp:")
        return "whole"
    if options:
        return "none"
    return "offered" if is_loopback(parts.hostname or "") else "required"
