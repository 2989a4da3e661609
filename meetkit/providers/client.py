"""The client of a provider's model, through pydantic-ai. Needs the extra `llm`."""

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

    from meetkit.providers.errors import translate_errors
    from meetkit.providers.names import Model, ModelSpec, resolve
    from meetkit.providers.rate_limits import RateLimiter
except ImportError as error:
    raise ImportError("models need the extra 'llm': pip install 'meetkit[llm]'") from error

from meetkit.errors import LLMOutputError
from meetkit.llm_client import LLMRequest, LLMResponse, ask_for_json
from meetkit.providers import loop
from meetkit.providers.limits import Budget, Limits

_REPAIR = "That answer cannot be used: {problem}.\nAnswer again, with one JSON object that fits and nothing else."


def open_model(name: str, *, limits: Limits, budget: Budget, key: str | None) -> ProviderClient:
    """Return the client for a model's name, without any call.

    Raises:
        InvalidRequestError: the name is unknown, or its key is missing.
    """
    return ProviderClient(name, resolve(name, key), limits, budget)


class ProviderClient:
    """A provider's model. Makes one attempt per call; sync and async calls share its limits."""

    def __init__(self, name: str, spec: ModelSpec, limits: Limits, budget: Budget, clock: Clock = time) -> None:
        """Build the model now, so that an invalid name fails here."""
        self.name = name
        self._spec = spec
        self._limits = limits
        self._new_limiter = partial(RateLimiter, name, limits, budget, clock)
        # Without a loop until the first call.
        self._live: tuple[asyncio.AbstractEventLoop | None, Model, RateLimiter] = (
            None,
            spec.build(),
            self._new_limiter(),
        )

    def __repr__(self) -> str:
        return f"<ProviderClient {self.name!r}>"

    @property
    def is_resting(self) -> bool:
        """True while the circuit breaker is open."""
        return self._live[2].is_resting

    def generate(self, prompt: str, system_prompt: str | None = None) -> str:
        """Answer a prompt; raise the errors of `request`."""
        text = self.request(LLMRequest(prompt, system_prompt)).text
        if not text:
            raise LLMOutputError(f"{self.name}: the answer contains no text")
        return text

    def request(self, request: LLMRequest) -> LLMResponse:
        """Answer a request, also inside a running event loop.

        Raises:
            LLMAPIError: the call failed, or a limit prevented it.
        """
        return loop.run(partial(self._work, request), request.on_text)

    async def request_async(self, request: LLMRequest) -> LLMResponse:
        """Answer like `request`, without blocking."""
        return await loop.run_async(partial(self._work, request), request.on_text)

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        model_loop, model, limiter = self._live
        self._live = (None, self._spec.build(), limiter)
        # After a fork the connections belong to the parent.
        if loop.is_current(model_loop):
            loop.run(lambda _: model.client.close(), None)

    async def _work(self, request: LLMRequest, on_text: Callable[[str], None]) -> LLMResponse:
        model, limiter = self._in_this_loop()
        return await limiter.call(partial(self._call, model, request, on_text), request.timeout, request.patience)

    def _in_this_loop(self) -> tuple[Model, RateLimiter]:
        """Return the model and its limiter in this event loop; after a fork, new ones with their own connections."""
        this_loop = asyncio.get_running_loop()
        model_loop, model, limiter = self._live
        if model_loop not in (None, this_loop):
            model, limiter = self._spec.build(), self._new_limiter()
        self._live = (this_loop, model, limiter)
        return model, limiter

    async def _call(
        self, model: Model, request: LLMRequest, on_text: Callable[[str], None], seconds: float
    ) -> LLMResponse:
        native = self._is_native(model, request)
        arguments: dict[str, Any] = {
            "model": model,
            "messages": _messages(request),
            "model_settings": self._settings(request, seconds),
            "model_request_parameters": _parameters(request, native=native),
        }
        with translate_errors(self.name):
            if request.on_text is None:
                response = await direct.model_request(**arguments)
            else:
                response = await _stream(arguments, on_text)
        usage = response.usage
        return LLMResponse(response.text or "", usage.input_tokens or None, usage.output_tokens or None, native)

    def _is_native(self, model: Model, request: LLMRequest) -> bool:
        is_supported = bool(model.profile.get("supports_json_schema_output"))
        return request.schema is not None and self._spec.json == "schema" and is_supported

    def _settings(self, request: LLMRequest, seconds: float) -> ModelSettings:
        settings = ModelSettings(
            max_tokens=self._limits.max_output_tokens,
            max_retries=0,  # `complete` retries; attempts must not multiply.
            timeout=seconds,
            request_timeout=seconds,
        )
        if request.schema is not None and self._spec.json == "object":
            settings["extra_body"] = {"response_format": {"type": "json_object", "schema": dict(request.schema)}}
        return settings


async def _stream(arguments: dict[str, Any], on_text: Callable[[str], None]) -> ModelResponse:
    """Make the call of `direct.model_request` as a stream, passing on each piece of text."""
    async with direct.model_request_stream(**arguments) as stream:
        async for event in stream:
            if piece := _piece(event):
                on_text(piece)
        return stream.get()


def _messages(request: LLMRequest) -> list[ModelMessage]:
    prompt = request.prompt if request.schema is None else ask_for_json(request.prompt, request.schema)
    system = [SystemPromptPart(request.system_prompt)] if request.system_prompt else []
    messages: list[ModelMessage] = [ModelRequest(parts=[*system, UserPromptPart(prompt)])]
    if request.objection is None:
        return messages
    objection = _REPAIR.format(problem=request.objection.problem)
    answer = ModelResponse(parts=[TextPart(request.objection.answer)])
    return [*messages, answer, ModelRequest(parts=[UserPromptPart(objection)])]


def _parameters(request: LLMRequest, *, native: bool) -> ModelRequestParameters:
    if not native or request.schema is None:
        return ModelRequestParameters()
    output = OutputObjectDefinition(json_schema=dict(request.schema), name="answer")
    return ModelRequestParameters(output_mode="native", output_object=output)


def _piece(event: Any) -> str:
    """Return the text that an event of a stream adds."""
    if isinstance(event, PartStartEvent) and isinstance(event.part, TextPart):
        return event.part.content
    if isinstance(event, PartDeltaEvent) and isinstance(event.delta, TextPartDelta):
        return event.delta.content_delta
    return ""
