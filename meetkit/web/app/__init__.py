"""`create_app`: the service as a FastAPI app. `router`: its routes for the app of a host."""

from __future__ import annotations

try:
    import fastapi  # noqa: F401
except ImportError as error:
    raise ImportError("the service needs the extra 'web': pip install 'meetkit[web]'") from error

from meetkit.web.app.problems import render_problems
from meetkit.web.app.routes import router
from meetkit.web.app.service import create_app
from meetkit.web.app.state import ServiceState, service_of

__all__ = ["ServiceState", "create_app", "render_problems", "router", "service_of"]
