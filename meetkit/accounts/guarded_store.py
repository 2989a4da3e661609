"""The store as one caller sees it, under the name that hosts import: see `meetkit.meetings.guarded_store`."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["GuardedStore"]  # noqa: F822  # see below


def __getattr__(name: str) -> Any:
    # By name, as accounts may import nothing of meetings but its service.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module("meetkit.meetings.guarded_store"), name)
