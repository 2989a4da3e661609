"""Resolution of model names into pydantic-ai models."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, cast, get_args
from urllib.parse import SplitResult, parse_qs, urlsplit

from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

from meetkit.errors import InvalidRequestError, brief_repr

Model = OpenAIChatModel | OpenAIResponsesModel | AnthropicModel
# How a server enforces JSON: by the schema, as any JSON object, or not at all, so that only the prompt asks for it.
JsonMode = Literal["schema", "object", "prompt"]


@dataclass(frozen=True)
class Provider:
    """The environment variables of a provider's key, and the constructor of its models from a name and that key."""

    variables: tuple[str, ...]
    model: Callable[[str, str], Model]


@dataclass(frozen=True)
class ModelSpec:
    """The specification of a model. `build` makes it, without any call; each event loop needs a model of its own."""

    build: Callable[[], Model]
    json: JsonMode = "schema"


# A stream without a finish reason was cut off; and all servers know the older name of the token limit.
_PROFILE = OpenAIModelProfile(
    openai_chat_streaming_requires_finish_reason=True, openai_chat_supports_max_completion_tokens=False
)


def _compatible(provider: str, url: str) -> Callable[[str, str | None], Model]:
    """Return the constructor of models with OpenAI's chat completions API. Never sends OPENAI_API_KEY."""
    return lambda model, key: OpenAIChatModel(
        model, provider=OpenAICompatibleProvider(provider, base_url=url, api_key=key, profile=_PROFILE)
    )


PROVIDERS = {
    "openai": Provider(
        ("OPENAI_API_KEY",), lambda model, key: OpenAIResponsesModel(model, provider=OpenAIProvider(api_key=key))
    ),
    "anthropic": Provider(
        ("ANTHROPIC_API_KEY",), lambda model, key: AnthropicModel(model, provider=AnthropicProvider(api_key=key))
    ),
    "google": Provider(
        ("GEMINI_API_KEY", "GOOGLE_API_KEY"),
        _compatible("google", "https://generativelanguage.googleapis.com/v1beta/openai"),
    ),
    "xai": Provider(("XAI_API_KEY",), _compatible("xai", "https://api.x.ai/v1")),
}


def resolve(name: str, key: str | None) -> ModelSpec:
    """Resolve a model's name; `key` is for servers named by a URL.

    Raises:
        InvalidRequestError: the name is unknown, or the provider's key is missing.
    """
    kind, _, model = name.partition(":")
    if kind in ("http", "https"):
        return _server(name, key)
    if kind not in PROVIDERS or not model:
        prefixes = ", ".join(f"'{prefix}:…'" for prefix in PROVIDERS)
        raise InvalidRequestError(
            f"unknown model {brief_repr(name)}; known: 'mock', {prefixes} and the URL of an OpenAI-compatible server"
        )
    provider = PROVIDERS[kind]
    provider_key = next((value for variable in provider.variables if (value := os.environ.get(variable))), None)
    if provider_key is None:
        raise InvalidRequestError(f"model {name!r}: set its API key in {' or '.join(provider.variables)}")
    return ModelSpec(lambda: provider.model(model, provider_key))


def _server(name: str, key: str | None) -> ModelSpec:
    try:
        url = urlsplit(name)
        host = f"[{url.hostname}]" if ":" in (url.hostname or "") else url.hostname
        place = f"{host}:{url.port}" if url.port else host
    except ValueError:
        host = None
    if not host:
        raise InvalidRequestError("model: a URL such as http://127.0.0.1:8000/v1#name-of-the-model, not this one")
    if "@" in url.netloc:
        raise InvalidRequestError("model: a URL without user and password; the key goes into MEETKIT_MODEL_KEY")
    model = _compatible(str(place), f"{url.scheme}://{place}{url.path}")
    return ModelSpec(lambda: model(url.fragment or "default", key), _json_mode(url))


def _json_mode(url: SplitResult) -> JsonMode:
    options = parse_qs(url.query, keep_blank_values=True)
    mode = options.pop("json", ["schema"])[-1]
    if options or mode not in get_args(JsonMode):
        raise InvalidRequestError(f"model: the only option of the URL is ?json={'|'.join(get_args(JsonMode))}")
    return cast("JsonMode", mode)
