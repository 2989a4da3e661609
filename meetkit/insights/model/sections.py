"""What each section asks a model, and what makes a section of the answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from pydantic import BaseModel

from meetkit.insights.model.answer_schemas import (
    DecisionsAnswer,
    FollowUpsAnswer,
    ItemsAnswer,
    QuestionsAnswer,
    SentimentAnswer,
    SummaryAnswer,
    TopicsAnswer,
)
from meetkit.insights.model.items import read_items
from meetkit.insights.model.questions import read_questions
from meetkit.insights.model.sentiment import read_sentiment
from meetkit.insights.model.statements import read_decisions, read_follow_ups, read_summary
from meetkit.insights.model.topics import read_topics
from meetkit.models.analysis import (
    ActionItems,
    Decisions,
    FollowUps,
    Questions,
    Section,
    SentimentAnalysis,
    Summary,
    Topics,
)


class Part(NamedTuple):
    """A section's form of answer, what reads the answers of all chunks, in order, and what the section is when empty.

    `read(answers, sources, engine)` checks every claim; the same answers make the same section.
    """

    answer: type[BaseModel]
    read: Callable[..., Section]
    empty: type[Section]


PARTS: Mapping[str, Part] = MappingProxyType(
    {
        "summary": Part(SummaryAnswer, read_summary, Summary),
        "action_items": Part(ItemsAnswer, read_items, ActionItems),
        "decisions": Part(DecisionsAnswer, read_decisions, Decisions),
        "questions": Part(QuestionsAnswer, read_questions, Questions),
        "topics": Part(TopicsAnswer, read_topics, Topics),
        "sentiment": Part(SentimentAnswer, read_sentiment, SentimentAnalysis),
        "follow_ups": Part(FollowUpsAnswer, read_follow_ups, FollowUps),
    }
)
FACTS = ("statistics", "trackers")
"""Sections that are counted, not judged: no model is asked for them."""
