"""Round robin: of several hosts the one booked longest ago gets the next meeting."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meetkit import meeting_service as service
from meetkit.errors import ConflictError, InvalidRequestError, NotFoundError
from meetkit.models.typed_dicts import UserFields, WorkHoursFields
from meetkit.storage import MemoryStore, SqlStore, Store
from tests.commands import Run
from tests.processes import in_processes
from tests.web_apps import caller, client_of, refusal

MONDAY = dt.datetime(2030, 3, 4, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
NINE, FIVE = MONDAY + 9 * HOUR, MONDAY + 17 * HOUR
HOSTS = ("ann", "ben", "cat")
ALL_DAY: WorkHoursFields = {"days": range(7), "start": "00:00", "end": "24:00"}


def people(**hours: Any) -> None:
    for name in HOSTS:
        user: UserFields = {"id": name, "name": name, "email": f"{name}@company.com", "role": "Seller"}
        service.create_user({**user, "work_hours": [hours.get(name, ALL_DAY)]})


@pytest.fixture(params=["memory", "sql"])
def store(request: pytest.FixtureRequest, sqlite_tables: str) -> Iterator[Store]:
    store = MemoryStore() if request.param == "memory" else SqlStore(sqlite_tables)
    with service.use(store=store):
        yield store
    if isinstance(store, SqlStore):
        store.close()


def book(start: dt.datetime = NINE, hours: int = 1, **options: Any) -> str:
    """Book an hour that begins then, or within so many hours, and return who hosts it."""
    return service.book_round_robin(HOSTS, 60, start, start + hours * HOUR, **options).user_id


@pytest.mark.usefixtures("store")
class TestTurns:
    def test_each_hour_goes_to_the_host_booked_longest_ago(self) -> None:
        people()
        assert [book(NINE + number * HOUR) for number in range(7)] == [*HOSTS, *HOSTS, "ann"]

    def test_the_order_of_time_is_not_that_of_turns(self) -> None:
        people()
        assert [book(NINE - number * HOUR) for number in range(4)] == [*HOSTS, "ann"]

    def test_a_busy_host_is_passed_over_and_is_next_when_free(self) -> None:
        people()
        service.create_meeting({"user_id": "ann", "title": "Away", "date": NINE, "duration_minutes": 120})
        assert [book(NINE + number * HOUR) for number in range(5)] == ["ben", "cat", "ann", "ben", "cat"]

    def test_the_earliest_time_of_a_window_wins(self) -> None:
        people(ann={**ALL_DAY, "start": "11:00"}, ben={**ALL_DAY, "start": "10:00"})
        hosts = [service.book_round_robin(HOSTS, 60, NINE, FIVE) for _ in range(4)]
        assert [(meeting.user_id, meeting.date.hour) for meeting in hosts] == [
            ("cat", 9),
            ("ben", 10),
            ("cat", 10),
            ("ann", 11),
        ]

    def test_attendees_must_be_free_and_attend(self) -> None:
        people()
        service.create_user({"id": "eng", "name": "Eng", "email": "eng@company.com", "role": "Engineer"})
        service.create_meeting({"user_id": "eng", "title": "Busy", "date": NINE})
        meeting = service.book_round_robin(HOSTS, 60, NINE, FIVE, attendee_ids=["eng"], title="Demo", rotation="demos")

        assert (meeting.date, meeting.user_ids, meeting.title) == (NINE + HOUR, ("ann", "eng"), "Demo")
        assert (meeting.rotation, meeting.exclusive) == ("demos", True)

    def test_rotations_are_apart(self) -> None:
        people()
        assert (book(NINE, rotation="a"), book(NINE + HOUR, rotation="b")) == ("ann", "ann")
        assert (book(NINE + 2 * HOUR, rotation="a"), book(NINE + 3 * HOUR)) == ("ben", "ann")

    def test_a_cancelled_meeting_gives_its_host_the_turn_back(self) -> None:
        people()
        meeting = service.book_round_robin(HOSTS, 60, NINE, NINE + HOUR)
        service.cancel_meeting(meeting.id)
        assert [book(NINE + number * HOUR) for number in range(3)] == ["ann", "ben", "cat"]

    def test_the_meeting_is_in_its_hosts_zone(self) -> None:
        people()
        service.update_user("ann", {"timezone": "Asia/Tokyo"})
        assert service.book_round_robin(HOSTS, 60, NINE, NINE + HOUR).timezone == "Asia/Tokyo"
        assert service.book_round_robin(HOSTS, 60, NINE, NINE + HOUR, timezone="Europe/Rome").timezone == "Europe/Rome"

    def test_a_repeat_under_a_key_books_once(self) -> None:
        people()
        assert [book(idempotency_key="k"), book(idempotency_key="k"), book()] == ["ann", "ann", "ben"]
        with pytest.raises(ConflictError, match="another request"):
            book(idempotency_key="k", title="Else")

    def test_where_nobody_is_free_it_says_why(self) -> None:
        people(cat={**ALL_DAY, "start": "12:00"})
        book(NINE)
        book(NINE)
        with pytest.raises(
            ConflictError,
            match=r"^no host is free for 60 minutes in this window: 'ann' is busy, 'ben' is busy, 'cat' is off work$",
        ):
            book(NINE)
        reasons = {
            (obstacle.participant_id, obstacle.reason) for obstacle in service.explain_start([], NINE, 60, hosts=HOSTS)
        }
        assert reasons == {("ann", "busy"), ("ben", "busy"), ("cat", "outside_hours")}

    def test_one_free_host_is_no_obstacle(self) -> None:
        people()
        book(NINE)
        assert service.explain_start([], NINE, 60, hosts=HOSTS) == []
        assert [obstacle.reason for obstacle in service.explain_start(["ann"], NINE, 60, hosts=HOSTS)] == ["busy"]

    @pytest.mark.parametrize(
        ("arguments", "error", "reason"),
        [
            ({"hosts": []}, InvalidRequestError, "hosts: name at least one user"),
            ({"hosts": ["ann", "nobody"]}, NotFoundError, "no user with id 'nobody'"),
            ({"duration_minutes": 0}, InvalidRequestError, "duration_minutes"),
            ({"window_end": NINE}, InvalidRequestError, "window_end: must lie after window_start"),
            ({"rotation": ""}, InvalidRequestError, "rotation"),
            ({"contact_id": "nobody"}, NotFoundError, "no contact with id 'nobody'"),
        ],
    )
    def test_a_wrong_request_is_refused(self, arguments: dict[str, Any], error: type[Exception], reason: str) -> None:
        people()
        request = {"hosts": HOSTS, "duration_minutes": 60, "window_start": NINE, "window_end": FIVE, **arguments}
        with pytest.raises(error, match=reason):
            service.book_round_robin(**request)
        assert service.get_all_meetings("ann") == []


@pytest.mark.usefixtures("store")
class TestHostSlots:
    def test_a_time_is_offered_while_one_host_is_free(self) -> None:
        people()

        def hours(**options: Any) -> list[int]:
            slots = service.find_host_slots(HOSTS, NINE, NINE + 3 * HOUR, 60, **options)
            return [slot.start_time.hour for slot in slots]

        for number in range(3):
            assert hours() == [9, 10, 11], number
            book(NINE)
        assert hours() == [10, 11]
        assert hours(limit=1) == [10]
        assert hours(attendee_ids=["ann"], step_minutes=120) == [10]

    def test_its_times_are_those_that_can_be_booked(self) -> None:
        people(
            ann={**ALL_DAY, "start": "10:00", "end": "11:00"},
            ben={**ALL_DAY, "end": "09:30"},
            cat={**ALL_DAY, "end": "00:15"},
        )
        slots = service.find_host_slots(HOSTS, NINE, FIVE, 60)
        assert [slot.start_time for slot in slots] == [NINE + HOUR]
        assert book(slots[0].start_time) == "ann"


hours_of_demand = st.lists(st.integers(0, 400), min_size=1, max_size=40, unique=True)


class TestFairness:
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(hours_of_demand, st.integers(1, 5))
    def test_hosts_who_are_always_free_get_as_many_meetings(self, demand: list[int], count: int) -> None:
        """In whatever order the hours are asked for, the numbers of the hosts differ by one at most, at all times."""
        names = [f"host {number}" for number in range(count)]
        with service.use(store=MemoryStore()):
            for name in names:
                service.create_user(
                    {"id": name, "name": name, "email": "a@b.com", "role": "Host", "work_hours": [ALL_DAY]}
                )
            booked = Counter(dict.fromkeys(names, 0))
            for hour in demand:
                start = MONDAY + hour * HOUR
                booked[service.book_round_robin(names, 60, start, start + HOUR).user_id] += 1
                assert max(booked.values()) - min(booked.values()) <= 1

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(st.booleans(), min_size=10, max_size=60))
    def test_a_host_who_is_often_busy_is_next_whenever_free(self, is_busy: list[bool]) -> None:
        """Nobody is starved: as soon as a host is free, they wait for no more meetings than there are other hosts."""
        with service.use(store=MemoryStore()):
            people()
            waits = 0
            for number, busy in enumerate(is_busy):
                start = MONDAY + number * HOUR
                if busy:
                    service.create_meeting({"user_id": "ann", "title": "Away", "date": start})
                waits = 0 if book(start) == "ann" else waits + (not busy)
                assert waits < len(HOSTS)

    def test_processes_that_book_at_once_stay_fair_and_book_nobody_twice(self, database: str) -> None:
        """Four processes book 60 hours: each host gets 20 of them, whoever comes first."""
        store = SqlStore(database)
        with service.use(store=store):
            people()
        store.close()

        def book_hours(process: int) -> list[str]:
            own = SqlStore(database)
            with service.use(store=own):
                hosts = [book(NINE + (process + 4 * number) * HOUR) for number in range(15)]
            own.close()
            return hosts

        counts = Counter(host for hosts in in_processes(4, book_hours) for host in hosts)

        assert counts == dict.fromkeys(HOSTS, 20)

    def test_processes_that_book_the_same_hours_fill_every_host_once(self, database: str) -> None:
        """Three processes book the same 10 hours of three hosts: all get one, and nobody is in two places."""
        store = SqlStore(database)
        with service.use(store=store):
            people()
        store.close()

        def book_hours(_: int) -> list[str]:
            own = SqlStore(database)
            with service.use(store=own):
                hosts = [book(NINE + number * HOUR) for number in range(10)]
            own.close()
            return hosts

        booked = in_processes(3, book_hours)

        assert Counter(host for hosts in booked for host in hosts) == dict.fromkeys(HOSTS, 10)
        store = SqlStore(database)
        with service.use(store=store):
            for name in HOSTS:
                assert len({meeting.date for meeting in service.get_all_meetings(name)}) == 10
        store.close()


class TestOverHttp:
    REQUEST = {  # noqa: RUF012  # not changed
        "hosts": list(HOSTS),
        "duration_minutes": 60,
        "from": NINE.isoformat(),
        "to": FIVE.isoformat(),
    }

    def test_an_admin_books_and_searches(self, store: Store) -> None:
        people()
        client = client_of(store, by=caller("admin", "ann"))

        booked = [client.post("/meetings/book-round-robin", json=self.REQUEST) for _ in range(2)]

        assert [(answer.status_code, answer.json()["user_id"]) for answer in booked] == [(201, "ann"), (201, "ben")]
        slots = client.post("/availability/hosts", json=self.REQUEST).json()["slots"]
        assert len(slots) == 8
        question = {"hosts": ["ann", "ben"], "start": NINE.isoformat(), "duration_minutes": 60}
        obstacles = client.post("/availability/explain", json=question).json()["obstacles"]
        assert [obstacle["participant_id"] for obstacle in obstacles] == ["ann", "ben"]

    def test_a_member_books_nobody_elses_time(self, store: Store) -> None:
        people()
        client = client_of(store, by=caller("member", "ann"))
        assert client.post("/meetings/book-round-robin", json=self.REQUEST).status_code == 403
        assert client.post("/meetings/book-round-robin", json={**self.REQUEST, "hosts": ["ann"]}).status_code == 201

    def test_nobody_free_is_a_conflict_that_says_why(self, store: Store) -> None:
        people()
        client = client_of(store, by=caller("admin", "ann"))
        body = {**self.REQUEST, "hosts": ["ann"], "to": (NINE + HOUR).isoformat()}
        client.post("/meetings/book-round-robin", json=body).raise_for_status()

        status, detail = refusal(client.post("/meetings/book-round-robin", json=body))
        assert (status, detail) == (409, "no host is free for 60 minutes in this window: 'ann' is busy")

    @pytest.mark.parametrize(
        "wrong", [{"hosts": []}, {"hosts": ["ann"] * 101}, {"rotation": "x" * 999}, {"hosts": None}]
    )
    def test_a_wrong_body_is_refused(self, store: Store, wrong: dict[str, Any]) -> None:
        people()
        client = client_of(store, by=caller("admin", "ann"))
        assert client.post("/meetings/book-round-robin", json={**self.REQUEST, **wrong}).status_code in (400, 422)


def test_the_commands(sqlite_tables: str, meetkit: Run) -> None:
    """Hosts are searched and booked by turn on the command line."""
    store = SqlStore(sqlite_tables)
    with service.use(store=store):
        people()
    store.close()
    window = ("--host", "ann", "--host", "ben", "--from", "2030-03-04T09:00", "--to", "2030-03-04T10:00")

    assert "Mon 04 Mar 2030 09:00 to 10:00" in meetkit("--database", sqlite_tables, "hosts", "slots", *window).out
    for host in ("ann", "ben"):
        assert f"Times of {host}" in meetkit("--database", sqlite_tables, "hosts", "book", *window).out
    assert "No host is free" in meetkit("--database", sqlite_tables, "hosts", "slots", *window).out
    assert "'ann' is busy, 'ben' is busy" in meetkit("--database", sqlite_tables, "hosts", "book", *window).trouble
