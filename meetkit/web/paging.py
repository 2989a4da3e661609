"""Lists in pages: an opaque cursor, and the link to what follows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import urlencode

from meetkit.errors import InvalidRequestError, NotFoundError, brief_repr
from meetkit.meetings.routes.queries import Page
from meetkit.models.base import Value
from meetkit.web.reply import Reply

PREFIX = "/api/v1"
T = TypeVar("T")


def page_of(
    kind: Callable[..., Value], path: str, query: Page, found: Sequence[T], cursor: Callable[[T], str], **dump: Any
) -> Reply:
    """A page of what was found, which is one more than the page holds where another follows."""
    items = list(found[: query.limit])
    if len(found) <= query.limit:
        return Reply.of(kind(items=items), **dump)
    after = cursor(items[-1])
    asked = query.model_dump(mode="json", exclude_unset=True, exclude={"page"}) | {"after": after}
    link = f'<{PREFIX}{path}?{urlencode(asked, doseq=True)}>; rel="next"'
    return Reply.of(kind(items=items, next=after), headers={"Link": link}, **dump)


@contextmanager
def cursor_errors(kind: str, after: str | None) -> Iterator[None]:
    """Around a search: where it does not find what the page before ended with, the cursor is at fault."""
    try:
        yield
    except NotFoundError as error:
        if after is None or (error.kind, error.entity_id) != (kind, after):
            raise
        raise unknown_cursor(after) from None


def unknown_cursor(after: str) -> InvalidRequestError:
    """What a page that follows something that is not, or no longer, there is answered with."""
    return InvalidRequestError(
        f"after: nothing in this list is {brief_repr(after)}, or it is gone; begin at its first page"
    )
