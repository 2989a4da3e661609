"""Flask apps under werkzeug's threads: `python -m service_peers.flask_app NAME PORT` serves one of them.

`ours` has meetkit's blueprint, with accounts and the guard; `by_core` and `by_driver` are bare.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any

import flask
from flask import abort, jsonify, request
from werkzeug.serving import run_simple

from meetkit import settings
from meetkit.accounts.service import Accounts
from meetkit.errors import UnauthenticatedError
from meetkit.mail import Outbox, connect
from meetkit.meetings.guarded_store import GuardedStore
from meetkit.models.caller import Caller
from meetkit.web.context import Credentials
from meetkit.web.flask import blueprint, render_problems
from service_peers import same


def ours() -> flask.Flask:
    """The blueprint as a host has it."""
    given = settings.load()
    accounts = Accounts.of_settings(given, database=same.store.database, store=same.store, post=Outbox(connect(given)))

    def identify(shown: Credentials) -> Caller:
        if shown.token is None:
            raise UnauthenticatedError("sign in")
        return accounts.authentication.authenticate(shown.token)

    app = flask.Flask(__name__)
    app.register_blueprint(blueprint(store=same.store, llm=None, identify=identify, guard=GuardedStore))
    render_problems(app)
    return app


def bare(one: Callable[[str], dict[str, Any] | None], page: Callable[[], dict[str, Any]]) -> flask.Flask:
    """The token's signature, one statement, and JSON."""
    app = flask.Flask(__name__)

    @app.before_request
    def check() -> None:
        if not same.is_signed(request.headers.get("Authorization")):
            abort(401)

    @app.get("/api/v1/meetings")
    def _page() -> flask.Response:
        return jsonify(page())

    @app.get("/api/v1/meetings/<meeting_id>")
    def _one(meeting_id: str) -> flask.Response:
        return jsonify(one(meeting_id) or abort(404))

    return app


APPS: dict[str, Callable[[], flask.Flask]] = {
    "ours": ours,
    "by_core": lambda: bare(same.by_core, same.page_by_core),
    "by_driver": lambda: bare(same.by_driver, same.page_by_driver),
}

if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    run_simple("127.0.0.1", int(sys.argv[2]), APPS[sys.argv[1]](), threaded=True)
