"""A zone that a file defines is the zone that was meant, on every hour of a year and in both directions."""

from __future__ import annotations

import datetime as dt
import io
from zoneinfo import ZoneInfo, available_timezones

import pytest
from dateutil.tz import tzical
from ical.calendar_stream import IcsCalendarStream

from meetkit.calendars.budget import Work
from meetkit.calendars.lines import split
from meetkit.calendars.properties import UnreadableError
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


ALL_ZONES = sorted(available_timezones() - {"localtime", "Factory"})
DAYS_OF_2026 = [dt.datetime(2026, month, day, 10) for month in range(1, 13) for day in (1, 15, 28)]


class TestDefinitionsWeWrite:
    @pytest.mark.parametrize("first_year", [2026, 2005])
    def test_of_all_zones_are_read_back_by_another_parser(self, first_year: int) -> None:
        """dateutil's, which shares no code with what reads them here."""
        start, end = dt.datetime(first_year, 1, 1, tzinfo=dt.UTC), dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
        names = ALL_ZONES if first_year == 2026 else [*ODD_ZONES, "America/New_York", "Europe/Istanbul", "Asia/Gaza"]
        for name in names:
            text = vtimezone(name, start, end).to_ical().decode()
            theirs, meant = tzical(io.StringIO(text)).get(), ZoneInfo(name)

            assert "RDATE" not in text, name
            for day in DAYS_OF_2026:
                for moment in (day, day.replace(year=max(first_year, 2012))):
                    assert moment.replace(tzinfo=theirs).utcoffset() == moment.replace(tzinfo=meant).utcoffset(), name

    def test_with_yearly_rules_are_read_back_by_a_third(self) -> None:
        """The parser `ical` reads rules; it passes over an observance without one."""
        start, end = dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
        count = 0
        for name in ALL_ZONES:
            text = vtimezone(name, start, end).to_ical().decode().replace(f"TZID:{name}", "TZID:Ours")
            if text.count("RRULE") < text.count("TZOFFSETTO"):
                continue
            count += 1
            lines = (
                f"UID:{day}\nDTSTAMP:20260101T000000Z\nDTSTART;TZID=Ours:{day:%Y%m%dT%H%M%S}" for day in DAYS_OF_2026
            )
            events = [f"BEGIN:VEVENT\n{line}\nDURATION:PT1H\nSUMMARY:x\nEND:VEVENT" for line in lines]
            body = calendar("PRODID:-//test//EN", text.replace("\r\n", "\n").rstrip(), *events).decode()
            for found in IcsCalendarStream.calendar_from_ics(body).events:
                assert isinstance(found.dtstart, dt.datetime)
                wall = found.dtstart.replace(tzinfo=None)
                assert found.dtstart.utcoffset() == wall.replace(tzinfo=ZoneInfo(name)).utcoffset(), name
        assert count > 150

    @pytest.mark.parametrize("name", ["Europe/Dublin", "Africa/Casablanca", "Europe/Berlin", "America/New_York"])
    def test_have_daylight_time_ahead_of_standard_time(self, name: str) -> None:
        """Whatever the law calls it, as Outlook expects it so."""
        start, end = dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(2027, 1, 1, tzinfo=dt.UTC)

        for observance in vtimezone(name, start, end).subcomponents:
            ahead = observance.TZOFFSETTO > observance.TZOFFSETFROM
            assert (observance.name == "DAYLIGHT") == ahead

    def test_end_with_the_law(self) -> None:
        """Of a zone that gave up summer time between its events."""
        start, end = dt.datetime(2012, 1, 1, tzinfo=dt.UTC), dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
        text = vtimezone("Europe/Istanbul", start, end).to_ical().decode()
        zone = zones(text.replace("TZID:Europe/Istanbul", "TZID:Ours").replace("\r\n", "\n"))("Ours")

        for year in (2012, 2015, 2017, 2026):
            for month in (1, 7):
                moment = dt.datetime(year, month, 1)
                meant = moment.replace(tzinfo=ZoneInfo("Europe/Istanbul")).utcoffset()
                assert moment.replace(tzinfo=zone).utcoffset() == meant


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
