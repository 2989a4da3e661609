"""The part of the contract of stores on the responses of attendees: who is busy, and who must be free."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from meetkit.errors import Busy, ConflictError
from meetkit.models.meetings import Meeting
from meetkit.models.responses import Response
from meetkit.storage import Store
from meetkit.testing.examples import ANN, MONDAY, busy, meeting, meeting_ids

HOUR_LONG = dt.timedelta(hours=1)


def _invitation(number: int = 0, response: Response = "invited", **more: Any) -> Meeting:
    """Return a meeting of Ann which Ben has answered like this."""
    return meeting(number, attendee_ids=["ben"], responses={"ben": response}, **more)


def _answer(store: Store, meeting_id: str, response: Response) -> Meeting:
    return store.update_meeting(
        meeting_id, lambda value: value.model_copy(update={"responses": {"ben": response}, "version": 2})
    )


class AttendanceContract:
    """A meeting takes the time of its owner, and of attendees who accepted or are tentative."""

    @pytest.mark.parametrize(
        ("response", "is_busy"), [("invited", False), ("accepted", True), ("declined", False), ("tentative", True)]
    )
    @pytest.mark.parametrize("exclusive", [False, True])
    def test_who_accepted_or_is_tentative_is_busy(
        self, store: Store, response: Response, is_busy: bool, exclusive: bool
    ) -> None:
        """The response may come with the meeting or later, and counts until the meeting is cancelled or deleted."""
        store.add_meeting(_invitation(0, response, exclusive=exclusive))
        assert (len(busy(store, "ann")), len(busy(store, "ben"))) == (1, is_busy)

        opposite: Response = "invited" if is_busy else "accepted"
        for answer, count in ((opposite, not is_busy), (response, is_busy)):
            _answer(store, "m0000000", answer)
            assert (len(busy(store, "ann")), len(busy(store, "ben"))) == (1, count)

        store.update_meeting("m0000000", lambda value: value.model_copy(update={"status": "cancelled"}))
        assert busy(store, "ann", "ben") == []
        store.update_meeting("m0000000", lambda value: value.model_copy(update={"status": "scheduled"}))
        assert len(busy(store, "ben")) == is_busy
        store.delete_meeting("m0000000")
        assert busy(store, "ann", "ben") == []

    def test_an_invited_user_has_the_meeting_in_the_list(self, store: Store) -> None:
        """They see what they may respond to, and what they declined."""
        store.add_meeting(_invitation(0))
        store.add_meeting(_invitation(1, "declined"))

        assert meeting_ids(store, "ben") == ["m0000000", "m0000001"]

    def test_time_that_nobody_accepted_is_free_to_book(self, store: Store) -> None:
        """An invitation to a booked meeting takes no time of whoever is invited."""
        store.add_meeting(_invitation(id="asked", exclusive=True))

        booking = store.add_meeting(meeting(id="new", user_id="ben", exclusive=True))

        assert store.get_meeting("new") == booking

    def test_a_booking_is_accepted_only_while_its_time_is_free(self, store: Store) -> None:
        """The conflict lists what the attendee is busy with; who else is busy by now does not matter."""
        store.add_meeting(_invitation(id="asked", exclusive=True))
        store.add_meeting(meeting(id="over"))
        store.add_meeting(meeting(id="new", user_id="ben", exclusive=True))

        responses: tuple[Response, ...] = ("accepted", "tentative")
        for response in responses:
            with pytest.raises(ConflictError) as error_info:
                _answer(store, "asked", response)
            assert error_info.value.busy == (Busy("ben", MONDAY, MONDAY + HOUR_LONG),)
        assert store.get_meeting("asked").responses == {"ben": "invited"}
        assert _answer(store, "asked", "declined").responses == {"ben": "declined"}

        store.delete_meeting("new")
        assert _answer(store, "asked", "accepted").responses == {"ben": "accepted"}
        with pytest.raises(ConflictError):
            store.add_meeting(meeting(id="later", user_id="ben", exclusive=True))

    @pytest.mark.parametrize("number", [0, 1])
    def test_who_declined_need_not_be_free(self, store: Store, number: int) -> None:
        """Neither for a new booking nor for one that moves; who is only invited must be."""
        store.add_meeting(meeting(number, id="there", user_id="ben"))

        with pytest.raises(ConflictError):
            store.add_meeting(_invitation(number, id="asked", exclusive=True))
        store.add_meeting(_invitation(0 if number else 1, "declined", id="new", exclusive=True))
        store.update_meeting(
            "new", lambda value: value.model_copy(update={"date": MONDAY + number * HOUR_LONG, "version": 2})
        )

        assert store.get_meeting("new").span == store.get_meeting("there").span

    def test_of_bookings_accepted_at_once_one_takes_the_time(self, store: Store) -> None:
        """The check and the response are one step."""
        names = [f"host{number}" for number in range(4)]
        for name in names:
            store.add_user(ANN.model_copy(update={"id": name}))
            store.add_meeting(_invitation(id=name, user_id=name, exclusive=True))

        def is_accepted(name: str) -> bool:
            try:
                _answer(store, name, "accepted")
            except ConflictError:
                return False
            return True

        with ThreadPoolExecutor(len(names)) as threads:
            assert sum(threads.map(is_accepted, names)) == 1
        assert busy(store, "ben") == [meeting().span]
