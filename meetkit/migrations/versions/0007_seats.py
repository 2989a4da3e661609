"""Add seats, guests and rotations to meetings; create the tables of polls."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

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
    _create_polls()


def _create_polls() -> None:
    op.create_table(
        "meetkit_polls",
        sa.Column("number", _number, sa.Identity(), nullable=False),
        sa.Column("id", _id, nullable=False),
        sa.Column("tenant_id", _id, nullable=False),
        sa.Column("user_id", _id, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("duration_minutes", sa.SmallInteger, nullable=False),
        sa.Column("timezone", sa.Text, nullable=False),
        sa.Column("starts", sa.JSON, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("closes_at", sa.BigInteger),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("option", sa.SmallInteger),
        sa.Column("meeting_id", _id),
        sa.Column("claimed_until", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_meetkit_polls"),
        sa.UniqueConstraint("id", name="uq_meetkit_polls_id"),
        sa.CheckConstraint("status IN ('open', 'closed', 'booked')", name="ck_meetkit_polls_status"),
    )
    op.create_index("ix_meetkit_polls_listed", "meetkit_polls", ["tenant_id", "user_id", "number"])
    op.create_index("ix_meetkit_polls_ends_at", "meetkit_polls", ["ends_at"])
    op.create_table(
        "meetkit_poll_participants",
        sa.Column("number", _number, sa.Identity(), nullable=False),
        sa.Column("poll_number", _number, nullable=False),
        sa.Column("user_id", _id),
        sa.Column("contact_id", _id),
        sa.Column("answers", sa.JSON, nullable=False),
        sa.Column("answered_at", sa.BigInteger),
        sa.Column("token_hash", _id),
        sa.Column("token_expires_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("number", name="pk_meetkit_poll_participants"),
        sa.UniqueConstraint("token_hash", name="uq_meetkit_poll_participants_token_hash"),
        sa.CheckConstraint("(user_id IS NULL) <> (contact_id IS NULL)", name="ck_meetkit_poll_participants_person"),
        _refers("poll_participants", "poll_number", "polls"),
    )
    op.create_index("ix_meetkit_poll_participants_poll", "meetkit_poll_participants", ["poll_number", "number"])
    op.create_index("ix_meetkit_poll_participants_user", "meetkit_poll_participants", ["user_id", "poll_number"])
    op.create_index("ix_meetkit_poll_participants_contact", "meetkit_poll_participants", ["contact_id"])


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"meetkit_{target}.number"], name=f"fk_meetkit_{table}_{column}")
