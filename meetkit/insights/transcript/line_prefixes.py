"""Prefixes of plain-text lines: timestamps, speaker names, and the marks that separate them from the words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from meetkit.insights.transcript.labels import Label, classify, clean_name
from meetkit.insights.transcript.timestamps import TIMESTAMP, Timestamp, parse_timestamp

_BREAK = "\n\r\x0b\x0c\x85\u2028\u2029"
LINE = re.compile(f"[^{_BREAK}]++")
_LINE_END = re.compile(f"\r\n|[{_BREAK}]")
# Characters of a line that are searched for its prefix: a bound for the patterns below.
_MAX_PREFIX = 240
_MAX_LINE_OF_ITS_OWN = 120

# Markdown emphasis around a name.
_MARK = r"(?:\*{1,3}|_{1,2})"
_BRACKETED_TIME = rf"[\[(<]\s?(?P<bracketed>{TIMESTAMP})\s?[\])>]"
_BARE_TIME = rf"(?P<bare>{TIMESTAMP})"
_BEGIN = re.compile("[\\s\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]*+(?P<change>>{2,3}\\s*+)?+")
_LEADING_TIME = re.compile(rf"@?(?:{_BRACKETED_TIME}|{_BARE_TIME}(?=[\s*|]|$))\s*+(?P<rule>[-\u2013\u2014|]\s++)?+")
_NAME_COLON = re.compile(
    rf"{_MARK}?+(?P<name>[^:\uff1a]{{1,100}}?){_MARK}?(?:,?\s{{0,4}}(?:{_BRACKETED_TIME}|{_BARE_TIME}))?{_MARK}?"
    rf"(?::(?=[\s*_\"'\u201c(\[]|[^\W\d_]|$)|\uff1a){_MARK}?\s*+"
)
_NAME_TIME_LINE = re.compile(
    rf"{_MARK}?+(?P<name>[^:\uff1a]{{1,100}}?){_MARK}?(?P<gap>\s{{0,40}})(?P<rule>[-\u2013\u2014|,\u00b7]\s?)?"
    rf"(?:{_BRACKETED_TIME}|{_BARE_TIME}){_MARK}?:?\s*$"
)
# Lines of Zoom's chat export: `From Ann to Everyone`.
_CHAT = re.compile(r"From\s+(?P<name>.+?)\s+to\s+\S.*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LinePrefix:
    """The prefix of a line. The words start at character `width`, or at `rest` if `name` turns out to be no name.

    `label` is the kind of `name`, if there is one. `leading_time` is set if the line starts with a time without
    brackets, `change` for the `>>` with which captions mark a new speaker, and `owns_line` for a name whose words
    are on the lines below.
    """

    width: int
    rest: int = 0
    name: str | None = None
    label: Label | None = None
    timestamp: Timestamp | None = None
    leading_time: bool = False
    change: bool = False
    owns_line: bool = False


def lines(text: str) -> Iterator[tuple[int, int, bool]]:
    """Yield the start and end of each non-blank line, and whether a blank line precedes it.

    Lines end at the mandatory breaks of Unicode (UAX 14: LF, CR, CRLF, VT, FF, NEL, LS, PS).
    """
    previous_end, after_blank = 0, True
    for line in LINE.finditer(text):
        start, end = line.span()
        # Fast path: one character between lines, as nearly always, is one line end.
        after_blank = after_blank or (
            start - previous_end > 1 and len(_LINE_END.findall(text, previous_end, start)) > 1
        )
        if line[0].isspace():
            after_blank = True
        else:
            yield start, end, after_blank
            after_blank = False
        previous_end = end


def parse_prefix(line: str) -> LinePrefix | None:
    """Parse the prefix of a line. Return `None` if the line starts with its words."""
    beginning = line[:_MAX_PREFIX]
    if ":" not in beginning and "\uff1a" not in beginning and ">>" not in beginning:
        return None
    begin = _BEGIN.match(beginning)
    assert begin is not None
    change = begin["change"] is not None
    leading = _LEADING_TIME.match(beginning, begin.end())
    if leading is not None:
        return _after_timestamp(line, beginning, leading, change)
    return (
        _name_and_colon(beginning, begin.end())
        or _name_and_time_line(line, begin.end())
        or (LinePrefix(begin.end(), begin.end(), change=True) if change else None)
    )


def _after_timestamp(line: str, beginning: str, leading: re.Match[str], change: bool) -> LinePrefix:
    timestamp, leading_time = _timestamp(leading), leading["bare"] is not None
    name_prefix = _name_and_colon(beginning, leading.end(), after_time=True)
    if name_prefix is not None:
        return replace(name_prefix, rest=leading.end(), timestamp=timestamp, leading_time=leading_time)
    rest = line[leading.end() :].strip(" \t*_")
    if leading["rule"] and " " in rest and classify(rest) is Label.NAME:
        return LinePrefix(
            len(line), leading.end(), clean_name(rest), Label.UNSURE, timestamp, leading_time, owns_line=True
        )
    return LinePrefix(leading.end(), leading.end(), timestamp=timestamp, leading_time=leading_time, change=change)


def _name_and_colon(beginning: str, at: int, *, after_time: bool = False) -> LinePrefix | None:
    match = _NAME_COLON.match(beginning, at)
    if match is None:
        return None
    label_text = match["name"].strip()
    chat = _CHAT.fullmatch(label_text) if after_time else None
    name = clean_name(chat["name"] if chat else label_text)
    label = classify(name) if name else Label.WORDS
    return None if label is Label.WORDS else LinePrefix(match.end(), 0, name, label, _timestamp(match))


def _name_and_time_line(line: str, at: int) -> LinePrefix | None:
    """Parse a name and a time on a line of their own, as Otter, Teams and Zoom write them.

    A single space between the two also occurs in sentences, so a single such line names no speaker.
    """
    match = _NAME_TIME_LINE.match(line, at) if len(line) <= _MAX_LINE_OF_ITS_OWN else None
    if match is None:
        return None
    label_text = match["name"].strip(" \t*_")
    in_brackets = label_text.startswith("[") and label_text.endswith("]")
    name = clean_name(label_text[1:-1] if in_brackets else label_text)
    if name is None or classify(name) is not Label.NAME:
        return None
    gap = match["gap"]
    is_set_apart = (
        in_brackets or len(gap) > 1 or gap == "\t" or match["rule"] is not None or match["bracketed"] is not None
    )
    return LinePrefix(
        len(line), 0, name, Label.NAME if is_set_apart else Label.UNSURE, _timestamp(match), owns_line=True
    )


def _timestamp(match: re.Match[str]) -> Timestamp | None:
    text = match["bracketed"] or match["bare"]
    return parse_timestamp(text) if text else None
