"""The command line on a database: nothing is half done, and every error is one line with exit code 2."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import sqlalchemy

from meetkit.storage.sql.schema import REVISION
from tests.commands import SEED, Run, execute, in_process
from tests.databases import Postgres


class TestTheDatabase:
    def test_is_what_commands_work_on(self, meetkit: Run, seeded: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """By option or by variable; the option wins."""
        assert "Weekly sync" in meetkit("meetings", "--user", "seed_user_1", database=seeded).out
        monkeypatch.setenv("MEETKIT_DATABASE_URL", "sqlite:///nowhere/x.db")
        assert meetkit("meetings", "--user", "seed_user_1", database=seeded).code == 0
        monkeypatch.setenv("MEETKIT_DATABASE_URL", seeded)
        ask = ("--user", "seed_user_1", "--user", "seed_user_2", "--date", "2025-11-20", "--duration", "30")
        assert json.loads(meetkit("slots", *ask, "--hours", "own", "--json").out)
        [first, *_] = json.loads(meetkit("meetings", "--user", "seed_user_1", "--kind", "external", "--json").out)
        assert "Written by: offline" in meetkit("brief", first["id"]).out

    def test_does_not_change_the_demo(self, meetkit: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        """It always shows the sample."""
        monkeypatch.setenv("MEETKIT_DATABASE_URL", "sqlite:///nowhere/x.db")

        assert "Jennifer Liu, Acme Corp" in meetkit("demo").out

    def test_is_not_opened_for_help(self, meetkit: Run) -> None:
        """Help is there even if the database cannot be reached."""
        for command in ("meetings", "export", "import", "db"):
            assert meetkit(command, "--help", database="sqlite:///nowhere/x.db").code == 0

    @pytest.mark.parametrize("command", ["import x", "db upgrade", "db current", "db check", "db seed"])
    def test_is_needed_by_what_cannot_be_done_to_the_sample(self, meetkit: Run, command: str) -> None:
        """The line names both ways to give one, with an example."""
        message = meetkit(*command.split()).trouble

        for part in ("--database", "MEETKIT_DATABASE_URL", "sqlite:///meetkit.db"):
            assert part in message

    @pytest.mark.parametrize("command", ["meetings", "export -", "import x", "db upgrade", "db current", "db check"])
    @pytest.mark.parametrize(
        ("url", "why"),
        [
            ("postgresql://ann:hunter2@127.0.0.1:1/x", "Connection refused"),
            ("postgresql:///x?host=/nowhere&password=hunter2", "No such file or directory"),
            ("postgresql://ann:hunter2@127.0.0.1:port/x", "database: a URL such as"),
            ("mysql://ann:hunter2@127.0.0.1/x", "database: SQLite or PostgreSQL, not mysql"),
            ("postgresql+odd://ann:hunter2@127.0.0.1/x", "database: "),
            ("sqlite:///nowhere/x.db", "there is no directory 'nowhere'"),
            ("sqlite://", "an in-memory database is not persistent"),
            ("sqlite:///x.db?timeout=soon", "database: a URL such as"),
            ("sqlite:///x.db?timeout=1&timeout=2", "database: a URL such as"),
            ("sqlite:///x.db?mode=ro", "the option 'mode' is supported only in sqlite:///file:"),
            ("hunter2", "database: a URL such as"),
        ],
    )
    def test_that_cannot_be_opened_is_one_line_without_its_password(
        self, meetkit: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str, url: str, why: str
    ) -> None:
        """From the option and the variable alike; no file is left behind."""
        monkeypatch.chdir(tmp_path)
        by_option = meetkit(*command.split(), database=url).trouble
        monkeypatch.setenv("MEETKIT_DATABASE_URL", url)
        by_variable = meetkit(*command.split()).trouble

        assert by_option == by_variable
        assert why in by_option
        assert "hunter2" not in by_option
        assert list(tmp_path.iterdir()) == []

    def test_in_a_variable_that_cannot_be_read_is_not_shown(
        self, meetkit: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Not even if it is rejected for its length."""
        monkeypatch.setenv("MEETKIT_DATABASE_URL", "hunter2" * 1000)

        message = meetkit("meetings").trouble
        assert "database_url: String should have at most 5000 characters" in message
        assert "hunter2" not in message

    def test_whose_file_is_missing_is_not_created_by_other_commands(self, meetkit: Run, tmp_path: Path) -> None:
        """Only an upgrade creates a database."""
        url = f"sqlite:///{tmp_path}/meetings.db"

        for command in ("meetings", "export -", "import x", "db current", "db check", "db seed"):
            assert "`meetkit db upgrade` creates it" in meetkit(*command.split(), database=url).trouble
        assert list(tmp_path.iterdir()) == []

    def test_that_is_no_database_is_one_line(self, meetkit: Run, tmp_path: Path) -> None:
        """The file stays unchanged."""
        file = tmp_path / "letter.txt"
        file.write_text("Dear reader, " * 100)

        for command in ("meetings", "db upgrade", "db current", "db check"):
            assert "file is not a database" in meetkit(*command.split(), database=f"sqlite:///{file}").trouble
        assert file.read_text() == "Dear reader, " * 100

    def test_of_another_revision_is_one_line(self, meetkit: Run, empty_database: str) -> None:
        """An older or a newer one."""
        database = empty_database
        meetkit("db", "upgrade", database=database)
        for revision, why in (
            ("0000", f"needs {REVISION}; run `meetkit db upgrade`"),
            ("9999", "newer than this version of meetkit; upgrade meetkit"),
        ):
            execute(database, f"UPDATE meetkit_alembic_version SET version_num = '{revision}'")
            for command in ("meetings", "export -", "db check", "db seed"):
                assert why in meetkit(*command.split(), database=database).trouble
            assert meetkit("db", "upgrade", database=database).trouble
            assert meetkit("db", "current", database=database).out == f"revision {revision}\n"

    def test_that_may_only_be_read_is_one_line(self, meetkit: Run, tmp_path: Path, postgres: Postgres) -> None:
        """On SQLite and PostgreSQL, reading works, and writing reports the reason."""
        file = f"{tmp_path}/meetings.db"
        meetkit("db", "upgrade", database=f"sqlite:///{file}")
        read_only = f"sqlite:///file:{file}?mode=ro&uri=true"
        assert "readonly database" in meetkit(*SEED, database=read_only).trouble

        url = postgres.new_database()
        execute(url, "CREATE ROLE stranger LOGIN")
        stranger = sqlalchemy.make_url(url).set(username="stranger").render_as_string(hide_password=False)
        assert "permission denied for schema public" in meetkit("db", "upgrade", database=stranger).trouble
        assert meetkit("db", "current", database=url).out == "no meetkit tables yet\n"

    def test_needs_its_extra(self, tmp_path: Path) -> None:
        """Without it one line says what to install."""
        for command in ("meetings", "import x", "db upgrade", "db current", "db check"):
            arguments = ("--database", f"sqlite:///{tmp_path}/x.db", *command.split())
            prelude = "import sys; sys.modules['sqlalchemy'] = None"
            process = subprocess.run(
                in_process(*arguments, prelude=prelude), capture_output=True, check=False, timeout=60
            )

            assert process.returncode == 2
            assert process.stderr == b"meetkit: the SQL store needs the extra 'sql': pip install 'meetkit[sql]'\n"
