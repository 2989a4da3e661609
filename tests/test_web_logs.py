"""Whatever is asked, and however much is logged, no log holds what people wrote or sign in by."""

from __future__ import annotations

import io
import logging

import pytest

from meetkit.web.app import service_of
from meetkit.web.monitoring.logs import JsonFormatter, TextFormatter
from tests.test_web_access import ROUTES, World
from tests.web_apps import PASSWORD, service

CHATTY = ("meetkit", "meetkit.web", "meetkit.access", "uvicorn", "uvicorn.error", "uvicorn.access", "sqlalchemy")
ENGINES = ("sqlalchemy.engine", "sqlalchemy.pool", "sqlalchemy.orm", "alembic", "asyncio", "limits", "authlib")
WHO = ("admin", "member", "nobody")
SECRETS = (PASSWORD, "@company.com", "@client.com", "example.com", "send the quote", "argon2", "Bearer ")


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> tuple[io.StringIO, io.StringIO]:
    """All that is logged by anybody from now on, as text and as JSON."""
    texts, root = (io.StringIO(), io.StringIO()), logging.getLogger()
    handlers = [logging.StreamHandler(text) for text in texts]
    handlers[0].setFormatter(TextFormatter())
    handlers[1].setFormatter(JsonFormatter())
    for name in ("", *CHATTY, *ENGINES):
        logger = logging.getLogger(name or None)
        monkeypatch.setattr(logger, "level", logging.DEBUG)
        monkeypatch.setattr(logger, "propagate", True)
    logging.getLogger().manager._clear_cache()  # type: ignore[attr-defined]
    monkeypatch.setattr(root, "handlers", handlers)
    return texts


def test_no_secret_and_nobodys_words_are_logged(
    written: tuple[io.StringIO, io.StringIO], tmp_path_factory: pytest.TempPathFactory
) -> None:
    app = service(mail_folder=str(tmp_path_factory.mktemp("mail")), login_attempts=1_000_000)
    world = World(app)
    for route in ROUTES:
        for column in WHO:
            world.ask(route, column)
    service_of(app).closing.close()

    text, by_json = (one.getvalue() for one in written)
    assert (
        text.count("meetkit.access: request completed") == by_json.count('"request completed"') > len(ROUTES) * len(WHO)
    )
    assert "INSERT INTO meetkit_accounts" in text  # so that the database did log
    for secret in (*SECRETS, *world.tokens.values()):
        assert secret not in text + by_json, secret
