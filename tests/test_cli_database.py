"""The command line on a database: nothing half done, and every trouble told in one line with exit code 2."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
import sqlalchemy
from sqlalchemy import text

from meetkit import data
from meetkit.cli import main
from meetkit.storage import SqlStore, transfer
from meetkit.testing.examples import ANN, BEN, meeting
from tests.databases import Postgres

SEED = ("db", "seed", "--users", "12", "--meetings", "300")


class Result:
    """What a command printed, and how it ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def trouble(self) -> str:
        """The one line that a failed command says."""
        assert (self.code, self.out) == (2, ""), self.err
        assert self.err.startswith("meetkit: ")
        assert self.err.count("\n") == 1
        return self.err.removeprefix("meetkit: ").strip()


class Run(Protocol):
    def __call__(self, *arguments: object, database: str | None = None) -> Result: ...


@pytest.fixture
def meetkit(capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs `meetkit` with these arguments, on the sample or on a database."""

    def run(*arguments: object, database: str | None = None) -> Result:
        try:
            main([*(("--database", database) if database else ()), *map(str, arguments)])
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        return Result(code, *capfd.readouterr())

    return run


@pytest.fixture
def seeded(database: str, meetkit: Run) -> str:
    """The URL of a database with 12 users and 300 meetings."""
    assert meetkit(*SEED, database=database).code == 0
    return database


def execute(database: str, *statements: str) -> None:
    """Do to a database what meetkit does not."""
    engine = sqlalchemy.create_engine(database)
    try:
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))
    finally:
        engine.dispose()


def kept(database: str) -> list[bytes]:
    store = SqlStore(database)
    lines = list(transfer.export_lines(store))
    store.close()
    return lines


def in_process(*arguments: object, prelude: str = "") -> list[str]:
    """The command of a process of its own that runs `meetkit`."""
    return [sys.executable, "-c", f"{prelude}\nfrom meetkit.cli import main\nmain({[*map(str, arguments)]!r})"]


class TestTheDatabase:
    def test_is_what_commands_work_on(self, meetkit: Run, seeded: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """By option or by variable; of both, the option."""
        assert "Weekly sync" in meetkit("meetings", "--user", "seed_user_1", database=seeded).out
        monkeypatch.setenv("MEETKIT_DATABASE", "sqlite:///nowhere/x.db")
        assert meetkit("meetings", "--user", "seed_user_1", database=seeded).code == 0
        monkeypatch.setenv("MEETKIT_DATABASE", seeded)
        ask = ("--user", "seed_user_1", "--user", "seed_user_2", "--date", "2025-11-20", "--duration", "30")
        assert json.loads(meetkit("slots", *ask, "--hours", "own", "--json").out)
        [first, *_] = json.loads(meetkit("meetings", "--user", "seed_user_1", "--kind", "external", "--json").out)
        assert "Written by: offline" in meetkit("brief", first["id"]).out

    def test_does_not_change_the_demo(self, meetkit: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        """It shows the sample, whatever is set."""
        monkeypatch.setenv("MEETKIT_DATABASE", "sqlite:///nowhere/x.db")

        assert "Jennifer Liu, Acme Corp" in meetkit("demo").out

    def test_is_not_opened_for_help(self, meetkit: Run) -> None:
        """Somebody who cannot reach it can still read how."""
        for command in ("meetings", "export", "import", "db"):
            assert meetkit(command, "--help", database="sqlite:///nowhere/x.db").code == 0

    @pytest.mark.parametrize("command", ["import x", "db upgrade", "db current", "db check", "db seed"])
    def test_is_needed_by_what_cannot_be_done_to_the_sample(self, meetkit: Run, command: str) -> None:
        """The line names both ways, and what a database looks like."""
        said = meetkit(*command.split()).trouble

        for part in ("--database", "MEETKIT_DATABASE", "sqlite:///meetings.db"):
            assert part in said

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
            ("sqlite://", "one in memory is gone at once"),
            ("sqlite:///x.db?timeout=soon", "database: a URL such as"),
            ("sqlite:///x.db?timeout=1&timeout=2", "database: a URL such as"),
            ("sqlite+aiosqlite:///x.db", "database: a URL such as"),
            ("sqlite:///x.db?mode=ro", "'mode' means something only in sqlite:///file:"),
            ("hunter2", "database: a URL such as"),
        ],
    )
    def test_that_cannot_be_opened_is_one_line_without_its_password(
        self, meetkit: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str, url: str, why: str
    ) -> None:
        """From the option as from the variable; and no file is left behind."""
        monkeypatch.chdir(tmp_path)
        by_option = meetkit(*command.split(), database=url).trouble
        monkeypatch.setenv("MEETKIT_DATABASE", url)
        by_variable = meetkit(*command.split()).trouble

        assert by_option == by_variable
        assert why in by_option
        assert "hunter2" not in by_option
        assert list(tmp_path.iterdir()) == []

    def test_in_a_variable_that_cannot_be_read_is_not_shown(
        self, meetkit: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Not even where it is refused for its length."""
        monkeypatch.setenv("MEETKIT_DATABASE", "hunter2" * 1000)

        said = meetkit("meetings").trouble
        assert "database: String should have at most 2000 characters" in said
        assert "hunter2" not in said

    def test_whose_file_is_not_there_is_not_created_by_a_question(self, meetkit: Run, tmp_path: Path) -> None:
        """Only an upgrade creates one."""
        url = f"sqlite:///{tmp_path}/meetings.db"

        for command in ("meetings", "export -", "import x", "db current", "db check", "db seed"):
            assert "`meetkit db upgrade` creates it" in meetkit(*command.split(), database=url).trouble
        assert list(tmp_path.iterdir()) == []

    def test_that_is_no_database_is_one_line(self, meetkit: Run, tmp_path: Path) -> None:
        """And the file stays as it was."""
        file = tmp_path / "letter.txt"
        file.write_text("Dear reader, " * 100)

        for command in ("meetings", "db upgrade", "db current", "db check"):
            assert "file is not a database" in meetkit(*command.split(), database=f"sqlite:///{file}").trouble
        assert file.read_text() == "Dear reader, " * 100

    def test_of_another_revision_is_one_line(self, meetkit: Run, empty_database: str) -> None:
        """Behind or ahead."""
        database = empty_database
        meetkit("db", "upgrade", database=database)
        for revision, why in (("0000", "needs 0001; run `meetkit db upgrade`"), ("9999", "install a newer meetkit")):
            execute(database, f"UPDATE meetkit_alembic_version SET version_num = '{revision}'")
            for command in ("meetings", "export -", "db check", "db seed"):
                assert why in meetkit(*command.split(), database=database).trouble
            assert meetkit("db", "upgrade", database=database).trouble
            assert meetkit("db", "current", database=database).out == f"revision {revision}\n"

    def test_that_may_only_be_read_is_one_line(self, meetkit: Run, tmp_path: Path, postgres: Postgres) -> None:
        """On either kind: what reads works, what writes says why not."""
        file = f"{tmp_path}/meetings.db"
        meetkit("db", "upgrade", database=f"sqlite:///{file}")
        read_only = f"sqlite:///file:{file}?mode=ro&uri=true"
        assert "readonly database" in meetkit(*SEED, database=read_only).trouble

        url = postgres.new_database()
        execute(url, "CREATE ROLE stranger LOGIN")
        stranger = sqlalchemy.make_url(url).set(username="stranger").render_as_string(hide_password=False)
        assert "permission denied for schema public" in meetkit("db", "upgrade", database=stranger).trouble
        assert meetkit("db", "current", database=url).out == "no tables of meetkit yet\n"

    def test_needs_its_extra(self, tmp_path: Path) -> None:
        """Without it one line says what to install."""
        for command in ("meetings", "import x", "db upgrade", "db current", "db check"):
            arguments = ("--database", f"sqlite:///{tmp_path}/x.db", *command.split())
            prelude = "import sys; sys.modules['sqlalchemy'] = None"
            done = subprocess.run(in_process(*arguments, prelude=prelude), capture_output=True, check=False, timeout=60)

            assert done.returncode == 2
            assert done.stderr == b"meetkit: the SQL store needs the extra 'sql': pip install 'meetkit[sql]'\n"


class TestExport:
    def test_without_a_database_writes_the_sample(self, meetkit: Run, tmp_path: Path) -> None:
        """Which an import then keeps."""
        file, url = tmp_path / "sample.jsonl", f"sqlite:///{tmp_path}/meetings.db"

        assert meetkit("export", file).out == "Exported 5 users, 5 contacts, 18 meetings.\n"
        meetkit("db", "upgrade", database=url)
        assert meetkit("import", file, database=url).out == "Imported 5 users, 5 contacts, 18 meetings.\n"
        assert kept(url) == list(transfer.export_lines(data.sample_store()))

    def test_moves_a_database_into_another(self, meetkit: Run, seeded: str, tmp_path: Path) -> None:
        """And what that one exports is the same to the byte."""
        first, second, other = tmp_path / "first", tmp_path / "second", f"sqlite:///{tmp_path}/other.db"
        meetkit("db", "upgrade", database=other)

        for command, file, url in (("export", first, seeded), ("import", first, other), ("export", second, other)):
            counts = json.loads(meetkit(command, file, "--json", database=url).out)
            assert counts == {"users": 12, "contacts": 2, "calendars": 0, "meetings": 300, "requests": 0}
        assert first.read_bytes() == second.read_bytes() == b"".join(kept(seeded))

    def test_is_for_its_owner_alone(self, meetkit: Run, tmp_path: Path) -> None:
        """As it holds what people said."""
        file = tmp_path / "export.jsonl"
        file.touch(0o644)
        meetkit("export", file, "--force")

        assert file.stat().st_mode & 0o777 == 0o600

    def test_replaces_nothing_unless_told_to(self, meetkit: Run, tmp_path: Path) -> None:
        """And then follows a link, as one means the file behind it."""
        file, link = tmp_path / "export.jsonl", tmp_path / "link"
        file.write_text("precious")
        link.symlink_to(file)

        for name in (file, link):
            assert "is there already; --force replaces it" in meetkit("export", name).trouble
        assert file.read_text() == "precious"
        meetkit("export", link, "--force")
        assert file.read_bytes().startswith(b'{"kind":"meetkit"')
        assert link.is_symlink()

    def test_goes_to_a_file_that_can_be_one(self, meetkit: Run, tmp_path: Path) -> None:
        """Neither a directory nor a device is replaced by one, nor is a directory made."""
        for name in (tmp_path, "/dev/null"):
            assert "is no file that could be written" in meetkit("export", name, "--force").trouble
        assert "cannot write" in meetkit("export", tmp_path / "nowhere" / "x").trouble
        assert "No such file or directory" in meetkit("export", tmp_path / "nowhere" / "x").trouble

    @pytest.mark.parametrize("trouble", [KeyboardInterrupt, OSError(28, "No space left on device")])
    def test_that_fails_leaves_nothing_and_what_was_there(
        self, meetkit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: Any
    ) -> None:
        """Whatever stops it."""

        def stopped(*_: object, **__: object) -> Iterator[bytes]:
            yield b"half"
            raise trouble

        file = tmp_path / "export.jsonl"
        file.write_text("precious")
        monkeypatch.setattr(transfer, "export_lines", stopped)
        result = meetkit("export", file, "--force")

        assert result.code == (130 if trouble is KeyboardInterrupt else 2)
        assert len(result.err.strip().splitlines()) == 1
        assert [one.name for one in tmp_path.iterdir()] == ["export.jsonl"]
        assert file.read_text() == "precious"

    def test_on_a_full_disk_is_one_line(self, tmp_path: Path) -> None:
        """A limit on the size of files stands for it."""
        prelude = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))"
        command = in_process("export", tmp_path / "x", prelude=prelude)
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == f"meetkit: cannot write '{tmp_path}/x': File too large\n"
        assert list(tmp_path.iterdir()) == []

    def test_goes_to_a_pipe(self, meetkit: Run) -> None:
        """The lines to standard output, what else is said to standard error."""
        result = meetkit("export", "-")

        assert result.out.encode() == b"".join(transfer.export_lines(data.sample_store()))
        assert result.err == "Exported 5 users, 5 contacts, 18 meetings.\n"

    def test_to_a_reader_who_leaves_early_is_silent(self) -> None:
        """As other commands are."""
        command = f"{sys.executable} -m meetkit export - | head -n 1"
        done = subprocess.run(command, shell=True, capture_output=True, check=False, timeout=60)

        assert done.stdout == b'{"kind":"meetkit","format":1}\n'
        assert done.stderr in (b"", b"Exported 5 users, 5 contacts, 18 meetings.\n")


class TestImport:
    def test_of_a_damaged_line_keeps_nothing(self, meetkit: Run, database: str, tmp_path: Path) -> None:
        """And names the line, without what stands in it."""
        lines = list(transfer.export_lines(data.sample_store()))
        lines[16] = lines[16].replace(b'"status"', b'"state"')
        file = tmp_path / "damaged.jsonl"
        file.write_bytes(b"".join(lines))

        said = meetkit("import", file, database=database).trouble
        assert said.startswith("line 17: meeting.meeting: unknown field 'state' (did you mean 'status'?)")
        assert len(kept(database)) == 2

    def test_twice_is_refused(self, meetkit: Run, seeded: str, tmp_path: Path) -> None:
        """As the first id is taken."""
        file = tmp_path / "export.jsonl"
        meetkit("export", file, database=seeded)

        said = meetkit("import", file, database=seeded).trouble
        assert said == "line 2: there is already a user with id 'seed_user_1'"

    def test_of_what_cannot_be_read_is_one_line(self, meetkit: Run, database: str, tmp_path: Path) -> None:
        """A file that is not there, and one that is none."""
        assert "cannot read" in meetkit("import", tmp_path / "x", database=database).trouble
        assert "Is a directory" in meetkit("import", tmp_path, database=database).trouble

    def test_reads_a_pipe(self, database: str) -> None:
        """Another program's output, such as another meetkit's."""
        export = [sys.executable, "-m", "meetkit", "export", "-"]
        lines = subprocess.run(export, capture_output=True, check=True, timeout=60).stdout
        command = [sys.executable, "-m", "meetkit", "--database", database, "import", "-"]
        done = subprocess.run(command, input=lines, capture_output=True, check=True, timeout=60)

        assert done.stdout == b"Imported 5 users, 5 contacts, 18 meetings.\n"
        assert b"".join(kept(database)) == lines

    def test_of_a_closed_standard_input_is_one_line(self, database: str) -> None:
        """As of a job that was given none."""
        command = f"{sys.executable} -m meetkit --database '{database}' import - <&-"
        done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False, timeout=60)

        assert (done.returncode, done.stderr) == (2, "meetkit: standard input is closed\n")

    def test_that_is_interrupted_keeps_nothing(self, database: str, meetkit: Run, tmp_path: Path) -> None:
        """By Ctrl-C, when thousands of lines are read already."""
        first = f"sqlite:///{tmp_path}/first.db"
        meetkit("db", "upgrade", database=first)
        meetkit("db", "seed", "--meetings", "3000", database=first)
        command = [sys.executable, "-m", "meetkit", "--database", database, "import", "-"]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as running:
            assert running.stdin
            # A pipe holds little, so when all of this is written most of it is read.
            running.stdin.writelines(kept(first)[:-1])
            running.stdin.flush()
            running.send_signal(signal.SIGINT)
            out, err = running.communicate(timeout=60)

        assert (running.returncode, out, err.strip()) == (130, b"", b"meetkit: interrupted")
        assert len(kept(database)) == 2

    def test_on_a_full_disk_keeps_nothing(self, meetkit: Run, tmp_path: Path) -> None:
        """A limit on the size of files stands for it."""
        file, first, url = tmp_path / "x", f"sqlite:///{tmp_path}/first.db", f"sqlite:///{tmp_path}/meetings.db"
        for one in (first, url):
            meetkit("db", "upgrade", database=one)
        meetkit("db", "seed", "--meetings", "1500", database=first)
        meetkit("export", file, database=first)
        prelude = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (120_000, 120_000))"
        command = in_process("--database", url, "import", file, prelude=prelude)
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("meetkit: the database failed: ")
        assert done.stderr.count("\n") == 1
        assert len(kept(url)) == 2


class TestDb:
    def test_upgrade_brings_an_empty_database_up(self, meetkit: Run, empty_database: str) -> None:
        """And says from where to where; a second time there is nothing to do."""
        assert meetkit("db", "upgrade", database=empty_database).out == "Upgraded from no tables to revision 0001.\n"
        assert meetkit("db", "upgrade", database=empty_database).out == "At revision 0001, as before.\n"
        assert meetkit("db", "current", database=empty_database).out == "revision 0001\n"
        assert meetkit("db", "check", database=empty_database).out == "All is well.\n"

    def test_speaks_json(self, meetkit: Run, database: str) -> None:
        """For programs."""
        for command, said in (
            ("upgrade", {"before": "0001", "after": "0001"}),
            ("current", {"revision": "0001", "needed": "0001"}),
            ("check", {"problems": []}),
        ):
            assert json.loads(meetkit("db", command, "--json", database=database).out) == said

    def test_seed_fills_a_database_once(self, meetkit: Run, seeded: str) -> None:
        """A second time is one clear error, whatever the numbers."""
        again = meetkit("db", "seed", "--users", "1", "--seed", "2", database=seeded).trouble

        assert again.startswith("this database was seeded before: there is already a user with id 'seed_user_1'")
        assert len(kept(seeded)) == 12 + 2 + 300 + 2
        assert meetkit("db", "check", database=seeded).out == "All is well.\n"

    @pytest.mark.parametrize(
        ("arguments", "why"),
        [
            (("--users", "0"), "0 is not in the range"),
            (("--meetings", "-1"), "-1 is not in the range"),
            (("--start", "soon"), "--start: 'soon' is not a date such as 2025-11-20"),
            (("--start", "0900-01-01"), "start: a year from 1971 to 9997"),
        ],
    )
    def test_seed_refuses_what_cannot_be(
        self, meetkit: Run, database: str, arguments: tuple[str, ...], why: str
    ) -> None:
        """In one line."""
        assert why in meetkit("db", "seed", *arguments, database=database).trouble


@pytest.fixture
def booked(empty_database: str, meetkit: Run) -> str:
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
    """Statements that take away what keeps a database right; and those, for SQLite alone, that bring it back."""
    engine = sqlalchemy.create_engine(database)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE meetkit_participants DISABLE TRIGGER ALL"))
            connection.execute(text("ALTER TABLE meetkit_participants DROP CONSTRAINT meetkit_no_double_booking"))
            back = ["ALTER TABLE meetkit_participants ENABLE TRIGGER ALL"]
        else:
            found = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
            for name, _ in found:
                connection.execute(text(f"DROP TRIGGER {name}"))
            back = [sql for _, sql in found]
    engine.dispose()
    return back


class TestCheck:
    def test_finds_missing_guards(self, meetkit: Run, booked: str) -> None:
        """As after a restore that left them behind."""
        drop_guards(booked)

        said = meetkit("db", "check", database=booked).trouble
        assert said.startswith("the trigger or constraint meetkit_")
        assert "more, which --json lists)" in said
        listed = meetkit("db", "check", "--json", database=booked)
        assert listed.code == 2
        assert len(json.loads(listed.out)["problems"]) in (2, 3, 4)

    def test_finds_other_tables(self, meetkit: Run, booked: str) -> None:
        """A column that is not of this version, or one that is gone."""
        execute(booked, "ALTER TABLE meetkit_users ADD COLUMN nickname TEXT")

        assert "nickname" in meetkit("db", "check", database=booked).trouble

    @pytest.mark.parametrize(
        ("statement", "why"),
        [
            ("DELETE FROM meetkit_participants", "2 meetings whose owner is not among those in them"),
            ("UPDATE meetkit_participants SET user_number = 2", "2 meetings whose owner is not among those in them"),
            (
                "UPDATE meetkit_participants SET ends_at = ends_at - 1 WHERE meeting_number = 1",
                "1 people in a meeting with another time",
            ),
            ("UPDATE meetkit_participants SET exclusive = (1 = 0)", "2 people in a meeting with another time"),
            ("UPDATE meetkit_meetings SET status = 'cancelled'", "2 people in a meeting with another time"),
        ],
    )
    def test_finds_meetings_and_people_that_disagree(self, meetkit: Run, booked: str, statement: str, why: str) -> None:
        """Whoever wrote that, with the triggers off."""
        if booked.startswith("postgresql"):
            execute(booked, "SET session_replication_role = 'replica'", statement)
        else:
            back = drop_guards(booked)
            execute(booked, statement, *back)

        assert meetkit("db", "check", database=booked).trouble.startswith(why)

    def test_finds_double_bookings(self, meetkit: Run, tmp_path: Path) -> None:
        """Of which SQLite knows by its triggers alone."""
        url = f"sqlite:///{tmp_path}/meetings.db"
        store = SqlStore(url, migrate=True)
        store.add_user(ANN)
        back = drop_guards(url)
        store.add_meeting(meeting(0, exclusive=True))
        store.update_meeting("m0000000", lambda one: one)
        execute(
            url,
            "INSERT INTO meetkit_meetings SELECT 2, 'm2', user_number, contact_number, title, starts_at, "
            "utc_offset_minutes, timezone, duration_minutes, status, exclusive, transcript, summary, action_items, "
            "sentiment, created_at, updated_at, version FROM meetkit_meetings",
            "INSERT INTO meetkit_participants SELECT 2, user_number, position, starts_at, ends_at, busy, exclusive "
            "FROM meetkit_participants",
            *back,
        )
        store.close()

        said = meetkit("db", "check", database=url).trouble
        assert said == "1 bookings of somebody's time that is booked already"

    def test_finds_rows_that_refer_to_nothing(self, meetkit: Run, tmp_path: Path) -> None:
        """SQLite lets them be where nobody asked for more."""
        url = f"sqlite:///{tmp_path}/meetings.db"
        meetkit("db", "upgrade", database=url)
        execute(url, "INSERT INTO meetkit_artefacts VALUES (7, 'prep', '{}')")

        said = meetkit("db", "check", database=url).trouble
        assert said == "1 rows of meetkit_artefacts refer to none of meetkit_meetings"

    def test_finds_a_damaged_file(self, meetkit: Run, tmp_path: Path) -> None:
        """A page that something else was written over."""
        file = tmp_path / "meetings.db"
        meetkit("db", "upgrade", database=f"sqlite:///{file}")
        meetkit(*SEED, database=f"sqlite:///{file}")
        with file.open("r+b") as pages:
            pages.seek(file.stat().st_size // 4096 // 2 * 4096)
            pages.write(os.urandom(4096))

        assert meetkit("db", "check", database=f"sqlite:///{file}").trouble


class Terminal(io.StringIO):
    """A stream that looks like a terminal."""

    def isatty(self) -> bool:
        return True


class TestProgress:
    @pytest.mark.parametrize("command", ["export", "import", "seed"])
    def test_is_shown_on_a_terminal_alone(
        self, meetkit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
    ) -> None:
        """On standard error, so that what is printed stays for programs."""
        url, file = f"sqlite:///{tmp_path}/meetings.db", tmp_path / "export.jsonl"
        meetkit("db", "upgrade", database=url)
        assert meetkit("export", file).err == ""
        terminal = Terminal()
        monkeypatch.setattr(sys, "stderr", terminal)
        monkeypatch.setenv("TERM", "xterm")
        arguments = {"export": ("export", tmp_path / "x"), "import": ("import", file), "seed": SEED}[command]

        assert "\x1b" not in meetkit(*arguments, database=url).out
        assert {"export": "Exporting", "import": "Importing", "seed": "Seeding"}[command] in terminal.getvalue()

    def test_is_not_in_the_way_of_lines_on_a_terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """An export that is looked at is all there is."""
        terminal = Terminal()
        monkeypatch.setattr(sys, "stderr", terminal)
        out = io.TextIOWrapper(io.BytesIO())
        monkeypatch.setattr(out, "isatty", lambda: True, raising=False)
        monkeypatch.setattr(sys, "stdout", out)

        main(["export", "-"])
        assert "Exporting" not in terminal.getvalue()
