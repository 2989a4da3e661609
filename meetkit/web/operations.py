"""Operations of meetings, under the name that hosts import: see `meetkit.meetings.operations`."""

from __future__ import annotations

import importlib
from typing import Any

_HOME = "meetkit.meetings.operations"
_MODULES = ("action_items", "availability", "blocking", "calendars", "insights", "meetings", "people")


def __getattr__(name: str) -> Any:
    # By name, as the HTTP kit is below all capabilities.
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return importlib.import_module(f"{_HOME}.{name}")
