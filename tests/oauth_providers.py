"""Providers on this machine that sign people in, behind a guard that insists on PKCE."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import secrets
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import flask
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # It imports what Authlib is about to give up.
    import oidc_provider_mock  # type: ignore[import-untyped]

CLIENT, SECRET = "meetkit-test", "a-secret-of-the-client"
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Guard:
    """Lets through what carries a code challenge, and exchanges codes only for the verifier that fits.

    `answers` are given instead of what the provider says at a path; `nonce` takes the place of what was asked.
    """

    def __init__(self, app: Wsgi, *, authorize: str, token: str) -> None:
        self.app = app
        self.authorize = authorize
        self.token = token
        self.url = ""
        self.reset()

    def reset(self) -> None:
        self.challenges: dict[str, str] = {}
        self.verified = 0
        self.asked: list[dict[str, str]] = []
        self.answers: dict[str, tuple[str, str]] = {}
        self.nonce: str | None = None

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path in self.answers:
            status, body = self.answers[path]
            return _says(start, status, body)
        if path == self.authorize:
            return self._authorize(environ, start)
        if path == self.token:
            return self._exchange(environ, start)
        return self.app(environ, start)

    def _authorize(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        query = {name: values[0] for name, values in parse_qs(environ["QUERY_STRING"]).items()}
        if query.get("code_challenge_method") != "S256" or len(query.get("code_challenge", "")) != 43:
            return _says(start, "400 Bad Request", '{"error": "invalid_request"}')
        self.asked.append(query)
        if self.nonce:
            environ["QUERY_STRING"] = urlencode(query | {"nonce": self.nonce})

        def started(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            back = parse_qs(urlsplit(dict(headers).get("Location", "")).query)
            if "code" in back:
                self.challenges[back["code"][0]] = query["code_challenge"]
            return start(status, headers, *more)

        return self.app(environ, started)

    def _exchange(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        form = parse_qs(body.decode())
        digest = hashlib.sha256(form.get("code_verifier", [""])[0].encode()).digest()
        if self.challenges.get(form["code"][0]) != base64.urlsafe_b64encode(digest).decode().rstrip("="):
            return _says(start, "400 Bad Request", '{"error": "invalid_grant"}')
        self.verified += 1
        environ["wsgi.input"] = io.BytesIO(body)
        return self.app(environ, start)

    def sign_with_another_key(self) -> None:
        """From now on it tells a key that is not the one it signs with, under the same id."""
        told = json.loads(b"".join(self.app(_get("/jwks"), lambda *_: None)))
        other = RSAKey.generate_key(2048).as_dict(private=False)
        self.answers["/jwks"] = ("200 OK", json.dumps({"keys": [told["keys"][0] | {"n": other["n"]}]}))


def _says(start: Callable[..., Any], status: str, body: str) -> Iterable[bytes]:
    start(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body.encode())))])
    return [body.encode()]


def _get(path: str) -> dict[str, Any]:
    return dict(flask.Flask("asks").test_request_context(path).request.environ)


def oidc(*users: tuple[str, dict[str, object]]) -> Guard:
    """A provider of OpenID Connect whose people are `(subject, claims)`."""
    claims = [oidc_provider_mock.User(sub=subject, claims=claims) for subject, claims in users]
    app = oidc_provider_mock.app(require_nonce=True, user_claims=claims)
    return Guard(app, authorize="/oauth2/authorize", token="/oauth2/token")


People = dict[str, tuple[dict[str, object], list[dict[str, object]]]]


class _GitHub:
    """What GitHub does of OAuth, and of its API."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.codes: dict[str, tuple[str, str]] = {}
        self.tokens: dict[str, str] = {}

    def consent(self) -> flask.typing.ResponseReturnValue:
        asked = flask.request.args
        assert asked["client_id"] == CLIENT
        back = {"state": asked["state"], "error": "access_denied"}
        if login := flask.request.form.get("sub"):
            code = secrets.token_hex(10)
            self.codes[code] = (login, asked["redirect_uri"])
            back = {"state": asked["state"], "code": code}
        return flask.redirect(f"{asked['redirect_uri']}?{urlencode(back)}")

    def access_token(self) -> flask.typing.ResponseReturnValue:
        form = flask.request.form
        if (form["client_id"], form["client_secret"]) != (CLIENT, SECRET):
            return {"error": "incorrect_client_credentials"}
        login, redirect_uri = self.codes.pop(form["code"], ("", ""))
        if not login or form["redirect_uri"] != redirect_uri:
            return {"error": "bad_verification_code"}
        token = "gho_" + secrets.token_hex(18)
        self.tokens[token] = login
        return {"access_token": token, "token_type": "bearer", "scope": "read:user,user:email"}

    def user(self) -> flask.typing.ResponseReturnValue:
        return self._person()[0]

    def emails(self) -> flask.typing.ResponseReturnValue:
        return flask.jsonify(self._person()[1])

    def _person(self) -> tuple[dict[str, object], list[dict[str, object]]]:
        login = self.tokens.get(flask.request.headers.get("Authorization", "").removeprefix("Bearer "))
        return self.people[login] if login else flask.abort(401)


def github(people: People) -> Guard:
    """A GitHub; `people` have a user and addresses, as its API tells them."""
    hub = _GitHub(people)
    app = flask.Flask("github")
    app.add_url_rule("/login/oauth/authorize", view_func=hub.consent, methods=["POST"])
    app.add_url_rule("/login/oauth/access_token", view_func=hub.access_token, methods=["POST"])
    app.add_url_rule("/api/user", view_func=hub.user)
    app.add_url_rule("/api/user/emails", view_func=hub.emails)
    return Guard(app, authorize="/login/oauth/authorize", token="/login/oauth/access_token")


@contextmanager
def running(guard: Guard) -> Iterator[Guard]:
    server = make_server("127.0.0.1", 0, guard, threaded=True)
    server.log = lambda *_: None  # type: ignore[method-assign]
    guard.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield guard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
