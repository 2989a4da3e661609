"""The values of meetkit, frozen and shared by all parts."""

from meetkit.models.busy_policy import BusyPolicy
from meetkit.models.insights import ActionItem, Deadline, Evidence, Highlight, PendingActionItem, PreMeetingPrep
from meetkit.models.meetings import CreateMeetingRequest, Meeting, MeetingFilters, MeetingUpdate
from meetkit.models.people import Contact, PeopleFilters, User
from meetkit.models.time import BusyInterval, Calendar, DateException, Hours, TimeSlot, WorkHours

__all__ = [
    "ActionItem",
    "BusyInterval",
    "BusyPolicy",
    "Calendar",
    "Contact",
    "CreateMeetingRequest",
    "DateException",
    "Deadline",
    "Evidence",
    "Highlight",
    "Hours",
    "Meeting",
    "MeetingFilters",
    "MeetingUpdate",
    "PendingActionItem",
    "PeopleFilters",
    "PreMeetingPrep",
    "TimeSlot",
    "User",
    "WorkHours",
]
