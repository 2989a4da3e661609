"""Settings of the language model: name, key, limits."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from meetkit.models.base import Line
from meetkit.settings.value_types import Secret, SettingsGroup


class ModelSettings(SettingsGroup):
    """Settings of the language model."""

    model: Annotated[
        Line | None,
        Field(
            description="Model that analyzes meetings and writes briefs: `openai:…`, `anthropic:…`, `google:…`, "
            "`xai:…`, the URL of an OpenAI-compatible server such as `http://127.0.0.1:8000/v1#name`, or `mock` for "
            "trials. Comma-separated models form a fallback chain. Unset: the offline engine. See docs/models.md."
        ),
    ] = None
    model_key: Annotated[
        Secret,
        Field(
            description="API key for a server named by its URL. The other keys come from `OPENAI_API_KEY`, "
            "`ANTHROPIC_API_KEY`, `GEMINI_API_KEY` and `XAI_API_KEY`.",
        ),
    ] = None
    model_timeout: Annotated[
        float, Field(gt=0, allow_inf_nan=False, description="Time limit of one model call, in seconds.")
    ] = 60.0
    model_concurrency: Annotated[int, Field(ge=1, le=10_000, description="Concurrent calls per model and process.")] = 8
    model_budget_tokens: Annotated[
        int | None,
        Field(
            ge=1,
            le=1_000_000_000,
            description="Token budget of a process, after which model calls are refused. Unset: no limit.",
        ),
    ] = None
