"""Settings of the tools for assistants, for `meetkit mcp`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from meetkit.settings.value_types import Secret, SettingsGroup


class AssistantSettings(SettingsGroup):
    """Settings of the tools for assistants."""

    api_key: Annotated[
        Secret,
        Field(
            description="API key whose rights `meetkit mcp` has on standard input; over HTTP each request brings one."
        ),
    ] = None
