"""Invitations to meetings (RFC 5546), and a person's meetings as a calendar to subscribe to."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vDuration, vText

from meetkit.calendars.vtimezones import vtimezone
from meetkit.errors import InvalidRequestError, brief_repr
from meetkit.models.meetings import Meeting
from meetkit.models.people import Contact, User
from meetkit.models.zones import parse_moment, pin_offset

Method = Literal["REQUEST", "CANCEL"]

_PRODUCT = "-//meetkit//meetkit//EN"
_MAX_SEQUENCE = 2**31 - 1
_MAX_NAME, _MAX_UID = 200, 255
_MAX_DOMAIN = 180
_DOMAIN = re.compile(r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_REFRESH = dt.timedelta(hours=1)
# Outside these years, offsets are local mean time, or rules too far off to be written down.
_ZONED_YEARS = range(1971, 2400)
# What an address may hold as it is in a mailto: URI (RFC 6068).
_PLAIN = "@!$'*+-._~=/"
_ONE_SECOND = dt.timedelta(seconds=1)


class _Text(vText):
    r"""TEXT as RFC 5545 3.3.11 escapes it; icalendar takes a `\N` in `C:\New` for a line break."""

    def to_ical(self) -> bytes:
        text = str(self).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
        return "\\n".join(text.splitlines()).encode()


def invitation(
    meeting: Meeting,
    method: Method = "REQUEST",
    sequence: int | None = None,
    *,
    people: Sequence[User | Contact],
    now: dt.datetime,
    domain: str = "meetkit",
) -> bytes:
    """An iCalendar file that asks people to a meeting, tells them of a change, or calls it off.

    It shows title, time and people; what was said and summed up stays here. Its UID is the same for all
    invitations to a meeting. Times are to the second: a meeting that begins or ends within one takes all of it.

    Args:
        meeting: what to invite to; with `REQUEST` not a cancelled one.
        method: `REQUEST` for an invitation or an update, `CANCEL` to call it off.
        sequence: how often the meeting was changed; calendars leave out what has not a higher one than
            they know. Default: the meeting's version less one.
        people: the organizer, who is the meeting's owner, and all who attend; others are left aside.
        now: when this is made, aware.
        domain: a host name within which no two meetings have the same id; it ends the UID. Give one of your own
            where ids are short, as two deployments' `meeting_1` would else be one meeting to a calendar. Keep it:
            with another one, updates are of meetings that nobody knows.

    Raises:
        InvalidRequestError: somebody of the meeting is not in `people`, nobody attends but the organizer,
            or an argument breaks a rule.
    """
    if method not in ("REQUEST", "CANCEL"):
        raise InvalidRequestError(f"method: 'REQUEST' or 'CANCEL', not {brief_repr(method)}")
    if method == "REQUEST" and meeting.status == "cancelled":
        raise InvalidRequestError(f"meeting {meeting.id!r} is cancelled; use method 'CANCEL'")
    organizer, *attendees = _people_of(meeting, people)
    if not attendees:
        raise InvalidRequestError(f"meeting {meeting.id!r} has nobody to invite but its owner")
    event = _event(
        meeting,
        uid=_uid(meeting.id, _host(domain)),
        stamp=_instant(now),
        sequence=_sequence(meeting, sequence),
        cancelled=method == "CANCEL",
    )
    event.add("ORGANIZER", _address(organizer))
    for attendee in attendees:
        event.add("ATTENDEE", _attendee(attendee, replies=method == "REQUEST"))
    calendar = _calendar([event])
    calendar.add("METHOD", method)
    return _written(calendar)


def feed(user: User, meetings: Iterable[Meeting], *, now: dt.datetime, domain: str = "meetkit") -> bytes:
    """A user's meetings as a calendar to subscribe to, e.g. at a secret URL.

    Cancelled ones are there as cancelled, so that they vanish from calendars that have them; the others
    take time. It says who meets nowhere but in the titles. `now`, aware, stands in for times of change that
    a meeting does not know. `domain` is that of `invitation`; ids must be unique within it.

    Raises:
        InvalidRequestError: a meeting is not the user's, or an argument breaks a rule.
    """
    meetings = list(meetings)
    for meeting in meetings:
        if user.id not in meeting.user_ids:
            raise InvalidRequestError(f"meeting {meeting.id!r} is not one of user {user.id!r}")
    stamp, host = _instant(now), _host(domain)
    events = [
        _event(
            meeting,
            uid=_uid(meeting.id, host),
            stamp=meeting.updated_at or meeting.created_at or stamp,
            sequence=_sequence(meeting, None),
            cancelled=meeting.status == "cancelled",
        )
        for meeting in meetings
    ]
    calendar = _calendar(events)
    calendar.add("X-WR-CALNAME", _Text(user.name))
    calendar.add("X-WR-TIMEZONE", _Text(user.timezone))
    calendar.add("REFRESH-INTERVAL", vDuration(_REFRESH), {"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", vDuration(_REFRESH))
    return _written(calendar)


def _people_of(meeting: Meeting, people: Iterable[User | Contact]) -> list[User | Contact]:
    """The organizer, then the others of a meeting."""
    people = list(people)
    users: dict[str, User | Contact] = {person.id: person for person in people if isinstance(person, User)}
    contacts: dict[str, User | Contact] = {person.id: person for person in people if isinstance(person, Contact)}
    wanted = [(users, "user", user_id) for user_id in meeting.user_ids]
    wanted += [(contacts, "contact", meeting.contact_id)] if meeting.contact_id is not None else []
    found = []
    for known, kind, person_id in wanted:
        if person_id not in known:
            raise InvalidRequestError(f"people: {kind} {person_id!r} of meeting {meeting.id!r} is missing")
        found.append(known[person_id])
    return found


def _instant(now: dt.datetime) -> dt.datetime:
    try:
        return pin_offset(parse_moment(now))
    except ValueError as error:
        raise InvalidRequestError(f"now: {error}") from None


def _sequence(meeting: Meeting, sequence: int | None) -> int:
    if sequence is None:
        return min(meeting.version - 1, _MAX_SEQUENCE)
    if isinstance(sequence, bool) or not isinstance(sequence, int) or not 0 <= sequence <= _MAX_SEQUENCE:
        raise InvalidRequestError(f"sequence: a whole number from 0 to {_MAX_SEQUENCE}, not {brief_repr(sequence)}")
    return sequence


def _calendar(events: Sequence[Event]) -> Calendar:
    calendar = Calendar()
    calendar.add("PRODID", _PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    for zone, instants in sorted(_zones_of(events).items()):
        calendar.add_component(vtimezone(zone, min(instants), max(instants)))
    for event in events:
        calendar.add_component(event)
    return calendar


def _zones_of(events: Iterable[Event]) -> dict[str, list[dt.datetime]]:
    """The zones that times are written in, each with the instants."""
    found: dict[str, list[dt.datetime]] = {}
    for event in events:
        for time in (event.start, event.end):
            if isinstance(time, dt.datetime) and isinstance(time.tzinfo, ZoneInfo):
                found.setdefault(time.tzinfo.key, []).append(time.astimezone(dt.UTC))
    return found


def _written(calendar: Calendar) -> bytes:
    body: bytes = calendar.to_ical()
    return body


def _event(meeting: Meeting, *, uid: str, stamp: dt.datetime, sequence: int, cancelled: bool) -> Event:
    event = Event()
    event.add("UID", uid)
    event.add("DTSTAMP", stamp)
    event.add("SEQUENCE", sequence)
    event.start, event.end = _times(meeting)
    if meeting.created_at:
        event.add("CREATED", meeting.created_at)
    if meeting.updated_at:
        event.add("LAST-MODIFIED", meeting.updated_at)
    event.add("SUMMARY", _Text(meeting.title))
    event.add("STATUS", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("TRANSP", "OPAQUE")
    return event


def _host(domain: str) -> str:
    if not isinstance(domain, str) or len(domain) > _MAX_DOMAIN or not _DOMAIN.fullmatch(domain):
        raise InvalidRequestError(f"domain: a host name such as meetings.example.com, not {brief_repr(domain)}")
    return domain.lower()


def _uid(meeting_id: str, host: str) -> str:
    """The same for the same meeting, another for another, in ASCII and not too long for any calendar."""
    name = quote(meeting_id, safe="")
    if len(name) > min(_MAX_NAME, _MAX_UID - len(f"@{host}")):
        # No quoted id holds a colon.
        name = f"sha256:{hashlib.sha256(meeting_id.encode()).hexdigest()}"
    return f"{name}@{host}"


def _times(meeting: Meeting) -> tuple[dt.datetime, dt.datetime]:
    """Start and end in the meeting's zone, or in UTC where its clock cannot tell them."""
    start = meeting.date.astimezone(dt.UTC).replace(microsecond=0)
    end = meeting.end.astimezone(dt.UTC)
    end = end.replace(microsecond=0) + (_ONE_SECOND if end.microsecond else dt.timedelta())
    zone = ZoneInfo(meeting.timezone)
    local = start.astimezone(zone), end.astimezone(zone)
    # Of a reading that comes twice, a calendar takes the first.
    tellable = all(moment.year in _ZONED_YEARS and not moment.fold for moment in local)
    return local if tellable and meeting.timezone != "UTC" else (start, end)


def _address(person: User | Contact) -> vCalAddress:
    address = vCalAddress(f"mailto:{quote(person.email, safe=_PLAIN)}")
    # A quote cannot stand in a parameter, and few calendars read it in the way that RFC 6868 has for it.
    address.params["CN"] = " ".join(person.name.replace('"', "'").splitlines())
    return address


def _attendee(person: User | Contact, *, replies: bool) -> vCalAddress:
    address = _address(person)
    address.params.update({"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION"})
    if replies:
        address.params["RSVP"] = "TRUE"
    return address
