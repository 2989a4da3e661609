"""`meetkit export` and `meetkit import`: all or nothing, with progress on a terminal only."""

from __future__ import annotations

import io
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from meetkit import data
from meetkit.cli import main
from meetkit.storage import transfer
from tests.commands import SEED, Run, exported_lines, in_process


class TestExport:
    def test_without_a_database_writes_the_sample(self, meetkit: Run, tmp_path: Path) -> None:
        """An import then stores it."""
        file, url = tmp_path / "sample.jsonl", f"sqlite:///{tmp_path}/meetings.db"

        assert meetkit("export", file).out == "Exported 5 users, 5 contacts, 18 meetings.\n"
        meetkit("db", "upgrade", database=url)
        assert meetkit("import", file, database=url).out == "Imported 5 users, 5 contacts, 18 meetings.\n"
        assert exported_lines(url) == list(transfer.export_lines(data.sample_store()))

    def test_moves_a_database_into_another(self, meetkit: Run, seeded: str, tmp_path: Path) -> None:
        """A second export is the same to the byte."""
        first, second, copy = tmp_path / "first", tmp_path / "second", f"sqlite:///{tmp_path}/other.db"
        meetkit("db", "upgrade", database=copy)

        for command, file, url in (("export", first, seeded), ("import", first, copy), ("export", second, copy)):
            counts = json.loads(meetkit(command, file, "--json", database=url).out)
            assert counts == {"users": 12, "contacts": 2, "calendars": 0, "meetings": 300, "requests": 0, "polls": 0}
        assert first.read_bytes() == second.read_bytes() == b"".join(exported_lines(seeded))

    def test_is_for_its_owner_alone(self, meetkit: Run, tmp_path: Path) -> None:
        """It holds what people said."""
        file = tmp_path / "export.jsonl"
        file.touch(0o644)
        meetkit("export", file, "--force")

        assert file.stat().st_mode & 0o777 == 0o600

    def test_replaces_a_file_with_force_only(self, meetkit: Run, tmp_path: Path) -> None:
        """With --force it follows a link to the file behind it."""
        file, link = tmp_path / "export.jsonl", tmp_path / "link"
        file.write_text("precious")
        link.symlink_to(file)

        for name in (file, link):
            assert "already exists; use --force to replace it" in meetkit("export", name).trouble
        assert file.read_text() == "precious"
        meetkit("export", link, "--force")
        assert file.read_bytes().startswith(b'{"kind":"meetkit"')
        assert link.is_symlink()

    def test_goes_to_a_file_that_can_be_one(self, meetkit: Run, tmp_path: Path) -> None:
        """It replaces neither a directory nor a device, and creates no directory."""
        for name in (tmp_path, "/dev/null"):
            assert "is not a regular file" in meetkit("export", name, "--force").trouble
        assert "cannot write" in meetkit("export", tmp_path / "nowhere" / "x").trouble
        assert "No such file or directory" in meetkit("export", tmp_path / "nowhere" / "x").trouble

    @pytest.mark.parametrize("trouble", [KeyboardInterrupt, OSError(28, "No space left on device")])
    def test_that_fails_leaves_nothing_and_what_was_there(
        self, meetkit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: Any
    ) -> None:
        """Whatever stops it."""

        def failing_export(*_: object, **__: object) -> Iterator[bytes]:
            yield b"half"
            raise trouble

        file = tmp_path / "export.jsonl"
        file.write_text("precious")
        monkeypatch.setattr(transfer, "export_lines", failing_export)
        result = meetkit("export", file, "--force")

        assert result.code == (130 if trouble is KeyboardInterrupt else 2)
        assert len(result.err.strip().splitlines()) == 1
        assert [path.name for path in tmp_path.iterdir()] == ["export.jsonl"]
        assert file.read_text() == "precious"

    def test_on_a_full_disk_is_one_line(self, tmp_path: Path) -> None:
        """A limit on the size of files stands for it."""
        prelude = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))"
        command = in_process("export", tmp_path / "x", prelude=prelude)
        process = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

        assert (process.returncode, process.stdout) == (2, "")
        assert process.stderr == f"meetkit: cannot write '{tmp_path}/x': File too large\n"
        assert list(tmp_path.iterdir()) == []

    def test_goes_to_a_pipe(self, meetkit: Run) -> None:
        """The lines go to standard output, the summary to standard error."""
        result = meetkit("export", "-")

        assert result.out.encode() == b"".join(transfer.export_lines(data.sample_store()))
        assert result.err.startswith("Exported 5 users, 5 contacts, 18 meetings.\nData: the sample")

    def test_to_a_reader_that_closes_early_is_silent(self) -> None:
        """Other commands are silent, too."""
        command = f"{sys.executable} -m meetkit export - | head -n 1"
        process = subprocess.run(command, shell=True, capture_output=True, check=False, timeout=60)

        assert process.stdout == b'{"kind":"meetkit","format":1}\n'
        assert re.fullmatch(rb"(Exported 5 users, 5 contacts, 18 meetings\.\n)?(Data: .+\n)?", process.stderr)


class TestImport:
    def test_of_a_damaged_line_imports_nothing(self, meetkit: Run, database: str, tmp_path: Path) -> None:
        """The error names the line and does not show its content."""
        lines = list(transfer.export_lines(data.sample_store()))
        lines[16] = lines[16].replace(b'"status"', b'"state"')
        file = tmp_path / "damaged.jsonl"
        file.write_bytes(b"".join(lines))

        message = meetkit("import", file, database=database).trouble
        assert message.startswith("line 17: meeting.meeting: unknown field 'state' (did you mean 'status'?)")
        assert len(exported_lines(database)) == 2

    def test_twice_is_refused(self, meetkit: Run, seeded: str, tmp_path: Path) -> None:
        """The first id is taken."""
        file = tmp_path / "export.jsonl"
        meetkit("export", file, database=seeded)

        message = meetkit("import", file, database=seeded).trouble
        assert message == "line 2: there is already a user with id 'seed_user_1'"

    def test_of_what_cannot_be_read_is_one_line(self, meetkit: Run, database: str, tmp_path: Path) -> None:
        """A missing file, and a directory."""
        assert "cannot read" in meetkit("import", tmp_path / "x", database=database).trouble
        assert "Is a directory" in meetkit("import", tmp_path, database=database).trouble

    def test_reads_a_pipe(self, database: str) -> None:
        """Another program's output, such as another meetkit's."""
        export = [sys.executable, "-m", "meetkit", "export", "-"]
        lines = subprocess.run(export, capture_output=True, check=True, timeout=60).stdout
        command = [sys.executable, "-m", "meetkit", "--database", database, "import", "-"]
        process = subprocess.run(command, input=lines, capture_output=True, check=True, timeout=60)

        assert process.stdout == b"Imported 5 users, 5 contacts, 18 meetings.\n"
        assert b"".join(exported_lines(database)) == lines

    def test_of_a_closed_standard_input_is_one_line(self, database: str) -> None:
        """A job may have none."""
        command = f"{sys.executable} -m meetkit --database '{database}' import - <&-"
        process = subprocess.run(command, shell=True, capture_output=True, text=True, check=False, timeout=60)

        assert (process.returncode, process.stderr) == (2, "meetkit: standard input is closed\n")

    def test_that_is_interrupted_imports_nothing(self, database: str, meetkit: Run, tmp_path: Path) -> None:
        """Ctrl-C, after thousands of lines."""
        first = f"sqlite:///{tmp_path}/first.db"
        meetkit("db", "upgrade", database=first)
        meetkit("db", "seed", "--meetings", "3000", database=first)
        command = [sys.executable, "-m", "meetkit", "--database", database, "import", "-"]
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # What runs in a shell's background ignores Ctrl-C, and so would what it starts.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509  # no threads here
        ) as running:
            assert running.stdin
            # A pipe holds little, so when all of this is written most of it is read.
            running.stdin.writelines(exported_lines(first)[:-1])
            running.stdin.flush()
            running.send_signal(signal.SIGINT)
            out, err = running.communicate(timeout=60)

        assert (running.returncode, out, err.strip()) == (130, b"", b"meetkit: interrupted")
        assert len(exported_lines(database)) == 2

    def test_on_a_full_disk_imports_nothing(self, meetkit: Run, tmp_path: Path) -> None:
        """A limit on the size of files stands for it."""
        file, first, url = tmp_path / "x", f"sqlite:///{tmp_path}/first.db", f"sqlite:///{tmp_path}/meetings.db"
        for path in (first, url):
            meetkit("db", "upgrade", database=path)
        meetkit("db", "seed", "--meetings", "1500", database=first)
        meetkit("export", file, database=first)
        prelude = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (120_000, 120_000))"
        command = in_process("--database", url, "import", file, prelude=prelude)
        process = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

        assert (process.returncode, process.stdout) == (2, "")
        assert process.stderr.startswith("meetkit: the database failed: ")
        assert process.stderr.count("\n") == 1
        assert len(exported_lines(url)) == 2


class Terminal(io.StringIO):
    """A stream that looks like a terminal."""

    def isatty(self) -> bool:
        return True


class TestProgress:
    @pytest.mark.parametrize("command", ["export", "import", "seed"])
    def test_is_shown_on_a_terminal_alone(
        self, meetkit: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
    ) -> None:
        """On standard error; standard output is for programs."""
        url, file = f"sqlite:///{tmp_path}/meetings.db", tmp_path / "export.jsonl"
        meetkit("db", "upgrade", database=url)
        assert "\x1b" not in meetkit("export", file).err
        terminal = Terminal()
        monkeypatch.setattr(sys, "stderr", terminal)
        monkeypatch.setenv("TERM", "xterm")
        arguments = {"export": ("export", tmp_path / "x"), "import": ("import", file), "seed": SEED}[command]

        assert "\x1b" not in meetkit(*arguments, database=url).out
        assert {"export": "Exporting", "import": "Importing", "seed": "Seeding"}[command] in terminal.getvalue()

    def test_is_not_in_the_way_of_lines_on_a_terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The lines themselves show it."""
        terminal = Terminal()
        monkeypatch.setattr(sys, "stderr", terminal)
        out = io.TextIOWrapper(io.BytesIO())
        monkeypatch.setattr(out, "isatty", lambda: True, raising=False)
        monkeypatch.setattr(sys, "stdout", out)

        main(["export", "-"])
        assert "Exporting" not in terminal.getvalue()
