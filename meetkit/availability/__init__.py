"""Common free time, as pure functions of values, without a clock or a store.

`search` finds the times at which people can meet, `explain` the reasons against a certain start, and
`free_intervals` is the algorithm of both, on plain integers and without dependencies.
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
