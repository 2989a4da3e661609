"""Former home of `Caller`, which hosts still import from here."""

from meetkit.models.caller import Access, Caller, Right

__all__ = ["Access", "Caller", "Right"]
