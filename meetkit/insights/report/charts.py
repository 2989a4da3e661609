"""Chart geometry of the report; the template draws the charts."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

from meetkit.models.analysis import SentimentPoint, SpeakerStatistics, Topic
from meetkit.models.transcripts import Transcript

WIDTH, HEIGHT = 1000.0, 200.0
# The style sheet has this many colours; speakers beyond them share one more.
COLOURS = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """A speaker's part of the talk time bar."""

    speaker: str | None
    share: float
    x: float
    width: float
    colour: int


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of the sentiment line."""

    x: float
    y: float
    score: float
    turn: int


def speaker_colours(transcript: Transcript) -> dict[str | None, int]:
    """Return a colour number for each speaker, in the order of their first turns."""
    speakers = dict.fromkeys(turn.speaker for turn in transcript.turns)
    return {speaker: min(number, COLOURS) for number, speaker in enumerate(speakers)}


def talk_time_bars(speakers: tuple[SpeakerStatistics, ...], colours: dict[str | None, int]) -> list[Bar]:
    """Return the speakers' bars side by side, the largest share first."""
    by_share = sorted(speakers, key=lambda statistics: -statistics.talk_ratio)
    begins = accumulate((statistics.talk_ratio for statistics in by_share), initial=0.0)
    return [
        Bar(
            statistics.speaker,
            statistics.talk_ratio,
            x * WIDTH,
            statistics.talk_ratio * WIDTH,
            colours.get(statistics.speaker, COLOURS),
        )
        # `begins` has one more number, the end of the last bar.
        for statistics, x in zip(by_share, begins, strict=False)
    ]


def sentiment_dots(timeline: tuple[SentimentPoint, ...], turns: int) -> list[Dot]:
    """Return the points of the timeline, from left to right by turn, with 1 at the top and -1 at the bottom."""
    return [
        Dot(
            x=round((point.first_turn + point.last_turn + 1) / 2 / max(turns, 1) * WIDTH, 1),
            y=round((1 - point.score) / 2 * HEIGHT, 1),
            score=point.score,
            turn=point.first_turn,
        )
        for point in timeline
    ]


def line_path(dots: list[Dot]) -> str:
    """Return the SVG path of a line through the dots."""
    return "M" + " L".join(f"{dot.x:g},{dot.y:g}" for dot in dots) if dots else ""


def topic_spans(topic: Topic, turns: int) -> list[tuple[float, float]]:
    """Return the start and width of each span of a topic."""
    scale = WIDTH / max(turns, 1)
    return [(span.first_turn * scale, (span.last_turn - span.first_turn + 1) * scale) for span in topic.spans]
