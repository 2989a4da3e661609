"""Cues of WebVTT and SRT files: a timing line, and the lines of text below it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from meetkit.errors import InvalidRequestError, brief_repr
from meetkit.insights.transcript.timestamps import milliseconds

_TIME = r"(?:(\d{1,4}):)?(\d{1,4}):([0-5]?\d)(?:[.,](\d{1,9}))?"
_SETTINGS = r"(?:[ \t]++[A-Za-z]\w*+:\S++)*+[ \t]*+$"
# Possessive quantifiers, so that no line takes more than linear time.
TIMING = re.compile(rf"[ \t\ufeff]*+{_TIME}[ \t]*+-->[ \t]*+{_TIME}{_SETTINGS}")
SBV_TIMING = re.compile(rf"[ \t\ufeff]*+{_TIME},{_TIME}[ \t]*+")
_ALMOST_TIMING = re.compile(r"[ \t]*+\d++:[\d:]*+(?:[.,]\d++[ \t]*+-{1,2}>|[ \t]*+-->)")
_LINE = re.compile("([^\n\r]*+)(?:\r\n|\n|\r|$)")
_NON_CUE_BLOCK = re.compile(r"(?:NOTE|STYLE|REGION)(?:[ \t]|$)")


@dataclass(frozen=True, slots=True)
class Cue:
    """The lines shown from `start` to `end` seconds. `end` is `None` if the file has one before the start.

    `identifier` is the line above its times, and `line` the number of the line with its times, from 1.
    """

    start: float
    end: float | None
    lines: tuple[str, ...]
    identifier: str | None = None
    line: int = 0


def read_cues(text: str, *, has_numbers: bool) -> Iterator[Cue]:
    """Yield the cues of a file in order.

    A timing line starts a cue. The line above it is the cue's identifier if it follows a blank line or, with
    `has_numbers`, if it is a number. Comments, styles and regions of WebVTT are skipped. All other lines are text
    of the cue, also those below a blank line.

    Raises:
        InvalidRequestError: a line is almost a timing line.
    """
    header: _Header | None = None
    lines: list[str] = []
    in_skipped_block = False
    for number, line in enumerate(_lines(text), start=1):
        timing = TIMING.match(line) if ">" in line else None
        if timing is not None:
            lines, identifier = _split_identifier(lines, has_numbers=has_numbers)
            if header is not None:
                yield header.cue(lines)
            header = _Header(*_times(timing), identifier, number)
            lines, in_skipped_block = [], False
        elif ">" in line and not in_skipped_block and _ALMOST_TIMING.match(line):
            raise InvalidRequestError(
                f"line {number}: {brief_repr(line)} is not a cue time, such as 00:01:02.000 --> 00:01:04.000"
            )
        elif in_skipped_block:
            in_skipped_block = bool(line.strip())
        elif not has_numbers and lines and not lines[-1] and _NON_CUE_BLOCK.match(line):
            in_skipped_block = True
        else:
            lines.append(line.strip())
    if header is not None:
        yield header.cue(lines)


@dataclass(frozen=True, slots=True)
class _Header:
    start: float
    end: float | None
    identifier: str | None
    line: int

    def cue(self, lines: list[str]) -> Cue:
        return Cue(self.start, self.end, tuple(line for line in lines if line), self.identifier, self.line)


def read_sbv(text: str) -> Iterator[Cue]:
    """Yield the cues of an SBV file, whose times are two on a line, with a comma between them."""
    header: _Header | None = None
    lines: list[str] = []
    for number, line in enumerate(_lines(text), start=1):
        if (timing := SBV_TIMING.fullmatch(line)) is not None:
            if header is not None:
                yield header.cue(lines)
            header, lines = _Header(*_times(timing), None, number), []
        else:
            # A break within a caption, as YouTube writes it.
            lines += (part.strip() for part in line.split("[br]"))
    if header is not None:
        yield header.cue(lines)


def _lines(text: str) -> Iterator[str]:
    for line in _LINE.finditer(text):
        yield line[1]


def _times(match: re.Match[str]) -> tuple[float, float | None]:
    hours, minutes, seconds, fraction, *end = match.groups()
    begins = _seconds(hours, minutes, seconds, fraction)
    ends = _seconds(*end)
    return begins, ends if ends >= begins else None


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> float:
    return milliseconds(int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds), fraction)


def _split_identifier(lines: list[str], *, has_numbers: bool) -> tuple[list[str], str | None]:
    if not lines or not lines[-1]:
        return lines, None
    is_identifier = lines[-1].isdecimal() if has_numbers else len(lines) > 1 and not lines[-2]
    return (lines[:-1], lines[-1]) if is_identifier else (lines, None)
