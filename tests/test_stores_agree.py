"""Whatever is done to them, the stores in memory and in SQL answer the same."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from typing import Any

import hypothesis
import hypothesis.stateful
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import text

from meetkit.availability.intervals import intersection, union
from meetkit.errors import ConflictError, MeetkitError
from meetkit.models import BusyInterval, Calendar, Contact, Meeting, MeetingFilters, PeopleFilters, User
from meetkit.models.records import MeetingRecord
from meetkit.models.zones import HOUR, to_microseconds
from meetkit.storage import MemoryStore, SqlStore, Store
from meetkit.storage.sql import tables
from meetkit.testing.examples import ANN, DEE, MONDAY, key
from tests import strategies
from tests.databases import Postgres

# Few ids, so that they meet; some of them sort otherwise by a locale than by code point, some are not text for one.
IDS = ("a", "B", "ä", "Z 💥", "_", "10", "9")
ids = st.sampled_from(IDS)
hours = st.integers(-30, 30)
offsets = st.sampled_from([0, 60, -210, 345])
Outcome = tuple[str, Any]


@st.composite
def meetings(draw: st.DrawFn) -> Meeting:
    """Meetings of few people within a few days."""
    zone = dt.timezone(dt.timedelta(minutes=draw(offsets)))
    return Meeting(
        id=draw(ids),
        user_id=draw(ids),
        contact_id=draw(st.none() | ids),
        attendee_ids=draw(st.lists(ids, max_size=3)),
        title=draw(st.sampled_from(["Straße", "STRASSE", "Demo", "İstanbul"])),
        transcript=draw(st.none() | strategies.texts),
        summary=draw(st.none() | strategies.texts),
        date=(MONDAY + dt.timedelta(hours=draw(hours))).astimezone(zone),
        duration_minutes=draw(st.sampled_from([1, 60, 90, 24 * 60])),
        status=draw(strategies.statuses),
        exclusive=draw(st.booleans()),
        action_items=draw(st.lists(strategies.action_items, max_size=1)),
    )


@st.composite
def filters(draw: st.DrawFn) -> MeetingFilters:
    """Filters that let through some of these."""
    given = {
        "contact_id": draw(st.none() | ids),
        "date_from": draw(st.none() | hours.map(lambda number: MONDAY + dt.timedelta(hours=number))),
        "date_to": draw(st.none() | st.just(dt.date(2025, 11, 17))),
        "status": draw(st.none() | strategies.statuses),
        "kind": draw(st.none() | st.sampled_from(["internal", "external"])),
        "text": draw(st.none() | st.sampled_from(["strasse", "D", "i̇"])),
        "limit": draw(st.none() | st.integers(1, 3)),
        "after": draw(st.none() | ids),
        "offset": draw(st.integers(0, 2)),
    }
    # Each at most now and then, so that not everything is filtered out.
    kept = draw(st.sets(st.sampled_from(sorted(given)), max_size=3))
    return MeetingFilters(**{name: value for name, value in given.items() if name in kept})


calendars = st.builds(
    lambda name, spans: Calendar(
        name=name,
        busy=tuple(
            BusyInterval(
                start=MONDAY + dt.timedelta(hours=start), end=MONDAY + dt.timedelta(hours=start + length, minutes=7)
            )
            for start, length in spans
        ),
        synced_at=MONDAY,
    ),
    ids,
    st.lists(st.tuples(hours, st.integers(0, 60)), max_size=3),
)
seers = st.none() | st.lists(ids, max_size=3)
tenants = st.sampled_from(["default", "other"])
people_filters = st.builds(
    PeopleFilters,
    tenant_id=tenants,
    text=st.none() | st.sampled_from(["ä", "Z", "@CLIENT"]),
    limit=st.none() | st.integers(1, 3),
    after=st.none() | ids,
    offset=st.integers(0, 2),
)
keys = st.none() | st.builds(key, ids, st.sampled_from(["one", "two"]))


def covered(store: Store, user_ids: list[str], start: int, end: int) -> list[tuple[int, int]]:
    """When these users are busy within `[start, end)`, as one store or another cuts it."""
    return intersection(union(store.busy_intervals(user_ids, start, end)), [(start, end)])


class Stores(RuleBasedStateMachine):
    """A store in memory and one in SQL, to which the same is done."""

    open_sql: Callable[[], SqlStore]

    def __init__(self) -> None:
        super().__init__()
        self.memory, self.sql = MemoryStore(), type(self).open_sql()
        # Most of the ids, so that most of what is asked can be done.
        for one in IDS[:5]:
            self.add_user(ANN.model_copy(update={"id": one}))
            self.add_contact(DEE.model_copy(update={"id": one}))

    def teardown(self) -> None:
        self.sql.close()

    def both(self, call: Callable[[Any], Any]) -> None:
        assert self.outcome(self.memory, call) == self.outcome(self.sql, call)

    @staticmethod
    def outcome(store: Store, call: Callable[[Any], Any]) -> Outcome:
        try:
            return "returned", call(store)
        except ConflictError as error:
            return "conflict", error.busy
        except MeetkitError as error:
            return type(error).__name__, str(error)

    @rule(
        user=st.builds(
            User,
            id=ids,
            name=ids,
            email=st.just("a@company.com"),
            role=ids,
            timezone=strategies.zones,
            tenant_id=tenants,
        )
    )
    def add_user(self, user: User) -> None:
        self.both(lambda store: store.add_user(user))

    @rule(
        contact=st.builds(
            Contact, id=ids, name=ids, email=st.just("a@client.com"), company=ids, role=ids, tenant_id=tenants
        )
    )
    def add_contact(self, contact: Contact) -> None:
        self.both(lambda store: store.add_contact(contact))

    @rule(user_id=ids, role=ids)
    def update_user(self, user_id: str, role: str) -> None:
        self.both(lambda store: store.update_user(user_id, lambda one: one.model_copy(update={"role": role})))

    @rule(meeting=meetings(), idempotency=keys)
    def add_meeting(self, meeting: Meeting, idempotency: Any) -> None:
        self.both(lambda store: store.add_meeting(meeting, idempotency=idempotency))

    @rule(meeting_id=ids, other=meetings())
    def update_meeting(self, meeting_id: str, other: Meeting) -> None:
        self.both(lambda store: store.update_meeting(meeting_id, lambda _: other.model_copy(update={"id": meeting_id})))

    @rule(meeting_id=ids, version=st.none() | st.integers(1, 3))
    def delete_meeting(self, meeting_id: str, version: int | None) -> None:
        self.both(lambda store: store.delete_meeting(meeting_id, expected_version=version))

    @rule(user_id=ids, now=hours)
    def erase_user(self, user_id: str, now: int) -> None:
        self.both(lambda store: store.erase_user(user_id, now=MONDAY + dt.timedelta(hours=now)))

    @rule(contact_id=ids)
    def erase_contact(self, contact_id: str) -> None:
        self.both(lambda store: store.erase_contact(contact_id, now=MONDAY))

    @rule(before=hours)
    def purge(self, before: int) -> None:
        self.both(lambda store: store.purge(MONDAY + dt.timedelta(hours=before), now=MONDAY))

    @rule(meeting_id=ids, kind=ids, content=strategies.texts)
    def put_artefact(self, meeting_id: str, kind: str, content: str) -> None:
        self.both(lambda store: store.put_artefact(meeting_id, kind, content))

    @rule(user_id=ids, calendar=calendars)
    def put_calendar(self, user_id: str, calendar: Calendar) -> None:
        self.both(lambda store: store.put_calendar(user_id, calendar))

    @rule(user_id=ids, asked=filters(), transcript=st.booleans())
    def list_meetings(self, user_id: str, asked: MeetingFilters, transcript: bool) -> None:
        self.both(lambda store: store.list_meetings(user_id, asked, transcript=transcript))

    @rule(asked=people_filters)
    def list_people(self, asked: PeopleFilters) -> None:
        self.both(lambda store: (store.list_users(asked), store.list_contacts(asked)))

    @rule(contact_id=ids, before=hours, now=hours, limit=st.integers(1, 3), seen_by=seers)
    def contact_history(self, contact_id: str, before: int, now: int, limit: int, seen_by: list[str] | None) -> None:
        first, last = MONDAY + dt.timedelta(hours=before), MONDAY + dt.timedelta(hours=now)
        self.both(lambda store: store.contact_history(contact_id, before=first, now=last, limit=limit, seen_by=seen_by))

    @rule(user_id=st.none() | ids, contact_id=st.none() | ids, seen_by=seers)
    def item_histories(self, user_id: str | None, contact_id: str | None, seen_by: list[str] | None) -> None:
        self.both(lambda store: store.item_histories(user_id=user_id, contact_id=contact_id, seen_by=seen_by))

    @rule(user_ids=st.lists(ids, max_size=3), start=hours, length=st.integers(0, 50))
    def busy_intervals(self, user_ids: list[str], start: int, length: int) -> None:
        begins = to_microseconds(MONDAY) + start * HOUR
        self.both(lambda store: covered(store, user_ids, begins, begins + length * HOUR))

    @rule()
    def move_house(self) -> None:
        """An export of one fills an empty other, which takes the place of the first."""
        kept = MemoryStore()
        kept.import_records(self.sql.export_records())
        self.memory = kept

    @invariant()
    def hold_the_same(self) -> None:
        exported = [sorted(map(repr, store.export_records())) for store in (self.memory, self.sql)]
        assert exported[0] == exported[1]

    @invariant()
    def book_nobody_twice(self) -> None:
        records = self.memory.export_records()
        kept = [record.meeting for record in records if isinstance(record, MeetingRecord)]
        booked = sorted((one for one in kept if one.exclusive and one.is_busy), key=lambda one: one.span)
        for one, other in itertools.combinations(booked, 2):
            overlap = other.span[0] < one.span[1]
            assert not (overlap and set(one.user_ids) & set(other.user_ids))


def run(open_sql: Callable[[], SqlStore], examples: int) -> None:
    machine = type("Stores", (Stores,), {"open_sql": staticmethod(open_sql)})
    settings = hypothesis.settings(
        max_examples=examples, stateful_step_count=40, suppress_health_check=list(hypothesis.HealthCheck)
    )
    hypothesis.stateful.run_state_machine_as_test(machine, settings=settings)


def test_in_memory_and_on_sqlite() -> None:
    run(lambda: SqlStore("sqlite://", migrate=True), 60)


def test_in_memory_and_on_postgresql(postgres: Postgres) -> None:
    url = postgres.new_database()
    SqlStore(url, migrate=True).close()
    # Without the audit, which cannot be emptied, and which stores write nothing to.
    names = ", ".join(table.name for table in tables.metadata.sorted_tables if table.name != "meetkit_audit")

    def emptied() -> SqlStore:
        store = SqlStore(url)
        store._write(lambda connection: connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY")))
        return store

    run(emptied, 40)
