"""The time zones of a calendar: by a known name where they have one, else as the file defines them."""

from __future__ import annotations

import contextlib
import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from icalendar.prop import vUTCOffset

from meetkit.calendars import budget, walks
from meetkit.calendars.lines import MAX_OBSERVANCES, Block, Source, TooLongError, lines
from meetkit.calendars.properties import (
    MalformedLineError,
    Property,
    UnreadableError,
    first,
    read_line,
    read_listed_time,
    read_time,
)
from meetkit.calendars.zone_names import fixed_offset, known_zone, normalize, probable_zone

# Years before and after the window whose changes are computed. An event that began earlier has the first known
# offset, which is wrong by an hour at most and affects only its first occurrence.
_BEFORE, _AFTER = 30, 2
_MAX_ZONES = 500
_ZERO = dt.timedelta()

Change = tuple[dt.datetime, dt.timedelta, dt.timedelta]


class FileZone(dt.tzinfo):
    """A zone that a VTIMEZONE defines.

    `changes` are `(wall clock before, offset before, offset after)`. A time that the clock skips has the offset before
    the change; of a time that it repeats, the first counts (RFC 5545, 3.3.5).
    """

    def __init__(self, name: str, changes: Iterable[Change]) -> None:
        """Sort the changes by time."""
        in_order = sorted(changes, key=lambda change: change[0] - change[1])
        self._name = name
        self._instants = [wall - before for wall, before, _ in in_order]
        self._late = [wall - before + max(before, after) for wall, before, after in in_order]
        self._early = [wall - before + min(before, after) for wall, before, after in in_order]
        self._offsets = [in_order[0][1], *(after for _, _, after in in_order)]

    def utcoffset(self, moment: dt.datetime | None) -> dt.timedelta | None:
        """Return the offset at a time of the wall clock."""
        if moment is None:
            return None
        edges = self._early if moment.fold else self._late
        return self._offsets[bisect_right(edges, moment.replace(tzinfo=None, fold=0))]

    def fromutc(self, moment: dt.datetime) -> dt.datetime:
        """Return the time of the wall clock at an instant."""
        instant = moment.replace(tzinfo=None)
        at = bisect_right(self._instants, instant)
        is_repeated = at > 0 and instant + self._offsets[at] < self._late[at - 1]
        return (instant + self._offsets[at]).replace(tzinfo=self, fold=int(is_repeated))

    def dst(self, _: dt.datetime | None) -> dt.timedelta:
        """Return zero, as daylight time is part of the offset."""
        return _ZERO

    def tzname(self, _: dt.datetime | None) -> str:
        """Return the TZID."""
        return self._name


class UnknownZoneError(UnreadableError):
    """A zone is unknown, or its definition is unreadable. `guess` is the fixed offset that its name has, if any."""

    def __init__(self, message: str, guess: dt.tzinfo | None) -> None:
        """Keep the guess beside the message."""
        super().__init__(message)
        self.guess = guess


class Zones:
    """The zones of one calendar, by TZID.

    A name of the IANA database or of Windows is that zone, whatever the file defines, as the database is up to date
    and definitions are often stale; so is one in X-LIC-LOCATION. Any other zone is what its VTIMEZONE defines, and
    without one the zone that its name describes.
    """

    def __init__(self, source: Source, years: tuple[int, int], work: budget.Work) -> None:
        """Index the definitions, which are read when first used. `years` are those of the window."""
        self._work = work
        self._data = source.data
        self._years = (max(years[0] - _BEFORE, 1), min(years[1] + _AFTER, 9999))
        self._known: dict[str, dt.tzinfo | UnknownZoneError] = {}
        self._defined: dict[str, tuple[Block, list[Property]]] = {}
        for block in source.zones:
            try:
                props = list(_readable(lines(source.data, block)))
            except TooLongError:
                # Only events in this zone suffer, if there are any.
                continue
            if tzid := first(props, "TZID"):
                self._defined.setdefault(normalize(tzid.value), (block, props))

    def __call__(self, tzid: str) -> dt.tzinfo:
        """Return the zone of that name.

        Raises:
            UnknownZoneError: the zone is unknown, or its definition is unreadable.
        """
        if tzid not in self._known:
            if len(self._known) == _MAX_ZONES:
                self._work.spend_on_file(budget.EXTRA_ZONE_UNITS)
                raise UnknownZoneError(f"the calendar names more than {_MAX_ZONES} time zones", None)
            # An error is kept too, as thousands of events may name a zone that takes work to fail.
            self._work.spend_on_file(budget.ZONE_UNITS)
            self._known[tzid] = self._find(tzid)
        zone = self._known[tzid]
        if isinstance(zone, UnknownZoneError):
            raise UnknownZoneError(str(zone), zone.guess)
        return zone

    def _find(self, tzid: str) -> dt.tzinfo | UnknownZoneError:
        block, props = self._defined.get(normalize(tzid), (None, []))
        location = first(props, "X-LIC-LOCATION")
        if zone := known_zone(tzid) or (location and known_zone(location.value)):
            return zone
        message = "its time zone is neither known nor defined in the calendar"
        if block:
            try:
                return FileZone(tzid, self._changes(block))
            except UnreadableError as error:
                message = str(error)
        return probable_zone(tzid) or UnknownZoneError(message, fixed_offset(tzid))

    def _changes(self, block: Block) -> list[Change]:
        if not 1 <= len(block.children) <= MAX_OBSERVANCES:
            raise UnreadableError(f"its time zone must have 1 to {MAX_OBSERVANCES} observances")
        try:
            return [change for child in block.children for change in self._observance(child)]
        except UnreadableError:
            raise
        except (ValueError, OverflowError) as error:
            raise UnreadableError("its time zone's definition is unreadable") from error

    def _observance(self, block: Block) -> Iterator[Change]:
        props = list(_readable(lines(self._data, block)))
        onset = _wall(_require(props, "DTSTART"))
        before, after = (_offset(_require(props, name)) for name in ("TZOFFSETFROM", "TZOFFSETTO"))
        onsets = {onset}
        for prop in props:
            if prop.name == "RDATE":
                onsets.update(_naive(read_listed_time(prop, value, self)) for value in prop.value.split(",") if value)
            elif prop.name == "RRULE":
                onsets.update(self._onsets(prop.value.upper(), onset, before))
        for wall in onsets:
            if 1 < wall.year < 9999:
                yield wall, before, after

    def _onsets(self, rule: str, onset: dt.datetime, before: dt.timedelta) -> Iterator[dt.datetime]:
        first_year, last_year = self._years
        begin, end = _new_year(first_year), _new_year(last_year)
        parts = []
        for part in rule.split(";"):
            if part.startswith("UNTIL="):
                end = min(end, _until(part.removeprefix("UNTIL="), before))
            else:
                parts.append(part)
        return walks.occurrences(";".join(parts), onset, begin, end, self._work)


def _readable(texts: Iterable[str]) -> Iterator[Property]:
    """Yield the properties of the lines that are not malformed."""
    for text in texts:
        with contextlib.suppress(MalformedLineError):
            yield read_line(text)


def _new_year(year: int) -> dt.datetime:
    return dt.datetime(year, 1, 1)  # noqa: DTZ001  # on the zone's own clock


def _until(value: str, before: dt.timedelta) -> dt.datetime:
    """Return a rule's UNTIL, which is in UTC, as wall-clock time before the change."""
    until = read_time(Property("UNTIL", {}, value), _no_zone)
    in_utc = isinstance(until, dt.datetime) and until.tzinfo
    return _naive(until) + before if in_utc else _naive(until)


def _no_zone(_: str) -> dt.tzinfo:
    return dt.UTC


def _require(props: Iterable[Property], name: str) -> Property:
    if prop := first(props, name):
        return prop
    raise UnreadableError(f"its time zone has no {name}")


def _wall(prop: Property) -> dt.datetime:
    return _naive(read_time(prop, _no_zone))


def _naive(when: object) -> dt.datetime:
    if isinstance(when, tuple):
        when = when[0]
    if isinstance(when, dt.datetime):
        return when.replace(tzinfo=None)
    if isinstance(when, dt.date):
        return dt.datetime.combine(when, dt.time())
    raise UnreadableError("its time zone's definition is unreadable")


def _offset(prop: Property) -> dt.timedelta:
    offset = vUTCOffset.from_ical(prop.value)  # type: ignore[no-untyped-call]
    if not abs(offset) < dt.timedelta(days=1):
        raise UnreadableError(f"its time zone's {prop.name} is more than a day")
    return dt.timedelta(seconds=offset.total_seconds())
