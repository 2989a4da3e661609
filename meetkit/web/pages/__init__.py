"""The frame of pages for people: plain HTML that runs no script, fetches nothing and links nowhere else."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from hashlib import sha256
from html import escape
from pathlib import Path
from string import Template
from typing import Literal

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


def page(title: str, *parts: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """Return a page of these parts, which are HTML; empty ones are left out."""
    content = "\n".join(filter(None, parts))
    html = _FRAME.substitute(title=escape(title), style=_STYLE, content=content)
    return Reply(status, html.encode(), {**_HEADERS, **(headers or {})}, "text/html; charset=utf-8")


def paragraph(text: str) -> str:
    """Return a text as a paragraph."""
    return f"<p>{escape(text)}</p>"


def message(kind: Literal["done", "problem"], text: str | None) -> str:
    """Return a message that a screen reader announces, or nothing where there is none."""
    return f'<p class="{kind}" role="{"alert" if kind == "problem" else "status"}">{escape(text)}</p>' if text else ""


def form(action: str, token: str, fields: str, button: str) -> str:
    """Return a form that posts a token and these fields, which are HTML.

    `action` is relative to the page, so that it is right behind any proxy, and has no query, which holds the token.
    """
    return (
        f'<form method="post" action="{escape(action)}">\n'
        f'<input type="hidden" name="token" value="{escape(token)}">\n'
        f"{fields}<button>{escape(button)}</button>\n</form>"
    )
