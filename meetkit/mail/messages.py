"""The texts of account emails. They contain no names: a name is the choice of whoever signed up with the address."""

from __future__ import annotations

from collections.abc import Callable

from meetkit.mail.message import Message

# The paths of the pages that links lead to.
VERIFICATION, RESET, INVITATION, EMAIL_CHANGE = "verify-email", "password-reset", "accept-invitation", "change-email"
# Takes the recipient's address, the base URL of links and the token.
Template = Callable[[str, str, str], Message]


def verification(to: str, links_url: str, token: str) -> Message:
    """Return the email that asks to confirm the address of a new account."""
    reason = "Someone signed up for meetkit with this email address. If it was you, please confirm the address:"
    return _message(to, "Verify your email address", reason, f"{links_url}/{VERIFICATION}?token={token}")


def reset(to: str, links_url: str, token: str) -> Message:
    """Return the email with the link to a new password."""
    reason = "Someone, probably you, asked to reset the password of your meetkit account. Choose a new password here:"
    return _message(to, "Choose a new password", reason, f"{links_url}/{RESET}?token={token}")


def invitation(to: str, links_url: str, token: str) -> Message:
    """Return the email to a user whose account an admin created."""
    reason = "An admin created a meetkit account for you. Choose a password to activate it:"
    return _message(to, "You are invited to meetkit", reason, f"{links_url}/{INVITATION}?token={token}")


def email_change(to: str, links_url: str, token: str) -> Message:
    """Return the email that asks to confirm the new address of an account."""
    reason = "Someone, probably you, asked to use this email address for a meetkit account. Confirm the address here:"
    return _message(to, "Confirm your new email address", reason, f"{links_url}/{EMAIL_CHANGE}?token={token}")


def email_change_notice(to: str) -> Message:
    """Return the email to the present address of an account for which another one was requested."""
    text = (
        "Hello,\n\nSomeone who is signed in to your meetkit account asked to change its email address. The change "
        "takes place once the new address is confirmed.\n\nIf it was not you, change your password now: this cancels "
        "the change and ends all other sessions.\n"
    )
    return Message(to=to, subject="Your email address is about to change", text=text)


def email_changed(to: str) -> Message:
    """Return the email to the former address of an account."""
    text = (
        "Hello,\n\nThe email address of your meetkit account was changed. This address no longer belongs to it.\n\n"
        "If it was not you, ask an admin of your team to deactivate the account.\n"
    )
    return Message(to=to, subject="Your email address was changed", text=text)


def invitation_elsewhere(to: str, public_url: str) -> Message:
    """Return the email to a user of one tenant whom another tenant tried to invite."""
    text = (
        "Hello,\n\nAnother team has invited you to meetkit. Your account with this email address already belongs to a "
        "team, and each address can belong to only one.\n\nNothing has changed. To join the other team, ask them to "
        f"invite another address of yours at\n\n{public_url}\n\nIf you did not create an account, someone else did "
        "with your address: reset its password there to take it over, then keep or erase it.\n\nIf you did not "
        "expect this email, you can ignore it: nothing will change.\n"
    )
    return Message(to=to, subject="You are invited to meetkit", text=text)


def _message(to: str, subject: str, reason: str, link: str) -> Message:
    paragraphs = (
        "Hello,",
        reason,
        link,
        "The link works once and expires soon. If you did not expect this email, you can ignore it.",
    )
    return Message(to=to, subject=subject, text="\n\n".join(paragraphs) + "\n")
