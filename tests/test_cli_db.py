"""`meetkit db`: a database is created, upgraded, seeded and checked."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy import text

from meetkit.storage import SqlStore
from meetkit.storage.sql import tables
from meetkit.storage.sql.schema import REVISION
from meetkit.testing.examples import ANN, BEN, DEE, meeting
from tests.commands import SEED, Run, execute, exported_lines


class TestDb:
    def test_upgrade_creates_the_tables(self, meetkit: Run, empty_database: str) -> None:
        """It prints both revisions; a second upgrade has nothing to do."""
        report = f"Upgraded from no tables to revision {REVISION}.\n"
        assert meetkit("db", "upgrade", database=empty_database).out == report
        assert meetkit("db", "upgrade", database=empty_database).out == f"Already at revision {REVISION}.\n"
        assert meetkit("db", "current", database=empty_database).out == f"revision {REVISION}\n"
        assert meetkit("db", "check", database=empty_database).out == "No problems found.\n"

    def test_prints_json(self, meetkit: Run, database: str) -> None:
        """For programs."""
        for command, message in (
            ("upgrade", {"before": REVISION, "after": REVISION}),
            ("current", {"revision": REVISION, "needed": REVISION}),
            ("check", {"problems": []}),
        ):
            assert json.loads(meetkit("db", command, "--json", database=database).out) == message

    def test_seed_fills_a_database_once(self, meetkit: Run, seeded: str) -> None:
        """A second time is one clear error, whatever the options."""
        again = meetkit("db", "seed", "--users", "1", "--seed", "2", database=seeded).trouble

        assert again.startswith("this database is already seeded: there is already a user with id 'seed_user_1'")
        assert len(exported_lines(seeded)) == 12 + 2 + 300 + 2
        assert meetkit("db", "check", database=seeded).out == "No problems found.\n"

    @pytest.mark.parametrize(
        ("arguments", "why"),
        [
            (("--users", "0"), "0 is not in the range"),
            (("--meetings", "-1"), "-1 is not in the range"),
            (("--start", "soon"), "--start: 'soon' is not a date such as 2025-11-20"),
            (("--start", "0900-01-01"), "start: a year from 1971 to 9997"),
        ],
    )
    def test_seed_rejects_invalid_options(
        self, meetkit: Run, database: str, arguments: tuple[str, ...], why: str
    ) -> None:
        """In one line."""
        assert why in meetkit("db", "seed", *arguments, database=database).trouble


@pytest.fixture
def booked_database(empty_database: str, meetkit: Run) -> str:
    """The URL of a database in which Ann has two bookings."""
    store = SqlStore(empty_database, migrate=True)
    for user in (ANN, BEN):
        store.add_user(user)
    for number in (0, 1):
        store.add_meeting(meeting(number, exclusive=True))
    store.close()
    assert meetkit("db", "check", database=empty_database).code == 0
    return empty_database


def drop_guards(database: str) -> list[str]:
    """Drop the triggers and constraints that guard a database; return the statements that restore them on SQLite."""
    engine = sqlalchemy.create_engine(database)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE meetkit_participants DISABLE TRIGGER ALL"))
            connection.execute(text("ALTER TABLE meetkit_participants DROP CONSTRAINT meetkit_no_double_booking"))
            back = ["ALTER TABLE meetkit_participants ENABLE TRIGGER ALL"]
        else:
            triggers = connection.execute(
                text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'meetkit_participant%'")
            ).all()
            for name, _ in triggers:
                connection.execute(text(f"DROP TRIGGER {name}"))
            back = [sql for _, sql in triggers]
    engine.dispose()
    return back


class TestCheck:
    def test_finds_missing_guards(self, meetkit: Run, booked_database: str) -> None:
        """A restore may leave them behind."""
        drop_guards(booked_database)

        message = meetkit("db", "check", database=booked_database).trouble
        assert message.startswith("the trigger or constraint meetkit_")
        assert "more, listed by --json)" in message
        result = meetkit("db", "check", "--json", database=booked_database)
        assert result.code == 2
        assert len(json.loads(result.out)["problems"]) in (2, 4)

    def test_finds_other_tables(self, meetkit: Run, booked_database: str) -> None:
        """A column that this version does not have."""
        execute(booked_database, "ALTER TABLE meetkit_users ADD COLUMN nickname TEXT")

        assert "nickname" in meetkit("db", "check", database=booked_database).trouble

    @pytest.mark.parametrize(
        ("statement", "why"),
        [
            ("DELETE FROM meetkit_participants", "2 meetings without their owner among the participants"),
            (
                "UPDATE meetkit_participants SET user_number = 2",
                "2 meetings without their owner among the participants",
            ),
            (
                "UPDATE meetkit_participants SET ends_at = ends_at - 1 WHERE meeting_number = 1",
                "1 participants with another time than their meeting's",
            ),
            (
                "UPDATE meetkit_participants SET exclusive = (1 = 0)",
                "2 participants with another time than their meeting's",
            ),
            (
                "UPDATE meetkit_meetings SET status = 'cancelled'",
                "2 participants with another time than their meeting's",
            ),
        ],
    )
    def test_finds_meetings_and_people_that_disagree(
        self, meetkit: Run, booked_database: str, statement: str, why: str
    ) -> None:
        """Rows written without the triggers."""
        if booked_database.startswith("postgresql"):
            execute(booked_database, "SET session_replication_role = 'replica'", statement)
        else:
            back = drop_guards(booked_database)
            execute(booked_database, statement, *back)

        assert meetkit("db", "check", database=booked_database).trouble.startswith(why)

    def test_finds_meetings_across_tenants(self, meetkit: Run, database: str) -> None:
        """An import accepts them."""
        store = SqlStore(database)
        store.add_user(ANN)
        store.add_user(BEN.model_copy(update={"tenant_id": "other"}))
        store.add_contact(DEE)
        store.add_contact(DEE.model_copy(update={"id": "eve", "tenant_id": "other"}))
        store.add_meeting(meeting(0, contact_id="dee"))
        store.add_meeting(meeting(1, user_id="ben", contact_id="eve"))
        assert meetkit("db", "check", database=database).code == 0
        store.add_meeting(meeting(2, attendee_ids=["ben"], contact_id="dee"))
        store.add_meeting(meeting(3, user_id="ben", contact_id="dee"))
        store.close()

        assert meetkit("db", "check", database=database).trouble == "2 meetings with people of several tenants"

    def test_finds_double_bookings(self, meetkit: Run, tmp_path: Path) -> None:
        """SQLite prevents them by triggers alone."""
        url = f"sqlite:///{tmp_path}/meetings.db"
        store = SqlStore(url, migrate=True)
        store.add_user(ANN)
        back = drop_guards(url)
        store.add_meeting(meeting(0, exclusive=True))
        store.update_meeting("m0000000", lambda record: record)
        names = ", ".join(column.name for column in tables.meetings.c if column.name not in ("number", "id"))
        execute(
            url,
            f"INSERT INTO meetkit_meetings (number, id, {names}) SELECT 2, 'm2', {names} FROM meetkit_meetings",
            "INSERT INTO meetkit_participants SELECT 2, user_number, position, starts_at, ends_at, busy, exclusive, "
            "response FROM meetkit_participants",
            *back,
        )
        store.close()

        message = meetkit("db", "check", database=url).trouble
        assert message == "1 bookings of time that is booked already"

    def test_finds_rows_that_refer_to_nothing(self, meetkit: Run, tmp_path: Path) -> None:
        """SQLite checks foreign keys on request only."""
        url = f"sqlite:///{tmp_path}/meetings.db"
        meetkit("db", "upgrade", database=url)
        execute(url, "INSERT INTO meetkit_artefacts VALUES (7, 'prep', '{}')")

        message = meetkit("db", "check", database=url).trouble
        assert message == "1 rows of meetkit_artefacts refer to no row of meetkit_meetings"

    def test_finds_a_damaged_file(self, meetkit: Run, tmp_path: Path) -> None:
        """A page is overwritten."""
        file = tmp_path / "meetings.db"
        meetkit("db", "upgrade", database=f"sqlite:///{file}")
        meetkit(*SEED, database=f"sqlite:///{file}")
        with file.open("r+b") as pages:
            pages.seek(file.stat().st_size // 4096 // 2 * 4096)
            pages.write(os.urandom(4096))

        assert meetkit("db", "check", database=f"sqlite:///{file}").trouble
