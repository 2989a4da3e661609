"""Erasing what was said and by whom, in SQL, by functions that take the caller's connection and never commit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, Text, cast, delete, func, or_, select, update

from meetkit.models.insights import BRIEF
from meetkit.models.meetings import ERASED_TITLE, NO_CONTENT
from meetkit.models.zones import MINUTE, to_microseconds
from meetkit.storage.sql import rows, tables
from meetkit.storage.sql.any_of import any_of, value_list
from meetkit.storage.sql.database import Database
from meetkit.storage.sql.people import contacts, users

_m, _p = tables.meetings, tables.participants
_other = _m.alias("other")
_artefacts, _requests = tables.artefacts, tables.requests
_PAGE = 500
_NO_CONTENT: dict[str, Any] = {**NO_CONTENT, "action_items": [], "has_open_items": False}
_IS_BRIEF = or_(_artefacts.c.kind == BRIEF, func.substr(_artefacts.c.kind, 1, len(BRIEF) + 1) == f"{BRIEF}:")
_THESE = any_of(_m.c.number, value_list("numbers", BigInteger))
_ends_at = _m.c.starts_at + cast(_m.c.duration_minutes, BigInteger) * MINUTE
_HAS_CONTENT = or_(
    *(_m.c[name].is_not(None) for name in rows.TEXT_COLUMNS),
    cast(_m.c.action_items, Text) != "[]",
    select(_artefacts.c.kind).where(_artefacts.c.meeting_number == _m.c.number).exists(),
    select(_requests.c.key).where(_requests.c.meeting_id == _m.c.id, _requests.c.result.is_not(None)).exists(),
)


def erase_user(connection: Connection, user_id: str, *, now: dt.datetime) -> None:
    """Keep of a user nothing but the id, and of the meetings that they own or attend no content."""
    users.update(connection, user_id, lambda user: user.erased)
    number = users.number(connection, user_id)
    of_user = tables.calendars.c.user_number == number
    connection.execute(delete(tables.calendar_busy).where(tables.calendar_busy.c.user_number == number))
    connection.execute(delete(tables.calendars).where(of_user))
    taking_part = select(_p.c.meeting_number).where(_p.c.user_number == number)
    found = _lock(connection, select(_m.c.number).where(_m.c.number.in_(taking_part)))
    _empty(connection, found, now=now, title=ERASED_TITLE)
    is_planned = (_m.c.status == "scheduled") & (_m.c.starts_at > to_microseconds(now))
    connection.execute(
        update(_m).where(_m.c.user_number == number, is_planned, _THESE).values(status="cancelled"), {"numbers": found}
    )


def erase_contact(connection: Connection, contact_id: str, *, now: dt.datetime) -> None:
    """Keep of a contact nothing but the id, and of the meetings with it no content."""
    contacts.update(connection, contact_id, lambda contact: contact.erased)
    number = contacts.number(connection, contact_id)
    found = _lock(connection, select(_m.c.number).where(_m.c.contact_number == number))
    _empty(connection, found, now=now, title=ERASED_TITLE)


def purge(database: Database, before: dt.datetime, *, now: dt.datetime) -> int:
    """Delete the content of meetings that ended before an instant, page by page; return how many had any."""
    count, last = 0, 0
    while page := database.write(_purge_page, before, after=last, now=now):
        count, last = count + len(page), page[-1]
    return count


def _purge_page(connection: Connection, before: dt.datetime, *, after: int, now: dt.datetime) -> Sequence[int]:
    """Keep no content of the next meetings that ended before an instant; the numbers of those that had any."""
    has_ended: ColumnElement[bool] = _ends_at < to_microseconds(before)
    next_ones = select(_m.c.number).where(_m.c.number > after, has_ended, _HAS_CONTENT).limit(_PAGE)
    found = _lock(connection, next_ones)
    _empty(connection, found, now=now)
    return found


def has_content(connection: Connection, number: int) -> bool:
    """Whether anything is kept of what was said in a meeting."""
    return connection.execute(select(_m.c.number).where(_m.c.number == number, _HAS_CONTENT)).scalar() is not None


def delete_briefs(connection: Connection, numbers: Sequence[int]) -> None:
    """Forget the briefs that may quote these meetings: those of all with the same contacts."""
    contact_numbers = select(_m.c.contact_number).where(_THESE)
    with_same = select(_other.c.number).where(_other.c.contact_number.in_(contact_numbers))
    quoting = _artefacts.c.meeting_number.in_(with_same)
    connection.execute(delete(_artefacts).where(quoting, _IS_BRIEF), {"numbers": list(numbers)})


def _lock(connection: Connection, these: Select[Any]) -> Sequence[int]:
    """The numbers of these meetings, which nobody else changes until the transaction ends."""
    return connection.execute(these.order_by(_m.c.number).with_for_update(of=_m, key_share=True)).scalars().all()


def _empty(connection: Connection, numbers: Sequence[int], *, now: dt.datetime, **changes: str) -> None:
    """Forget what was said in these meetings, now locked, what lies beside them, and briefs that may quote them."""
    these = {"numbers": list(numbers)}
    moved_on = {"updated_at": to_microseconds(now), "version": _m.c.version + 1}
    connection.execute(update(_m).where(_THESE).values({**_NO_CONTENT, **moved_on, **changes}), these)
    beside = any_of(_artefacts.c.meeting_number, value_list("numbers", BigInteger))
    connection.execute(delete(_artefacts).where(beside), these)
    delete_briefs(connection, numbers)
    answered = _requests.c.meeting_id.in_(select(_m.c.id).where(_THESE))
    connection.execute(update(_requests).where(answered).values(result=None), these)
