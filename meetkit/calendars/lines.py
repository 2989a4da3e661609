"""From the bytes of a calendar to the lines of its components, before anything is parsed.

Parsing what nobody asked for is where hostile files win. So a file is cut into components by its BEGIN and END
lines alone, and of a component only the lines that busy time hangs on are looked at, when it is its turn.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from meetkit.errors import InvalidRequestError

MAX_DEPTH = 10
MAX_COMPONENTS = 100_000
MAX_OBSERVANCES = 200
MAX_LINES = 2_000
MAX_COMPONENT_BYTES = 200_000

_MARK = re.compile(rb"^(BEGIN|END|UID)(?:;[^:\n]*)?:([^\n]*)", re.MULTILINE | re.IGNORECASE)
_LINE = re.compile(
    rb"^(?:(?P<begin>BEGIN)|(?P<end>END)|(?P<attendee>ATTENDEE)|DTSTART|DTEND|DURATION|RRULE|RDATE|EXDATE|"
    rb"RECURRENCE-ID|SEQUENCE|STATUS|TRANSP|X-MICROSOFT-CDO-BUSYSTATUS|FREEBUSY|TZID|TZOFFSETFROM|TZOFFSETTO|"
    rb"X-LIC-LOCATION|METHOD|CALSCALE|X-WR-CALNAME)[;:][^\n]*",
    re.MULTILINE | re.IGNORECASE,
)
_KINDS = {b"VTIMEZONE": "zones", b"VEVENT": "events", b"VFREEBUSY": "free_busy"}


class TooLong(ValueError):  # noqa: N818  # says what is wrong
    """A component has more lines than any that a person made."""


@dataclass(slots=True)
class Block:
    """A component, `data[start:end]` without its BEGIN and END lines; `closed` where it has its own END."""

    start: int
    end: int = -1
    uid: bytes = b""
    closed: bool = False
    children: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class Source:
    """One VCALENDAR of a file, with those components that busy time hangs on."""

    data: bytes
    whole: Block
    zones: list[Block] = field(default_factory=list)
    events: list[Block] = field(default_factory=list)
    free_busy: list[Block] = field(default_factory=list)


def split(ics: bytes, *, max_bytes: int) -> list[Source]:
    """Cut a file into its calendars.

    Raises:
        InvalidRequestError: it is too large, or no calendar, or one that was cut off.
    """
    if len(ics) > max_bytes:
        raise InvalidRequestError(
            f"the calendar is larger than the {max_bytes:,} bytes allowed; export a shorter time, or allow more"
        )
    data = _unfolded(ics)
    sources = _Splitter(data).sources
    if not sources:
        raise InvalidRequestError(f"not a calendar: {_what_else(data)}; an iCalendar file has a BEGIN:VCALENDAR line")
    return sources


def head(source: Source) -> Block:
    """What a calendar says of itself, up to its first component."""
    begin = source.data.find(b"\nBEGIN:", source.whole.start)
    return Block(source.whole.start, begin if begin >= 0 else source.whole.end)


def lines(data: bytes, block: Block) -> Iterator[str]:
    """The lines of a component's own, not of those within it, that busy time hangs on.

    Raises:
        TooLong: there are more than one can mean. Attendees do not count, as they are many in earnest.
    """
    depth = count = size = 0
    for line in _LINE.finditer(data, block.start, block.end):
        if line["begin"] or line["end"]:
            depth += 1 if line["begin"] else -1
        elif depth <= 0:
            if not line["attendee"]:
                count, size = count + 1, size + line.end() - line.start()
            if count > MAX_LINES or size > MAX_COMPONENT_BYTES:
                raise TooLong
            yield _text(line[0])


def _text(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")


def _unfolded(ics: bytes) -> bytes:
    """The bytes with LF at each line's end and no line folded, whichever system wrote them."""
    if ics.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        ics = ics.decode("utf-16", "replace").encode("utf-8", "replace")
    ics = ics.removeprefix(codecs.BOM_UTF8)
    if b"\r" in ics:
        ics = ics.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    # A fold may lie within a character, so it is undone on bytes.
    return ics.replace(b"\n ", b"").replace(b"\n\t", b"")


def _what_else(data: bytes) -> str:
    begin = data[:1000].strip().lower()
    if not begin:
        return "it is empty"
    if begin.startswith(b"<"):
        return "it is a web page or XML, perhaps a page to log in"
    if b"\0" in begin:
        return "it is binary data"
    return "it is some other text"


class _Splitter:
    """Walks over BEGIN, END and UID lines with the components that are open."""

    def __init__(self, data: bytes) -> None:
        self.sources: list[Source] = []
        self._data = data
        self._open: list[tuple[bytes, Block]] = []
        self._components = 0
        for mark in _MARK.finditer(data):
            word, value = mark[1].upper(), mark[2].strip()
            if word == b"BEGIN":
                self._begin(value.upper(), mark)
            elif word == b"END":
                self._end(value.upper(), mark.start())
            elif len(self._open) == 2:
                self._open[-1][1].uid = value[:1000]
        if self._open:
            raise self._cut_off()

    def _begin(self, name: bytes, mark: re.Match[bytes]) -> None:
        if self._open and name == b"VCALENDAR":
            raise self._cut_off()
        if self._open and name in _KINDS and self._open[-1][0] == name:
            self._close(mark.start(), closed=False)
        if not self._open and name != b"VCALENDAR":
            return
        if len(self._open) == MAX_DEPTH:
            raise InvalidRequestError(f"the calendar's components lie within each other more than {MAX_DEPTH} deep")
        block = Block(mark.end())
        self._open.append((name, block))
        if name == b"VCALENDAR":
            self._count()
            self.sources.append(Source(self._data, block))

    def _end(self, name: bytes, at: int) -> None:
        if any(name == opened for opened, _ in self._open):
            while self._open[-1][0] != name:
                self._close(at, closed=False)
            self._close(at, closed=True)

    def _close(self, at: int, *, closed: bool) -> None:
        name, block = self._open.pop()
        block.end, block.closed = at, closed
        if len(self._open) == 1 and name in _KINDS:
            self._count()
            getattr(self.sources[-1], _KINDS[name]).append(block)
        elif len(self._open) == 2 and self._open[-1][0] == b"VTIMEZONE":
            siblings = self._open[-1][1].children
            # One more than may be there shows that there are too many.
            if len(siblings) <= MAX_OBSERVANCES:
                siblings.append(block)

    def _count(self) -> None:
        self._components += 1
        if self._components > MAX_COMPONENTS:
            raise InvalidRequestError(f"the calendar has more than {MAX_COMPONENTS:,} events; export a shorter time")

    def _cut_off(self) -> InvalidRequestError:
        name = self._open[-1][0][:40].decode("ascii", "replace")
        return InvalidRequestError(
            f"the calendar is cut off: BEGIN:{name} has no END:{name}, so events may be missing; export it again"
        )
