"""The kinds of values that several settings share."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from meetkit.models.base import STORABLE

# Not shown where settings are.
Secret = Annotated[str | None, Field(max_length=5000, repr=False), STORABLE]
