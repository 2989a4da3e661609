"""How much may be asked of a model."""

from __future__ import annotations

from threading import Lock
from typing import Annotated

from pydantic import Field

from meetkit.errors import LLMRejectedError
from meetkit.models.base import Count, Value

_Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Limits(Value):
    """What a process may ask of each model that it is connected to.

    `timeout` is the seconds of a call, without its wait for a place among the `concurrency` calls at a time.
    `max_output_tokens` is the longest answer. `budget_tokens` is what all models connected together may cost while
    the process lives; it is checked before a call, so that calls under way may exceed it. After `breaker_failures`
    time-outs and outages in a row a model is not asked for `breaker_seconds`, then once as a trial.
    """

    timeout: _Seconds = 60.0
    concurrency: Count = 8
    max_output_tokens: Count = 4096
    budget_tokens: Count | None = None
    breaker_failures: Count = 5
    breaker_seconds: _Seconds = 30.0


class Budget:
    """Tokens to spend, shared by all threads; `None` is no limit."""

    def __init__(self, tokens: int | None = None) -> None:
        """Start with nothing spent."""
        self.tokens = tokens
        self.spent = 0
        self._lock = Lock()

    def check(self) -> None:
        """Refuse a call that would cost more.

        Raises:
            LLMRejectedError: all of it is spent.
        """
        if self.tokens is not None and self.spent >= self.tokens:
            raise LLMRejectedError(f"the budget of {self.tokens} tokens is spent")

    def spend(self, tokens: int) -> None:
        """Count what a call has cost."""
        with self._lock:
            self.spent += tokens
