"""Create the tables of accounts, sessions, keys, identities and teams, and the append-only audit log."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_Id = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_REFUSAL = "meetkit: what happened is neither changed nor removed"


def upgrade() -> None:
    """Create the tables and the triggers that protect the audit."""
    _create_accounts()
    _create_what_belongs_to_them()
    _create_teams()
    _create_audit()
    if op.get_bind().dialect.name == "postgresql":
        _enforce_on_postgresql()
    else:
        _enforce_on_sqlite()


def _create_accounts() -> None:
    op.create_table(
        "meetkit_tenants",
        _id("id"),
        sa.Column("name", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_meetkit_tenants"),
    )
    _create(
        "accounts",
        _id("id"),
        _id("email_key"),
        sa.Column("email", sa.Text, nullable=False),
        _id("tenant_id"),
        _id("user_id"),
        sa.Column("access", sa.Text, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("verified", sa.Boolean, nullable=False),
        sa.Column("password_hash", sa.Text),
        sa.Column("preferences", sa.Text),
        _moment("created_at", nullable=False),
        _moment("last_login_at"),
        sa.CheckConstraint("access IN ('admin', 'manager', 'member', 'viewer')", name="ck_meetkit_accounts_access"),
        unique=("id", "email_key", "user_id"),
    )
    op.create_index("ix_meetkit_accounts_tenant", "meetkit_accounts", ["tenant_id", "number"])


def _create_what_belongs_to_them() -> None:
    _create_of_account(
        "sessions",
        _id("id"),
        _id("family_hash"),
        _id("token_hash"),
        _moment("created_at", nullable=False),
        _moment("used_at", nullable=False),
        _moment("expires_at", nullable=False),
        _moment("revoked_at"),
        unique=("id", "family_hash"),
    )
    _create_of_account(
        "api_keys",
        _id("id"),
        _id("key_hash"),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("right", sa.Text, nullable=False),
        sa.Column("prefix", sa.Text, nullable=False),
        _moment("created_at", nullable=False),
        _moment("last_used_at"),
        _moment("revoked_at"),
        sa.CheckConstraint("\"right\" IN ('read', 'write', 'admin')", name="ck_meetkit_api_keys_right"),
        unique=("id", "key_hash"),
    )
    _create_of_account(
        "identities",
        _id("provider"),
        _id("subject"),
        _moment("created_at", nullable=False),
        sa.UniqueConstraint("provider", "subject", name="uq_meetkit_identities_provider_subject"),
    )
    _create_of_account(
        "one_time_tokens",
        _id("token_hash"),
        sa.Column("purpose", sa.Text, nullable=False),
        _moment("expires_at", nullable=False),
        _moment("used_at"),
        sa.CheckConstraint("purpose IN ('reset', 'verify', 'invite')", name="ck_meetkit_one_time_tokens_purpose"),
        unique=("token_hash",),
    )


def _create_teams() -> None:
    _create("teams", _id("id"), _id("tenant_id"), sa.Column("name", sa.Text, nullable=False), unique=("id",))
    op.create_index("ix_meetkit_teams_tenant_id", "meetkit_teams", ["tenant_id"])
    op.create_table(
        "meetkit_team_people",
        sa.Column("team_number", _number, nullable=False),
        _id("user_id"),
        sa.Column("role", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("team_number", "user_id", name="pk_meetkit_team_people"),
        sa.CheckConstraint("role IN ('manager', 'member')", name="ck_meetkit_team_people_role"),
        _refers("team_people", "team_number", "teams"),
    )
    op.create_index("ix_meetkit_team_people_user_id", "meetkit_team_people", ["user_id"])


def _create_audit() -> None:
    _create(
        "audit",
        _moment("at", nullable=False),
        _id("event"),
        _id("outcome"),
        _id("account_id", nullable=True),
        _id("tenant_id", nullable=True),
        _id("subject", nullable=True),
        sa.Column("address", sa.Text),
        sa.Column("request_id", sa.Text),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_meetkit_audit_at", "meetkit_audit", ["at"])
    op.create_index("ix_meetkit_audit_account", "meetkit_audit", ["account_id", "at"])


def _create(name: str, *parts: Any, unique: tuple[str, ...] = (), **options: Any) -> None:
    op.create_table(
        f"meetkit_{name}",
        sa.Column("number", _number, sa.Identity(), nullable=False),
        *parts,
        sa.PrimaryKeyConstraint("number", name=f"pk_meetkit_{name}"),
        *(sa.UniqueConstraint(column, name=f"uq_meetkit_{name}_{column}") for column in unique),
        **options,
    )


def _create_of_account(name: str, *parts: Any, unique: tuple[str, ...] = ()) -> None:
    account = sa.Column("account_number", _number, nullable=False)
    _create(name, account, *parts, _refers(name, "account_number", "accounts"), unique=unique)
    op.create_index(f"ix_meetkit_{name}_account_number", f"meetkit_{name}", ["account_number"])


def _id(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, _Id, nullable=nullable)


def _moment(name: str, *, nullable: bool = True) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"meetkit_{target}.number"], name=f"fk_meetkit_{table}_{column}")


def _enforce_on_postgresql() -> None:
    op.execute(f"""
        CREATE OR REPLACE FUNCTION meetkit_audit_stays() RETURNS trigger
        LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '{_REFUSAL}'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'meetkit_audit_stays';
        END $$""")
    op.execute(
        "CREATE TRIGGER meetkit_audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON meetkit_audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION meetkit_audit_stays()"
    )


def _enforce_on_sqlite() -> None:
    for event in ("UPDATE", "DELETE"):
        op.execute(f"""
            CREATE TRIGGER meetkit_audit_stays_{event.lower()} BEFORE {event} ON meetkit_audit
            BEGIN
                SELECT RAISE(ABORT, '{_REFUSAL}');
            END""")
    # A REPLACE removes what it takes the place of, and tells no other trigger.
    op.execute(f"""
        CREATE TRIGGER meetkit_audit_stays_insert BEFORE INSERT ON meetkit_audit
        WHEN EXISTS (SELECT 1 FROM meetkit_audit WHERE number = NEW.number)
        BEGIN
            SELECT RAISE(ABORT, '{_REFUSAL}');
        END""")  # noqa: S608  # nothing in it comes from outside
