"""Bodies that are bad in many places cost what one bad place does, and are told of briefly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import BaseModel, ValidationError

from meetkit.accounts.models import TeamRequest
from meetkit.accounts.routes.bodies import Profile
from meetkit.meetings.routes.analysis_bodies import Analysis
from meetkit.meetings.routes.bodies import (
    Busy,
    DaySearch,
    Explanation,
    FirstFree,
    NewUser,
    UserPatch,
    WindowSearch,
)
from meetkit.models.analysis import MeetingContext
from meetkit.models.base import parse, unknown_names
from meetkit.models.meetings import CreateMeetingRequest, Meeting, MeetingUpdate
from meetkit.models.people import User
from meetkit.models.time import Calendar, DateException, WorkHours
from meetkit.web.app import service_of
from tests.web_apps import service, signed_in

MANY = 2_000
MIB = 1024 * 1024
PLACES: list[tuple[type[BaseModel], str]] = [
    (DaySearch, "user_ids"),
    (WindowSearch, "user_ids"),
    (FirstFree, "user_ids"),
    (Explanation, "user_ids"),
    (CreateMeetingRequest, "attendee_ids"),
    (MeetingUpdate, "attendee_ids"),
    (MeetingUpdate, "action_items"),
    (Meeting, "action_items"),
    (User, "work_hours"),
    (User, "exceptions"),
    (NewUser, "work_hours"),
    (NewUser, "exceptions"),
    (UserPatch, "work_hours"),
    (WorkHours, "days"),
    (DateException, "hours"),
    (Calendar, "busy"),
    (Busy, "busy"),
    (MeetingContext, "trackers"),
    (MeetingContext, "our_side"),
    (TeamRequest, "members"),
    (TeamRequest, "managers"),
]


@pytest.fixture(scope="module")
def known() -> Iterator[TestClient]:
    """A client of somebody who is signed in."""
    app = service()
    yield signed_in(app)
    service_of(app).closing.close()


def _errors(model: type[BaseModel], field: str, value: Any) -> int:
    with pytest.raises(ValidationError) as found:
        model.model_validate({field: value})
    return sum(1 for error in found.value.errors() if error["loc"][:1] == (field,))


@pytest.mark.parametrize(("model", "field"), PLACES)
def test_of_a_list_the_first_bad_element_is_told_alone(model: type[BaseModel], field: str) -> None:
    bad = {"x": {}} if field in ("work_hours", "exceptions", "action_items", "trackers", "busy", "hours") else [1.5]

    # One element of several fields may miss each of them.
    assert _errors(model, field, [bad] * MANY) == _errors(model, field, [bad]) < 5


@pytest.mark.parametrize(("model", "field"), [(Analysis, "trackers"), (Profile, "preferences")])
def test_a_mapping_with_too_many_names_is_told_so_once(model: type[BaseModel], field: str) -> None:
    assert _errors(model, field, {f"\n{number}": 0 for number in range(MANY)}) == 1
    assert _errors(Analysis, "trackers", {"a": [1] * MANY}) == _errors(Analysis, "trackers", {"a": [1]})


def test_of_many_unknown_fields_the_first_are_named() -> None:
    told = unknown_names([str(number) for number in range(MANY)], ["name"])

    assert "'7'" in told
    assert "and 1992 more" in told
    assert "'8'" not in told
    with pytest.raises(ValueError, match=r"unknown field '0'.* and 1992 more; known fields: name"):
        parse(NewUser, {str(number): 0 for number in range(MANY)})


@pytest.mark.parametrize(("model", "field"), [(Analysis, "trackers"), (Profile, "preferences")])
def test_of_a_long_name_the_beginning_is_told(model: type[BaseModel], field: str) -> None:
    with pytest.raises(ValueError, match=f"{field}.x{{70}}") as found:
        parse(model, {field: {"x" * 100_000: []}})

    assert len(str(found.value)) < 1000


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/meetings", 413),
        ("POST", "/api/v1/availability", 413),
        ("PUT", "/api/v1/users/profile", 413),
        ("PATCH", "/api/v1/users/u", 413),
        ("PATCH", "/api/v1/meetings/m", 400),
        ("POST", "/api/v1/meetings/m/analyze", 400),
        ("POST", "/meetings/m/analyze", 400),
        ("PUT", "/api/v1/calendars/u/work", 400),
    ],
)
def test_json_is_small_but_where_a_transcript_or_a_calendar_is_sent(
    known: TestClient, method: str, path: str, status: int
) -> None:
    found = known.request(method, path, content=b"[" + b" " * MIB, headers={"Content-Type": "application/json"})

    assert found.status_code == status
    said = "the request body exceeds 1 MiB" if status == 413 else "the body is not JSON, or not in UTF-8"
    assert found.json()["detail"] == said


def test_files_may_be_large_wherever_they_are_taken(known: TestClient) -> None:
    found = known.post("/api/v1/calendars", files={"file": ("a.ics", b" " * MIB)})

    assert found.status_code == 400


def test_a_name_that_comes_twice_is_refused_wherever_json_is_sent(known: TestClient) -> None:
    operations = [
        (method.upper(), path)
        for path, item in known.get("/openapi.json").json()["paths"].items()
        for method, operation in item.items()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    ]
    assert len(operations) > 20
    for method, path in operations:
        for content in (b'{"title": 1, "title": 2}', b'{"x": [{"title": null, "t\\u0069tle": null}]}'):
            found = known.request(
                method,
                path.replace("{", "").replace("}", ""),
                content=content,
                headers={"Content-Type": "application/json"},
            )
            assert (found.status_code, "'title' twice in one object" in found.text) == (400, True), (method, path)
