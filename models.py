"""The short name of meetkit.models: both are one and the same module."""

import sys

import meetkit.models as _module
from meetkit.models import *  # noqa: F403  # what type checkers see

sys.modules[__name__] = _module
