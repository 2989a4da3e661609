"""Parsing of a model's text into a validated value, with repairs that need no guessing."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from meetkit.errors import LLMOutputError
from meetkit.models.base import describe

AnswerT = TypeVar("AnswerT", bound=BaseModel)

# Far more than any useful answer; bounds the search for objects.
MAX_CHARACTERS = 1_000_000
# An answer has few braces before its own object, and noise must not cost a parse for each.
_MAX_BRACES = 256
# A brace that is followed by a name was meant as an object; any other is part of a sentence.
_OBJECT_START = re.compile(r"\{\s*\"")


def read_answer(text: object, answer: type[AnswerT]) -> AnswerT:
    """Find the one JSON object with a field of `answer` in a model's text, and validate it.

    Code fences and words around it are ignored. Two such objects, a broken object, a duplicate name in one, or a
    number that JSON does not have are errors, never guesses.

    Raises:
        LLMOutputError: there is no such object, or it does not fit. The message does not quote the text.
    """
    if not isinstance(text, str):
        raise LLMOutputError(f"the model's client returned {type(text).__name__} instead of text")
    if len(text) > MAX_CHARACTERS:
        raise LLMOutputError(f"the model's answer has {len(text)} characters, more than {MAX_CHARACTERS}")
    # An object without any field of the answer, such as an echoed example, is part of the prose.
    candidates = [value for value in _objects(text) if not value.keys().isdisjoint(answer.model_fields)]
    if len(candidates) != 1:
        count = "no JSON object" if not candidates else f"{len(candidates)} JSON objects"
        raise LLMOutputError(f"the model's answer contains {count} of the requested form, instead of one")
    try:
        return answer.model_validate(candidates[0])
    except ValidationError as error:
        # Without its cause, which quotes the answer, and with it perhaps the prompt.
        raise LLMOutputError(f"the model's answer does not fit: {describe(error)}") from None


def _objects(text: str) -> list[dict[str, Any]]:
    """Return the outermost JSON objects in a text, from left to right."""
    decoder = json.JSONDecoder(object_pairs_hook=_unique_names, parse_constant=_reject_constant)
    objects: list[dict[str, Any]] = []
    at = 0
    for _ in range(_MAX_BRACES):
        at = text.find("{", at)
        if at < 0:
            return objects
        try:
            value, at = decoder.raw_decode(text, at)
        # Deep nesting exhausts the decoder's stack.
        except (ValueError, RecursionError):
            if _OBJECT_START.match(text, at):
                raise LLMOutputError("the model's answer contains a broken JSON object") from None
            at += 1
        else:
            objects.append(value)
    raise LLMOutputError(f"the model's answer contains more than {_MAX_BRACES} braces that may begin a JSON object")


def _unique_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise LLMOutputError("the model's answer contains a JSON object with a duplicate name")
    return value


def _reject_constant(name: str) -> NoReturn:
    raise LLMOutputError(f"the model's answer contains {name}, which is not JSON")
