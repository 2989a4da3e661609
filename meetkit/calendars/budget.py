"""The budgets of work that an event and a file may cost, counted in units of less than a microsecond each."""

from __future__ import annotations

from meetkit.calendars.properties import UnreadableError

# The budget bounds an event to about 0.1 s. A file may spend a second, and beyond it what as many honest events need as
# were read so far: hostile ones end the reading early, however many they are. The others are measured costs.
EVENT_UNITS = 160_000
FILE_UNITS, UNITS_PER_EVENT, MAX_FILE_UNITS = 1_000_000, 300, 10_000_000
READ_UNITS = 15
RULE_UNITS = 60
SERIES_UNITS = 20
OCCURRENCE_UNITS = 4
LISTED_UNITS = 16
QUOTED_UNITS = 40
PROBLEM_UNITS = 100
ZONE_UNITS = 200
# No honest calendar names so many zones.
EXTRA_ZONE_UNITS = 1_000


class TooMuchError(UnreadableError):
    """A component repeats too often, or takes more work than the budget of an event."""


class SpentError(Exception):
    """All components together take more work than the budget of a file, which ends the reading."""


class Work:
    """The remaining work units of a file and of its current event."""

    def __init__(self) -> None:
        """Start with the units of a file without events."""
        self._file, self._credit = FILE_UNITS, MAX_FILE_UNITS - FILE_UNITS
        self._event = EVENT_UNITS

    def next_event(self) -> None:
        """Start the budget of the next event, add its units to the file's, and spend those of reading it.

        Raises:
            SpentError: the budget of the file is spent.
        """
        self._event = EVENT_UNITS
        units = min(UNITS_PER_EVENT, self._credit)
        self._file, self._credit = self._file + units, self._credit - units
        self.spend(READ_UNITS)

    def spend(self, units: int) -> None:
        """Spend units.

        Raises:
            TooMuchError: the event has fewer units left.
            SpentError: the file has fewer units left.
        """
        if units > self._event and units <= self._file:
            raise TooMuchError("it repeats too often to be computed; use a longer interval, an end or a shorter window")
        self.spend_on_file(units)
        self._event -= units

    def spend_on_file(self, units: int) -> None:
        """Spend units of the file alone, for what must not cost an event its time.

        Raises:
            SpentError: the file has fewer units left.
        """
        if units > self._file:
            raise SpentError
        self._file -= units
