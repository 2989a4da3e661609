"""Add the changes of zone and the booking rules of users."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the columns; existing users stay in their zone and have no rules."""
    op.add_column("meetkit_users", sa.Column("zone_changes", sa.JSON, nullable=False, server_default="[]"))
    op.add_column("meetkit_users", sa.Column("booking_rules", sa.JSON))
    has_rules = sa.text("booking_rules IS NOT NULL")
    op.create_index(
        "ix_meetkit_users_rules", "meetkit_users", ["id"], postgresql_where=has_rules, sqlite_where=has_rules
    )
