"""How a relationship stands: a sum of what was said for it and against it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from meetkit.insights.offline.sentiment.sentence_tone import Tone
from meetkit.insights.offline.sentiment.signals import SIGNALS, THREAT
from meetkit.models.analysis import Contribution, Health, MeetingContext, RelationshipHealth

VERSION = "offline-1"
"""Of these rules and of the signals. All weights are multiples of 1/8: they add up exactly, in any order."""

_MAX_OF_A_KIND = 3  # Sentences that count of one kind: the fourth complaint says nothing new.
_MIN_SENTENCES, _MIN_GROUNDS = 6, 2
_STRONG, _AT_RISK = 1.0, -1.0


def judge_health(tones: Sequence[Tone], context: MeetingContext) -> RelationshipHealth | None:
    """How the relationship stands after the meeting.

    What counts is what the other side says, where `context` names one or ours; else all do. `score` is the
    exact sum of the contributions: each kind of signal weighs as often as it was said, three times at most;
    the tone of their other sentences weighs up to 1 for each side. From 1 on it is `strong`, from -1 down
    `at_risk`, between them `stable`. `None` where they said fewer than six sentences, or fewer than two
    that tell anything, and none of these is a threat.
    """
    theirs = _their_tones(tones, context)
    grounds = sum(1 for tone in theirs if tone.good or tone.bad)
    is_threat = any(THREAT in tone.signals for tone in theirs)
    if not is_threat and (len(theirs) < _MIN_SENTENCES or grounds < _MIN_GROUNDS):
        return None
    contributions = (*_of_signals(theirs), *_of_tone(theirs))
    score = sum(contribution.weight for contribution in contributions)
    return RelationshipHealth(label=_label(score), score=score, version=VERSION, contributions=contributions)


def _label(score: float) -> Health:
    if score >= _STRONG:
        return "strong"
    return "at_risk" if score <= _AT_RISK else "stable"


def _their_tones(tones: Sequence[Tone], context: MeetingContext) -> list[Tone]:
    names = {tone.sentence.turn.speaker for tone in tones}
    theirs = {name for name in names if _is_one_of(name, context.their_side)}
    if not theirs:
        theirs = {name for name in names if not _is_one_of(name, context.our_side)}
    return [tone for tone in tones if tone.sentence.turn.speaker in theirs]


def _is_one_of(name: str | None, people: Sequence[str]) -> bool:
    """Whether a speaker is one of them: all words of the shorter name are in the longer."""
    mine = set((name or "").casefold().split())
    return any(mine and (mine <= other or other <= mine) for other in (set(one.casefold().split()) for one in people))


def _of_signals(theirs: Sequence[Tone]) -> Iterator[Contribution]:
    for signal in SIGNALS:
        said = [tone for tone in theirs if signal in tone.signals][:_MAX_OF_A_KIND]
        if said:
            yield _contribution(signal.reason, signal.weight * len(said), said)


def _of_tone(theirs: Sequence[Tone]) -> Iterator[Contribution]:
    rest = [tone for tone in theirs if not tone.signals]
    good = sorted((tone for tone in rest if tone.good), key=lambda tone: -tone.good)
    bad = sorted((tone for tone in rest if tone.bad), key=lambda tone: -tone.bad)
    if weight := _eighths(sum(tone.good for tone in good)):
        yield _contribution("positive tone", weight, good[:_MAX_OF_A_KIND])
    if weight := _eighths(sum(tone.bad for tone in bad)):
        yield _contribution("negative tone", -weight, bad[:_MAX_OF_A_KIND])


def _eighths(total: float) -> float:
    """Half of a total, at most 1, as the multiple of 1/8 below it."""
    return min(8, int(total * 4)) / 8


def _contribution(reason: str, weight: float, said: Sequence[Tone]) -> Contribution:
    return Contribution(reason=reason, weight=weight, evidence=tuple(tone.sentence.evidence() for tone in said))
