"""The operations on meetings, under the name that hosts import: see `meetkit.meetings.service`."""

from meetkit.meetings.service import *  # noqa: F403  # a front re-exports, and holds nothing of its own
from meetkit.meetings.service import __all__ as __all__  # noqa: PLC0414  # for type checkers
