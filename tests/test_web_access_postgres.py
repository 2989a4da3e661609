"""The matrix of routes and roles on PostgreSQL, where queries lock and compare differently."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from meetkit.web.app import service_of
from tests.databases import Postgres
from tests.test_web_access import COLUMNS, ROUTES, World
from tests.web_apps import service


@pytest.fixture(scope="module")
def world(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("mail")
    app = service(database_url=postgres.new_database(), mail_folder=str(folder), login_attempts=1_000_000)
    yield World(app)
    service_of(app).closing.close()


@pytest.mark.parametrize("route", ROUTES)
def test_everybody_is_answered_as_on_sqlite(world: World, route: str) -> None:
    answers = {column: world.ask(route, column) for column in COLUMNS}
    found = [
        "ok" if answer.is_success or answer.is_redirect else str(answer.status_code) for answer in answers.values()
    ]

    assert dict(zip(COLUMNS, found, strict=True)) == dict(zip(COLUMNS, ROUTES[route].expected.split(), strict=True))
    # What is not found is told by the id that was asked for, which was known already.
    assert not answers["rival"].is_success or "default-" not in answers["rival"].text
