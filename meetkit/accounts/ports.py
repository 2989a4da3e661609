"""What accounts need of others: somebody who does what can wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

Job = Callable[[], None]


class Later(Protocol):
    """Does jobs after the call that gave them, so that how long they take tells its caller nothing."""

    def __call__(self, job: Job) -> None:
        """Do it soon; what goes wrong with it is logged."""
