"""Talk-time statistics of each speaker."""

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
# Seconds. A time beyond these bounds is an error of the transcript, and a rate of it would be one too.
_LONGEST, _SHORTEST = 1e9, 1e-3


@dataclass(slots=True)
class _Monologue:
    """Consecutive turns of one speaker."""

    speaker: str | None
    turns: list[Turn] = field(default_factory=list)
    words: int = 0
    seconds: float = 0.0


def measure(document: Document, context: MeetingContext) -> Statistics:  # noqa: ARG001  # the signature of all sections
    """Return the talk-time statistics of a meeting: shares, pace, patience, questions and fillers.

    The metrics follow those that Gong describes (help.gong.io, "Analyze team performance"), which gives no formula
    for interactivity but its scale of 0 to 10:

    - talk ratio: a speaker's seconds of talk divided by those of all, or words where a turn lacks one of its times;
    - longest monologue: the longest run of turns without another speaker in between, in words and in seconds;
    - patience: the mean of the seconds from the end of another speaker's turn to the start of this speaker's next,
      0 where they overlap;
    - question rate: questions per hour of the meeting. All questions count, "How are you?" too, while
      `find_questions` leaves out small talk and tags, as it lists what deserves an answer;
    - interactivity: changes of speaker per minute, at most 10;
    - words per minute: words divided by the minutes of this speaker's talk.

    The seconds of a turn are `end - start`, 0 where it ends before it starts; overlapping turns count for both.
    The duration is the time from the first start to the last end. Speakers without a name are one speaker.
    A metric that needs times is `None` where one is missing, and one that divides by a time where that is below a
    millisecond.
    """
    turns = document.transcript.turns
    has_times = bool(turns) and all(turn.start_seconds is not None and turn.end_seconds is not None for turn in turns)
    counts = [sum(1 for _ in WORD.finditer(turn.text)) for turn in turns]
    monologues = list(_monologues(turns, counts))
    duration = _duration(turns) if has_times else None
    switches = len(monologues) - 1
    return Statistics(
        engine="offline",
        words=sum(counts),
        duration_seconds=duration,
        interactivity=None if (rate := _rate(60, switches, duration)) is None else min(_MAX_INTERACTIVITY, rate),
        speakers=tuple(_speakers(document, monologues, duration, has_times=has_times)),
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


def _monologues(turns: Sequence[Turn], counts: Sequence[int]) -> Iterator[_Monologue]:
    monologue: _Monologue | None = None
    for turn, words in zip(turns, counts, strict=True):
        if monologue is None or monologue.speaker != turn.speaker:
            if monologue is not None:
                yield monologue
            monologue = _Monologue(turn.speaker)
        monologue.turns.append(turn)
        monologue.words += words
        monologue.seconds += _seconds(turn)
    if monologue is not None:
        yield monologue


def _speakers(
    document: Document, monologues: Sequence[_Monologue], duration: float | None, *, has_times: bool
) -> Iterator[SpeakerStatistics]:
    by_speaker: dict[str | None, list[_Monologue]] = {}
    for monologue in monologues:
        by_speaker.setdefault(monologue.speaker, []).append(monologue)
    question_counts, waits = _question_counts(document), _waits(monologues)
    total = sum(monologue.seconds if has_times else monologue.words for monologue in monologues)
    for speaker, speaker_monologues in by_speaker.items():
        words, seconds = (
            sum(monologue.words for monologue in speaker_monologues),
            sum(monologue.seconds for monologue in speaker_monologues),
        )
        speaker_waits, questions = waits.get(speaker, ()), question_counts.get(speaker, 0)
        fillers = count_fillers(turn.text for monologue in speaker_monologues for turn in monologue.turns)
        yield SpeakerStatistics(
            speaker=speaker,
            turns=sum(len(monologue.turns) for monologue in speaker_monologues),
            words=words,
            seconds=seconds if has_times else None,
            talk_ratio=min(1.0, (seconds if has_times else words) / total) if total else 0.0,
            longest_monologue_words=max(monologue.words for monologue in speaker_monologues),
            longest_monologue_seconds=max(monologue.seconds for monologue in speaker_monologues) if has_times else None,
            patience_seconds=sum(speaker_waits) / len(speaker_waits) if speaker_waits else None,
            questions=questions,
            question_rate=_rate(3600, questions, duration),
            words_per_minute=_rate(60, words, seconds) if has_times else None,
            fillers=tuple(FillerCount(word=word, count=count) for word, count in fillers),
        )


def _question_counts(document: Document) -> dict[str | None, int]:
    counts: dict[str | None, int] = {}
    for sentence, score in zip(document.sentences, question_scores(document), strict=True):
        if score >= THRESHOLD:
            counts[sentence.turn.speaker] = counts.get(sentence.turn.speaker, 0) + 1
    return counts


def _waits(monologues: Sequence[_Monologue]) -> dict[str | None, list[float]]:
    waits: dict[str | None, list[float]] = {}
    for before, after in pairwise(monologues):
        end, start = before.turns[-1].end_seconds, after.turns[0].start_seconds
        if end is not None and start is not None:
            waits.setdefault(after.speaker, []).append(min(_LONGEST, max(0.0, start - end)))
    return waits
