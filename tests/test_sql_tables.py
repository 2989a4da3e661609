"""The tables of the SQL store: each field of a value has its columns, and each table a data policy."""

from __future__ import annotations

import pytest
from pydantic import BaseModel
from sqlalchemy import Table

import meetkit.accounts.tables  # noqa: F401  # declares the tables of accounts
from meetkit.models import Calendar, Contact, Meeting, User
from meetkit.models.meetings import NO_CONTENT
from meetkit.models.usage import Usage
from meetkit.storage.sql import data_policy, rows, tables

# What a meeting still is once its content was removed: times and people, so that calendars stay right. Only an
# erasure replaces the title.
STAYS = {
    "id",
    "user_id",
    "contact_id",
    "attendee_ids",
    "responses",
    "title",
    "date",
    "timezone",
    "duration_minutes",
    "status",
    "exclusive",
    "created_at",
    "updated_at",
    "version",
}


@pytest.mark.parametrize(
    ("model", "table", "without_field"),
    [
        (User, tables.users, {"number"}),
        (Contact, tables.contacts, {"number"}),
        (Meeting, tables.meetings, {"number", "has_open_items"}),
        (Calendar, tables.calendars, {"number", "user_number"}),
        (Usage, tables.usage, {"number"}),
    ],
)
def test_each_field_of_a_model_has_its_columns(model: type[BaseModel], table: Table, without_field: set[str]) -> None:
    """A field without a column, and a column without a field, are named here or fail."""
    elsewhere = rows.FIELDS_IN_OTHER_COLUMNS if model is Meeting else {}
    columns = {column for name in model.model_fields for column in elsewhere.get(name, (name,))}
    assert columns | without_field == set(table.c.keys())


def test_each_field_of_a_meeting_is_content_or_stays() -> None:
    """A new field is decided upon: erasing and purging remove it, or it stays by name."""
    assert set(NO_CONTENT) | STAYS == set(Meeting.model_fields)
    assert not set(NO_CONTENT) & STAYS


@pytest.mark.parametrize("table", tables.metadata.tables.values(), ids=str)
def test_each_table_declares_a_data_policy(table: Table) -> None:
    """A word each on erasure, export and retention, beside the table."""
    assert data_policy.policy_of(table), f"{table.name}: info=data_policy(erasure=..., export=..., retention=...)"


@pytest.mark.parametrize("policy", [("", "e", "r"), ("e", " ", "r"), ("e", "e", "")])
def test_a_data_policy_says_something_on_each(policy: tuple[str, str, str]) -> None:
    """An empty word is refused."""
    erasure, export, retention = policy
    with pytest.raises(ValueError, match="erasure, export and retention"):
        data_policy.data_policy(erasure=erasure, export=export, retention=retention)
