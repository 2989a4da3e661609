"""The action items section: who does what, by when."""

from meetkit.insights.offline.action_items.extraction import find_action_items

__all__ = ["find_action_items"]
