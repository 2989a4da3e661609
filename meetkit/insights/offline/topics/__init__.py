"""The topics section: the key phrases of a meeting and the turns that are about them."""

from meetkit.insights.offline.topics.extraction import find_topics

__all__ = ["find_topics"]
