"""The check of a booking against its people's time and rules, which every store makes in the step that stores it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from meetkit.errors import Busy, ConflictError
from meetkit.models.limits import REACH, restrictions
from meetkit.models.meetings import Meeting
from meetkit.models.rules import NO_RULES, BookingRules
from meetkit.models.zone_changes import Clock
from meetkit.models.zones import MINUTE, to_datetime, to_microseconds

Interval = tuple[int, int]


class BookedUser(NamedTuple):
    """A user of a booking, with the rules of the user and of the request."""

    id: str
    clock: Clock
    rules: BookingRules

    @classmethod
    def of(cls, user_id: str, clock: Clock, own: BookingRules | None, rules: BookingRules | None) -> BookedUser:
        """Return a user under whichever of the two rules is stricter."""
        return cls(user_id, clock, (own or NO_RULES).stricter(rules))

    def in_meeting(self, meeting: Meeting) -> BookedUser:
        """Return the user without rules if the meeting is not booked, as rules hold for bookings alone."""
        return self if meeting.exclusive else self._replace(rules=NO_RULES)


def around(meeting: Meeting, users: Iterable[BookedUser]) -> Interval:
    """Return the time in which busy intervals matter to a booking: its own, and the longest buffer on both sides."""
    start, end = meeting.span
    buffer = max((user.rules.buffer_minutes for user in users), default=0) * MINUTE
    return start - buffer, end + buffer


def week_around(meeting: Meeting) -> Interval:
    """Return the time around a booking in which meetings may count for its limits."""
    start, end = meeting.span
    return start - REACH, end + REACH


def check(
    meeting: Meeting,
    before: Meeting | None,
    users: Sequence[BookedUser],
    busy: Iterable[tuple[str, Interval]],
    count: Callable[[list[str]], Mapping[str, Sequence[Interval]]],
) -> None:
    """Refuse a booking that its people have no time for, or that breaks a rule.

    The notice is counted from `Meeting.updated_at`.

    Args:
        meeting: as it would be stored.
        before: as it is stored, for a change.
        users: its `people_to_be_free`.
        busy: the busy intervals `around` it, but its own, each with its user.
        count: returns the meetings `week_around` it, but itself, of users with limits.

    Raises:
        ConflictError: its `busy` lists busy time, and its `obstacles` all that is in the way.
    """
    by_id = {user.id: user for user in users}
    obstacles = [obstacle for user_id, span in busy if (obstacle := _of_busy(meeting, by_id[user_id], span))]
    obstacles += [obstacle for user in users for obstacle in _of_notice(meeting, before, user)]
    # Only for limits, as the meetings of a week are a further query.
    if users_with_limits := [user for user in users if user.rules.has_limits]:
        other_meetings = count([user.id for user in users_with_limits])
        obstacles += [
            obstacle
            for user in users_with_limits
            for obstacle in _of_limits(meeting, user, other_meetings.get(user.id, ()))
        ]
    if obstacles:
        raise ConflictError.of(obstacles)


def _of_busy(meeting: Meeting, user: BookedUser, span: Interval) -> Busy | None:
    start, end = meeting.span
    if span[0] < end and start < span[1]:
        return _obstacle("busy", user.id, span)
    # What overlaps the booking itself is reported as busy time, never as a buffer too.
    buffer = user.rules.buffer_minutes * MINUTE
    if end <= span[0] < end + buffer:
        return _obstacle("buffer", user.id, (span[0] - buffer, span[0]))
    if start - buffer < span[1] <= start:
        return _obstacle("buffer", user.id, (span[1], span[1] + buffer))
    return None


def _of_notice(meeting: Meeting, before: Meeting | None, user: BookedUser) -> Iterator[Busy]:
    start, _ = meeting.span
    # A booking that keeps its start was given its notice when it was made.
    is_same_start = before is not None and before.is_busy and before.span[0] == start and user.id in before.user_ids
    if user.rules.min_notice_minutes and meeting.updated_at and not is_same_start:
        earliest = to_microseconds(meeting.updated_at) + user.rules.min_notice_minutes * MINUTE
        if start < earliest:
            yield _obstacle("notice", user.id, (start, earliest))


def _of_limits(meeting: Meeting, user: BookedUser, other_meetings: Iterable[Interval]) -> Iterator[Busy]:
    start, end = meeting.span
    for restriction in restrictions(user.rules, user.clock, other_meetings, (start, end), end - start):
        if restriction.refuses((start, end)):
            yield _obstacle(restriction.reason, user.id, (restriction.start, restriction.end))


def _obstacle(reason: str, user_id: str, span: Interval) -> Busy:
    return Busy(user_id, to_datetime(span[0]), to_datetime(span[1]), reason)
