"""Finding by id, or the error that says what is not there, or there already."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeVar

from meetkit.errors import ConflictError, NotFoundError, brief_repr
from meetkit.models.meetings import Meeting
from meetkit.models.people import Contact, User

Entity = TypeVar("Entity", User, Contact, Meeting)


def find(kind: str, entities: Mapping[str, Entity], entity_id: str) -> Entity:
    """The one of that id.

    Raises:
        NotFoundError: there is none.
    """
    try:
        return entities[entity_id]
    except (KeyError, TypeError):
        raise NotFoundError(kind, entity_id) from None


def check_free(kind: str, taken: Collection[str], entity_id: str) -> None:
    """Refuse an id that is taken.

    Raises:
        ConflictError: it is.
    """
    if entity_id in taken:
        raise ConflictError(f"there is already a {kind} with id {brief_repr(entity_id)}")
