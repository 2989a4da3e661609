"""Headers that several routes take."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header

from meetkit.web.bodies import Key

IdempotencyKey = Annotated[
    Key | None,
    Header(
        description="A unique name of this request. A repeat returns the result of the first, and creates nothing.",
    ),
]
IfMatch = Annotated[
    str | None, Header(description="The ETag of the version to change; 412 if it is not the current one.")
]
IfNoneMatch = Annotated[
    str | None, Header(description="The ETag of the version that the client has; 304 if it is the current one.")
]
