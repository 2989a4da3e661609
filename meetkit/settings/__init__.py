"""What can be set from outside, by `MEETKIT_…` environment variables."""

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


class Settings(AccountSettings, ServerSettings, DatabaseSettings, ModelSettings):
    """The settings of a process; an empty variable counts as one that is not set."""


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings from the environment.

    Raises:
        InvalidRequestError: a value cannot be used; the message names it.
    """
    given = {name: environ.get(PREFIX + name.upper()) for name in Settings.model_fields}
    try:
        return parse(Settings, {name: value for name, value in given.items() if value})
    except InvalidRequestError as error:
        raise InvalidRequestError(f"the environment's {PREFIX}… variables: {error}") from error


def table() -> str:
    """The settings as a Markdown table, for the documentation."""
    lines = ["| Variable | Default | Meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "unset" if field.default is None else f"`{field.default}`"
        lines.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines)
