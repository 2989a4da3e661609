"""The rule of query parameters and form fields: one that takes one value is sent once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import get_origin

from pydantic import BaseModel

from meetkit.errors import InvalidRequestError, brief_repr


def names_of_lists(model: type[BaseModel]) -> Iterator[str]:
    """Yield the names of the parameters of a model that take several values."""
    for name, field in model.model_fields.items():
        if get_origin(field.annotation) in (list, tuple):
            yield field.alias or name


def refuse_repeated(names: Iterable[str], lists: Iterable[str] = ()) -> None:
    """Refuse a request with these names of parameters, or of fields, where one is repeated that is not in `lists`.

    Raises:
        InvalidRequestError: one is; else it would be left to chance which of its values counts.
    """
    duplicates = {name for name, count in Counter(names).items() if count > 1}.difference(lists)
    if duplicates:
        name = min(duplicates)
        raise InvalidRequestError(f"{name if name.isidentifier() else brief_repr(name)}: send it once")
