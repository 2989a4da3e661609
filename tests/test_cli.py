"""The command line, run as its user runs it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from meetkit import data
from tests.commands import Run


class TestDemo:
    def test_shows_what_meetkit_does(self, meetkit: Run) -> None:
        result = meetkit("demo")

        assert (result.code, result.err) == (0, "")
        for shown in (
            "today is Monday, 17 November 2025",
            "Jennifer Liu, Acme Corp",
            "14:30 to 15:00  09:30 to 10:00",
            "Why not at 15:00 UTC? Sarah Chen is busy until 16:00",
            "Why not at 10:00 UTC? Maya Rosenthal is off work until 09:00 in America/New_York",
            "Attempt 1 failed: rate limit exceeded (injected by the demo). Next one in 0.1 s.",
            "Attempt 2 worked.",
            "Send pricing for 30 additional seats",
            "meetkit brief meeting_3",
        ):
            assert shown in result.out

    def test_the_commands_it_proposes_work(self, meetkit: Run) -> None:
        proposed = [line for line in meetkit("demo").out.splitlines() if line.startswith("meetkit ")][1:]

        assert len(proposed) == 4
        for line in proposed:
            assert meetkit(*line.split()[1:]).code == 0, line

    def test_is_plain_in_a_pipe_whatever_its_encoding(self) -> None:
        for encoding in ("utf-8", "ascii"):
            done = subprocess.run(
                [sys.executable, "-m", "meetkit", "demo"],
                capture_output=True,
                check=True,
                timeout=60,
                env={"PYTHONIOENCODING": encoding, "PATH": "", "SYSTEMROOT": ""},
            )
            assert b"\x1b" not in done.stdout
            assert b"Try next" in done.stdout
            assert done.stderr == b""


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
        assert "Sarah Chen has no such meetings." in meetkit("meetings", "--status", "cancelled").out
        assert json.loads(meetkit("meetings", "--status", "cancelled", "--json").out) == []

    def test_hostile_names_are_printed_as_they_are(self, meetkit: Run) -> None:
        data.CONTACTS["contact_1"] = {**data.CONTACTS["contact_1"], "name": "[bold]Li[/] :smile:"}
        data.MEETINGS["meeting_1"] = {**data.MEETINGS["meeting_1"], "title": "QBR\\\\\\"}

        assert "[bold]Li[/] :smile:" in meetkit("meetings").out
        assert meetkit("brief", "meeting_1").out.startswith("QBR\\\\\\, Thursday")

    def test_a_contact_who_is_gone_is_shown_by_id(self, meetkit: Run) -> None:
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

    def test_a_zone_can_be_asked_for(self, meetkit: Run) -> None:
        assert "Asia/Tokyo" in meetkit(*self.ASK, "--timezone", "Asia/Tokyo").out

    def test_says_when_there_is_nothing(self, meetkit: Run) -> None:
        out = meetkit(*self.ASK, "--hours", "15-16").out

        assert "Sarah Chen and Maya Rosenthal have no common time of that length on Thursday, 20 November 2025." in out


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
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            check=True,
            timeout=60,
            env={"PYTHONIOENCODING": "cp1252"},
        )

        assert "山" in [meeting["title"] for meeting in json.loads(done.stdout)]

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
            done = subprocess.run(
                [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=full, check=False, timeout=60
            )

        assert json.loads(done.stdout)["engine"] == "offline"


class TestMistakes:
    @pytest.mark.parametrize(
        ("arguments", "why"),
        [
            (("fly",), "No such command 'fly'"),
            (("demo", "--fast"), "No such option"),
            (("brief",), "Missing argument 'MEETING_ID'"),
            (("brief", "nope"), "no meeting with id 'nope'"),
            (("brief", "meeting_2"), "meeting 'meeting_2' is internal"),
            (("meetings", "--user", "nobody"), "no user with id 'nobody'"),
            (("meetings", "--status", "open"), "status: Input should be 'scheduled', 'completed' or 'cancelled'"),
            (("meetings", "--from", "yesterday"), "date_from: 'yesterday' is not an ISO 8601"),
            (("meetings", "--limit", "many"), "'many' is not a valid integer"),
            (("meetings", "--limit", "9" * 30), "limit: Input should be less than or equal to 1000000000"),
            (("slots", "--date", "2025-11-20", "--duration", "30"), "give each person by --user"),
            (("slots", "--user", "user_1", "--duration", "30"), "--user needs --date"),
            ((*TestSlots.ASK, "--hours", "nine"), "--hours: use FROM-TO such as 9-17"),
            ((*TestSlots.ASK, "--hours", "0_9-1_7"), "--hours: use FROM-TO such as 9-17"),
            ((*TestSlots.ASK, "--hours", "17-9"), "work_hours: must begin before they end"),
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
            done = subprocess.run(
                [sys.executable, "-m", "meetkit", *command.split()],
                stdout=full,
                stderr=subprocess.PIPE,
                check=False,
                timeout=60,
                env={"PATH": "", **environment},
            )

        assert done.returncode == 1
        assert done.stderr == b"meetkit: cannot write: No space left on device\n"

    def test_a_reader_who_leaves_early_hears_nothing(self) -> None:
        command = f"{sys.executable} -m meetkit demo | head -n 1"
        done = subprocess.run(command, shell=True, capture_output=True, check=False, timeout=60)

        assert done.stdout.startswith(b"meetkit on its sample data")
        assert done.stderr == b""

    def test_an_interrupt_ends_quietly(self, meetkit: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupt(*_: Any, **__: Any) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("meetkit.cli.demo.run_demo", interrupt)

        result = meetkit("demo")

        assert (result.code, result.err.strip()) == (130, "meetkit: interrupted")

    def test_an_interrupt_while_it_begins_ends_quietly(self) -> None:
        code = """
import sys
class Interrupt:
    def find_spec(self, name, *_):
        if name == "rich":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupt())
from meetkit.cli import main
main(["demo"])
"""
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, timeout=60)

        assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"\nmeetkit: interrupted\n")
