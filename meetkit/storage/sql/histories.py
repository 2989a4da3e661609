"""Histories of meetings in SQL: those with a contact, and the threads in which an action item is open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, select

from meetkit.models.base import is_storable
from meetkit.models.meetings import Meeting
from meetkit.models.zones import to_microseconds
from meetkit.storage.sql import meetings, tables
from meetkit.storage.sql.any_of import any_of, value_list
from meetkit.storage.sql.people import contacts, users

_m, _p, _g = tables.meetings, tables.participants, tables.guests
_open = _m.alias("open")
_seen_p, _seer = _p.alias("seen"), tables.users.alias("seers")


def contact_history(
    connection: Connection,
    contact_id: str,
    *,
    before: dt.datetime,
    now: dt.datetime,
    limit: int,
    seen_by: Collection[str] | None,
) -> list[Meeting]:
    """Return the past meetings with a contact that began before an instant, newest first."""
    number = contacts.number(connection, contact_id)
    is_past = (_m.c.status == "completed") | ((_m.c.status != "cancelled") & (_m.c.starts_at < to_microseconds(now)))
    past = (
        meetings.SELECT.where(_m.c.starts_at < to_microseconds(before), is_past, *_is_seen(_m, seen_by))
        .order_by(_m.c.starts_at.desc(), _m.c.id.desc())
        .limit(limit)
    )
    as_contact = past.where(_m.c.contact_number == number)
    is_guest = (_g.c.contact_number == number) & _m.c.contact_number.is_distinct_from(number)
    as_guest = past.join(_g, _g.c.meeting_number == _m.c.number).where(is_guest)
    # Two statements, as each is answered by an index of its own, and a condition of both by none.
    past_meetings = [
        meeting
        for statement in (as_contact, as_guest)
        for meeting in meetings.read_all(connection, statement, _seer_params(seen_by))
    ]
    return sorted(past_meetings, key=lambda meeting: (meeting.date, meeting.id), reverse=True)[:limit]


def item_histories(
    connection: Connection, user_id: str | None, contact_id: str | None, seen_by: Collection[str] | None
) -> list[Meeting]:
    """Return the meetings with action items of all threads in which an item is open, by date, then id."""
    is_open: list[ColumnElement[bool]] = [_open.c.has_open_items, *_is_seen(_open, seen_by)]
    if user_id is not None:
        taking_part = select(_p.c.meeting_number).where(_p.c.user_number == users.row(connection, user_id).number)
        is_open.append(_open.c.number.in_(taking_part))
    if contact_id is not None:
        is_open.append(_open.c.contact_number == contacts.number(connection, contact_id))
    owners = select(_open.c.user_number).where(*is_open, _open.c.contact_number.is_(None))
    statement = meetings.WITHOUT_TRANSCRIPT.where(
        _m.c.contact_number.in_(select(_open.c.contact_number).where(*is_open))
        | (_m.c.contact_number.is_(None) & _m.c.user_number.in_(owners)),
        *_is_seen(_m, seen_by),
    ).order_by(_m.c.starts_at, _m.c.id)
    of_threads = meetings.read_all(connection, statement, _seer_params(seen_by))
    return [meeting for meeting in of_threads if meeting.action_items]


def _is_seen(meeting: Any, seen_by: Collection[str] | None) -> list[ColumnElement[bool]]:
    """Return the condition, if any, that one of these users owns or attends a meeting."""
    if seen_by is None:
        return []
    taking_part = select(_seen_p.c.meeting_number).join(_seer, _seer.c.number == _seen_p.c.user_number)
    is_seer = any_of(_seer.c.id, value_list("seen_by", Text))
    return [taking_part.where(_seen_p.c.meeting_number == meeting.c.number, is_seer).correlate(meeting).exists()]


def _seer_params(seen_by: Collection[str] | None) -> dict[str, list[str]]:
    # PostgreSQL refuses NUL in a parameter; no user has such an id.
    return {} if seen_by is None else {"seen_by": list(filter(is_storable, seen_by))}
