"""Real models, through pydantic-ai. Needs the extra `llm`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import Any

try:
    from interlock.protocols import Clock
    from pydantic_ai import direct
    from pydantic_ai.messages import (
        ModelMessage,
        ModelRequest,
        ModelResponse,
        PartDeltaEvent,
        PartStartEvent,
        SystemPromptPart,
        TextPart,
        TextPartDelta,
        UserPromptPart,
    )
    from pydantic_ai.models import ModelRequestParameters
    from pydantic_ai.output import OutputObjectDefinition
    from pydantic_ai.settings import ModelSettings

    from meetkit.providers.failures import translated
    from meetkit.providers.gate import Gate
    from meetkit.providers.names import Built, Named, resolve
except ImportError as error:
    raise ImportError("models need the extra 'llm': pip install 'meetkit[llm]'") from error

from meetkit.errors import LLMOutputError
from meetkit.llm_client import LLMRequest, LLMResponse, ask_for_json
from meetkit.providers import loop
from meetkit.providers.limits import Budget, Limits

_REPAIR = "That answer cannot be used: {problem}.\nAnswer again, with one JSON object that fits and nothing else."


def open_model(name: str, *, limits: Limits, budget: Budget, key: str | None) -> RealClient:
    """The client for a name; nothing is called.

    Raises:
        InvalidRequestError: the name stands for nothing, or its key is missing.
    """
    return RealClient(name, resolve(name, key), limits, budget)


class RealClient:
    """A provider's model. Attempts once; sync and async calls share its limits."""

    def __init__(self, name: str, named: Named, limits: Limits, budget: Budget, clock: Clock = time) -> None:
        """Make the model, so that what is wrong with its name shows now."""
        self.name = name
        self._named = named
        self._limits = limits
        self._gate = partial(Gate, name, limits, budget, clock)
        self._live: tuple[asyncio.AbstractEventLoop | None, Built, Gate] = (None, named.build(), self._gate())

    def __repr__(self) -> str:
        return f"<RealClient {self.name!r}>"

    @property
    def is_resting(self) -> bool:
        """Whether the model failed so often that it is left alone for now."""
        return self._live[2].is_resting

    def generate(self, prompt: str, system_prompt: str | None = None) -> str:
        """Answer a prompt; raises what `request` does."""
        text = self.request(LLMRequest(prompt, system_prompt)).text
        if not text:
            raise LLMOutputError(f"{self.name}: the answer holds no text")
        return text

    def request(self, request: LLMRequest) -> LLMResponse:
        """Answer a request, also where an event loop is running.

        Raises:
            LLMAPIError: the call failed, or was not let through.
        """
        return loop.run(partial(self._work, request), request.on_text)

    async def request_async(self, request: LLMRequest) -> LLMResponse:
        """As `request`, without blocking."""
        return await loop.run_async(partial(self._work, request), request.on_text)

    def close(self) -> None:
        """Close the connections; the next call opens others."""
        made_in, model, gate = self._live
        self._live = (None, self._named.build(), gate)
        if loop.is_current(made_in):
            loop.run(lambda _: model.client.close(), None)

    async def _work(self, request: LLMRequest, tell: Callable[[str], None]) -> LLMResponse:
        model, gate = self._here()
        return await gate.call(partial(self._call, model, request, tell), request.timeout, request.patience)

    def _here(self) -> tuple[Built, Gate]:
        """The model and its gate in this loop; after a fork it is another one, with connections of its own."""
        here = asyncio.get_running_loop()
        made_in, model, gate = self._live
        if made_in not in (None, here):
            model, gate = self._named.build(), self._gate()
        self._live = (here, model, gate)
        return model, gate

    async def _call(
        self, model: Built, request: LLMRequest, tell: Callable[[str], None], seconds: float
    ) -> LLMResponse:
        native = self._is_native(model, request)
        asked: dict[str, Any] = {
            "model": model,
            "messages": _messages(request),
            "model_settings": self._settings(request, seconds),
            "model_request_parameters": _parameters(request, native=native),
        }
        with translated(self.name):
            response = await (direct.model_request(**asked) if request.on_text is None else _streamed(asked, tell))
        usage = response.usage
        return LLMResponse(response.text or "", usage.input_tokens or None, usage.output_tokens or None, native)

    def _is_native(self, model: Built, request: LLMRequest) -> bool:
        can = bool(model.profile.get("supports_json_schema_output"))
        return request.schema is not None and self._named.json == "schema" and can

    def _settings(self, request: LLMRequest, seconds: float) -> ModelSettings:
        settings = ModelSettings(
            max_tokens=self._limits.max_output_tokens,
            max_retries=0,  # Attempts are counted in one place.
            timeout=seconds,
            request_timeout=seconds,
        )
        if request.schema is not None and self._named.json == "object":
            settings["extra_body"] = {"response_format": {"type": "json_object", "schema": dict(request.schema)}}
        return settings


async def _streamed(asked: dict[str, Any], tell: Callable[[str], None]) -> ModelResponse:
    """As `direct.model_request`, telling each piece of text as it comes."""
    async with direct.model_request_stream(**asked) as stream:
        async for event in stream:
            if piece := _piece(event):
                tell(piece)
        return stream.get()


def _messages(request: LLMRequest) -> list[ModelMessage]:
    prompt = request.prompt if request.schema is None else ask_for_json(request.prompt, request.schema)
    system = [SystemPromptPart(request.system_prompt)] if request.system_prompt else []
    asked: list[ModelMessage] = [ModelRequest(parts=[*system, UserPromptPart(prompt)])]
    if request.objection is None:
        return asked
    objection = _REPAIR.format(problem=request.objection.problem)
    answer = ModelResponse(parts=[TextPart(request.objection.answer)])
    return [*asked, answer, ModelRequest(parts=[UserPromptPart(objection)])]


def _parameters(request: LLMRequest, *, native: bool) -> ModelRequestParameters:
    if not native or request.schema is None:
        return ModelRequestParameters()
    form = OutputObjectDefinition(json_schema=dict(request.schema), name="answer")
    return ModelRequestParameters(output_mode="native", output_object=form)


def _piece(event: Any) -> str:
    """The text that an event of a stream adds."""
    if isinstance(event, PartStartEvent) and isinstance(event.part, TextPart):
        return event.part.content
    if isinstance(event, PartDeltaEvent) and isinstance(event.delta, TextPartDelta):
        return event.delta.content_delta
    return ""
