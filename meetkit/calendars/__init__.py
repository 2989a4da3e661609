"""iCalendar (RFC 5545): busy time from files, invitations, feeds. Needs the extra `calendar`."""

try:
    import dateutil  # noqa: F401  # imported by `rules`
    import icalendar  # noqa: F401  # imported by most modules here
except ImportError as error:
    raise ImportError("calendars need the extra 'calendar': pip install 'meetkit[calendar]'") from error

from meetkit.calendars.busy import read_busy
from meetkit.calendars.invitations import feed, invitation
from meetkit.calendars.query import DEFAULT_MAX_BYTES, CalendarWarning, Problem
from meetkit.models.busy_policy import BusyPolicy

__all__ = ["DEFAULT_MAX_BYTES", "BusyPolicy", "CalendarWarning", "Problem", "feed", "invitation", "read_busy"]
