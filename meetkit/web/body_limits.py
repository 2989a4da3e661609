"""Size limits of requests: of their heads, and of bodies by method and path."""

from __future__ import annotations

from typing import NamedTuple

_KIB, _MIB = 1024, 1024 * 1024
HEAD_KIB = 64
"""The largest head of a request: its request line and header fields."""
# MiB where neither a transcript nor a calendar may be in the body.
_ORDINARY = 1


class BodyLimit(NamedTuple):
    """The most bytes, and the detail of the problem that refuses more."""

    bytes: int
    detail: str


# Anybody may send a body below `/auth/`, where it holds an email address, a password or a token.
PUBLIC_LIMIT = BodyLimit(64 * _KIB, "the request body exceeds 64 KiB")


def limit_of(method: str, path: str, mebibytes: int) -> BodyLimit:
    """Return the limit of a request: `mebibytes` where a transcript or a calendar may be in it, else 1 MiB."""
    number = mebibytes if _may_be_large(method, path) else min(_ORDINARY, mebibytes)
    return BodyLimit(number * _MIB, f"the request body exceeds {number} MiB")


def _may_be_large(method: str, path: str) -> bool:
    is_change = method == "PATCH" and "/meetings/" in path
    # A tool's call is within the limit of its own route as well.
    return is_change or path.endswith(("/analyze", "/recordings", "/mcp")) or "/calendars" in path
