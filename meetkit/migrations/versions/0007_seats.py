"""Add seats, guests and rotations to meetings; create the tables of polls."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0004"

_number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_id = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the columns and tables; existing meetings have neither seats nor a rotation."""
    op.add_column("meetkit_meetings", sa.Column("seats", sa.SmallInteger))
    op.add_column("meetkit_meetings", sa.Column("rotation", _id))
    has_rotation = sa.text("rotation IS NOT NULL")
    op.create_index(
        "ix_meetkit_meetings_rotation",
        "meetkit_meetings",
        ["user_number", "rotation", "number"],
        postgresql_where=has_rotation,
        sqlite_where=has_rotation,
    )
    op.create_table(
        "meetkit_guests",
        sa.Column("meeting_number", _number, nullable=False),
        sa.Column("contact_number", _number, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("meeting_number", "contact_number", name="pk_meetkit_guests"),
        _refers("guests", "meeting_number", "meetings"),
        _refers("guests", "contact_number", "contacts"),
    )
    op.create_index("ix_meetkit_guests_contact", "meetkit_guests", ["contact_number", "meeting_number"])


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"meetkit_{target}.number"], name=f"fk_meetkit_{table}_{column}")
