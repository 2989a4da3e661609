"""The tables: made and upgraded, refused when they are not those of this version, read by their indexes alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, Table, event, text

from meetkit.errors import SchemaError
from meetkit.models import Meeting, MeetingFilters, PeopleFilters, User
from meetkit.models.records import ContactRecord, MeetingRecord, UserRecord
from meetkit.models.zones import DAY, to_microseconds
from meetkit.storage import SqlStore
from meetkit.storage.sql import rows, schema
from meetkit.testing.examples import ANN, BEN, DEE, MONDAY, meeting
from tests.processes import in_processes


@pytest.fixture
def engine(empty_database: str) -> Iterator[Engine]:
    engine = sqlalchemy.create_engine(empty_database)
    yield engine
    engine.dispose()


def version(engine: Engine, revision: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE {schema.CORE.version_table} SET version_num = '{revision}'"))


def fill_first_revision(engine: Engine, users: list[User], meetings: list[Meeting]) -> None:
    """Make the tables of the first revision, and keep these in their columns."""
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", "meetkit:migrations")
        config.attributes.update(connection=connection, version_table=schema.CORE.version_table)
        command.upgrade(config, "0001")
        numbers = {user.id: number for number, user in enumerate(users, 1)}
        insert_into(connection, "meetkit_users", [{**rows.person_row(one), "number": numbers[one.id]} for one in users])
        for number, one in enumerate(meetings, 1):
            row = {**rows.meeting_row(one), "number": number, "user_number": numbers[one.user_id]}
            insert_into(connection, "meetkit_meetings", [row])
            insert_into(connection, "meetkit_participants", rows.participant_rows(one, number, numbers))


def insert_into(connection: Connection, name: str, new: list[dict[str, Any]]) -> None:
    table = Table(name, MetaData(), autoload_with=connection)
    known = [{column: value for column, value in row.items() if column in table.c} for row in new]
    connection.execute(table.insert(), known)


class TestMigrations:
    """From an empty database to the newest revision."""

    def test_the_newest_revision_is_the_one_this_version_needs(self) -> None:
        config = Config()
        config.set_main_option("script_location", "meetkit:migrations")
        assert ScriptDirectory.from_config(config).get_current_head() == schema.REVISION

    def test_they_lead_to_the_tables_that_statements_are_written_for(self, engine: Engine) -> None:
        SqlStore(engine, migrate=True)
        with engine.connect() as connection:
            assert schema.current(connection) == schema.REVISION
            assert schema.differences(connection) == []
            connection.execute(text("DROP INDEX ix_meetkit_participants_time"))
            assert any("ix_meetkit_participants_time" in one for one in schema.differences(connection))

    def test_they_leave_the_hosts_tables_alone(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE alembic_version (version_num TEXT)"))
            connection.execute(text("INSERT INTO alembic_version VALUES ('hosts')"))
            connection.execute(text("CREATE TABLE users (id TEXT)"))
        SqlStore(engine, migrate=True)

        with engine.connect() as connection:
            assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "hosts"
            assert schema.differences(connection) == []

    def test_done_again_they_change_nothing(self, engine: Engine) -> None:
        SqlStore(engine, migrate=True).add_user(ANN)
        assert SqlStore(engine, migrate=True).get_user("ann") == ANN

    def test_processes_that_begin_at_once_all_find_them_done(self, empty_database: str) -> None:
        def begin(number: int) -> None:
            store = SqlStore(empty_database, migrate=True)
            store.add_user(ANN.model_copy(update={"id": f"user {number}"}))
            store.close()

        in_processes(4, begin)

        store = SqlStore(empty_database)
        assert len(list(store.export_records())) == 4
        store.close()

    def test_a_database_of_the_first_revision_keeps_all_and_finds_its_open_items(self, engine: Engine) -> None:
        items = {1: ["Call"], 2: [{"task": "open", "status": "done"}], 3: []}
        records = [MeetingRecord(meeting=meeting(number, action_items=of_one)) for number, of_one in items.items()]
        records.append(MeetingRecord(meeting=meeting(4, user_id="ben", action_items=items[2])))
        fill_first_revision(engine, [ANN, BEN], [record.meeting for record in records])
        with pytest.raises(SchemaError, match=rf"0001.*needs {schema.REVISION}.*upgrade"):
            SqlStore(engine)

        upgraded = SqlStore(engine, migrate=True)

        assert [one.id for one in upgraded.item_histories()] == ["m0000001", "m0000002"]
        assert upgraded.list_users(PeopleFilters()) == [ANN, BEN]
        assert list(upgraded.export_records()) == [UserRecord(user=ANN), UserRecord(user=BEN), *records]
        with engine.connect() as connection:
            assert schema.differences(connection) == []

    def test_they_can_be_part_of_the_hosts_transaction(self, engine: Engine) -> None:
        with engine.connect() as connection:
            SqlStore(connection, migrate=True).add_user(ANN)
            connection.rollback()
            assert not sqlalchemy.inspect(connection).has_table("meetkit_users")


class TestSecondChain:
    """Migrations of a capability that is plugged in, beside those of the store."""

    @pytest.fixture
    def chain(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> schema.Chain:
        """A chain of one revision that makes the table `plugged_in`."""
        (tmp_path / "versions").mkdir()
        (tmp_path / "env.py").write_text("from meetkit import migrations\n\nmigrations.run()\n")
        (tmp_path / "versions" / "0001_table.py").write_text(
            "import sqlalchemy as sa\nfrom alembic import op\n"
            'revision, down_revision = "0001", None\n'
            "def upgrade():\n"
            '    op.create_table("plugged_in", sa.Column("number", sa.BigInteger, nullable=False))\n'
        )
        metadata = MetaData()
        Table("plugged_in", metadata, sqlalchemy.Column("number", sqlalchemy.BigInteger, nullable=False))
        chain = schema.Chain(
            name="the capability",
            script_location=str(tmp_path),
            version_table="plugged_in_version",
            head="0001",
            first_table="plugged_in",
            metadata=metadata,
        )
        monkeypatch.setattr(schema, "chains", lambda: (schema.CORE, chain))
        return chain

    def test_comes_up_with_the_stores_own(self, engine: Engine, chain: schema.Chain) -> None:
        """Each has its revision in a table of its own, and all tables are as they are declared."""
        assert SqlStore(engine, migrate=True).database.is_new
        with engine.connect() as connection:
            assert (schema.current(connection), chain.current(connection)) == (schema.REVISION, "0001")
            assert schema.differences(connection) == []
            connection.execute(text("ALTER TABLE plugged_in ADD COLUMN more INTEGER"))
            assert any("plugged_in" in difference for difference in schema.differences(connection))

    def test_is_added_to_a_database_that_has_the_stores_own(
        self, engine: Engine, chain: schema.Chain, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Which is refused until it is upgraded, and keeps what it holds."""
        with monkeypatch.context() as before:
            before.setattr(schema, "chains", lambda: (schema.CORE,))
            SqlStore(engine, migrate=True).add_user(ANN)
        with pytest.raises(SchemaError, match="no tables of the capability yet; run `meetkit db upgrade`"):
            SqlStore(engine)

        store = SqlStore(engine, migrate=True)

        assert store.get_user("ann") == ANN
        assert not store.database.is_new
        with engine.connect() as connection:
            assert chain.current(connection) == "0001"

    def test_that_fails_leaves_nothing_of_either(self, engine: Engine, chain: schema.Chain, tmp_path: Path) -> None:
        """Both are of one transaction."""
        (tmp_path / "versions" / "0001_table.py").write_text(
            'revision, down_revision = "0001", None\ndef upgrade():\n    raise OSError("unplugged")\n'
        )

        with pytest.raises(OSError, match="unplugged"):
            SqlStore(engine, migrate=True)

        assert sqlalchemy.inspect(engine).get_table_names() == []
        with engine.connect() as connection:
            assert chain.current(connection) is None


class TestOtherRevisions:
    """A database that is not at the revision of this version is refused in one line, and stays as it is."""

    def test_an_empty_one(self, engine: Engine) -> None:
        with pytest.raises(SchemaError, match="no tables of meetkit yet; run `meetkit db upgrade`"):
            SqlStore(engine)
        assert sqlalchemy.inspect(engine).get_table_names() == []

    def test_one_that_is_behind(self, engine: Engine) -> None:
        SqlStore(engine, migrate=True)
        version(engine, "0000")
        with pytest.raises(SchemaError, match=r"at revision 0000, and this meetkit needs .* db upgrade"):
            SqlStore(engine)

    def test_one_that_is_ahead(self, engine: Engine) -> None:
        SqlStore(engine, migrate=True)
        version(engine, "9999")
        for migrate in (False, True):
            with pytest.raises(SchemaError, match="newer than this version of meetkit; upgrade meetkit"):
                SqlStore(engine, migrate=migrate)

    def test_one_whose_version_was_lost(self, engine: Engine) -> None:
        SqlStore(engine, migrate=True)
        with engine.begin() as connection:
            connection.execute(text(f"DELETE FROM {schema.CORE.version_table}"))
        for migrate in (False, True):
            with pytest.raises(SchemaError, match="but no revision; restore it from a backup"):
                SqlStore(engine, migrate=migrate)


class TestPlans:
    """Which indexes the statements use that must stay fast as the tables grow."""

    @pytest.fixture
    def plans(self, database: str) -> Iterator[Plans]:
        plans = Plans(database)
        yield plans
        plans.engine.dispose()

    def test_busy_time_comes_from_the_indexes_alone(self, plans: Plans) -> None:
        start = to_microseconds(MONDAY)
        [_, plan] = plans.of(lambda store: store.busy_intervals([f"user {n}" for n in range(50)], start, start + DAY))

        assert plan.reads == {
            "meetkit_participants": "ix_meetkit_participants_time",
            "meetkit_calendar_busy": "ix_meetkit_calendar_busy_time",
        }
        assert plan.index_alone == {"meetkit_participants", "meetkit_calendar_busy"}

    def test_users_are_found_by_id(self, plans: Plans) -> None:
        [plan, _] = plans.of(lambda store: store.busy_intervals([f"user {n}" for n in range(50)], 0, 1))

        assert plan.reads == {"meetkit_users": "uq_meetkit_users_id"}

    def test_a_users_meetings_are_found_by_time(self, plans: Plans) -> None:
        filters = MeetingFilters(date_from="2025-11-18", limit=20)
        [_, plan] = plans.of(lambda store: store.list_meetings("user 7", filters))

        assert plan.reads["meetkit_participants"] in ("ix_meetkit_participants_time", "pk_meetkit_participants")
        assert plan.reads["meetkit_meetings"] == "pk_meetkit_meetings"
        assert not plan.scans

    def test_conflicts_are_found_by_time(self, plans: Plans) -> None:
        booking = meeting(1, id="new", user_id="user 7", attendee_ids=["user 8"], exclusive=True)
        found = plans.of(lambda store: store.add_meeting(booking))

        [plan] = [plan for plan in found if "meetkit_calendar_busy" in plan.reads]
        assert plan.reads["meetkit_participants"] == "ix_meetkit_participants_time"
        assert not any(plan.scans for plan in found)

    def test_a_contacts_history_is_found_by_contact(self, plans: Plans) -> None:
        [_, plan, as_guest] = plans.of(
            lambda store: store.contact_history("contact 7", before=MONDAY, now=MONDAY, limit=5)
        )

        assert plan.reads["meetkit_meetings"] == "ix_meetkit_meetings_contact"
        assert as_guest.reads["meetkit_meetings"] == "pk_meetkit_meetings"
        assert not plan.scans | as_guest.scans

    def test_items_are_found_by_contact(self, plans: Plans) -> None:
        [_, plan] = plans.of(lambda store: store.item_histories(contact_id="contact 7"))

        assert plan.reads["meetkit_meetings"] in ("ix_meetkit_meetings_open_items", "ix_meetkit_meetings_contact")
        assert not plan.scans

    @pytest.mark.parametrize(
        "filters", [{"limit": 20}, {"limit": 20, "offset": 40}, {"limit": 20, "after": "user 7"}, {"text": "x"}]
    )
    def test_a_tenants_people_are_read_in_order(self, plans: Plans, filters: dict[str, Any]) -> None:
        [*_, plan] = plans.of(lambda store: store.list_users(PeopleFilters(**filters)))

        assert plan.reads == {"meetkit_users": "ix_meetkit_users_listed"}
        assert not plan.scans
        assert not plan.sorts

    def test_transcripts_that_are_not_asked_for_are_not_read(self, plans: Plans) -> None:
        calls = (
            lambda store: store.get_meeting("m7", transcript=False),
            lambda store: store.list_meetings("user 7", MeetingFilters(), transcript=False),
            lambda store: store.item_histories(),
        )
        for call in calls:
            assert not any("transcript," in sent.replace("AS transcript,", "") for sent in plans.statements(call))
        assert any("transcript," in sent for sent in plans.statements(lambda store: store.get_meeting("m7")))

    @pytest.mark.parametrize("seen_by", [["user 7"], [f"user {n}" for n in range(50)]])
    def test_what_is_seen_is_looked_up(self, plans: Plans, seen_by: list[str]) -> None:
        late = MONDAY + 365 * (meeting(24).date - MONDAY)
        [_, plan, _] = plans.of(
            lambda store: store.contact_history("contact 7", before=late, now=late, limit=5, seen_by=seen_by)
        )

        assert plan.reads["meetkit_meetings"] in ("ix_meetkit_meetings_contact", "pk_meetkit_meetings")
        assert not plan.scans

    def test_a_lost_index_shows(self, empty_database: str) -> None:
        plans = Plans(empty_database)
        with plans.engine.begin() as connection:
            connection.execute(text("DROP INDEX ix_meetkit_participants_time"))
        [_, plan] = plans.of(lambda store: store.busy_intervals(["user 1"], 0, 1))

        assert plan.reads.get("meetkit_participants") != "ix_meetkit_participants_time"
        assert "meetkit_participants" not in plan.index_alone
        plans.engine.dispose()


# SQLite does not name the indexes of keys.
SQLITE_KEYS = {
    "meetkit_guests": "pk_meetkit_guests",
    "meetkit_users": "uq_meetkit_users_id",
    "meetkit_contacts": "uq_meetkit_contacts_id",
    "meetkit_meetings": "uq_meetkit_meetings_id",
    "meetkit_participants": "pk_meetkit_participants",
}


class Plan:
    """Which index each table is read by, as the database plans a statement."""

    def __init__(self, lines: list[str]) -> None:
        self.reads: dict[str, str] = {}
        self.scans: set[str] = set()
        self.index_alone: set[str] = set()
        self.sorts = any(re.search(r"USE TEMP B-TREE|Sort  \(cost", line) for line in lines)
        for line in lines:
            self._read_postgresql(line) if "cost=" in line else self._read_sqlite(line)

    def _read_postgresql(self, line: str) -> None:
        if found := re.search(r"Index (Only )?Scan(?: Backward)? using (\w+) on (\w+)", line):
            self.reads[found[3]] = found[2]
            self.index_alone |= {found[3]} if found[1] else set()
        elif found := re.search(r"Bitmap Index Scan on ((?:ix|pk|uq)_(meetkit_[a-z]+(?:_busy)?)\w*)", line):
            self.reads[found[2]] = found[1]
        elif found := re.search(r"Seq Scan on (\w+)", line):
            self.scans.add(found[1])

    def _read_sqlite(self, line: str) -> None:
        if found := re.search(r"SCAN (meetkit_\w+)(?! USING INDEX)", line):
            self.scans.add(found[1])
        elif found := re.search(r"SEARCH (meetkit_\w+) USING (COVERING )?INDEX (\w+)", line):
            is_key = found[3].startswith("sqlite_autoindex")
            self.reads[found[1]] = SQLITE_KEYS[found[1]] if is_key else found[3]
            self.index_alone |= {found[1]} if found[2] else set()
        elif found := re.search(r"SEARCH (meetkit_\w+) USING INTEGER PRIMARY KEY", line):
            self.reads[found[1]] = f"pk_{found[1]}"


class Plans:
    """The plans of the statements that a call of a store sends, on tables of some size."""

    def __init__(self, database: str) -> None:
        self.engine = sqlalchemy.create_engine(database)
        self.store = SqlStore(self.engine, migrate=True)
        users = [UserRecord(user=ANN.model_copy(update={"id": f"user {n}"})) for n in range(300)]
        contacts = [ContactRecord(contact=DEE.model_copy(update={"id": f"contact {n}"})) for n in range(100)]
        meetings = [
            MeetingRecord(
                meeting=meeting(n // 3, id=f"m{n}", user_id=f"user {n % 300}", contact_id=f"contact {n % 100}")
            )
            for n in range(3000)
        ]
        self.store.import_records([*users, *contacts, *meetings])
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if self.engine.dialect.name == "postgresql":
                connection.execute(text("VACUUM ANALYZE"))
            else:
                connection.execute(text("ANALYZE"))

    def of(self, call: Any) -> list[Plan]:
        """The plan of each SELECT, in order."""
        return [Plan(self._explain(*one)) for one in self._sent(call)]

    def statements(self, call: Any) -> list[str]:
        """The text of each SELECT, in order."""
        return [statement for statement, _ in self._sent(call)]

    def _sent(self, call: Any) -> list[tuple[str, Any]]:
        statements: list[tuple[str, Any]] = []

        def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
            if statement.startswith("SELECT"):
                statements.append((statement, parameters))

        event.listen(self.engine, "before_cursor_execute", note)
        call(self.store)
        event.remove(self.engine, "before_cursor_execute", note)
        return statements

    def _explain(self, statement: str, parameters: Any) -> list[str]:
        is_sqlite = self.engine.dialect.name == "sqlite"
        with self.engine.connect() as connection:
            if not is_sqlite:
                # These tables are small enough to be read whole; what counts is how large ones would be.
                connection.execute(text("SET enable_seqscan = off"))
            explain = "EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN "
            rows = connection.exec_driver_sql(explain + statement, parameters).all()
        return [str(row[3] if is_sqlite else row[0]) for row in rows]
