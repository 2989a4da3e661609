"""iCalendar (RFC 5545): busy time from files, invitations, feeds. Needs the extra `calendar`."""

try:
    import dateutil  # noqa: F401  # imported by `rules`
    import icalendar  # noqa: F401  # imported by most modules here
except ImportError as error:
    raise ImportError("calendars need the extra 'calendar': pip install 'meetkit[calendar]'") from error

from meetkit.calendars.busy import read_busy
from meetkit.calendars.invitations import feed, invitation
from meetkit.calendars.policy import BusyPolicy
from meetkit.calendars.query import CalendarWarning, Problem

__all__ = ["BusyPolicy", "CalendarWarning", "Problem", "feed", "invitation", "read_busy"]
