"""Which models are asked, and how much."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from meetkit.models.base import Line, Value
from meetkit.settings.kinds import Secret


class ModelSettings(Value):
    """The models."""

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
        Secret,
        Field(
            description="The key for a server named by its URL; the others' keys come from `OPENAI_API_KEY`, "
            "`ANTHROPIC_API_KEY`, `GEMINI_API_KEY` and `XAI_API_KEY`.",
        ),
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
