"""Transcripts: a canonical text, and the turns that point into it."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from meetkit.models.base import FieldError, Line, Many, Text, Value

Offset = Annotated[int, Field(strict=True, ge=0)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
TranscriptFormat = Literal["text", "vtt", "srt", "json"]


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


class Transcript(Value):
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
