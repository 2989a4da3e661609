"""Synthetic calendars: any number of people and meetings, similar enough to real ones for trials and benchmarks.

The same arguments give the same records, in every process and under every version of Python.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import cache
from random import Random
from typing import NamedTuple, TypeVar

from meetkit.errors import InvalidRequestError, brief_repr
from meetkit.models.insights import ActionItem, derive_item_id
from meetkit.models.meetings import Meeting, Status
from meetkit.models.people import Contact, User
from meetkit.models.records import ContactRecord, MeetingRecord, Record, UserRecord
from meetkit.models.time import WorkHours
from meetkit.models.zones import localize

T = TypeVar("T")

_DAYS_BEFORE = 100
_WEEKDAYS = 143  # Of the 200 days around the start.
_YEARS = range(1971, 9998)
_DURATIONS = (15, 30, 30, 30, 45, 60, 60)


class _Place(NamedTuple):
    zone: str
    start: int
    end: int


# From west to east, so that those side by side are close in time. User 1 lives in the first, user 13 again.
_PLACES = (
    _Place("America/Los_Angeles", 8, 17),
    _Place("America/Denver", 8, 17),
    _Place("America/New_York", 9, 17),
    _Place("America/Sao_Paulo", 9, 18),
    _Place("Europe/London", 9, 17),
    _Place("Europe/Berlin", 9, 17),
    _Place("Europe/Madrid", 9, 18),
    _Place("Africa/Nairobi", 8, 17),
    _Place("Asia/Kolkata", 10, 19),
    _Place("Asia/Singapore", 9, 18),
    _Place("Asia/Tokyo", 9, 18),
    _Place("Australia/Sydney", 9, 17),
)
_FIRST = (
    *("Amara", "Ben", "Chiara", "Diego", "Elif", "Farid", "Grace", "Hana", "Ivo", "Jun", "Keiko", "Lucia"),
    *("Mateo", "Nadia", "Owen", "Priya", "Quinn", "Rafael", "Sofia", "Tomas", "Uma", "Viktor", "Wanjiru"),
)
_LAST = (
    *("Adeyemi", "Baker", "Costa", "Dubois", "Eriksen", "Fischer", "Garcia", "Haddad", "Ito", "Jensen"),
    *("Kim", "Lopez", "Mbeki", "Nguyen", "Okafor", "Patel", "Rossi", "Silva", "Tanaka", "Weber"),
)
_ROLES = ("Account Executive", "Customer Success Manager", "Solutions Engineer", "Product Manager", "Recruiter")
_THEIR_ROLES = ("Head of Operations", "IT Director", "Procurement Lead", "Founder", "VP Sales")
_COMPANIES = ("Alder Freight", "Bluefin Foods", "Cobalt Energy", "Dune Textiles", "Elm Health", "Fjord Software")
_INTERNAL = ("Weekly sync", "Pipeline review", "Roadmap planning", "One-on-one", "Retrospective", "Onboarding")
_EXTERNAL = ("Discovery call", "Product demo", "Pricing", "Quarterly review", "Contract", "Technical questions")
_SUMMARIES = (
    "Went through the open points; most of them are settled.",
    "Agreed on the next steps and on who takes them.",
    "The budget is not decided yet; talk again when it is.",
    "Everybody is content with the progress; the date stands.",
)
_TASKS = (
    "Send the notes",
    "Prepare an offer",
    "Check the security questionnaire",
    "Invite the technical team",
    "Update the forecast",
    "Share the recording",
)


class _Chance:
    """Random draws by `Random.random` alone, the one method whose numbers Python promises not to change."""

    def __init__(self, seed: int) -> None:
        self._draw = Random(seed).random  # noqa: S311  # these are no secrets

    def below(self, bound: int) -> int:
        return int(self._draw() * bound)

    def of(self, items: Sequence[T]) -> T:
        return items[self.below(len(items))]

    def happens(self, share: float) -> bool:
        return self._draw() < share


def records(users: int, meetings: int, seed: int, start: dt.date) -> Iterator[Record]:
    """Generate users, a contact for every five of them, and their meetings, evenly distributed.

    Users live in a dozen zones and keep the work hours of their place. Meetings lie on weekdays of the 200 days
    around `start`, within their owner's hours, spread evenly; those before it are completed, or were cancelled.
    Ids are `seed_user_1` and so on.

    Raises:
        InvalidRequestError: there is no user, or less than no meeting, or `start` lies too far from now.
    """
    if users < 1 or meetings < 0:
        raise InvalidRequestError(f"at least 1 user and 0 meetings, not {brief_repr(users)} and {brief_repr(meetings)}")
    if start.year not in _YEARS:
        raise InvalidRequestError(f"start: a year from {_YEARS[0]} to {_YEARS[-1]}, not {start.year}")
    return _records(users, meetings, _Chance(seed), start)


def _records(users: int, meetings: int, chance: _Chance, start: dt.date) -> Iterator[Record]:
    contacts = max(1, users // 5)
    yield from (UserRecord(user=_user(number)) for number in range(users))
    yield from (ContactRecord(contact=_contact(number)) for number in range(contacts))
    for number in range(meetings):
        rounds = -(-(meetings - number % users) // users)
        day = _day(start, (number // users + chance.below(1000) / 1000) / rounds)
        yield MeetingRecord.model_construct(
            {"kind", "meeting", "artefacts"},
            meeting=_meeting(number, users, contacts, chance, day, is_past=day < start),
            artefacts={},
        )


def _user(number: int) -> User:
    place = _PLACES[number % len(_PLACES)]
    return User(
        id=f"seed_user_{number + 1}",
        name=_name(number),
        email=f"{_name(number).replace(' ', '.').lower()}.{number + 1}@example.com",
        role=_ROLES[number % len(_ROLES)],
        timezone=place.zone,
        work_hours=(WorkHours(days=(0, 1, 2, 3, 4), start=f"{place.start:02}:00", end=f"{place.end:02}:00"),),
    )


def _contact(number: int) -> Contact:
    name = _name(number * 7 + 3)
    return Contact(
        id=f"seed_contact_{number + 1}",
        name=name,
        email=f"{name.replace(' ', '.').lower()}.{number + 1}@example.org",
        company=_company(number),
        role=_THEIR_ROLES[number % len(_THEIR_ROLES)],
        timezone=_PLACES[number * 5 % len(_PLACES)].zone if number % 4 else None,
    )


def _name(number: int) -> str:
    return f"{_FIRST[number % len(_FIRST)]} {_LAST[number % len(_LAST)]}"


def _company(number: int) -> str:
    return _COMPANIES[number % len(_COMPANIES)]


def _meeting(number: int, users: int, contacts: int, chance: _Chance, day: dt.date, *, is_past: bool) -> Meeting:
    owner = number % users
    place = _PLACES[owner % len(_PLACES)]
    contact = (owner // 5 + chance.below(3)) % contacts if chance.happens(0.5) else None
    status: Status = "cancelled" if chance.happens(0.06) else "completed" if is_past else "scheduled"
    is_done = status == "completed"
    duration = chance.of(_DURATIONS)
    begin = place.start * 60 + 30 * chance.below((place.end - place.start) * 2 - (duration - 1) // 30)
    # Not validated, as this is most of the work; a test holds these values to the model.
    return Meeting.model_construct(
        set(Meeting.model_fields),
        id=f"seed_meeting_{number + 1}",
        user_id=f"seed_user_{owner + 1}",
        contact_id=None if contact is None else f"seed_contact_{contact + 1}",
        attendee_ids=tuple(f"seed_user_{attendee + 1}" for attendee in _attendees(owner, users, chance)),
        title=chance.of(_INTERNAL) if contact is None else f"{chance.of(_EXTERNAL)}: {_company(contact)}",
        date=_noon(day, place.zone).replace(hour=begin // 60, minute=begin % 60),
        timezone=place.zone,
        duration_minutes=duration,
        status=status,
        summary=chance.of(_SUMMARIES) if is_done else None,
        action_items=_items(chance, _name(owner)) if is_done else (),
        sentiment=chance.of(("positive", "neutral", "mixed")) if is_done else None,
    )


def _attendees(owner: int, users: int, chance: _Chance) -> list[int]:
    """Return the numbers of up to three attendees, mostly from the same place or a neighbouring one."""
    numbers: list[int] = []
    for _ in range(chance.below(4)):
        place = owner % len(_PLACES) + chance.below(3) - 1
        there = len(range(place, users, len(_PLACES))) if 0 <= place < len(_PLACES) else 0
        is_near = there and chance.happens(0.9)
        number = place + len(_PLACES) * chance.below(there) if is_near else chance.below(users)
        if number != owner and number not in numbers:
            numbers.append(number)
    return numbers


def _items(chance: _Chance, owner: str) -> tuple[ActionItem, ...]:
    tasks = dict.fromkeys(chance.of(_TASKS) for _ in range(chance.below(3)))
    return tuple(
        ActionItem.model_construct(
            set(ActionItem.model_fields),
            id=derive_item_id(task, owner),
            task=task,
            owner=owner,
            status="done" if chance.happens(0.5) else "open",
        )
        for task in tasks
    )


def _day(start: dt.date, share: float) -> dt.date:
    """Return the weekday at a share, `[0, 1)`, of the days around the start."""
    weeks, weekday = divmod(int(share * _WEEKDAYS), 5)
    begin = start - dt.timedelta(days=_DAYS_BEFORE)
    return begin + dt.timedelta(days=7 * weeks + weekday - begin.weekday())


@cache
def _noon(day: dt.date, zone: str) -> dt.datetime:
    """Return noon of a day; as clocks change at night, all its work hours have the same offset."""
    return localize(dt.datetime.combine(day, dt.time(12)), zone)
