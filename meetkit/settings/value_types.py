"""The base and the value types of settings."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from meetkit.models.base import STORABLE, Value

# Kept out of every `repr`, and with it out of logs.
Secret = Annotated[str | None, Field(max_length=5000, repr=False), STORABLE]


class SettingsGroup(Value):
    """Settings of one area."""

    # Only `load` validates settings, so importing them builds no validators.
    model_config = ConfigDict(defer_build=True)
