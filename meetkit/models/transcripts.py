"""Transcripts: a canonical text, and the turns that point into it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from meetkit.models.base import FieldError, Line, Many, Phrase, Text, Value
from meetkit.models.zones import Date

Offset = Annotated[int, Field(strict=True, ge=0)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
TranscriptFormat = Literal["text", "vtt", "srt", "sbv", "ttml", "json", "jsonl", "csv", "docx", "rtf"]
ProblemKind = Literal["no_speakers", "left_out", "merged", "doubtful"]


class Turn(Value):
    """A turn: the words of one speaker without a break, code points `[start, end)` of the canonical text.

    `speaker` is `None` where the transcript names none. `start_seconds` and `end_seconds` count from the
    beginning of the recording, `None` where the transcript has no times.
    """

    index: Offset
    speaker: Line | None
    text: Text
    start: Offset
    end: Offset
    start_seconds: Seconds | None = None
    end_seconds: Seconds | None = None


class TranscriptProblem(Value):
    """A problem of a transcript: words left out, merged or doubted, or that no speaker is named (`kind`).

    `text` says what, and what to do where something can be done; `count` how often it occurs. `line` is the line of
    the file where it first occurs, counted from 1, and `turn` the first turn concerned; `None` where unknown.
    """

    kind: ProblemKind
    text: Phrase
    count: Annotated[int, Field(strict=True, ge=1)] = 1
    line: Annotated[int, Field(strict=True, ge=1)] | None = None
    turn: Offset | None = None

    @property
    def summary(self) -> str:
        """The problem in one line, with its count and place."""
        place = f"line {self.line}" if self.line is not None else None
        if place is None and self.turn is not None:
            place = f"turn {self.turn}"
        times = f"{self.count} times" if self.count > 1 else None
        details = ", ".join(
            part for part in (times, place and (f"first at {place}" if times else f"at {place}")) if part
        )
        return f"{self.text} ({details})" if details else self.text


class TranscriptContext(Value):
    """The title, day and people of a meeting, as its transcript names them beside the talk, outside the words."""

    title: Line | None = None
    date: Date | None = None
    people: Many[Line] = ()


class TranscriptSource(Value):
    """The origin of a transcript: the form recognized, the problems met, and the context of the talk.

    `form` is a name of the table in docs/transcripts.md, such as `zoom-vtt`; `None` for a transcript that was not
    read from a file.
    """

    form: Line | None = None
    problems: Many[TranscriptProblem] = ()
    context: TranscriptContext = Field(default_factory=TranscriptContext)


class Transcript(TranscriptSource):
    """A transcript in canonical form: `text[turn.start:turn.end] == turn.text`, for every turn, in order.

    Offsets count Unicode code points. Plain text is its own canonical form, as given; other formats
    are rewritten as `Speaker: words` lines.
    """

    format: TranscriptFormat
    text: Text
    turns: Many[Turn]

    @model_validator(mode="after")
    def _check_turns(self) -> Self:
        # Turns are in order and do not overlap, as evidence points into them by offset.
        at = 0
        for index, turn in enumerate(self.turns):
            if turn.index != index or turn.start < at or self.text[turn.start : turn.end] != turn.text:
                raise FieldError(
                    f"turns.{index}: is not text[{turn.start}:{turn.end}], or not in order", "a turn is misplaced"
                )
            at = turn.end
        return self

    @property
    def speakers(self) -> tuple[str, ...]:
        """The speakers, each once, in the order of their first turn."""
        return tuple(dict.fromkeys(turn.speaker for turn in self.turns if turn.speaker is not None))

    @property
    def source(self) -> TranscriptSource:
        """The form, the problems and the context, without text and turns."""
        return TranscriptSource(form=self.form, problems=self.problems, context=self.context)
