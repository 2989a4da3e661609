"""The table of sections, by the name that each has in an analysis."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from meetkit.insights.language.text import Document
from meetkit.insights.offline.action_items import find_action_items
from meetkit.insights.offline.decisions import find_decisions
from meetkit.insights.offline.follow_ups import suggest_follow_ups
from meetkit.insights.offline.questions import find_questions
from meetkit.insights.offline.sentiment import read_sentiment
from meetkit.insights.offline.statistics import measure
from meetkit.insights.offline.summary import summarize
from meetkit.insights.offline.topics import find_topics
from meetkit.insights.offline.trackers import find_mentions
from meetkit.models.analysis import FollowUps, MeetingContext, Section
from meetkit.models.transcripts import Transcript

SectionFinder = Callable[[Document, MeetingContext], Section]


def _follow_ups(document: Document, context: MeetingContext) -> FollowUps:
    return suggest_follow_ups(
        document,
        context,
        items=find_action_items(document, context),
        questions=find_questions(document, context),
    )


SECTIONS: Mapping[str, SectionFinder] = MappingProxyType(
    {
        "summary": summarize,
        "action_items": find_action_items,
        "decisions": find_decisions,
        "questions": find_questions,
        "topics": find_topics,
        "sentiment": read_sentiment,
        "follow_ups": _follow_ups,
        "statistics": measure,
        "trackers": find_mentions,
    }
)
"""The function of each section."""


def find_sections(transcript: Transcript, context: MeetingContext, names: Iterable[str]) -> dict[str, Section]:
    """Return the sections of these names. Follow-ups are derived from the action items and questions found once."""
    document, sections = Document.of(transcript), dict[str, Section]()
    section_names = set(names)
    if {"action_items", "questions", "follow_ups"} <= section_names:
        items, questions = find_action_items(document, context), find_questions(document, context)
        follow_ups = suggest_follow_ups(document, context, items=items, questions=questions)
        sections = {"action_items": items, "questions": questions, "follow_ups": follow_ups}
    return sections | {name: SECTIONS[name](document, context) for name in section_names - sections.keys()}
