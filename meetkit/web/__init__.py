"""The service: REST by FastAPI, and a blueprint for Flask. Needs the extra `web`, the blueprint only `flask`.

`create_app` is the whole of it, with accounts; `router` the routes of all installed capabilities for a FastAPI host's
own app, except those for the served app alone.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from meetkit.web.app import create_app, render_problems, router

__all__ = ["create_app", "render_problems", "router"]


def __getattr__(name: str) -> Any:
    """Import FastAPI-based names on first use, so that a Flask host needs no FastAPI."""
    if name in __all__:
        from meetkit.web import app  # noqa: PLC0415  # see above

        return getattr(app, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
