"""How many sign in, and how many try in vain."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from meetkit.errors import ConflictError, ForbiddenError, ThrottledError, UnauthenticatedError

P = ParamSpec("P")
T = TypeVar("T")


def counted(sign_in: Callable[P, T], count: Callable[[str], None]) -> Callable[P, T]:
    """A way to sign in whose outcomes are counted: `ok`, `failed` or `throttled`; trouble of ours is none of them."""

    @wraps(sign_in)
    def watched(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            found = sign_in(*args, **kwargs)
        except ThrottledError:
            count("throttled")
            raise
        except (UnauthenticatedError, ForbiddenError, ConflictError):
            count("failed")
            raise
        count("ok")
        return found

    return watched
