"""Mark meetings with open action items, and create the table of usage."""

import json
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_id = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_PAGE = 1_000


def upgrade() -> None:
    """Add the column with its index, filled from the items, and the table."""
    op.add_column(
        "meetkit_meetings", sa.Column("has_open_items", sa.Boolean, nullable=False, server_default=sa.false())
    )
    for numbers in _with_open_items():
        op.execute(sa.update(_meetings).where(_meetings.c.number.in_(numbers)).values(has_open_items=True))
    op.create_index(
        "ix_meetkit_meetings_open_items",
        "meetkit_meetings",
        ["contact_number", "starts_at"],
        postgresql_where=sa.text("has_open_items"),
        sqlite_where=sa.text("has_open_items = 1"),
    )
    op.create_table(
        "meetkit_usage",
        sa.Column("number", _number, sa.Identity(), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("model", _id, nullable=False),
        sa.Column("purpose", _id, nullable=False),
        sa.Column("attempt", sa.BigInteger, nullable=False),
        sa.Column("input_tokens", sa.BigInteger),
        sa.Column("output_tokens", sa.BigInteger),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("outcome", _id, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_meetkit_usage"),
    )
    op.create_index("ix_meetkit_usage_at", "meetkit_usage", ["at"])


_meetings = sa.table(
    "meetkit_meetings", sa.column("number"), sa.column("action_items", sa.Text), sa.column("has_open_items")
)


def _with_open_items() -> Iterator[list[int]]:
    """Yield the numbers of the meetings with an open item, for each page of all meetings."""
    items = sa.cast(_meetings.c.action_items, sa.Text)
    page = sa.select(_meetings.c.number, items).order_by(_meetings.c.number).limit(_PAGE)
    last = 0
    while rows := op.get_bind().execute(page.where(_meetings.c.number > last)).all():
        last = rows[-1].number
        if numbers := [
            number for number, text in rows if any(item.get("status") == "open" for item in json.loads(text))
        ]:
            yield numbers
