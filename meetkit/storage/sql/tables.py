"""The tables. Instants are microseconds since 1970 UTC. Rows refer to each other by number; the ids are for callers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from meetkit.storage.sql.data_policy import data_policy

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Ids and names sort by code point, as in Python; PostgreSQL would sort them by locale.
_Id = Text().with_variant(Text(collation="C"), "postgresql")
# SQLite numbers rows by itself only where the type is exactly INTEGER.
_Number = BigInteger().with_variant(Integer, "sqlite")


def _number() -> Column[int]:
    return Column("number", _Number, Identity(), primary_key=True)


def _refers(name: str, table: str, **options: Any) -> Column[int]:
    return Column(name, _Number, ForeignKey(f"meetkit_{table}.number"), **{"nullable": False, **options})


def _tenant() -> Column[str]:
    return Column("tenant_id", _Id, nullable=False, server_default="default")


users = Table(
    "meetkit_users",
    metadata,
    _number(),
    Column("id", _Id, nullable=False, unique=True),
    Column("name", _Id, nullable=False),
    Column("email", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("work_hours", JSON, nullable=False),
    Column("exceptions", JSON, nullable=False),
    _tenant(),
    Column("zone_changes", JSON, nullable=False, server_default="[]"),
    Column("booking_rules", JSON(none_as_null=True)),
    Index("ix_meetkit_users_listed", "tenant_id", "name", "id"),
    Index(
        "ix_meetkit_users_rules",
        "id",
        postgresql_where=text("booking_rules IS NOT NULL"),
        sqlite_where=text("booking_rules IS NOT NULL"),
    ),
    info=data_policy(
        erasure="anonymised: id and tenant stay",
        export="record kind user",
        retention="for good",
    ),
)

contacts = Table(
    "meetkit_contacts",
    metadata,
    _number(),
    Column("id", _Id, nullable=False, unique=True),
    Column("name", _Id, nullable=False),
    Column("email", Text, nullable=False),
    Column("company", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("timezone", Text),
    _tenant(),
    Index("ix_meetkit_contacts_listed", "tenant_id", "name", "id"),
    info=data_policy(
        erasure="anonymised: id and tenant stay",
        export="record kind contact",
        retention="for good",
    ),
)

meetings = Table(
    "meetkit_meetings",
    metadata,
    _number(),
    Column("id", _Id, nullable=False, unique=True),
    _refers("user_number", "users"),
    _refers("contact_number", "contacts", nullable=True),
    Column("title", Text, nullable=False),
    Column("starts_at", BigInteger, nullable=False),
    Column("utc_offset_minutes", SmallInteger, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("duration_minutes", SmallInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("exclusive", Boolean, nullable=False),
    Column("transcript", Text),
    Column("summary", Text),
    Column("action_items", JSON, nullable=False),
    Column("sentiment", Text),
    Column("has_open_items", Boolean, nullable=False, server_default=false()),
    Column("created_at", BigInteger),
    Column("updated_at", BigInteger),
    Column("version", BigInteger, nullable=False),
    CheckConstraint("status IN ('scheduled', 'completed', 'cancelled')", name="status"),
    CheckConstraint("duration_minutes BETWEEN 1 AND 1440", name="duration"),
    Index("ix_meetkit_meetings_contact", "contact_number", "starts_at"),
    Index(
        "ix_meetkit_meetings_open_items",
        "contact_number",
        "starts_at",
        postgresql_where=text("has_open_items"),
        sqlite_where=text("has_open_items = 1"),
    ),
    # A number is never used twice, so that rows that another program left behind cannot pass to a new meeting.
    sqlite_autoincrement=True,
    info=data_policy(
        erasure="content and title removed; planned meetings of an erased user are cancelled",
        export="record kind meeting",
        retention="content until a purge; the row until the meeting is deleted",
    ),
)

# One row for each user in a meeting: the owner, and by `position` the attendees. The primary key serves a meeting's
# people; the index serves a user's time, and alone answers the search for busy time. Triggers keep time, `busy` and
# `exclusive` equal to those of the meeting; a row whose response is not `accepted` or `tentative` takes no time.
participants = Table(
    "meetkit_participants",
    metadata,
    _refers("meeting_number", "meetings", primary_key=True),
    _refers("user_number", "users", primary_key=True),
    Column("position", Integer),
    Column("response", Text, nullable=False, server_default="accepted"),
    Column("starts_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("busy", Boolean, nullable=False),
    # Busy and booked: the database itself lets no two such rows of one user overlap.
    Column("exclusive", Boolean, nullable=False),
    # A search for what overlaps a window begins a day before it.
    CheckConstraint("starts_at < ends_at AND ends_at - starts_at <= 86400000000", name="length"),
    CheckConstraint("busy OR NOT exclusive", name="exclusive"),
    CheckConstraint("response IN ('invited', 'accepted', 'declined', 'tentative')", name="response"),
    Index("ix_meetkit_participants_time", "user_number", "starts_at", "ends_at", "busy", "meeting_number"),
    info=data_policy(
        erasure="rows stay: ids and times alone",
        export="in record kind meeting",
        retention="until the meeting is deleted",
    ),
)

calendars = Table(
    "meetkit_calendars",
    metadata,
    _number(),
    _refers("user_number", "users"),
    Column("name", _Id, nullable=False),
    Column("busy", JSON, nullable=False),
    Column("synced_at", BigInteger, nullable=False),
    UniqueConstraint("user_number", "name"),
    info=data_policy(
        erasure="deleted with the user's other calendars",
        export="record kind calendar",
        retention="until a newer calendar of that name arrives",
    ),
)

# A calendar's busy time, merged, and cut into segments of a day at most, so that the search above finds it too. Each
# segment holds the interval that it is a part of.
calendar_busy = Table(
    "meetkit_calendar_busy",
    metadata,
    _refers("calendar_number", "calendars", primary_key=True),
    Column("starts_at", BigInteger, primary_key=True),
    Column("ends_at", BigInteger, nullable=False),
    Column("busy_from", BigInteger, nullable=False),
    Column("busy_until", BigInteger, nullable=False),
    _refers("user_number", "users"),
    CheckConstraint("starts_at < ends_at AND ends_at - starts_at <= 86400000000", name="length"),
    CheckConstraint("busy_from <= starts_at AND ends_at <= busy_until", name="piece"),
    Index("ix_meetkit_calendar_busy_time", "user_number", "starts_at", "ends_at", "busy_from", "busy_until"),
    info=data_policy(
        erasure="deleted with the user's calendars",
        export="in record kind calendar",
        retention="as long as its calendar",
    ),
)

artefacts = Table(
    "meetkit_artefacts",
    metadata,
    _refers("meeting_number", "meetings", primary_key=True),
    Column("kind", _Id, primary_key=True),
    Column("content", Text, nullable=False),
    info=data_policy(
        erasure="deleted",
        export="in record kind meeting",
        retention="until a purge, or the meeting is deleted",
    ),
)

requests = Table(
    "meetkit_requests",
    metadata,
    Column("key", _Id, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("meeting_id", _Id, nullable=False),
    # The result, until the meeting is deleted, erased or purged.
    Column("result", Text),
    # NULL where it is unknown; `expiry` then takes the time at which it runs.
    Column("created_at", BigInteger),
    Index("ix_meetkit_requests_meeting", "meeting_id"),
    Index("ix_meetkit_requests_created_at", "created_at"),
    info=data_policy(
        erasure="result removed; key and fingerprint stay",
        export="record kind request",
        retention="result until a purge, or the meeting is deleted; key for `MEETKIT_IDEMPOTENCY_KEY_HOURS`",
    ),
)

# `write_probe` inserts a row and deletes it again, to find out whether the database can be written and grow.
write_probe = Table(
    "meetkit_write_probe",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("filler", LargeBinary, nullable=False),
    info=data_policy(erasure="none: always empty", export="not exported: always empty", retention="none"),
)

# The key of each encrypted text: `keys` inserts its row in the transaction that stores the text.
encryption_keys = Table(
    "meetkit_encryption_keys",
    metadata,
    Column("fingerprint", _Id, primary_key=True),
    info=data_policy(
        erasure="none: no personal data",
        export="not exported: fingerprints concern this database alone",
        retention="until no text is encrypted with the key",
    ),
)

usage = Table(
    "meetkit_usage",
    metadata,
    _number(),
    Column("at", BigInteger, nullable=False),
    Column("model", _Id, nullable=False),
    Column("purpose", _Id, nullable=False),
    Column("attempt", BigInteger, nullable=False),
    Column("input_tokens", BigInteger),
    Column("output_tokens", BigInteger),
    Column("seconds", Double, nullable=False),
    Column("outcome", _Id, nullable=False),
    Index("ix_meetkit_usage_at", "at"),
    info=data_policy(
        erasure="none: no personal data",
        export="not exported: costs stay with the database",
        retention="for good",
    ),
)
