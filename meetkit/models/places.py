"""The place of a meeting: its location, the link of its conference, and its description."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_core import Url

from meetkit.models.base import STORABLE, FieldError, check_one_line, check_visible

# Neither iCalendar nor a page shows other control characters than line breaks and tabs.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_MAX_URL = 2000
_EXAMPLE = "must be a link such as https://meet.example.com/room"


def _without_control(value: str) -> str:
    if match := _CONTROL.search(value):
        raise ValueError(f"holds a control character at position {match.start()}; only line breaks and tabs are text")
    return value


def _link(value: Any) -> Any:
    """Return a link as browsers read it: ASCII, with what has a meaning in HTML or iCalendar encoded."""
    if not isinstance(value, str):
        return value
    # A parser of URLs removes line breaks and spaces, and completes `https:host`; neither is a link that anybody meant.
    if len(value) > _MAX_URL or not re.fullmatch(r"https?://\S+", value, re.IGNORECASE):
        raise FieldError(f"{_EXAMPLE}, of at most {_MAX_URL:,} characters", _EXAMPLE)
    try:
        url = Url(check_one_line(value))
    except ValidationError:
        raise FieldError(_EXAMPLE, _EXAMPLE) from None
    if url.username or url.password:
        raise ValueError("must be a link without a user name and password before its host")
    if len(link := str(url)) > _MAX_URL:  # Encoding may lengthen it.
        raise FieldError(f"{_EXAMPLE}, of at most {_MAX_URL:,} characters", _EXAMPLE)
    return link


Location = Annotated[
    str, Field(min_length=1, max_length=500), STORABLE, AfterValidator(check_one_line), AfterValidator(check_visible)
]
"""A line of text: a room, or an address."""
ConferenceUrl = Annotated[str, Field(max_length=_MAX_URL, json_schema_extra={"format": "uri"}), BeforeValidator(_link)]
"""An http or https URL."""
Description = Annotated[
    str,
    Field(min_length=1, max_length=10_000),
    STORABLE,
    AfterValidator(_without_control),
    AfterValidator(check_visible),
]
"""Text of one or more lines."""
