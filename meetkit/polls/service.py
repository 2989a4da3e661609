"""The operations on polls: plain functions over a `Database`, and over the store in use for people and meetings.

`caller` restricts them to what that caller may see and change, as a store does that guards meetings; `None` is a host,
or the operator, who may do everything. Polls that the caller may not see raise `NotFoundError`. `now` is by default the
time of the machine's clock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import NoReturn
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from meetkit import meeting_service
from meetkit.errors import ConflictError, ForbiddenError, InvalidRequestError, NotFoundError
from meetkit.models.base import new_id, parse
from meetkit.models.caller import Caller
from meetkit.models.zones import resolve, to_datetime, to_microseconds, utc_now
from meetkit.polls import booking, links, queries
from meetkit.polls.models import (
    InvitedPoll,
    Link,
    LinkAnswer,
    NewPoll,
    NewPollFields,
    Option,
    Participant,
    Poll,
    PollAnswer,
)
from meetkit.storage.sql import Database

__all__ = [
    "answer_by_link",
    "answer_poll",
    "book_poll",
    "close_poll",
    "create_link",
    "create_poll",
    "delete_poll",
    "get_poll",
    "list_polls",
    "open_link",
]

# Longer than any booking takes; after a crash the poll can be booked again then.
_CLAIM = dt.timedelta(seconds=60)


def create_poll(
    database: Database,
    request: NewPollFields | NewPoll,
    *,
    caller: Caller | None = None,
    poll_id: str | None = None,
    now: dt.datetime | None = None,
) -> Poll:
    """Propose times to users and contacts; see `NewPoll`. The owner is by default the caller.

    Raises:
        InvalidRequestError: a time or the deadline is past, or proposed twice, or there is no owner.
        ForbiddenError: the caller does not act for the owner.
    """
    new, now = parse(NewPoll, request), now or utc_now()
    owner_id = new.user_id or (caller.user_id if caller else None)
    if owner_id is None:
        raise InvalidRequestError("user_id: the owner of the poll")
    if caller and not (caller.is_admin or owner_id in caller.people):
        raise ForbiddenError("this account or API key may not create polls of this user")
    owner = meeting_service.get_user(owner_id)
    zone = new.timezone or owner.timezone
    poll = Poll(
        id=poll_id or new_id("poll"),
        tenant_id=owner.tenant_id,
        user_id=owner.id,
        title=new.title,
        duration_minutes=new.duration_minutes,
        timezone=zone,
        options=_options(new, zone, now),
        participants=_participants(new),
        closes_at=new.closes_at and resolve(new.closes_at, zone),
        created_at=now,
    )
    if poll.closes_at and poll.closes_at <= now:
        raise InvalidRequestError("closes_at: must lie in the future")
    database.write(queries.add, poll)
    return poll


def get_poll(database: Database, poll_id: str, *, caller: Caller | None = None) -> Poll:
    """Return a poll: the caller's own, one that asks them, or one of the users whom they act for."""
    return database.read(queries.get, poll_id, caller)


def list_polls(
    database: Database,
    *,
    caller: Caller | None = None,
    after: str | None = None,
    offset: int = 0,
    limit: int = 50,
) -> list[Poll]:
    """List the polls that the caller may see, the newest first: `limit` of them after the first `offset`.

    With `after`, they are counted from the poll with that id.
    """
    return database.read(queries.visible, caller, after=after, offset=offset, limit=limit)


def answer_poll(
    database: Database,
    poll_id: str,
    answers: Mapping[int, str],
    *,
    user_id: str | None = None,
    contact_id: str | None = None,
    caller: Caller | None = None,
    now: dt.datetime | None = None,
) -> Poll:
    """Store the answers of a participant, in place of earlier ones: `yes`, `if_need_be` or `no` by option number.

    The participant is by default the caller. Who may change the poll may enter those of others.

    Raises:
        ConflictError: the poll is closed or booked, or its deadline is past.
        InvalidRequestError: the poll has no such option, or nobody is named.
        NotFoundError: the poll does not ask this person.
    """
    request = parse(PollAnswer, {"answers": answers, "user_id": user_id, "contact_id": contact_id})
    if request.user_id is None and request.contact_id is None:
        if caller is None:
            raise InvalidRequestError("user_id: whose answers these are")
        request = request.model_copy(update={"user_id": caller.user_id})
    return database.write(_answer, poll_id, request, caller=caller, now=now or utc_now())


def close_poll(database: Database, poll_id: str, *, caller: Caller | None = None) -> Poll:
    """End the answers to a poll, which can be booked then as before; a closed or booked one stays as it is."""
    return database.write(_close, poll_id, caller)


def delete_poll(database: Database, poll_id: str, *, caller: Caller | None = None) -> None:
    """Delete a poll with its answers and links; a meeting that it booked stays."""
    database.write(queries.remove, poll_id, caller)


def book_poll(
    database: Database,
    poll_id: str,
    *,
    option: int | None = None,
    caller: Caller | None = None,
    now: dt.datetime | None = None,
) -> Poll:
    """Book a meeting at an option, by default the best one that is to come, and end the poll.

    The best option has most yes, of these fewest no, of these it is the earliest. All who are asked take part, except
    who answered `no` to the option; several contacts as guests of a meeting with seats. A repeat returns the booked
    poll, and books nothing.

    Raises:
        ConflictError: somebody is busy then, as `busy` lists, and the message names the best option that is free; or
            the option has begun, another one is booked already, or another request is booking the poll.
    """
    now = now or utc_now()
    until = now + _CLAIM
    poll = database.write(queries.claim, poll_id, caller, now=now, until=until)
    if poll.status == "booked":
        if option not in (None, poll.option):
            raise ConflictError(f"option {poll.option} of this poll is booked already: meeting {poll.meeting_id!r}")
        return poll
    try:
        tally = booking.choose(poll, option, now=now)
        # The same request by the same caller books once, also where a crash left the poll open.
        key = f"{poll.id} option {tally.number}"
        try:
            meeting = meeting_service.book_meeting(booking.request(poll, tally), idempotency_key=key)
        except ConflictError as error:
            raise booking.conflict(poll, tally, error, now=now) if error.obstacles else error from None
    # Of any kind, so that the next request need not wait for the claim to expire.
    except BaseException:
        database.write(queries.release, poll_id, until)
        raise
    database.write(queries.set_booked, poll_id, tally.number, meeting.id)
    return poll.model_copy(update={"status": "booked", "option": tally.number, "meeting_id": meeting.id})


def create_link(
    database: Database, poll_id: str, contact_id: str, *, caller: Caller | None = None, now: dt.datetime | None = None
) -> Link:
    """Make a link by which a contact answers a poll without an account; earlier ones of the contact end.

    Its token is not stored, and never shown again. It expires with the deadline or the last option, in 30 days at the
    latest.

    Raises:
        ConflictError: the poll accepts no answers.
        NotFoundError: the poll does not ask this contact.
    """
    return database.write(_create_link, poll_id, contact_id, caller=caller, now=now or utc_now())


def open_link(database: Database, token: str, *, now: dt.datetime | None = None) -> InvitedPoll:
    """Return the poll of a link.

    Raises:
        InvalidRequestError: the link is invalid, expired, or replaced by a newer one.
    """
    now = now or utc_now()
    return _as_invited(*database.read(_find_link, token, now), now)


def answer_by_link(
    database: Database, token: str, answers: Mapping[int, str], *, now: dt.datetime | None = None
) -> InvitedPoll:
    """Store the answers of who has a link, in place of earlier ones.

    Raises:
        ConflictError: the poll accepts no answers any more.
        InvalidRequestError: as `open_link`; or the poll has no such option.
    """
    request = parse(LinkAnswer, {"token": token, "answers": answers})
    return database.write(_answer_by_link, request, now=now or utc_now())


def _options(new: NewPoll, zone: str, now: dt.datetime) -> list[Option]:
    instants = sorted(to_microseconds(resolve(start, zone)) for start in new.starts)
    if len(set(instants)) < len(instants):
        raise InvalidRequestError("starts: each time can be proposed once")
    starts = [to_datetime(instant, ZoneInfo(zone)) for instant in instants]
    if starts[0] <= now:
        raise InvalidRequestError(f"starts: {starts[0].isoformat()} is past; propose times in the future")
    return [Option(number=number, start=start) for number, start in enumerate(starts, 1)]


def _participants(new: NewPoll) -> list[Participant]:
    for user_id in new.user_ids:
        meeting_service.get_user(user_id)
    for contact_id in new.contact_ids:
        meeting_service.get_contact(contact_id)
    users = [Participant(user_id=user_id) for user_id in dict.fromkeys(new.user_ids)]
    return [*users, *(Participant(contact_id=contact_id) for contact_id in dict.fromkeys(new.contact_ids))]


def _answer(
    connection: Connection, poll_id: str, request: PollAnswer, *, caller: Caller | None, now: dt.datetime
) -> Poll:
    person = Participant(
        user_id=request.user_id, contact_id=request.contact_id, answers=request.answers, answered_at=now
    )
    is_own = caller is not None and request.user_id == caller.user_id
    # Whoever is asked sees the poll, but may enter no other answers than their own.
    find = queries.get_to_answer if is_own else queries.get_to_change
    poll = find(connection, poll_id, caller)
    _store_answers(connection, poll, person, now)
    return queries.get(connection, poll_id, caller)


def _store_answers(connection: Connection, poll: Poll, person: Participant, now: dt.datetime) -> None:
    _check_open(poll, now)
    if unknown := person.answers.keys() - {option.number for option in poll.options}:
        raise InvalidRequestError(f"answers: this poll has the options 1 to {len(poll.options)}, not {min(unknown)}")
    if not queries.set_answers(connection, poll, person):
        _refuse_stranger(poll, person)


def _check_open(poll: Poll, now: dt.datetime) -> None:
    if poll.accepts_answers(now):
        return
    state = poll.status if poll.status != "open" else "over its deadline"
    raise ConflictError(f"poll {poll.id!r} is {state} and accepts no answers")


def _refuse_stranger(poll: Poll, person: Participant) -> NoReturn:
    kind, person_id = ("contact", person.contact_id) if person.contact_id else ("user", person.user_id)
    raise NotFoundError(kind, person_id or "", f"poll {poll.id!r} does not ask them")


def _close(connection: Connection, poll_id: str, caller: Caller | None) -> Poll:
    poll = queries.get_to_change(connection, poll_id, caller)
    if poll.status != "open":
        return poll
    queries.close(connection, poll_id)
    return poll.model_copy(update={"status": "closed"})


def _create_link(
    connection: Connection, poll_id: str, contact_id: str, *, caller: Caller | None, now: dt.datetime
) -> Link:
    poll = queries.get_to_change(connection, poll_id, caller)
    _check_open(poll, now)
    expires_at = links.expiry(poll, now)
    if expires_at <= now:
        raise ConflictError("all options of this poll have begun already")
    token = links.new_token()
    if not queries.set_link(connection, poll, contact_id, links.hash_of(token), expires_at):
        _refuse_stranger(poll, Participant(contact_id=contact_id))
    return Link(contact_id=contact_id, token=token, expires_at=expires_at)


def _find_link(connection: Connection, token: str, now: dt.datetime, *, lock: bool = False) -> tuple[Poll, str]:
    link = queries.find_link(connection, links.hash_of(token), now=now, lock=lock)
    if link is None:
        raise InvalidRequestError("token: it is invalid, expired or replaced; ask who sent the link for another")
    return link


def _answer_by_link(connection: Connection, request: LinkAnswer, *, now: dt.datetime) -> InvitedPoll:
    poll, contact_id = _find_link(connection, request.token, now, lock=True)
    _store_answers(connection, poll, Participant(contact_id=contact_id, answers=request.answers, answered_at=now), now)
    return _as_invited(queries.get(connection, poll.id, None), contact_id, now)


def _as_invited(poll: Poll, contact_id: str, now: dt.datetime) -> InvitedPoll:
    [person] = [person for person in poll.participants if person.contact_id == contact_id]
    return InvitedPoll(
        title=poll.title,
        duration_minutes=poll.duration_minutes,
        timezone=poll.timezone,
        options=poll.options,
        answers=person.answers,
        accepts_answers=poll.accepts_answers(now),
        status=poll.status,
        option=poll.option,
    )
