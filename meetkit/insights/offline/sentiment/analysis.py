"""Sentiment of a meeting: overall, by speaker, over time, and the health of the relationship."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from meetkit.insights.language.text import Document
from meetkit.insights.offline.sentiment.relationship_health import assess_health
from meetkit.insights.offline.sentiment.sentence_tone import Balance, Tone, read_tones
from meetkit.insights.offline.sentiment.signals import COMPLAINT, THREAT
from meetkit.models.analysis import MeetingContext, SentimentAnalysis, SentimentPoint, SpeakerSentiment
from meetkit.models.insights import Sentiment

# This many sentences without a tone are neutral; fewer give no score.
_MIN_SENTENCES = 10
_POINTS = 20
# The positive tone of a sentence that shows relief.
_RELIEF = 0.3
_QUOTES = 3


def read_sentiment(document: Document, context: MeetingContext) -> SentimentAnalysis:
    """Return the sentiment of the meeting, of each speaker and over time, and the health of the relationship.

    A score is `(positive - negative) / (positive + negative + 1)`, where `positive` and `negative` are the sums of the
    tones of the sentences. It is `None` for fewer than ten sentences without any tone; a speaker of whom that is true
    is left out. A complaint that its speaker is not seen to be relieved of makes a positive label mixed.
    """
    tones = read_tones(document)
    balance = Balance.of(tones)
    has_tone = _has_tone(tones)
    return SentimentAnalysis(
        engine="offline",
        score=balance.score if has_tone else None,
        label=_label(tones, balance) if has_tone else None,
        speakers=_speakers(tones),
        timeline=_timeline(document, tones) if has_tone else (),
        health=assess_health(tones, context),
    )


def _has_tone(tones: Sequence[Tone]) -> bool:
    return len(tones) >= _MIN_SENTENCES or any(tone.positive or tone.negative for tone in tones)


def _label(tones: Sequence[Tone], balance: Balance) -> Sentiment:
    if balance.label != "positive":
        return balance.label
    return "mixed" if _has_open_complaint(tones) else "positive"


def _has_open_complaint(tones: Sequence[Tone]) -> bool:
    """Return whether somebody complains or threatens and says nothing positive afterwards."""
    complainers = set()
    for tone in tones:
        speaker = tone.sentence.turn.speaker
        if COMPLAINT in tone.signals or THREAT in tone.signals:
            complainers.add(speaker)
        elif tone.positive >= _RELIEF:
            complainers.discard(speaker)
    return bool(complainers)


def _speakers(tones: Sequence[Tone]) -> tuple[SpeakerSentiment, ...]:
    tones_by_speaker: dict[str | None, list[Tone]] = {}
    for tone in tones:
        tones_by_speaker.setdefault(tone.sentence.turn.speaker, []).append(tone)
    return tuple(
        _speaker(name, speaker_tones) for name, speaker_tones in tones_by_speaker.items() if _has_tone(speaker_tones)
    )


def _speaker(name: str | None, tones: Sequence[Tone]) -> SpeakerSentiment:
    balance = Balance.of(tones)
    positive = sorted((tone for tone in tones if tone.positive), key=lambda tone: -tone.positive)[:_QUOTES]
    negative = sorted((tone for tone in tones if tone.negative), key=lambda tone: -tone.negative)[:_QUOTES]
    strongest = {tone.sentence.index: tone for tone in (*positive, *negative)}.values()
    quoted_tones = {"positive": positive, "negative": negative}.get(balance.label, strongest)
    return SpeakerSentiment(
        speaker=name,
        score=balance.score,
        label=_label(tones, balance),
        evidence=tuple(tone.sentence.evidence() for tone in sorted(quoted_tones, key=lambda tone: tone.sentence.index)),
    )


def _timeline(document: Document, tones: Sequence[Tone]) -> tuple[SentimentPoint, ...]:
    """Return at most twenty segments of equally many turns, from the first turn to the last."""
    turns = len(document.transcript.turns)
    size = max(1, -(-turns // _POINTS))
    tones_by_segment = {
        segment: list(segment_tones)
        for segment, segment_tones in groupby(tones, key=lambda tone: tone.sentence.turn.index // size)
    }
    return tuple(
        SentimentPoint(
            first_turn=first,
            last_turn=min(first + size, turns) - 1,
            score=Balance.of(tones_by_segment.get(first // size, ())).score,
        )
        for first in range(0, turns, size)
    )
