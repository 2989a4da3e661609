"""Notes of a reader: the problems it met in a file, and what the file says about the meeting beside the talk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from meetkit.insights.transcript.labels import clean_name
from meetkit.models.base import is_storable
from meetkit.models.transcripts import ProblemKind, TranscriptContext, TranscriptProblem, Turn

# A file that goes wrong in every line in its own words would otherwise be noted as a whole.
_MAX_PROBLEMS = 100
_MAX_PEOPLE = 500


@dataclass(slots=True)
class SourceNotes:
    """The notes made while a file is read. Equal problems are one, with their count and the first place."""

    _problems: dict[tuple[ProblemKind, str], TranscriptProblem] = field(default_factory=dict)
    _seconds: dict[tuple[ProblemKind, str], float] = field(default_factory=dict)
    _title: str | None = None
    _date: dt.date | None = None
    _people: dict[str, None] = field(default_factory=dict)

    def problem(
        self,
        kind: ProblemKind,
        text: str,
        *,
        count: int = 1,
        line: int | None = None,
        turn: int | None = None,
        seconds: float | None = None,
    ) -> None:
        """Note what was left out, merged or doubted; `text` says what, without a number.

        The place is a line, a turn, or a time in seconds before the turns are known.
        """
        earlier = self._problems.get((kind, text))
        if earlier is not None:
            self._problems[kind, text] = earlier.model_copy(update={"count": earlier.count + count})
        elif len(self._problems) < _MAX_PROBLEMS:
            self._problems[kind, text] = TranscriptProblem(kind=kind, text=text, count=count, line=line, turn=turn)
            if seconds is not None:
                self._seconds[kind, text] = seconds

    def place(self, turns: Sequence[Turn]) -> None:
        """Give the problems that have a time the turn at that time."""
        starts = [(turn.start_seconds, turn.index) for turn in turns if turn.start_seconds is not None]
        for key, seconds in self._seconds.items():
            at = max((index for start, index in starts if start <= seconds), default=None)
            self._problems[key] = self._problems[key].model_copy(update={"turn": at})

    def title(self, title: str) -> None:
        """Note the title of the meeting; the first one stays."""
        if is_storable(title):
            self._title = self._title or clean_name(title)

    def date(self, date: dt.date) -> None:
        """Note the day of the meeting; the first one stays."""
        self._date = self._date or date

    def people(self, names: Iterable[str]) -> None:
        """Note people of the meeting: attendees and invitees, whether they speak or not."""
        for name in names:
            if len(self._people) < _MAX_PEOPLE and is_storable(name) and (person := clean_name(name)):
                self._people.setdefault(person)

    @property
    def problems(self) -> tuple[TranscriptProblem, ...]:
        """The problems in the order in which they were met."""
        return tuple(self._problems.values())

    @property
    def context(self) -> TranscriptContext:
        """The context noted."""
        return TranscriptContext(title=self._title, date=self._date, people=tuple(self._people))
