"""The mails of accounts. Each holds a token by itself too, for who has no page that the link could open."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from meetkit.mail import Message

Letter = Callable[[str, str, str], Message]
"""Makes a mail of an e-mail, the URL of the server, and a token."""


def verification(email: str, public_url: str, token: str) -> Message:
    """Asks somebody who signed up to show that the e-mail is theirs."""
    return _letter(
        email,
        "Verify your e-mail",
        "Somebody signed up at meetkit with this e-mail. If that was you, verify it by this link:",
        _link(public_url, "verify-email", token),
        token,
        "If it was not you, do nothing: without this link nobody can show that the e-mail is theirs.",
    )


def reset(email: str, public_url: str, token: str) -> Message:
    """Lets somebody set another password."""
    return _letter(
        email,
        "Set a new password",
        "Somebody, we hope you, asked to set a new password for your account at meetkit. This link does it, once:",
        _link(public_url, "reset-password", token),
        token,
        "If it was not you, do nothing: your password stays as it is.",
    )


def invitation(email: str, public_url: str, token: str) -> Message:
    """Lets somebody in who was invited."""
    return _letter(
        email,
        "You are invited to meetkit",
        "Your team has made an account for you at meetkit. Set your password by this link, once:",
        _link(public_url, "accept-invitation", token),
        token,
        "If you expected no invitation, do nothing.",
    )


def _link(public_url: str, page: str, token: str) -> str:
    return f"{public_url}/auth/{page}?{urlencode({'token': token})}"


def _letter(email: str, subject: str, why: str, link: str, token: str, otherwise: str) -> Message:
    text = f"{why}\n\n{link}\n\nThe token in it is\n\n{token}\n\n{otherwise}\n"
    return Message(to=email, subject=subject, text=text)
