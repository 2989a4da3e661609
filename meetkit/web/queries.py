"""Query values of meetings, under the name that hosts import: see `meetkit.meetings.routes.queries`."""

from __future__ import annotations

import importlib
from typing import Any

_HOME = "meetkit.meetings.routes.queries"


def __getattr__(name: str) -> Any:
    # By name, as the HTTP kit is below all capabilities.
    try:
        return getattr(importlib.import_module(_HOME), name)
    except AttributeError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
