"""`meetkit users`, `contacts` and `action-items` list, show, add and complete."""

from __future__ import annotations

import json

import pytest

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
