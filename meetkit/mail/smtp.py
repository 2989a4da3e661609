"""Mail by SMTP, with fallback servers."""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from meetkit.errors import InvalidRequestError, MailError, UndeliverableError
from meetkit.mail.message import Message, address, email_message
from meetkit.mail.servers import Server, parse

_log = logging.getLogger("meetkit")


class SmtpMailer:
    """Sends by SMTP; when a server fails, the next one is used. Each message has its own connection.

    Certificates are verified. Server replies are not passed on, as they may quote addresses.
    """

    def __init__(self, *urls: str, sender: str, timeout: float = 10.0, context: ssl.SSLContext | None = None) -> None:
        """Parse the servers' URLs (see `servers.parse`).

        Args:
            urls: the servers, in order of preference.
            sender: the sender address of messages.
            timeout: seconds that a server may take for each reply.
            context: the TLS context; by default that of the system's certificates.

        Raises:
            InvalidRequestError: there is no URL, or an invalid one.
        """
        if not urls:
            raise InvalidRequestError("SMTP needs the URL of at least one server")
        self._servers = [parse(url) for url in urls]
        self._sender = sender
        self._timeout = timeout
        self._context = context or ssl.create_default_context()

    def send(self, message: Message) -> None:
        """Send the message by the first server that accepts it.

        Raises:
            UndeliverableError: all servers rejected it for good; the message has each reason.
            MailError: no server accepted it now; the message has each reason.
        """
        reasons, is_final = [], True
        for server in self._servers:
            try:
                return self._send_with(server, message)
            except (OSError, UnicodeError) as error:
                reasons.append(f"mail server {server} {_reason(error)}")
                _log.warning("%s", reasons[-1])
                is_final = is_final and _is_final(error)
        raise (UndeliverableError if is_final else MailError)("; ".join(reasons))

    def check(self) -> None:
        """Connect and log in to each server, without sending mail.

        Raises:
            MailError: a server failed; the message has the reason of each.
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

    def _send_with(self, server: Server, message: Message) -> None:
        mail = email_message(message, sender=self._sender)
        with self._session(server) as session:
            session.send_message(
                mail, from_addr=address(self._sender).addr_spec, to_addrs=[address(message.to).addr_spec]
            )

    @contextmanager
    def _session(self, server: Server) -> Iterator[smtplib.SMTP]:
        session = self._connect(server)
        try:
            if server.tls == "required" or (server.tls == "opportunistic" and _offers_tls(session)):
                session.starttls(context=self._context)
            if server.user is not None:
                session.login(server.user, server.password)
            yield session
        finally:
            # The server has accepted the message, even if it then drops the connection.
            with suppress(OSError):
                session.quit()
            session.close()

    def _connect(self, server: Server) -> smtplib.SMTP:
        # Without a name, smtplib looks the machine's own up in the DNS, which may take seconds.
        hello = address(self._sender).domain
        if server.tls == "implicit":
            return smtplib.SMTP_SSL(server.host, server.port, hello, timeout=self._timeout, context=self._context)
        return smtplib.SMTP(server.host, server.port, hello, timeout=self._timeout)


def _offers_tls(session: smtplib.SMTP) -> bool:
    session.ehlo_or_helo_if_needed()
    return session.has_extn("starttls")


# The first match counts, so subclasses come before their bases.
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (smtplib.SMTPAuthenticationError, "rejects the name or password"),
    (smtplib.SMTPRecipientsRefused, "rejects the recipient"),
    (smtplib.SMTPSenderRefused, "rejects the sender"),
    (smtplib.SMTPNotSupportedError, "lacks TLS, authentication or non-ASCII addresses, which this message needs"),
    (smtplib.SMTPServerDisconnected, "closed the connection or sent no reply"),
    (smtplib.SMTPException, "rejects the message"),
    (ssl.SSLCertVerificationError, "has a certificate that is not trusted"),
    (TimeoutError, "did not reply in time"),
    (OSError, "cannot be reached"),
    (UnicodeError, "does not support non-ASCII addresses"),
)


def _is_final(error: Exception) -> bool:
    """Return whether a retry is useless. It is not after a lost connection or a 4xx reply (RFC 5321, 4.2.1)."""
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return False
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code >= 500
    return isinstance(error, smtplib.SMTPException | UnicodeError)


def _reason(error: Exception) -> str:
    code = f" ({error.smtp_code})" if isinstance(error, smtplib.SMTPResponseException) else ""
    return next(reason for kind, reason in _REASONS if isinstance(error, kind)) + code
