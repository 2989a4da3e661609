"""The meeting of a poll: which option is booked, and who takes part."""

from __future__ import annotations

import datetime as dt

from meetkit import meeting_service
from meetkit.errors import ConflictError, InvalidRequestError
from meetkit.models.base import parse
from meetkit.models.meetings import CreateMeetingRequest
from meetkit.polls.models import Participant, Poll, Tally


def choose(poll: Poll, option: int | None, *, now: dt.datetime) -> Tally:
    """Return the option to book: the one that is named, or the best that is still to come.

    Raises:
        InvalidRequestError: the poll has no such option.
        ConflictError: the option, or all of them, have begun.
    """
    ranking = {tally.number: tally for tally in poll.ranking}
    if option is not None and option not in ranking:
        raise InvalidRequestError(f"option: this poll has the options 1 to {len(ranking)}, not {option}")
    candidates = [ranking[option]] if option is not None else list(ranking.values())
    for tally in candidates:
        if tally.start > now:
            return tally
    raise ConflictError(
        f"option {option} has begun already" if option else "all options of this poll have begun already"
    )


def request(poll: Poll, tally: Tally) -> CreateMeetingRequest:
    """Return the request that books an option, with all who are asked but those who answered that they cannot."""
    people = [person for person in poll.participants if person.answers.get(tally.number) != "no"]
    contacts = [person.contact_id for person in people if person.contact_id]
    users = _users(poll, people)
    # A meeting has one contact; further ones need seats, of which there are just enough, so that nobody else joins.
    seats = {"guest_ids": contacts, "seats": len(users) + len(contacts)} if len(contacts) > 1 else {}
    fields = {
        "user_id": poll.user_id,
        "attendee_ids": users,
        "contact_id": contacts[0] if len(contacts) == 1 else None,
        **seats,
        "title": poll.title,
        # The wall clock of the zone beside the offset, so that the meeting is in the poll's zone.
        "date": f"{tally.start.isoformat()}[{poll.timezone}]",
        "duration_minutes": poll.duration_minutes,
    }
    return parse(CreateMeetingRequest, fields)


def conflict(poll: Poll, tally: Tally, error: ConflictError, *, now: dt.datetime) -> ConflictError:
    """Return the error of an option whose people are busy, which names the best of the others that is free."""
    alternatives = [option for option in poll.ranking if option.number != tally.number and option.start > now]
    best = next((option for option in alternatives if _is_free(poll, option)), None)
    advice = (
        "no other option is free"
        if best is None
        else f"the best option that is free is {best.number}, at {best.start.isoformat()}"
    )
    return ConflictError(
        f"option {tally.number} cannot be booked: {error}; {advice}", busy=error.busy, obstacles=error.obstacles
    )


def _is_free(poll: Poll, tally: Tally) -> bool:
    people = [person for person in poll.participants if person.answers.get(tally.number) != "no"]
    user_ids = [poll.user_id, *_users(poll, people)]
    obstacles = meeting_service.explain_start(user_ids, tally.start, poll.duration_minutes)
    # Whoever agreed to a time outside their work hours can meet then.
    return all(obstacle.reason == "outside_hours" for obstacle in obstacles)


def _users(poll: Poll, people: list[Participant]) -> list[str]:
    return [person.user_id for person in people if person.user_id not in (None, poll.user_id)]
