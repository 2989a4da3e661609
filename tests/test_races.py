"""Processes that book the same hours at once: of each hour there is one winner, and no booking is lost."""

from __future__ import annotations

import datetime as dt
import random
from itertools import pairwise

import pytest

from meetkit import meeting_service as service
from meetkit.errors import ConflictError
from meetkit.models import MeetingFilters, User
from meetkit.models.typed_dicts import CreateMeetingRequestFields
from meetkit.storage import SqlStore
from tests.processes import in_processes

PROCESSES, HOURS = 8, 250
BEGIN = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
PEOPLE = ("ann", "ben", "cat")


@pytest.fixture
def shared(database: str) -> str:
    store = SqlStore(database)
    for name in PEOPLE:
        hours = {"days": range(7), "start": "00:00", "end": "24:00"}
        store.add_user(
            User.model_validate(
                {"id": name, "name": name, "email": f"{name}@company.com", "role": "Seller", "work_hours": hours}
            )
        )
    store.close()
    return database


def overlapping(store: SqlStore) -> list[tuple[str, str]]:
    """Pairs of meetings that somebody is in at the same time."""
    found = []
    for name in PEOPLE:
        meetings = store.list_meetings(name, MeetingFilters())
        found += [(one.id, other.id) for one, other in pairwise(meetings) if other.date < one.end]
    return found


def check_says_who(error: ConflictError) -> None:
    """The checks before the database's own found it, so it says who is busy."""
    assert error.busy, error


def test_of_2000_attempts_on_the_same_hours_one_wins_each(shared: str) -> None:
    """Eight processes, each in an order of its own, book the same 250 hours for Ann and one or two others."""

    def book(process: int) -> list[tuple[int, str]]:
        chance, won = random.Random(process), []
        store = SqlStore(shared)
        with service.use(store=store):
            for hour in chance.sample(range(HOURS), HOURS):
                owner, guest = chance.sample(PEOPLE, 2)
                request: CreateMeetingRequestFields = {
                    "user_id": owner,
                    # Ann is in every one of them, so of each hour there is one winner.
                    "attendee_ids": ["ann", guest],
                    "title": f"{process}",
                    "date": BEGIN + dt.timedelta(hours=hour),
                }
                try:
                    won.append((hour, service.book_meeting(request).id))
                except ConflictError as error:
                    check_says_who(error)
        store.close()
        return won

    won = [one for of_process in in_processes(PROCESSES, book) for one in of_process]

    store = SqlStore(shared)
    kept = store.list_meetings("ann", MeetingFilters())
    assert sorted(hour for hour, _ in won) == list(range(HOURS))
    assert {meeting.id for meeting in kept} == {meeting_id for _, meeting_id in won}
    assert overlapping(store) == []
    store.close()


def test_the_first_free_hours_are_given_out_one_by_one(shared: str) -> None:
    """Processes that all want the earliest time fill the window without a gap and without an overlap."""

    def book(process: int) -> int:
        store = SqlStore(shared)
        with service.use(store=store):
            for _ in range(6):
                service.book_first_free(["ann", PEOPLE[1 + process % 2]], 30, BEGIN, BEGIN + dt.timedelta(days=1))
        store.close()
        return 6

    assert sum(in_processes(PROCESSES, book)) == 48

    store = SqlStore(shared)
    starts = [meeting.date for meeting in store.list_meetings("ann", MeetingFilters())]
    assert starts == [BEGIN + number * dt.timedelta(minutes=30) for number in range(48)]
    assert overlapping(store) == []
    store.close()


def test_bookings_that_move_at_once_never_overlap(shared: str) -> None:
    """Processes that move their own bookings about the same day keep each other out, and lose none."""

    def move(process: int) -> str:
        chance = random.Random(process)
        store = SqlStore(shared)
        with service.use(store=store):
            mine = service.book_first_free(PEOPLE, 60, BEGIN, BEGIN + dt.timedelta(days=2))
            for _ in range(40):
                minutes = 15 * chance.randrange(24 * 4)
                try:
                    service.reschedule_meeting(mine.id, BEGIN + dt.timedelta(minutes=minutes))
                except ConflictError as error:
                    check_says_who(error)
        store.close()
        return mine.id

    moved = in_processes(PROCESSES, move)

    store = SqlStore(shared)
    assert {meeting.id for meeting in store.list_meetings("cat", MeetingFilters())} == set(moved)
    assert overlapping(store) == []
    store.close()


def test_a_request_repeated_by_all_processes_happens_once(shared: str) -> None:
    """Under one idempotency key all of them get the same meeting."""

    def book(_: int) -> str:
        store = SqlStore(shared)
        with service.use(store=store):
            request: CreateMeetingRequestFields = {"user_id": "ann", "title": "Once", "date": BEGIN}
            meeting = service.book_meeting(request, idempotency_key="once")
        store.close()
        return meeting.id

    assert len(set(in_processes(PROCESSES, book))) == 1
