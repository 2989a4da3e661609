"""Add the tenants of users and contacts, with the indexes that list them, and the table of encryption keys."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_id = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the columns and the indexes; existing people belong to the tenant `default`.

    Nothing is encrypted yet, so no key is in use.
    """
    op.create_table(
        "meetkit_encryption_keys",
        sa.Column("fingerprint", _id, nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_meetkit_encryption_keys"),
    )
    for table in ("meetkit_users", "meetkit_contacts"):
        op.add_column(table, sa.Column("tenant_id", _id, nullable=False, server_default="default"))
        if op.get_bind().dialect.name == "postgresql":
            # Names sort by code point, as ids do.
            op.alter_column(table, "name", type_=_id)
        op.create_index(f"ix_{table}_listed", table, ["tenant_id", "name", "id"])
