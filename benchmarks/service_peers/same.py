"""What the bare apps share: the database and the key by environment, the service's own statements, and its JSON."""

from __future__ import annotations

import datetime as dt
import json
import os
import sqlite3
import threading
from collections.abc import Mapping
from typing import Any

import sqlalchemy
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from sqlalchemy import Row, event

from meetkit.models import MeetingFilters
from meetkit.storage import SqlStore
from meetkit.storage.sql import SqlOptions, meetings

URL, USER, PAGE = os.environ["MEETKIT_DATABASE_URL"], os.environ["SERVICE_USER"], 50
KEY = OctKey.import_key(os.environ["MEETKIT_SECRET_KEYS"])
# As many connections as FastAPI has threads, so that none waits for one.
store = SqlStore(URL, options=SqlOptions(pool_size=40))
engine = store.database.engine
with engine.connect() as _connection:
    NUMBER = _connection.execute(
        sqlalchemy.text("SELECT number FROM meetkit_users WHERE id = :id"), {"id": USER}
    ).scalar_one()
BY_ID = meetings._BY_ID_WITHOUT_TRANSCRIPT
OF_USER = meetings._PAGE[False]
COLUMNS = [column.name for column in BY_ID.selected_columns]
_local = threading.local()


def is_signed(header: str | None) -> bool:
    """Whether a token is one of ours; nobody asks whether its session has ended since."""
    try:
        jwt.decode((header or "").removeprefix("Bearer "), KEY, algorithms=["HS256"])
    except (JoseError, ValueError):
        return False
    return True


def by_core(meeting_id: str) -> dict[str, Any] | None:
    """A meeting, by SQLAlchemy."""
    with engine.connect() as connection:
        row = connection.execute(BY_ID, {"id": meeting_id}).one_or_none()
    return None if row is None else as_json(row._mapping)


def page_by_core() -> dict[str, Any]:
    """The first page of the user's meetings, by SQLAlchemy."""
    with engine.connect() as connection:
        return as_page(connection.execute(OF_USER, {"user": NUMBER, "limit": PAGE + 1, "offset": 0}).all())


def by_driver(meeting_id: str) -> dict[str, Any] | None:
    """A meeting, by the driver."""
    sql, parameters = _sent[0]
    row = _cursor().execute(sql, tuple(meeting_id if one == _ANY else one for one in parameters)).fetchone()
    return row and as_json(dict(zip(COLUMNS, row, strict=True)))


def page_by_driver() -> dict[str, Any]:
    """The first page of the user's meetings, by the driver."""
    sql, parameters = _sent[-1]
    rows = _cursor().execute(sql, parameters).fetchall()
    items = [as_json(dict(zip(COLUMNS, row, strict=True))) for row in rows[:PAGE]]
    return {"items": items, "next": items[-1]["id"] if len(rows) > PAGE else None}


def as_page(rows: Any) -> dict[str, Any]:
    """A page of rows."""
    items = [as_json(row._mapping) for row in rows[:PAGE]]
    return {"items": items, "next": items[-1]["id"] if len(rows) > PAGE else None}


def as_json(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A meeting as the service shows it, without a look at whether it is one."""
    zone = dt.timezone(dt.timedelta(minutes=row["utc_offset_minutes"]))
    date = _moment(row["starts_at"]).astimezone(zone)
    lines = (line.split(" ", 2) for line in (row["attendees"] or "").split("\n") if line)
    responses = {user_id: response for _, response, user_id in sorted(lines, key=lambda line: int(line[0]))}
    guests = sorted(line.split(" ", 1) for line in (row["guests"] or "").split("\n") if line)
    items = row["action_items"]
    return {
        "id": row["id"],
        "user_id": row["user_id"],
        "contact_id": row["contact_id"],
        "attendee_ids": list(responses),
        "responses": {user_id: response for user_id, response in responses.items() if response != "accepted"},
        "title": row["title"],
        "date": _shown(date),
        "timezone": row["timezone"],
        "duration_minutes": row["duration_minutes"],
        "status": row["status"],
        "location": row["location"],
        "conference_url": row["conference_url"],
        "description": row["description"],
        "summary": row["summary"],
        "action_items": json.loads(items) if isinstance(items, str) else items,
        "sentiment": row["sentiment"],
        "exclusive": bool(row["exclusive"]),
        "seats": row["seats"],
        "guest_ids": [contact_id for _, contact_id in guests],
        "rotation": row["rotation"],
        "created_at": row["created_at"] and _shown(_moment(row["created_at"])),
        "updated_at": row["updated_at"] and _shown(_moment(row["updated_at"])),
        "version": row["version"],
        "end": _shown(date + dt.timedelta(minutes=row["duration_minutes"])),
    }


def _moment(microseconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(microseconds / 1e6, dt.UTC)


def _shown(moment: dt.datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _cursor() -> Any:
    """The thread's own connection."""
    if not hasattr(_local, "connection"):
        _local.connection = sqlite3.connect(str(engine.url.database))
    return _local.connection.cursor()


_ANY = "any meeting"
_sent: list[tuple[str, Any]] = []


def _note_statements() -> None:
    """Note what the service's statements are, as they reach the driver."""

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        _sent.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    with engine.connect() as connection:
        found: Row[Any] | None = connection.execute(BY_ID, {"id": _ANY}).one_or_none()
        assert found is None
    store.list_meetings(USER, MeetingFilters(limit=PAGE + 1), transcript=False)
    event.remove(engine, "before_cursor_execute", note)


_note_statements()
