"""Lookup by id, with the errors for an unknown id and for one that is taken."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

from meetkit.errors import ConflictError, NotFoundError, brief_repr
from meetkit.models.meetings import Meeting
from meetkit.models.people import Contact, User

Entity = TypeVar("Entity", User, Contact, Meeting)


def find(kind: str, entities: Mapping[str, Entity], entity_id: str) -> Entity:
    """Return the entity of that id.

    Raises:
        NotFoundError: there is none.
    """
    try:
        return entities[entity_id]
    except (KeyError, TypeError):
        raise NotFoundError(kind, entity_id) from None


def check_known(kind: str, known_ids: Collection[str], ids: Iterable[str]) -> None:
    """Refuse ids that are unknown.

    Raises:
        NotFoundError: one is unknown; it names the first.
    """
    for entity_id in ids:
        if entity_id not in known_ids:
            raise NotFoundError(kind, entity_id)


def check_free(kind: str, taken_ids: Collection[str], entity_id: str) -> None:
    """Refuse an id that is taken.

    Raises:
        ConflictError: it is.
    """
    if entity_id in taken_ids:
        raise ConflictError(f"there is already a {kind} with id {brief_repr(entity_id)}")
