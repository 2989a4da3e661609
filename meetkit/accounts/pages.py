"""The pages that links in emails lead to: plain forms that run no script, fetch nothing and link nowhere else.

Opening one changes nothing, so that a mail scanner that follows links uses no token up; submitting its form does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from meetkit.accounts.password_rules import MAX_LENGTH, MIN_LENGTH
from meetkit.mail import messages
from meetkit.web import pages
from meetkit.web.reply import Reply

# The limits are those of the server, so that a browser refuses a short password without a request.
_PASSWORDS = f"""<label for="password">New password</label>
<input id="password" name="password" type="password" autocomplete="new-password" minlength="{MIN_LENGTH}" \
maxlength="{MAX_LENGTH}" required aria-describedby="rule">
<p id="rule" class="rule">At least {MIN_LENGTH} characters that are hard to guess, such as four random words.</p>
<label for="again">Repeat the password</label>
<input id="again" name="again" type="password" autocomplete="new-password" required>
"""


@dataclass(frozen=True)
class Page:
    """The texts of a page: its question, and its messages for success and for an invalid link."""

    name: str
    title: str
    question: str
    button: str
    success: str
    invalid_link: str
    takes_password: bool = True


VERIFICATION = Page(
    name=messages.VERIFICATION,
    title="Verify your email address",
    question="Someone signed up for meetkit with your email address. Was it you?",
    button="Yes, it was me",
    success="Thank you, your email address is verified. You can close this page.",
    invalid_link="If your address is verified, you are done. If not, sign in and request a new verification email.",
    takes_password=False,
)
RESET = Page(
    name=messages.RESET,
    title="Choose a new password",
    question="Setting a new password signs you out everywhere.",
    button="Set this password",
    success="Your new password is set. Sign in with it; you can close this page.",
    invalid_link="If you did not set a password with it, request a new password reset email.",
)
INVITATION = Page(
    name=messages.INVITATION,
    title="Welcome to meetkit",
    question="An account has been created for you. Choose a password to activate it.",
    button="Accept the invitation",
    success="The account is yours. Sign in with your email address and this password; you can close this page.",
    invalid_link="If you accepted it, sign in. If not, request a password reset, which also sets the first password.",
)

EMAIL_CHANGE = Page(
    name=messages.EMAIL_CHANGE,
    title="Confirm your new email address",
    question="Someone asked to use this email address for a meetkit account. Was it you?",
    button="Yes, use this address",
    success="Your email address is changed. Sign in with it from now on; you can close this page.",
    invalid_link="If you have confirmed the address, you are done. If not, sign in and request the change again.",
    takes_password=False,
)


def form_page(
    page: Page,
    token: str,
    *,
    problem: str | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """Return the page with its form, and with the problem of the last submission, if there was one."""
    fields = _PASSWORDS if page.takes_password else ""
    return pages.page(
        page.title,
        pages.message("problem", problem),
        pages.paragraph(page.question),
        pages.form(page.name, token, fields, page.button),
        status=status,
        headers=headers,
    )


def success_page(page: Page) -> Reply:
    """Return the page after success."""
    return pages.page(page.title, pages.message("done", page.success))


def invalid_link_page(page: Page, *, status: int = 400) -> Reply:
    """Return the page of a link that is invalid, used or expired."""
    problem = "This link is incomplete, used or expired: it works once and for a limited time."
    parts = (pages.message("problem", problem), pages.paragraph(page.invalid_link))
    return pages.page(page.title, *parts, status=status)
