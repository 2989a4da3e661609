"""`meetkit usage`: the model calls that a database records."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from meetkit import meeting_service
from meetkit.llm_client import MockLLMClient
from meetkit.models.usage import Usage
from meetkit.storage import SqlStore
from tests.commands import Run

CALL = Path(__file__).parents[1] / "examples" / "call.txt"
CALLS = [
    {"at": "2025-11-01T23:30:00Z", "seconds": 1.25, "outcome": "ok", "input_tokens": 1200, "output_tokens": 80},
    {"at": "2025-11-02T08:00:00Z", "seconds": 0.5, "outcome": "ok", "input_tokens": 300, "output_tokens": None},
    {"at": "2025-11-03T08:00:00Z", "seconds": 60, "outcome": "timeout"},
]


@pytest.fixture
def database(sqlite_tables: str) -> str:
    """A SQLite database with empty tables."""
    return sqlite_tables


@pytest.fixture
def used_database(database: str) -> str:
    """The database with three calls, on three days."""
    store = SqlStore(database)
    for call in CALLS:
        store.add_usage(Usage.model_validate({"model": "[red]m", "purpose": "summary", "attempt": 1, **call}))
    store.close()
    return database


def test_says_when_there_is_nothing(meetkit: Run, database: str) -> None:
    assert meetkit("usage", database=database).out == "No model calls are recorded.\n"
    assert json.loads(meetkit("usage", "--json", database=database).out) == []


def test_is_a_line_for_each_model_purpose_and_outcome_and_their_total(meetkit: Run, used_database: str) -> None:
    assert [line.split() for line in meetkit("usage", database=used_database).out.splitlines()] == [
        ["Model", "For", "Outcome", "Calls", "Tokens", "in", "Tokens", "out", "Seconds"],
        ["[red]m", "summary", "ok", "2", "1,500", "80", "1.8"],
        ["[red]m", "summary", "timeout", "1", "0", "0", "60.0"],
        ["Total", "3", "1,500", "80", "61.8"],
    ]


def test_json_is_for_programs(meetkit: Run, used_database: str) -> None:
    ok, late = json.loads(meetkit("usage", "--json", database=used_database).out)

    assert (ok["calls"], ok["input_tokens"], ok["seconds"], late["outcome"]) == (2, 1500, 1.75, "timeout")


@pytest.mark.parametrize(
    ("days", "seconds"),
    [
        (("--from", "2025-11-02"), [0.5, 60]),
        (("--to", "2025-11-02"), [1.75]),
        (("--from", "2025-11-02", "--to", "2025-11-02"), [0.5]),
        (("--from", "2025-11-02T09:00:00+01:00", "--to", "2025-11-02T12:00:00"), [0.5]),
        (("--from", "2025-11-04"), []),
    ],
)
def test_of_some_days_counts_their_calls(
    meetkit: Run, used_database: str, days: tuple[str, ...], seconds: list[float]
) -> None:
    totals = json.loads(meetkit("usage", *days, "--json", database=used_database).out)

    assert [total["seconds"] for total in totals] == seconds


@pytest.mark.parametrize("option", ["--from", "--to"])
def test_a_wrong_date_is_one_line(meetkit: Run, used_database: str, option: str) -> None:
    assert "yesterday" in meetkit("usage", option, "yesterday", database=used_database).trouble


def test_an_analysis_by_a_model_is_recorded(meetkit: Run, database: str) -> None:
    with meeting_service.use(llm=MockLLMClient(failure_rate=0, seed=1)):
        assert meetkit("analyze", CALL, "--json", database=database).code == 0

    totals = json.loads(meetkit("usage", "--json", database=database).out)
    assert {(total["model"], total["outcome"]) for total in totals} == {("mock", "ok")}
    assert sum(total["calls"] for total in totals) >= 7
