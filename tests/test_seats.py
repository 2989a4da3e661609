"""Meetings with seats: guests join until they are full, and the host is booked once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from meetkit import meeting_service as service
from meetkit.errors import ConflictError, InvalidRequestError, NotFoundError
from meetkit.models import Meeting, User
from meetkit.models.typed_dicts import CreateMeetingRequestFields
from meetkit.storage import MemoryStore, SqlStore, Store
from tests.commands import Run
from tests.web_apps import caller, client_of, refusal

NINE = dt.datetime(2030, 3, 4, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
WORKSHOP: CreateMeetingRequestFields = {
    "user_id": "ann",
    "title": "Workshop",
    "date": NINE,
    "duration_minutes": 60,
    "seats": 2,
}


def people() -> None:
    for name in ("ann", "ben", "cat"):
        service.create_user({"id": name, "name": name, "email": f"{name}@company.com", "role": "Coach"})
    for name in ("dee", "eve", "fay"):
        service.create_contact(
            {"id": name, "name": name, "email": f"{name}@client.com", "company": "Client", "role": "Buyer"}
        )


@pytest.fixture(params=["memory", "sql"])
def store(request: pytest.FixtureRequest, sqlite_tables: str) -> Iterator[Store]:
    store = MemoryStore() if request.param == "memory" else SqlStore(sqlite_tables)
    with service.use(store=store):
        people()
        yield store
    if isinstance(store, SqlStore):
        store.close()


@pytest.mark.usefixtures("store")
class TestJoining:
    def test_guests_join_until_it_is_full_and_the_host_is_booked_once(self) -> None:
        meeting = service.book_meeting(WORKSHOP)
        service.join_meeting(meeting.id, contact_id="dee")
        full = service.join_meeting(meeting.id, user_id="ben")

        assert (full.guest_ids, full.attendee_ids, full.version) == (("dee",), ("ben",), 3)
        with pytest.raises(ConflictError, match=r"is full: 2 of 2 seats are taken"):
            service.join_meeting(meeting.id, contact_id="eve")
        assert [value.id for value in service.get_all_meetings("ann")] == [meeting.id]
        with pytest.raises(ConflictError, match="busy: 'ann'"):
            service.book_meeting({**WORKSHOP, "title": "Other"})

    def test_who_is_in_it_already_stays_once(self) -> None:
        meeting = service.book_meeting({**WORKSHOP, "seats": 1})
        joined = service.join_meeting(meeting.id, contact_id="dee")

        assert service.join_meeting(meeting.id, contact_id="dee") == joined
        assert service.join_meeting(meeting.id, user_id="ann") == joined

    def test_a_seat_given_up_can_be_taken(self) -> None:
        meeting = service.book_meeting({**WORKSHOP, "seats": 1, "contact_id": "dee"})
        with pytest.raises(ConflictError, match="full"):
            service.join_meeting(meeting.id, user_id="ben")

        empty = service.leave_meeting(meeting.id, contact_id="dee")

        assert (empty.seats_taken, empty.contact_id, empty.status) == (0, None, "scheduled")
        assert service.join_meeting(meeting.id, user_id="ben").user_ids == ("ann", "ben")
        assert service.leave_meeting(meeting.id, user_id="ben").user_ids == ("ann",)
        assert service.book_meeting({**WORKSHOP, "user_id": "ben"}).exclusive

    def test_a_user_who_is_busy_cannot_join_a_booked_meeting(self) -> None:
        meeting = service.book_meeting(WORKSHOP)
        service.book_meeting({**WORKSHOP, "user_id": "ben", "title": "Own"})

        with pytest.raises(ConflictError, match="busy: 'ben'"):
            service.join_meeting(meeting.id, user_id="ben")
        assert service.get_meeting(meeting.id).attendee_ids == ()

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"status": "cancelled"}, "is cancelled; seats can be taken until"),
            ({"date": "2020-03-04T09:00:00Z"}, "has begun; seats can be taken until"),
            ({"seats": None}, "has no seats to take; its owner can give it some by `seats`"),
        ],
    )
    def test_only_a_meeting_with_seats_that_is_to_come_can_be_joined(self, change: Any, reason: str) -> None:
        meeting = service.book_meeting(WORKSHOP)
        service.update_meeting(meeting.id, change)

        with pytest.raises(ConflictError, match=reason):
            service.join_meeting(meeting.id, contact_id="dee")

    @pytest.mark.parametrize(
        ("person", "error", "reason"),
        [
            ({}, InvalidRequestError, "name either a user_id or a contact_id"),
            ({"user_id": "ben", "contact_id": "dee"}, InvalidRequestError, "name either a user_id or a contact_id"),
            ({"contact_id": "nobody"}, NotFoundError, "no contact with id 'nobody'"),
            ({"user_id": "nobody"}, NotFoundError, "no user with id 'nobody'"),
            ({"user_id": ""}, InvalidRequestError, "user_id"),
            ({"contact_id": "x" * 300}, InvalidRequestError, "contact_id"),
        ],
    )
    def test_who_cannot_join_is_named(self, person: dict[str, Any], error: type[Exception], reason: str) -> None:
        meeting = service.book_meeting(WORKSHOP)
        with pytest.raises(error, match=reason):
            service.join_meeting(meeting.id, **person)

    @pytest.mark.parametrize(
        ("person", "reason"),
        [
            ({"user_id": "ann"}, "user 'ann' owns meeting"),
            ({"user_id": "ben"}, "user 'ben' has no seat"),
            ({"contact_id": "dee"}, "contact 'dee' has no seat"),
        ],
    )
    def test_who_has_no_seat_cannot_leave(self, person: dict[str, Any], reason: str) -> None:
        meeting = service.book_meeting(WORKSHOP)
        with pytest.raises(ConflictError, match=reason):
            service.leave_meeting(meeting.id, **person)

    @pytest.mark.parametrize("seats", [0, -1, 1001, 1.5, True, "many"])
    def test_a_number_of_seats_has_bounds(self, seats: Any) -> None:
        with pytest.raises(InvalidRequestError, match="seats"):
            service.book_meeting({**WORKSHOP, "seats": seats})

    def test_people_fit_into_the_seats(self) -> None:
        with pytest.raises(InvalidRequestError, match="seats: 2 people besides the owner do not fit into 1"):
            service.book_meeting({**WORKSHOP, "seats": 1, "contact_id": "dee", "attendee_ids": ["ben"]})
        with pytest.raises(InvalidRequestError, match=r"seats: how many people .* required with guest_ids"):
            service.create_meeting({**WORKSHOP, "seats": None, "guest_ids": ["dee"]})
        meeting = service.book_meeting({**WORKSHOP, "guest_ids": ["dee", "eve"]})
        with pytest.raises(InvalidRequestError, match="seats: 2 people besides the owner do not fit into 1"):
            service.update_meeting(meeting.id, {"seats": 1})
        assert service.update_meeting(meeting.id, {"seats": 3}).seats == 3

    def test_of_many_who_join_at_once_as_many_win_as_there_are_seats(self) -> None:
        meeting = service.book_meeting({**WORKSHOP, "seats": 2})

        def join(name: str) -> bool:
            try:
                service.join_meeting(meeting.id, contact_id=name)
            except ConflictError:
                return False
            return True

        assert sum(in_threads(join, ["dee", "eve", "fay"])) == 2
        assert service.get_meeting(meeting.id).seats_taken == 2


def in_threads(call: Any, arguments: list[Any]) -> list[Any]:
    """Call a function at once for each argument, on the store in use here."""
    from meetkit.runtime.collaborators import current_store  # noqa: PLC0415  # threads do not inherit what is in use

    store = current_store()

    def in_use(argument: Any) -> Any:
        with service.use(store=store):
            return call(argument)

    with ThreadPoolExecutor(len(arguments)) as threads:
        return list(threads.map(in_use, arguments))


@pytest.mark.usefixtures("store")
class TestBookSeat:
    def test_the_first_books_and_the_next_join(self) -> None:
        first = service.book_seat({**WORKSHOP, "contact_id": "dee"})
        second = service.book_seat({**WORKSHOP, "contact_id": "eve", "seats": 50})

        assert first.exclusive
        assert (second.id, second.guest_ids, second.seats, second.version) == (first.id, ("dee", "eve"), 2, 2)
        with pytest.raises(ConflictError, match="is full: 2 of 2 seats"):
            service.book_seat({**WORKSHOP, "contact_id": "fay"})

    @pytest.mark.parametrize(
        "other",
        [{"title": "Other"}, {"duration_minutes": 30}, {"date": NINE + HOUR / 2}],
        ids=["title", "length", "time"],
    )
    def test_another_kind_of_meeting_conflicts_with_it(self, other: Any) -> None:
        service.book_seat({**WORKSHOP, "contact_id": "dee"})
        with pytest.raises(ConflictError, match="busy: 'ann'"):
            service.book_seat({**WORKSHOP, "contact_id": "eve", **other})

    def test_all_who_come_together_get_seats_or_nobody(self) -> None:
        first = service.book_seat({**WORKSHOP, "contact_id": "dee"})
        with pytest.raises(ConflictError, match="is full"):
            service.book_seat({**WORKSHOP, "contact_id": "eve", "attendee_ids": ["ben"]})
        assert service.get_meeting(first.id) == first

    def test_a_repeat_books_nothing_new(self) -> None:
        request: CreateMeetingRequestFields = {**WORKSHOP, "contact_id": "dee"}
        first = service.book_seat(request, idempotency_key="k")
        assert service.book_seat(request, idempotency_key="k") == first
        assert service.book_seat(request) == first

    def test_without_seats_it_is_refused(self) -> None:
        with pytest.raises(InvalidRequestError, match="seats: how many people besides the owner have room"):
            service.book_seat({**WORKSHOP, "seats": None})

    def test_of_many_at_once_one_books_and_the_others_join(self) -> None:
        booked = in_threads(
            lambda name: service.book_seat({**WORKSHOP, "seats": 3, "contact_id": name}).id, ["dee", "eve", "fay"]
        )
        assert len(set(booked)) == 1
        [meeting] = service.get_all_meetings("ann")
        assert sorted(meeting.guest_ids) == ["dee", "eve", "fay"]


@pytest.mark.usefixtures("store")
class TestSlots:
    def starts(self, **options: Any) -> list[int]:
        slots = service.find_available_slots(["ann"], "2030-03-04", 60, (9, 12), step_minutes=60, **options)
        return [slot.start_time.hour for slot in slots]

    def within(self, **options: Any) -> list[int]:
        slots = service.find_slots_within(["ann"], NINE, NINE + 3 * HOUR, 60, step_minutes=60, **options)
        return [slot.start_time.hour for slot in slots]

    def test_a_slot_is_offered_until_its_seats_are_taken(self) -> None:
        meeting = service.book_seat({**WORKSHOP, "contact_id": "dee"})
        assert (self.starts(), self.within()) == ([10, 11], [10, 11])
        assert (self.starts(open_seats="Workshop"), self.within(open_seats="Workshop")) == ([9, 10, 11], [9, 10, 11])
        assert (self.starts(open_seats="Other"), self.within(open_seats="Other")) == ([10, 11], [10, 11])
        assert self.within(open_seats="Workshop", limit=1) == [9]

        service.join_meeting(meeting.id, contact_id="eve")

        assert (self.starts(open_seats="Workshop"), self.within(open_seats="Workshop")) == ([10, 11], [10, 11])

    def test_a_seat_of_another_length_or_outside_the_hours_is_no_slot(self) -> None:
        service.book_seat({**WORKSHOP, "duration_minutes": 30, "contact_id": "dee"})
        service.book_seat({**WORKSHOP, "date": NINE + 3 * HOUR, "contact_id": "dee"})
        # The gap begins at half past nine.
        assert self.starts(open_seats="Workshop") == self.starts() == [9, 10]
        assert 12 not in self.within(open_seats="Workshop")

    def test_explain_names_the_meeting_that_is_full(self) -> None:
        def reasons(**options: Any) -> list[str]:
            return [obstacle.reason for obstacle in service.explain_start(["ann"], NINE, 60, **options)]

        assert reasons(open_seats="Workshop") == []
        service.book_seat({**WORKSHOP, "contact_id": "dee"})
        assert (reasons(), reasons(open_seats="Workshop"), reasons(open_seats="Other")) == (["busy"], [], ["busy"])
        service.book_seat({**WORKSHOP, "contact_id": "eve"})

        [obstacle] = service.explain_start(["ann"], NINE, 60, open_seats="Workshop")
        assert (obstacle.participant_id, obstacle.reason, obstacle.start) == ("ann", "full", NINE)


class TestOverHttp:
    """Everybody of the tenant may take a seat and give up their own; only who may change the meeting adds others."""

    @pytest.fixture
    def meeting(self, store: Store) -> Meeting:  # noqa: ARG002  # it is in use
        return service.book_meeting(WORKSHOP)

    def test_a_colleague_takes_a_seat_and_gives_it_up(self, store: Store, meeting: Meeting) -> None:
        client = client_of(store, by=caller("member", "ben"))
        assert client.get(f"/meetings/{meeting.id}").status_code == 404

        joined = client.post(f"/meetings/{meeting.id}/join", json={})

        assert (joined.status_code, joined.json()["attendee_ids"], joined.headers["ETag"]) == (200, ["ben"], '"2"')
        assert client.get(f"/meetings/{meeting.id}").status_code == 200
        assert client.post(f"/meetings/{meeting.id}/leave", json={}).json()["attendee_ids"] == []
        assert client.get(f"/meetings/{meeting.id}").status_code == 404

    def test_a_colleague_changes_nothing_else(self, store: Store, meeting: Meeting) -> None:
        client = client_of(store, by=caller("member", "ben"))
        for person in ({"user_id": "cat"}, {"contact_id": "dee"}):
            assert client.post(f"/meetings/{meeting.id}/join", json=person).status_code == 404
        for change in ({"title": "Mine"}, {"seats": 9}, {"attendee_ids": ["ben"], "title": "Mine"}):
            assert client.patch(f"/meetings/{meeting.id}", json=change).status_code == 404
        client.post(f"/meetings/{meeting.id}/join", json={}).raise_for_status()
        service.join_meeting(meeting.id, contact_id="dee")
        assert client.post(f"/meetings/{meeting.id}/leave", json={"contact_id": "dee"}).status_code == 403
        assert client.patch(f"/meetings/{meeting.id}", json={"title": "Mine"}).status_code == 403

    def test_a_meeting_without_seats_or_with_content_stays_hidden(self, store: Store, meeting: Meeting) -> None:
        client = client_of(store, by=caller("member", "ben"))
        plain = service.create_meeting({**WORKSHOP, "seats": None})
        service.update_meeting(meeting.id, {"transcript": "Ann: This is between us."})
        for hidden in (plain, meeting):
            assert client.post(f"/meetings/{hidden.id}/join", json={}).status_code == 404
            assert client.patch(f"/meetings/{hidden.id}", json={"attendee_ids": ["ben"]}).status_code == 404

    def test_another_tenant_sees_no_seats(self, store: Store, meeting: Meeting) -> None:
        store.add_user(User(id="mal", name="Mal", email="mal@else.com", role="Spy", tenant_id="else"))
        stranger = caller("admin", "mal").model_copy(update={"tenant_id": "else"})
        client = client_of(store, by=stranger)
        assert client.post(f"/meetings/{meeting.id}/join", json={}).status_code == 404

    def test_a_viewer_takes_no_seat(self, store: Store, meeting: Meeting) -> None:
        client = client_of(store, by=caller("viewer", "ben"))
        assert client.post(f"/meetings/{meeting.id}/join", json={}).status_code == 403

    def test_the_owner_seats_guests_until_it_is_full(self, store: Store, meeting: Meeting) -> None:
        client = client_of(store, by=caller("member", "ann"))
        body = {**WORKSHOP, "date": NINE.isoformat(), "contact_id": "dee"}
        first = client.post("/meetings/book-seat", json=body)
        assert (first.status_code, first.json()["id"], first.json()["guest_ids"]) == (201, meeting.id, ["dee"])
        assert client.post(f"/meetings/{meeting.id}/join", json={"contact_id": "eve"}).status_code == 200

        refused = client.post("/meetings/book-seat", json={**body, "contact_id": "fay"})
        assert refusal(refused) == (409, f"meeting '{meeting.id}' is full: 2 of 2 seats are taken")
        question = {"user_ids": ["ann"], "start": NINE.isoformat(), "duration_minutes": 60, "open_seats": "Workshop"}
        [obstacle] = client.post("/availability/explain", json=question).json()["obstacles"]
        assert obstacle["reason"] == "full"

    @pytest.mark.parametrize(
        "body", [{"user_id": "ben", "contact_id": "dee"}, {"user_id": 1}, {"seat": 1}, [], {"contact_id": "\u0000"}]
    )
    def test_a_wrong_body_is_refused(self, store: Store, meeting: Meeting, body: Any) -> None:
        client = client_of(store, by=caller("member", "ann"))
        assert client.post(f"/meetings/{meeting.id}/join", json=body).status_code in (400, 422)


def test_the_commands(sqlite_tables: str, meetkit: Run) -> None:
    """Seats are booked, taken and given up on the command line."""
    store = SqlStore(sqlite_tables)
    with service.use(store=store):
        people()
    store.close()
    book = ("seats", "book", "--host", "ann", "--date", "2030-03-04T09:00", "--seats", 2, "--title", "Workshop")

    first = meetkit("--database", sqlite_tables, *book, "--contact", "dee")
    assert "1 of 2 seats are taken." in first.out
    second = meetkit("--database", sqlite_tables, *book, "--contact", "eve", "--json")
    meeting_id = second.out.split('"id": "')[1].split('"')[0]
    assert "is full: 2 of 2 seats" in meetkit("--database", sqlite_tables, *book, "--contact", "fay").err
    left = meetkit("--database", sqlite_tables, "seats", "leave", meeting_id, "--contact", "eve")
    assert "1 of 2 seats are taken." in left.out
    joined = meetkit("--database", sqlite_tables, "seats", "join", meeting_id, "--user", "ben")
    assert "2 of 2 seats are taken." in joined.out
    slots = (
        "slots",
        "--user",
        "ann",
        "--date",
        "2030-03-04",
        "--duration",
        60,
        "--step",
        60,
        "--open-seats",
        "Workshop",
    )
    assert '"2030-03-04T09:00:00Z"' not in meetkit("--database", sqlite_tables, *slots, "--json").out
    meetkit("--database", sqlite_tables, "seats", "leave", meeting_id, "--user", "ben")
    assert '"2030-03-04T09:00:00Z"' in meetkit("--database", sqlite_tables, *slots, "--json").out
