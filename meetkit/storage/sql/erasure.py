"""Erasure and purge in SQL: functions that take the caller's connection and never commit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    Text,
    cast,
    delete,
    func,
    or_,
    select,
    union_all,
    update,
)

from meetkit.models.insights import BRIEF
from meetkit.models.meetings import ERASED_TITLE, NO_CONTENT
from meetkit.models.zones import MINUTE, to_microseconds
from meetkit.storage.sql import rows, tables
from meetkit.storage.sql.any_of import any_of, value_list
from meetkit.storage.sql.database import Database
from meetkit.storage.sql.people import contacts, users

_m, _p, _g = tables.meetings, tables.participants, tables.guests
_with, _quoting, _other_guests = _m.alias("with"), _m.alias("quoting"), _g.alias("other_guests")
_artefacts, _requests = tables.artefacts, tables.requests
_PAGE = 500  # meetings in one transaction of a purge, so that nobody waits for long
_NO_CONTENT: dict[str, Any] = {**NO_CONTENT, "action_items": [], "has_open_items": False}
# Not LIKE, for which `_` matches any character, and which ignores case on SQLite.
_IS_BRIEF = or_(_artefacts.c.kind == BRIEF, func.substr(_artefacts.c.kind, 1, len(BRIEF) + 1) == f"{BRIEF}:")
_IN_NUMBERS = any_of(_m.c.number, value_list("numbers", BigInteger))
_ends_at = _m.c.starts_at + cast(_m.c.duration_minutes, BigInteger) * MINUTE
_HAS_CONTENT = or_(
    *(_m.c[name].is_not(None) for name in rows.TEXT_COLUMNS),
    # An empty list is never encrypted.
    cast(_m.c.action_items, Text) != "[]",
    select(_artefacts.c.kind).where(_artefacts.c.meeting_number == _m.c.number).exists(),
    select(_requests.c.key).where(_requests.c.meeting_id == _m.c.id, _requests.c.result.is_not(None)).exists(),
)


def erase_user(connection: Connection, user_id: str, *, now: dt.datetime) -> None:
    """Erase a user but for id and tenant, and the content of the meetings that they own or attend."""
    # First of all, as this locks the user: nobody books them while their meetings are erased.
    users.update(connection, user_id, lambda user: user.erased)
    number = users.number(connection, user_id)
    connection.execute(delete(tables.jobs).where(tables.jobs.c.user_id == user_id))
    of_user = tables.calendars.c.user_number == number
    connection.execute(delete(tables.calendar_busy).where(tables.calendar_busy.c.user_number == number))
    connection.execute(delete(tables.calendars).where(of_user))
    taking_part = select(_p.c.meeting_number).where(_p.c.user_number == number)
    numbers = _lock(connection, select(_m.c.number).where(_m.c.number.in_(taking_part)))
    _remove_content(connection, numbers, now=now, title=ERASED_TITLE)
    is_planned = (_m.c.status == "scheduled") & (_m.c.starts_at > to_microseconds(now))
    own_planned = update(_m).where(_m.c.user_number == number, is_planned, _IN_NUMBERS)
    connection.execute(own_planned.values(status="cancelled"), {"numbers": numbers})


def erase_contact(connection: Connection, contact_id: str, *, now: dt.datetime) -> None:
    """Erase a contact but for id and tenant, and the content of the meetings with them."""
    contacts.update(connection, contact_id, lambda contact: contact.erased)
    number = contacts.number(connection, contact_id)
    with_contact = union_all(
        select(_with.c.number).where(_with.c.contact_number == number),
        select(_g.c.meeting_number).where(_g.c.contact_number == number),
    )
    numbers = _lock(connection, select(_m.c.number).where(_m.c.number.in_(with_contact)))
    _remove_content(connection, numbers, now=now, title=ERASED_TITLE)


def purge(database: Database, before: dt.datetime, *, now: dt.datetime) -> int:
    """Delete the content of meetings that ended before an instant, page by page; return how many had any."""
    count, last = 0, 0
    while page := database.write(_purge_page, before, after=last, now=now):
        count, last = count + len(page), page[-1]
    return count


def _purge_page(connection: Connection, before: dt.datetime, *, after: int, now: dt.datetime) -> Sequence[int]:
    """Remove the content of the next meetings that ended before an instant; return the numbers of those that had any.

    The next are those whose number is higher than `after`.
    """
    has_ended: ColumnElement[bool] = _ends_at < to_microseconds(before)
    numbers = _lock(connection, select(_m.c.number).where(_m.c.number > after, has_ended, _HAS_CONTENT).limit(_PAGE))
    _remove_content(connection, numbers, now=now)
    return numbers


def has_content(connection: Connection, number: int) -> bool:
    """Return whether a meeting, its attachments or the results of requests hold something that was said."""
    return connection.execute(select(_m.c.number).where(_m.c.number == number, _HAS_CONTENT)).scalar() is not None


def delete_briefs(connection: Connection, numbers: Sequence[int]) -> None:
    """Delete the briefs that may quote these meetings: those of all meetings with the same contacts."""
    contact_numbers = union_all(
        select(_m.c.contact_number).where(_IN_NUMBERS, _m.c.contact_number.is_not(None)),
        select(_g.c.contact_number).where(any_of(_g.c.meeting_number, value_list("numbers", BigInteger))),
    )
    with_same_contact = union_all(
        select(_quoting.c.number).where(_quoting.c.contact_number.in_(contact_numbers)),
        select(_other_guests.c.meeting_number).where(_other_guests.c.contact_number.in_(contact_numbers)),
    )
    briefs = delete(_artefacts).where(_artefacts.c.meeting_number.in_(with_same_contact), _IS_BRIEF)
    connection.execute(briefs, {"numbers": list(numbers)})


def _lock(connection: Connection, meeting_numbers: Select[Any]) -> Sequence[int]:
    """Select the numbers of meetings, which nobody else changes until the transaction ends."""
    # In order of their numbers, as everywhere, so that two transactions never wait for each other.
    statement = meeting_numbers.order_by(_m.c.number).with_for_update(of=_m, key_share=True)
    return connection.execute(statement).scalars().all()


def _remove_content(connection: Connection, numbers: Sequence[int], *, now: dt.datetime, **changes: str) -> None:
    """Remove the content of these locked meetings, their attachments, and the briefs that may quote them."""
    params = {"numbers": list(numbers)}
    new_version = {"updated_at": to_microseconds(now), "version": _m.c.version + 1}
    connection.execute(update(_m).where(_IN_NUMBERS).values({**_NO_CONTENT, **new_version, **changes}), params)
    of_meetings = any_of(_artefacts.c.meeting_number, value_list("numbers", BigInteger))
    connection.execute(delete(_artefacts).where(of_meetings), params)
    delete_briefs(connection, numbers)
    with_result = _requests.c.meeting_id.in_(select(_m.c.id).where(_IN_NUMBERS))
    connection.execute(update(_requests).where(with_result).values(result=None), params)
