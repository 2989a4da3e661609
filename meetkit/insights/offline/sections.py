"""The table of sections, by the name that each has in an analysis."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from types import MappingProxyType

from meetkit.insights.language.identification import ENGLISH, READ, UNREAD, english_share
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
from meetkit.models.analysis import FollowUps, MeetingContext, MeetingInsights, Section
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


# These count and look up words, in any language.
_IN_ANY_LANGUAGE = ("statistics", "trackers")


def find_sections(transcript: Transcript, context: MeetingContext, names: Iterable[str]) -> dict[str, Section]:
    """Return the sections of these names.

    What is not said in English is read by the statistics and the trackers alone. The status of the other sections is
    then `unsupported_language`; they are empty unless English was spoken as well.
    """
    document = Document.of(transcript)
    share = _english_share(document, context)
    section_names = set(names)
    unread = section_names - set(_IN_ANY_LANGUAGE) if share <= UNREAD else set()
    sections = _find_sections(document, context, section_names - unread)
    if share >= READ:
        return sections
    flag = {"status": "unsupported_language", "reason": _reason(share)}
    flagged = {
        name: section if name in _IN_ANY_LANGUAGE else section.model_copy(update=flag)
        for name, section in sections.items()
    }
    return flagged | {name: _section_type(name).model_validate({"engine": "offline", **flag}) for name in unread}


def _english_share(document: Document, context: MeetingContext) -> float:
    if context.language is None:
        return english_share(document)
    return float(context.language.lower().split("-")[0] == ENGLISH)


def _reason(share: float) -> str:
    if share <= UNREAD:
        return "the transcript is not in English, the only language that the offline engine reads"
    return f"about {round(100 * (1 - share))} % of the words are not in English and were not read by the offline engine"


def _section_type(name: str) -> type[Section]:
    kind = MeetingInsights.model_fields[name].annotation
    assert isinstance(kind, type)
    assert issubclass(kind, Section)
    return kind


def _find_sections(document: Document, context: MeetingContext, names: Set[str]) -> dict[str, Section]:
    """Return the sections of these names. Follow-ups are derived from the action items and questions found once."""
    sections = dict[str, Section]()
    if {"action_items", "questions", "follow_ups"} <= names:
        items, questions = find_action_items(document, context), find_questions(document, context)
        follow_ups = suggest_follow_ups(document, context, items=items, questions=questions)
        sections = {"action_items": items, "questions": questions, "follow_ups": follow_ups}
    return sections | {name: SECTIONS[name](document, context) for name in names - sections.keys()}
