"""A mock model: answers every prompt of meetkit, and fails like real models."""

from __future__ import annotations

import json
import math
import random
import re
import time
from collections.abc import Iterator
from threading import Lock
from typing import Any

from meetkit.errors import (
    InvalidRequestError,
    LLMRateLimitError,
    LLMTimeoutError,
    LLMUnavailableError,
    brief_repr,
)

_SCHEMA = re.compile(r"<schema>\n(.*?)\n</schema>\s*\Z", re.DOTALL)
_DATA = re.compile(r"<data>\n(.*?)\n</data>", re.DOTALL)


class MockLLMClient:
    """A model that answers a schema in the prompt with valid JSON, made of sentences from the prompt's data.

    Args:
        failure_rate: the share of calls, 0 to 1, that raise a rate limit, a time-out or an outage.
        seed: the same seed gives the same failures and answers, call by call; `None` differs each time.
        latency: seconds that each call takes.
        malformed_rate: the share of the remaining calls whose answer is not usable JSON.

    Raises:
        InvalidRequestError: a rate is not between 0 and 1, or `latency` is negative.
    """

    name = "mock"

    def __init__(
        self,
        failure_rate: float = 0.3,
        seed: int | None = None,
        latency: float = 0.0,
        malformed_rate: float = 0.0,
    ) -> None:
        """Configure the failures."""
        for name, rate in (("failure_rate", failure_rate), ("malformed_rate", malformed_rate)):
            if not isinstance(rate, int | float) or not 0 <= rate <= 1:
                raise InvalidRequestError(f"{name}: a share between 0 and 1, not {brief_repr(rate)}")
        if not isinstance(latency, int | float) or not 0 <= latency < math.inf:
            raise InvalidRequestError(f"latency: seconds, 0 or more, not {brief_repr(latency)}")
        self.failure_rate = failure_rate
        self.latency = latency
        self.malformed_rate = malformed_rate
        self._random = random.Random(seed)  # noqa: S311  # a mock needs no secret randomness
        self._lock = Lock()

    def generate(self, prompt: str, system_prompt: str | None = None) -> str:  # noqa: ARG002  # the protocol's
        """Answer the prompt, or fail at random.

        Raises:
            LLMRateLimitError, LLMTimeoutError, LLMUnavailableError: at `failure_rate`.
        """
        if self.latency:
            time.sleep(self.latency)
        # One seed gives one sequence of failures and answers, also among threads.
        with self._lock:
            if self._random.random() < self.failure_rate:
                raise self._random.choice(
                    [
                        LLMRateLimitError("rate limit exceeded (injected by the mock)"),
                        LLMTimeoutError("no answer in time (injected by the mock)"),
                        LLMUnavailableError("service unavailable (injected by the mock)"),
                    ]
                )
            answer = _answer(prompt, self._random)
            if self._random.random() < self.malformed_rate:
                return self._random.choice(
                    [
                        answer[: len(answer) // 2],
                        "",
                        "<html><body>502 Bad Gateway</body></html>",
                        "Sure! Here it is:",
                    ]
                )
            return answer


def _answer(prompt: str, chance: random.Random) -> str:
    schema_block = _SCHEMA.search(prompt)
    if not schema_block:
        return "This is a mock answer; the prompt asks for no JSON Schema."
    schema = json.loads(schema_block[1])
    sentences = [text for block in _DATA.findall(prompt) for text in _sentences(json.loads(block))]
    sentences = sentences or ["Nothing is known yet."]
    return json.dumps(_instance(schema, schema.get("$defs", {}), sentences, chance), ensure_ascii=False)


def _sentences(value: Any) -> Iterator[str]:
    """Yield the sentences in a JSON value; a shorter text, such as an id, is no sentence."""
    if isinstance(value, str) and value.count(" ") > 2:
        yield from (sentence.strip() for sentence in re.split(r"(?<=[.!?])\s+", value) if sentence.strip())
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _sentences(part)


def _instance(schema: dict[str, Any], defs: dict[str, Any], sentences: list[str], chance: random.Random) -> Any:
    """Return a value that fits a JSON Schema of the kind that Pydantic writes."""
    if "$ref" in schema:
        return _instance(defs[schema["$ref"].rpartition("/")[2]], defs, sentences, chance)
    if "anyOf" in schema:
        return _instance(schema["anyOf"][0], defs, sentences, chance)
    if "enum" in schema:
        return chance.choice(schema["enum"])
    match schema.get("type"):
        case "object":
            return {
                name: _instance(part, defs, sentences, chance) for name, part in schema.get("properties", {}).items()
            }
        case "array":
            count = max(schema.get("minItems", 0), min(2, schema.get("maxItems", 2)))
            return [_instance(schema["items"], defs, sentences, chance) for _ in range(count)]
        case "string":
            return chance.choice(sentences)[: schema.get("maxLength")]
        case "integer" | "number":
            return schema.get("minimum", 0)
        case kind:
            return True if kind == "boolean" else None
