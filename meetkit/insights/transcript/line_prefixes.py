"""The beginnings of plain-text lines: times, names, and what sets them apart from words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from meetkit.insights.transcript.labels import Label, clean_name, judge
from meetkit.insights.transcript.timestamps import STAMP, Stamp, read_stamp

_BREAK = "\n\r\x0b\x0c\x85\u2028\u2029"
LINE = re.compile(f"[^{_BREAK}]++")
_LINE_END = re.compile(f"\r\n|[{_BREAK}]")
_MAX_HEAD = 240
_MAX_LINE_OF_ITS_OWN = 120

_MARK = r"(?:\*{1,3}|_{1,2})"
_BRACKETED = rf"[\[(<]\s?(?P<bracketed>{STAMP})\s?[\])>]"
_BARE = rf"(?P<bare>{STAMP})"
_BEGIN = re.compile("[\\s\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]*+(?P<change>>{2,3}\\s*+)?+")
_LEADING = re.compile(rf"@?(?:{_BRACKETED}|{_BARE}(?=[\s*|]|$))\s*+(?P<rule>[-\u2013\u2014|]\s++)?+")
_LABELLED = re.compile(
    rf"{_MARK}?+(?P<name>[^:\uff1a]{{1,100}}?){_MARK}?(?:,?\s{{0,4}}(?:{_BRACKETED}|{_BARE}))?{_MARK}?"
    rf"(?::(?=[\s*_\"'\u201c(\[]|[^\W\d_]|$)|\uff1a){_MARK}?\s*+"
)
_HEADED = re.compile(
    rf"{_MARK}?+(?P<name>[^:\uff1a]{{1,100}}?){_MARK}?(?P<gap>\s{{0,40}})(?P<rule>[-\u2013\u2014|,\u00b7]\s?)?"
    rf"(?:{_BRACKETED}|{_BARE}){_MARK}?:?\s*$"
)
_CHAT = re.compile(r"From\s+(?P<name>.+?)\s+to\s+\S.*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Head:
    """What a line begins with; the words begin `width` characters into it, or `rest` if `name` is no name.

    `label` says what `name` is, if there is one. `leads` is a time without brackets that begins the line, `change`
    the `>>` of captions for somebody else who speaks, `owns_line` a name whose words are on the lines below.
    """

    width: int
    rest: int = 0
    name: str | None = None
    label: Label | None = None
    stamp: Stamp | None = None
    leads: bool = False
    change: bool = False
    owns_line: bool = False


def lines(text: str) -> Iterator[tuple[int, int, bool]]:
    """Where each line with something on it begins and ends, and whether a blank one stands before it.

    A line ends where Unicode says that it must (UAX 14: LF, CR, CRLF, VT, FF, NEL, LS, PS).
    """
    before, blank = 0, True
    for line in LINE.finditer(text):
        start, end = line.span()
        # Nearly always one character lies between lines: that is one end of a line.
        blank = blank or (start - before > 1 and len(_LINE_END.findall(text, before, start)) > 1)
        if line[0].isspace():
            blank = True
        else:
            yield start, end, blank
            blank = False
        before = end


def read_head(line: str) -> Head | None:
    """Read how a line begins; `None` for one that begins with its words."""
    head = line[:_MAX_HEAD]
    if ":" not in head and "\uff1a" not in head and ">>" not in head:
        return None
    begin = _BEGIN.match(head)
    assert begin is not None
    change = begin["change"] is not None
    leading = _LEADING.match(head, begin.end())
    if leading is not None:
        return _led(line, head, leading, change)
    return (
        _labelled(head, begin.end())
        or _headed(line, begin.end())
        or (Head(begin.end(), begin.end(), change=True) if change else None)
    )


def _led(line: str, head: str, leading: re.Match[str], change: bool) -> Head:
    stamp, leads = _stamp(leading), leading["bare"] is not None
    labelled = _labelled(head, leading.end(), timed=True)
    if labelled is not None:
        return replace(labelled, rest=leading.end(), stamp=stamp, leads=leads)
    rest = line[leading.end() :].strip(" \t*_")
    if leading["rule"] and " " in rest and judge(rest) is Label.NAME:
        return Head(len(line), leading.end(), clean_name(rest), Label.UNSURE, stamp, leads, owns_line=True)
    return Head(leading.end(), leading.end(), stamp=stamp, leads=leads, change=change)


def _labelled(head: str, at: int, *, timed: bool = False) -> Head | None:
    found = _LABELLED.match(head, at)
    if found is None:
        return None
    written = found["name"].strip()
    chat = _CHAT.fullmatch(written) if timed else None
    name = clean_name(chat["name"] if chat else written)
    label = judge(name) if name else Label.WORDS
    return None if label is Label.WORDS else Head(found.end(), 0, name, label, _stamp(found))


def _headed(line: str, at: int) -> Head | None:
    """A name and a time on a line of their own, as Otter, Teams and Zoom write them.

    A single space between the two is what a sentence has as well: one such line alone names nobody.
    """
    found = _HEADED.match(line, at) if len(line) <= _MAX_LINE_OF_ITS_OWN else None
    if found is None:
        return None
    written = found["name"].strip(" \t*_")
    in_brackets = written.startswith("[") and written.endswith("]")
    name = clean_name(written[1:-1] if in_brackets else written)
    if name is None or judge(name) is not Label.NAME:
        return None
    gap = found["gap"]
    apart = in_brackets or len(gap) > 1 or gap == "\t" or found["rule"] is not None or found["bracketed"] is not None
    return Head(len(line), 0, name, Label.NAME if apart else Label.UNSURE, _stamp(found), owns_line=True)


def _stamp(found: re.Match[str]) -> Stamp | None:
    written = found["bracketed"] or found["bare"]
    return read_stamp(written) if written else None
