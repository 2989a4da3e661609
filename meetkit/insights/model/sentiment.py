"""Sentiment by a model, which scores single moments; all other numbers are computed from these."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import ceil
from typing import NamedTuple

from meetkit.insights.grounding.folding import fold
from meetkit.insights.grounding.text_similarity import stems
from meetkit.insights.model.answer_schemas import SentimentAnswer
from meetkit.insights.model.claim_check import ClaimCheck, negated_stems
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
# With fewer moments of the other side, the relationship has no score.
MIN_MOMENTS = 2

# Scores beyond it are clearly positive or negative.
_THRESHOLD = 0.25
_MAX_POINTS = 10
_MAX_QUOTES = 3


class _ScoredQuote(NamedTuple):
    evidence: Evidence
    score: float


def read_sentiment(answers: Sequence[SentimentAnswer], sources: Sources, engine: str) -> SentimentAnalysis:
    """Read the sentiment: means of the moments, for the meeting, by speaker and by window of turns."""
    check = ClaimCheck(sources)
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


def _moments(answers: Sequence[SentimentAnswer], check: ClaimCheck) -> list[_ScoredQuote]:
    """Return the moments in order, each place once. A quote that omits its negation is rejected."""
    by_place: dict[tuple[int, int], _ScoredQuote] = {}
    for moment in (moment for answer in answers for moment in answer.moments):
        for evidence in check.quotes([moment]):
            if _omits_negation(evidence, check.sources):
                check.reject()
            else:
                by_place.setdefault((evidence.start, evidence.end), _ScoredQuote(evidence, moment.score))
    return [by_place[place] for place in sorted(by_place)]


def _omits_negation(evidence: Evidence, sources: Sources) -> bool:
    # "Happy" out of "I'm not happy" is a true quote of the contrary.
    missing = negated_stems(fold(sources.text_of_sentences([evidence]))) - negated_stems(fold(evidence.quote))
    return bool(missing & set(stems(evidence.quote)))


def _mean(moments: Sequence[_ScoredQuote]) -> float:
    return round(sum(moment.score for moment in moments) / len(moments), 3)


def _label(moments: Sequence[_ScoredQuote]) -> Sentiment:
    scores = [moment.score for moment in moments]
    if max(scores) >= _THRESHOLD and min(scores) <= -_THRESHOLD and abs(_mean(moments)) < _THRESHOLD:
        return "mixed"
    mean = _mean(moments)
    return "positive" if mean >= _THRESHOLD else "negative" if mean <= -_THRESHOLD else "neutral"


def _speakers(moments: Iterable[_ScoredQuote]) -> tuple[SpeakerSentiment, ...]:
    """Return the sentiment of each speaker, in the order of their first moments, with the strongest quotes."""
    by_speaker = defaultdict(list)
    for moment in moments:
        by_speaker[moment.evidence.speaker].append(moment)
    return tuple(
        SpeakerSentiment(
            speaker=speaker,
            score=_mean(own_moments),
            label=_label(own_moments),
            evidence=tuple(
                moment.evidence for moment in sorted(own_moments, key=lambda moment: -abs(moment.score))[:_MAX_QUOTES]
            ),
        )
        for speaker, own_moments in by_speaker.items()
    )


def _timeline(moments: Sequence[_ScoredQuote], turns: int) -> tuple[SentimentPoint, ...]:
    """Return the means of at most ten windows of equally many turns. A window without moments has no point."""
    length = max(1, ceil(turns / _MAX_POINTS))
    windows = defaultdict(list)
    for moment in moments:
        windows[moment.evidence.turn // length].append(moment)
    return tuple(
        SentimentPoint(
            first_turn=number * length, last_turn=min(turns, (number + 1) * length) - 1, score=_mean(windows[number])
        )
        for number in sorted(windows)
    )


def _is_theirs(moment: _ScoredQuote, sources: Sources) -> bool:
    """Return whether the speaker is on the other side; if only our side is known, whether they are not on it."""
    context, speaker = sources.context, moment.evidence.speaker
    if context.their_side:
        return sources.is_among(speaker, context.their_side)
    return bool(context.our_side) and speaker is not None and not sources.is_among(speaker, context.our_side)


def _health(moments: Sequence[_ScoredQuote]) -> RelationshipHealth | None:
    """Return the mean of the other side's moments as a sum: each contributes its score divided by their number.

    Return `None` if there are fewer than `MIN_MOMENTS`, as is the case if the sides are not known.
    """
    if len(moments) < MIN_MOMENTS:
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
    return "strong" if score >= _THRESHOLD else "at_risk" if score <= -_THRESHOLD else "stable"


def _reason(score: float) -> str:
    return (
        "said something positive" if score > 0 else "said something negative" if score < 0 else "said something neutral"
    )
