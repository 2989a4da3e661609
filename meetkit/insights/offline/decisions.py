"""What was decided, in the words that decided it."""

from __future__ import annotations

from meetkit.insights.text import Document
from meetkit.models.analysis import MeetingContext, Decisions


def find_decisions(document: Document, context: MeetingContext) -> Decisions:
    """The sentences by which something was decided."""
    return Decisions(engine="offline")
