"""Add the table of background jobs."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_id = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the table with its indexes."""
    op.create_table(
        "meetkit_jobs",
        sa.Column("id", _id, nullable=False),
        sa.Column("tenant_id", _id, nullable=False),
        sa.Column("user_id", _id, nullable=False),
        sa.Column("kind", _id, nullable=False),
        sa.Column("subject", _id, nullable=False),
        sa.Column("status", _id, nullable=False),
        sa.Column("result", sa.Text()),
        sa.Column("error_status", sa.Integer()),
        sa.Column("error_detail", sa.Text()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("leased_until", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_meetkit_jobs"),
    )
    op.create_index("ix_meetkit_jobs_user", "meetkit_jobs", ["user_id"])
    op.create_index("ix_meetkit_jobs_created", "meetkit_jobs", ["created_at"])
