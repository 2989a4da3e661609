"""Where a caller's phrases were said."""

from __future__ import annotations

from meetkit.insights.text import Document
from meetkit.models.analysis import MeetingContext, Trackers


def find_mentions(document: Document, context: MeetingContext) -> Trackers:
    """Every mention of the context's trackers."""
    return Trackers(engine="offline")
