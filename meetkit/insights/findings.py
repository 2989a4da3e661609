"""Findings of an analysis, each with a short id such as `A1` for the links between report and transcript."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from meetkit.models.analysis import MeetingInsights, Section, SentimentAnalysis
from meetkit.models.base import Value
from meetkit.models.insights import Evidence


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding: `id` is its anchor and short name, `kind` and `text` describe it, `value` is the model object."""

    id: str
    kind: str
    text: str
    evidence: tuple[Evidence, ...]
    value: Value


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason why a finding is there: its `role`, such as `owner`, and the words of the transcript that have it."""

    role: str
    evidence: Evidence


# The names of evidence fields for people.
_ROLES = {None: "words", "deadline": "due"}
_STATES = {
    "ok": "",
    "fallback": "by the offline engine, as the model failed: ",
    "failed": "failed: ",
    "unsupported_language": "not read in full: ",
}
# By section, and by the names of `PARTS` for sections that have more than one list of findings.
Findings = dict[str, tuple[Finding, ...]]
PARTS = {"action_items": ("possible",), "decisions": ("possible_decisions",), "sentiment": ("speakers", "health")}


def list_findings(insights: MeetingInsights) -> Findings:
    """Return all findings that have evidence in the transcript, by section."""
    mentions = insights.trackers.mentions
    return {
        "summary": _number(
            "S", "Summary", ((entry.text, entry.evidence, entry) for entry in insights.summary.sentences)
        ),
        "action_items": _number(
            "A", "Action item", ((entry.task, entry.evidence, entry) for entry in insights.action_items.items)
        ),
        "possible": _number(
            "P", "Possible item", ((entry.task, entry.evidence, entry) for entry in insights.action_items.possible)
        ),
        "decisions": _number(
            "D", "Decision", ((entry.text, entry.evidence, entry) for entry in insights.decisions.items)
        ),
        "possible_decisions": _number(
            "V", "Possible decision", ((entry.text, entry.evidence, entry) for entry in insights.decisions.possible)
        ),
        "questions": _number(
            "Q", "Question", ((entry.text, entry.evidence, entry) for entry in insights.questions.items)
        ),
        "topics": _number("T", "Topic", ((entry.label, entry.evidence, entry) for entry in insights.topics.items)),
        "follow_ups": _number(
            "F", "Next step", ((entry.text, entry.evidence, entry) for entry in insights.follow_ups.items)
        ),
        "trackers": _number("K", "Keyword", ((entry.tracker, (entry.evidence,), entry) for entry in mentions)),
        **_sentiment_findings(insights.sentiment),
    }


def reasons(finding: Finding) -> list[Reason]:
    """Return why a finding is there: the words that it rests on, then those that its parts rest on."""
    whole_first = sorted(finding.evidence, key=lambda evidence: evidence.field is not None)
    return [Reason(_ROLES.get(evidence.field, str(evidence.field)), evidence) for evidence in whole_first]


def confidence_note(finding: Finding) -> str:
    """Return how sure the engine is of a finding, in words; empty where it computed no confidence."""
    confidence = getattr(finding.value, "confidence", None)
    return "" if confidence is None else f"confidence {confidence * 100:.0f} %"


def place(evidence: Evidence) -> str:
    """Return where evidence is, in words: who said it, and in which turn or line of the notes, counted from 1."""
    if evidence.source == "notes":
        return f"own notes, line {evidence.turn + 1}"
    return f"{evidence.speaker or 'Somebody'}, turn {evidence.turn + 1}"


def section_note(section: Section) -> str:
    """Return how far a section can be trusted, in words; empty where it is as it should be."""
    left_out = f"{section.rejected} left out, as the transcript does not support them" if section.rejected else ""
    return "; ".join(part for part in (_STATES[section.status] + (section.reason or ""), left_out) if part)


def by_tracker(mentions: tuple[Finding, ...]) -> list[tuple[str, list[Finding]]]:
    """Return the mentions of each tracker by its name, in the order of the meeting."""
    by_name = sorted(mentions, key=lambda mention: mention.text)
    return [(name, list(mentions)) for name, mentions in groupby(by_name, key=lambda mention: mention.text)]


def _sentiment_findings(sentiment: SentimentAnalysis) -> Findings:
    contributions = sentiment.health.contributions if sentiment.health else ()
    return {
        "speakers": _number(
            "M",
            "Mood",
            ((f"{entry.speaker or 'Somebody'}: {entry.label}", entry.evidence, entry) for entry in sentiment.speakers),
        ),
        "health": _number("R", "Relationship", ((entry.reason, entry.evidence, entry) for entry in contributions)),
    }


def _number(letter: str, kind: str, findings: Iterable[tuple[str, tuple[Evidence, ...], Value]]) -> tuple[Finding, ...]:
    return tuple(
        Finding(f"{letter}{number}", kind, text, evidence, value)
        for number, (text, evidence, value) in enumerate(findings, 1)
    )
