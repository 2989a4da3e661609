"""The free time of users of a store, under their booking rules and those of a request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from meetkit.availability.intervals import Interval, free_intervals
from meetkit.availability.starts import Starts, whole_minute, without_starts
from meetkit.models.limits import REACH, restrictions
from meetkit.models.people import User
from meetkit.models.rules import NO_RULES, BookingRules, RuledRequest
from meetkit.models.zone_changes import Clock
from meetkit.models.zones import FIRST, MINUTE, to_microseconds, utc_now
from meetkit.storage import Store


@dataclass(frozen=True)
class RuledTime:
    """The time of users under rules; `excluding` is the id of a meeting that is about to move, and takes none of it."""

    store: Store
    user_ids: Sequence[str]
    request: RuledRequest
    excluding: str | None = None

    @cached_property
    def ruled(self) -> dict[str, User]:
        """The users who have rules of their own, by id."""
        return {user.id: user for user in self.store.users_with_rules(self.user_ids)}

    def rules_of(self, user_id: str) -> BookingRules:
        """Return the rules of a user and of the request together."""
        user = self.ruled.get(user_id)
        return ((user and user.booking_rules) or NO_RULES).stricter(self._rules)

    def starts(self, clock: Clock, align: int | None) -> Starts:
        """Return the starts that notices and grid leave; the notice is counted from now."""
        notice = max(self.rules_of(user_id).min_notice_minutes for user_id in self.ruled or self.user_ids[:1])
        earliest = whole_minute(to_microseconds(utc_now()) + notice * MINUTE) if notice else FIRST
        return Starts(clock, earliest, align)

    def free(self, windows: Sequence[Interval], duration_minutes: int) -> list[Interval]:
        """Return the free intervals of sorted windows in which a meeting of the duration may begin anywhere."""
        if not windows:
            # Unknown users are refused all the same.
            windows = [(0, 0)]
        window, duration = (windows[0][0], windows[-1][1]), duration_minutes * MINUTE
        free = free_intervals(windows, self._busy(*window), min_length=duration)
        return without_starts(free, self._refused_starts(window, duration), duration)

    def meetings(self, users: Iterable[User], start: int, end: int) -> dict[str, list[Interval]]:
        """Return the meetings of those of these users with limits around `[start, end)`, by user."""
        result: dict[str, list[Interval]] = {user.id: [] for user in users if self.rules_of(user.id).has_limits}
        if result:
            spans = self.store.meeting_spans(list(result), start - REACH, end + REACH, excluding=self.excluding)
            for user_id, span in spans:
                result[user_id].append(span)
        return result

    def busy(self, user_id: str, start: int, end: int) -> Iterable[Interval]:
        """Return the busy time of a user that matters to meetings in `[start, end)`, without buffers."""
        reach = self.rules_of(user_id).buffer_minutes * MINUTE
        return self.store.busy_intervals([user_id], start - reach, end + reach, excluding=self.excluding)

    @cached_property
    def _rules(self) -> BookingRules:
        return self.request.all_rules

    def _busy(self, start: int, end: int) -> Iterable[Interval]:
        """Return the busy time of all, each widened by the buffer of its user, in one query for each buffer."""
        if not self.ruled:
            return self._widened(self.user_ids, start, end, self._rules.buffer_minutes * MINUTE)
        by_buffer = defaultdict(list)
        for user_id in self.user_ids:
            by_buffer[self.rules_of(user_id).buffer_minutes * MINUTE].append(user_id)
        return chain.from_iterable(self._widened(user_ids, start, end, by) for by, user_ids in by_buffer.items())

    def _widened(self, user_ids: Sequence[str], start: int, end: int, by: int) -> Iterable[Interval]:
        busy = self.store.busy_intervals(user_ids, start - by, end + by, excluding=self.excluding)
        # Widening costs a pass over all busy time, so only where a buffer is set.
        return ((opens - by, closes + by) for opens, closes in busy) if by else busy

    def _refused_starts(self, window: Interval, duration: int) -> list[Interval]:
        """Return the starts that limits refuse, from one query for the meetings of all users with limits."""
        # Limits of the request hold for all.
        users = map(self.store.get_user, self.user_ids) if self._rules.has_limits else self.ruled.values()
        limited = [user for user in users if self.rules_of(user.id).has_limits]
        meetings = self.meetings(limited, *window)
        return [
            restriction.starts(duration)
            for user in limited
            for restriction in restrictions(self.rules_of(user.id), user.clock, meetings[user.id], window, duration)
        ]
