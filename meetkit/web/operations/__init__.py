"""Former home of the operations of meetings, which hosts still import from here."""

from __future__ import annotations

import importlib
from typing import Any

_HOME = "meetkit.meetings.operations"


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    # By name, as the kit is below all capabilities.
    return importlib.import_module(f"{_HOME}.{name}")
