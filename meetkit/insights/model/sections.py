"""Sections by a model: the answer schema of each, and the function that reads the answers."""

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


class SectionSpec(NamedTuple):
    """The answer schema of a section, the reader of the answers, and the type of the section.

    `read(answers, sources, engine)` takes the answers of all chunks in order and checks every claim. The same
    answers give the same section.
    """

    answer: type[BaseModel]
    read: Callable[..., Section]
    section_type: type[Section]


# In the order of the calls.
MODEL_SECTIONS: Mapping[str, SectionSpec] = MappingProxyType(
    {
        "summary": SectionSpec(SummaryAnswer, read_summary, Summary),
        "action_items": SectionSpec(ItemsAnswer, read_items, ActionItems),
        "decisions": SectionSpec(DecisionsAnswer, read_decisions, Decisions),
        "questions": SectionSpec(QuestionsAnswer, read_questions, Questions),
        "topics": SectionSpec(TopicsAnswer, read_topics, Topics),
        "sentiment": SectionSpec(SentimentAnswer, read_sentiment, SentimentAnalysis),
        "follow_ups": SectionSpec(FollowUpsAnswer, read_follow_ups, FollowUps),
    }
)
# Exact counts, which no model improves: the offline engine always makes them.
COUNTED_SECTIONS = ("statistics", "trackers")
