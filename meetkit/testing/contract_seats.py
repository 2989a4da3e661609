"""The part of the contract of stores on seats, guests and turns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from meetkit.errors import Busy, ConflictError, NotFoundError
from meetkit.models import seats
from meetkit.models.insights import BRIEF
from meetkit.models.meetings import Meeting
from meetkit.models.seats import SeatHolder
from meetkit.storage import Store
from meetkit.testing.examples import DEE, MONDAY, busy, key, meeting, meeting_ids

_NOW = MONDAY - dt.timedelta(days=1)
_HOUR = dt.timedelta(hours=1)


class SeatsContract:
    """Guests are contacts of a meeting like its first, and of several hosts the one booked longest ago has the turn."""

    def test_guests_come_back_in_their_order(self, store: Store) -> None:
        """Whatever is changed besides, guests stay as they are, and are found by contact."""
        group = _group(store)
        assert store.get_meeting("group") == group
        for guest_ids in (("gus", "dee", "eve"), ("eve",), ()):
            after = store.update_meeting("group", _with_guests(guest_ids))
            assert store.get_meeting("group") == after
            assert after.guest_ids == guest_ids
            for name in ("dee", "eve", "gus"):
                ids_of_ann = ["group"] if name in guest_ids else []
                assert meeting_ids(store, "ann", contact_id=name) == ids_of_ann
            assert meeting_ids(store, "ann", kind="external") == (["group"] if guest_ids else [])
            assert meeting_ids(store, "ann", kind="internal") == ([] if guest_ids else ["group"])

    def test_an_unknown_guest_is_refused(self, store: Store) -> None:
        """It is not found, and the meeting stays as it was."""
        group = _group(store)
        with pytest.raises(NotFoundError, match="no contact with id 'nobody'"):
            store.update_meeting("group", lambda value: value.model_copy(update={"guest_ids": ("nobody",)}))
        with pytest.raises(NotFoundError, match="no contact with id 'nobody'"):
            store.add_meeting(meeting(5, seats=1, guest_ids=("nobody",)))
        assert store.get_meeting("group") == group

    def test_a_guests_history_holds_the_meeting(self, store: Store) -> None:
        """The meeting is in it, as in that of its first contact."""
        group = _group(store)
        late = MONDAY + dt.timedelta(days=1)
        assert store.contact_history("dee", before=late, now=late, limit=5) == [group]
        assert store.contact_history("eve", before=late, now=late, limit=5) == []

    def test_erasing_a_guest_removes_what_was_said(self, store: Store) -> None:
        """The briefs of the other guests' meetings go too, as they may quote it; the guest's id stays."""
        _group(store)
        store.update_meeting("group", lambda value: value.model_copy(update={"summary": "Dee said it."}))
        store.update_meeting("group", lambda value: value.model_copy(update={"guest_ids": ("dee", "eve")}))
        store.add_meeting(meeting(3, id="eves", contact_id="eve"))
        store.put_artefact("eves", BRIEF, "Dee said it.")

        store.erase_contact("dee", now=_NOW)

        after = store.get_meeting("group")
        assert (after.summary, after.guest_ids) == (None, ("dee", "eve"))
        assert store.get_artefact("eves", BRIEF) is None

    def test_a_meeting_with_guests_can_be_deleted(self, store: Store) -> None:
        """Nothing of it stays."""
        _group(store)
        store.delete_meeting("group")
        late = MONDAY + dt.timedelta(days=1)
        assert store.contact_history("dee", before=late, now=late, limit=5) == []

    def test_of_threads_that_take_the_last_seats_as_many_win(self, store: Store) -> None:
        """The others are told that it is full, and the owner's time is booked once."""
        _group(store)

        def take(name: str) -> bool:
            holder = SeatHolder(contact_id=name)
            try:
                store.update_meeting("group", lambda value: seats.join(value, holder, now=_NOW))
            except ConflictError as error:
                return "is full: 3 of 3 seats are taken" not in str(error)
            return True

        with ThreadPoolExecutor(3) as threads:
            assert sum(threads.map(take, ("eve", "fay", "gus"))) == 2
        assert len(store.get_meeting("group").guest_ids) == 3
        assert len(busy(store, "ann")) == 1

    def test_turns_alternate(self, store: Store) -> None:
        """The owner who was booked longest ago is next, one without a booking before all others, then by id."""
        owners = [_turn(store, number).user_id for number in range(5)]
        assert owners == ["ann", "ben", "ann", "ben", "ann"]

    def test_turns_of_other_rotations_and_cancelled_ones_do_not_count(self, store: Store) -> None:
        """Nor do meetings without a rotation, nor those that an owner merely attends."""
        store.add_meeting(meeting(10, id="plain", exclusive=True))
        _turn(store, 0, rotation="other")
        first = _turn(store, 1)
        assert first.user_id == "ann"
        store.update_meeting(first.id, lambda value: value.model_copy(update={"status": "cancelled"}))
        store.add_meeting(meeting(11, id="attended", user_id="ben", attendee_ids=("ann",), rotation="demos"))
        store.delete_meeting("attended")

        assert _turn(store, 2).user_id == "ann"
        assert _turn(store, 3).user_id == "ben"

    def test_an_owner_who_is_busy_is_passed_over_and_is_next(self, store: Store) -> None:
        """The turn comes back to them at the first time at which they are free."""
        store.add_meeting(meeting(0, id="busy", duration_minutes=120))

        assert [_turn(store, number).user_id for number in (0, 2, 3, 4)] == ["ben", "ann", "ben", "ann"]

    def test_where_all_are_busy_the_conflict_lists_them(self, store: Store) -> None:
        """Nothing is stored."""
        store.add_meeting(meeting(0, id="a"))
        store.add_meeting(meeting(0, id="b", user_id="ben"))

        with pytest.raises(ConflictError) as error_info:
            _turn(store, 0)

        assert error_info.value.busy == (Busy("ann", MONDAY, MONDAY + _HOUR), Busy("ben", MONDAY, MONDAY + _HOUR))
        assert (meeting_ids(store, "ann"), meeting_ids(store, "ben")) == (["a"], ["b"])

    def test_a_repeat_of_a_turn_returns_its_first_result(self, store: Store) -> None:
        """Under the same key nobody else gets a meeting."""
        first = store.add_by_turn(_candidates(0), idempotency=key())

        assert store.add_by_turn(_candidates(1), idempotency=key()) == first
        assert (meeting_ids(store, "ann"), meeting_ids(store, "ben")) == ([first.id], [])

    def test_of_threads_that_take_turns_each_owner_gets_as_many(self, store: Store) -> None:
        """Whatever the order of the threads, the numbers differ by one at most, and nobody is booked twice."""
        with ThreadPoolExecutor(8) as threads:
            owners = [value.user_id for value in threads.map(lambda number: _turn(store, number), range(17))]

        assert sorted(map(owners.count, ("ann", "ben"))) == [8, 9]


def _with_guests(guest_ids: tuple[str, ...]) -> Callable[[Meeting], Meeting]:
    return lambda value: value.model_copy(update={"guest_ids": guest_ids})


def _group(store: Store) -> Meeting:
    """Store a booked meeting of Ann with three seats, one of them taken by Dee."""
    for name in ("eve", "fay", "gus"):
        store.add_contact(DEE.model_copy(update={"id": name}))
    return store.add_meeting(meeting(id="group", exclusive=True, seats=3, guest_ids=("dee",)))


def _candidates(number: int, rotation: str = "demos") -> list[Meeting]:
    return [
        meeting(number, id=f"{owner} {rotation} {number}", user_id=owner, exclusive=True, rotation=rotation)
        for owner in ("ben", "ann")
    ]


def _turn(store: Store, number: int, rotation: str = "demos") -> Meeting:
    return store.add_by_turn(_candidates(number, rotation))
