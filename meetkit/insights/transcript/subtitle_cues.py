"""What WebVTT and SRT have in common: cues, each with its times above its words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from meetkit.errors import InvalidRequestError, brief_repr
from meetkit.insights.transcript.timestamps import milliseconds

_TIME = r"(?:(\d{1,4}):)?(\d{1,4}):([0-5]?\d)(?:[.,](\d{1,9}))?"
_SETTINGS = r"(?:[ \t]++[A-Za-z]\w*+:\S++)*+[ \t]*+$"
TIMING = re.compile(rf"[ \t\ufeff]*+{_TIME}[ \t]*+-->[ \t]*+{_TIME}{_SETTINGS}")
_ALMOST_TIMING = re.compile(r"[ \t]*+\d++:[\d:]*+(?:[.,]\d++[ \t]*+-{1,2}>|[ \t]*+-->)")
_LINE = re.compile("([^\n\r]*+)(?:\r\n|\n|\r|$)")
_ASIDE = re.compile(r"(?:NOTE|STYLE|REGION)(?:[ \t]|$)")


@dataclass(frozen=True, slots=True)
class Cue:
    """Lines that are shown from `start` to `end` seconds; no end where the file has one before its start."""

    start: float
    end: float | None
    lines: tuple[str, ...]


def read_cues(text: str, *, numbered: bool) -> Iterator[Cue]:
    """The cues of a file, in its order.

    A line of times begins a cue. The line above it is the cue's identifier if it follows a blank line, or where
    cues are `numbered` if it is a number. Comments, styles and regions of WebVTT are passed over. All else is
    said, also below a blank line.

    Raises:
        InvalidRequestError: a line is almost one of times.
    """
    times: tuple[float, float | None] | None = None
    said: list[str] = []
    aside = False
    for number, line in enumerate(_lines(text), start=1):
        found = TIMING.match(line) if ">" in line else None
        if found is not None:
            if times is not None:
                yield _cue(times, _without_identifier(said, numbered=numbered))
            times, said, aside = _times(found), [], False
        elif ">" in line and not aside and _ALMOST_TIMING.match(line):
            raise InvalidRequestError(
                f"line {number}: {brief_repr(line)} is not a cue time, such as 00:01:02.000 --> 00:01:04.000"
            )
        elif aside:
            aside = bool(line.strip())
        elif not numbered and said and not said[-1] and _ASIDE.match(line):
            aside = True
        else:
            said.append(line.strip())
    if times is not None:
        yield _cue(times, said)


def _lines(text: str) -> Iterator[str]:
    for line in _LINE.finditer(text):
        yield line[1]


def _times(found: re.Match[str]) -> tuple[float, float | None]:
    hours, minutes, seconds, fraction, *end = found.groups()
    begins = _seconds(hours, minutes, seconds, fraction)
    ends = _seconds(*end)
    return begins, ends if ends >= begins else None


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> float:
    return milliseconds(int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds), fraction)


def _without_identifier(said: list[str], *, numbered: bool) -> list[str]:
    if not said or not said[-1]:
        return said
    is_identifier = said[-1].isdecimal() if numbered else len(said) > 1 and not said[-2]
    return said[:-1] if is_identifier else said


def _cue(times: tuple[float, float | None], said: list[str]) -> Cue:
    return Cue(*times, tuple(line for line in said if line))
