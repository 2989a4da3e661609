"""Mails by SMTP."""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from meetkit.errors import InvalidRequestError, MailError, UndeliverableError
from meetkit.mail.message import Message, address, written
from meetkit.mail.servers import Server, parse

_log = logging.getLogger("meetkit")


class SmtpMailer:
    """Sends by a mail server and, where it fails, by the next. Each message has its own connection.

    Certificates are checked. What servers say is not passed on, as it may quote addresses.
    """

    def __init__(self, *urls: str, sender: str, timeout: float = 10.0, context: ssl.SSLContext | None = None) -> None:
        """Send by the servers of these URLs (see `servers.parse`).

        Args:
            urls: in the order in which they are tried.
            sender: the address that messages come from.
            timeout: how many seconds a server may be silent.
            context: whom to trust; by default whom the system trusts.

        Raises:
            InvalidRequestError: there is no URL, or one that names no mail server.
        """
        if not urls:
            raise InvalidRequestError("sending by SMTP needs the URL of a mail server")
        self._servers = [parse(url) for url in urls]
        self._sender = sender
        self._timeout = timeout
        self._context = context or ssl.create_default_context()

    def send(self, message: Message) -> None:
        """Send the message by the first server that takes it.

        Raises:
            UndeliverableError: none ever will; it says of each why.
            MailError: none did now; likewise.
        """
        reasons, is_final = [], True
        for server in self._servers:
            try:
                return self._send_by(server, message)
            except (OSError, UnicodeError) as error:
                reasons.append(f"mail server {server} {_reason(error)}")
                _log.warning("%s", reasons[-1])
                is_final = is_final and _is_final(error)
        raise (UndeliverableError if is_final else MailError)("; ".join(reasons))

    def check(self) -> None:
        """Sign in at each server, and send nothing.

        Raises:
            MailError: one of them does not let us in; it says of each why.
        """
        reasons = []
        for server in self._servers:
            try:
                with self._session(server) as session:
                    session.noop()
            except (OSError, UnicodeError) as error:
                reasons.append(f"mail server {server} {_reason(error)}")
        if reasons:
            raise MailError("; ".join(reasons))

    def _send_by(self, server: Server, message: Message) -> None:
        mail = written(message, sender=self._sender)
        with self._session(server) as session:
            session.send_message(
                mail, from_addr=address(self._sender).addr_spec, to_addrs=[address(message.to).addr_spec]
            )

    @contextmanager
    def _session(self, server: Server) -> Iterator[smtplib.SMTP]:
        session = self._connected(server)
        try:
            if server.tls == "required" or (server.tls == "offered" and _offers_tls(session)):
                session.starttls(context=self._context)
            if server.user is not None:
                session.login(server.user, server.password)
            yield session
        finally:
            # What was taken stays taken, however the server says goodbye.
            with suppress(OSError):
                session.quit()
            session.close()

    def _connected(self, server: Server) -> smtplib.SMTP:
        # Its own name is looked up in the DNS where none is given.
        name = address(self._sender).domain
        if server.tls == "whole":
            return smtplib.SMTP_SSL(server.host, server.port, name, timeout=self._timeout, context=self._context)
        return smtplib.SMTP(server.host, server.port, name, timeout=self._timeout)


def _offers_tls(session: smtplib.SMTP) -> bool:
    session.ehlo_or_helo_if_needed()
    return session.has_extn("starttls")


# The first that fits.
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (smtplib.SMTPAuthenticationError, "does not accept the name and password"),
    (smtplib.SMTPRecipientsRefused, "refuses the recipient"),
    (smtplib.SMTPSenderRefused, "refuses the sender"),
    (smtplib.SMTPNotSupportedError, "lacks TLS, signing in, or addresses beyond ASCII, which this message needs"),
    (smtplib.SMTPServerDisconnected, "fell silent or hung up"),
    (smtplib.SMTPException, "refuses the message"),
    (ssl.SSLCertVerificationError, "shows a certificate that is not trusted"),
    (TimeoutError, "does not answer in time"),
    (OSError, "cannot be reached"),
    (UnicodeError, "cannot take an address beyond ASCII"),
)


def _is_final(error: Exception) -> bool:
    """Whether once more would end alike: not where nobody answered, nor after a reply of 4xx (RFC 5321, 4.2.1)."""
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return False
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code >= 500
    return isinstance(error, smtplib.SMTPException | UnicodeError)


def _reason(error: Exception) -> str:
    code = f" ({error.smtp_code})" if isinstance(error, smtplib.SMTPResponseException) else ""
    return next(words for kind, words in _REASONS if isinstance(error, kind)) + code
