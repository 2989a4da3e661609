"""Pages of meetings of which a caller may see only some."""

from __future__ import annotations

from collections.abc import Callable

from meetkit.models.meetings import Meeting

# A smaller page would often hold too few meetings that the caller may see, and be read in vain.
_MIN_PAGE = 100


def first_visible(
    count: int | None, read: Callable[[int | None], list[Meeting]], is_visible: Callable[[Meeting], bool]
) -> list[Meeting]:
    """Return the first visible meetings, reading larger pages until one holds as many as wanted."""
    size = count and max(2 * count, _MIN_PAGE)
    while True:
        page = read(size)
        visible = [meeting for meeting in page if is_visible(meeting)]
        if count is None or size is None or len(visible) >= count or len(page) < size:
            return visible[:count]
        size *= 4
