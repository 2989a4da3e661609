"""How the talking was shared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from meetkit.insights.language.intents import THRESHOLD, question_scores
from meetkit.insights.language.text import WORD, Document
from meetkit.insights.offline.statistics.fillers import count_fillers
from meetkit.models.analysis import FillerCount, MeetingContext, SpeakerStatistics, Statistics
from meetkit.models.transcripts import Turn

_MAX_INTERACTIVITY = 10.0
_LONGEST, _SHORTEST = 1e9, 1e-3  # Seconds; a time beyond them is a mistake, and a rate of it would be one too.


@dataclass(slots=True)
class _Stretch:
    """Turns of one speaker in a row: a monologue."""

    speaker: str | None
    turns: list[Turn] = field(default_factory=list)
    words: int = 0
    seconds: float = 0.0


def measure(document: Document, context: MeetingContext) -> Statistics:  # noqa: ARG001  # the signature of all sections
    """Who talked how much, how fast and how patiently.

    After the metrics that Gong describes (help.gong.io, "Analyze team performance"), which gives no formula for
    interactivity but its scale of 0 to 10:

    - talk ratio: a speaker's seconds of talk / everybody's, or words where not every turn has both its times;
    - longest monologue: the longest run of turns without another speaker's between, in words and in seconds;
    - patience: the mean of the seconds from the end of another speaker's turn to the beginning of this one's,
      0 where they overlap;
    - question rate: questions an hour of the meeting. All that is asked counts, "How are you?" too, while
      `find_questions` leaves small talk and tags out: it lists what is worth an answer;
    - interactivity: changes of speaker a minute, 10 at most;
    - words per minute: words / minutes of this speaker's talk.

    A turn's seconds are `end - start`, 0 where it ends before it starts; overlapping turns count for both.
    The duration runs from the first start to the last end. Speakers the transcript does not name are one.
    Whatever needs times is `None` where one is missing, and what divides by a time where it is under a
    millisecond.
    """
    turns = document.transcript.turns
    timed = bool(turns) and all(turn.start_seconds is not None and turn.end_seconds is not None for turn in turns)
    counts = [sum(1 for _ in WORD.finditer(turn.text)) for turn in turns]
    stretches = list(_stretches(turns, counts))
    duration = _duration(turns) if timed else None
    switches = len(stretches) - 1
    return Statistics(
        engine="offline",
        words=sum(counts),
        duration_seconds=duration,
        interactivity=None if (rate := _rate(60, switches, duration)) is None else min(_MAX_INTERACTIVITY, rate),
        speakers=tuple(_speakers(document, stretches, duration, timed=timed)),
    )


def _duration(turns: Sequence[Turn]) -> float:
    starts = [turn.start_seconds for turn in turns if turn.start_seconds is not None]
    ends = [turn.end_seconds for turn in turns if turn.end_seconds is not None]
    return min(_LONGEST, max(0.0, max(ends) - min(starts)))


def _rate(unit: float, count: int, seconds: float | None) -> float | None:
    return None if seconds is None or seconds < _SHORTEST else unit * count / seconds


def _seconds(turn: Turn) -> float:
    if turn.start_seconds is None or turn.end_seconds is None:
        return 0.0
    return min(_LONGEST, max(0.0, turn.end_seconds - turn.start_seconds))


def _stretches(turns: Sequence[Turn], counts: Sequence[int]) -> Iterator[_Stretch]:
    stretch: _Stretch | None = None
    for turn, words in zip(turns, counts, strict=True):
        if stretch is None or stretch.speaker != turn.speaker:
            if stretch is not None:
                yield stretch
            stretch = _Stretch(turn.speaker)
        stretch.turns.append(turn)
        stretch.words += words
        stretch.seconds += _seconds(turn)
    if stretch is not None:
        yield stretch


def _speakers(
    document: Document, stretches: Sequence[_Stretch], duration: float | None, *, timed: bool
) -> Iterator[SpeakerStatistics]:
    said: dict[str | None, list[_Stretch]] = {}
    for stretch in stretches:
        said.setdefault(stretch.speaker, []).append(stretch)
    asked, waits = _questions(document), _waits(stretches)
    total = sum(stretch.seconds if timed else stretch.words for stretch in stretches)
    for speaker, mine in said.items():
        words, seconds = sum(stretch.words for stretch in mine), sum(stretch.seconds for stretch in mine)
        waited, questions = waits.get(speaker, ()), asked.get(speaker, 0)
        fillers = count_fillers(turn.text for stretch in mine for turn in stretch.turns)
        yield SpeakerStatistics(
            speaker=speaker,
            turns=sum(len(stretch.turns) for stretch in mine),
            words=words,
            seconds=seconds if timed else None,
            talk_ratio=min(1.0, (seconds if timed else words) / total) if total else 0.0,
            longest_monologue_words=max(stretch.words for stretch in mine),
            longest_monologue_seconds=max(stretch.seconds for stretch in mine) if timed else None,
            patience_seconds=sum(waited) / len(waited) if waited else None,
            questions=questions,
            question_rate=_rate(3600, questions, duration),
            words_per_minute=_rate(60, words, seconds) if timed else None,
            fillers=tuple(FillerCount(word=word, count=count) for word, count in fillers),
        )


def _questions(document: Document) -> dict[str | None, int]:
    asked: dict[str | None, int] = {}
    for sentence, score in zip(document.sentences, question_scores(document), strict=True):
        if score >= THRESHOLD:
            asked[sentence.turn.speaker] = asked.get(sentence.turn.speaker, 0) + 1
    return asked


def _waits(stretches: Sequence[_Stretch]) -> dict[str | None, list[float]]:
    waits: dict[str | None, list[float]] = {}
    for before, after in pairwise(stretches):
        end, start = before.turns[-1].end_seconds, after.turns[0].start_seconds
        if end is not None and start is not None:
            waits.setdefault(after.speaker, []).append(min(_LONGEST, max(0.0, start - end)))
    return waits
