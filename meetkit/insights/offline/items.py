"""Who promised what, by when, in their own words."""

from __future__ import annotations

from meetkit.insights.text import Document
from meetkit.models.analysis import MeetingContext, ActionItems


def find_action_items(document: Document, context: MeetingContext) -> ActionItems:
    """What somebody is to do, with the quotes for task, owner and deadline."""
    return ActionItems(engine="offline")
