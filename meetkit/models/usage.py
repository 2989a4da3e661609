"""What calls to models cost: one value a call, and their sums."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from typing import Annotated, Self

from pydantic import Field

from meetkit.models.base import Line, Value
from meetkit.models.zones import UtcInstant

Tokens = Annotated[int, Field(strict=True, ge=0, le=2**53)]
Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Usage(Value):
    """One call to a model, without anything of what was said.

    `outcome` is `ok`, or the kind of error that ended it. Tokens are `None` where the model did not tell.
    """

    at: UtcInstant
    model: Line
    purpose: Line
    attempt: Annotated[int, Field(strict=True, ge=1)] = 1
    input_tokens: Tokens | None = None
    output_tokens: Tokens | None = None
    seconds: Seconds
    outcome: Line = "ok"


class UsageTotal(Value):
    """The calls to one model for one purpose with one outcome; tokens are of the calls that told them."""

    model: Line
    purpose: Line
    outcome: Line
    calls: Annotated[int, Field(strict=True, ge=1)]
    input_tokens: Tokens
    output_tokens: Tokens
    seconds: Seconds

    @classmethod
    def of(cls, calls: Iterable[Usage]) -> list[Self]:
        """The totals of these calls, by model, purpose and outcome."""
        groups: defaultdict[tuple[str, str, str], list[Usage]] = defaultdict(list)
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
                seconds=math.fsum(call.seconds for call in group),
            )
            for (model, purpose, outcome), group in sorted(groups.items())
        ]
