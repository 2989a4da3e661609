"""The pages that links in emails lead to: plain forms that run no script, fetch nothing and link nowhere else.

Opening one changes nothing, so that a mail scanner that follows links uses no token up; submitting its form does.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from pathlib import Path
from string import Template

from meetkit.accounts.password_rules import MAX_LENGTH, MIN_LENGTH
from meetkit.mail import messages
from meetkit.web.reply import Reply

_HERE = Path(__file__).parent
_FRAME = Template((_HERE / "page.html").read_text("utf-8"))
_STYLE = (_HERE / "page.css").read_text("utf-8")
_DIGEST = base64.b64encode(sha256(_STYLE.encode()).digest()).decode()
# The style is allowed by its hash; nothing else is loaded, and no other page frames this one.
_HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_DIGEST}'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
}
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
    # Relative, so that it is right behind any proxy, and without the query, which holds the token.
    form = (
        f'<form method="post" action="{escape(page.name)}">\n'
        f'<input type="hidden" name="token" value="{escape(token)}">\n'
        f"{_PASSWORDS if page.takes_password else ''}<button>{escape(page.button)}</button>\n</form>"
    )
    return _reply(page, _message("problem", problem), _paragraph(page.question), form, status=status, headers=headers)


def success_page(page: Page) -> Reply:
    """Return the page after success."""
    return _reply(page, _message("done", page.success))


def invalid_link_page(page: Page) -> Reply:
    """Return the page of a link that is invalid, used or expired."""
    problem = "This link is incomplete, used or expired: it works once and for a limited time."
    return _reply(page, _message("problem", problem), _paragraph(page.invalid_link), status=400)


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _message(kind: str, text: str | None) -> str:
    return f'<p class="{kind}" role="{"alert" if kind == "problem" else "status"}">{escape(text)}</p>' if text else ""


def _reply(page: Page, *parts: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    content = "\n".join(filter(None, parts))
    html = _FRAME.substitute(title=escape(page.title), style=_STYLE, content=content)
    return Reply(status, html.encode(), {**_HEADERS, **(headers or {})}, "text/html; charset=utf-8")
