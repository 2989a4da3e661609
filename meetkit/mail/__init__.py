"""Sending mail: by a server, a second one where it fails, or into a folder."""

from __future__ import annotations

from meetkit.mail.folder import FolderMailer
from meetkit.mail.mailer import Letter, Mailer, Post
from meetkit.mail.message import Message
from meetkit.mail.outbox import Outbox
from meetkit.mail.smtp import SmtpMailer
from meetkit.settings.accounts import AccountSettings

__all__ = ["FolderMailer", "Letter", "Mailer", "Message", "Outbox", "Post", "SmtpMailer", "connect"]


def connect(settings: AccountSettings) -> Mailer:
    """The mailer that the settings name: by their servers, or into their folder.

    Raises:
        InvalidRequestError: a URL names no mail server.
    """
    urls = [url for url in (settings.smtp_url, settings.smtp_fallback_url) if url]
    if urls:
        return SmtpMailer(*urls, sender=settings.mail_from)
    return FolderMailer(settings.mail_folder, sender=settings.mail_from)
