"""The authenticated caller, under the name that hosts import: see `meetkit.models.caller`."""

from meetkit.models.caller import Access, Caller, Right

__all__ = ["Access", "Caller", "Right"]
