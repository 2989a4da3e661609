"""The command line, run end to end."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import click
import pytest

from meetkit import data
from meetkit.capabilities import Command
from meetkit.cli.app import commands
from meetkit.models import MeetingFilters
from tests.commands import Run, in_process


class TestDemo:
    def test_shows_what_meetkit_does(self, meetkit: Run) -> None:
        result = meetkit("demo")

        assert (result.code, result.err) == (0, "")
        for text in (
            "today is Monday, 17 November 2025",
            "Jennifer Liu, Acme Corp",
            "14:30 to 15:00  09:30 to 10:00",
            "Why not at 15:00 UTC? Sarah Chen is busy until 16:00",
            "Why not at 10:00 UTC? Maya Rosenthal is off work until 09:00 in America/New_York",
            "Attempt 1 failed: rate limit exceeded (injected by the demo). Next attempt in 0.1 s.",
            "Attempt 2 succeeded.",
            "Send pricing for 30 additional seats",
            "meetkit brief meeting_3",
        ):
            assert text in result.out

    def test_the_commands_that_it_suggests_work(self, meetkit: Run) -> None:
        examples = [line for line in meetkit("demo").out.splitlines() if line.startswith("meetkit ")][1:]

        assert len(examples) == 4
        for line in examples:
            assert meetkit(*line.split()[1:]).code == 0, line

    def test_is_plain_in_a_pipe_whatever_its_encoding(self) -> None:
        for encoding in ("utf-8", "ascii"):
            process = subprocess.run(
                [sys.executable, "-m", "meetkit", "demo"],
                capture_output=True,
                check=True,
                timeout=60,
                env={"PYTHONIOENCODING": encoding, "PATH": "", "SYSTEMROOT": ""},
            )
            assert b"\x1b" not in process.stdout
            assert b"Try next" in process.stdout
            assert process.stderr == b""


class TestMeetings:
    def test_lists_a_users_meetings_in_their_zone(self, meetkit: Run) -> None:
        result = meetkit("meetings", "--user", "user_3", "--status", "scheduled")

        assert "Thu 20 Nov 2025 14:00  Contract Negotiation  Owen Tremblay, Quillmark Logistics" in result.out
        assert "America/New_York" in result.out

    def test_every_filter_filters(self, meetkit: Run) -> None:
        whole = ("--contact", "contact_1", "--from", "2025-07-01", "--to", "2025-07-10", "--kind", "external")
        result = meetkit("meetings", *whole, "--text", "demo", "--limit", "1", "--after", "hist_meeting_2", "--json")

        assert [meeting["id"] for meeting in json.loads(result.out)] == ["hist_meeting_1"]

    def test_json_is_for_programs_and_has_no_transcript(self, meetkit: Run) -> None:
        meetings = json.loads(meetkit("meetings", "--json").out)

        assert len(meetings) == 8
        assert "transcript" not in meetings[0]
        assert meetings[0]["end"]

    def test_says_when_there_is_nothing(self, meetkit: Run) -> None:
        assert "Sarah Chen has no matching meetings." in meetkit("meetings", "--status", "cancelled").out
        assert json.loads(meetkit("meetings", "--status", "cancelled", "--json").out) == []

    def test_hostile_names_are_printed_as_they_are(self, meetkit: Run) -> None:
        data.CONTACTS["contact_1"] = {**data.CONTACTS["contact_1"], "name": "[bold]Li[/] :smile:"}
        data.MEETINGS["meeting_1"] = {**data.MEETINGS["meeting_1"], "title": "QBR\\\\\\"}

        assert "[bold]Li[/] :smile:" in meetkit("meetings").out
        assert meetkit("brief", "meeting_1").out.startswith("QBR\\\\\\, Thursday")

    def test_a_deleted_contact_is_printed_as_its_id(self, meetkit: Run) -> None:
        del data.CONTACTS["contact_1"]

        assert "contact_1" in meetkit("meetings").out


class TestSlots:
    ASK = ("slots", "--user", "user_1", "--user", "user_3", "--date", "2025-11-20", "--duration", "30")

    def test_shows_each_zone(self, meetkit: Run) -> None:
        out = meetkit(*self.ASK, "--hours", "own").out

        assert "60 min  16:00 to 17:00  11:00 to 12:00" in out
        assert "0h ························|·····█··██·············· 24h UTC" in out

    def test_json_is_for_programs(self, meetkit: Run) -> None:
        slots = json.loads(meetkit(*self.ASK, "--hours", "14.5-17", "--step", "30", "--buffer", "30", "--json").out)

        assert [slot["start_time"] for slot in slots] == ["2025-11-20T16:30:00Z"]

    def test_a_zone_can_be_chosen(self, meetkit: Run) -> None:
        assert "Asia/Tokyo" in meetkit(*self.ASK, "--timezone", "Asia/Tokyo").out

    def test_says_when_there_is_nothing(self, meetkit: Run) -> None:
        out = meetkit(*self.ASK, "--hours", "15-16").out

        assert "Sarah Chen and Maya Rosenthal have no common time of that length on Thursday, 20 November 2025." in out


class TestRulesOfSlots:
    ASK = ("slots", "--user", "user_1", "--duration", "30")

    def test_options_of_slots(self, meetkit: Run) -> None:
        ask = (*self.ASK, "--date", "2025-11-20", "--json")
        aligned = json.loads(meetkit(*ask, "--align", "20", "--step", "60").out)
        night = json.loads(meetkit(*ask, "--hours", "22-6").out)
        full = json.loads(meetkit(*ask, "--max-per-day", "1").out)

        assert {slot["start_time"][14:16] for slot in aligned} <= {"00", "20", "40"}
        assert [slot["start_time"][11:16] for slot in night] == ["00:00", "22:00"]
        assert full == []

    def test_excluding_and_explain(self, meetkit: Run) -> None:
        start = (*self.ASK, "--explain", "2025-11-20T15:10")
        busy = json.loads(meetkit(*start, "--json").out)
        told = meetkit(*start, "--align", "15").out
        [meeting] = [
            one for one in data.store().list_meetings("user_1", MeetingFilters()) if f"{one.date:%d %H}" == "20 15"
        ]
        free = meetkit(*start, "--excluding", meeting.id).out

        assert [obstacle["reason"] for obstacle in busy] == ["busy"]
        assert "busy" in told
        assert "off grid" in told
        assert "Nothing stands against this start." in free

    def test_explain_takes_hosts_of_whom_one_must_be_free(self, meetkit: Run) -> None:
        start = ("slots", "--duration", "30", "--explain", "2025-11-20T15:10")
        busy = json.loads(meetkit(*start, "--host", "user_1", "--json").out)

        assert [(obstacle["participant_id"], obstacle["reason"]) for obstacle in busy] == [("user_1", "busy")]
        assert "Sarah Chen" in meetkit(*start, "--host", "user_1").out
        assert "Nothing stands against" in meetkit(*start, "--host", "user_1", "--host", "user_3").out
        assert "busy" in meetkit(*start, "--user", "user_1", "--host", "user_2").out

    def test_explain_takes_the_title_of_meetings_with_seats(self, meetkit: Run, sample_database: str) -> None:
        booked = ("--host", "user_1", "--date", "2030-03-05T15:00", "--title", "Workshop", "--duration", "30")
        meetkit("seats", "book", *booked, "--seats", "2", "--contact", "contact_1", database=sample_database)
        ask = (*self.ASK, "--explain", "2030-03-05T15:00", "--json")

        def reasons(*more: str) -> list[str]:
            return [obstacle["reason"] for obstacle in json.loads(meetkit(*ask, *more, database=sample_database).out)]

        assert (reasons(), reasons("--open-seats", "Workshop")) == (["busy"], [])
        meetkit("seats", "book", *booked, "--seats", "2", "--contact", "contact_2", database=sample_database)
        assert reasons("--open-seats", "Workshop") == ["full"]

    def test_hosts_are_for_explain_alone(self, meetkit: Run) -> None:
        problem = meetkit(*self.ASK, "--date", "2025-11-20", "--host", "user_2").trouble

        assert problem == "--host needs --explain; `meetkit hosts slots` lists when one of several hosts is free"
        calendar = ("--calendar", "me.ics", "--host", "user_2", "--timezone", "UTC")
        assert "--host cannot be combined with --calendar" in meetkit("slots", "--duration", "30", *calendar).trouble

    @pytest.mark.parametrize(
        ("more", "problem"),
        [
            (("--align", "7"), "align: must divide the day"),
            (("--max-per-day", "0"), "--max-per-day: "),
            (("--notice", "-1"), "--notice: "),
            (("--excluding", "nope"), "no meeting with id 'nope'"),
            (("--explain", "soon"), "--date cannot be combined with --explain"),
        ],
    )
    def test_a_mistake_is_told(self, meetkit: Run, more: tuple[str, ...], problem: str) -> None:
        outcome = meetkit(*self.ASK, "--date", "2025-11-20", *more)

        assert outcome.code != 0
        assert problem in outcome.err


class TestBrief:
    def test_shows_a_brief(self, meetkit: Run) -> None:
        out = meetkit("brief", "meeting_3").out

        assert "Contract Negotiation, Thursday, 20 November 2025" in out
        assert "Owen Tremblay is" in out
        assert "Written by: offline" in out

    def test_of_a_first_meeting_has_no_empty_sections(self, meetkit: Run) -> None:
        out = meetkit("brief", "meeting_6").out

        assert "First meeting with Elena Marchetti: no earlier meetings" in out
        assert "Recall" not in out

    def test_json_is_for_programs_even_where_the_model_fails(
        self, meetkit: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MEETKIT_MODEL", "mock")
        monkeypatch.setattr(time, "sleep", lambda _: None)
        retries = ""
        for _ in range(20):
            result = meetkit("brief", "meeting_1", "--json")
            assert json.loads(result.out)["engine"] in ("mock", "offline")
            retries += result.err
        assert "Attempt 1 failed" in retries


class TestHostileWords:
    ATTACK = "Calm.\x1b]0;pwned\x07\x1b[2J Red.\x9b31m"

    def test_cannot_steer_the_terminal(self, meetkit: Run) -> None:
        data.MEETINGS["hist_meeting_12"] = {**data.MEETINGS["hist_meeting_12"], "summary": self.ATTACK}

        result = meetkit("brief", "meeting_1")

        assert "Calm.?]0;pwned??[2J Red.?31m" in result.out
        assert not set("\x07\x1b\x9b") & set(result.out)

    def test_are_escaped_in_json(self, meetkit: Run) -> None:
        data.MEETINGS["hist_meeting_12"] = {**data.MEETINGS["hist_meeting_12"], "summary": self.ATTACK}

        result = meetkit("brief", "meeting_1", "--json")

        assert self.ATTACK in json.loads(result.out)["recent_highlights"][0]["text"]
        assert not set("\x07\x1b\x9b") & set(result.out)


class TestStreams:
    def test_json_loses_nothing_in_a_narrow_encoding(self) -> None:
        code = """
from meetkit import data
from meetkit.cli import main
data.MEETINGS["meeting_1"] = {**data.MEETINGS["meeting_1"], "title": "山"}
main(["meetings", "--json"])
"""
        process = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            check=True,
            timeout=60,
            env={"PYTHONIOENCODING": "cp1252"},
        )

        assert "山" in [meeting["title"] for meeting in json.loads(process.stdout)]

    def test_a_notice_that_cannot_be_written_does_not_cost_the_brief(self) -> None:
        if not Path("/dev/full").exists():
            pytest.skip("this system has no /dev/full")
        code = """
from meetkit import meeting_service
from meetkit.cli import main
from meetkit.errors import LLMUnavailableError
from meetkit.testing import ScriptedLLMClient
with meeting_service.use(llm=ScriptedLLMClient([LLMUnavailableError("down")] * 3)):
    main(["brief", "meeting_1", "--json"])
"""
        with Path("/dev/full").open("w") as full:
            process = subprocess.run(
                [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=full, check=False, timeout=60
            )

        assert json.loads(process.stdout)["engine"] == "offline"


class TestMistakes:
    @pytest.mark.parametrize(
        ("arguments", "why"),
        [
            (("fly",), "No such command 'fly'"),
            (("demmo",), "Did you mean 'demo'?"),
            (("demo", "--fast"), "No such option"),
            (("brief",), "Missing argument 'MEETING_ID'"),
            (("brief", "nope"), "no meeting with id 'nope'"),
            (("brief", "meeting_2"), "meeting 'meeting_2' is internal"),
            (("meetings", "--user", "nobody"), "no user with id 'nobody'"),
            (("meetings", "--status", "open"), "status: Input should be 'scheduled', 'completed' or 'cancelled'"),
            (("meetings", "--from", "yesterday"), "--from: 'yesterday' is not an ISO 8601"),
            (("meetings", "--limit", "many"), "'many' is not a valid integer"),
            (("meetings", "--limit", "9" * 30), "limit: Input should be less than or equal to 1000000000"),
            (("slots", "--date", "2025-11-20", "--duration", "30"), "give each person by --user"),
            (("slots", "--user", "user_1", "--duration", "30"), "--user needs --date"),
            ((*TestSlots.ASK, "--hours", "nine"), "--hours: use FROM-TO such as 9-17"),
            ((*TestSlots.ASK, "--hours", "0_9-1_7"), "--hours: use FROM-TO such as 9-17"),
            ((*TestSlots.ASK, "--hours", "24-6"), "work_hours: must begin before they end"),
            ((*TestSlots.ASK, "--timezone", "Berlin"), "unknown time zone 'Berlin'"),
            ((*TestSlots.ASK[:-1], "0"), "duration_minutes: Input should be greater than or equal to 1"),
            (("brief", "line\nbreak\x1b[2J"), "no meeting with id"),
        ],
    )
    def test_is_one_line_and_exit_code_2(self, meetkit: Run, arguments: tuple[str, ...], why: str) -> None:
        result = meetkit(*arguments)

        assert (result.code, result.out) == (2, "")
        assert why in result.err
        assert result.err.startswith("meetkit: ")
        assert result.err.count("\n") == 1
        assert "\x1b" not in result.err

    def test_a_wrong_model_is_named(self, meetkit: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("MEETKIT_MODEL", "gpt-9")

        result = meetkit("brief", "meeting_1")

        assert (result.code, result.err.count("\n")) == (2, 1)
        assert "unknown model 'gpt-9'" in result.err


class TestTree:
    @pytest.mark.parametrize("command", commands(), ids=lambda command: command.name)
    def test_an_entry_has_the_name_and_the_short_help_of_its_command(self, command: Command) -> None:
        target = pkgutil.resolve_name(command.target)

        assert isinstance(target, click.Command)
        assert (target.name, target.get_short_help_str(1000)) == (command.name, command.help)

    def test_help_imports_no_command(self) -> None:
        prelude = (
            "import atexit, sys\n"
            "heavy = {'rich', 'pydantic', 'sqlalchemy', 'meetkit.settings', 'meetkit.meeting_service'}\n"
            "commands = ('meetkit.meetings.', 'meetkit.accounts.', 'meetkit.cli.d', 'meetkit.cli.s', 'meetkit.cli.t')\n"
            "atexit.register(lambda: print([n for n in sys.modules if n in heavy\n"
            "    or n.startswith(commands) and not n.endswith('.capability')]))"
        )
        command = in_process("--help", prelude=prelude)
        process = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)

        assert process.stdout.splitlines()[-1] == "[]"

    def test_help_of_each_command_needs_the_extra_cli_alone(self) -> None:
        extras = (
            "alembic argon2 authlib cryptography fastapi flask icalendar joserfc limits opentelemetry psycopg "
            "pydantic_ai rapidfuzz redis sqlalchemy uvicorn"
        )
        code = f"""
import sys
sys.modules.update(dict.fromkeys({extras.split()!r}))
from meetkit.cli import main
for name in {["", *(command.name for command in commands())]!r}:
    main([*name.split(), "--help"])
"""
        process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)

        assert process.stderr == ""
        assert process.stdout.count("Usage: meetkit ") == len(commands()) + 1

    @pytest.mark.parametrize("module", ["click", "rich"])
    def test_without_a_part_of_its_extra_says_what_to_install(self, module: str) -> None:
        """Other packages bring click, and click alone."""
        command = in_process("--help", prelude=f"import sys; sys.modules[{module!r}] = None")
        process = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

        assert process.returncode == 2
        assert process.stderr == "meetkit: the command line needs the extra 'cli': pip install 'meetkit[cli]'\n"


class TestHelp:
    def test_is_what_no_command_shows(self, meetkit: Run) -> None:
        for arguments in ((), ("--help",), ("-h",)):
            result = meetkit(*arguments)
            assert result.code == 0
            assert "`meetkit demo`" in result.out

    def test_says_the_version(self, meetkit: Run) -> None:
        assert meetkit("--version").out == "meetkit, version 0.1.0\n"

    def test_a_closed_stream_is_no_trouble(self) -> None:
        for arguments, code in ((["meetings"], 0), (["brief", "nope"], 2)):
            command = " ".join([sys.executable, "-m", "meetkit", *arguments, ">&-", "2>&-"])
            assert subprocess.run(command, shell=True, check=False, timeout=60).returncode == code

    @pytest.mark.parametrize("command", ["demo", "meetings", "meetings --json"])
    @pytest.mark.parametrize("environment", [{}, {"TERM": "xterm"}, {"PYTHONUNBUFFERED": "1"}], ids=str)
    def test_a_full_disk_ends_in_one_line(self, command: str, environment: dict[str, str]) -> None:
        if not Path("/dev/full").exists():
            pytest.skip("this system has no /dev/full")
        with Path("/dev/full").open("w") as full:
            process = subprocess.run(
                [sys.executable, "-m", "meetkit", *command.split()],
                stdout=full,
                stderr=subprocess.PIPE,
                check=False,
                timeout=60,
                env={"PATH": "", **environment},
            )

        assert process.returncode == 1
        assert process.stderr == b"meetkit: cannot write: No space left on device\n"

    def test_a_reader_that_closes_early_gets_no_error(self) -> None:
        command = f"{sys.executable} -m meetkit demo | head -n 1"
        process = subprocess.run(command, shell=True, capture_output=True, check=False, timeout=60)

        assert process.stdout.startswith(b"meetkit on its sample data")
        assert process.stderr == b""

    def test_an_interrupt_ends_quietly(self, meetkit: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupt(*_: Any, **__: Any) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("meetkit.cli.demo.run_demo", interrupt)

        result = meetkit("demo")

        assert (result.code, result.err.strip()) == (130, "meetkit: interrupted")

    @pytest.mark.parametrize("module", ["click", "rich.console"])
    def test_an_interrupt_while_it_begins_ends_quietly(self, module: str) -> None:
        code = f"""
import sys
class Interrupt:
    def find_spec(self, name, *_):
        if name == {module!r}:
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupt())
from meetkit.cli import main
main(["demo"])
"""
        process = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, timeout=60)

        assert (process.returncode, process.stdout, process.stderr) == (130, b"", b"\nmeetkit: interrupted\n")
