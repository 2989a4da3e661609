"""How the talking was shared."""

from __future__ import annotations

from meetkit.insights.text import Document
from meetkit.models.analysis import MeetingContext, Statistics


def measure(document: Document, context: MeetingContext) -> Statistics:
    """Who talked how much, how fast and how patiently."""
    return Statistics(engine="offline")
