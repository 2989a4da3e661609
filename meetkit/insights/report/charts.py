"""The geometry of a report's pictures; the template draws them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

from meetkit.models.analysis import SentimentPoint, SpeakerStatistics, Topic
from meetkit.models.transcripts import Transcript

WIDTH, HEIGHT = 1000.0, 200.0
COLOURS = 8
"""Speakers have a colour each, those beyond share one."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One speaker's part of the bar of talk time."""

    speaker: str | None
    share: float
    x: float
    width: float
    colour: int


@dataclass(frozen=True, slots=True)
class Dot:
    """A stretch of the meeting on the line of sentiment."""

    x: float
    y: float
    score: float
    turn: int


def colours(transcript: Transcript) -> dict[str | None, int]:
    """A colour's number for each speaker, in the order of their first turn."""
    found = dict.fromkeys(turn.speaker for turn in transcript.turns)
    return {speaker: min(number, COLOURS) for number, speaker in enumerate(found)}


def talk_time(speakers: tuple[SpeakerStatistics, ...], colour: dict[str | None, int]) -> list[Bar]:
    """The speakers side by side, whoever talked most first."""
    ordered = sorted(speakers, key=lambda one: -one.talk_ratio)
    begins = accumulate((one.talk_ratio for one in ordered), initial=0.0)
    return [
        Bar(one.speaker, one.talk_ratio, x * WIDTH, one.talk_ratio * WIDTH, colour.get(one.speaker, COLOURS))
        for one, x in zip(ordered, begins, strict=False)
    ]


def sentiment_line(timeline: tuple[SentimentPoint, ...], turns: int) -> list[Dot]:
    """The stretches from left to right by the turns they lie in, 1 at the top and -1 at the bottom."""
    return [
        Dot(
            x=round((point.first_turn + point.last_turn + 1) / 2 / max(turns, 1) * WIDTH, 1),
            y=round((1 - point.score) / 2 * HEIGHT, 1),
            score=point.score,
            turn=point.first_turn,
        )
        for point in timeline
    ]


def path(dots: list[Dot]) -> str:
    """A line through the dots, as SVG writes it."""
    return "M" + " L".join(f"{dot.x:g},{dot.y:g}" for dot in dots) if dots else ""


def stretches(topic: Topic, turns: int) -> list[tuple[float, float]]:
    """Where a topic was talked about: begin and width of each span."""
    scale = WIDTH / max(turns, 1)
    return [(span.first_turn * scale, (span.last_turn - span.first_turn + 1) * scale) for span in topic.spans]
