"""The order of routers across capabilities."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from fastapi import APIRouter

LAST = 1
"""The order of a router with paths such as `/users/{user_id}`, which also match a word of another: `/users/profile`."""


class Group(NamedTuple):
    """A router of a capability; those of a lower order are matched first."""

    router: APIRouter
    order: int = 0


def in_order(groups: Iterable[Group]) -> list[APIRouter]:
    """Return the routers in the order in which they are matched."""
    return [group.router for group in sorted(groups, key=lambda group: group.order)]
