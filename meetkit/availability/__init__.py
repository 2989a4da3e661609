"""Common free time, as pure functions of values: no clock, no store.

`search` answers when people can meet, `explain` why a certain start does not work, and
`free_intervals` is the engine under both, on plain integers and without dependencies.
"""

from meetkit.availability.intervals import free_intervals
from meetkit.availability.obstacles import explain
from meetkit.availability.query import AvailabilityQuery, AvailabilityResult, Obstacle, Participant, Slot
from meetkit.availability.search import search
from meetkit.models.time import BusyInterval, DateException, Hours, TimeSlot, WorkHours

__all__ = [
    "AvailabilityQuery",
    "AvailabilityResult",
    "BusyInterval",
    "DateException",
    "Hours",
    "Obstacle",
    "Participant",
    "Slot",
    "TimeSlot",
    "WorkHours",
    "explain",
    "free_intervals",
    "search",
]
