"""Create the tables of users, contacts, meetings, participants, calendars, attachments and requests.

Triggers and constraints keep them consistent whoever writes: a participant has the time of the meeting, and no two
bookings of one user overlap.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_id = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

_LENGTH = "starts_at < ends_at AND ends_at - starts_at <= 86400000000"
_EQUAL_TIMES = """
    SELECT 1 FROM meetkit_meetings m
    WHERE m.number = NEW.meeting_number
      AND m.starts_at = NEW.starts_at
      AND m.starts_at + CAST(m.duration_minutes AS BIGINT) * 60000000 = NEW.ends_at
      AND (m.status <> 'cancelled') = NEW.busy
      AND (m.status <> 'cancelled' AND m.exclusive) = NEW.exclusive"""
_FOLLOW = """UPDATE meetkit_participants
    SET starts_at = NEW.starts_at,
        ends_at = NEW.starts_at + CAST(NEW.duration_minutes AS BIGINT) * 60000000,
        busy = NEW.status <> 'cancelled',
        exclusive = NEW.status <> 'cancelled' AND NEW.exclusive
    WHERE meeting_number = NEW.number"""
_TIME_OF_MEETING = "starts_at, duration_minutes, status, exclusive"


def upgrade() -> None:
    """Create the tables, triggers and constraints."""
    _create_people()
    _create_meetings()
    _create_calendars()
    _create_attachments_and_requests()
    if op.get_bind().dialect.name == "postgresql":
        _enforce_on_postgresql()
    else:
        _enforce_on_sqlite()


def _create_people() -> None:
    op.create_table(
        "meetkit_users",
        sa.Column("number", _number, sa.Identity(), nullable=False),
        sa.Column("id", _id, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("timezone", sa.Text, nullable=False),
        sa.Column("work_hours", sa.JSON, nullable=False),
        sa.Column("exceptions", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_meetkit_users"),
        sa.UniqueConstraint("id", name="uq_meetkit_users_id"),
    )
    op.create_table(
        "meetkit_contacts",
        sa.Column("number", _number, sa.Identity(), nullable=False),
        sa.Column("id", _id, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("company", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("timezone", sa.Text),
        sa.PrimaryKeyConstraint("number", name="pk_meetkit_contacts"),
        sa.UniqueConstraint("id", name="uq_meetkit_contacts_id"),
    )


def _create_meetings() -> None:
    op.create_table(
        "meetkit_meetings",
        sa.Column("number", _number, sa.Identity(), nullable=False),
        sa.Column("id", _id, nullable=False),
        sa.Column("user_number", _number, nullable=False),
        sa.Column("contact_number", _number),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("starts_at", sa.BigInteger, nullable=False),
        sa.Column("utc_offset_minutes", sa.SmallInteger, nullable=False),
        sa.Column("timezone", sa.Text, nullable=False),
        sa.Column("duration_minutes", sa.SmallInteger, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("exclusive", sa.Boolean, nullable=False),
        sa.Column("transcript", sa.Text),
        sa.Column("summary", sa.Text),
        sa.Column("action_items", sa.JSON, nullable=False),
        sa.Column("sentiment", sa.Text),
        sa.Column("created_at", sa.BigInteger),
        sa.Column("updated_at", sa.BigInteger),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_meetkit_meetings"),
        sa.UniqueConstraint("id", name="uq_meetkit_meetings_id"),
        sa.CheckConstraint("status IN ('scheduled', 'completed', 'cancelled')", name="ck_meetkit_meetings_status"),
        sa.CheckConstraint("duration_minutes BETWEEN 1 AND 1440", name="ck_meetkit_meetings_duration"),
        _refers("meetings", "user_number", "users"),
        _refers("meetings", "contact_number", "contacts"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_meetkit_meetings_contact", "meetkit_meetings", ["contact_number", "starts_at"])
    op.create_table(
        "meetkit_participants",
        sa.Column("meeting_number", _number, nullable=False),
        sa.Column("user_number", _number, nullable=False),
        sa.Column("position", sa.Integer),
        sa.Column("starts_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("busy", sa.Boolean, nullable=False),
        sa.Column("exclusive", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("meeting_number", "user_number", name="pk_meetkit_participants"),
        sa.CheckConstraint(_LENGTH, name="ck_meetkit_participants_length"),
        sa.CheckConstraint("busy OR NOT exclusive", name="ck_meetkit_participants_exclusive"),
        _refers("participants", "meeting_number", "meetings"),
        _refers("participants", "user_number", "users"),
    )
    op.create_index(
        "ix_meetkit_participants_time",
        "meetkit_participants",
        ["user_number", "starts_at", "ends_at", "busy", "meeting_number"],
    )


def _create_calendars() -> None:
    op.create_table(
        "meetkit_calendars",
        sa.Column("number", _number, sa.Identity(), nullable=False),
        sa.Column("user_number", _number, nullable=False),
        sa.Column("name", _id, nullable=False),
        sa.Column("busy", sa.JSON, nullable=False),
        sa.Column("synced_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_meetkit_calendars"),
        sa.UniqueConstraint("user_number", "name", name="uq_meetkit_calendars_user_number_name"),
        _refers("calendars", "user_number", "users"),
    )
    op.create_table(
        "meetkit_calendar_busy",
        sa.Column("calendar_number", _number, nullable=False),
        sa.Column("starts_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("busy_from", sa.BigInteger, nullable=False),
        sa.Column("busy_until", sa.BigInteger, nullable=False),
        sa.Column("user_number", _number, nullable=False),
        sa.PrimaryKeyConstraint("calendar_number", "starts_at", name="pk_meetkit_calendar_busy"),
        sa.CheckConstraint(_LENGTH, name="ck_meetkit_calendar_busy_length"),
        sa.CheckConstraint("busy_from <= starts_at AND ends_at <= busy_until", name="ck_meetkit_calendar_busy_piece"),
        _refers("calendar_busy", "calendar_number", "calendars"),
        _refers("calendar_busy", "user_number", "users"),
    )
    op.create_index(
        "ix_meetkit_calendar_busy_time",
        "meetkit_calendar_busy",
        ["user_number", "starts_at", "ends_at", "busy_from", "busy_until"],
    )


def _create_attachments_and_requests() -> None:
    op.create_table(
        "meetkit_artefacts",
        sa.Column("meeting_number", _number, nullable=False),
        sa.Column("kind", _id, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("meeting_number", "kind", name="pk_meetkit_artefacts"),
        _refers("artefacts", "meeting_number", "meetings"),
    )
    op.create_table(
        "meetkit_requests",
        sa.Column("key", _id, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("meeting_id", _id, nullable=False),
        sa.Column("result", sa.Text),
        sa.PrimaryKeyConstraint("key", name="pk_meetkit_requests"),
    )
    op.create_index("ix_meetkit_requests_meeting", "meetkit_requests", ["meeting_id"])


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"meetkit_{target}.number"], name=f"fk_meetkit_{table}_{column}")


def _enforce_on_postgresql() -> None:
    # Named, as a session's own temporary tables would otherwise go before those of any schema.
    schema = op.get_bind().execute(sa.text("SELECT quote_ident(current_schema())")).scalar_one()
    path = f"SET search_path TO {schema}, pg_temp"
    op.execute(
        "ALTER TABLE meetkit_participants ADD CONSTRAINT meetkit_no_double_booking EXCLUDE USING gist "
        "(int8range(user_number, user_number, '[]') WITH &&, int8range(starts_at, ends_at) WITH &&) WHERE (exclusive)"
    )
    op.execute(f"""
        CREATE FUNCTION meetkit_participant_agrees() RETURNS trigger
        LANGUAGE plpgsql {path} AS $$
        BEGIN
            -- Whoever is about to move the meeting is waited for, and waits.
            PERFORM 1 FROM ({_EQUAL_TIMES} FOR SHARE) AS agreeing;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'meetkit: a participant has the time of the meeting'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'meetkit_participant_agrees';
            END IF;
            RETURN NEW;
        END $$""")
    op.execute(
        "CREATE TRIGGER meetkit_participant_agrees BEFORE INSERT OR UPDATE ON meetkit_participants "
        "FOR EACH ROW EXECUTE FUNCTION meetkit_participant_agrees()"
    )
    op.execute(f"""
        CREATE FUNCTION meetkit_participants_follow() RETURNS trigger
        LANGUAGE plpgsql {path} AS $$
        BEGIN
            {_FOLLOW};
            RETURN NULL;
        END $$""")
    op.execute(
        f"CREATE TRIGGER meetkit_participants_follow AFTER INSERT OR UPDATE OF {_TIME_OF_MEETING} ON meetkit_meetings "
        "FOR EACH ROW EXECUTE FUNCTION meetkit_participants_follow()"
    )


def _enforce_on_sqlite() -> None:
    # A search bounded by the length of a day needs no look at all of a user's bookings.
    overlaps = """EXISTS (
        SELECT 1 FROM meetkit_participants p
        WHERE p.user_number = NEW.user_number
          AND p.starts_at < NEW.ends_at
          AND p.starts_at > NEW.starts_at - 86400000000
          AND p.ends_at > NEW.starts_at
          AND p.exclusive
          AND p.meeting_number <> NEW.meeting_number
    )"""
    for event in ("INSERT", "UPDATE"):
        op.execute(f"""
            CREATE TRIGGER meetkit_participant_agrees_{event.lower()} BEFORE {event} ON meetkit_participants
            BEGIN
                SELECT RAISE(ABORT, 'meetkit: a participant has the time of the meeting')
                    WHERE NOT EXISTS ({_EQUAL_TIMES});
                SELECT RAISE(ABORT, 'meetkit_no_double_booking') WHERE NEW.exclusive AND {overlaps};
            END""")
    # INSERT as well, as a REPLACE is one that leaves the participants where they were.
    for event in ("INSERT", f"UPDATE OF {_TIME_OF_MEETING}"):
        op.execute(f"""
            CREATE TRIGGER meetkit_participants_follow_{event.split()[0].lower()} AFTER {event} ON meetkit_meetings
            BEGIN
                {_FOLLOW};
            END""")
