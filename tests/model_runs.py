"""A meeting, an analysis of it by a model of a test, and what must hold of every analysis."""

from __future__ import annotations

import datetime as dt
from typing import Any

from meetkit.insights.model import ModelEngine
from meetkit.llm_client import RetryPolicy
from meetkit.models.analysis import MeetingContext, MeetingInsights
from meetkit.models.transcripts import Transcript
from tests.meeting_texts import RENEWAL, transcript_of
from tests.model_doubles import SECTIONS, SectionModel

MEETING = transcript_of(RENEWAL)
CONTEXT = MeetingContext(
    title="Renewal", date=dt.date(2025, 11, 19), our_side=("Dana Frost", "Omar Diaz"), their_side=("Kim Lee",)
)
AT_ONCE = RetryPolicy(wait_initial=0)


class MemoryCache(dict[str, str]):
    """A cache in memory."""

    def put(self, key: str, answer: str) -> None:
        self[key] = answer


def evidence_of(insights: MeetingInsights) -> list[dict[str, Any]]:
    """Return all evidence in an analysis, wherever it is."""

    def within(value: Any) -> list[dict[str, Any]]:
        if isinstance(value, dict):
            quotes = [value] if "quote" in value else []
            return quotes + [quote for part in value.values() for quote in within(part)]
        return [quote for part in value for quote in within(part)] if isinstance(value, list) else []

    return within(insights.model_dump(mode="json"))


def assert_true(insights: MeetingInsights, transcript: Transcript) -> None:
    for evidence in evidence_of(insights):
        turn = transcript.turns[evidence["turn"]]
        assert transcript.text[evidence["start"] : evidence["end"]] == evidence["quote"]
        assert turn.start <= evidence["start"] <= evidence["end"] <= turn.end
        assert evidence["speaker"] == turn.speaker


def analyze(
    model: Any, transcript: Transcript = MEETING, context: MeetingContext = CONTEXT, **more: Any
) -> MeetingInsights:
    return ModelEngine(model, **{"policy": AT_ONCE, **more}).analyze(transcript, context)


def invention(**more: Any) -> Any:
    """Return a claim that nobody said, with the fields of every kind of claim."""
    quote = {"quote": "We will pay a million euros to Zorblax on Sunday", "turn": 3, "score": -1.0}
    return {
        "text": "Zorblax gets a million",
        "task": "Pay Zorblax",
        "label": "Zorblax deal",
        "owner": "Zorblax",
        "deadline": "by Sunday",
        "priority": "high",
        "first_turn": 0,
        "last_turn": 3,
        "quotes": [quote, {**quote, "quote": "Zorblax is the new owner", "speaker": "Zorblax"}],
        "question": quote,
        "answer": quote,
        **quote,
        **more,
    }


def only(claim: Any) -> SectionModel:
    """Return a model that makes this claim in every section."""
    return SectionModel({section: {field: [claim]} for field, section in SECTIONS.items()})
