"""`meetkit users`, `contacts` and `action-items` list, show, add and complete."""

from __future__ import annotations

import json

import pytest

from meetkit.models.people import User
from meetkit.models.rules import BookingRules
from tests.commands import Run

ADA = ("--name", "Ada Example", "--email", "ada@example.com", "--timezone", "Europe/Berlin")
ACME = ("--name", "Bo Example", "--email", "bo@example.com", "--role", "CTO", "--company", "Acme")


class TestPeople:
    def test_a_user_that_is_added_is_listed_and_shown(self, meetkit: Run, sqlite_tables: str) -> None:
        added = json.loads(meetkit("users", "add", *ADA, "--json", database=sqlite_tables).out)

        assert [user["id"] for user in json.loads(meetkit("users", "--json", database=sqlite_tables).out)] == [
            added["id"]
        ]
        shown = meetkit("users", "show", added["id"], database=sqlite_tables).out
        assert "Ada Example" in shown
        assert "Europe/Berlin" in shown

    def test_a_contact_has_a_company(self, meetkit: Run, sqlite_tables: str) -> None:
        meetkit("contacts", "add", *ACME, "--id", "contact_bo", database=sqlite_tables)

        assert "CTO, Acme" in meetkit("contacts", "list", database=sqlite_tables).out
        assert "Acme" in meetkit("contacts", "show", "contact_bo", database=sqlite_tables).out

    def test_lists_are_filtered_and_paged(self, meetkit: Run) -> None:
        page = json.loads(meetkit("users", "list", "--limit", "1", "--after", "user_2", "--json").out)

        assert [user["id"] for user in page] == ["user_5"]
        assert "No matching contacts." in meetkit("contacts", "--text", "nobody at all").out

    @pytest.mark.parametrize(
        ("arguments", "why"),
        [
            (("users", "show", "nobody"), "no user with id 'nobody'"),
            (("users", "--limit", "0"), "--limit: Input should be greater than or equal to 1"),
            (("users", "add", *ADA[:2]), "Missing option '--email'"),
            (("contacts", "add", *ACME[:-2]), "Missing option '--company'"),
            (("users", "add", *ADA), "this command needs a database"),
            (("users", "remove"), "No such command 'remove'"),
        ],
    )
    def test_a_mistake_is_one_line(self, meetkit: Run, arguments: tuple[str, ...], why: str) -> None:
        assert why in meetkit(*arguments).trouble

    @pytest.mark.parametrize(
        ("changes", "option"),
        [
            ({"--email": "no address"}, "--email"),
            ({"--timezone": "Mars/Base"}, "--timezone"),
            ({"--name": " "}, "--name"),
        ],
    )
    def test_an_error_names_the_option(
        self, meetkit: Run, sqlite_tables: str, changes: dict[str, str], option: str
    ) -> None:
        options = dict(zip(ADA[::2], ADA[1::2], strict=True)) | changes
        arguments = [part for pair in options.items() for part in pair]

        assert meetkit("users", "add", *arguments, database=sqlite_tables).trouble.startswith(f"{option}: ")

    def test_an_id_that_is_taken_is_refused(self, meetkit: Run, sqlite_tables: str) -> None:
        meetkit("users", "add", *ADA, "--id", "ada", database=sqlite_tables)

        assert "'ada'" in meetkit("users", "add", *ADA, "--id", "ada", database=sqlite_tables).trouble


class TestUpdates:
    @pytest.fixture
    def ada(self, meetkit: Run, sqlite_tables: str) -> str:
        meetkit("users", "add", *ADA, "--id", "ada", "--max-per-day", "3", database=sqlite_tables)
        return sqlite_tables

    def user(self, meetkit: Run, database: str, *options: str) -> User:
        return User.model_validate_json(meetkit("users", "update", "ada", *options, "--json", database=database).out)

    def test_a_user_gets_what_is_named_and_keeps_the_rest(self, meetkit: Run, ada: str) -> None:
        changed = ("--name", "Ada Sample", "--role", "CTO", "--timezone", "Asia/Tokyo", "--email", "a@example.com")
        user = self.user(meetkit, ada, *changed)

        assert (user.name, user.role, user.timezone, user.email) == ("Ada Sample", "CTO", "Asia/Tokyo", "a@example.com")
        assert user.booking_rules == BookingRules(max_meetings_per_day=3)
        assert self.user(meetkit, ada, "--role", "CEO").name == "Ada Sample"

    def test_rules_are_set_one_by_one_and_removed_at_once(self, meetkit: Run, ada: str) -> None:
        rules = ("--notice", "60", "--buffer", "15", "--max-per-week", "9", "--max-minutes-per-day", "90")
        user = self.user(meetkit, ada, *rules, "--max-minutes-per-week", "300")

        assert user.booking_rules == BookingRules(
            min_notice_minutes=60,
            buffer_minutes=15,
            max_meetings_per_day=3,
            max_minutes_per_day=90,
            max_meetings_per_week=9,
            max_minutes_per_week=300,
        )
        shown = meetkit("users", "show", "ada", database=ada).out
        assert "max meetings per day 3" in shown
        assert self.user(meetkit, ada, "--no-rules", "--buffer", "5").booking_rules == BookingRules(buffer_minutes=5)
        assert self.user(meetkit, ada, "--no-rules").booking_rules is None

    def test_zone_changes_are_added_by_date_and_removed_at_once(self, meetkit: Run, ada: str) -> None:
        self.user(meetkit, ada, "--zone-change", "2026-05-01=Asia/Tokyo", "--zone-change", "2026-03-01=Europe/Paris")
        user = self.user(meetkit, ada, "--zone-change", "2026-05-01=UTC")

        assert [(str(change.date), change.timezone) for change in user.zone_changes] == [
            ("2026-03-01", "Europe/Paris"),
            ("2026-05-01", "UTC"),
        ]
        assert "Europe/Paris from 2026-03-01" in meetkit("users", "show", "ada", database=ada).out
        assert self.user(meetkit, ada, "--no-zone-changes").zone_changes == ()

    def test_a_contact_moves_to_another_company(self, meetkit: Run, sqlite_tables: str) -> None:
        meetkit("contacts", "add", *ACME, "--id", "bo", database=sqlite_tables)
        changed = meetkit("contacts", "update", "bo", "--company", "Umbrella", "--json", database=sqlite_tables)

        contact = json.loads(changed.out)
        assert (contact["company"], contact["role"]) == ("Umbrella", "CTO")

    @pytest.mark.parametrize(
        ("options", "why"),
        [
            ((), "name what to change, such as --name"),
            (("--max-per-day", "0"), "--max-per-day: "),
            (("--zone-change", "soon"), "--zone-change: use DATE=ZONE such as 2026-03-01=Europe/Paris, not 'soon'"),
            (("--zone-change", "2026-02-30=UTC"), "--zone-change"),
            (("--zone-change", "2026-03-01=Mars/Base"), "Mars/Base"),
            (("--zone-change", "2026-03-01=UTC", "--zone-change", "2026-03-01=Asia/Tokyo"), "one date has two changes"),
            (("--email", "no address"), "--email: "),
            (("--timezone", ""), "--timezone: "),
        ],
    )
    def test_a_mistake_is_told_by_option(self, meetkit: Run, ada: str, options: tuple[str, ...], why: str) -> None:
        assert why in meetkit("users", "update", "ada", *options, database=ada).trouble

    def test_nobody_is_changed_without_a_database_or_by_a_wrong_id(self, meetkit: Run, ada: str) -> None:
        assert "needs a database" in meetkit("users", "update", "user_1", "--name", "A").trouble
        assert "no user with id 'eve'" in meetkit("users", "update", "eve", "--name", "A", database=ada).trouble


class TestActionItems:
    def test_are_listed_with_the_ids_that_complete_them(self, meetkit: Run, sample_database: str) -> None:
        items = json.loads(meetkit("action-items", "--contact", "contact_1", "--json", database=sample_database).out)
        first = items[0]

        done = meetkit("action-items", "complete", first["meeting_id"], first["id"], database=sample_database)

        assert done.out == f"Done: {first['task']}\n"
        left = meetkit("action-items", "--contact", "contact_1", database=sample_database).out
        assert first["id"] not in left
        assert len(items) > 1

    def test_says_when_there_is_none(self, meetkit: Run, sqlite_tables: str) -> None:
        assert meetkit("action-items", database=sqlite_tables).out == "No open action items.\n"

    def test_an_unknown_item_is_named(self, meetkit: Run, sample_database: str) -> None:
        trouble = meetkit("action-items", "complete", "meeting_1", "item_9", database=sample_database).trouble

        assert trouble == "no action item with id 'item_9'"
