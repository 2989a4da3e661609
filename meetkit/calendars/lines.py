"""The components of a calendar file and their lines, before anything is parsed.

Hostile files exploit the parsing of content that is not needed. So a file is split into components by its BEGIN and
END lines alone, and of a component only the lines that determine busy time are read, when it is processed.
"""

from __future__ import annotations

import codecs
import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from meetkit.errors import InvalidRequestError

# Components nest three deep: VCALENDAR, VTIMEZONE or VEVENT, and STANDARD or VALARM.
MAX_DEPTH = 10
MAX_COMPONENTS = 100_000
# Two for each year since 1970 are some 110.
MAX_OBSERVANCES = 200
MAX_LINES = 2_000
MAX_COMPONENT_BYTES = 200_000

_MARK = re.compile(rb"^(BEGIN|END|UID)(?:;[^:\n]*)?:([^\n]*)", re.MULTILINE | re.IGNORECASE)
_LINE = re.compile(
    rb"^(?:(?P<begin>BEGIN)|(?P<end>END)|(?P<attendee>ATTENDEE)|DTSTART|DTEND|DURATION|RRULE|EXRULE|RDATE|EXDATE|"
    rb"RECURRENCE-ID|SEQUENCE|STATUS|TRANSP|X-MICROSOFT-CDO-BUSYSTATUS|X-APPLE-TRAVEL-DURATION|FREEBUSY|TZID|"
    rb"TZOFFSETFROM|TZOFFSETTO|X-LIC-LOCATION|METHOD|CALSCALE|X-WR-CALNAME|X-WR-TIMEZONE)[;:][^\n]*",
    re.MULTILINE | re.IGNORECASE,
)
# Some programs translate line ends twice, to CR CR LF.
_LINE_END = re.compile(rb"\r+\n?")
_KINDS = {b"VTIMEZONE": "zones", b"VEVENT": "events", b"VFREEBUSY": "free_busy"}
# These stand in a VCALENDAR only, so the begin of one ends whatever else is open in it.
_TOP_LEVEL = {*_KINDS, b"VTODO", b"VJOURNAL"}
# The likeness of a misspelt END to its BEGIN, and the number of those that are compared.
_LIKENESS, _MAX_MISSPELT = 0.75, 1_000


class TooLongError(ValueError):
    """A component has more or longer lines than any real one."""


@dataclass(slots=True)
class Block:
    """A component, `data[start:end]` without its BEGIN and END lines; `is_closed` where it has its own END."""

    start: int
    end: int = -1
    uid: bytes = b""
    is_closed: bool = False
    children: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class Source:
    """A VCALENDAR of a file, with the components that determine busy time."""

    data: bytes
    headers: list[Block] = field(default_factory=list)
    zones: list[Block] = field(default_factory=list)
    events: list[Block] = field(default_factory=list)
    free_busy: list[Block] = field(default_factory=list)


def split(ics: bytes, *, max_bytes: int) -> list[Source]:
    """Split a file into its calendars.

    Raises:
        InvalidRequestError: the file is too large, not a calendar, or cut off.
    """
    if len(ics) > max_bytes:
        raise InvalidRequestError(
            f"the calendar is larger than the {max_bytes:,} bytes allowed; export a shorter period, or raise the limit"
        )
    data = _unfold(ics)
    sources = _Splitter(data).sources
    if not sources:
        raise InvalidRequestError(
            f"not a calendar: {_describe_other(data)}; an iCalendar file has a BEGIN:VCALENDAR line"
        )
    return sources


def header_lines(source: Source) -> Iterator[str]:
    """Yield the calendar's own lines, before, between and after its components.

    Raises:
        TooLongError: there are too many.
    """
    own = (line for block in source.headers for line in lines(source.data, block))
    for number, line in enumerate(own):
        if number == MAX_LINES:
            raise TooLongError
        yield line


def lines(data: bytes, block: Block) -> Iterator[str]:
    """Yield the component's own lines that determine busy time, without those of components within it.

    Raises:
        TooLongError: there are too many. Attendees do not count, as real meetings have many.
    """
    depth = count = size = 0
    for line in _LINE.finditer(data, block.start, block.end):
        if line["begin"] or line["end"]:
            depth += 1 if line["begin"] else -1
        elif depth <= 0:
            if not line["attendee"]:
                count, size = count + 1, size + line.end() - line.start()
            if count > MAX_LINES or size > MAX_COMPONENT_BYTES:
                raise TooLongError
            yield _text(line[0])


def _text(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        # Old programs write it, and it decodes any bytes.
        return line.decode("latin-1")


def _unfold(ics: bytes) -> bytes:
    """Return the bytes with LF line ends and unfolded lines (RFC 5545, 3.1)."""
    if ics.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        ics = ics.decode("utf-16", "replace").encode("utf-8", "replace")
    ics = ics.removeprefix(codecs.BOM_UTF8)
    if b"\r" in ics:
        ics = _LINE_END.sub(b"\n", ics)
    # A fold may lie within a UTF-8 character, so it is undone on bytes.
    return ics.replace(b"\n ", b"").replace(b"\n\t", b"")


def _describe_other(data: bytes) -> str:
    begin = data[:1000].strip().lower()
    if not begin:
        return "it is empty"
    if begin.startswith(b"<"):
        return "it is a web page or XML, perhaps a login page"
    if b"\0" in begin:
        return "it is binary data"
    return "it is other text"


def _spelled_like(name: bytes, open_names: Sequence[bytes]) -> bytes:
    """Return the open component whose name was misspelt, e.g. VEVENT for VEVNT; empty where there is none."""
    spellings = [open_name.decode("latin-1") for open_name in open_names]
    close = difflib.get_close_matches(name[:20].decode("latin-1"), spellings, n=1, cutoff=_LIKENESS)
    return close[0].encode("latin-1") if close else b""


class _Splitter:
    """Splits a file by its BEGIN, END and UID lines, with a stack of open components."""

    def __init__(self, data: bytes) -> None:
        self.sources: list[Source] = []
        self._data = data
        self._open: list[tuple[bytes, Block]] = []
        self._components = self._misspelt = self._own_start = 0
        for mark in _MARK.finditer(data):
            word, value = mark[1].upper(), mark[2].strip()
            if word == b"BEGIN":
                self._begin(value.upper(), mark)
            elif word == b"END":
                self._end(value.upper(), mark)
            elif len(self._open) == 2:
                self._open[-1][1].uid = value[:1000]
        if self._open:
            raise self._cut_off_error()

    def _begin(self, name: bytes, mark: re.Match[bytes]) -> None:
        if self._open and name == b"VCALENDAR":
            raise self._cut_off_error()
        # A component without its END ends where the next begins.
        while len(self._open) > 1 and name in _TOP_LEVEL:
            self._close(mark.start(), is_closed=False)
        if not self._open and name != b"VCALENDAR":
            return
        if len(self._open) == MAX_DEPTH:
            raise InvalidRequestError(f"the calendar's components are nested more than {MAX_DEPTH} deep")
        self._end_header(mark.start())
        self._open.append((name, Block(mark.end())))
        if name == b"VCALENDAR":
            self._count()
            self.sources.append(Source(self._data))
            self._own_start = mark.end()

    def _end(self, name: bytes, mark: re.Match[bytes]) -> None:
        open_names = [open_name for open_name, _ in self._open]
        # An END without its BEGIN is ignored.
        if name not in open_names:
            self._misspelt += 1
            name = _spelled_like(name, open_names) if self._misspelt <= _MAX_MISSPELT else b""
        if name:
            while self._open[-1][0] != name:
                self._close(mark.start(), is_closed=False)
            self._end_header(mark.start())
            self._close(mark.start(), is_closed=True)
            self._own_start = mark.end()

    def _end_header(self, at: int) -> None:
        """Add the calendar's own lines since its last component, where there are any."""
        if len(self._open) == 1 and at > self._own_start + 1:
            self.sources[-1].headers.append(Block(self._own_start, at))

    def _close(self, at: int, *, is_closed: bool) -> None:
        name, block = self._open.pop()
        self._own_start = at
        block.end, block.is_closed = at, is_closed
        if len(self._open) == 1 and name in _KINDS:
            self._count()
            getattr(self.sources[-1], _KINDS[name]).append(block)
        elif len(self._open) == 2 and self._open[-1][0] == b"VTIMEZONE":
            siblings = self._open[-1][1].children
            # One more than the limit shows that there are too many.
            if len(siblings) <= MAX_OBSERVANCES:
                siblings.append(block)

    def _count(self) -> None:
        self._components += 1
        if self._components > MAX_COMPONENTS:
            raise InvalidRequestError(f"the calendar has more than {MAX_COMPONENTS:,} events; export a shorter period")

    def _cut_off_error(self) -> InvalidRequestError:
        name = self._open[-1][0][:40].decode("ascii", "replace")
        return InvalidRequestError(
            f"the calendar is cut off: BEGIN:{name} has no END:{name}, so events may be missing; export it again"
        )
