"""Plain text: turns by the names and times that lines begin with."""

from __future__ import annotations

from dataclasses import dataclass

from meetkit.insights.transcript.labels import Label
from meetkit.insights.transcript.line_prefixes import Head, lines, read_head
from meetkit.insights.transcript.segments import MAX_NAMELESS, ends_sentence
from meetkit.insights.transcript.speakers import Speakers
from meetkit.insights.transcript.timestamps import RecordingClock, Stamp
from meetkit.models.transcripts import Transcript, Turn


@dataclass(frozen=True, slots=True)
class _Habits:
    """What the lines of a text, taken together, say about each of them."""

    speakers: Speakers
    times_with_names: bool
    times_lead: bool

    @classmethod
    def of(cls, read: list[Head | None]) -> _Habits:
        """Look at all lines once."""
        heads = [head for head in read if head is not None]
        named = [head for head in heads if head.label is Label.NAME]
        speakers = Speakers.of(heads)
        leading = sum(1 for head in heads if head.leads and speakers.name(head) is None)
        return cls(
            speakers=speakers,
            times_with_names=any(head.stamp is not None for head in named),
            times_lead=any(head.leads for head in named) or 3 * leading >= len(read),
        )

    def marks_time(self, head: Head) -> bool:
        """Whether the line's time says when something is said, instead of being what is said."""
        if head.stamp is None or (head.owns_line and head.rest == 0):
            return False
        return self.times_lead or not head.leads


class _Turns:
    """Collects turns. The open one may wait for its first words, on a line below its name or its time."""

    def __init__(self, text: str) -> None:
        self.done: list[Turn] = []
        self.speaker: str | None = None
        self._text = text
        self._clock = RecordingClock()
        self._open = self._only_time = False
        self._span: tuple[int, int] | None = None
        self._times: tuple[float | None, float | None] = (None, None)

    def begin(self, speaker: str | None, stamp: Stamp | None = None, *, only_time: bool = False) -> None:
        """Close the open turn and open another. A time that stands alone is that of who speaks next."""
        waits = self._open and self._only_time and self._span is None
        times = self._times if waits and stamp is None else self._clock.seconds(stamp)
        self.close()
        self.speaker, self._times, self._open, self._only_time = speaker, times, True, only_time

    def add(self, start: int, end: int) -> None:
        """Add a line's words to the open turn."""
        words = self._text[start:end].rstrip()
        kept = words.lstrip().lstrip("\ufeff").lstrip()
        if kept:
            end = start + len(words)
            self._span = (self._span[0] if self._span else end - len(kept), end)

    def goes_on(self, after_blank: bool) -> bool:
        """Whether a line that says nothing of its own belongs to the open turn."""
        if self._span is None or self.speaker is not None:
            return self._open
        start, end = self._span
        return not (after_blank or end - start >= MAX_NAMELESS or ends_sentence(self._text[max(start, end - 16) : end]))

    def close(self) -> None:
        """Keep the open turn, if anything was said in it."""
        if self._span is not None:
            start, end = self._span
            self.done.append(
                Turn(
                    index=len(self.done),
                    speaker=self.speaker,
                    text=self._text[start:end],
                    start=start,
                    end=end,
                    start_seconds=self._times[0],
                    end_seconds=self._times[1],
                )
            )
        self._open, self._span, self._times = False, None, (None, None)


def read_plain(text: str) -> Transcript:
    """Read plain text, which is its own canonical form.

    A line with a name begins a turn, one without belongs to the turn above. Where nobody is named, a turn goes
    on to the end of a sentence at the end of a line, to a blank line, or to the next time.
    """
    read = [read_head(text[start:end]) for start, end, _ in lines(text)]
    habits, turns = _Habits.of(read), _Turns(text)
    for head, (start, end, after_blank) in zip(read, lines(text), strict=True):
        width = 0 if head is None else _begin(head, after_blank, habits, turns)
        if width == 0 and not turns.goes_on(after_blank):
            turns.begin(None)
        turns.add(start + width, end)
    turns.close()
    return Transcript(format="text", text=text, turns=tuple(turns.done))


def _begin(head: Head, after_blank: bool, habits: _Habits, turns: _Turns) -> int:
    """Begin the turn that a line's head says begins, if it does; the number of characters that are no words."""
    if name := habits.speakers.name(head):
        turns.begin(name, head.stamp)
        return head.width
    if habits.marks_time(head):
        # Where times stand with names, one without is somebody's; elsewhere it runs along with who is speaking.
        turns.begin(None if habits.times_with_names else turns.speaker, head.stamp, only_time=True)
        return head.rest
    if head.change:
        turns.begin(None)
        return head.rest
    if head.label is Label.HEADING and after_blank:
        turns.begin(None)
    return 0
