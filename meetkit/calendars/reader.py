"""The reader of one VCALENDAR: events are read by UID, each separately, so that a bad one affects no other."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from zoneinfo import ZoneInfo

from meetkit.calendars import rules
from meetkit.calendars.events import MAX_MEMBERS, Status, TimedEvent, address, after, occurrences, read_event
from meetkit.calendars.lines import Block, Source, TooLongError, header, lines
from meetkit.calendars.owners import common_attendee
from meetkit.calendars.properties import Property, Time, UnreadableError, read_line, read_period
from meetkit.calendars.query import MAX_WINDOW, BusyQuery, OnProblem, Problem
from meetkit.calendars.timezones import Zones
from meetkit.models.base import CONTROL
from meetkit.models.zones import FIRST, LAST, day_start, to_microseconds

BusySpan = tuple[int, int, Status]

# Two clocks on earth differ by 26 hours at most, and `_is_elsewhere` judges events of two more days at most.
_MARGIN = dt.timedelta(days=5)
_MAX_REACH = MAX_WINDOW // dt.timedelta(microseconds=1)
_EMAIL = re.compile(r"[^\s@]{1,64}@[^\s@]{1,189}")
_DATE_AT_END = rb"[;:][^\n]*?([0-9]{8})(?:T[0-9]{6}Z?)?[ \t]*$"
_STARTS = re.compile(rb"^DTSTART" + _DATE_AT_END, re.MULTILINE | re.IGNORECASE)
_ENDS = re.compile(rb"^DTEND" + _DATE_AT_END, re.MULTILINE | re.IGNORECASE)
_MORE = re.compile(rb"^(DURATION|RRULE|RDATE)[;:]([^\n]*)", re.MULTILINE | re.IGNORECASE)
_UNTIL = re.compile(rb"UNTIL=([0-9]{8})", re.IGNORECASE)
# Several lines may name the owner, e.g. as a delegate; thousands are hostile.
_MAX_OWNER_LINES = 20
_FREE_BUSY: dict[str, Status | None] = {"FREE": None, "BUSY-TENTATIVE": "tentative"}


class Reader:
    """Reads the busy time of one calendar that overlaps the query's window."""

    def __init__(self, source: Source, query: BusyQuery, work: rules.Work, on_problem: OnProblem) -> None:
        """Prepare the reading, which `intervals` starts."""
        self._source, self._work, self._on_problem = source, work, on_problem
        self._timezone, self._floating = query.timezone, ZoneInfo(query.timezone)
        start, end = query.window
        self._window = to_microseconds(start), to_microseconds(end)
        self._reach = max(self._window[0] - _MAX_REACH, FIRST), min(self._window[1] + _MAX_REACH, LAST)
        self._around = start - _MARGIN, end + _MARGIN
        self._dates = [moment.strftime("%Y%m%d").zfill(8).encode() for moment in self._around]
        self._zones = Zones(source, (start.year, end.year), work)
        self._day_starts: dict[dt.date, int] = {}
        self._owner = address(query.owner) if query.owner else None
        self._takes_time = False

    def intervals(self) -> Iterator[BusySpan]:
        """Yield the busy spans in the window, unordered: start and end in microseconds since 1970, and the status."""
        if not self._source.events and not self._source.free_busy:
            return
        with self._or_problem("VCALENDAR"):
            self._read_header()
        if not self._takes_time:
            return
        groups: dict[bytes, list[Block]] = {}
        for number, block in enumerate(self._source.events):
            # An event without a UID is a series of its own; no UID contains a line break.
            groups.setdefault(block.uid or b"\n%d" % number, []).append(block)
        for blocks in groups.values():
            with self._or_problem("VEVENT", blocks[0].uid):
                yield from self._of_uid(blocks)
        for block in self._source.free_busy:
            with self._or_problem("VFREEBUSY", block.uid):
                yield from self._of_free_busy(block)

    def _read_header(self) -> None:
        """Read the calendar's own properties: scale, owner, and METHOD, as a cancellation takes no time."""
        values: dict[str, str] = {}
        for line in lines(self._source.data, header(self._source)):
            prop = read_line(line)
            values.setdefault(prop.name, prop.value)
        if values.get("CALSCALE", "GREGORIAN").upper() != "GREGORIAN":
            raise UnreadableError("its calendar scale is not Gregorian")
        name = values.get("X-WR-CALNAME", "")
        if self._owner is None:
            self._owner = address(name) if _EMAIL.fullmatch(name) else common_attendee(self._source)
        self._takes_time = values.get("METHOD", "").upper() != "CANCEL"

    @contextlib.contextmanager
    def _or_problem(self, component: str, uid: bytes = b"") -> Iterator[None]:
        """Report the error of a component as a problem."""
        try:
            yield
        except TooLongError:
            message = "it has too many lines"
        except UnreadableError as error:
            message = str(error)
        except OverflowError:
            message = "its times are outside the supported years"
        except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
            # An error of the libraries in one hostile event must not affect the others.
            message = f"it is unreadable ({type(error).__name__})"
        else:
            return
        uid_text = CONTROL.sub("?", uid[:120].decode("utf-8", "replace")).strip()
        self._on_problem(Problem.model_validate({"component": component, "uid": uid_text or None, "message": message}))

    def _of_uid(self, blocks: Sequence[Block]) -> list[BusySpan]:
        if len(blocks) > MAX_MEMBERS:
            raise rules.TooMuchError(f"it has more than {MAX_MEMBERS:,} changed occurrences")
        if len(blocks) == 1 and self._is_elsewhere(blocks[0]):
            return []
        self._work.next_event()
        events: list[TimedEvent] = []
        for block in blocks:
            with self._or_problem("VEVENT", block.uid):
                events.append(self._event(block))
        if len(events) == 1 and not events[0].repeats:
            [event] = events
            return self._in_window(event.begins, event.ends, event.status)
        spans = []
        for series in _series(events):
            for begins, ends, status in occurrences(series, *self._around, self._work):
                spans += self._in_window(begins, ends, status)
        return spans

    def _is_elsewhere(self, block: Block) -> bool:
        """Return whether an event surely misses the window, judged by its raw lines, as most events do."""
        where = self._source.data, block.start, block.end
        start = _STARTS.search(*where)
        if not start:
            return False
        # Dates of eight digits compare as bytes.
        end = _ENDS.search(*where) or start
        last = max(start[1], end[1])
        more = list(islice(_MORE.finditer(*where), 2))
        if more:
            until = _UNTIL.search(more[0][2])
            if len(more) > 1 or more[0][1].upper() != b"RRULE" or not until or int(last) - int(start[1]) > 2:
                return False
            last = until[1]
        return start[1] > self._dates[1] or last < self._dates[0]

    def _event(self, block: Block) -> TimedEvent:
        if not block.is_closed:
            raise UnreadableError("it has no END:VEVENT")
        event = read_event(self._properties(block), self._zones, owner=self._owner, work=self._work)
        self._span(event.begins, event.ends)
        return event

    def _of_free_busy(self, block: Block) -> list[BusySpan]:
        if not block.is_closed:
            raise UnreadableError("it has no END:VFREEBUSY")
        self._work.next_event()
        spans = []
        for prop in self._properties(block):
            status = _FREE_BUSY.get(prop.params.get("FBTYPE", "BUSY").upper(), "busy")
            if prop.name == "FREEBUSY" and status:
                self._work.spend(rules.LISTED_UNITS * (prop.value.count(",") + 1))
                for value in filter(None, prop.value.split(",")):
                    begins, ends = read_period(prop, value, self._zones)
                    spans += self._in_window(begins, _end_of(begins, ends), status)
        return spans

    def _properties(self, block: Block) -> list[Property]:
        """Return a component's properties; of its attendees, of which there may be thousands, only the owner."""
        props: list[Property] = []
        owner_lines = 0
        for line in lines(self._source.data, block):
            if line[:8].upper() == "ATTENDEE":
                if self._owner is None or self._owner not in line.casefold() or owner_lines == _MAX_OWNER_LINES:
                    continue
                owner_lines += 1
            elif '"' in line or "\\" in line:
                self._work.spend(rules.QUOTED_UNITS)
            props.append(read_line(line))
        return props

    def _in_window(self, begins: Time, ends: Time, status: Status | None) -> list[BusySpan]:
        if status is None:
            return []
        start, end = self._span(begins, ends)
        if start < end and start < self._window[1] and end > self._window[0]:
            # Endless events end on the last day of the year 9999, where arithmetic overflows.
            return [(max(start, self._reach[0]), min(end, self._reach[1]), status)]
        return []

    def _span(self, begins: Time, ends: Time) -> tuple[int, int]:
        start, end = self._instant(begins), self._instant(ends)
        if end < start and isinstance(begins, dt.datetime) and isinstance(ends, dt.datetime):
            # The clock may skip the start or the end, but not the other.
            end = start + (ends.replace(tzinfo=None) - begins.replace(tzinfo=None)) // dt.timedelta(microseconds=1)
        if end < start:
            raise UnreadableError("it ends before it begins")
        return start, end

    def _instant(self, when: Time) -> int:
        if isinstance(when, dt.datetime):
            return to_microseconds(when if when.tzinfo else when.replace(tzinfo=self._floating))
        if when not in self._day_starts:
            in_reach = 1 < when.year < 9999
            self._day_starts[when] = day_start(when, self._timezone) if in_reach else FIRST if when.year == 1 else LAST
        return self._day_starts[when]


def _series(events: Sequence[TimedEvent]) -> list[list[TimedEvent]]:
    """Group the events of one UID into series, each an event with its changed occurrences.

    Of several events that change no other, the newest counts, by SEQUENCE. Where none is newer, they are different
    events of a program that gives all the same UID, and the changes count for the first.
    """
    changes = [event for event in events if event.replaces]
    whole = [event for event in events if not event.replaces]
    newest = max((event.sequence for event in whole), default=0)
    first, *rest = [[event] for event in whole if event.sequence == newest or newest <= 0] or [[]]
    return [series for series in ([*first, *changes], *rest) if series]


def _end_of(begins: dt.datetime, ends: dt.datetime | dt.timedelta) -> Time:
    return after(begins, ends) if isinstance(ends, dt.timedelta) else ends
