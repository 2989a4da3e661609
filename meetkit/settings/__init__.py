"""Settings of a process, from `MEETKIT_…` environment variables."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from meetkit import capabilities
from meetkit.errors import InvalidRequestError
from meetkit.models.base import parse
from meetkit.settings.accounts import AccountSettings
from meetkit.settings.assistants import AssistantSettings
from meetkit.settings.databases import DatabaseSettings
from meetkit.settings.meetings import MeetingSettings
from meetkit.settings.models import ModelSettings
from meetkit.settings.server import ServerSettings

ModelT = TypeVar("ModelT", bound=BaseModel)
PREFIX = "MEETKIT_"


# Pydantic collects fields from the last base to the first, so the table begins with the model.
class Settings(AssistantSettings, AccountSettings, ServerSettings, DatabaseSettings, MeetingSettings, ModelSettings):
    """All settings. An empty variable counts as unset."""


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings from the environment.

    Raises:
        InvalidRequestError: a value is invalid, here or of a host's capability; the message names the setting.
    """
    for model in _capability_models():
        if not issubclass(Settings, model):
            load_model(model, environ)  # refused at start, as every other wrong value is
    return load_model(Settings, environ)


def load_model(model: type[ModelT], environ: Mapping[str, str] = os.environ) -> ModelT:
    """Read the settings of one class, such as those of a host's capability; errors are those of `load`."""
    # `NAME=` in a .env file and `${NAME:-}` in a compose file set empty variables.
    variables = {name: environ.get(PREFIX + name.upper()) for name in model.model_fields}
    try:
        return parse(model, {name: value for name, value in variables.items() if value})
    except InvalidRequestError as error:
        raise InvalidRequestError(f"the environment's {PREFIX}… variables: {error}") from error


def unknown_variables(environ: Mapping[str, str] = os.environ) -> list[str]:
    """Return a line for each variable with our prefix that is no setting, with the nearest setting."""
    known_names = [name.upper() for name in _fields()]
    lines = []
    for name in sorted(name.removeprefix(PREFIX) for name in environ if name.startswith(PREFIX)):
        if name not in known_names:
            close = difflib.get_close_matches(name, known_names, n=1)
            advice = f"; did you mean {PREFIX}{close[0]}?" if close else ""
            lines.append(f"{PREFIX}{name} is not a setting{advice}")
    return lines


def table() -> str:
    """Return the settings as a Markdown table, for the documentation: the product's, then those of capabilities."""
    lines = ["| Variable | Default | Meaning |", "|---|---|---|"]
    for name, field in _fields().items():
        default = "unset" if field.default is None else f"`{field.default}`"
        lines.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines)


def _fields() -> dict[str, FieldInfo]:
    fields = (model.model_fields for model in _capability_models())
    return {**Settings.model_fields, **{name: field for by_name in fields for name, field in by_name.items()}}


def _capability_models() -> list[type[BaseModel]]:
    return [model for capability in capabilities.installed() if (model := capability.load("settings"))]
