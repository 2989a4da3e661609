"""The tables of polls. Instants are microseconds since 1970 UTC.

A host may store its users, contacts and meetings elsewhere, so they are named by id and no foreign key refers to them.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
)

from meetkit.storage.sql.data_policy import data_policy
from meetkit.storage.sql.tables import metadata

# Ids compare by bytes in every database.
_Id = Text().with_variant(Text(collation="C"), "postgresql")
# SQLite numbers rows by itself only where the type is INTEGER.
_Number = BigInteger().with_variant(Integer, "sqlite")

polls = Table(
    "meetkit_polls",
    metadata,
    Column("number", _Number, Identity(), primary_key=True),
    Column("id", _Id, nullable=False, unique=True),
    Column("tenant_id", _Id, nullable=False),
    Column("user_id", _Id, nullable=False),
    Column("title", Text, nullable=False),
    Column("duration_minutes", SmallInteger, nullable=False),
    Column("timezone", Text, nullable=False),
    # The starts, in order; the number of an option is its position, from 1.
    Column("starts", JSON, nullable=False),
    # The end of the last option, by which a purge finds old polls.
    Column("ends_at", BigInteger, nullable=False),
    Column("closes_at", BigInteger),
    Column("status", Text, nullable=False),
    Column("option", SmallInteger),
    Column("meeting_id", _Id),
    # Until then nobody else books the poll.
    Column("claimed_until", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    CheckConstraint("status IN ('open', 'closed', 'booked')", name="status"),
    Index("ix_meetkit_polls_listed", "tenant_id", "user_id", "number"),
    Index("ix_meetkit_polls_ends_at", "ends_at"),
    info=data_policy(
        erasure="deleted with the owner",
        export="record kind poll; account export",
        retention="deleted by a purge once its last option is that old",
    ),
)

participants = Table(
    "meetkit_poll_participants",
    metadata,
    Column("number", _Number, Identity(), primary_key=True),
    Column("poll_number", _Number, ForeignKey("meetkit_polls.number"), nullable=False),
    Column("user_id", _Id),
    Column("contact_id", _Id),
    # By number of the option.
    Column("answers", JSON, nullable=False),
    Column("answered_at", BigInteger),
    # Of the link by which a contact answers; the token itself is nowhere.
    Column("token_hash", _Id, unique=True),
    Column("token_expires_at", BigInteger),
    CheckConstraint("(user_id IS NULL) <> (contact_id IS NULL)", name="person"),
    Index("ix_meetkit_poll_participants_poll", "poll_number", "number"),
    Index("ix_meetkit_poll_participants_user", "user_id", "poll_number"),
    Index("ix_meetkit_poll_participants_contact", "contact_id"),
    info=data_policy(
        erasure="deleted with the user or contact",
        export="in record kind poll, without links; account export",
        retention="as long as its poll",
    ),
)
