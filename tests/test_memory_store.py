"""The store in memory: no write lost between threads, no look-up that scans, nothing half done."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest

from meetkit.errors import NotFoundError
from meetkit.models import Meeting, MeetingFilters
from meetkit.models.zones import DAY, to_microseconds
from meetkit.storage import MemoryStore, Store
from meetkit.testing.contract import StoreContract
from meetkit.testing.examples import ANN, BEN, DEE, MONDAY, busy, meeting


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore([ANN, BEN], [DEE])


class TestMemoryStore(StoreContract):
    @pytest.fixture
    def store(self) -> MemoryStore:
        return MemoryStore()


class _NeverBusy(MemoryStore):
    def busy_intervals(
        self, user_ids: Collection[str], start: int, end: int, *, excluding: str | None = None
    ) -> Iterable[tuple[int, int]]:
        super().busy_intervals(user_ids, start, end, excluding=excluding)
        return []


def test_the_contract_finds_a_store_that_breaks_it() -> None:
    broken = _NeverBusy([ANN, BEN], [DEE])

    with pytest.raises(AssertionError):
        StoreContract().test_busy_are_owners_and_attendees_and_cancelled_meetings_are_not(broken)


def test_is_a_store(store: MemoryStore) -> None:
    conforming: Store = store
    assert conforming is store


def test_what_it_is_given_is_there_from_the_start() -> None:
    held = MemoryStore([ANN], [DEE], [meeting(2), meeting(1, contact_id="dee")])

    assert held.user_ids() == ["ann"]
    assert held.contact_ids() == ["dee"]
    assert [one.id for one in held.list_meetings("ann", MeetingFilters())] == ["m0000001", "m0000002"]


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


def test_busy_shows_a_write_at_once(store: MemoryStore) -> None:
    assert busy(store, "ann") == []
    store.add_meeting(meeting())
    assert len(busy(store, "ann")) == 1
    store.delete_meeting("m0000000")
    assert busy(store, "ann") == []


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
    store._meetings.by_id = _Counted(store._meetings.by_id)
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
    start = to_microseconds(MONDAY)
    assert len(list(store.busy_intervals(["ben"], start, start + DAY))) == left


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
