"""How large a request's body may be, by what is sent where."""

from __future__ import annotations

from typing import NamedTuple

_KIB, _MIB = 1024, 1024 * 1024
_ORDINARY = 1
"""MiB where neither a transcript nor a calendar may be in it."""


class Most(NamedTuple):
    """How many bytes, and what to say to more."""

    bytes: int
    detail: str


OF_ANYBODY = Most(64 * _KIB, "a body has at most 64 KiB here")
"""Below `/auth/`: anybody may send a body there, and it holds an e-mail, a password or a token."""


def most(method: str, path: str, mebibytes: int) -> Most:
    """How much, of `mebibytes` where a transcript or a calendar may be in it."""
    number = mebibytes if _may_be_large(method, path) else min(_ORDINARY, mebibytes)
    return Most(number * _MIB, f"the body of a request has at most {number} MiB")


def _may_be_large(method: str, path: str) -> bool:
    is_change = method == "PATCH" and "/meetings/" in path
    return is_change or path.endswith("/analyze") or "/calendars" in path
