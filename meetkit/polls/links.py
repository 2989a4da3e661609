"""The secrets of links: too long to guess, so that a fast hash suffices, which alone is stored."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from meetkit.polls.models import Poll

MAX_LIFETIME = dt.timedelta(days=30)


def new_token() -> str:
    """Return a token of 256 bits that is safe in URLs."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """Return the hash of a token."""
    # A token from a request may hold lone surrogates, which plain UTF-8 refuses.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def expiry(poll: Poll, now: dt.datetime) -> dt.datetime:
    """Return when a link made now expires: with the poll's last option or its deadline, in 30 days at the latest."""
    return min(now + MAX_LIFETIME, poll.options[-1].start, *([poll.closes_at] if poll.closes_at else []))
