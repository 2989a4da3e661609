"""Create the table of notes."""

import sqlalchemy as sa
from alembic import op

revision = "n001"
down_revision = None


def upgrade() -> None:
    """Create the table and its index."""
    op.create_table(
        "toy_notes",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("contact_id", sa.Text),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_toy_notes"),
    )
    op.create_index("ix_toy_notes_user", "toy_notes", ["tenant_id", "user_id"])
