"""Pages for who follows a link in a mail: plain forms that run no script, fetch nothing and lead nowhere else.

To open one changes nothing, so that a scanner of mails that follows links uses none up; to send its form does.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from pathlib import Path
from string import Template

from meetkit.accounts.password_rules import LONGEST, SHORTEST
from meetkit.mail import messages
from meetkit.web.reply import Reply

_HERE = Path(__file__).parent
_FRAME = Template((_HERE / "page.html").read_text("utf-8"))
_STYLE = (_HERE / "page.css").read_text("utf-8")
_DIGEST = base64.b64encode(sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_DIGEST}'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
}
_PASSWORDS = f"""<label for="password">New password</label>
<input id="password" name="password" type="password" autocomplete="new-password" minlength="{SHORTEST}" \
maxlength="{LONGEST}" required aria-describedby="rule">
<p id="rule" class="rule">At least {SHORTEST} characters that nobody would guess, such as four words by chance.</p>
<label for="again">The same once more</label>
<input id="again" name="again" type="password" autocomplete="new-password" required>
"""


@dataclass(frozen=True)
class Page:
    """What a link leads to: what it asks, and what it says when that is done, or when the link is good no more."""

    name: str
    title: str
    ask: str
    button: str
    done: str
    over: str
    takes_password: bool = True


VERIFICATION = Page(
    name=messages.VERIFICATION,
    title="Verify your e-mail address",
    ask="Somebody signed up at meetkit with the address that this link was sent to. Is it yours?",
    button="Yes, it is my address",
    done="Thank you, your e-mail address is verified. You can close this page.",
    over="If your address is verified already, there is nothing left to do. If not, sign in and ask for another mail.",
    takes_password=False,
)
RESET = Page(
    name=messages.RESET,
    title="Choose a new password",
    ask="With the new password you will be signed out wherever you are signed in now.",
    button="Set this password",
    done="Your new password is set. Sign in with it; you can close this page.",
    over="If you did not set a password by it, ask for another mail to reset it.",
)
INVITATION = Page(
    name=messages.INVITATION,
    title="Welcome to meetkit",
    ask="An account was made for you. Choose a password, and it is yours.",
    button="Accept the invitation",
    done="The account is yours. Sign in with your e-mail address and this password; you can close this page.",
    over="If you accepted the invitation already, sign in. Else ask for a mail to reset your password; which sets one.",
)


def asking(
    page: Page,
    token: str,
    *,
    problem: str | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """The page with its form, and with what was wrong the last time, if anything was."""
    # Relative, and so right behind any proxy, and without the query that holds the token.
    form = (
        f'<form method="post" action="{escape(page.name)}">\n'
        f'<input type="hidden" name="token" value="{escape(token)}">\n'
        f"{_PASSWORDS if page.takes_password else ''}<button>{escape(page.button)}</button>\n</form>"
    )
    return _reply(page, _note("problem", problem), _said(page.ask), form, status=status, headers=headers)


def done(page: Page) -> Reply:
    """The page once all is done."""
    return _reply(page, _note("done", page.done))


def over(page: Page) -> Reply:
    """The page of a link that is not, or no longer, good."""
    problem = "This link is not whole, or no longer good: it works once, and not for long."
    return _reply(page, _note("problem", problem), _said(page.over), status=400)


def _said(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _note(kind: str, text: str | None) -> str:
    return f'<p class="{kind}" role="{"alert" if kind == "problem" else "status"}">{escape(text)}</p>' if text else ""


def _reply(page: Page, *parts: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    content = "\n".join(filter(None, parts))
    made = _FRAME.substitute(title=escape(page.title), style=_STYLE, content=content)
    return Reply(status, made.encode(), {**_HEADERS, **(headers or {})}, "text/html; charset=utf-8")
