"""What to do next, and what was said that calls for it."""

from __future__ import annotations

from meetkit.insights.text import Document
from meetkit.models.analysis import ActionItems, FollowUps, MeetingContext, Questions


def suggest_follow_ups(
    document: Document, context: MeetingContext, *, items: ActionItems, questions: Questions
) -> FollowUps:
    """The next steps that the items and open questions of a meeting call for, the most pressing first."""
    return FollowUps(engine="offline")
