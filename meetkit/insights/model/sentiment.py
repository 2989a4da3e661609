"""Sentiment by a model: it finds the moments and how good or bad each is; every other number is computed from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import ceil
from typing import NamedTuple

from meetkit.insights.grounding.folding import fold
from meetkit.insights.grounding.text_similarity import stems
from meetkit.insights.model.answer_schemas import SentimentAnswer
from meetkit.insights.model.claim_check import Check, negated
from meetkit.insights.model.sources import Sources
from meetkit.models.analysis import (
    Contribution,
    Health,
    RelationshipHealth,
    SentimentAnalysis,
    SentimentPoint,
    SpeakerSentiment,
)
from meetkit.models.insights import Evidence, Sentiment

HEALTH_VERSION = "moments-1"
LEAST_MOMENTS = 2
"""How many moments of the other side say anything of the relationship."""

_CLEAR = 0.25
_MOST_POINTS = 10
_MOST_QUOTES = 3


class _Felt(NamedTuple):
    evidence: Evidence
    score: float


def read_sentiment(answers: Sequence[SentimentAnswer], sources: Sources, engine: str) -> SentimentAnalysis:
    """How the meeting sounded: means of its moments, by speaker and by stretch of turns."""
    check = Check(sources)
    moments = _moments(answers, check)
    return SentimentAnalysis(
        engine=engine,
        rejected=check.rejected,
        score=_mean(moments) if moments else None,
        label=_label(moments) if moments else None,
        speakers=_speakers(moments),
        timeline=_timeline(moments, len(sources.document.transcript.turns)),
        health=_health([moment for moment in moments if _is_theirs(moment, sources)]),
    )


def _moments(answers: Sequence[SentimentAnswer], check: Check) -> list[_Felt]:
    """The moments in order, each place once; a quote that a negation was cut off from is none."""
    found: dict[tuple[int, int], _Felt] = {}
    for moment in (moment for answer in answers for moment in answer.moments):
        for evidence in check.quotes([moment]):
            if _lost_its_not(evidence, check.sources):
                check.refuse()
            else:
                found.setdefault((evidence.start, evidence.end), _Felt(evidence, moment.score))
    return [found[place] for place in sorted(found)]


def _lost_its_not(evidence: Evidence, sources: Sources) -> bool:
    missing = negated(fold(sources.sentences_of([evidence]))) - negated(fold(evidence.quote))
    return bool(missing & set(stems(evidence.quote)))


def _mean(moments: Sequence[_Felt]) -> float:
    return round(sum(moment.score for moment in moments) / len(moments), 3)


def _label(moments: Sequence[_Felt]) -> Sentiment:
    scores = [moment.score for moment in moments]
    if max(scores) >= _CLEAR and min(scores) <= -_CLEAR and abs(_mean(moments)) < _CLEAR:
        return "mixed"
    mean = _mean(moments)
    return "positive" if mean >= _CLEAR else "negative" if mean <= -_CLEAR else "neutral"


def _speakers(moments: Iterable[_Felt]) -> tuple[SpeakerSentiment, ...]:
    """By speaker, in the order of their first moment, with the strongest quotes."""
    by_speaker = defaultdict(list)
    for moment in moments:
        by_speaker[moment.evidence.speaker].append(moment)
    return tuple(
        SpeakerSentiment(
            speaker=speaker,
            score=_mean(felt),
            label=_label(felt),
            evidence=tuple(one.evidence for one in sorted(felt, key=lambda one: -abs(one.score))[:_MOST_QUOTES]),
        )
        for speaker, felt in by_speaker.items()
    )


def _timeline(moments: Sequence[_Felt], turns: int) -> tuple[SentimentPoint, ...]:
    """At most ten stretches of equally many turns; where nobody shows a feeling there is no point."""
    length = max(1, ceil(turns / _MOST_POINTS))
    stretches = defaultdict(list)
    for moment in moments:
        stretches[moment.evidence.turn // length].append(moment)
    return tuple(
        SentimentPoint(
            first_turn=number * length, last_turn=min(turns, (number + 1) * length) - 1, score=_mean(stretches[number])
        )
        for number in sorted(stretches)
    )


def _is_theirs(moment: _Felt, sources: Sources) -> bool:
    """Whether the other side shows it; where only our side is known, whoever is not of it."""
    context, speaker = sources.context, moment.evidence.speaker
    if context.their_side:
        return sources.is_among(speaker, context.their_side)
    return bool(context.our_side) and speaker is not None and not sources.is_among(speaker, context.our_side)


def _health(moments: Sequence[_Felt]) -> RelationshipHealth | None:
    """The mean of the other side's moments as a sum: each contributes its score divided by their number.

    `None` where there are fewer than `LEAST_MOMENTS`, and so where the sides are not known.
    """
    if len(moments) < LEAST_MOMENTS:
        return None
    contributions = tuple(
        Contribution(
            reason=_reason(moment.score), weight=round(moment.score / len(moments), 4), evidence=(moment.evidence,)
        )
        for moment in moments
    )
    score = sum(contribution.weight for contribution in contributions)
    return RelationshipHealth(label=_standing(score), score=score, version=HEALTH_VERSION, contributions=contributions)


def _standing(score: float) -> Health:
    return "strong" if score >= _CLEAR else "at_risk" if score <= -_CLEAR else "stable"


def _reason(score: float) -> str:
    return (
        "said something positive" if score > 0 else "said something negative" if score < 0 else "said something neutral"
    )
