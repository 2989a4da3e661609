"""JSON bodies, in which a name that comes twice is refused: parsers disagree about which of the two counts."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from meetkit.errors import InvalidRequestError, brief_repr
from meetkit.web.problems import NOT_JSON


def loads(content: bytes) -> Any:
    """Parse the JSON of a body.

    Raises:
        InvalidRequestError: it is not JSON, or an object in it has a name twice; the message says which.
    """
    try:
        return json.loads(content, object_pairs_hook=_object)
    except InvalidRequestError:
        raise
    # Deep nesting exhausts the stack before the size limit is reached.
    except (ValueError, RecursionError):
        raise InvalidRequestError(NOT_JSON) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) < len(pairs):
        name, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise InvalidRequestError(f"the body has {brief_repr(name)} twice in one object; send each name once")
    return names
