"""The short name of meetkit.llm_client: both are one and the same module."""

import sys

import meetkit.llm_client as _module
from meetkit.llm_client import *  # noqa: F403  # what type checkers see

sys.modules[__name__] = _module
