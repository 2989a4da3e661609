"""`meetkit admin create` and `meetkit audit`."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from tests.accounts import OTHER, PASSWORD, World
from tests.commands import Result, Run

ADA = ("admin", "create", "--email", "ada@example.com", "--name", "Ada Summer", "--password-stdin")


class Create(Protocol):
    def __call__(self, *more: object, database: str | None = ..., password: str = ...) -> Result: ...


@pytest.fixture
def database(sqlite_tables: str) -> str:
    """A SQLite database with empty tables."""
    return sqlite_tables


@pytest.fixture
def create(meetkit: Run, database: str, monkeypatch: pytest.MonkeyPatch) -> Create:
    """Runs `meetkit admin create` with a password on standard input."""

    def run(*more: object, database: str | None = database, password: str = PASSWORD) -> Result:
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{password}\nmore\n"))
        return meetkit(*ADA, *more, database=database)

    return run


@pytest.fixture
def world(database: str) -> Iterator[World]:
    world = World(database)
    yield world
    world.close()


class TestAdmin:
    def test_is_made_and_signs_in(self, create: Create, world: World) -> None:
        result = create()

        caller = world.caller("ada@example.com")
        assert result.out == f"ada@example.com is an admin of default: account {caller.account_id}.\n"
        assert caller.is_admin
        assert world.accounts.own_account.get(caller).verified
        assert world.store.get_user(caller.user_id).name == "Ada Summer"

    def test_may_be_of_another_tenant(self, create: Create, world: World) -> None:
        account = json.loads(create("--tenant", "acme", "--json").out)

        assert (account["tenant_id"], account["access"]) == ("acme", "admin")
        assert world.caller("ada@example.com").tenant_id == "acme"

    def test_is_made_once(self, create: Create) -> None:
        assert create().code == 0
        assert create().trouble == "this email address already has an account"

    def test_gets_no_password_that_is_guessed_first(self, create: Create) -> None:
        assert "has 5 characters; use 10 to 200" in create(password="short").trouble

    @pytest.mark.parametrize(
        ("option", "message"),
        [
            (("--tenant", ""), "tenant_id"),
            (("--email", "nobody"), "not an email address"),
            (("--email", ""), "not an email address"),
            (("--name", ""), "name: "),
            (("--name", " "), "name: must not be blank"),
        ],
    )
    def test_a_wrong_option_is_one_line(self, create: Create, option: tuple[str, str], message: str) -> None:
        assert message in create(*option).trouble

    def test_without_a_terminal_nobody_is_asked(self, meetkit: Run, database: str, create: Create) -> None:
        create()
        assert "--password-stdin" in meetkit(*ADA[:-1], database=database).trouble
        assert "--email is required without a terminal" in meetkit("admin", "create", database=database).trouble

    @pytest.mark.parametrize("words", [ADA, ADA[:-1]])
    def test_a_closed_standard_input_is_one_line(
        self, meetkit: Run, database: str, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
    ) -> None:
        monkeypatch.setattr(sys, "stdin", None)
        assert "password" in meetkit(*words, database=database).trouble

    def test_standard_input_that_is_no_text_is_one_line(
        self, meetkit: Run, database: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff\n"), encoding="utf-8"))
        assert "standard input is not valid utf-8" in meetkit(*ADA, database=database).trouble

    def test_at_a_terminal_is_asked_for_what_was_left_out(
        self, meetkit: Run, database: str, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        answers = {"Email address": "ada@example.com", "Name": "Ada Summer", "Password": PASSWORD}
        terminal = io.StringIO()
        monkeypatch.setattr(terminal, "isatty", lambda: True)
        monkeypatch.setattr(sys, "stdin", terminal)
        monkeypatch.setattr("click.prompt", lambda label, **_: answers[label])

        assert meetkit("admin", "create", database=database).code == 0
        assert world.caller("ada@example.com").is_admin

    def test_takes_a_database(self, create: Create) -> None:
        assert "needs a database" in create(database=None).trouble


class TestAudit:
    def test_says_when_there_is_nothing(self, meetkit: Run, database: str) -> None:
        assert meetkit("audit", database=database).out == "No such events are on record.\n"
        assert json.loads(meetkit("audit", "--json", database=database).out) == []

    def test_lists_what_happened(self, meetkit: Run, database: str, world: World) -> None:
        account = world.signup()
        world.accounts.audit_log.record(world.caller(), "transcript_read", "meeting_3")

        head, *lines = meetkit("audit", database=database).out.splitlines()

        assert head.split() == ["Time", "Event", "Outcome", "Account", "Subject", "Address"]
        assert [line.split()[:4] for line in lines if line.startswith("2026")] == [
            ["2026-01-05", "09:00:00", name, "ok"] for name in ("signup", "login", "transcript_read")
        ]
        text = meetkit("audit", "--json", database=database).out
        last = json.loads(text)[-1]
        assert (last["account_id"], last["subject"], last["tenant_id"]) == (account.id, "meeting_3", "default")
        assert "ann@" not in text

    @pytest.mark.parametrize(
        ("options", "events"),
        [
            ((), ["signup", "login", "login"]),
            (("--event", "login"), ["login", "login"]),
            (("--event", "login", "--limit", "1"), ["login"]),
            (("--from", "2026-01-06"), ["login"]),
            (("--to", "2026-01-05"), ["signup", "login"]),
            (("--account", "account_0"), []),
        ],
    )
    def test_of_what_is_asked_for(
        self, meetkit: Run, database: str, world: World, options: tuple[str, ...], events: list[str]
    ) -> None:
        world.signup()
        world.login()
        world.clock.go(days=1)
        world.login()

        events_found = json.loads(meetkit("audit", *options, "--json", database=database).out)

        assert [event["event"] for event in events_found] == events

    @pytest.mark.parametrize(
        "options", [("--event", "dance"), ("--limit", "0"), ("--from", "yesterday"), ("--limit", "10001")]
    )
    def test_a_wrong_option_is_one_line(self, meetkit: Run, database: str, options: tuple[str, str]) -> None:
        assert meetkit("audit", *options, database=database).trouble

    def test_a_terminal_is_not_steered_by_what_came_from_outside(
        self, meetkit: Run, database: str, world: World
    ) -> None:
        world.signup()
        world.accounts.audit_log.record(world.caller(), "transcript_read", "\x1b[31mred\x00")
        assert "?[31mred?" in meetkit("audit", database=database).out


def test_no_password_is_in_what_is_printed_or_kept(create: Create, tmp_path: Path) -> None:
    result = create(password=OTHER)
    assert result.code == 0
    assert OTHER not in result.out + result.err
    assert all(OTHER.encode() not in file.read_bytes() for file in tmp_path.iterdir())
