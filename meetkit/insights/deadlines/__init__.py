"""Deadlines in speech: the phrases that name a day, and the date that each resolves to."""

from meetkit.insights.deadlines.temporal_expressions import Phrase, deadline_of, find_days, find_phrases, resolve

__all__ = ["Phrase", "deadline_of", "find_days", "find_phrases", "resolve"]
