"""Headers and parts of paths that several routes take."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header, Path

from meetkit.meetings.routes.queries import Key

IdempotencyKey = Annotated[
    Key | None,
    Header(
        description="The caller's name for this request. A repeat is answered as the first was, and makes nothing.",
    ),
]
IfMatch = Annotated[
    str | None, Header(description="The ETag of the version that the change is meant for; 412 where it has moved on.")
]
IfNoneMatch = Annotated[str | None, Header(description="The ETag of a version that is known; 304 where it is this.")]
MeetingId = Annotated[str, Path(description="The meeting's id.")]
UserId = Annotated[str, Path(description="The user's id.")]
ContactId = Annotated[str, Path(description="The contact's id.")]
