"""`blueprint`: the routes of meetings, people and availability for a Flask app, the same as for FastAPI."""

from __future__ import annotations

try:
    import flask  # noqa: F401
except ImportError as error:
    raise ImportError("the blueprint needs the extra 'flask': pip install 'meetkit[flask]'") from error

from meetkit.web.flask.app import blueprint
from meetkit.web.flask.views import render_problems

__all__ = ["blueprint", "render_problems"]
