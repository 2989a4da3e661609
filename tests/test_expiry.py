"""What is stored for a time only is deleted in batches, by the command and by the service, and nothing else is."""

from __future__ import annotations

import datetime as dt
import logging
import time
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, Table, event, func, insert, select, text
from sqlalchemy.exc import DatabaseError

from meetkit.accounts import tables as accounts
from meetkit.accounts.models import EmailRequest
from meetkit.models.zones import to_microseconds, utc_now
from meetkit.settings import Settings
from meetkit.storage.sql import expiry, tables
from meetkit.storage.sql.expiry import BATCH
from meetkit.testing.examples import ANN, key, meeting
from meetkit.web.app.maintenance import Maintenance
from tests.accounts import World

SETTINGS = Settings(idempotency_key_hours=24, audit_retention_days=30)
DAY = dt.timedelta(days=1)


def count(world: World, table: Table) -> int:
    statement = select(func.count()).select_from(table)
    return world.database.read(lambda connection: connection.execute(statement).scalar_one())


def add_events(connection: Connection, number: int, at: dt.datetime) -> None:
    row = {"at": to_microseconds(at), "event": "login", "outcome": "ok"}
    connection.execute(insert(accounts.audit), [row] * number)


def add_requests(connection: Connection, names: list[str], at: dt.datetime | None) -> None:
    rows = [
        {"key": name, "fingerprint": "f", "meeting_id": "m", "created_at": at and to_microseconds(at)} for name in names
    ]
    connection.execute(insert(tables.requests), rows)


def expire(world: World) -> dict[str, int]:
    counts = expiry.expire(world.database, SETTINGS, now=world.clock())
    return {kind: number for kind, number in counts.items() if number}


def test_old_events_go_in_batches_and_the_deletion_is_an_event(on_both: World) -> None:
    now = on_both.clock()
    on_both.database.write(add_events, 2 * BATCH + 5, now - 31 * DAY)
    on_both.database.write(add_events, 3, now - 29 * DAY)
    deleted: list[int] = []

    def watch(_: Connection, cursor: Any, statement: str, *_more: object) -> None:
        if statement.startswith("DELETE FROM meetkit_audit "):
            deleted.append(cursor.rowcount)

    event.listen(on_both.database.engine, "after_cursor_execute", watch)

    assert expire(on_both) == {"audit events": 2 * BATCH + 5}

    assert deleted == [BATCH, BATCH, 5]
    assert on_both.events() == [("login", "ok")] * 3 + [("audit_purged", "ok")]
    assert count(on_both, accounts.audit_expiry) == 0
    assert expire(on_both) == {}


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM meetkit_audit",
        "UPDATE meetkit_audit SET event = 'x'",
        "DELETE FROM meetkit_audit WHERE number = 1",
    ],
)
def test_no_event_goes_before_its_time(on_both: World, statement: str) -> None:
    on_both.signup()
    now = to_microseconds(on_both.clock())

    def try_it(connection: Connection) -> None:
        # Of a time at which all events were still to come.
        connection.execute(insert(accounts.audit_expiry).values(expires_before=now))
        connection.execute(text(statement))

    with pytest.raises(DatabaseError, match="neither changed nor removed"), on_both.database.engine.begin() as made:
        try_it(made)
    assert count(on_both, accounts.audit) > 0


def test_old_keys_go_and_a_late_repeat_is_a_new_request(on_both: World) -> None:
    now, store = on_both.clock(), on_both.store
    store.add_user(ANN)
    store.add_meeting(meeting(1, id="old", created_at=now - 25 * DAY / 24), idempotency=key("old"))
    store.add_meeting(meeting(2, id="new", created_at=now - 23 * DAY / 24), idempotency=key("new"))
    on_both.database.write(add_requests, [f"k{number}" for number in range(BATCH + 1)], now - 2 * DAY)

    assert expire(on_both) == {"idempotency keys": BATCH + 2}

    assert store.first_result(key("old")) is None
    assert store.first_result(key("new")) == store.get_meeting("new")
    assert store.add_meeting(meeting(3, id="again"), idempotency=key("old")).id == "again"
    assert store.get_meeting("old").id == "old"


def test_keys_of_an_unknown_time_go_a_day_after_they_were_first_seen(on_both: World) -> None:
    on_both.database.write(add_requests, ["undated"], None)
    assert expire(on_both) == {}
    on_both.clock.go(hours=23)
    assert expire(on_both) == {}
    on_both.clock.go(hours=2)
    assert expire(on_both) == {"idempotency keys": 1}


def test_sessions_and_tokens_go_when_they_have_expired(on_both: World) -> None:
    on_both.signup()
    on_both.login()
    on_both.accounts.password_reset.request(EmailRequest(email="ann@example.com"))
    assert expire(on_both) == {}
    on_both.clock.go(hours=2)
    # The token of the reset; that of the verification is valid for a week.
    assert expire(on_both) == {"tokens": 1}
    on_both.clock.go(days=31)
    assert expire(on_both) == {"audit events": 3, "sessions": 1, "tokens": 1}


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("meetkit_requests", "created_at"),
        ("meetkit_audit", "at"),
        ("meetkit_sessions", "expires_at"),
        ("meetkit_one_time_tokens", "expires_at"),
        ("meetkit_email_changes", "expires_at"),
    ],
)
def test_each_deletion_has_an_index(world: World, table: str, column: str) -> None:
    query = f"EXPLAIN QUERY PLAN SELECT rowid FROM {table} WHERE {column} < 5 ORDER BY {column} LIMIT 10"
    plan = world.database.read(lambda connection: connection.exec_driver_sql(query).all())
    assert [row for row in plan if "USING" in row[-1] and "INDEX" in row[-1]], plan
    assert not [row for row in plan if "TEMP B-TREE" in row[-1]]


def until(condition: partial[bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_the_service_deletes_again_and_again_and_survives_errors(
    world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO)
    world.database.write(add_events, 5, utc_now() - 31 * DAY)
    real, failures = expiry.expire, [RuntimeError("a host's secret")]

    def failing(*args: object, **more: object) -> dict[str, int]:
        if failures:
            raise failures.pop()
        return real(*args, **more)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(expiry, "expire", failing)
    maintenance = Maintenance(world.database, SETTINGS, first=0.01, every=0.05)
    until(partial(lambda: count(world, accounts.audit) == 1))
    world.database.write(add_events, 5, utc_now() - 31 * DAY)
    until(partial(lambda: count(world, accounts.audit) == 2))
    maintenance.close()

    assert "expired data was not deleted: RuntimeError" in caplog.text
    assert "secret" not in caplog.text
    assert "deleted what has expired: 5 audit events" in caplog.text
