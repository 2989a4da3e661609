"""Invitations to meetings (RFC 5546), and calendar feeds of a user's meetings."""

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
from meetkit.errors import ConflictError, InvalidRequestError, brief_repr
from meetkit.models.meetings import Meeting
from meetkit.models.people import Contact, User
from meetkit.models.responses import BUSY_RESPONSES, Response
from meetkit.models.zones import parse_moment, pin_offset

Method = Literal["REQUEST", "CANCEL"]

_PRODUCT = "-//meetkit//meetkit//EN"
_MAX_SEQUENCE = 2**31 - 1
# RFC 7986 limits a UID to 255 octets; an id of 200 still leaves room for most domains.
_MAX_NAME, _MAX_UID = 200, 255
_MAX_DOMAIN = 180
_DOMAIN = re.compile(r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_REFRESH = dt.timedelta(hours=1)
# Outside these years, offsets are local mean time, or rules too far in the future to be listed.
_ZONED_YEARS = range(1971, 2400)
# Characters that need no encoding in a mailto: URI (RFC 6068).
_SAFE = "@!$'*+-._~=/"
_PARTSTAT: dict[Response, str] = {
    "invited": "NEEDS-ACTION",
    "accepted": "ACCEPTED",
    "declined": "DECLINED",
    "tentative": "TENTATIVE",
}
_ONE_SECOND = dt.timedelta(seconds=1)


class _Text(vText):
    r"""TEXT with the escapes of RFC 5545, 3.3.11; icalendar mistakes the `\N` in `C:\New` for a line break."""

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
    """Return an iCalendar file that invites people to a meeting, updates it, or cancels it.

    It contains title, time and people; no transcript, notes or insights. Its UID is the same for all invitations to a
    meeting. Times are to the second: a meeting that begins or ends within a second takes all of it.

    Args:
        meeting: the meeting; with `REQUEST` not a cancelled one.
        method: `REQUEST` for an invitation or an update, `CANCEL` for a cancellation.
        sequence: the number of changes to the meeting; calendars ignore an update without a higher one than they
            know. Default: the meeting's version less one.
        people: the organizer, who is the meeting's owner, and all attendees; other people are ignored.
        now: the time of creation, aware.
        domain: a host name within which meeting ids are unique; the UID ends in it. Pass your own where ids are
            short, as calendars would take `meeting_1` of two deployments for one meeting. Never change it, as
            calendars would not recognize the meetings of later updates.

    Raises:
        ConflictError: the meeting is cancelled, with `REQUEST`, or the organizer is the only attendee.
        InvalidRequestError: a person of the meeting is not in `people`, or an argument is invalid.
    """
    if method not in ("REQUEST", "CANCEL"):
        raise InvalidRequestError(f"method: 'REQUEST' or 'CANCEL', not {brief_repr(method)}")
    if method == "REQUEST" and meeting.status == "cancelled":
        raise ConflictError(f"meeting {meeting.id!r} is cancelled; use method 'CANCEL'")
    organizer, *attendees = _people_of(meeting, people)
    if not attendees:
        raise ConflictError(f"meeting {meeting.id!r} has no attendees besides its owner")
    event = _event(
        meeting,
        uid=_uid(meeting.id, _host(domain)),
        stamp=_instant(now),
        sequence=_sequence(meeting, sequence),
        is_cancelled=method == "CANCEL",
    )
    event.add("ORGANIZER", _address(organizer))
    for attendee in attendees:
        event.add("ATTENDEE", _attendee(attendee, _partstat(meeting, attendee), replies=method == "REQUEST"))
    calendar = _calendar([event])
    calendar.add("METHOD", method)
    return _to_bytes(calendar)


def feed(user: User, meetings: Iterable[Meeting], *, now: dt.datetime, domain: str = "meetkit") -> bytes:
    """Return a user's meetings as a calendar to subscribe to, e.g. at a secret URL.

    Cancelled meetings are included as cancelled, so that they disappear from calendars that have them. The others are
    busy time where the user accepted them, tentative where the user's response is, and free where the user has not
    responded or declined. It names no people, except where titles do. `now`, aware, replaces the time of change of a
    meeting that has none. `domain` is that of `invitation`; ids must be unique within it.

    Raises:
        InvalidRequestError: a meeting is not the user's, or an argument is invalid.
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
            is_cancelled=meeting.status == "cancelled",
            response=meeting.response_of(user.id),
        )
        for meeting in meetings
    ]
    calendar = _calendar(events)
    calendar.add("X-WR-CALNAME", _Text(user.name))
    calendar.add("X-WR-TIMEZONE", _Text(user.timezone))
    calendar.add("REFRESH-INTERVAL", vDuration(_REFRESH), {"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", vDuration(_REFRESH))
    return _to_bytes(calendar)


def _people_of(meeting: Meeting, people: Iterable[User | Contact]) -> list[User | Contact]:
    """Return the organizer, then the other people of a meeting."""
    people = list(people)
    users: dict[str, User | Contact] = {person.id: person for person in people if isinstance(person, User)}
    contacts: dict[str, User | Contact] = {person.id: person for person in people if isinstance(person, Contact)}
    members = [(users, "user", user_id) for user_id in meeting.user_ids]
    members += [(contacts, "contact", meeting.contact_id)] if meeting.contact_id is not None else []
    participants = []
    for known_people, kind, person_id in members:
        if person_id not in known_people:
            raise InvalidRequestError(f"people: {kind} {person_id!r} of meeting {meeting.id!r} is missing")
        participants.append(known_people[person_id])
    return participants


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
    """Return the zones of the events' times, each with its instants."""
    zones: dict[str, list[dt.datetime]] = {}
    for event in events:
        for time in (event.start, event.end):
            if isinstance(time, dt.datetime) and isinstance(time.tzinfo, ZoneInfo):
                zones.setdefault(time.tzinfo.key, []).append(time.astimezone(dt.UTC))
    return zones


def _to_bytes(calendar: Calendar) -> bytes:
    body: bytes = calendar.to_ical()
    return body


def _event(
    meeting: Meeting,
    *,
    uid: str,
    stamp: dt.datetime,
    sequence: int,
    is_cancelled: bool,
    response: Response = "accepted",
) -> Event:
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
    status = "TENTATIVE" if response in ("invited", "tentative") else "CONFIRMED"
    event.add("STATUS", "CANCELLED" if is_cancelled else status)
    event.add("TRANSP", "OPAQUE" if response in BUSY_RESPONSES else "TRANSPARENT")
    return event


def _host(domain: str) -> str:
    if not isinstance(domain, str) or len(domain) > _MAX_DOMAIN or not _DOMAIN.fullmatch(domain):
        raise InvalidRequestError(f"domain: a host name such as meetings.example.com, not {brief_repr(domain)}")
    return domain.lower()


def _uid(meeting_id: str, host: str) -> str:
    """Return the UID of a meeting: stable, unique, ASCII, and short enough for any calendar."""
    name = quote(meeting_id, safe="")
    if len(name) > min(_MAX_NAME, _MAX_UID - len(f"@{host}")):
        # No quoted id contains a colon, so a digest equals no other id.
        name = f"sha256:{hashlib.sha256(meeting_id.encode()).hexdigest()}"
    return f"{name}@{host}"


def _times(meeting: Meeting) -> tuple[dt.datetime, dt.datetime]:
    """Return start and end in the meeting's zone, or in UTC where its wall clock is ambiguous."""
    start = meeting.date.astimezone(dt.UTC).replace(microsecond=0)
    end = meeting.end.astimezone(dt.UTC)
    end = end.replace(microsecond=0) + (_ONE_SECOND if end.microsecond else dt.timedelta())
    zone = ZoneInfo(meeting.timezone)
    local = start.astimezone(zone), end.astimezone(zone)
    # Of a time that the clock repeats, calendars take the first.
    is_unambiguous = all(moment.year in _ZONED_YEARS and not moment.fold for moment in local)
    return local if is_unambiguous and meeting.timezone != "UTC" else (start, end)


def _address(person: User | Contact) -> vCalAddress:
    address = vCalAddress(f"mailto:{quote(person.email, safe=_SAFE)}")
    # A parameter cannot contain a quote, and few calendars read the encoding of RFC 6868.
    address.params["CN"] = " ".join(person.name.replace('"', "'").splitlines())
    return address


def _partstat(meeting: Meeting, attendee: User | Contact) -> str:
    # What a contact answers is not known here.
    return _PARTSTAT[meeting.response_of(attendee.id) if isinstance(attendee, User) else "invited"]


def _attendee(person: User | Contact, partstat: str, *, replies: bool) -> vCalAddress:
    address = _address(person)
    address.params.update({"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": partstat})
    if replies:
        address.params["RSVP"] = "TRUE"
    return address
