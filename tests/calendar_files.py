"""Calendar files for tests, and what is read from them in a form that can be compared at a glance."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from meetkit.calendars import read_busy

EXPORTS = Path(__file__).parent / "calendars"
BERLIN = "TZID=Europe/Berlin"
# Monday to Friday; in Berlin, summer time began on the Sunday before.
WEEK: dict[str, Any] = {"start": "2026-03-30T00:00", "end": "2026-04-04T00:00", "timezone": "Europe/Berlin"}


def event(*lines: str, uid: str = "a@example.com") -> str:
    return "\n".join(["BEGIN:VEVENT", f"UID:{uid}", *lines, "END:VEVENT"])


def calendar(*parts: str, head: str = "") -> bytes:
    return "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *filter(None, [head]), *parts, "END:VCALENDAR", ""]).encode()


def busy(ics: bytes, **query: Any) -> list[str]:
    """The busy time as `Mon 09:00-09:30`, with `?` where it is tentative, on the clock of the query's zone."""
    query = {**WEEK, **query}
    intervals = read_busy(ics, **query)
    zone = ZoneInfo(query["timezone"])
    found = []
    for interval in intervals:
        start, end = interval.start.astimezone(zone), interval.end.astimezone(zone)
        ends = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%a %H:%M}"
        found.append(f"{start:%a %H:%M}-{ends}{'?' if interval.status == 'tentative' else ''}")
    return found


HOUR = ("DTSTART:20260330T080000Z", "DTEND:20260330T090000Z")
TAKEN, MAYBE = ["Mon 10:00-11:00"], ["Mon 10:00-11:00?"]
FREE: list[str] = []

STAND_UP = (f"DTSTART;{BERLIN}:20260105T090000", f"DTEND;{BERLIN}:20260105T091500")
DAILY = [f"{day} 09:00-09:15" for day in ("Mon", "Tue", "Wed", "Thu", "Fri")]
