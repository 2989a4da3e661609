"""Hosts import all they need from `meetkit.web`, cheaply, and are warned of routes that are open to everybody."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import flask
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

import meetkit.web as web
from meetkit import data
from meetkit.accounts.caller import Caller
from meetkit.errors import OpenRoutesWarning
from meetkit.meetings.guarded_store import GuardedStore

MAKERS = pytest.mark.parametrize("make", [web.router, web.blueprint])


def test_all_names_are_there_and_the_same_as_at_their_own_places() -> None:
    assert all(getattr(web, name) is not None for name in web.__all__)
    assert web.Caller is Caller
    assert web.GuardedStore is web.guard is GuardedStore
    with pytest.raises(AttributeError, match="'nope'"):
        web.nope  # noqa: B018  # the point


def test_no_framework_is_imported_before_it_is_used() -> None:
    code = (
        "import sys, meetkit.web\n"
        "assert not {'fastapi', 'flask', 'sqlalchemy', 'pydantic'} & {*sys.modules}\n"
        "from meetkit.web import Caller, Credentials, GuardedStore, UnauthenticatedError, identify\n"
        "assert not {'fastapi', 'flask', 'sqlalchemy'} & {*sys.modules}\n"
        "from meetkit.web import blueprint\n"
        "assert 'fastapi' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == 0, done.stderr


@MAKERS
def test_routes_without_identify_warn_in_the_hosts_own_line_and_in_the_log(
    make: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.warns(OpenRoutesWarning, match="serves all data to everybody; .* identify=None") as warned:
        make(store=data.sample_store())

    assert warned[0].filename == __file__
    assert [record.levelno for record in caplog.records if record.name == "meetkit.web"] == [logging.WARNING]


@MAKERS
def test_routes_that_are_said_to_be_open_do_not_warn(
    make: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    make(store=data.sample_store(), identify=None)

    assert not caplog.records


SARAH = Caller(account_id="sarah", user_id="user_1", tenant_id="default", access="member")


@web.identify
def by_token(token: str) -> Caller | None:
    """Find the caller of a token."""
    return SARAH if token == "sarahs-token" else None


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer "}, 401),
        ({"Authorization": "Bearer nope"}, 401),
        ({"Authorization": "Basic c2FyYWhzLXRva2Vu"}, 401),
        ({"Authorization": "Bearer sarahs-token"}, 200),
        ({"X-API-Key": "sarahs-token"}, 200),
    ],
)
def test_a_function_of_a_token_identifies_callers(headers: dict[str, str], status: int) -> None:
    options: dict[str, Any] = {"store": data.sample_store(), "identify": by_token, "guard": web.guard}
    app = FastAPI()
    app.include_router(web.router(**options), prefix="/api/v1")
    web.render_problems(app)
    host = flask.Flask("host")
    host.register_blueprint(web.blueprint(**options))

    assert TestClient(app).get("/api/v1/meetings", headers=headers).status_code == status
    assert host.test_client().get("/api/v1/meetings", headers=headers).status_code == status
