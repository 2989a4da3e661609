"""A router that finds its routes sooner than nested ones are found."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import APIRouter
from starlette.routing import Match, Route
from starlette.types import Scope


class FlatRouter(APIRouter):
    """The routes of several routers in one list, which is looked through only where the path has the word of one.

    A request looks through routers within routers once for each level.
    """

    def __init__(self, parts: Iterable[APIRouter]) -> None:
        """Take the routes of these in order."""
        super().__init__()
        found = [route for part in parts for route in part.routes if isinstance(route, Route)]
        self.routes.extend(found)
        self._words = {_word(route.path) for route in found}

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether one of them is asked for."""
        return (Match.NONE, {}) if self._words.isdisjoint(scope["path"].split("/")) else super().matches(scope)


def _word(path: str) -> str:
    """The last word that all paths of a route have, such as `cancel` of `/meetings/{meeting_id}/cancel`."""
    return [part for part in path.split("/") if not part.startswith("{")][-1]
