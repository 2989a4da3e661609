"""The summary section: the sentences of a meeting that say most of it."""

from meetkit.insights.offline.summary.summarization import summarize

__all__ = ["summarize"]
