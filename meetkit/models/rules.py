"""Rules for bookings: notice, buffers, and limits per day and week."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from meetkit.models.base import WHOLE, Count, Value

BufferMinutes = Annotated[int, Field(strict=True, ge=0, le=7 * 24 * 60), WHOLE]
NoticeMinutes = Annotated[int, Field(strict=True, ge=0, le=365 * 24 * 60), WHOLE]
_DayMinutes = Annotated[int, Field(strict=True, ge=1, le=24 * 60), WHOLE]
_WeekMinutes = Annotated[int, Field(strict=True, ge=1, le=7 * 24 * 60), WHOLE]


class BookingRules(Value):
    """Rules for bookings of a user's time.

    A booking begins `min_notice_minutes` after it is made at the earliest, and `buffer_minutes` stay free between it
    and each busy interval. The limits count the user's meetings that are not cancelled on the dates, and in the weeks
    from Monday to Sunday, of the user's own clock; one that crosses midnight counts on both dates, with its minutes on
    each. Busy time of calendars does not count.
    """

    min_notice_minutes: NoticeMinutes = 0
    buffer_minutes: BufferMinutes = 0
    max_meetings_per_day: Count | None = None
    max_minutes_per_day: _DayMinutes | None = None
    max_meetings_per_week: Count | None = None
    max_minutes_per_week: _WeekMinutes | None = None

    @property
    def has_limits(self) -> bool:
        """True where meetings must be counted."""
        return any(getattr(self, name) is not None for name in _LIMITS)

    def stricter(self, rules: BookingRules | None) -> Self:
        """Return the rules under which both these and the others hold."""
        # Values without rules are one object, so that a search of users without any need not compare them.
        if rules is None or rules is NO_RULES or rules is self:
            return self
        limits = {name: _least(getattr(self, name), getattr(rules, name)) for name in _LIMITS}
        lengths = {name: max(getattr(self, name), getattr(rules, name)) for name in _LENGTHS}
        return type(self)(**limits, **lengths)


_LENGTHS = ("min_notice_minutes", "buffer_minutes")
_LIMITS = tuple(name for name in BookingRules.model_fields if name not in _LENGTHS)
# Constructed without the validator, which would be built at import.
NO_RULES = BookingRules.model_construct()


class RuledRequest(Value):
    """A request with rules of its own, which hold in addition to those of each user."""

    min_notice_minutes: NoticeMinutes = 0
    buffer_minutes: BufferMinutes = 0
    rules: BookingRules | None = None

    @property
    def all_rules(self) -> BookingRules:
        """All rules of the request."""
        if not self.min_notice_minutes and not self.buffer_minutes:
            return self.rules or NO_RULES
        own = BookingRules(min_notice_minutes=self.min_notice_minutes, buffer_minutes=self.buffer_minutes)
        return own.stricter(self.rules)

    @property
    def binding_rules(self) -> BookingRules | None:
        """All rules of the request; `None` where it has none."""
        return None if self.all_rules == NO_RULES else self.all_rules


def _least(first: int | None, second: int | None) -> int | None:
    return min((limit for limit in (first, second) if limit is not None), default=None)
