"""The sentiment section: the tone of the meeting, its course over time, and the health of the relationship."""

from meetkit.insights.offline.sentiment.analysis import read_sentiment

__all__ = ["read_sentiment"]
