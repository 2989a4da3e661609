"""Add times of requests, changes of email addresses, the expiry of audit events, and a probe of writes."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0006"

_number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_Id = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_REFUSAL = "meetkit: what happened is neither changed nor removed"
_BEFORE = "(SELECT max(expires_before) FROM meetkit_audit_expiry)"


def upgrade() -> None:
    """Add the columns, the tables and their indexes; triggers let only expired audit events go."""
    _date_requests()
    _create_email_changes()
    op.create_index("ix_meetkit_sessions_expires_at", "meetkit_sessions", ["expires_at"])
    op.create_index("ix_meetkit_one_time_tokens_expires_at", "meetkit_one_time_tokens", ["expires_at"])
    op.create_table(
        "meetkit_audit_expiry",
        sa.Column("expires_before", sa.BigInteger, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("expires_before", name="pk_meetkit_audit_expiry"),
    )
    op.create_table(
        "meetkit_write_probe",
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("filler", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_meetkit_write_probe"),
    )
    if op.get_bind().dialect.name == "postgresql":
        _let_expired_go_on_postgresql()
    else:
        _let_expired_go_on_sqlite()


def _date_requests() -> None:
    """Add the time of each request; that of earlier ones is unknown, and taken from when they are first looked at."""
    op.add_column("meetkit_requests", sa.Column("created_at", sa.BigInteger))
    op.create_index("ix_meetkit_requests_created_at", "meetkit_requests", ["created_at"])


def _create_email_changes() -> None:
    name = "meetkit_email_changes"
    op.create_table(
        name,
        sa.Column("account_number", _number, autoincrement=False, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("token_hash", _Id, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("account_number", name=f"pk_{name}"),
        sa.ForeignKeyConstraint(
            ["account_number"], ["meetkit_accounts.number"], name="fk_meetkit_email_changes_account_number"
        ),
        sa.UniqueConstraint("token_hash", name=f"uq_{name}_token_hash"),
    )
    op.create_index(f"ix_{name}_expires_at", name, ["expires_at"])


def _let_expired_go_on_postgresql() -> None:
    op.execute("DROP TRIGGER meetkit_audit_stays ON meetkit_audit")
    op.execute(
        "CREATE TRIGGER meetkit_audit_stays BEFORE UPDATE OR TRUNCATE ON meetkit_audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION meetkit_audit_stays()"
    )
    op.execute(f"""
        CREATE OR REPLACE FUNCTION meetkit_audit_expires() RETURNS trigger
        LANGUAGE plpgsql AS $$
        BEGIN
            IF OLD.at < {_BEFORE} THEN
                RETURN OLD;
            END IF;
            RAISE EXCEPTION '{_REFUSAL}'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'meetkit_audit_stays';
        END $$""")  # nothing in it comes from outside
    op.execute(
        "CREATE TRIGGER meetkit_audit_expires BEFORE DELETE ON meetkit_audit "
        "FOR EACH ROW EXECUTE FUNCTION meetkit_audit_expires()"
    )


def _let_expired_go_on_sqlite() -> None:
    op.execute("DROP TRIGGER meetkit_audit_stays_delete")
    op.execute(f"""
        CREATE TRIGGER meetkit_audit_stays_delete BEFORE DELETE ON meetkit_audit
        WHEN NOT coalesce(OLD.at < {_BEFORE}, FALSE)
        BEGIN
            SELECT RAISE(ABORT, '{_REFUSAL}');
        END""")  # nothing in it comes from outside
