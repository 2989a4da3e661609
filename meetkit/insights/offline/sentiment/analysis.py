"""How a meeting sounded, and which words say so."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from meetkit.insights.language.text import Document
from meetkit.insights.offline.sentiment.relationship_health import judge_health
from meetkit.insights.offline.sentiment.sentence_tone import Balance, Tone, read_tones
from meetkit.models.analysis import MeetingContext, SentimentAnalysis, SentimentPoint, SpeakerSentiment

_ENOUGH = 10  # So many sentences of which none tells anything are neutral; fewer say nothing.
_POINTS = 20
_QUOTES = 3


def read_sentiment(document: Document, context: MeetingContext) -> SentimentAnalysis:
    """How the meeting sounded, by speaker and over time, and how the relationship stands.

    A score is `(good - bad) / (good + bad + 1)`, where `good` and `bad` add up how well and how badly
    sentences are meant. It is `None` where fewer than ten sentences were said and none of them tells anything;
    a speaker of whom that is so is left out.
    """
    tones = read_tones(document)
    balance = Balance.of(tones)
    known = _says_something(tones)
    return SentimentAnalysis(
        engine="offline",
        score=balance.score if known else None,
        label=balance.label if known else None,
        speakers=_speakers(tones),
        timeline=_timeline(document, tones) if known else (),
        health=judge_health(tones, context),
    )


def _says_something(tones: Sequence[Tone]) -> bool:
    return len(tones) >= _ENOUGH or any(tone.good or tone.bad for tone in tones)


def _speakers(tones: Sequence[Tone]) -> tuple[SpeakerSentiment, ...]:
    said: dict[str | None, list[Tone]] = {}
    for tone in tones:
        said.setdefault(tone.sentence.turn.speaker, []).append(tone)
    return tuple(_speaker(name, mine) for name, mine in said.items() if _says_something(mine))


def _speaker(name: str | None, tones: Sequence[Tone]) -> SpeakerSentiment:
    balance = Balance.of(tones)
    good = sorted((tone for tone in tones if tone.good), key=lambda tone: -tone.good)[:_QUOTES]
    bad = sorted((tone for tone in tones if tone.bad), key=lambda tone: -tone.bad)[:_QUOTES]
    both = {tone.sentence.index: tone for tone in (*good, *bad)}.values()
    telling = {"positive": good, "negative": bad}.get(balance.label, both)
    return SpeakerSentiment(
        speaker=name,
        score=balance.score,
        label=balance.label,
        evidence=tuple(
            tone.sentence.evidence() for tone in sorted(telling, key=lambda telling: telling.sentence.index)
        ),
    )


def _timeline(document: Document, tones: Sequence[Tone]) -> tuple[SentimentPoint, ...]:
    """At most twenty stretches of as many turns each, from the first turn to the last."""
    turns = len(document.transcript.turns)
    size = max(1, -(-turns // _POINTS))
    said = {
        stretch: list(within) for stretch, within in groupby(tones, key=lambda tone: tone.sentence.turn.index // size)
    }
    return tuple(
        SentimentPoint(
            first_turn=first,
            last_turn=min(first + size, turns) - 1,
            score=Balance.of(said.get(first // size, ())).score,
        )
        for first in range(0, turns, size)
    )
