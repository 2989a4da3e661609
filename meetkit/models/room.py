"""The room in a meeting: how many people besides its owner fit into its seats."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated

from pydantic import Field

from meetkit.models.base import WHOLE

# Bounded, as a meeting is read whole, with all who are in it.
Seats = Annotated[int, Field(strict=True, ge=1, le=1000), WHOLE]


def check_seats(seats: int | None, guest_ids: Collection[str], seats_taken: int) -> None:
    """Refuse guests of a meeting without seats, and more people than it has seats.

    Raises:
        ValueError: the people besides the owner do not fit.
    """
    if seats is None and guest_ids:
        raise ValueError("seats: how many people besides the owner have room; required with guest_ids")
    if seats is not None and seats_taken > seats:
        raise ValueError(f"seats: {seats_taken} people besides the owner do not fit into {seats}")
