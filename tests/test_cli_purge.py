"""`meetkit purge`: old transcripts are deleted after the days of a setting or an option."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from meetkit.accounts.events import AuditContext
from meetkit.accounts.repository import audit
from meetkit.models.caller import NOWHERE
from meetkit.storage import SqlStore
from meetkit.testing.examples import ANN, key, meeting
from tests.commands import Run

TODAY = dt.datetime.now(dt.UTC)


@pytest.fixture
def database(sqlite_tables: str) -> str:
    """A SQLite database with transcripts from 10, 100 and 365 days ago."""
    store = SqlStore(sqlite_tables)
    store.add_user(ANN)
    for days in (10, 100, 365):
        store.add_meeting(meeting(id=f"m{days}", date=TODAY - dt.timedelta(days=days), transcript="Said."))
    store.close()
    return sqlite_tables


def with_transcript(database: str) -> list[str]:
    """Return the ids of the meetings that have a transcript."""
    store = SqlStore(database)
    result = [days for days in ("m10", "m100", "m365") if store.get_meeting(days).transcript]
    store.close()
    return result


def test_deletes_transcripts_older_than_the_option(meetkit: Run, database: str) -> None:
    day = f"{TODAY - dt.timedelta(days=90):%Y-%m-%d}"
    assert meetkit("purge", "--older-than", "90", database=database).out == (
        f"Purged 2 meetings that ended before {day}.\n"
    )
    assert with_transcript(database) == ["m10"]
    assert "Purged 0 meetings" in meetkit("purge", "--older-than", "90", database=database).out
    events = json.loads(meetkit("audit", "--event", "purge", "--json", database=database).out)
    assert [(event["outcome"], event["subject"]) for event in events] == [("ok", day)] * 2


def test_the_setting_is_the_default_of_the_option(meetkit: Run, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEETKIT_RETENTION_DAYS", "200")
    result = json.loads(meetkit("purge", "--json", database=database).out)
    assert result["purged"] == 1
    assert dt.datetime.fromisoformat(result["before"]) < TODAY - dt.timedelta(days=199)
    assert with_transcript(database) == ["m10", "m100"]

    assert "Purged 1 meeting that" in meetkit("purge", "--older-than", "50", database=database).out
    assert with_transcript(database) == ["m10"]


@pytest.mark.parametrize("days", ["0", "-1", "soon", "1.5", "99999999999999999999"])
def test_a_wrong_number_of_days_is_one_line(meetkit: Run, database: str, days: str) -> None:
    assert "--older-than" in meetkit("purge", "--older-than", days, database=database).trouble
    assert with_transcript(database) == ["m10", "m100", "m365"]


def test_without_a_retention_period_no_transcript_is_deleted(meetkit: Run, database: str) -> None:
    assert "MEETKIT_RETENTION_DAYS" in meetkit("purge", database=database).out
    assert with_transcript(database) == ["m10", "m100", "m365"]


def test_deletes_keys_and_events_older_than_their_settings(
    meetkit: Run, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SqlStore(database)
    old = TODAY - dt.timedelta(hours=30)
    store.add_meeting(meeting(id="keyed", created_at=old), idempotency=key())
    context = AuditContext(TODAY - dt.timedelta(days=40), NOWHERE)
    store.database.write(audit.add, context, "login")
    store.close()
    monkeypatch.setenv("MEETKIT_IDEMPOTENCY_KEY_HOURS", "24")
    monkeypatch.setenv("MEETKIT_AUDIT_RETENTION_DAYS", "30")

    out = meetkit("purge", database=database).out

    assert "Deleted 1 expired idempotency keys.\n" in out
    assert "Deleted 1 expired audit events.\n" in out
    expired = json.loads(meetkit("purge", "--json", database=database).out)["expired"]
    assert set(expired.values()) == {0}
    events = json.loads(meetkit("audit", "--json", database=database).out)
    assert [event["event"] for event in events] == ["audit_purged"]


def test_the_sample_is_not_purged(meetkit: Run) -> None:
    assert "needs a database" in meetkit("purge", "--older-than", "1").trouble
