"""JSON lines: a JSON object on each line."""

from __future__ import annotations

import json
import re

from meetkit.errors import InvalidRequestError
from meetkit.insights.transcript import json_document

_LINES = re.compile(r"\s*+\{[^\n]*\}[ \t\r]*\n\s*+\{")


def is_json_lines(text: str) -> bool:
    """Return whether a text begins with two lines that are each an object."""
    match = _LINES.match(text)
    if match is None:
        return False
    try:
        json.loads(text[: match.end() - 1])
    except (ValueError, RecursionError):
        return False
    return True


def load_lines(text: str) -> list[object]:
    """Return the objects of the lines.

    Raises:
        InvalidRequestError: a line is no JSON.
    """
    objects: list[object] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                objects.append(json_document.load(line))
            except InvalidRequestError as error:
                raise InvalidRequestError(f"line {number} of the JSON lines: {error}") from None
    return objects
