"""How fast the SQL store is, beside the same work done bare, on SQLite and PostgreSQL.

In each row both sides are timed in turn in one process, and a figure is the median over the rounds, so that only
ratios matter. Run `uv run python benchmarks/storage.py`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.progress import track
from sqlalchemy import Engine, event, text

from meetkit import meeting_service
from meetkit.availability import free_intervals
from meetkit.meetings import synthetic
from meetkit.models import Meeting, MeetingFilters
from meetkit.models.records import MeetingRecord, Record
from meetkit.models.zones import DAY, HOUR, MINUTE, to_datetime, to_microseconds
from meetkit.storage import SqlStore
from meetkit.storage.sql import dialects, engines, meetings, rows, tables
from meetkit.storage.sql.people import users

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.databases import running_postgres

USERS = 10_000
ASKED = 1_000
PER_DAY, TOGETHER = 20, 4
SMALL, LARGE = 10_000, 1_000_000
# A day on which there is nothing but what is asked for, the same in a small and in a large database.
THE_DAY = dt.date(2027, 3, 1)
START = dt.date(2025, 11, 17)


@dataclass(frozen=True)
class Scale:
    """How much there is, and how often each thing is timed."""

    users: int
    asked: int
    small: int
    large: int
    rounds: int


FULL = Scale(users=USERS, asked=ASKED, small=SMALL, large=LARGE, rounds=31)
SMOKE = Scale(users=60, asked=20, small=200, large=1_000, rounds=3)


def records(scale: Scale, total: int) -> Iterator[Record]:
    """So many meetings: some on the day for each who is asked, the others over the 200 days around the start."""
    of_the_day = scale.asked * PER_DAY // TOGETHER
    yield from synthetic.records(scale.users, total - of_the_day, 7, START)
    morning = to_microseconds(dt.datetime.combine(THE_DAY, dt.time(9), dt.UTC))
    for number in range(of_the_day):
        group, place = divmod(number, PER_DAY)
        owner, *others = (f"seed_user_{group * TOGETHER + member + 1}" for member in range(TOGETHER))
        date = to_datetime(morning + place * 20 * MINUTE)
        meeting = Meeting(
            id=f"day_{number}", user_id=owner, attendee_ids=others, title="Call", date=date, duration_minutes=15
        )
        yield MeetingRecord(meeting=meeting)


def medians(rounds: int, *candidates: Callable[[], object]) -> list[float]:
    """The median milliseconds of each, timed in turn; the first round is not counted."""
    spent: list[list[float]] = [[] for _ in candidates]
    for _ in range(rounds + 1):
        for times, candidate in zip(spent, candidates, strict=True):
            begin = time.perf_counter()
            candidate()
            times.append((time.perf_counter() - begin) * 1000)
    return [statistics.median(times[1:]) for times in spent]


class Noted:
    """The statements of a call, as they reach the driver."""

    def __init__(self, engine: Engine, call: Callable[[], object]) -> None:
        self.statements: list[tuple[str, Any]] = []

        def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
            self.statements.append((statement, parameters))

        event.listen(engine, "before_cursor_execute", note)
        call()
        event.remove(engine, "before_cursor_execute", note)


class Bench:
    """One database, its store, and the same work without it."""

    def __init__(self, url: str, scale: Scale) -> None:
        self.scale = scale
        self.engine = engines.open_engine(url, engines.SqlOptions())
        self.store = SqlStore(self.engine, migrate=True)
        self.asked = [f"seed_user_{number + 1}" for number in range(scale.asked)]
        self.names = itertools.count()
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self.raw: Any = self.engine.raw_connection()
        self.cursor = self.raw.cursor()

    def close(self) -> None:
        """Let go of the database."""
        self.raw.close()
        self.engine.dispose()

    def load(self, total: int, title: str) -> float:
        """Fill the empty store, and return how many records a second it took in."""
        begin = time.perf_counter()
        count = self.scale.users + max(1, self.scale.users // 5) + total
        self.store.import_records(track(records(self.scale, total), title, total=count))
        spent = time.perf_counter() - begin
        # What a database does by itself after a while: statistics, and what PostgreSQL calls vacuum.
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE" if self.is_sqlite else "VACUUM ANALYZE"))
        return count / spent

    def report(self) -> None:
        """Measure and print what is measured within one database."""
        mine, bare = self.slots()
        row(f"slots of {self.scale.asked:,} users, a day", mine, bare, f"{mine / bare:.2f}×")
        mine, bare, count = self.list_meetings(MeetingFilters())
        row(f"all {count} meetings of a user", mine, bare, f"{mine / bare:.2f}×")
        mine, core, driver = self.creates()
        row("create, beside SQLAlchemy", mine, core, f"{core / mine:.0%} as many a second")
        row("create, beside the driver", mine, driver, f"{driver / mine:.0%} as many a second")

    def flat_calls(self) -> dict[str, Callable[[], object]]:
        """Calls that find the same in a database of any size."""
        day = MeetingFilters(date_from=THE_DAY, date_to=THE_DAY)
        times = itertools.count()

        def create() -> Meeting:
            date = dt.datetime(2030, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=next(times))
            return meeting_service.create_meeting({"user_id": self.asked[1], "title": "Call", "date": date})

        def book() -> Meeting:
            date = dt.datetime(2032, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=next(times))
            return meeting_service.book_meeting({"user_id": self.asked[1], "title": "Call", "date": date})

        def within(call: Callable[[], object]) -> Callable[[], object]:
            def run() -> object:
                with meeting_service.use(store=self.store):
                    return call()

            return run

        calls: dict[str, Callable[[], object]] = {
            "slots of many users, a day": lambda: meeting_service.find_available_slots(
                self.asked, THE_DAY, 15, timezone="UTC"
            ),
            "a user's meetings on a day": lambda: meeting_service.get_all_meetings(self.asked[0], day),
            "a meeting by its id": lambda: meeting_service.get_meeting("day_1"),
            "create": create,
            "book": book,
        }
        return {title: within(call) for title, call in calls.items()}

    def slots(self) -> tuple[float, float]:
        """`find_available_slots` for many users over a day, and the query for the same rows with the engine on them."""
        start = to_microseconds(dt.datetime.combine(THE_DAY, dt.time(9), dt.UTC))
        end = start + 8 * HOUR
        mark, among = ("?", "IN (SELECT value FROM json_each(?))") if self.is_sqlite else ("%s", "= ANY (%s)")
        query = " UNION ALL ".join(
            f"SELECT b.starts_at, b.ends_at FROM meetkit_users u JOIN {table} b ON b.user_number = u.number "
            f"WHERE u.id {among} AND b.starts_at < {mark} AND b.starts_at > {mark} AND b.ends_at > {mark}{more}"
            for table, more in (("meetkit_participants", " AND b.busy"), ("meetkit_calendar_busy", ""))
        )
        ids: Any = json.dumps(self.asked) if self.is_sqlite else self.asked
        parameters = [ids, end, start - DAY, start] * 2
        windows = [(start, end)]

        def ours() -> list[Any]:
            return meeting_service.find_available_slots(self.asked, THE_DAY, 15, timezone="UTC")

        def bare() -> list[tuple[int, int]]:
            self.cursor.execute(query, parameters)
            return free_intervals(windows, self.cursor.fetchall(), min_length=15 * MINUTE)

        with meeting_service.use(store=self.store):
            found = [(to_microseconds(slot.start_time), to_microseconds(slot.end_time)) for slot in ours()]
            assert found == bare()
            assert found
            mine, theirs = medians(self.scale.rounds, ours, bare)
        return mine, theirs

    def list_meetings(self, filters: MeetingFilters) -> tuple[float, float, int]:
        """`get_all_meetings` of a user, and the bare query and validation of the same rows."""

        def ours() -> list[Meeting]:
            return meeting_service.get_all_meetings(self.asked[0], filters)

        with meeting_service.use(store=self.store):
            statement, parameters = Noted(self.engine, ours).statements[-1]
            names = [column.name for column in meetings.SELECT.selected_columns]

            def bare() -> list[Meeting]:
                self.cursor.execute(statement, parameters)
                return [validated(dict(zip(names, row, strict=True))) for row in self.cursor.fetchall()]

            assert ours() == bare()
            mine, theirs = medians(self.scale.rounds, ours, bare)
            return mine, theirs, len(ours())

    def creates(self) -> list[float]:
        """`create_meeting`; the same statements for such rows on SQLAlchemy; and on a cursor of the driver."""
        dates = (dt.datetime(2028, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=number) for number in itertools.count())

        def ours() -> Meeting:
            return meeting_service.create_meeting({"user_id": self.asked[0], "title": "Call", "date": next(dates)})

        with meeting_service.use(store=self.store):
            statements = [one for one in Noted(self.engine, ours).statements if not one[0].startswith("BEGIN")]
            made = [ours() for _ in range(self.scale.rounds * 20 + 1)]
            return medians(self.scale.rounds * 20, ours, self.by_core(made), self.by_driver(statements, made))

    def by_core(self, made: list[Meeting]) -> Callable[[], None]:
        """Looks up and writes, a commit each, meetings whose rows were made before, by SQLAlchemy."""
        number_of = {self.asked[0]: self.number_of(self.asked[0])}
        renamed = [one.model_copy(update={"id": f"core_{next(self.names)}"}) for one in made]
        ready = iter([meetings.full_row(meeting, number_of, {}) for meeting in renamed])
        people = iter([rows.participant_rows(meeting, 0, number_of) for meeting in renamed])

        def write() -> None:
            with self.engine.connect() as connection:
                users.row(connection, self.asked[0])
            with self.engine.begin() as connection:
                dialects.begin_writing(connection)
                users.numbers(connection, [self.asked[0]])
                number = dialects.insert_new(connection, tables.meetings, next(ready))
                connection.execute(
                    meetings.ADD_PARTICIPANT, [{**row, "meeting_number": number} for row in next(people)]
                )

        return write

    def by_driver(self, statements: list[tuple[str, Any]], made: list[Meeting]) -> Callable[[], None]:
        """Writes the same by the driver, as text and plain values."""
        *lookups, (meeting_sql, meeting_values), (people_sql, people_values) = statements
        ids = iter([f"driver_{next(self.names)}" for _ in made])

        def with_value(values: Any, name: str, value: object) -> Any:
            return {**values, name: value} if isinstance(values, dict) else (value, *values[1:])

        def write() -> None:
            # From the pool as the others: a second connection to SQLite would read again what the first wrote.
            raw: Any = self.engine.raw_connection()
            cursor = raw.cursor()
            for statement, values in lookups:
                cursor.execute(statement, values)
                cursor.fetchall()
            if self.is_sqlite:
                cursor.execute("BEGIN IMMEDIATE")
            cursor.execute(meeting_sql, with_value(meeting_values, "id", next(ids)))
            [number] = cursor.fetchone()
            cursor.execute(people_sql, with_value(people_values, "meeting_number", number))
            raw.commit()
            raw.close()

        return write

    def number_of(self, user_id: str) -> int:
        """The row number of a user."""
        with self.engine.connect() as connection:
            return users.number(connection, user_id)


def validated(row: dict[str, Any]) -> Meeting:
    """The meeting of a row as the driver gives it."""
    zone = dt.timezone(dt.timedelta(minutes=row["utc_offset_minutes"]))
    items = row["action_items"]
    kept = {name: row[name] for name in row.keys() & Meeting.model_fields.keys()}
    lines = (line.split(" ", 2) for line in (row["attendees"] or "").split("\n") if line)
    responses = {user_id: response for _, response, user_id in sorted(lines, key=lambda line: int(line[0]))}
    return Meeting.model_validate(
        {
            **kept,
            "exclusive": bool(row["exclusive"]),
            "date": to_datetime(row["starts_at"]).astimezone(zone),
            "attendee_ids": list(responses),
            "responses": responses,
            "action_items": json.loads(items) if isinstance(items, str) else items,
        }
    )


@contextmanager
def databases(which: list[str]) -> Iterator[list[tuple[str, Callable[[], str]]]]:
    """New databases of each kind that is asked for, removed in the end."""
    folder = Path(tempfile.mkdtemp())
    names = itertools.count()
    found: list[tuple[str, Callable[[], str]]] = []
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        if "sqlite" in which:
            found.append(("SQLite", lambda: f"sqlite:///{folder}/{next(names)}.db"))
        if "postgresql" in which:
            postgres = stack.enter_context(running_postgres())
            found.append(("PostgreSQL", postgres.new_database))
        yield found


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="small and quick, to see that it runs")
    parser.add_argument("--only", choices=["sqlite", "postgresql"], help="one of the two databases")
    given = parser.parse_args()
    scale = SMOKE if given.smoke else FULL
    with databases([given.only] if given.only else ["sqlite", "postgresql"]) as found:
        for name, new in found:
            benches = []
            for total in (scale.small, scale.large):
                bench = Bench(new(), scale)
                rate = bench.load(total, f"{name}, {total:,}")
                title(f"{name}, {total:,} meetings of {scale.users:,} users, {rate:,.0f} records a second taken in")
                bench.report()
                benches.append(bench)
            title(f"{name}, {scale.large:,} meetings beside {scale.small:,}")
            compare(*benches)
            for bench in benches:
                bench.close()


def title(text: str) -> None:
    """Begin a table."""
    print(f"\n| {text} | ms | beside, ms | |\n|---|---|---|---|")


def row(what: str, mine: float, beside: float, ratio: str) -> None:
    """Print a row of it."""
    print(f"| {what} | {mine:.3f} | {beside:.3f} | {ratio} |", flush=True)


def compare(small: Bench, large: Bench) -> None:
    """How much longer the same calls take in the large database than in the small one."""
    of_small, of_large = small.flat_calls(), large.flat_calls()
    for what in of_small:
        theirs, mine = medians(small.scale.rounds * 5, of_small[what], of_large[what])
        row(what, mine, theirs, f"{mine / theirs:.2f}×")


if __name__ == "__main__":
    main()
