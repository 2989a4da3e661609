"""From what a model wrote to a validated value, repairing what can be repaired without guessing."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from meetkit.errors import LLMOutputError
from meetkit.models.base import describe

AnswerT = TypeVar("AnswerT", bound=BaseModel)

MAX_CHARACTERS = 1_000_000
# Each brace may begin an object; an answer has few before its own, and noise must not cost more.
_MAX_BRACES = 256
# What begins like this was meant as an object; what does not is a brace among words.
_BEGINS = re.compile(r"\{\s*\"")


def read_answer(text: object, answer: type[AnswerT]) -> AnswerT:
    """Find the one JSON object with a field of `answer` in a model's text, and validate it.

    Fences and words around it are left aside. Two such objects, a broken one, a name twice in one, or a
    number that JSON does not have are not resolved by guessing.

    Raises:
        LLMOutputError: there is no such object, or it does not fit. The message does not quote the text.
    """
    if not isinstance(text, str):
        raise LLMOutputError(f"the model's client returned {type(text).__name__} instead of text")
    if len(text) > MAX_CHARACTERS:
        raise LLMOutputError(f"the model's answer has {len(text)} characters, more than {MAX_CHARACTERS}")
    found = [value for value in _objects(text) if not value.keys().isdisjoint(answer.model_fields)]
    if len(found) != 1:
        how_many = "no JSON object" if not found else f"{len(found)} JSON objects"
        raise LLMOutputError(f"the model's answer holds {how_many} of the form asked for, instead of one")
    try:
        return answer.model_validate(found[0])
    except ValidationError as error:
        raise LLMOutputError(f"the model's answer does not fit: {describe(error)}") from None


def _objects(text: str) -> list[dict[str, Any]]:
    """The JSON objects in a text, from left to right, none within another."""
    decoder = json.JSONDecoder(object_pairs_hook=_no_name_twice, parse_constant=_no_such_number)
    found: list[dict[str, Any]] = []
    at = 0
    for _ in range(_MAX_BRACES):
        at = text.find("{", at)
        if at < 0:
            return found
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            if _BEGINS.match(text, at):
                raise LLMOutputError("the model's answer holds a broken JSON object") from None
            at += 1
        else:
            found.append(value)
    raise LLMOutputError(f"the model's answer holds more than {_MAX_BRACES} braces that may begin a JSON object")


def _no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise LLMOutputError("the model's answer holds a JSON object with a name that is there twice")
    return value


def _no_such_number(name: str) -> NoReturn:
    raise LLMOutputError(f"the model's answer holds {name}, which is not JSON")
