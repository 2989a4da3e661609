"""The published availability cases, judged where the data lies beside the project."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

import pytest

from meetkit.availability import AvailabilityQuery, search

DATA = Path(os.environ.get("MEETKIT_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
FILE = DATA / "availability_cases.json"
CASES: list[dict[str, Any]] = json.loads(FILE.read_text("utf-8")) if FILE.exists() else []


def as_query(case: dict[str, Any]) -> AvailabilityQuery:
    return AvailabilityQuery.model_validate(
        {
            "participants": [
                {
                    "id": f"person_{number}",
                    "timezone": person["tz"],
                    "work_hours": person["work"],
                    "busy": [{"start": start, "end": end} for start, end in person["busy"]],
                }
                for number, person in enumerate(case["participants"])
            ],
            "window_start": case["window"][0],
            "window_end": case["window"][1],
            "duration_minutes": case["duration_minutes"],
            "step_minutes": case.get("step_minutes"),
        }
    )


@pytest.mark.skipif(not CASES, reason=f"the cases are not at {FILE}")
@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case_is_answered_as_published(case: dict[str, Any]) -> None:
    result = search(as_query(case))

    expected = [tuple(dt.datetime.fromisoformat(end) for end in piece) for piece in case["expect_free"]]
    assert [(slot.start_time, slot.end_time) for slot in result.free] == expected
    if "expect_slot_count" in case:
        assert len(result.slots) == case["expect_slot_count"]
