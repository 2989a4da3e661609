"""The rules for new passwords. Length counts, a mixture of characters does not (NIST SP 800-63B-4)."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from meetkit.errors import InvalidRequestError

MIN_LENGTH, MAX_LENGTH = 10, 200
# Few distinct characters, as in "aaaaaaaaaa" or "abbaabbabaab", are guessed early however long the password is.
_MIN_DISTINCT = 4
_ADVICE = f"use {MIN_LENGTH} to {MAX_LENGTH} characters that are hard to guess, such as four random words"
# The most common passwords, without the digits and signs that people put before or behind them.
_COMMON = frozenset(Path(__file__).with_name("common_passwords.txt").read_text("utf-8").split())
_RUNS = ("01234567890123456789", "09876543210987654321", "abcdefghijklmnopqrstuvwxyz", "zyxwvutsrqponmlkjihgfedcba")


def check(password: str, *, email: str, name: str = "") -> None:
    """Refuse a new password that is too short or among the first guesses of an attacker.

    Raises:
        InvalidRequestError: it is; the message gives the reason and advice, and shows nothing of the password.
    """
    if weakness := _weakness(password, email, name):
        raise InvalidRequestError(f"password: {weakness}; {_ADVICE}")


def normal_form(password: str) -> str:
    """Return the one form of a password that keyboards enter in several (NIST SP 800-63B-4, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def _weakness(password: str, email: str, name: str) -> str | None:
    text = _folded_text(password)
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        return f"has {len(password)} characters"
    if len(set(text)) < _MIN_DISTINCT:
        return "repeats the same few characters"
    unit = _repeating_unit(text)
    variants = {text, _core(text), unit, _core(unit)}
    if variants & _COMMON or any(unit in run for run in _RUNS):
        return "is one of the most common"
    if variants & _personal_words(email, name):
        return "is your email address or your name"
    return None


def _folded_text(text: str) -> str:
    """Return the text without differences of case and character width."""
    return normal_form(normal_form(text).casefold())


def _repeating_unit(text: str) -> str:
    """Return the shortest part whose repetition is the text, which may be the text itself."""
    repetition = re.fullmatch(r"(.+?)\1+", text, re.DOTALL)
    return repetition[1] if repetition else text


def _core(text: str) -> str:
    """Return the text without the digits and signs that people put before or behind a word."""
    return re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text)


def _personal_words(email: str, name: str) -> set[str]:
    """Return the parts of an email address and a name that somebody would type as a password."""
    email, name = _folded_text(email), _folded_text(name)
    local, _, domain = email.partition("@")
    words = {email, local, domain, domain.partition(".")[0], name, *name.split(), re.sub(r"\W", "", name)}
    # With the empty core, so that digits and signs alone are refused.
    return {_core(word) for word in words} | {""}
