"""The reader of one VCALENDAR: events are read by UID, each separately, so that a bad one affects no other."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from meetkit.calendars import budget
from meetkit.calendars.events import EventZones, Length, Status, TimedEvent, address, read_event
from meetkit.calendars.lines import Block, Source, TooLongError, header_lines, lines
from meetkit.calendars.owners import common_participant
from meetkit.calendars.properties import (
    MalformedLineError,
    Property,
    Time,
    UnreadableError,
    place_period,
    read_line,
    read_period,
)
from meetkit.calendars.query import MAX_WINDOW, BusyQuery, Effect, OnProblem, Problem
from meetkit.calendars.series import MAX_MEMBERS, occurrences
from meetkit.calendars.timezones import Zones
from meetkit.errors import InvalidRequestError
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
# Less than two days.
_SHORT_DURATION = re.compile(rb"DURATION:PT(?:[0-3]?\dH)?(?:\d\d?M)?(?:\d\d?S)?", re.IGNORECASE)
_UNTIL = re.compile(rb"UNTIL=([0-9]{8})", re.IGNORECASE)
# Several lines may name the owner, e.g. as a delegate; thousands are hostile.
_MAX_OWNER_LINES = 20
# Of a scheduling message (RFC 5546), these tell an answer or a proposal, and take no time.
_TIMELESS_METHODS = {"CANCEL", "REPLY", "COUNTER", "DECLINECOUNTER", "REFRESH"}
# Malformed, they place an event by a guess.
_TIME_LINES = {"DTSTART", "DTEND", "DURATION", "RECURRENCE-ID"}
_BUSY_LINES = {*_TIME_LINES, "RRULE", "RDATE", "FREEBUSY"}
_MICROSECOND = dt.timedelta(microseconds=1)
_FREE_BUSY: dict[str, Status | None] = {"FREE": None, "BUSY-TENTATIVE": "tentative"}


class Reader:
    """Reads the busy time of one calendar that overlaps the query's window."""

    def __init__(self, source: Source, query: BusyQuery, work: budget.Work, on_problem: OnProblem) -> None:
        """Prepare the reading, which `intervals` starts."""
        self._source, self._work, self._on_problem = source, work, on_problem
        self._timezone, self._query = query.timezone, query
        self._floating: dt.tzinfo = ZoneInfo(query.timezone)
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
        is_read = False
        with self._or_problem("VCALENDAR"):
            self._read_header()
            is_read = True
        if not is_read:
            return
        groups: dict[bytes, list[Block]] = {}
        for number, block in enumerate(self._source.events if self._takes_time else ()):
            # An event without a UID is a series of its own; no UID contains a line break.
            groups.setdefault(block.uid or b"\n%d" % number, []).append(block)
        for blocks in groups.values():
            with self._or_problem("VEVENT", blocks[0].uid):
                yield from self._of_uid(blocks)
        for block in self._source.free_busy:
            with self._or_problem("VFREEBUSY", block.uid):
                yield from self._of_free_busy(block)

    def _read_header(self) -> None:
        """Read the calendar's own properties: scale, owner, zone, and METHOD, as a cancellation takes no time."""
        values: dict[str, str] = {}
        for line in header_lines(self._source):
            try:
                prop = read_line(line)
            except MalformedLineError as error:
                self._report("VCALENDAR", b"", str(error), "in_part")
                prop = error.prop
            values.setdefault(prop.name, prop.value)
        if (values.get("CALSCALE") or "GREGORIAN").upper() != "GREGORIAN":
            raise UnreadableError("its calendar scale is not Gregorian")
        name = values.get("X-WR-CALNAME", "")
        if self._owner is None:
            self._owner = address(name) if _EMAIL.fullmatch(name) else common_participant(self._source)
        self._takes_time = values.get("METHOD", "").upper() not in _TIMELESS_METHODS
        if zone := values.get("X-WR-TIMEZONE"):
            try:
                self._floating = self._zones(zone)
            except UnreadableError:
                self._report("VCALENDAR", b"", f"its X-WR-TIMEZONE is unknown; {self._timezone} is used", "in_part")

    @contextlib.contextmanager
    def _or_problem(self, component: str, uid: bytes = b"") -> Iterator[None]:
        """Report the error of a component as a problem."""
        try:
            yield
        except InvalidRequestError:
            # Whoever hears of a problem may refuse the file.
            raise
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
        self._report(component, uid, message, "left_out")

    def _report(self, component: str, uid: bytes, message: str, effect: Effect) -> None:
        self._work.spend_on_file(budget.PROBLEM_UNITS)
        uid_text = CONTROL.sub("?", uid[:120].decode("utf-8", "replace")).strip()
        problem = {"component": component, "uid": uid_text or None, "message": message, "effect": effect}
        self._on_problem(Problem.model_validate(problem))

    def _of_uid(self, blocks: Sequence[Block]) -> list[BusySpan]:
        if len(blocks) > MAX_MEMBERS:
            raise budget.TooMuchError(f"it has more than {MAX_MEMBERS:,} changed occurrences")
        if len(blocks) == 1 and self._is_elsewhere(blocks[0]):
            return []
        self._work.next_event()
        events: list[TimedEvent] = []
        for block in blocks:
            with self._or_problem("VEVENT", block.uid):
                events.append(self._event(block))
        if len(events) == 1 and not events[0].repeats:
            return self._in_window(events[0].begins, events[0].length, events[0])
        spans = []
        for series in _series(events):
            for begins, length, event in occurrences(series, *self._around, self._floating, self._work):
                spans += self._in_window(begins, length, event)
        return spans

    def _is_elsewhere(self, block: Block) -> bool:
        """Return whether an event surely misses the window, judged by its raw lines, as most events do."""
        where = self._source.data, block.start, block.end
        start = _STARTS.search(*where)
        if not start:
            return False
        # Dates of eight digits compare as bytes.
        end = _ENDS.search(*where) or start
        first, last = min(start[1], end[1]), max(start[1], end[1])
        more = list(islice(_MORE.finditer(*where), 2))
        if more:
            if len(more) == 1 and _SHORT_DURATION.fullmatch(more[0][0].rstrip()):
                return first > self._dates[1] or last < self._dates[0]
            until = _UNTIL.search(more[0][2])
            if len(more) > 1 or more[0][1].upper() != b"RRULE" or not until or int(last) - int(start[1]) > 2:
                return False
            last = max(last, until[1])
        return first > self._dates[1] or last < self._dates[0]

    def _event(self, block: Block) -> TimedEvent:
        zones = EventZones(self._zones, self._floating)
        faults: list[MalformedLineError] = []
        props = self._properties(block, faults)
        event = read_event(props, zones, owner=self._owner, policy=self._query.policy, work=self._work)
        if any(error.prop.name in _TIME_LINES for error in faults):
            event.status = event.status and "tentative"
        for error in faults:
            (event.guesses if error.prop.name in _TIME_LINES else event.omissions).append(str(error))
        if not block.is_closed:
            event.guesses.append("it has no END:VEVENT")
            event.status = event.status and "tentative"
        self._span(event.begins, event.length)
        if event.guesses and self._query.on_doubt == "skip":
            raise UnreadableError(event.guesses[0])
        for message in event.guesses:
            self._report("VEVENT", block.uid, message, "guessed")
        for message in event.omissions:
            self._report("VEVENT", block.uid, message, "in_part")
        return event

    def _of_free_busy(self, block: Block) -> Iterator[BusySpan]:
        if not block.is_closed:
            raise UnreadableError("it has no END:VFREEBUSY")
        self._work.next_event()
        faults: list[MalformedLineError] = []
        for prop in self._properties(block, faults):
            status = _FREE_BUSY.get(prop.params.get("FBTYPE", "BUSY").upper(), "busy")
            if prop.name == "FREEBUSY" and status and (status == "busy" or self._query.policy.tentative):
                self._work.spend(budget.LISTED_UNITS * (prop.value.count(",") + 1))
                for value in filter(str.strip, prop.value.split(",")):
                    yield from self._of_period(block, prop, value, status)
        for error in faults:
            self._report("VFREEBUSY", block.uid, str(error), "in_part")

    def _of_period(self, block: Block, prop: Property, value: str, status: Status) -> list[BusySpan]:
        try:
            start, length, is_guess = place_period(read_period(prop, value, self._zones), self._floating)
        except UnreadableError as error:
            self._report("VFREEBUSY", block.uid, str(error), "in_part")
            return []
        if is_guess:
            is_out = self._query.on_doubt == "skip"
            message = "FREEBUSY has a period that ends before it begins"
            self._report("VFREEBUSY", block.uid, message, "in_part" if is_out else "guessed")
            status = "tentative"
            if is_out:
                return []
        return self._in_window(start, Length(exact=length), TimedEvent(start, status=status))

    def _properties(self, block: Block, faults: list[MalformedLineError]) -> list[Property]:
        """Return a component's properties; of its attendees, of which there may be thousands, only the owner.

        Of malformed lines, those that add busy time count by their value, as the others could make busy time free.
        """
        props: list[Property] = []
        owner_lines = 0
        for line in lines(self._source.data, block):
            if line[:8].upper() == "ATTENDEE":
                text = unquote(line) if "%" in line else line
                if self._owner is None or self._owner not in text.casefold() or owner_lines == _MAX_OWNER_LINES:
                    continue
                owner_lines += 1
            elif '"' in line or "\\" in line:
                self._work.spend(budget.QUOTED_UNITS)
            try:
                props.append(read_line(line))
            except MalformedLineError as error:
                if error.prop.name not in {other.prop.name for other in faults}:
                    faults.append(error)
                if error.prop.name in _BUSY_LINES:
                    props.append(error.prop)
        return props

    def _in_window(self, begins: Time, length: Length, event: TimedEvent) -> list[BusySpan]:
        if event.status is None:
            return []
        start, end = self._span(begins, length)
        start -= event.lead // _MICROSECOND
        if start < end and start < self._window[1] and end > self._window[0]:
            # Endless events end on the last day of the year 9999, where arithmetic overflows.
            return [(max(start, self._reach[0]), min(end, self._reach[1]), event.status)]
        return []

    def _span(self, begins: Time, length: Length) -> tuple[int, int]:
        """Return start and end in microseconds; an end after the year 9999 is the last instant."""
        start = to_microseconds(begins) if isinstance(begins, dt.datetime) else self._day_start(begins)
        try:
            return start, max(start, self._end(begins, start, length))
        except OverflowError:
            return start, LAST

    def _end(self, begins: Time, start: int, length: Length) -> int:
        """Return an end in microseconds. Where the clock skips the start, the end moves as the start does."""
        if not isinstance(begins, dt.datetime):
            return self._day_start(begins + length.wall)
        if not length.wall or begins.tzinfo is dt.UTC:
            return start + sum(length, dt.timedelta()) // _MICROSECOND
        # Where a zone's definition makes no sense, its clock may run backwards.
        end = max(start, to_microseconds(begins + _gap_at(begins) + length.wall))
        return end + length.exact // _MICROSECOND

    def _day_start(self, day: dt.date) -> int:
        if day not in self._day_starts:
            in_reach = 1 < day.year < 9999
            self._day_starts[day] = day_start(day, self._timezone) if in_reach else FIRST if day.year == 1 else LAST
        return self._day_starts[day]


def _gap_at(moment: dt.datetime) -> dt.timedelta:
    """Return the time that the clock skips at a reading that does not exist; else zero."""
    before, after = moment.utcoffset(), moment.replace(fold=1).utcoffset()
    return max(after - before, dt.timedelta()) if before is not None and after is not None else dt.timedelta()


def _series(events: Sequence[TimedEvent]) -> list[list[TimedEvent]]:
    """Group the events of one UID into series, each an event with its changed occurrences.

    Of several events that change no other, the newest counts, by SEQUENCE. Where none is newer, they are different
    events of a program that gives all the same UID, and the changes count for the first.
    """
    changes = [event for event in events if event.replaces]
    strays = [[event] for event in events if event.is_detached]
    whole = [event for event in events if not event.replaces and not event.is_detached]
    newest = max((event.sequence for event in whole), default=0)
    first, *rest = [[event] for event in whole if event.sequence == newest or newest <= 0] or [[]]
    return [series for series in ([*first, *changes], *rest, *strays) if series]
