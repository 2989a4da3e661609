"""From a model's name to pydantic-ai's model of it."""

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

Built = OpenAIChatModel | OpenAIResponsesModel | AnthropicModel
JsonMode = Literal["schema", "object", "prompt"]
"""How a server is held to JSON: by its schema, as an object that should fit it, or by the prompt's words alone."""


@dataclass(frozen=True)
class Provider:
    """Where a provider's key is looked for, and how its models are made from a name and that key."""

    variables: tuple[str, ...]
    model: Callable[[str, str], Built]


@dataclass(frozen=True)
class Named:
    """What a name stands for. `build` makes it, without any call; each event loop needs one of its own."""

    build: Callable[[], Built]
    json: JsonMode = "schema"


# A stream that ends without saying that it does has broken off; and all servers know the older name of the limit.
_PROFILE = OpenAIModelProfile(
    openai_chat_streaming_requires_finish_reason=True, openai_chat_supports_max_completion_tokens=False
)


def _compatible(provider: str, url: str) -> Callable[[str, str | None], Built]:
    """Makes models of a server that speaks OpenAI's chat completions. It is never sent OPENAI_API_KEY."""
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


def resolve(name: str, key: str | None) -> Named:
    """What a name stands for; `key` is for servers named by a URL.

    Raises:
        InvalidRequestError: nothing, or the provider's key is missing.
    """
    kind, _, model = name.partition(":")
    if kind in ("http", "https"):
        return _server(name, key)
    if kind not in PROVIDERS or not model:
        known = ", ".join(f"'{one}:…'" for one in PROVIDERS)
        raise InvalidRequestError(
            f"unknown model {brief_repr(name)}; known: 'mock', {known} and the URL of an OpenAI-compatible server"
        )
    provider = PROVIDERS[kind]
    found = next((value for variable in provider.variables if (value := os.environ.get(variable))), None)
    if found is None:
        raise InvalidRequestError(f"model {name!r}: its key is expected in {' or '.join(provider.variables)}")
    return Named(lambda: provider.model(model, found))


def _server(name: str, key: str | None) -> Named:
    try:
        url = urlsplit(name)
        host = f"[{url.hostname}]" if ":" in (url.hostname or "") else url.hostname
        place = f"{host}:{url.port}" if url.port else host
    except ValueError:
        host = None
    if not host:
        raise InvalidRequestError("model: a URL such as http://127.0.0.1:8000/v1#name-of-the-model, not the one given")
    if "@" in url.netloc:
        raise InvalidRequestError("model: a URL without user and password; the key goes into MEETKIT_MODEL_KEY")
    model = _compatible(str(place), f"{url.scheme}://{place}{url.path}")
    return Named(lambda: model(url.fragment or "default", key), _json_mode(url))


def _json_mode(url: SplitResult) -> JsonMode:
    given = parse_qs(url.query, keep_blank_values=True)
    mode = given.pop("json", ["schema"])[-1]
    if given or mode not in get_args(JsonMode):
        raise InvalidRequestError(f"model: after ? only json={'|'.join(get_args(JsonMode))} is known")
    return cast("JsonMode", mode)
