"""iCalendar (RFC 5545): busy time from files, invitations, feeds. Needs the extra `calendar`."""

try:
    import icalendar  # noqa: F401  # imported by most modules here
    import recurring_ical_events  # noqa: F401  # imported by `events`
except ImportError as error:
    raise ImportError("calendars need the extra 'calendar': pip install 'meetkit[calendar]'") from error

from meetkit.calendars.busy import read_busy
from meetkit.calendars.invitations import feed, invitation
from meetkit.calendars.query import CalendarWarning, Problem

__all__ = ["CalendarWarning", "Problem", "feed", "invitation", "read_busy"]
