"""`blueprint`: the routes of all installed capabilities for a Flask app, where they have routes for Flask."""

from __future__ import annotations

try:
    import flask  # noqa: F401
except ImportError as error:
    raise ImportError("the blueprint needs the extra 'flask': pip install 'meetkit[flask]'") from error

from meetkit.web.flask.app import blueprint
from meetkit.web.flask.views import render_problems

__all__ = ["blueprint", "render_problems"]
