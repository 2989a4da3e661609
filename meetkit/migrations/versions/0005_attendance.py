"""Add the responses of participants; those whose response is not accepted or tentative are not busy.

Everybody who takes part in a meeting until now has accepted.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_AGREES = """
    SELECT 1 FROM meetkit_meetings m
    WHERE m.number = NEW.meeting_number
      AND m.starts_at = NEW.starts_at
      AND m.starts_at + CAST(m.duration_minutes AS BIGINT) * 60000000 = NEW.ends_at
      AND (m.status <> 'cancelled' AND NEW.response IN ('accepted', 'tentative')) = NEW.busy
      AND (m.status <> 'cancelled' AND NEW.response IN ('accepted', 'tentative') AND m.exclusive) = NEW.exclusive"""
_FOLLOW = """UPDATE meetkit_participants
    SET starts_at = NEW.starts_at,
        ends_at = NEW.starts_at + CAST(NEW.duration_minutes AS BIGINT) * 60000000,
        busy = NEW.status <> 'cancelled' AND response IN ('accepted', 'tentative'),
        exclusive = NEW.status <> 'cancelled' AND response IN ('accepted', 'tentative') AND NEW.exclusive
    WHERE meeting_number = NEW.number"""


def upgrade() -> None:
    """Add the column, and replace the triggers that derive `busy` and `exclusive`."""
    op.execute(
        "ALTER TABLE meetkit_participants ADD COLUMN response TEXT DEFAULT 'accepted' NOT NULL "
        "CONSTRAINT ck_meetkit_participants_response "
        "CHECK (response IN ('invited', 'accepted', 'declined', 'tentative'))"
    )
    if op.get_bind().dialect.name == "postgresql":
        _replace_on_postgresql()
    else:
        _replace_on_sqlite()


def _replace_on_postgresql() -> None:
    # Named, as a session's own temporary tables would otherwise go before those of any schema.
    schema = op.get_bind().execute(sa.text("SELECT quote_ident(current_schema())")).scalar_one()
    path = f"SET search_path TO {schema}, pg_temp"
    op.execute(f"""
        CREATE OR REPLACE FUNCTION meetkit_participant_agrees() RETURNS trigger
        LANGUAGE plpgsql {path} AS $$
        BEGIN
            -- Whoever is about to move the meeting is waited for, and waits.
            PERFORM 1 FROM ({_AGREES} FOR SHARE) AS agreeing;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'meetkit: a participant has the time of the meeting'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'meetkit_participant_agrees';
            END IF;
            RETURN NEW;
        END $$""")
    op.execute(f"""
        CREATE OR REPLACE FUNCTION meetkit_participants_follow() RETURNS trigger
        LANGUAGE plpgsql {path} AS $$
        BEGIN
            {_FOLLOW};
            RETURN NULL;
        END $$""")


def _replace_on_sqlite() -> None:
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
    for event in ("insert", "update"):
        op.execute(f"DROP TRIGGER meetkit_participant_agrees_{event}")
        op.execute(f"""
            CREATE TRIGGER meetkit_participant_agrees_{event} BEFORE {event.upper()} ON meetkit_participants
            BEGIN
                SELECT RAISE(ABORT, 'meetkit: a participant has the time of the meeting')
                    WHERE NOT EXISTS ({_AGREES});
                SELECT RAISE(ABORT, 'meetkit_no_double_booking') WHERE NEW.exclusive AND {overlaps};
            END""")
    for name, event in (
        ("insert", "INSERT"),
        ("update", "UPDATE OF starts_at, duration_minutes, status, exclusive"),
    ):
        op.execute(f"DROP TRIGGER meetkit_participants_follow_{name}")
        op.execute(f"""
            CREATE TRIGGER meetkit_participants_follow_{name} AFTER {event} ON meetkit_meetings
            BEGIN
                {_FOLLOW};
            END""")
