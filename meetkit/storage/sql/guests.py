"""The guests of meetings in SQL: contacts who took a seat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, cast, insert, select

from meetkit.storage.sql import tables
from meetkit.storage.sql.aggregate import joined_lines

_m, _g = tables.meetings, tables.guests
_guest = tables.contacts.alias("guest")
_of_meeting = _g.c.meeting_number == _m.c.number
LINES = (
    select(joined_lines(cast(_g.c.position, Text) + " " + _guest.c.id))
    .join_from(_g, _guest, _guest.c.number == _g.c.contact_number)
    .where(_of_meeting)
    .correlate(_m)
    .scalar_subquery()
)
"""The guests of a meeting as one text of lines "position id"; an id holds no line break."""
EXIST = select(_g.c.meeting_number).where(_of_meeting).correlate(_m).exists()
"""The condition that a meeting has guests."""
_ADD = insert(_g)


def add(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Store guests, of one or more meetings."""
    if rows:
        connection.execute(_ADD, rows)


def includes(contact_id: str) -> ColumnElement[bool]:
    """Return the condition that a contact is a guest of a meeting."""
    of_contact = select(_g.c.meeting_number).join(_guest, _guest.c.number == _g.c.contact_number)
    return _m.c.number.in_(of_contact.where(_guest.c.id == contact_id))
