"""The tables of accounts. Instants are microseconds since 1970 UTC."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from meetkit.storage.sql.data_policy import data_policy
from meetkit.storage.sql.tables import metadata

# Ids compare by bytes in every database.
_Id = Text().with_variant(Text(collation="C"), "postgresql")
# SQLite numbers rows by itself only where the type is INTEGER.
_Number = BigInteger().with_variant(Integer, "sqlite")


def _number() -> Column[int]:
    return Column("number", _Number, Identity(), primary_key=True)


def _account() -> Column[int]:
    return Column("account_number", _Number, ForeignKey("meetkit_accounts.number"), nullable=False, index=True)


def _moment(name: str, *, nullable: bool = True) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


def _id(name: str, **options: Any) -> Column[str]:
    return Column(name, _Id, **{"nullable": False, **options})


tenants = Table(
    "meetkit_tenants",
    metadata,
    _id("id", primary_key=True),
    Column("name", Text, nullable=False),
    info=data_policy(erasure="none: no personal data", export="not exported", retention="for good"),
)

# A host may store its users elsewhere, so they are named by id and no foreign key refers to them. `email_key` is
# `repository.accounts.email_key`.
accounts = Table(
    "meetkit_accounts",
    metadata,
    _number(),
    _id("id", unique=True),
    _id("email_key", unique=True),
    Column("email", Text, nullable=False),
    _id("tenant_id"),
    _id("user_id", unique=True),
    Column("access", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("verified", Boolean, nullable=False),
    # NULL for who signs in with a provider only, or has not accepted an invitation yet.
    Column("password_hash", Text),
    # A JSON object that belongs to the account's owner; NULL is an empty one.
    Column("preferences", Text),
    _moment("created_at", nullable=False),
    _moment("last_login_at"),
    CheckConstraint("access IN ('admin', 'manager', 'member', 'viewer')", name="access"),
    Index("ix_meetkit_accounts_tenant", "tenant_id", "number"),
    info=data_policy(
        erasure="deleted",
        export="in the account's own export, without the password hash",
        retention="until the account is erased",
    ),
)

# One row per login. `family_hash` is the hash of the part that all its refresh tokens share, `token_hash` that of the
# part that can be used now.
sessions = Table(
    "meetkit_sessions",
    metadata,
    _number(),
    _id("id", unique=True),
    _account(),
    _id("family_hash", unique=True),
    _id("token_hash"),
    _moment("created_at", nullable=False),
    _moment("used_at", nullable=False),
    _moment("expires_at", nullable=False),
    _moment("revoked_at"),
    Index("ix_meetkit_sessions_expires_at", "expires_at"),
    info=data_policy(
        erasure="deleted with the account",
        export="not exported: hashes and times",
        retention="until the session has expired",
    ),
)

api_keys = Table(
    "meetkit_api_keys",
    metadata,
    _number(),
    _id("id", unique=True),
    _account(),
    _id("key_hash", unique=True),
    Column("name", Text, nullable=False),
    Column("right", Text, nullable=False),
    Column("prefix", Text, nullable=False),
    _moment("created_at", nullable=False),
    _moment("last_used_at"),
    _moment("revoked_at"),
    CheckConstraint("\"right\" IN ('read', 'write', 'admin')", name="right"),
    info=data_policy(
        erasure="deleted with the account",
        export="in the account's own export, without the hash",
        retention="until the account is erased; revoked keys too",
    ),
)

identities = Table(
    "meetkit_identities",
    metadata,
    _number(),
    _account(),
    _id("provider"),
    _id("subject"),
    _moment("created_at", nullable=False),
    UniqueConstraint("provider", "subject"),
    info=data_policy(
        erasure="deleted with the account",
        export="in the account's own export",
        retention="until the account is erased",
    ),
)

teams = Table(
    "meetkit_teams",
    metadata,
    _number(),
    _id("id", unique=True),
    _id("tenant_id", index=True),
    Column("name", Text, nullable=False),
    info=data_policy(
        erasure="none: no personal data",
        export="in the own export of each of its people",
        retention="until an admin deletes the team",
    ),
)

team_people = Table(
    "meetkit_team_people",
    metadata,
    Column("team_number", _Number, ForeignKey("meetkit_teams.number"), primary_key=True),
    _id("user_id", primary_key=True, index=True),
    Column("role", Text, nullable=False),
    CheckConstraint("role IN ('manager', 'member')", name="role"),
    info=data_policy(
        erasure="deleted",
        export="in the own export of each of the team's people",
        retention="until the person leaves the team or it is deleted",
    ),
)

one_time_tokens = Table(
    "meetkit_one_time_tokens",
    metadata,
    _number(),
    _account(),
    _id("token_hash", unique=True),
    Column("purpose", Text, nullable=False),
    _moment("expires_at", nullable=False),
    _moment("used_at"),
    CheckConstraint("purpose IN ('reset', 'verify', 'invite')", name="purpose"),
    Index("ix_meetkit_one_time_tokens_expires_at", "expires_at"),
    info=data_policy(
        erasure="deleted with the account",
        export="not exported: hashes and times",
        retention="until the token has expired, or unused until another email of the same purpose",
    ),
)

# The address that an account is about to have, until its reader confirms it with the token.
email_changes = Table(
    "meetkit_email_changes",
    metadata,
    Column("account_number", _Number, ForeignKey("meetkit_accounts.number"), primary_key=True, autoincrement=False),
    Column("email", Text, nullable=False),
    _id("token_hash", unique=True),
    _moment("expires_at", nullable=False),
    Index("ix_meetkit_email_changes_expires_at", "expires_at"),
    info=data_policy(
        erasure="deleted with the account",
        export="in the account's own export, as its `pending_email`",
        retention="until the change is confirmed, replaced or expired",
    ),
)

# Triggers refuse every statement that changes a row, or deletes one that has not expired. It has no foreign keys, so it
# outlasts what it names.
audit = Table(
    "meetkit_audit",
    metadata,
    _number(),
    _moment("at", nullable=False),
    _id("event"),
    _id("outcome"),
    _id("account_id", nullable=True),
    _id("tenant_id", nullable=True),
    _id("subject", nullable=True),
    Column("address", Text),
    Column("request_id", Text),
    Index("ix_meetkit_audit_at", "at"),
    Index("ix_meetkit_audit_account", "account_id", "at"),
    sqlite_autoincrement=True,
    info=data_policy(
        erasure="rows stay: ids, addresses and times alone",
        export="the events of the account, in its own export",
        retention="for `MEETKIT_AUDIT_RETENTION_DAYS`",
    ),
)

# The transaction that deletes expired events says here, for the triggers, until when they have expired; its row is gone
# when it commits.
audit_expiry = Table(
    "meetkit_audit_expiry",
    metadata,
    Column("expires_before", BigInteger, primary_key=True, autoincrement=False),
    info=data_policy(erasure="none: always empty", export="not exported: always empty", retention="none"),
)
