"""Headers that several routes take."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header

from meetkit.web.bodies import Key

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
