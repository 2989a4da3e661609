"""Health of a relationship: a sum of weighted contributions, each with its evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from meetkit.insights.offline.sentiment.sentence_tone import Tone
from meetkit.insights.offline.sentiment.signals import RISKS, SIGNALS, THREAT
from meetkit.models.analysis import Contribution, Health, MeetingContext, RelationshipHealth

VERSION = "offline-2"
"""The version of these rules and of the signals, stored with each score."""

# Sentences of one kind that count: the fourth complaint says nothing new.
_MAX_OF_A_KIND = 3
_MIN_SENTENCES, _MIN_WITH_TONE = 6, 2
_STRONG, _AT_RISK = 1.0, -1.0


def assess_health(tones: Sequence[Tone], context: MeetingContext) -> RelationshipHealth | None:
    """Return the health of the relationship after the meeting.

    Only sentences of the other side count, where `context` names either side; else all do. `score` is the exact sum
    of the contributions: each kind of signal weighs as often as it occurs, three times at most; the tone of their
    other sentences weighs up to 1 for each side. A score of 1 or more is `strong`, one of -1 or less `at_risk`, one
    between them `stable`; a threat to leave is `at_risk` whatever else is said. `None` where the other side says fewer
    than six sentences, or fewer than two with a tone, and none of them is a threat or names a competitor.
    """
    their_tones = _tones_of_their_side(tones, context)
    with_tone = sum(1 for tone in their_tones if tone.positive or tone.negative)
    is_threat = any(THREAT in tone.signals for tone in their_tones)
    is_risk = any(signal in tone.signals for tone in their_tones for signal in RISKS)
    if not is_risk and (len(their_tones) < _MIN_SENTENCES or with_tone < _MIN_WITH_TONE):
        return None
    contributions = (*_signal_contributions(their_tones), *_tone_contributions(their_tones))
    # Exact in any order, as all weights are multiples of 1/8.
    score = sum(contribution.weight for contribution in contributions)
    label = "at_risk" if is_threat else _label(score)
    return RelationshipHealth(label=label, score=score, version=VERSION, contributions=contributions)


def _label(score: float) -> Health:
    if score >= _STRONG:
        return "strong"
    return "at_risk" if score <= _AT_RISK else "stable"


def _tones_of_their_side(tones: Sequence[Tone], context: MeetingContext) -> list[Tone]:
    names = {tone.sentence.turn.speaker for tone in tones}
    their_names = {name for name in names if _is_among(name, context.their_side)}
    if not their_names:
        their_names = {name for name in names if not _is_among(name, context.our_side)}
    return [tone for tone in tones if tone.sentence.turn.speaker in their_names]


def _is_among(name: str | None, people: Sequence[str]) -> bool:
    """Return whether a speaker is one of the people: all words of the shorter name are in the longer."""
    words = set((name or "").casefold().split())
    names = (set(person.casefold().split()) for person in people)
    return any(words and (words <= other_words or other_words <= words) for other_words in names)


def _signal_contributions(their_tones: Sequence[Tone]) -> Iterator[Contribution]:
    for signal in SIGNALS:
        examples = [tone for tone in their_tones if signal in tone.signals][:_MAX_OF_A_KIND]
        if examples:
            contribution = _contribution(signal.reason, signal.weight * len(examples), examples)
            yield contribution.model_copy(update={"is_risk": signal in RISKS})


def _tone_contributions(their_tones: Sequence[Tone]) -> Iterator[Contribution]:
    rest = [tone for tone in their_tones if not tone.signals]
    positive = sorted((tone for tone in rest if tone.positive), key=lambda tone: -tone.positive)
    negative = sorted((tone for tone in rest if tone.negative), key=lambda tone: -tone.negative)
    if weight := _eighths(sum(tone.positive for tone in positive)):
        yield _contribution("positive tone", weight, positive[:_MAX_OF_A_KIND])
    if weight := _eighths(sum(tone.negative for tone in negative)):
        yield _contribution("negative tone", -weight, negative[:_MAX_OF_A_KIND])


def _eighths(total: float) -> float:
    """Return half of a total, at most 1, rounded down to a multiple of 1/8."""
    return min(8, int(total * 4)) / 8


def _contribution(reason: str, weight: float, examples: Sequence[Tone]) -> Contribution:
    return Contribution(reason=reason, weight=weight, evidence=tuple(tone.sentence.evidence() for tone in examples))
