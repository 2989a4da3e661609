"""A host by Flask: its own pages and sessions, and under `/crm` meetkit's routes, as far as each may.

Try it:

    python examples/flask_host.py 5000
    curl -c jar -X POST localhost:5000/sign-in -d name=sarah -d password=demo
    curl -b jar localhost:5000/crm/meetings
"""

from __future__ import annotations

import secrets
import sys

from flask import Flask, request, session
from werkzeug.security import check_password_hash, generate_password_hash

from meetkit import data
from meetkit.errors import UnauthenticatedError
from meetkit.meetings.guarded_store import GuardedStore
from meetkit.models.caller import Caller
from meetkit.web.context import Credentials
from meetkit.web.flask import blueprint

STAFF = {
    "sarah": Caller(account_id="sarah", user_id="user_1", tenant_id="default", access="member"),
    "guest": Caller(account_id="guest", user_id="user_2", tenant_id="default", access="viewer"),
}
PASSWORD = generate_password_hash("demo")


def who_is_signed_in(_: Credentials) -> Caller:
    """Who makes the request under way, by the host's own session."""
    if session.get("name") not in STAFF:
        raise UnauthenticatedError("sign in first")
    return STAFF[session["name"]]


def create_app() -> Flask:
    """The host's app."""
    app = Flask(__name__)
    # A cookie that other sites' pages cannot have sent along, as POST routes go by it.
    app.config.update(SECRET_KEY=secrets.token_hex(), SESSION_COOKIE_SAMESITE="Lax")
    crm = blueprint(store=data.sample_store(), llm=None, identify=who_is_signed_in, guard=GuardedStore)
    app.register_blueprint(crm, url_prefix="/crm")

    @app.get("/")
    def home() -> str:
        return f"Hello, {session.get('name', 'stranger')}."

    @app.post("/sign-in")
    def sign_in() -> tuple[str, int]:
        known = request.form.get("name") in STAFF
        if not (check_password_hash(PASSWORD, request.form.get("password", "")) and known):
            return "No.", 401
        session["name"] = request.form["name"]
        return "Welcome.", 200

    return app


if __name__ == "__main__":
    create_app().run(port=int(sys.argv[1]) if sys.argv[1:] else 5000)
