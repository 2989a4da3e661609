"""Paged lists: the query of a page, its opaque cursor, and the link to the next page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from pydantic import Field

from meetkit.errors import InvalidRequestError, NotFoundError, brief_repr
from meetkit.models.base import Line, Value
from meetkit.web.reply import Reply

PREFIX = "/api/v1"
T = TypeVar("T")
# Bounded, as a page is built in memory.
Limit = Annotated[int, Field(ge=1, le=200, description="Maximum number of items per page.")]
# Bounded, as all items before a page are read and skipped; a cursor has no bound.
PageNumber = Annotated[int, Field(ge=1, le=200, description="The number of the page, from 1, counted from `after`.")]


class Page(Value):
    """A part of a list: `limit` items after `after`, or the `page`th such part."""

    limit: Limit = 50
    after: Line | None = Field(default=None, description="The `next` of the previous page.")
    page: PageNumber = 1

    @property
    def offset(self) -> int:
        """The number of items between `after` and this page."""
        return (self.page - 1) * self.limit


def page_of(
    kind: Callable[..., Value], path: str, query: Page, results: Sequence[T], cursor: Callable[[T], str], **dump: Any
) -> Reply:
    """Return a page of the results, which are one more than the page holds where another page follows."""
    items = list(results[: query.limit])
    if len(results) <= query.limit:
        return Reply.of(kind(items=items), **dump)
    after = cursor(items[-1])
    # The cursor replaces the page number, which counts from the previous cursor.
    params = query.model_dump(mode="json", exclude_unset=True, exclude={"page"}, by_alias=True) | {"after": after}
    link = f'<{PREFIX}{path}?{urlencode(params, doseq=True)}>; rel="next"'
    return Reply.of(kind(items=items, next=after), headers={"Link": link}, **dump)


@contextmanager
def cursor_errors(kind: str, after: str | None) -> Iterator[None]:
    """Report a cursor that names nothing as an invalid request, where a search raises that it is not found."""
    try:
        yield
    except NotFoundError as error:
        if after is None or (error.kind, error.entity_id) != (kind, after):
            raise
        raise unknown_cursor(after) from None


def unknown_cursor(after: str) -> InvalidRequestError:
    """Return the error of a cursor whose item is not in the list, or no longer."""
    return InvalidRequestError(f"after: {brief_repr(after)} is not in this list; start again from the first page")
