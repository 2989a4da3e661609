"""The types of a meeting's fields, which its value and the requests about it share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from meetkit.models.base import STORABLE, WHOLE, Line, Many
from meetkit.models.zones import is_bare_date, parse_date, parse_moment, with_zone

Status = Literal["scheduled", "completed", "cancelled"]
Kind = Literal["internal", "external"]
MeetingSort = Literal["date", "-date"]
# A day at most: a search for busy time looks back no further.
DurationMinutes = Annotated[int, Field(strict=True, ge=1, le=24 * 60), WHOLE]
# JSON numbers are exact up to 2**53.
Version = Annotated[int, Field(strict=True, ge=1, le=2**53), WHOLE]
Summary = Annotated[str, Field(max_length=100_000), STORABLE]
# Each attendee once, in the given order.
AttendeeIds = Annotated[Many[Line], AfterValidator(lambda ids: tuple(dict.fromkeys(ids)))]


def _moment_or_date(value: Any) -> Any:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return parse_date(value)
    return parse_date(value) if isinstance(value, str) and is_bare_date(value) else parse_moment(value)


MomentOrDate = Annotated[dt.datetime | dt.date, BeforeValidator(_moment_or_date), with_zone]


def distinct_ids(first: str | None, rest: Collection[str]) -> tuple[str, ...]:
    """Return the first id, if there is one, then the rest, each once."""
    return tuple(dict.fromkeys(rest if first is None else (first, *rest)))
