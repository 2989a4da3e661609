"""What an analysis found, each finding under a short name such as `A1` by which report and transcript link to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from meetkit.models.analysis import MeetingInsights, SentimentAnalysis
from meetkit.models.base import Value
from meetkit.models.insights import Evidence


@dataclass(frozen=True, slots=True)
class Finding:
    """Something found: `id` is its anchor and short name, `kind` and `text` say what it is, `value` holds it."""

    id: str
    kind: str
    text: str
    evidence: tuple[Evidence, ...]
    value: Value


Findings = dict[str, tuple[Finding, ...]]
"""The findings by section; of the sentiment, `speakers` and `health` apart."""


def list_findings(insights: MeetingInsights) -> Findings:
    """All findings that rest on words of the transcript."""
    mentions = insights.trackers.mentions
    return {
        "summary": _named("S", "Summary", ((one.text, one.evidence, one) for one in insights.summary.sentences)),
        "action_items": _named(
            "A", "Action item", ((one.task, one.evidence, one) for one in insights.action_items.items)
        ),
        "decisions": _named("D", "Decision", ((one.text, one.evidence, one) for one in insights.decisions.items)),
        "questions": _named("Q", "Question", ((one.text, one.evidence, one) for one in insights.questions.items)),
        "topics": _named("T", "Topic", ((one.label, one.evidence, one) for one in insights.topics.items)),
        "follow_ups": _named("F", "Next step", ((one.text, one.evidence, one) for one in insights.follow_ups.items)),
        "trackers": _named("K", "Keyword", ((one.tracker, (one.evidence,), one) for one in mentions)),
        **_of_sentiment(insights.sentiment),
    }


def by_tracker(found: tuple[Finding, ...]) -> list[tuple[str, list[Finding]]]:
    """The mentions of each tracker, by its name, in the order of the meeting."""
    ordered = sorted(found, key=lambda one: one.text)
    return [(name, list(mentions)) for name, mentions in groupby(ordered, key=lambda one: one.text)]


def _of_sentiment(sentiment: SentimentAnalysis) -> Findings:
    contributions = sentiment.health.contributions if sentiment.health else ()
    return {
        "speakers": _named(
            "M",
            "Mood",
            ((f"{one.speaker or 'Somebody'}: {one.label}", one.evidence, one) for one in sentiment.speakers),
        ),
        "health": _named("R", "Relationship", ((one.reason, one.evidence, one) for one in contributions)),
    }


def _named(letter: str, kind: str, found: Iterable[tuple[str, tuple[Evidence, ...], Value]]) -> tuple[Finding, ...]:
    return tuple(_numbered(letter, kind, found))


def _numbered(letter: str, kind: str, found: Iterable[tuple[str, tuple[Evidence, ...], Value]]) -> Iterator[Finding]:
    for number, (text, evidence, value) in enumerate(found, 1):
        yield Finding(f"{letter}{number}", kind, text, evidence, value)
