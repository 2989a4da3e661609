"""A zone that a file defines is the zone that was meant, on every hour of a year and in both directions."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from meetkit.calendars.lines import split
from meetkit.calendars.properties import UnreadableError
from meetkit.calendars.rules import Work
from meetkit.calendars.timezones import FileZone, Zones
from meetkit.calendars.vtimezones import vtimezone
from tests.calendar_files import calendar
from tests.strategies import ODD_ZONES

YEAR = [dt.datetime(2026, 1, 1) + dt.timedelta(hours=hour) for hour in range(365 * 24)]


def zones(definition: str) -> Zones:
    [source] = split(calendar(definition, "BEGIN:VEVENT\nEND:VEVENT"), max_bytes=10**6)
    return Zones(source, (2026, 2026), Work())


@pytest.mark.parametrize("name", ODD_ZONES)
def test_is_the_zone_that_was_written(name: str) -> None:
    meant = ZoneInfo(name)
    written = vtimezone(name, dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(2027, 1, 1, tzinfo=dt.UTC))
    zone = zones(written.to_ical().decode().replace(f"TZID:{name}", "TZID:Ours").replace("\r\n", "\n"))("Ours")

    assert isinstance(zone, FileZone)
    for wall in YEAR:
        for fold in (0, 1):
            reading = wall.replace(fold=fold)
            assert reading.replace(tzinfo=zone).utcoffset() == reading.replace(tzinfo=meant).utcoffset()
        theirs, ours = (wall.replace(tzinfo=dt.UTC).astimezone(tz) for tz in (meant, zone))
        assert (ours.replace(tzinfo=None), ours.fold) == (theirs.replace(tzinfo=None), theirs.fold)


def test_says_its_name() -> None:
    zone = FileZone("Ours", [(dt.datetime(2026, 3, 29, 2), dt.timedelta(hours=1), dt.timedelta(hours=2))])
    moment = dt.datetime(2026, 7, 1, tzinfo=zone)

    assert (moment.tzname(), moment.dst(), zone.utcoffset(None)) == ("Ours", dt.timedelta(), None)


OFFSETS = "TZOFFSETFROM:+0100\nTZOFFSETTO:+0230"


@pytest.mark.parametrize(
    ("onset", "offset_in_july"),
    [
        ("DTSTART;VALUE=DATE:20260601", 2.5),
        ("DTSTART:20260601T000000", 2.5),
        ("DTSTART:20260801T000000", 1),
        ("DTSTART:20250101T000000\nRDATE:20260601T000000", 2.5),
        ("DTSTART:20250101T000000\nRDATE;VALUE=DATE:20260601,20270601", 2.5),
        ("DTSTART:20250101T000000\nRDATE;VALUE=PERIOD:20260601T000000/PT1H", 2.5),
        ("DTSTART:20200601T000000\nRRULE:FREQ=YEARLY", 2.5),
        ("DTSTART:20200601T000000\nRRULE:FREQ=YEARLY;UNTIL=20230601T000000Z", 2.5),
    ],
)
def test_changes_are_read_in_all_their_forms(onset: str, offset_in_july: float) -> None:
    zone = zones(f"BEGIN:VTIMEZONE\nTZID:Ours\nBEGIN:STANDARD\n{onset}\n{OFFSETS}\nEND:STANDARD\nEND:VTIMEZONE")("Ours")

    assert dt.datetime(2026, 7, 1, tzinfo=zone).utcoffset() == dt.timedelta(hours=offset_in_july)


@pytest.mark.parametrize(
    ("definition", "tzid", "name"),
    [
        ("BEGIN:VTIMEZONE\nTZID:Ours\nX-LIC-LOCATION:Asia/Tokyo\nEND:VTIMEZONE", "Ours", "Asia/Tokyo"),
        ("", "/freeassociation.sourceforge.net/America/Argentina/Ushuaia", "America/Argentina/Ushuaia"),
        ("", "/Europe/Berlin", "Europe/Berlin"),
        ("", "Pacific Standard Time", "America/Los_Angeles"),
    ],
)
def test_a_zone_that_the_world_knows_is_that_one(definition: str, tzid: str, name: str) -> None:
    assert zones(definition)(tzid) == ZoneInfo(name)


@pytest.mark.parametrize("tzid", ["", "Mars", "/", "Foo/Bar", "tzone://Microsoft/Custom", "a" * 1000])
def test_a_zone_that_nobody_knows_is_not_guessed(tzid: str) -> None:
    unknown = zones("")
    for _ in range(2):
        with pytest.raises(UnreadableError, match="neither known nor defined"):
            unknown(tzid)
