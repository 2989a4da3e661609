"""The OpenAPI document is valid, complete, and what the service does: Schemathesis finds nothing against it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from zoneinfo import available_timezones

import jsonschema_rs
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter
from schemathesis import engine
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events
from schemathesis.specs.openapi.definitions import OPENAPI_31

from meetkit import data
from meetkit.accounts import models as account_models
from meetkit.accounts.models import AdminRequest, LoginRequest, SignupRequest
from meetkit.accounts.routes import bodies as account_bodies
from meetkit.meetings.routes import analysis_bodies, bodies, examples
from meetkit.models import analysis, corrections, insights, meetings, people, time, transcripts
from meetkit.models.caller import Access
from meetkit.web.app import service_of
from tests.web_apps import PASSWORD, service

# Rules that no schema can say: of the state that things are in, of two fields together, of a file's content, and
# that a cursor is of a page before. There a request that fits its schema may be refused by 400.
RULES_BEYOND_SCHEMAS = (
    "GET /meetings",
    "GET /users",
    "GET /contacts",
    "GET /contacts/{contact_id}/history",
    "GET /action-items",
    "PATCH /meetings/{meeting_id}",
    "POST /meetings/{meeting_id}/reschedule",
    "POST /meetings/{meeting_id}/cancel",
    "POST /meetings/{meeting_id}/complete",
    "POST /meetings/{meeting_id}/prepare",
    "POST /meetings/{meeting_id}/analyze",
    "POST /meetings/{meeting_id}/corrections",
    "POST /meetings/{meeting_id}/speakers",
    "POST /meetings/{meeting_id}/recordings",
    "GET /meetings/{meeting_id}/invitation.ics",
    "POST /meetings",
    "POST /meetings/book",
    "POST /meetings/book-first-free",
    "POST /meetings/book-round-robin",
    "POST /meetings/book-seat",
    "POST /meetings/{meeting_id}/join",
    "POST /meetings/{meeting_id}/leave",
    "POST /availability",
    "POST /availability/explain",
    "POST /availability/hosts",
    "GET /polls",
    "POST /polls",
    "PUT /polls/{poll_id}/answers",
    "POST /polls/{poll_id}/book",
    "POST /calendars",
    "PUT /calendars/{user_id}/{name}",
    "POST /users",
    "PATCH /users/{user_id}",
    "POST /auth/signup",
    "PUT /users/profile",
    "GET /accounts",
    "GET /audit",
    "POST /teams",
    "PUT /teams/{team_id}",
)
# Which take a password or a token that nobody finds by chance.
BY_SECRETS = (
    "POST /auth/login",
    "POST /auth/token",
    "POST /auth/refresh",
    "POST /auth/password-reset/confirm",
    "POST /auth/verify-email/confirm",
    "POST /auth/accept-invitation",
    "POST /auth/change-email/confirm",
    "POST /users/change-email",
    "POST /users/change-password",
    "POST /poll-links/open",
    "PUT /poll-links/answers",
)
# After which nothing more could be tried; tests of accounts do.
ENDS_THE_SESSION = ("POST /auth/logout", "DELETE /users/account", "DELETE /users/{user_id}")
NOT_SET_UP = ("GET /auth/login/google", "GET /auth/login/github")
ACCEPTED = ["2xx", "3xx", "403", "404", "409", "412"]
Operation = tuple[str, dict[str, Any]]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return service(data.store()).openapi()


@pytest.fixture(scope="module")
def operations(document: dict[str, Any]) -> list[Operation]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_is_a_valid_document(document: dict[str, Any]) -> None:
    # Relative URLs are URLs to OpenAPI (4.6), if not to the format that its schema names.
    validator = jsonschema_rs.Draft202012Validator(OPENAPI_31, validate_formats=False)

    assert document["openapi"].startswith("3.1")
    assert [str(error) for error in validator.iter_errors(document)] == []


def test_every_operation_says_what_it_does_under_a_name_of_its_own(operations: list[Operation]) -> None:
    names = [operation["operationId"] for _, operation in operations]

    assert len(set(names)) == len(names)
    assert all(name.isidentifier() and name.islower() for name in names)
    assert all(operation["summary"] and operation["description"] and operation["tags"] for _, operation in operations)


def test_every_body_that_is_sent_or_answered_has_an_example(operations: list[Operation]) -> None:
    lacking = [
        (name, media_type)
        for name, operation in operations
        for part in (operation.get("requestBody", {}), *operation["responses"].values())
        for media_type, media in part.get("content", {}).items()
        if not media.keys() & {"example", "examples"}
    ]

    assert lacking == []


def test_examples_are_what_they_are_examples_of() -> None:
    modules = (
        bodies,
        analysis_bodies,
        account_bodies,
        account_models,
        meetings,
        people,
        time,
        insights,
        analysis,
        corrections,
        transcripts,
    )
    of_forms = {"CalendarFile", "TranscriptFile", "TokenForm", "TokenError"}
    for name in examples.OF_SCHEMAS.keys() - of_forms:
        (model,) = {getattr(module, name) for module in modules if hasattr(module, name)}
        assert issubclass(model, BaseModel)
        TypeAdapter(model).validate_python(examples.OF_SCHEMAS[name])


def test_every_operation_tells_its_errors_as_problems(operations: list[Operation]) -> None:
    for name, operation in operations:
        responses = operation["responses"]
        errors = {code: answer for code, answer in responses.items() if code >= "400"}
        assert {"401", "403", "429", "500", "503"} <= errors.keys(), name
        assert "422" not in errors, name
        if name == "POST /api/v1/auth/token":  # as RFC 6749 has it
            assert errors.pop("400")["content"].keys() == {"application/json"}
        for answer in errors.values():
            assert answer["content"].keys() == {"application/problem+json"}, name
        assert "Retry-After" in errors["503"]["headers"]


def test_whoever_takes_a_body_or_a_query_may_answer_that_it_is_malformed(operations: list[Operation]) -> None:
    for name, operation in operations:
        asks = any(one["in"] == "query" for one in operation.get("parameters", ()))
        assert not (asks or "requestBody" in operation) or "400" in operation["responses"], name


def test_what_is_made_or_changed_tells_where_it_is_and_its_version(document: dict[str, Any]) -> None:
    paths = document["paths"]

    assert {"ETag", "Location"} <= paths["/api/v1/meetings"]["post"]["responses"]["201"]["headers"].keys()
    assert "ETag" in paths["/api/v1/meetings/{meeting_id}"]["patch"]["responses"]["200"]["headers"]
    assert "Link" in paths["/api/v1/meetings"]["get"]["responses"]["200"]["headers"]


def test_null_is_no_value_of_a_parameter(operations: list[Operation]) -> None:
    for name, operation in operations:
        for parameter in operation.get("parameters", ()):
            assert {"type": "null"} not in parameter["schema"].get("anyOf", ()), (name, parameter["name"])


def test_a_change_may_be_null_only_where_that_clears(document: dict[str, Any]) -> None:
    fields = document["components"]["schemas"]["MeetingPatch"]["properties"]

    assert {name for name, field in fields.items() if "anyOf" in field} == {
        *("contact_id", "location", "conference_url", "description", "seats"),
        *("transcript", "summary", "sentiment", "expected_version"),
    }


@pytest.fixture
def _formats() -> None:
    """What the formats of our schemas hold; of dates, those that calendars know."""
    first, last = dt.datetime(1900, 1, 1), dt.datetime(9000, 1, 1)
    zones = sorted(name for name in available_timezones() if name[0].isupper())
    schemathesis.openapi.format("date-time", st.datetimes(first, last, timezones=st.just(dt.UTC)).map(_iso))
    schemathesis.openapi.format("date", st.dates(first.date(), last.date()).map(str))
    schemathesis.openapi.format("time-zone", st.sampled_from(zones))


def _iso(moment: dt.datetime) -> str:
    return moment.isoformat()


@pytest.fixture
def app() -> Iterator[FastAPI]:
    made = service(data.store(), login_attempts=1_000_000, signup="join")
    yield made
    service_of(made).closing.close()


@pytest.mark.usefixtures("_formats")
@pytest.mark.parametrize("access", ["admin", "member"])
def test_schemathesis_finds_nothing(app: FastAPI, access: Access) -> None:
    schema = schemathesis.openapi.from_asgi("/openapi.json", app, config=_config(_token(app, access), examples=4))

    done = [event for event in engine.from_schema(schema).execute() if isinstance(event, events.EngineEvent)]

    scenarios = [event for event in done if isinstance(event, events.ScenarioFinished)]
    assert [str(event.info) for event in done if isinstance(event, events.NonFatalError)] == []
    assert [event for event in done if isinstance(event, events.FatalError)] == []
    assert [finding for event in scenarios for finding in _findings(event)] == []
    assert sum(len(event.recorder.cases) for event in scenarios) > 1000


def _token(app: FastAPI, access: Access) -> str:
    """The access token of somebody who signed in."""
    accounts = service_of(app).accounts
    accounts.registration.create_admin(AdminRequest(email="ada@example.com", password=PASSWORD, name="Ada Summer"))
    if access == "member":
        accounts.registration.sign_up(SignupRequest(email="ben@example.com", password=PASSWORD, name="Ben Frost"))
    email = "ada@example.com" if access == "admin" else "ben@example.com"
    return accounts.authentication.log_in(LoginRequest(email=email, password=PASSWORD)).access_token


def _config(token: str, *, examples: int) -> SchemathesisConfig:
    return SchemathesisConfig.from_dict(
        {
            "seed": 1,
            "continue-on-failure": True,
            # How fast requests are made up is the machine's affair.
            "suppress-health-check": ["too_slow"],
            "headers": {"Authorization": f"Bearer {token}"},
            "generation": {"deterministic": True, "max-examples": examples, "database": "none"},
            "checks": _accepting(),
            # Words of the app's source would be put into fields whose format, such as `time-zone`, they do not have.
            "analysis": {"constants": {"enabled": False}},
            "operations": [
                *({"include-name": _full(name), "checks": _accepting("400")} for name in RULES_BEYOND_SCHEMAS),
                *({"include-name": _full(name), "checks": _accepting("400", "401")} for name in BY_SECRETS),
                *({"include-name": _full(name), "enabled": False} for name in (*ENDS_THE_SESSION, *NOT_SET_UP)),
            ],
        }
    )


def _full(name: str) -> str:
    return name.replace(" /", " /api/v1/")


def _accepting(*more: str) -> dict[str, Any]:
    return {"positive_data_acceptance": {"expected-statuses": [*ACCEPTED, *more]}}


def _findings(event: events.ScenarioFinished) -> Iterator[str]:
    for case_id, checks in event.recorder.checks.items():
        for check in checks:
            if check.failure_info:
                answer = event.recorder.interactions[case_id].response
                shown = answer.content[:300] if answer else b""
                yield f"{check.name}: {check.failure_info.failure.message}\n{check.failure_info.code_sample}\n{shown!r}"
