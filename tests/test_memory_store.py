"""The store in memory: no write lost between threads, no look-up that scans, nothing half done."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest

from meetkit.errors import ConflictError, NotFoundError
from meetkit.models import Contact, Meeting, MeetingFilters, User
from meetkit.models.zones import DAY, HOUR, to_microseconds
from meetkit.storage import MemoryStore, Store

MONDAY = dt.datetime(2025, 11, 17, 9, tzinfo=dt.UTC)
ANN, BEN = (User(id=name, name=name, email=f"{name}@company.com", role="Seller") for name in ("ann", "ben"))
DEE = Contact(id="dee", name="Dee", email="dee@client.com", company="Client", role="Buyer")


def meeting(number: int = 0, **more: Any) -> Meeting:
    date = MONDAY + dt.timedelta(hours=number)
    return Meeting(**{"id": f"m{number:07}", "user_id": "ann", "title": "Talk", "date": date, **more})


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore([ANN, BEN], [DEE])


def busy(store: Store, *user_ids: str) -> list[tuple[int, int]]:
    start = to_microseconds(MONDAY)
    return sorted(one for one in store.busy_intervals(user_ids, start, start + DAY) if one[1] > start)


def test_is_a_store(store: MemoryStore) -> None:
    conforming: Store = store
    assert conforming is store


def test_what_it_is_given_is_there_from_the_start() -> None:
    held = MemoryStore([ANN], [DEE], [meeting(2), meeting(1, contact_id="dee")])

    assert held.user_ids() == ["ann"]
    assert held.contact_ids() == ["dee"]
    assert [one.id for one in held.list_meetings("ann", MeetingFilters())] == ["m0000001", "m0000002"]


@pytest.mark.parametrize("people", [{"user_id": "x"}, {"attendee_ids": ["x"]}, {"contact_id": "x"}])
def test_a_meeting_needs_its_people(store: MemoryStore, people: dict[str, Any]) -> None:
    with pytest.raises(NotFoundError, match="'x'"):
        store.add_meeting(meeting(**people))
    assert store.meeting_ids() == []


def test_an_id_is_taken_once(store: MemoryStore) -> None:
    store.add_meeting(meeting())

    with pytest.raises(ConflictError, match="already a meeting"):
        store.add_meeting(meeting(title="Other"))
    assert store.get_meeting("m0000000").title == "Talk"


def test_a_change_that_fails_changes_nothing(store: MemoryStore) -> None:
    store.add_meeting(meeting())

    def fail(_: Meeting) -> Meeting:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.update_meeting("m0000000", fail)
    with pytest.raises(NotFoundError):
        store.update_meeting("m0000000", lambda one: one.model_copy(update={"user_id": "x", "title": "Moved"}))
    assert store.get_meeting("m0000000") == meeting()
    assert len(busy(store, "ann")) == 1


def test_a_change_moves_the_meeting_between_people_and_times(store: MemoryStore) -> None:
    store.add_meeting(meeting(contact_id="dee"))

    store.update_meeting("m0000000", lambda _: meeting(5, id="m0000000", user_id="ben"))

    assert busy(store, "ann") == []
    assert busy(store, "ben") == [(to_microseconds(MONDAY) + 5 * HOUR, to_microseconds(MONDAY) + 6 * HOUR)]
    assert store.contact_history("dee", before=MONDAY + dt.timedelta(days=1), now=MONDAY, limit=5) == []


def test_who_is_gone_may_stay_named_but_not_be_named_anew(store: MemoryStore) -> None:
    store.add_meeting(meeting(contact_id="dee", attendee_ids=["ben"]))
    store.delete_contact("dee")
    store.delete_user("ben")

    store.update_meeting("m0000000", lambda one: one.model_copy(update={"title": "Renamed"}))

    assert store.get_meeting("m0000000").title == "Renamed"
    with pytest.raises(NotFoundError, match="no contact with id 'dee'"):
        store.add_meeting(meeting(1, contact_id="dee"))
    with pytest.raises(NotFoundError):
        store.delete_contact("dee")
    with pytest.raises(NotFoundError):
        store.delete_user("ben")


def test_busy_are_owners_and_attendees_and_cancelled_meetings_are_not(store: MemoryStore) -> None:
    store.add_meeting(meeting(0, attendee_ids=["ben"]))
    store.add_meeting(meeting(1, status="cancelled"))

    assert len(busy(store, "ann")) == len(busy(store, "ben")) == 1
    assert len(busy(store, "ann", "ben")) == 2


def test_busy_includes_what_began_long_before(store: MemoryStore) -> None:
    store.add_meeting(meeting(-20, duration_minutes=24 * 60))
    store.add_meeting(meeting(-1, duration_minutes=1))

    assert (to_microseconds(MONDAY) - 20 * HOUR, to_microseconds(MONDAY) + 4 * HOUR) in busy(store, "ann")


def test_busy_shows_a_write_at_once(store: MemoryStore) -> None:
    assert busy(store, "ann") == []
    store.add_meeting(meeting())
    assert len(busy(store, "ann")) == 1
    store.delete_meeting("m0000000")
    assert busy(store, "ann") == []


def test_an_unknown_user_raises_before_anything_is_read(store: MemoryStore) -> None:
    with pytest.raises(NotFoundError, match="'nobody'"):
        store.busy_intervals(["ann", "nobody"], 0, 1)


@pytest.mark.parametrize(
    ("status", "hours", "is_past"),
    [
        ("completed", -1, True),
        ("completed", 1, True),
        ("scheduled", -1, True),
        ("scheduled", 1, False),
        ("cancelled", -1, False),
    ],
)
def test_past_is_what_took_place(store: MemoryStore, status: str, hours: int, is_past: bool) -> None:
    store.add_meeting(meeting(hours, id="m", contact_id="dee", status=status))

    found = store.contact_history("dee", before=MONDAY + dt.timedelta(days=1), now=MONDAY, limit=5)

    assert bool(found) == is_past


def test_artefacts_lie_beside_a_meeting_and_go_with_it(store: MemoryStore) -> None:
    store.add_meeting(meeting())
    assert store.get_artefact("m0000000", "prep") is None

    store.put_artefact("m0000000", "prep", "one")
    store.put_artefact("m0000000", "prep", "two")
    assert store.get_artefact("m0000000", "prep") == "two"
    assert store.get_meeting("m0000000").version == 1

    store.delete_meeting("m0000000")
    store.add_meeting(meeting())
    assert store.get_artefact("m0000000", "prep") is None
    with pytest.raises(NotFoundError):
        store.get_artefact("x", "prep")
    with pytest.raises(NotFoundError):
        store.put_artefact("x", "prep", "")


class _Counted(dict[str, Meeting]):
    """A dict that counts how often an entry is looked at."""

    looks = 0

    def __getitem__(self, key: str) -> Meeting:
        _Counted.looks += 1
        return super().__getitem__(key)

    def __iter__(self) -> Iterator[str]:
        raise AssertionError("all meetings were scanned")

    values = items = keys = __iter__  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("look_up", "most"),
    [
        (lambda store: store.get_meeting("m0000500"), 1),
        (lambda store: store.list_meetings("ben", MeetingFilters()), 2),
        (lambda store: store.list_meetings("ann", MeetingFilters(contact_id="dee")), 2),
        (lambda store: store.list_meetings("ann", MeetingFilters(limit=3)), 3),
        (lambda store: store.list_meetings("ann", MeetingFilters(after="m0000900", limit=3)), 4),
        (lambda store: store.list_meetings("ann", MeetingFilters(date_from="2025-11-18", date_to="2025-11-18")), 24),
        (
            lambda store: store.contact_history(
                "dee", before=MONDAY + dt.timedelta(days=99), now=MONDAY + dt.timedelta(days=99), limit=1
            ),
            1,
        ),
        (lambda store: busy(store, "ann", "ben"), 0),
    ],
)
def test_a_look_up_touches_no_more_than_it_returns(look_up: Callable[[MemoryStore], Any], most: int) -> None:
    few: dict[int, dict[str, Any]] = {
        500: {"attendee_ids": ["ben"], "contact_id": "dee"},
        700: {"user_id": "ben", "contact_id": "dee"},
    }
    store = MemoryStore([ANN, BEN], [DEE], [meeting(number, **few.get(number, {})) for number in range(1000)])
    store._meetings = _Counted(store._meetings)
    _Counted.looks = 0

    assert look_up(store)
    assert _Counted.looks <= most


def test_eight_threads_lose_no_write(store: MemoryStore) -> None:
    each = 250
    store.add_meeting(meeting(0, id="shared"))
    numbers = count(1)

    def work(thread: int) -> None:
        for _ in range(each):
            number = next(numbers)
            store.add_meeting(meeting(number % 24, id=f"t{thread}-{number}", attendee_ids=["ben"]))
            store.update_meeting("shared", lambda one: one.model_copy(update={"version": one.version + 1}))
            assert busy(store, "ben")
            if number % 3 == 0:
                store.delete_meeting(f"t{thread}-{number}")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(8)))

    left = 8 * each - 8 * each // 3
    assert store.get_meeting("shared").version == 1 + 8 * each
    assert len(store.meeting_ids()) == left + 1
    assert len(store.list_meetings("ben", MeetingFilters())) == left
    assert len(busy(store, "ben")) == left


def test_nobody_looks_free_while_their_meeting_is_changed(store: MemoryStore) -> None:
    store.add_meeting(meeting())
    done = threading.Event()

    def rename() -> None:
        for _ in range(3000):
            store.update_meeting("m0000000", lambda one: one.model_copy(update={"title": f"{one.title}."[-99:]}))
        done.set()

    with ThreadPoolExecutor(1) as threads:
        renaming = threads.submit(rename)
        while not done.is_set() and not renaming.done():
            assert busy(store, "ann")
    renaming.result()


def test_one_winner_where_threads_add_the_same_id(store: MemoryStore) -> None:
    def try_to_add(number: int) -> bool:
        try:
            store.add_meeting(meeting(number, id="same"))
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(try_to_add, range(100))) == 1
    assert len(store.list_meetings("ann", MeetingFilters())) == 1
