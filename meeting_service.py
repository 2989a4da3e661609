"""The short name of meetkit.meeting_service: both are one and the same module."""

import sys

import meetkit.meeting_service as _module
from meetkit.meeting_service import *  # noqa: F403  # what type checkers see

sys.modules[__name__] = _module
