"""What meetkit writes to people."""

from __future__ import annotations

import re

from meetkit.mail.message import Message

# Somebody else may have signed up with this address, and used the name to say something.
_SAYS_MORE = re.compile(r"[/:@\\]|\.\w")
_LONGEST_NAME = 80


def verification(to: str, *, name: str, link: str) -> Message:
    """Asks whoever signed up to show that the address is theirs."""
    text = "please confirm that this address is yours:"
    return _letter(to, "Please confirm your e-mail address", name, text, link)


def reset(to: str, *, name: str, link: str) -> Message:
    """Lets somebody choose a new password."""
    text = "somebody, probably you, asked to choose a new password. Here you can:"
    return _letter(to, "Choose a new password", name, text, link)


def invitation(to: str, *, name: str, link: str) -> Message:
    """Lets somebody in whom an admin has made an account for."""
    text = "an account was made for you. Choose a password, and it is yours:"
    return _letter(to, "Your account", name, text, link)


def _letter(to: str, subject: str, name: str, text: str, link: str) -> Message:
    paragraphs = (
        f"{_greeting(name)},",
        text,
        link,
        "The link works once and not for long. If you did not expect this mail, leave it alone: nothing will happen.",
    )
    return Message(to=to, subject=subject, text="\n\n".join(paragraphs) + "\n")


def _greeting(name: str) -> str:
    return "Hello" if _SAYS_MORE.search(name) or len(name) > _LONGEST_NAME else f"Hello {name}"
