"""Settings of a process, from `MEETKIT_…` environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping

from meetkit.errors import InvalidRequestError
from meetkit.models.base import parse
from meetkit.settings.accounts import AccountSettings
from meetkit.settings.databases import DatabaseSettings
from meetkit.settings.models import ModelSettings
from meetkit.settings.server import ServerSettings

PREFIX = "MEETKIT_"


# Pydantic collects fields from the last base to the first, so the table begins with the model.
class Settings(AccountSettings, ServerSettings, DatabaseSettings, ModelSettings):
    """All settings. An empty variable counts as unset."""


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings from the environment.

    Raises:
        InvalidRequestError: a value is invalid; the message names the setting.
    """
    # `NAME=` in a .env file and `${NAME:-}` in a compose file set empty variables.
    variables = {name: environ.get(PREFIX + name.upper()) for name in Settings.model_fields}
    try:
        return parse(Settings, {name: value for name, value in variables.items() if value})
    except InvalidRequestError as error:
        raise InvalidRequestError(f"the environment's {PREFIX}… variables: {error}") from error


def table() -> str:
    """Return the settings as a Markdown table, for the documentation."""
    lines = ["| Variable | Default | Meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "unset" if field.default is None else f"`{field.default}`"
        lines.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines)
