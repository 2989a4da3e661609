"""Plain text: turns from the names and times at the start of lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from meetkit.insights.transcript.labels import Label
from meetkit.insights.transcript.line_prefixes import LinePrefix, lines, parse_prefix
from meetkit.insights.transcript.segments import MAX_UNNAMED_TURN, ends_sentence
from meetkit.insights.transcript.source_notes import SourceNotes
from meetkit.insights.transcript.speakers import SpeakerNames
from meetkit.insights.transcript.timestamps import RecordingTimeline, Timestamp
from meetkit.models.transcripts import Turn


@dataclass(frozen=True, slots=True)
class _TextProfile:
    """The conventions of a text, inferred from all its lines."""

    speakers: SpeakerNames
    times_with_names: bool
    times_lead: bool

    @classmethod
    def of(cls, prefixes_by_line: list[LinePrefix | None]) -> _TextProfile:
        """Infer the conventions from the prefixes of all lines."""
        prefixes = [prefix for prefix in prefixes_by_line if prefix is not None]
        named_prefixes = [prefix for prefix in prefixes if prefix.label is Label.NAME]
        speakers = SpeakerNames.of(prefixes)
        leading_times = sum(1 for prefix in prefixes if prefix.leading_time and speakers.name(prefix) is None)
        return cls(
            speakers=speakers,
            times_with_names=any(prefix.timestamp is not None for prefix in named_prefixes),
            # With a time at the start of every third line, such times are timestamps.
            times_lead=any(prefix.leading_time for prefix in named_prefixes)
            or 3 * leading_times >= len(prefixes_by_line),
        )

    def marks_time(self, prefix: LinePrefix) -> bool:
        """Return whether the time of a line is a timestamp and not part of the words."""
        if prefix.timestamp is None or (prefix.owns_line and prefix.rest == 0):
            return False
        return self.times_lead or not prefix.leading_time


class _TurnBuilder:
    """A builder of turns. The open turn may still wait for its first words, below the line of its name or time."""

    def __init__(self, text: str) -> None:
        self.turns: list[Turn] = []
        self.speaker: str | None = None
        self._text = text
        self._timeline = RecordingTimeline()
        self._open = self._only_time = False
        self._span: tuple[int, int] | None = None
        self._times: tuple[float | None, float | None] = (None, None)

    def begin(self, speaker: str | None, timestamp: Timestamp | None = None, *, only_time: bool = False) -> None:
        """Close the open turn and open a new one. A time on its own belongs to the next speaker."""
        is_waiting = self._open and self._only_time and self._span is None
        times = self._times if is_waiting and timestamp is None else self._timeline.seconds(timestamp)
        self.close()
        self.speaker, self._times, self._open, self._only_time = speaker, times, True, only_time

    def add(self, start: int, end: int) -> None:
        """Add a line's words to the open turn."""
        words = self._text[start:end].rstrip()
        text = words.lstrip().lstrip("\ufeff").lstrip()
        if text:
            end = start + len(words)
            self._span = (self._span[0] if self._span else end - len(text), end)

    def takes_line(self, after_blank: bool) -> bool:
        """Return whether a line without a prefix belongs to the open turn."""
        if self._span is None or self.speaker is not None:
            return self._open
        start, end = self._span
        return not (
            after_blank or end - start >= MAX_UNNAMED_TURN or ends_sentence(self._text[max(start, end - 16) : end])
        )

    def close(self) -> None:
        """Close the open turn, and store it if it has words."""
        if self._span is not None:
            start, end = self._span
            self.turns.append(
                Turn(
                    index=len(self.turns),
                    speaker=self.speaker,
                    text=self._text[start:end],
                    start=start,
                    end=end,
                    start_seconds=self._times[0],
                    end_seconds=self._times[1],
                )
            )
        self._open, self._span, self._times = False, None, (None, None)


def plain_turns(text: str, _notes: SourceNotes) -> Sequence[Turn]:
    """Return the turns of plain text.

    A line with a name starts a turn; a line without one belongs to the turn above. Without a speaker, a turn ends at
    a sentence end at the end of a line, at a blank line, or at the next time.
    """
    prefixes = [parse_prefix(text[start:end]) for start, end, _ in lines(text)]
    profile, builder = _TextProfile.of(prefixes), _TurnBuilder(text)
    for prefix, (start, end, after_blank) in zip(prefixes, lines(text), strict=True):
        width = 0 if prefix is None else _begin(prefix, after_blank, profile, builder)
        if width == 0 and not builder.takes_line(after_blank):
            builder.begin(None)
        builder.add(start + width, end)
    builder.close()
    return builder.turns


def _begin(prefix: LinePrefix, after_blank: bool, profile: _TextProfile, builder: _TurnBuilder) -> int:
    """Open the turn that a prefix starts, if it does. Return the number of characters before the words."""
    if name := profile.speakers.name(prefix):
        builder.begin(name, prefix.timestamp)
        return prefix.width
    if profile.marks_time(prefix):
        # If names have times, a time without a name is an unknown speaker's; otherwise the speaker goes on.
        builder.begin(None if profile.times_with_names else builder.speaker, prefix.timestamp, only_time=True)
        return prefix.rest
    if prefix.change:
        builder.begin(None)
        return prefix.rest
    if prefix.label is Label.HEADING and after_blank:
        builder.begin(None)
    return 0
