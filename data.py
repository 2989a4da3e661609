"""The short name of meetkit.data: both are one and the same module."""

import sys

import meetkit.data as _module
from meetkit.data import *  # noqa: F403  # what type checkers see

sys.modules[__name__] = _module
