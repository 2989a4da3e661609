"""A Flask host: its own pages and sessions, and meetkit's routes under `/crm`, limited to what each caller may do.

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
from meetkit.web import Caller, Credentials, GuardedStore, UnauthenticatedError, blueprint

STAFF = {
    "sarah": Caller(account_id="sarah", user_id="user_1", tenant_id="default", access="member"),
    "guest": Caller(account_id="guest", user_id="user_2", tenant_id="default", access="viewer"),
}
PASSWORD = generate_password_hash("demo")


def identify(_: Credentials) -> Caller:
    """Return the caller of the current request, from the host's own session."""
    if session.get("name") not in STAFF:
        raise UnauthenticatedError("sign in first")
    return STAFF[session["name"]]


def create_app() -> Flask:
    """Create the host's app."""
    app = Flask(__name__)
    # Routes that change data trust this cookie, so pages of other sites must not send it.
    app.config.update(SECRET_KEY=secrets.token_hex(), SESSION_COOKIE_SAMESITE="Lax")
    crm = blueprint(store=data.sample_store(), llm=None, identify=identify, guard=GuardedStore)
    app.register_blueprint(crm, url_prefix="/crm")

    @app.get("/")
    def home() -> str:
        return f"Hello, {session.get('name', 'stranger')}."

    @app.post("/sign-in")
    def sign_in() -> tuple[str, int]:
        is_staff = request.form.get("name") in STAFF
        if not (check_password_hash(PASSWORD, request.form.get("password", "")) and is_staff):
            return "No.", 401
        session["name"] = request.form["name"]
        return "Welcome.", 200

    return app


if __name__ == "__main__":
    create_app().run(port=int(sys.argv[1]) if sys.argv[1:] else 5000)
