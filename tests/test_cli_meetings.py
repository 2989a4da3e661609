"""`meetkit meetings` shows, adds, books, answers, moves and ends, on the database that is named or found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands import Run

PRICING = ("--user", "user_1", "--title", "Pricing", "--contact", "contact_1", "--duration", "30")
MORNING = ("--date", "2026-12-01T09:00")


class TestBooking:
    def test_a_meeting_is_booked_moved_cancelled_and_shown(self, meetkit: Run, sample_database: str) -> None:
        booked = json.loads(meetkit("meetings", "book", *PRICING, *MORNING, "--json", database=sample_database).out)
        moved = meetkit("meetings", "reschedule", booked["id"], "--date", "2026-12-02T10:00", database=sample_database)
        meetkit("meetings", "cancel", booked["id"], database=sample_database)

        assert "Wednesday, 02 December 2026, 10:00 to 10:30, UTC" in moved.out
        shown = meetkit("meetings", "show", booked["id"], database=sample_database).out
        assert "cancelled" in shown
        assert "Pricing" in shown

    def test_books_nobody_twice(self, meetkit: Run, sample_database: str) -> None:
        meetkit("meetings", "book", *PRICING, *MORNING, database=sample_database)

        trouble = meetkit("meetings", "book", *PRICING, *MORNING, database=sample_database).trouble

        assert "'user_1'" in trouble
        assert meetkit("meetings", "add", *PRICING, *MORNING, database=sample_database).code == 0

    def test_books_the_first_free_time_of_a_window(self, meetkit: Run, sample_database: str) -> None:
        window = ("--from", "2025-11-20T09:00", "--to", "2025-11-20T18:00", "--attendee", "user_3")

        booked = meetkit("meetings", "book", *PRICING, *window, database=sample_database).out

        assert "Thursday, 20 November 2025, 14:30 to 15:00" in booked

    def test_keeps_the_rules_that_are_given(self, meetkit: Run, sample_database: str) -> None:
        book = ("meetings", "book", *PRICING)
        window = ("--from", "2026-12-02T09:10", "--to", "2026-12-02T18:00")
        first = json.loads(meetkit(*book, *MORNING, "--json", database=sample_database).out)
        beside = ("--date", "2026-12-01T09:35")

        close = meetkit(*book, *beside, "--buffer", "10", database=sample_database).trouble
        full = meetkit(*book, *beside, "--max-per-day", "1", database=sample_database).trouble
        moved = meetkit(
            *("meetings", "reschedule", first["id"], *beside, "--notice", "525600"), database=sample_database
        )
        hour = json.loads(meetkit(*book, *window, "--align", "60", "--json", database=sample_database).out)
        mistake = meetkit(*book, *MORNING, "--align", "60", database=sample_database).trouble

        assert "buffer: 'user_1' from" in close
        assert "day_limit: 'user_1' from" in full
        assert moved.code == 0 or "notice: 'user_1' from" in moved.trouble
        assert hour["date"] == "2026-12-02T10:00:00Z"
        assert "--align: only with --from and --to" in mistake

    def test_a_meeting_in_the_past_is_completed(self, meetkit: Run, sample_database: str) -> None:
        assert "completed" in meetkit("meetings", "complete", "meeting_1", database=sample_database).out
        assert "scheduled" in meetkit("meetings", "reopen", "meeting_1", database=sample_database).out

    def test_a_meeting_in_the_future_is_completed_only_by_force(self, meetkit: Run, sample_database: str) -> None:
        future = ("--date", "2999-01-01T09:00")
        added = json.loads(meetkit("meetings", "add", *PRICING, *future, "--json", database=sample_database).out)

        trouble = meetkit("meetings", "complete", added["id"], database=sample_database).trouble

        assert "begins at 2999-01-01T09:00:00+00:00, which is in the future; to complete it" in trouble
        forced = meetkit("meetings", "complete", added["id"], "--force", database=sample_database)
        assert "completed" in forced.out

    def test_an_attendee_declines(self, meetkit: Run, sample_database: str) -> None:
        call = (*PRICING, *MORNING, "--attendee", "user_2", "--json")
        booked = json.loads(meetkit("meetings", "book", *call, database=sample_database).out)
        answer = ("meetings", "respond", booked["id"], "declined", "--user")

        assert "user_1, user_2 (declined)" in meetkit(*answer, "user_2", database=sample_database).out
        assert "no attendee with id 'user_1'" in meetkit(*answer, "user_1", database=sample_database).trouble

    @pytest.mark.parametrize(
        ("arguments", "why"),
        [
            (("book", *PRICING), "--date: give the start"),
            (("book", *PRICING, *MORNING, "--from", "2026-12-01"), "give either --date, or both --from and --to"),
            (("book", *PRICING, "--to", "2026-12-01"), "give either --date, or both --from and --to"),
            (("add", *PRICING, "--date", "soon"), "--date: 'soon' is not an ISO 8601"),
            (("add", *PRICING[:-1], "0", *MORNING), "--duration: Input should be greater than or equal to 1"),
            (("add", "--user", "nobody", "--title", "x", *MORNING), "no user with id 'nobody'"),
            (("show", "nope"), "no meeting with id 'nope'"),
            (("cancel", "nope"), "no meeting with id 'nope'"),
            (("reschedule", "meeting_1", "--date", "2025-02-30"), "--date"),
        ],
    )
    def test_a_mistake_is_one_line(
        self, meetkit: Run, sample_database: str, arguments: tuple[str, ...], why: str
    ) -> None:
        assert why in meetkit("meetings", *arguments, database=sample_database).trouble

    def test_the_sample_cannot_be_changed(self, meetkit: Run) -> None:
        assert "this command needs a database" in meetkit("meetings", "cancel", "meeting_1").trouble


class TestDatabase:
    def test_the_option_is_valid_before_and_after_the_command(self, meetkit: Run, sample_database: str) -> None:
        after = meetkit("meetings", "show", "meeting_1", "--database", sample_database)
        group = meetkit("meetings", "--database", sample_database, "--user", "user_3")
        between = meetkit("meetings", "--database", sample_database, "show", "meeting_1")
        check = meetkit("db", "check", "--database", sample_database)

        assert after.out == meetkit("meetings", "show", "meeting_1", database=sample_database).out
        assert "Maya Rosenthal" in group.out
        assert between.out == after.out
        assert check.out == "No problems found.\n"
        assert after.err == ""

    @pytest.mark.parametrize("arguments", [("meetings",), ("brief", "meeting_1"), ("users",)])
    def test_that_of_this_folder_is_used_and_named(
        self, meetkit: Run, sample_database: str, arguments: tuple[str, ...]
    ) -> None:
        on_sample = meetkit(*arguments)
        Path("meetkit.db").write_bytes(Path(sample_database.removeprefix("sqlite:///")).read_bytes())

        result = meetkit(*arguments)

        assert result.out == on_sample.out
        assert result.err == "Data: meetkit.db. To use another database, give --database.\n"
        assert on_sample.err.startswith("Data: the sample")

    def test_slots_of_users_are_of_the_one_of_this_folder(self, meetkit: Run, sample_database: str) -> None:
        Path("meetkit.db").write_bytes(Path(sample_database.removeprefix("sqlite:///")).read_bytes())
        ask = ("slots", "--user", "user_1", "--date", "2026-12-01", "--duration", "30")
        assert "09:00 to 17:00" in meetkit(*ask).out
        meetkit("meetings", "book", *PRICING, *MORNING)

        assert "09:30 to 17:00" in meetkit(*ask).out

    def test_without_users_it_asks_for_one(self, meetkit: Run, sqlite_tables: str) -> None:
        assert "`meetkit users` lists them" in meetkit("meetings", database=sqlite_tables).trouble


@pytest.mark.parametrize("group", ["db", "admin"])
def test_a_group_alone_shows_its_help(meetkit: Run, group: str) -> None:
    result = meetkit(group)

    assert (result.code, result.err) == (0, "")
    assert f"Usage: meetkit {group}" in result.out
    assert result.out.count("\n") > 8
