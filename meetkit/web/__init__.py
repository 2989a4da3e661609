"""What hosts import: REST by FastAPI, a blueprint for Flask, and what authenticates their users.

`create_app` is the whole service, with accounts; `router` and `blueprint` the routes of all installed capabilities for
the app of a host, except those for the served app alone. Both take `identify`, which returns the `Caller` of some
`Credentials`, and `guard`, such as `GuardedStore`, which limits the store to what that caller may see and change.

FastAPI's names need the extra `web`, `blueprint` the extra `flask`, and the others none.
"""

from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from meetkit.errors import OpenRoutesWarning, UnauthenticatedError
    from meetkit.meetings.guarded_store import GuardedStore
    from meetkit.meetings.guarded_store import GuardedStore as guard  # noqa: N813  # the name of the parameter
    from meetkit.models.caller import Caller
    from meetkit.web.app import create_app, render_problems, router
    from meetkit.web.context import Credentials, RequestContext
    from meetkit.web.flask import blueprint
    from meetkit.web.identity import identify

__all__ = [
    "Caller",
    "Credentials",
    "GuardedStore",
    "OpenRoutesWarning",
    "RequestContext",
    "UnauthenticatedError",
    "blueprint",
    "create_app",
    "guard",
    "identify",
    "render_problems",
    "router",
]

# By name, as nobody waits for a framework that they do not use, and meetings stand on this kit.
_PLACES = {
    "Caller": "meetkit.models.caller:Caller",
    "Credentials": "meetkit.web.context:Credentials",
    "GuardedStore": "meetkit.meetings.guarded_store:GuardedStore",
    "OpenRoutesWarning": "meetkit.errors:OpenRoutesWarning",
    "RequestContext": "meetkit.web.context:RequestContext",
    "UnauthenticatedError": "meetkit.errors:UnauthenticatedError",
    "blueprint": "meetkit.web.flask:blueprint",
    "create_app": "meetkit.web.app:create_app",
    "guard": "meetkit.meetings.guarded_store:GuardedStore",
    "identify": "meetkit.web.identity:identify",
    "render_problems": "meetkit.web.app:render_problems",
    "router": "meetkit.web.app:router",
}


def __getattr__(name: str) -> Any:
    """Import a name on first use."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return resolve_name(_PLACES[name])
