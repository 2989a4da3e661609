"""The people of a meeting, and pages of meetings of which a caller may see only some."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from meetkit.models.meetings import Meeting

Person = tuple[Literal["user", "contact"], str]
# A smaller page would often hold too few meetings that the caller may see, and be read in vain.
_MIN_PAGE = 100


def people_of(meeting: Meeting) -> list[Person]:
    """List the people of a meeting in the order in which stores look them up."""
    contacts: list[Person] = [("contact", contact_id) for contact_id in meeting.contact_ids]
    return [*(("user", user_id) for user_id in meeting.user_ids), *contacts]


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
