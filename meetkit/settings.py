"""What can be set from outside, by `MEETKIT_…` environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from meetkit.errors import InvalidRequestError
from meetkit.models.base import STORABLE, Line, Value, parse

PREFIX = "MEETKIT_"


class Settings(Value):
    """The settings of a process; an empty variable counts as one that is not set."""

    model: Annotated[
        Line | None,
        Field(
            description="The model that analyses meetings and writes briefs: `openai:…`, `anthropic:…`, `google:…`, "
            "`xai:…`, the URL of an OpenAI-compatible server such as `http://127.0.0.1:8000/v1#name`, or `mock`, a "
            "stand-in for trials. Several with commas: where one fails, the next is asked. Unset: the offline engine. "
            "See docs/models.md."
        ),
    ] = None
    model_key: Annotated[
        str | None,
        Field(
            max_length=2000,
            repr=False,
            description="The key for a server named by its URL; the others' keys come from `OPENAI_API_KEY`, "
            "`ANTHROPIC_API_KEY`, `GEMINI_API_KEY` and `XAI_API_KEY`.",
        ),
        STORABLE,
    ] = None
    model_timeout: Annotated[
        float, Field(gt=0, allow_inf_nan=False, description="How many seconds a call of a model may take.")
    ] = 60.0
    model_concurrency: Annotated[
        int, Field(ge=1, le=10_000, description="How many calls of a model may be under way at a time.")
    ] = 8
    model_budget_tokens: Annotated[
        int | None,
        Field(
            ge=1,
            le=1_000_000_000,
            description="How many tokens a process may spend on models before calls are refused. Unset: no limit.",
        ),
    ] = None
    max_calendar_mb: Annotated[
        int,
        Field(ge=1, le=1000, description="The largest calendar file that `meetkit slots --calendar` reads, in MiB."),
    ] = 20
    database: Annotated[
        str | None,
        Field(
            max_length=2000,
            repr=False,  # It may hold a password.
            description="The URL of the database that the command `meetkit` works on, such as `sqlite:///meetings.db` "
            "or `postgresql://user@host/name`. Unset: the sample.",
        ),
        STORABLE,
    ] = None
    sqlite_synchronous: Annotated[
        Literal["FULL", "NORMAL"],
        Field(
            description="Whether SQLite waits for the disk at each commit, or may lose the last ones at a power cut "
            "and is faster (see docs/decisions/0013-sqlite-durability.md)."
        ),
    ] = "FULL"


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
