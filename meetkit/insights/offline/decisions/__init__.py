"""The decisions section: what the meeting decided, and what is possibly decided."""

from meetkit.insights.offline.decisions.extraction import find_decisions

__all__ = ["find_decisions"]
