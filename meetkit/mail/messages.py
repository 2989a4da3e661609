"""What meetkit writes to people. No name of theirs is in it: whoever signed up with an address chose the name."""

from __future__ import annotations

from collections.abc import Callable

from meetkit.mail.message import Message

VERIFICATION, RESET, INVITATION = "verify-email", "password-reset", "accept-invitation"
"""The names of the pages that links lead to."""
Template = Callable[[str, str, str], Message]
"""Writes to an address, with a link to a page below a URL, what a token is for."""


def verification(to: str, links_url: str, token: str) -> Message:
    """Asks whoever signed up to show that the address is theirs."""
    why = "somebody signed up at meetkit with this address. If that was you, please confirm that it is yours:"
    return _letter(to, "Verify your e-mail address", why, f"{links_url}/{VERIFICATION}?token={token}")


def reset(to: str, links_url: str, token: str) -> Message:
    """Lets somebody choose a new password."""
    why = "somebody, probably you, asked to choose a new password for your account at meetkit. You can do so here:"
    return _letter(to, "Choose a new password", why, f"{links_url}/{RESET}?token={token}")


def invitation(to: str, links_url: str, token: str) -> Message:
    """Lets somebody in whom an admin has made an account for."""
    why = "an account at meetkit was made for you. Choose a password, and it is yours:"
    return _letter(to, "You are invited to meetkit", why, f"{links_url}/{INVITATION}?token={token}")


def invitation_elsewhere(to: str, public_url: str) -> Message:
    """Tells somebody who has an account in one tenant that another has invited them, in vain."""
    text = (
        "Hello,\n\nanother team has invited you to meetkit, but your account with this address is in a team already, "
        "and there is one for each address.\n\nNothing has changed. To join them, ask them to invite another address "
        f"of yours at\n\n{public_url}\n\nIf you made no account, somebody else did with your address: reset its "
        "password there, and it is yours alone, to keep or to erase.\n\nIf you did not expect this mail, leave it "
        "alone: nothing will happen.\n"
    )
    return Message(to=to, subject="You are invited to meetkit", text=text)


def _letter(to: str, subject: str, why: str, link: str) -> Message:
    paragraphs = (
        "Hello,",
        why,
        link,
        "The link works once and not for long. If you did not expect this mail, leave it alone: nothing will happen.",
    )
    return Message(to=to, subject=subject, text="\n\n".join(paragraphs) + "\n")
