"""Which passwords are too easy to guess: length, not the mixture of characters, is what counts (NIST SP 800-63B-4)."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from meetkit.errors import InvalidRequestError

SHORTEST, LONGEST = 10, 200
_FEWEST_CHARACTERS = 4
_WHAT_WOULD_DO = f"take {SHORTEST} to {LONGEST} characters that nobody would guess, such as four words by chance"
# What people take most, without the digits and signs that they put before or behind it.
_COMMON = frozenset(Path(__file__).with_name("common_passwords.txt").read_text("utf-8").split())
_ROWS = ("01234567890123456789", "09876543210987654321", "abcdefghijklmnopqrstuvwxyz", "zyxwvutsrqponmlkjihgfedcba")


def check(password: str, *, email: str, name: str = "") -> None:
    """Refuse a new password that is too short, or among the first that anybody tries.

    Raises:
        InvalidRequestError: it is; the message says why and what would do, and nothing of the password.
    """
    if why := _weakness(password, email, name):
        raise InvalidRequestError(f"password: {why}; {_WHAT_WOULD_DO}")


def normal(password: str) -> str:
    """One form for what keyboards write in several (NIST SP 800-63B-4, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def _weakness(password: str, email: str, name: str) -> str | None:
    plain = _plain(password)
    if not SHORTEST <= len(password) <= LONGEST:
        return f"has {len(password)} characters"
    if len(set(plain)) < _FEWEST_CHARACTERS:
        return "repeats the same few characters"
    tried = {plain, _core(plain), once := _once(plain), _core(once)}
    if tried & _COMMON or any(once in row for row in _ROWS):
        return "is one of the most common"
    if tried & _own(email, name):
        return "is your e-mail or your name"
    return None


def _plain(text: str) -> str:
    """The text as it is tried: whichever width and case its letters have."""
    return normal(normal(text).casefold())


def _once(text: str) -> str:
    """What a text repeats, if it is nothing but repetitions of it."""
    repeated = re.fullmatch(r"(.+?)\1+", text, re.DOTALL)
    return repeated[1] if repeated else text


def _core(text: str) -> str:
    """The text without the digits and signs that people put before or behind a word."""
    return re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text)


def _own(email: str, name: str) -> set[str]:
    """What somebody is called, as it would be typed."""
    email, name = _plain(email), _plain(name)
    local, _, domain = email.partition("@")
    called = {email, local, domain, domain.partition(".")[0], name, *name.split(), re.sub(r"\W", "", name)}
    return {_core(one) for one in called} | {""}
