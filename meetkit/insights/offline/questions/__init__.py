"""The questions section: the questions of a meeting and the turns that answer them."""

from meetkit.insights.offline.questions.extraction import find_questions

__all__ = ["find_questions"]
