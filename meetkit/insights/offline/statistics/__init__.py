"""The statistics section: talk time, pace, patience, questions and filler words of each speaker."""

from meetkit.insights.offline.statistics.talk_time import measure

__all__ = ["measure"]
