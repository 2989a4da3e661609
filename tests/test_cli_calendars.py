"""`meetkit slots --calendar`, run end to end."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from freezegun import freeze_time

from meetkit import data
from tests.calendar_files import EXPORTS, HOUR, calendar, event
from tests.commands import Result, Run

ROOT = Path(__file__).parents[1]
BERLIN = ("--duration", "45", "--timezone", "Europe/Berlin", "--from", "2026-03-30")


def files(*names: str) -> list[str]:
    return [part for name in names for part in ("--calendar", str(EXPORTS / f"{name}.ics"))]


def spans(result: Result) -> list[str]:
    return [f"{slot['start_time'][5:16]}-{slot['end_time'][11:16]}" for slot in json.loads(result.out)]


class TestAnswer:
    def test_is_the_free_time_of_all_in_work_hours(self, meetkit: Run) -> None:
        free = spans(meetkit("slots", *files("google", "outlook", "apple"), *BERLIN, "--json"))

        assert free == ["03-30T09:45-15:00", "03-30T16:00-17:00", "04-02T09:00-14:00", "04-02T15:30-17:00"]

    def test_is_a_table_a_day(self, meetkit: Run) -> None:
        result = meetkit("slots", *files("google", "outlook"), *BERLIN)

        assert result.out.startswith("google and outlook:\n\nMonday, 30 March 2026\n")
        assert "315 min  09:45 to 15:00" in result.out
        assert "0h ····················████|██████··██·············· 24h Europe/Berlin" in result.out
        assert "Tuesday" not in result.out
        assert result.err == ""

    def test_keeps_buffers_and_steps(self, meetkit: Run) -> None:
        arguments = ("--days", "1", "--step", "60", "--buffer", "30", "--hours", "8.5-16", "--json")

        assert spans(meetkit("slots", *files("google"), *BERLIN, *arguments)) == [
            "03-30T10:15-11:00",
            "03-30T11:15-12:00",
            "03-30T12:15-13:00",
            "03-30T13:15-14:00",
            "03-30T14:15-15:00",
            "03-30T15:15-16:00",
        ]

    def test_has_no_weekends(self, meetkit: Run) -> None:
        result = meetkit("slots", *files("apple"), *BERLIN[:-1], "2026-04-04", "--days", "2")

        assert result.out.startswith("apple has no time of that length on Saturday, 04 April 2026")
        assert (result.code, result.err) == (0, "")

    @freeze_time("2026-03-30T11:50:01Z")
    def test_begins_today_in_the_zone_and_not_in_the_past(self, meetkit: Run) -> None:
        free = spans(meetkit("slots", *files("google"), *BERLIN[:-2], "--days", "1", "--json"))

        assert free == ["03-30T14:00-17:00"]

    def test_needs_neither_sample_nor_store(self, meetkit: Run) -> None:
        data.USERS.clear()

        assert meetkit("slots", *files("google"), *BERLIN).code == 0

    def test_reports_events_that_cannot_be_read(self, meetkit: Run, tmp_path: Path) -> None:
        bad = [event("SUMMARY:Secret", uid=f"bad\x1b[2J{number}") for number in range(9)]
        path = tmp_path / "me.ics"
        path.write_bytes(calendar(event(*HOUR), *bad))

        result = meetkit("slots", "--calendar", str(path), *BERLIN, "--days", "1", "--json")

        assert spans(result) == ["03-30T09:00-10:00", "03-30T11:00-17:00"]
        assert len(result.err.splitlines()) == 6
        assert result.err.endswith("me.ics: 4 more problems are not shown\n")
        assert "it has no DTSTART" in result.err
        assert "\x1b" not in result.err
        assert "Secret" not in result.err


class TestMistakes:
    @pytest.mark.parametrize(
        ("arguments", "why"),
        [
            ((*files("google"), "--user", "user_1", *BERLIN), "give each person by --user, or each by --calendar"),
            (
                (*files("google"), *BERLIN, "--date", "2026-03-30"),
                "--date cannot be combined with --calendar",
            ),
            (
                ("--user", "user_1", "--duration", "45", "--date", "2026-03-30", "--days", "2"),
                "--days cannot be combined with --user; use --date",
            ),
            ((*files("google"), *BERLIN, "--hours", "own"), "--hours own cannot be combined with --calendar"),
            ((*files("google"), *BERLIN, "--hours", "24-6"), "work_hours: must begin before they end"),
            ((*files("google"), *BERLIN, "--days", "0"), "--days: from 1 to 366, not 0"),
            ((*files("google"), *BERLIN, "--days", "9999"), "--days: from 1 to 366"),
            ((*files("google"), *BERLIN, "--from", "soon"), "--from: 'soon' is not a date"),
            ((*files("google"), *BERLIN, "--timezone", "Berlin"), "unknown time zone 'Berlin'"),
            ((*files("google"), "--duration", "45"), "--calendar needs --timezone, e.g. Europe/Berlin"),
            ((*files("google"), "--duration", "45", "--timezone", "Mars"), "--timezone: unknown time zone 'Mars'"),
            ((*files("google"), *BERLIN, "--duration", "0"), "duration_minutes: Input should be greater"),
            ((*files("none"), *BERLIN), "none.ics: cannot be read: No such file or directory"),
            (("--calendar", str(EXPORTS), *BERLIN), "cannot be read: Is a directory"),
            (("--calendar", "a\0b", *BERLIN), "cannot be read: embedded null byte"),
            (("--calendar", "https://example.com/a.ics", *BERLIN), "takes a file, not a URL; download it first"),
            (("--calendar", str(ROOT / "README.md"), *BERLIN), "README.md: not a calendar"),
        ],
    )
    def test_is_one_line_and_exit_code_2(self, meetkit: Run, arguments: tuple[str, ...], why: str) -> None:
        result = meetkit("slots", *arguments)

        assert (result.code, result.out) == (2, "")
        assert why in result.err
        assert result.err.startswith("meetkit: ")
        assert result.err.count("\n") == 1

    def test_a_file_that_is_too_large_is_not_read_to_its_end(
        self,
        meetkit: Run,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        if not Path("/dev/zero").exists():
            pytest.skip("this system has no /dev/zero")
        monkeypatch.setenv("MEETKIT_MAX_CALENDAR_MB", "1")

        result = meetkit("slots", "--calendar", "/dev/zero", *BERLIN)

        assert result.code == 2
        assert "larger than 1 MiB; export a shorter period, or raise MEETKIT_MAX_CALENDAR_MB" in result.err


def test_works_in_a_plain_pipe() -> None:
    process = subprocess.run(
        [sys.executable, "-m", "meetkit", "slots", *files("google", "apple"), *BERLIN],
        capture_output=True,
        check=True,
        timeout=60,
        env={"PYTHONIOENCODING": "ascii", "PATH": ""},
    )

    assert b"Monday, 30 March 2026" in process.stdout
    assert b"\x1b" not in process.stdout
    assert process.stderr == b""


def test_without_its_extra_the_rest_of_the_command_works() -> None:
    code = """
import sys
sys.modules["icalendar"] = None
from meetkit.cli import main
try:
    main(["slots", "--user", "user_1", "--date", "2025-11-20", "--duration", "30"])
except SystemExit:
    raise AssertionError("needs the extra")
main(["slots", "--calendar", "a.ics", "--timezone", "UTC", "--duration", "30"])
"""
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)

    assert process.returncode == 2
    assert process.stderr.endswith("meetkit: calendars need the extra 'calendar': pip install 'meetkit[calendar]'\n")


ODD = calendar(
    event("DTSTART;TZID=Atlantis:20260330T100000", "DURATION:PT1H", uid="a"),
    event("DTSTART;VALUE=DATE:20260331", uid="b"),
    event("DTSTART:20260401T100000", "DURATION:PT1H", "STATUS:TENTATIVE", uid="c"),
)


class TestWhatCounts:
    @pytest.mark.parametrize(
        ("options", "free"),
        [
            ((), ["30 09:00", "30 11:00", "01 09:00", "01 11:00"]),
            (("--all-day", "free"), ["30 09:00", "30 11:00", "31 09:00", "01 09:00", "01 11:00"]),
            (("--no-tentative", "--on-doubt", "skip"), ["30 09:00", "01 09:00"]),
        ],
    )
    def test_is_said_by_options(self, meetkit: Run, tmp_path: Path, options: tuple[str, ...], free: list[str]) -> None:
        path = tmp_path / "odd.ics"
        path.write_bytes(ODD)

        result = meetkit("slots", "--calendar", str(path), *BERLIN, "--days", "3", *options, "--json")

        assert [slot["start_time"][8:16].replace("T", " ") for slot in json.loads(result.out)] == free
        assert "its time zone is neither known nor defined in the calendar" in result.err

    def test_may_be_certain_events_only(self, meetkit: Run, tmp_path: Path) -> None:
        path = tmp_path / "odd.ics"
        path.write_bytes(ODD)

        result = meetkit("slots", "--calendar", str(path), *BERLIN, "--on-doubt", "refuse")

        assert result.code != 0
        assert "cannot be read as it is written" in result.err

    def test_is_an_option_of_files(self, meetkit: Run) -> None:
        result = meetkit("slots", "--user", "user_1", "--date", "2026-03-30", "--duration", "30", "--all-day", "free")

        assert "--all-day, --no-tentative and --on-doubt need --calendar" in result.err


class TestImport:
    @freeze_time("2026-03-20", real_asyncio=True)
    def test_stores_what_counts_and_reports_the_rest(self, meetkit: Run, tmp_path: Path) -> None:
        path, url = tmp_path / "odd.ics", f"sqlite:///{tmp_path}/t.db"
        path.write_bytes(ODD)
        meetkit("--database", url, "db", "upgrade")
        ann = ("--name", "Ann", "--email", "ann@example.com", "--timezone", "Europe/Berlin", "--id", "ann")
        meetkit("--database", url, "users", "add", *ann)

        def imported(*options: str) -> list[str]:
            command = ("--database", url, "calendars", "import", str(path), "--user", "ann", "--name", "odd", "--json")
            result = meetkit(*command, *options)
            assert "VEVENT 'a'" in result.err or "--ignore" in options
            return [interval["start"][8:10] for interval in json.loads(result.out)["busy"]]

        assert imported() == ["30", "31", "01"]
        assert imported("--all-day", "opaque", "--no-tentative") == ["30"]
        assert imported("--on-doubt", "skip") == ["31", "01"]
        assert "odd: 2 times, read 2026-03-20" in meetkit("--database", url, "calendars", "--user", "ann").out
        assert imported("--ignore") == []
        refused = meetkit("--database", url, "calendars", "import", str(path), "--user", "nobody")
        assert (refused.code != 0, "nobody" in refused.err) == (True, True)
