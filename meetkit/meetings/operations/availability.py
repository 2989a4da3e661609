"""Operations that find common free time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel

from meetkit.errors import InvalidRequestError
from meetkit.meetings import service
from meetkit.meetings.routes.bodies import DaySearch, Explanation, HostSearch, Obstacles, Search, Slots
from meetkit.web.authorization import requires
from meetkit.web.context import RequestContext
from meetkit.web.reply import Reply


@requires()
def find_slots(context: RequestContext, body: Search) -> Reply:
    """Find when these users can meet, on a date or within a window."""
    find = service.find_available_slots if isinstance(body, DaySearch) else service.find_slots_within
    with window_names():
        return Reply.of(Slots(slots=find(**fields_of(body))))


@requires()
def find_host_slots(context: RequestContext, body: HostSearch) -> Reply:
    """Find when one of these hosts is free."""
    with window_names():
        return Reply.of(Slots(slots=service.find_host_slots(**fields_of(body))))


@requires()
def explain_start(context: RequestContext, body: Explanation) -> Reply:
    """Explain why these users cannot meet at a time."""
    return Reply.of(Obstacles(obstacles=service.explain_start(**fields_of(body))))


@contextmanager
def window_names() -> Iterator[None]:
    """Name the window of a request in errors as its body does."""
    try:
        yield
    except InvalidRequestError as error:
        message = str(error).replace("window_start", "from").replace("window_end", "to")
        raise InvalidRequestError(message) from None


def fields_of(body: BaseModel) -> dict[str, Any]:
    """Return the fields of a body, the arguments of a service function."""
    return {name: getattr(body, name) for name in type(body).model_fields}
