"""The limits of models as values: calls, tokens, circuit breaker."""

from __future__ import annotations

from threading import Lock
from typing import Annotated

from pydantic import Field

from meetkit.errors import LLMRejectedError
from meetkit.models.base import Count, Value

_Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Limits(Value):
    """The limits of a process for each model that it connects to.

    `timeout` is the seconds of one call, without queueing for one of the `concurrency` calls at a time.
    `max_output_tokens` limits each answer. `budget_tokens` limits the tokens of all models connected together while
    the process lives; it is checked before a call, so calls under way may exceed it. After `breaker_failures`
    time-outs and outages in a row a model is not called for `breaker_seconds`, then once as a trial.
    """

    timeout: _Seconds = 60.0
    concurrency: Count = 8
    max_output_tokens: Count = 4096
    budget_tokens: Count | None = None
    breaker_failures: Count = 5
    breaker_seconds: _Seconds = 30.0


class Budget:
    """A budget of tokens, shared by all threads; `None` is no limit."""

    def __init__(self, tokens: int | None = None) -> None:
        """Create an unspent budget."""
        self.tokens = tokens
        self.spent = 0
        self._lock = Lock()

    def check(self) -> None:
        """Refuse another call once the budget is spent.

        Raises:
            LLMRejectedError: the budget is spent.
        """
        if self.tokens is not None and self.spent >= self.tokens:
            raise LLMRejectedError(f"the budget of {self.tokens} tokens is spent")

    def spend(self, tokens: int) -> None:
        """Subtract the tokens of a call."""
        # `+=` reads and writes in two steps, between which another thread may run.
        with self._lock:
            self.spent += tokens
