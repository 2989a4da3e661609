"""Value types of several settings."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from meetkit.models.base import STORABLE

# Kept out of every `repr`, and with it out of logs.
Secret = Annotated[str | None, Field(max_length=5000, repr=False), STORABLE]
