"""Common free time within a window, by the verb of the service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from meetkit import meeting_service as service
from meetkit.errors import InvalidRequestError
from meetkit.storage import MemoryStore
from meetkit.testing.examples import ANN, meeting


@pytest.fixture(autouse=True)
def _store() -> Iterator[None]:
    """Ann, who is busy from 10:00 to 11:00 on the day of the window."""
    with service.use(store=MemoryStore([ANN], [], [meeting(1, duration_minutes=60)])):
        yield


def found(**more: Any) -> list[str]:
    asked = {"window_start": "2025-11-17T00:00", "window_end": "2025-11-18T00:00", "duration_minutes": 60}
    slots = service.find_slots_within([ANN.id], **{**asked, **more})
    return [f"{one.start_time:%H:%M}-{one.end_time:%H:%M}" for one in slots]


def test_gaps_are_told_whole_and_slots_by_step() -> None:
    assert found() == ["09:00-10:00", "11:00-17:00"]
    assert found(step_minutes=120) == ["09:00-10:00", "11:00-12:00", "13:00-14:00", "15:00-16:00"]


def test_a_buffer_is_kept_free_beside_what_is_busy() -> None:
    assert found(buffer_minutes=30) == ["11:30-17:00"]


def test_a_buffer_reaches_to_what_is_busy_outside_the_window() -> None:
    assert found(window_start="2025-11-17T11:00", buffer_minutes=30) == ["11:30-17:00"]


def test_at_most_so_many_are_told() -> None:
    assert found(limit=1) == ["09:00-10:00"]
    assert found(limit=2, step_minutes=60) == ["09:00-10:00", "11:00-12:00"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("buffer_minutes", value) for value in (-1, 10**12, "30", None, 1.5, True)),
        *(("limit", value) for value in (0, -1, "10", None)),
        *(("step_minutes", value) for value in (0, -1, "30")),
        *(("duration_minutes", value) for value in (0, 1441, None)),
    ],
)
def test_a_number_that_cannot_be_is_named_in_one_line(name: str, value: Any) -> None:
    with pytest.raises(InvalidRequestError, match=f"^{name}: "):
        found(**{name: value})
