"""Meeting intelligence for any Python backend.

Start with `meetkit.meeting_service` (the operations), `meetkit.models` (the values) and
`meetkit.availability` (common free time).
"""

import logging

__version__ = "0.1.0"

# A host that configures no logging is not written to; one that does sees retries and failing models.
for _name in ("meetkit", "stamina"):
    logging.getLogger(_name).addHandler(logging.NullHandler())
