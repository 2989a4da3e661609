"""Mail servers on this machine, with a certificate of their own."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "robot@example.com", "p@ss:w/rd"


def certificate(folder: Path) -> Path:
    """A file with a certificate for this machine, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    pem, pkcs8, plain = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file.write_bytes(key.private_bytes(pem, pkcs8, plain) + made.public_bytes(pem))
    return file


class MailServer(Controller):
    """Keeps what it takes; refuses everything while `refuses` is an SMTP status."""

    def __init__(self, pem: Path | None, *, whole: bool = False, **options: Any) -> None:
        self.taken: list[Envelope] = []
        self.signed_in: list[bool] = []
        self.over_tls: list[bool] = []
        self.refuses: str | None = None
        if pem:
            tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            tls.load_cert_chain(pem)
            options |= {"ssl_context": tls} if whole else {"tls_context": tls, "require_starttls": True}
        super().__init__(self, hostname="127.0.0.1", port=0, **options)

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd names it
        if self.refuses:
            return self.refuses
        self.taken.append(envelope)
        self.signed_in.append(bool(session.authenticated))
        assert server.transport
        self.over_tls.append(server.transport.get_extra_info("ssl_object") is not None)
        return "250 OK"

    def url(self, *, scheme: str = "smtp", login: str = "", query: str = "") -> str:
        return f"{scheme}://{login and login + '@'}127.0.0.1:{self.port}{query}"


def authenticate(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object) -> AuthResult:
    fits = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=fits, handled=False)


@contextmanager
def running(pem: Path | None = None, **options: Any) -> Iterator[MailServer]:
    server = MailServer(pem, **options)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def silent() -> Iterator[int]:
    """The port of a server that lets everyone in and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]
