"""Outgoing mail: by SMTP with a fallback server, or as files in a folder."""

from __future__ import annotations

from meetkit.mail.folder import FolderMailer
from meetkit.mail.mailer import Mailer, MailQueue, MessageFactory
from meetkit.mail.message import Message
from meetkit.mail.outbox import Outbox
from meetkit.mail.smtp import SmtpMailer
from meetkit.settings.accounts import AccountSettings

__all__ = ["FolderMailer", "MailQueue", "Mailer", "Message", "MessageFactory", "Outbox", "SmtpMailer", "connect"]


def connect(settings: AccountSettings) -> Mailer:
    """Return the mailer of the settings: their SMTP servers, or their folder where there is none.

    Raises:
        InvalidRequestError: a URL is not a valid SMTP URL.
    """
    urls = [url for url in (settings.smtp_url, settings.smtp_fallback_url) if url]
    if urls:
        return SmtpMailer(*urls, sender=settings.mail_from)
    return FolderMailer(settings.mail_folder, sender=settings.mail_from)
