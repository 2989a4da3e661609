"""Names that hosts import stay where they were, wherever their home has moved."""

from __future__ import annotations

import importlib

import pytest


@pytest.mark.parametrize(
    ("module", "name", "home"),
    [
        ("meetkit.accounts.caller", "Caller", "meetkit.models.caller"),
        ("meetkit.accounts.caller", "Access", "meetkit.models.caller"),
        ("meetkit.accounts.guarded_store", "GuardedStore", "meetkit.meetings.guarded_store"),
        ("meetkit.web.queries", "MeetingQuery", "meetkit.meetings.routes.queries"),
        ("meetkit.web.queries", "PrepareQuery", "meetkit.meetings.routes.queries"),
        *(
            ("meetkit.web.operations", name, "meetkit.meetings.operations")
            for name in ("blocking", "insights", "meetings")
        ),
        ("meetkit.web", "create_app", "meetkit.web.app"),
        ("meetkit.web", "router", "meetkit.web.app"),
        ("meetkit.web", "render_problems", "meetkit.web.app"),
    ],
)
def test_a_name_is_importable_from_its_former_home(module: str, name: str, home: str) -> None:
    there = importlib.import_module(home)
    expected = getattr(there, name, None) or importlib.import_module(f"{home}.{name}")

    assert getattr(importlib.import_module(module), name) is expected


@pytest.mark.parametrize("module", ["meetkit.accounts.guarded_store", "meetkit.web.queries", "meetkit.web.operations"])
def test_an_unknown_name_is_unknown_there_too(module: str) -> None:
    with pytest.raises(AttributeError, match=f"module '{module}' has no attribute 'nope'"):
        importlib.import_module(module).nope  # noqa: B018  # its evaluation is the test


def test_operations_are_imported_from_their_former_home() -> None:
    from meetkit.web.operations import blocking, insights, meetings  # noqa: PLC0415

    assert blocking is importlib.import_module("meetkit.meetings.operations.blocking")
    assert insights is importlib.import_module("meetkit.meetings.operations.insights")
    assert meetings is importlib.import_module("meetkit.meetings.operations.meetings")


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("meetkit.web.context", "Backend"),
        ("meetkit.web.context", "Credentials"),
        ("meetkit.web.context", "RequestContext"),
        ("meetkit.web.reply", "Reply"),
        ("meetkit.web.problems", "problem"),
    ],
)
def test_names_of_the_kit_are_defined_where_hosts_import_them(module: str, name: str) -> None:
    assert getattr(importlib.import_module(module), name).__module__ == module
