"""The authentication of a host's users: `identify`, and the warning where routes have none."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable

from meetkit.errors import OpenRoutesWarning, UnauthenticatedError
from meetkit.models.caller import Caller
from meetkit.runtime.collaborators import UNSET, Unset
from meetkit.web.context import SIGN_IN, Credentials

Identify = Callable[[Credentials], Caller]
_OPEN = (
    "{name}() without `identify` serves all data to everybody; pass a function that returns the caller of a request "
    "(see meetkit.web.identify), or identify=None where the application protects these routes itself"
)
_log = logging.getLogger("meetkit.web")


def identify(find_caller: Callable[[str], Caller | None]) -> Identify:
    """Return the `identify` of `router` or `blueprint`, by a function that finds the caller of a bearer token.

    A request without a token, or with one that the function returns `None` for, is answered 401.
    """

    def identify_by_token(credentials: Credentials) -> Caller:
        caller = find_caller(credentials.token) if credentials.token else None
        if caller is None:
            raise UnauthenticatedError(SIGN_IN)
        return caller

    return identify_by_token


def chosen_identify(value: Identify | Unset | None, name: str) -> Identify | None:
    """Return the `identify` that a host chose for its routes; one that is left out warns, and logs the same."""
    if value is not UNSET:
        return value
    message = _OPEN.format(name=name)
    _log.warning("%s", message)
    warnings.warn(message, OpenRoutesWarning, stacklevel=3)
    return None
