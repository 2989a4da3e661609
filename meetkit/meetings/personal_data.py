"""The personal data of meetings: what the account export holds beside the account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from meetkit.meetings import analyses, briefs, scheduling
from meetkit.models.caller import Caller
from meetkit.models.meetings import MeetingFilters
from meetkit.runtime.collaborators import current_store
from meetkit.storage.sql import Database


# From the store in use, as a host may store users and meetings outside the database of the other capabilities.
def read(caller: Caller, _: Database) -> Mapping[str, Any]:
    """Return the calendars and meetings of a caller, with the insights by meeting id and the caller's own briefs."""
    meetings = scheduling.get_all_meetings(caller.user_id, MeetingFilters())
    ids = [meeting.id for meeting in meetings]
    return {
        "calendars": current_store().get_calendars(caller.user_id),
        "meetings": meetings,
        "insights": {meeting_id: insights for meeting_id in ids if (insights := analyses.get_insights(meeting_id))},
        "briefs": [brief for meeting_id in ids if (brief := briefs.get_prep(meeting_id))],
    }
