"""The lines of a plain text with their prefixes, and headers of a turn that take two lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from meetkit.insights.transcript.labels import Label, classify, clean_name
from meetkit.insights.transcript.line_prefixes import LinePrefix, Shape, lines, parse_prefix
from meetkit.insights.transcript.source_notes import SourceNotes
from meetkit.insights.transcript.timestamps import SPELLED_TIME

# The second line of a header: it belongs to the turn, not to its words.
HEADER = "header"
_MAX_NAME_LINE = 120
_TIME_IN_WORDS = re.compile(rf"\s*(?:{SPELLED_TIME})\s*")
_MARKS = re.compile(
    r"\s*(?:#{1,6}\s+)?(?:\*{1,3}|_{1,2})?(?P<name>(?:#(?=\S)|[^*_#\s]).{0,119}?):?(?:\*{1,3}|_{1,2})?:?\s*"
)
# What Slack and Discord write between the name of a program and the time.
_BADGES = frozenset({"APP", "BOT"})
_EMOJI_CODES = re.compile(r"\s*:[a-z0-9_+-]{1,40}:\s*$")
_TO_EVERYONE = re.compile(r"\s+to\s+everyone$", re.IGNORECASE)


@dataclass(slots=True)
class SourceLine:
    """A line that is not blank, `[start, end)` of the text. `left_out` says why it is no part of the talk."""

    number: int
    start: int
    end: int
    after_blank: bool
    text: str
    prefix: LinePrefix | None
    left_out: str | None = None
    before_blank: bool = False

    @property
    def is_time(self) -> bool:
        """Whether the line is a time and nothing else."""
        prefix = self.prefix
        return (
            prefix is not None
            and prefix.timestamp is not None
            and prefix.name is None
            and not self.text[prefix.rest :].strip(" \t*_")
        )

    @property
    def is_words(self) -> bool:
        """Whether the line begins with words."""
        return self.left_out is None and (self.prefix is None or (self.prefix.name is None and not self.is_time))


def read_lines(text: str) -> list[SourceLine]:
    """Return the lines of a text, with headers of two lines joined in the first of them."""
    source: list[SourceLine] = []
    number, previous = 1, 0
    for start, end, after_blank in lines(text):
        number += text.count("\n", previous, start)
        previous = end
        line = text[start:end]
        if source:
            source[-1].before_blank = after_blank
        source.append(SourceLine(number, start, end, after_blank, line, _prefix(line)))
    if source:
        _leave_out_spelled_times(source)
        _join_headers(source)
        _look_below(source)
    return source


def _prefix(line: str) -> LinePrefix | None:
    prefix = parse_prefix(line)
    if prefix is not None and prefix.owns_line and prefix.name in _BADGES:
        return LinePrefix(len(line), len(line), timestamp=prefix.timestamp)
    return prefix


def _leave_out_spelled_times(source: Sequence[SourceLine]) -> None:
    """Leave out `3 seconds` beside `0:03`, which pages hold for those who hear them."""
    for index, line in enumerate(source):
        if line.prefix is None and line.text[:4].strip()[:1].isdigit() and _TIME_IN_WORDS.fullmatch(line.text):
            neighbors = source[max(0, index - 1) : index + 2]
            if any(neighbor is not line and (neighbor.is_time or _has_time(neighbor)) for neighbor in neighbors):
                line.left_out = "a time in words"


def _has_time(line: SourceLine) -> bool:
    return line.prefix is not None and line.prefix.owns_line and line.prefix.timestamp is not None


def _join_headers(source: list[SourceLine]) -> None:
    """Join a name and the time on the next line, or a time and the name on the next, to one prefix."""
    remaining = [line for line in source if line.left_out is None]
    times = [index for index, line in enumerate(remaining) if line.is_time]
    above = [(at - 1, at) for at in times if _is_header(remaining, at - 1, at)]
    below = [(at + 1, at) for at in times if _is_header(remaining, at + 1, at)]
    pairs = above if len(above) >= len(below) else below
    has_other_names = any(line.prefix is not None and line.prefix.name for line in source)
    if 2 * len(pairs) < len(times) or (len(pairs) == 1 and (has_other_names or pairs[0][0] > 1)):
        return
    for name_at, time_at in pairs:
        name, time = remaining[name_at], remaining[time_at]
        first, second = (name, time) if name_at < time_at else (time, name)
        timestamp = time.prefix.timestamp if time.prefix else None
        first.prefix = LinePrefix(
            len(first.text), 0, name_in(name.text), Label.NAME, timestamp, owns_line=True, shape=Shape.TWO_LINES
        )
        second.left_out = HEADER


def _is_header(remaining: Sequence[SourceLine], name_at: int, time_at: int) -> bool:
    """Return whether a name and a time on two lines have words below, and none of another are cut off above."""
    below, above = max(name_at, time_at) + 1, min(name_at, time_at) - 1
    if not (0 <= name_at < len(remaining) and below < len(remaining)) or not is_name_line(remaining[name_at]):
        return False
    is_cut_off = name_at < time_at and above >= 0 and remaining[above].is_time
    again = remaining[below].prefix
    is_again = again is not None and again.owns_line and again.name == name_in(remaining[name_at].text)
    return (remaining[below].is_words or is_again) and not is_cut_off


def name_in(line: str) -> str | None:
    """Return the name that a line holds, without Markdown and emoji codes."""
    match = _MARKS.fullmatch(_EMOJI_CODES.sub("", line)) if len(line) <= _MAX_NAME_LINE + 20 else None
    return clean_name(_TO_EVERYONE.sub("", match["name"])) if match else None


def is_name_line(line: SourceLine) -> bool:
    """Return whether a line holds a name and nothing else."""
    if line.prefix is not None and not (line.prefix.owns_line and line.prefix.timestamp is None):
        is_label = line.prefix.name is not None and not line.text[line.prefix.width :].strip()
        if not is_label or line.prefix.timestamp is not None:
            return False
    name = name_in(line.text)
    return name is not None and classify(name) is Label.NAME


def _look_below(source: Sequence[SourceLine]) -> None:
    """Note at each name on a line of its own whether words follow it; at the end of a text they may."""
    remaining = [line for line in source if line.left_out is None]
    for line, below in pairwise(remaining):
        if line.prefix is not None and line.prefix.owns_line and not below.is_words:
            line.prefix = replace(line.prefix, has_words_below=False)


def join_name_lines(source: Sequence[SourceLine], notes: SourceNotes) -> None:
    """Read names on lines of their own, without times, as headers where they repeat above words."""
    candidates = list(_name_lines(source))
    counts = Counter(name for _, name in candidates)
    paragraphs = sum(1 for line in source if line.after_blank)
    # Headings of a document are there once; people speak again.
    if len(counts) < 2 or len(counts) == len(candidates) or 2 * len(candidates) < paragraphs:
        for line, name in candidates:
            notes.problem("doubtful", doubt(name), line=line.number)
        return
    for line, name in candidates:
        line.prefix = LinePrefix(len(line.text), 0, name, Label.NAME, owns_line=True, shape=Shape.NAME_LINE)


def doubt(name: str) -> str:
    """Return the words of the problem that a name may be a speaker's."""
    return f"{name!r} may be a speaker, but is read as words; begin each turn with its speaker, such as `Ann: Hello.`"


def _name_lines(source: Sequence[SourceLine]) -> Iterable[tuple[SourceLine, str]]:
    for line, below in pairwise(source):
        stands_apart = line.after_blank or line.text.lstrip().startswith(("*", "#", "_"))
        if (
            stands_apart
            and line.prefix is None
            and below.is_words
            and is_name_line(line)
            and not (below.after_blank and is_name_line(below))
        ):
            name = name_in(line.text)
            if name is not None:
                yield line, name
