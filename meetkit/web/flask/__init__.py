"""`blueprint`: the routes of meetings, people and availability for a Flask app, the same as those by FastAPI."""

from __future__ import annotations

try:
    import flask  # noqa: F401
except ImportError as error:
    raise ImportError("the blueprint needs the extra 'flask': pip install 'meetkit[flask]'") from error

from meetkit.web.flask.views import blueprint, render_problems

__all__ = ["blueprint", "render_problems"]
