"""The usage of models in SQL: functions that take the caller's connection and never commit."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, func, insert, select

from meetkit.models.usage import Usage, UsageTotal
from meetkit.models.zones import to_microseconds
from meetkit.storage.sql import rows
from meetkit.storage.sql.tables import usage as table

_GROUP = (table.c.model, table.c.purpose, table.c.outcome)
_SUMS = (
    select(
        *_GROUP,
        func.count().label("calls"),
        # Without a count from the provider the sum would be NULL.
        func.coalesce(func.sum(table.c.input_tokens), 0).label("input_tokens"),
        func.coalesce(func.sum(table.c.output_tokens), 0).label("output_tokens"),
        func.sum(table.c.seconds).label("seconds"),
    )
    .group_by(*_GROUP)
    .order_by(*_GROUP)
)


def add_usage(connection: Connection, usage: Usage) -> None:
    """Store the usage of one call of a model."""
    connection.execute(insert(table).values(rows.usage_row(usage)))


def sum_usage(connection: Connection, *, start: dt.datetime | None, end: dt.datetime | None) -> list[UsageTotal]:
    """Sum the usage of calls that began in `[start, end)`, by model, purpose and outcome, in that order."""
    statement = _SUMS
    if start is not None:
        statement = statement.where(table.c.at >= to_microseconds(start))
    if end is not None:
        statement = statement.where(table.c.at < to_microseconds(end))
    return [UsageTotal.model_validate(_with_whole_tokens(row._asdict())) for row in connection.execute(statement).all()]


def _with_whole_tokens(fields: dict[str, object]) -> dict[str, object]:
    # PostgreSQL sums whole numbers as decimals.
    return {name: int(value) if name.endswith("tokens") else value for name, value in fields.items()}  # type: ignore[call-overload]
