"""The external calendars of the store in memory."""

from __future__ import annotations

from collections import defaultdict

from meetkit.errors import NotFoundError
from meetkit.models.time import Calendar
from meetkit.storage.memory.index import Index


class Calendars:
    """Calendars by user and name, whose busy time the index follows. Calls need a lock around them."""

    def __init__(self, index: Index) -> None:
        """Begin empty."""
        self._index = index
        self._by_user: defaultdict[str, dict[str, Calendar]] = defaultdict(dict)

    def put(self, user_id: str, calendar: Calendar) -> None:
        """Store a calendar, in place of the user's calendar of that name."""
        self._index.replace_calendar(user_id, self._by_user[user_id].get(calendar.name), calendar)
        self._by_user[user_id][calendar.name] = calendar

    def of(self, user_id: str) -> list[Calendar]:
        """Return a user's calendars, by name."""
        return [calendar for _, calendar in sorted(self._by_user.get(user_id, {}).items())]

    def remove(self, user_id: str, name: str) -> None:
        """Delete a calendar.

        Raises:
            NotFoundError: the user has none of that name.
        """
        calendar = self._by_user.get(user_id, {}).pop(name, None)
        if calendar is None:
            raise NotFoundError("calendar", name)
        self._index.remove_calendar(user_id, calendar)

    def remove_all(self, user_id: str) -> None:
        """Delete a user's calendars."""
        for calendar in self._by_user.pop(user_id, {}).values():
            self._index.remove_calendar(user_id, calendar)
