"""Meeting intelligence for any Python backend.

Start with `meetkit.meeting_service` (the verbs), `meetkit.models` (the words) and
`meetkit.availability` (common free time).
"""

__version__ = "0.1.0"
