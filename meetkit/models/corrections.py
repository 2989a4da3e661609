"""People's corrections of the action items of an analysis, kept as cases: each has what was shown and what is right."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from meetkit.models.base import Many, Text, Value
from meetkit.models.insights import ActionItem

_Quote = Annotated[Text, StringConstraints(min_length=1, max_length=1000)]


class ItemCorrection(Value):
    """A correction of one item, from `before` to `after`, which keeps its id.

    `before` alone is wrong, `after` alone was missed. The `quote` is what a person marked in the transcript as the
    words that support `after`.
    """

    before: ActionItem | None = None
    after: ActionItem | None = None
    quote: _Quote | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.before is None and self.after is None:
            raise ValueError("before and after are both missing; a wrong item has only before, a missed one only after")
        if self.before is not None and self.after is not None and self.before.id != self.after.id:
            raise ValueError("after.id: a changed item keeps the id that it has in before")
        if self.quote is not None and self.after is None:
            raise ValueError("quote: only where there is an item that it supports, in after")
        return self

    @property
    def item_id(self) -> str:
        """The id of the item."""
        item = self.before or self.after
        assert item is not None, "one of them is there"
        return item.id


class Corrections(Value):
    """Corrections of the analysis of one transcript, whose canonical text has the SHA-256 `transcript_sha256`."""

    transcript_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    items: Annotated[Many[ItemCorrection], Field(max_length=200)] = ()
