"""What was asked, and where it was answered."""

from __future__ import annotations

from meetkit.insights.text import Document
from meetkit.models.analysis import MeetingContext, Questions


def find_questions(document: Document, context: MeetingContext) -> Questions:
    """The questions, each with the turn that answers it."""
    return Questions(engine="offline")
