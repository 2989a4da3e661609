"""Statements on polls: functions of a connection that never commit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, insert, or_, select, true, update

from meetkit.errors import ConflictError, NotFoundError
from meetkit.models.base import is_storable
from meetkit.models.caller import Caller
from meetkit.models.zones import to_datetime, to_microseconds
from meetkit.polls.models import Option, Participant, Poll, PollRecord
from meetkit.polls.tables import participants, polls
from meetkit.storage.sql import Database, dialects
from meetkit.storage.sql.record_kind import pages
from meetkit.storage.sql.visibility import visible_to

_PAGE = 500  # polls in one transaction of a purge, so that nobody waits for long


def add(connection: Connection, poll: Poll) -> None:
    """Store a new poll.

    Raises:
        ConflictError: its id is taken.
    """
    number = dialects.insert_new(connection, polls, _row(poll))
    if number is None:
        raise ConflictError(f"there is already a poll with id {poll.id!r}")
    if rows := [{**_participant_row(person), "poll_number": number} for person in poll.participants]:
        connection.execute(insert(participants), rows)


def get(connection: Connection, poll_id: str, caller: Caller | None) -> Poll:
    """Return a poll that a caller may see: their own, one that asks them, or one of who they manage.

    Raises:
        NotFoundError: there is none, or they may not see it.
    """
    return _read(connection, [_find(connection, poll_id, is_visible(caller))])[0]


def get_to_change(connection: Connection, poll_id: str, caller: Caller | None) -> Poll:
    """Return a poll that a caller may change, locked until the transaction ends.

    Raises:
        NotFoundError: there is none, or they may not change it.
    """
    # The lock makes answers, closing and booking follow each other, so that none of them is lost.
    return _read(connection, [_find(connection, poll_id, _may_change(caller), lock=True)])[0]


def get_to_answer(connection: Connection, poll_id: str, caller: Caller | None) -> Poll:
    """Return a poll that a caller may see, locked until the transaction ends; errors are those of `get`."""
    return _read(connection, [_find(connection, poll_id, is_visible(caller), lock=True)])[0]


def visible(connection: Connection, caller: Caller | None, *, after: str | None, offset: int, limit: int) -> list[Poll]:
    """List the polls that a caller may see, the newest first, after the poll with the id `after`.

    Raises:
        NotFoundError: there is no such poll, or the caller may not see it.
    """
    condition = is_visible(caller)
    if after is not None:
        # By number, as two polls may be created at the same instant.
        condition &= polls.c.number < _find(connection, after, condition).number
    statement = select(polls).where(condition).order_by(polls.c.number.desc()).offset(offset).limit(limit)
    return _read(connection, connection.execute(statement).all())


def set_answers(connection: Connection, poll: Poll, person: Participant) -> bool:
    """Store the answers of a participant of a locked poll, and return whether there is such a participant."""
    values = {"answers": _json_answers(person), "answered_at": _to_microseconds(person.answered_at)}
    is_person = (participants.c.poll_number == _number_of(poll)) & _is_person(person)
    return connection.execute(update(participants).where(is_person).values(values)).rowcount > 0


def close(connection: Connection, poll_id: str) -> None:
    """Close a poll."""
    connection.execute(update(polls).where(polls.c.id == poll_id).values(status="closed"))


def set_booked(connection: Connection, poll_id: str, option: int, meeting_id: str) -> None:
    """Store the booked option of a poll and its meeting."""
    values = {"status": "booked", "option": option, "meeting_id": meeting_id, "claimed_until": None}
    connection.execute(update(polls).where(polls.c.id == poll_id).values(values))


def release(connection: Connection, poll_id: str, until: dt.datetime) -> None:
    """End the claim that was made until an instant, but none that somebody made since."""
    # A slow request may end after its claim did, and must not end that of the next one.
    is_claim = (polls.c.id == poll_id) & (polls.c.claimed_until == to_microseconds(until))
    connection.execute(update(polls).where(is_claim).values(claimed_until=None))


def claim(connection: Connection, poll_id: str, caller: Caller | None, *, now: dt.datetime, until: dt.datetime) -> Poll:
    """Return a poll that a caller may book, which nobody else books until an instant, unless it is booked.

    Raises:
        ConflictError: somebody is booking it just now.
        NotFoundError: there is none, or they may not change it.
    """
    row = _find(connection, poll_id, _may_change(caller), lock=True)
    if row.status != "booked":
        if row.claimed_until is not None and row.claimed_until > to_microseconds(now):
            raise ConflictError(f"poll {poll_id!r} is being booked by another request; try again")
        is_poll = polls.c.number == row.number
        connection.execute(update(polls).where(is_poll).values(claimed_until=to_microseconds(until)))
    return _read(connection, [row])[0]


def remove(connection: Connection, poll_id: str, caller: Caller | None) -> None:
    """Delete a poll that a caller may change.

    Raises:
        NotFoundError: there is none, or they may not change it.
    """
    _delete(connection, [_find(connection, poll_id, _may_change(caller), lock=True).number])


def set_link(connection: Connection, poll: Poll, contact_id: str, token_hash: str, expires_at: dt.datetime) -> bool:
    """Store the link of a contact in place of an earlier one; return whether the poll asks that contact."""
    is_contact = (participants.c.poll_number == _number_of(poll)) & (participants.c.contact_id == contact_id)
    values = {"token_hash": token_hash, "token_expires_at": to_microseconds(expires_at)}
    return connection.execute(update(participants).where(is_contact).values(values)).rowcount > 0


def find_link(
    connection: Connection, token_hash: str, *, now: dt.datetime, lock: bool = False
) -> tuple[Poll, str] | None:
    """Return the poll of a link that is not expired, and the contact whom the link is for; `None` for no such link."""
    is_valid = (participants.c.token_hash == token_hash) & (participants.c.token_expires_at > to_microseconds(now))
    link = connection.execute(
        select(participants.c.contact_id, participants.c.poll_number).where(is_valid)
    ).one_or_none()
    if link is None:
        return None
    # The poll is locked rather than the participant, as answers, closing and booking lock it too.
    statement = select(polls).where(polls.c.number == link.poll_number)
    row = connection.execute(statement.with_for_update() if lock else statement).one()
    return _read(connection, [row])[0], link.contact_id


def is_visible(caller: Caller | None) -> ColumnElement[bool]:
    """Return the condition that a caller may see a poll; `None` is a host, or the operator, who sees all."""
    if caller is None or caller.is_admin:
        return _may_change(caller)
    invitations = select(participants.c.poll_number).where(participants.c.user_id.in_(sorted(caller.people)))
    return or_(_may_change(caller), (polls.c.tenant_id == caller.tenant_id) & polls.c.number.in_(invitations))


def _may_change(caller: Caller | None) -> ColumnElement[bool]:
    if caller is None:
        return true()
    return visible_to(caller, tenant_id=polls.c.tenant_id, owner_id=polls.c.user_id)


def export(connection: Connection) -> Iterator[PollRecord]:
    """Yield all polls as records."""
    for row in pages(connection, select(polls), polls.c.number):
        [poll] = _read(connection, [row])
        yield PollRecord(poll=poll)


def insert_record(connection: Connection, record: PollRecord) -> None:
    """Store the poll of a record.

    Raises:
        ConflictError: its id is taken.
    """
    add(connection, record.poll)


def erase_user(connection: Connection, user_id: str, *, now: dt.datetime) -> None:  # noqa: ARG001  # the hook's
    """Delete the polls of a user, and their answers to those of others."""
    # Whole polls, as their titles are the user's words.
    _delete(connection, select(polls.c.number).where(polls.c.user_id == user_id))
    connection.execute(delete(participants).where(participants.c.user_id == user_id))


def erase_contact(connection: Connection, contact_id: str, *, now: dt.datetime) -> None:  # noqa: ARG001  # the hook's
    """Delete the answers and links of a contact."""
    connection.execute(delete(participants).where(participants.c.contact_id == contact_id))


def purge(database: Database, before: dt.datetime, *, now: dt.datetime) -> int:  # noqa: ARG001  # the hook's
    """Delete the polls whose last option ended before an instant, page by page, and return their number."""
    count = 0
    while size := database.write(_purge_page, before):
        count += size
    return count


def personal_data(caller: Caller, database: Database) -> Mapping[str, Any]:
    """Return the polls of a caller, and their own answers to those of others, for the account export."""
    return database.read(_personal_data, caller.user_id)


def _personal_data(connection: Connection, user_id: str) -> Mapping[str, Any]:
    own = connection.execute(select(polls).where(polls.c.user_id == user_id).order_by(polls.c.number)).all()
    invitations = select(polls.c.id, participants.c.answers).join_from(
        participants, polls, polls.c.number == participants.c.poll_number
    )
    # The answers to a poll of the user's own are in that poll already.
    of_user = invitations.where(participants.c.user_id == user_id, polls.c.user_id != user_id).order_by(polls.c.number)
    answers = [{"poll_id": row.id, "answers": row.answers} for row in connection.execute(of_user)]
    return {"polls": _read(connection, own), "poll_answers": answers}


def _purge_page(connection: Connection, before: dt.datetime) -> int:
    old = select(polls.c.number).where(polls.c.ends_at < to_microseconds(before)).limit(_PAGE)
    numbers = connection.execute(old).scalars().all()
    if numbers:
        _delete(connection, numbers)
    return len(numbers)


def _delete(connection: Connection, numbers: Sequence[int] | Select[Any]) -> None:
    # Participants first, as their rows refer to those of the polls.
    connection.execute(delete(participants).where(participants.c.poll_number.in_(numbers)))
    connection.execute(delete(polls).where(polls.c.number.in_(numbers)))


def _find(connection: Connection, poll_id: str, condition: ColumnElement[bool], *, lock: bool = False) -> Row[Any]:
    statement = select(polls).where(polls.c.id == poll_id, condition)
    # PostgreSQL refuses NUL in a parameter; no poll has such an id.
    row = (
        connection.execute(statement.with_for_update() if lock else statement).one_or_none()
        if is_storable(poll_id)
        else None
    )
    if row is None:
        raise NotFoundError("poll", poll_id)
    return row


def _number_of(poll: Poll) -> Any:
    return select(polls.c.number).where(polls.c.id == poll.id).scalar_subquery()


def _is_person(person: Participant) -> ColumnElement[bool]:
    if person.contact_id is not None:
        return participants.c.contact_id == person.contact_id
    return participants.c.user_id == person.user_id


def _row(poll: Poll) -> dict[str, Any]:
    fields = poll.model_dump(mode="json", exclude={"options", "participants", "ranking"})
    return {
        **fields,
        "starts": [to_microseconds(option.start) for option in poll.options],
        # Derived from the starts, but stored, as the purge compares it in SQL.
        "ends_at": to_microseconds(poll.ends_at),
        "closes_at": _to_microseconds(poll.closes_at),
        "created_at": to_microseconds(poll.created_at),
    }


def _participant_row(person: Participant) -> dict[str, Any]:
    return {
        "user_id": person.user_id,
        "contact_id": person.contact_id,
        "answers": _json_answers(person),
        "answered_at": _to_microseconds(person.answered_at),
    }


def _json_answers(person: Participant) -> dict[str, str]:
    return {str(number): choice for number, choice in sorted(person.answers.items())}


def _read(connection: Connection, rows: Sequence[Row[Any]]) -> list[Poll]:
    people = _participants(connection, [row.number for row in rows])
    return [_read_poll(row, people.get(row.number, [])) for row in rows]


def _participants(connection: Connection, numbers: Iterable[int]) -> dict[int, list[Participant]]:
    statement = select(participants).where(participants.c.poll_number.in_(numbers)).order_by(participants.c.number)
    people: dict[int, list[Participant]] = {}
    for row in connection.execute(statement):
        fields = {name: row._mapping[name] for name in ("user_id", "contact_id", "answers")}
        answered_at = None if row.answered_at is None else to_datetime(row.answered_at)
        person = Participant.model_validate({**fields, "answered_at": answered_at})
        people.setdefault(row.poll_number, []).append(person)
    return people


def _read_poll(row: Row[Any], people: Sequence[Participant]) -> Poll:
    zone = ZoneInfo(row.timezone)
    starts = enumerate(row.starts, 1)
    fields = {name: row._mapping[name] for name in Poll.model_fields if name in row._mapping}
    return Poll.model_validate(
        {
            **fields,
            "options": [Option(number=number, start=to_datetime(start, zone)) for number, start in starts],
            "participants": people,
            "closes_at": None if row.closes_at is None else to_datetime(row.closes_at),
            "created_at": to_datetime(row.created_at),
        }
    )


def _to_microseconds(moment: dt.datetime | None) -> int | None:
    return None if moment is None else to_microseconds(moment)
