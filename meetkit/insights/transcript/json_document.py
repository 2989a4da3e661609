"""JSON files of transcripts: strict loading, and errors that name the place."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, NoReturn

from meetkit.errors import InvalidRequestError, brief_repr
from meetkit.models.base import is_storable

FORMAT_HINT = 'e.g. {"segments": [{"speaker": "Jane", "start": 0.0, "end": 1.5, "text": "Hello."}]}'


def load(text: str) -> object:
    """Return the content of a JSON file.

    Raises:
        InvalidRequestError: it is not JSON, nested too deeply, has NaN or a key twice.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_unique_keys)
    except RecursionError:
        raise InvalidRequestError("the JSON is nested too deeply to be a transcript") from None
    except json.JSONDecodeError as error:
        raise InvalidRequestError(
            f"not valid JSON: {error.msg}, at line {error.lineno}, column {error.colno}"
        ) from None
    except InvalidRequestError:
        raise
    except ValueError:
        # Python refuses integers of more than 4,300 digits.
        raise InvalidRequestError("the JSON has a number with too many digits") from None


def _refuse_constant(name: str) -> NoReturn:
    raise InvalidRequestError(f"not valid JSON: {name} is not a number; leave out a time that is not known")


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # The json module silently takes the last of two values, which would lose words.
    result = dict(pairs)
    if len(result) < len(pairs):
        [(duplicate, _)] = Counter(name for name, _ in pairs).most_common(1)
        raise InvalidRequestError(f"the JSON has an object with the key {brief_repr(duplicate)} twice")
    return result


def string(place: str, value: object) -> str:
    """Return a string of a file.

    Raises:
        InvalidRequestError: it is none, or holds what no store can hold.
    """
    if not isinstance(value, str):
        raise InvalidRequestError(f"{place}: {brief_repr(value)} is not a string")
    if not is_storable(value):
        raise InvalidRequestError(f"{place}: holds a NUL character or half of a surrogate pair")
    return value
