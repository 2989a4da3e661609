"""Plain text: turns from the names and times at the start of lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from meetkit.insights.transcript import page_lines, preamble, surroundings
from meetkit.insights.transcript.labels import Label
from meetkit.insights.transcript.line_prefixes import Shape
from meetkit.insights.transcript.segments import MAX_UNNAMED_TURN, ends_sentence
from meetkit.insights.transcript.source_lines import HEADER, SourceLine, doubt, join_name_lines, read_lines
from meetkit.insights.transcript.source_notes import SourceNotes
from meetkit.insights.transcript.speakers import SpeakerNames
from meetkit.insights.transcript.timestamps import RecordingTimeline, Timestamp
from meetkit.models.transcripts import Turn

# Joins, parts and the like in logs of chats.
_LOG_NOTICE = re.compile(
    r"\s*(?:-!-|\*{3}|-->|<--|---?|=-=|\u2192|\u2190|\*\s\S+\s(?:has|is now|sets|joined|left|quit))(?:\s|$)"
)


@dataclass(frozen=True, slots=True)
class _TextProfile:
    """The conventions of a text, inferred from all its lines."""

    speakers: SpeakerNames
    times_with_names: bool
    times_lead: bool
    names: tuple[str | None, ...]
    shape: Shape | None

    @classmethod
    def of(cls, source: Sequence[SourceLine]) -> _TextProfile:
        """Infer the conventions from the prefixes of all lines."""
        prefix_by_line = [line.prefix if line.left_out is None else None for line in source]
        prefixes = [prefix for prefix in prefix_by_line if prefix is not None]
        speakers = SpeakerNames.of(prefixes, line_count=sum(1 for line in source if line.left_out is None))
        names = tuple(None if prefix is None else speakers.name(prefix) for prefix in prefix_by_line)
        name_prefixes = [
            prefix for prefix, name in zip(prefix_by_line, names, strict=True) if prefix is not None and name
        ]
        certain = [prefix for prefix in name_prefixes if prefix.label is Label.NAME or prefix.shape is Shape.TIME_LINE]
        leading_times = sum(1 for prefix in prefixes if prefix.leading_time) - sum(
            1 for prefix in name_prefixes if prefix.leading_time
        )
        shapes = Counter(prefix.shape for prefix in name_prefixes).most_common(1)
        return cls(
            speakers=speakers,
            times_with_names=any(prefix.timestamp is not None for prefix in certain),
            # With a time at the start of every third line, such times are timestamps.
            times_lead=any(prefix.leading_time for prefix in certain) or 3 * leading_times >= len(source),
            names=names,
            shape=shapes[0][0] if shapes else None,
        )

    @property
    def is_chat(self) -> bool:
        """Whether times are those of a clock, as in logs of chats."""
        return self.shape in (Shape.NICK, Shape.TABS, Shape.CHAT)

    @property
    def is_page(self) -> bool:
        """Whether the text is one of a chat or copied from a page, with names above the words."""
        return self.is_chat or self.shape in (Shape.TWO_LINES, Shape.LINE, Shape.TIME_LINE)

    def marks_time(self, line: SourceLine) -> bool:
        """Return whether the time of a line is a timestamp and not part of the words."""
        prefix = line.prefix
        if prefix is None or prefix.timestamp is None or (prefix.owns_line and prefix.rest == 0):
            return False
        has_hours = not prefix.timestamp.has_two_fields
        stands_alone = line.is_time and (line.after_blank or line.before_blank or has_hours or self.is_page)
        return self.times_lead or stands_alone or not prefix.leading_time


class _TurnBuilder:
    """A builder of turns. The open turn may still wait for its first words, below the line of its name or time."""

    def __init__(self, text: str, timeline: RecordingTimeline) -> None:
        self.turns: list[Turn] = []
        self.speaker: str | None = None
        self._text = text
        self._timeline = timeline
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

    def interrupt(self) -> None:
        """End the words of the open turn at a line that is not said; its speaker may go on below."""
        if self._span is not None:
            self.begin(self.speaker)

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


def read_plain(text: str, notes: SourceNotes) -> tuple[Shape | None, list[Turn]]:
    """Return the shape of most names, and the turns of plain text, which is its own canonical form.

    A line with a name starts a turn; a line without one belongs to the turn above. Without a speaker, a turn ends at
    a sentence end at the end of a line, at a blank line, or at the next time. What surrounds the talk is in no turn.
    """
    source = read_lines(text)
    head = surroundings.front_matter(source, notes)
    page_lines.leave_out_notices(source)
    profile = _TextProfile.of(source)
    if not any(profile.names):
        join_name_lines(source, notes)
        profile = _TextProfile.of(source)
    if any(profile.names):
        surroundings.leave_out_notes(source, profile.names)
        profile = _TextProfile.of(source)
    # Names of the notes alone are none of speakers.
    if any(profile.names):
        _leave_out_surroundings(source, head, profile, notes)
    turns = _build_turns(text, source, profile)
    surroundings.note_left_out(source, notes)
    _note_doubts(source, profile, notes)
    return profile.shape, turns


def _leave_out_surroundings(source: Sequence[SourceLine], head: int, profile: _TextProfile, notes: SourceNotes) -> None:
    first = next(index for index, name in enumerate(profile.names) if name)
    clocks = (line.prefix.timestamp for line in source[first:] if line.is_time and line.prefix is not None)
    has_clock_lines = any(clock is not None and clock.is_wall_clock for clock in clocks)
    preamble.read_preamble(source[head:first], notes, has_clock_lines=has_clock_lines)
    if profile.is_page:
        page_lines.leave_out_page_words(source)
    for line, name in zip(source, profile.names, strict=True):
        if name is None and line.left_out is None and _is_chat_notice(line, profile):
            line.left_out = "a notice of the chat"


def _is_chat_notice(line: SourceLine, profile: _TextProfile) -> bool:
    prefix = line.prefix
    if profile.shape in (Shape.NICK, Shape.TABS):
        return bool(_LOG_NOTICE.match(line.text, prefix.rest if prefix else 0))
    is_dated = prefix is not None and prefix.timestamp is not None and prefix.timestamp.date is not None
    return profile.shape is Shape.TIME_COLON and is_dated and not line.is_time


def _build_turns(text: str, source: Sequence[SourceLine], profile: _TextProfile) -> list[Turn]:
    builder = _TurnBuilder(text, RecordingTimeline(is_chat=profile.is_chat))
    for line, name in zip(source, profile.names, strict=True):
        if line.left_out is not None:
            if line.left_out != HEADER:
                builder.interrupt()
            continue
        width = 0 if line.prefix is None else _begin(line, name, profile, builder)
        if width == 0 and not builder.takes_line(line.after_blank):
            builder.begin(None)
        builder.add(line.start + width, line.end - page_lines.mark_length(line.text))
    builder.close()
    return builder.turns


def _begin(line: SourceLine, name: str | None, profile: _TextProfile, builder: _TurnBuilder) -> int:
    """Open the turn that a prefix starts, if it does. Return the number of characters before the words."""
    prefix = line.prefix
    assert prefix is not None
    if name:
        builder.begin(name, prefix.timestamp)
        return prefix.width
    if profile.marks_time(line):
        # If names have times, a time without a name is an unknown speaker's; otherwise the speaker goes on.
        goes_on = not profile.times_with_names or (line.is_time and profile.is_page)
        builder.begin(builder.speaker if goes_on else None, prefix.timestamp, only_time=True)
        return prefix.rest
    if prefix.change:
        builder.begin(None)
        return prefix.rest
    if prefix.label is Label.HEADING and line.after_blank:
        builder.begin(None)
    return 0


def _note_doubts(source: Sequence[SourceLine], profile: _TextProfile, notes: SourceNotes) -> None:
    """Note the labels that may be speakers, but are read as words."""
    for line, name in zip(source, profile.names, strict=True):
        prefix = line.prefix
        if name or prefix is None or line.left_out or not prefix.name or prefix.shape is Shape.BULLET:
            continue
        if prefix.label is Label.UNSURE or prefix.label is Label.NAME:
            notes.problem("doubtful", doubt(prefix.name), line=line.number)
