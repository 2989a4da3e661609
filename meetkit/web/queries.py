"""Former home of the query values of meetings, which hosts still import from here."""

from __future__ import annotations

import importlib
from typing import Any

_HOME = "meetkit.meetings.routes.queries"


def __getattr__(name: str) -> Any:
    # By name, as the kit is below all capabilities.
    return getattr(importlib.import_module(_HOME), name)
