"""Meeting intelligence for any Python backend.

Start with `meetkit.meeting_service` (the operations), `meetkit.models` (the values) and
`meetkit.availability` (common free time). Until a store of your own is configured, they work on sample data:

>>> from meetkit import meeting_service as meetings
>>> slots = meetings.find_available_slots(["user_1", "user_3"], "2025-11-20", 30, None)
>>> f"{slots[0].start_time:%H:%M}"
'14:30'
"""

import logging

__version__ = "0.1.0"

# A host that configures no logging is not written to; one that does sees retries and failing models.
for _name in ("meetkit", "stamina"):
    logging.getLogger(_name).addHandler(logging.NullHandler())
