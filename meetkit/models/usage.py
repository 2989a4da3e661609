"""The usage of models: one value for each call, and their sums."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import Field

from meetkit.models.base import Count, Line, Value
from meetkit.models.zones import UtcInstant

# How a call ended: the kind of its error, `failed` for an error of no such kind; `output` is an unusable answer.
Outcome = Literal["ok", "rate_limit", "timeout", "unavailable", "rejected", "output", "failed"]
# JSON numbers are exact up to 2**53.
Tokens = Annotated[int, Field(strict=True, ge=0, le=2**53)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Usage(Value):
    """A call of a model, or the refusal to make it: its start, purpose, duration and outcome.

    `attempt` counts from 1; the calls of one attempt, such as a repair or the next model of a chain, share it.
    Tokens are as the provider counted them, `None` where it did not report them. `seconds` include the wait for a
    place in the rate limit.
    """

    at: UtcInstant
    model: Line
    purpose: Line
    attempt: Count
    input_tokens: Tokens | None = None
    output_tokens: Tokens | None = None
    seconds: Seconds
    outcome: Outcome


class UsageTotal(Value):
    """The calls of one model for one purpose with one outcome; tokens are those of the calls that reported them."""

    model: Line
    purpose: Line
    outcome: Outcome
    calls: Count
    input_tokens: Tokens
    output_tokens: Tokens
    seconds: Seconds

    @classmethod
    def of(cls, calls: Iterable[Usage]) -> list[Self]:
        """Return the totals of these calls, by model, purpose and outcome, in that order."""
        groups: defaultdict[tuple[str, str, Outcome], list[Usage]] = defaultdict(list)
        for call in calls:
            groups[call.model, call.purpose, call.outcome].append(call)
        return [
            cls(
                model=model,
                purpose=purpose,
                outcome=outcome,
                calls=len(group),
                input_tokens=sum(call.input_tokens or 0 for call in group),
                output_tokens=sum(call.output_tokens or 0 for call in group),
                # Exact in any order of calls, so that stores agree to the last digit.
                seconds=math.fsum(call.seconds for call in group),
            )
            for (model, purpose, outcome), group in sorted(groups.items())
        ]
