"""The policy of one calendar: which of its events are busy time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import StrictBool

from meetkit.models.base import Value
from meetkit.models.time import BusyInterval

AllDay = Literal["busy", "opaque", "free"]
# What becomes of an event whose time is in doubt.
Doubt = Literal["busy", "skip", "refuse"]

# A truth value in a form.
Flag = Literal["true", "false"]


class BusyPolicy(Value):
    """The rule which events of a calendar make its owner busy.

    `all_day`: events of whole days count (`busy`), as long as they are not transparent; they count only where the file
    calls them opaque (`opaque`), as calendars do for absences and not for birthdays; or never (`free`).
    `tentative`: whether tentative and unanswered events count. `ignore`: nothing of the calendar counts.
    """

    all_day: AllDay = "busy"
    tentative: StrictBool = True
    ignore: StrictBool = False

    def counts_day(self, *, is_opaque: bool) -> bool:
        """Return whether an event of whole days that is not transparent counts."""
        return self.all_day == "busy" or (self.all_day == "opaque" and is_opaque)

    def busy_time(self, intervals: Iterable[BusyInterval]) -> tuple[BusyInterval, ...]:
        """Return the intervals that count; of whole days, intervals know nothing."""
        if self.ignore:
            return ()
        return tuple(interval for interval in intervals if self.tentative or interval.status == "busy")


# Constructed without the validator, which would be built at import.
DEFAULT_POLICY = BusyPolicy.model_construct()
