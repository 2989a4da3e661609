"""Sign-in by others lets in whom the provider has seen, in the browser that asked for it, and nobody else."""

from __future__ import annotations

import base64
import hmac
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

import anyio
import httpx2
import pytest
import pytest_socket
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from freezegun import freeze_time
from joserfc import jwt
from joserfc.jwk import RSAKey
from pydantic import BaseModel
from starlette.testclient import TestClient

from meetkit.accounts import oauth
from meetkit.accounts.models import Identity, ProviderName
from meetkit.accounts.oauth import id_tokens
from meetkit.accounts.routes.oauth import router
from meetkit.accounts.routes.oauth_flow import SECONDS_TO_SIGN_IN, OAuthFlow
from meetkit.errors import IdentityProviderError, InvalidRequestError, MeetkitError, NotConfiguredError
from meetkit.models.caller import Origin
from meetkit.settings import Settings
from meetkit.web.context import Backend
from meetkit.web.dispatch import Dispatcher, bind
from meetkit.web.paging import PREFIX
from tests.oauth_providers import CLIENT, SECRET, Guard, github, oidc, running

pytestmark = [
    pytest.mark.usefixtures("socket_enabled"),
    pytest.mark.filterwarnings(
        "ignore:get_jwt_config"
    ),  # the stand-in's, which calls Authlib's server as it used to be
]

KEYS = ["k" * 32, "o" * 32]
VISITOR = httpx2.Client(trust_env=False)
BOTH: list[ProviderName] = ["google", "github"]


class Pair(BaseModel):
    access_token: str
    refresh_token: str


class Site:
    """An app that keeps who has signed in, its providers, and the browser of one person."""

    def __init__(self, settings: Settings, guards: dict[str, Guard], keys: list[str] = KEYS) -> None:
        self.guards = guards
        self.settings = settings
        self.signed_in: list[Identity] = []
        app = FastAPI()
        flow = OAuthFlow(settings, keys=keys, log_in=self._sign_in)
        dispatcher = Dispatcher(Backend(services={OAuthFlow: flow}), anyio.CapacityLimiter(1))
        bind([router], dispatcher, into=app.router, prefix=PREFIX)
        app.add_exception_handler(MeetkitError, _problem)
        self.app = app
        self.browser = self.new_browser()

    def _sign_in(self, identity: Identity, origin: Origin) -> Pair:
        assert origin.address == "testclient"
        self.signed_in.append(identity)
        return Pair(access_token="a", refresh_token="r")

    def new_browser(self) -> TestClient:
        return TestClient(self.app, base_url=self.settings.public_url, follow_redirects=False)

    def begin(self, name: str, browser: TestClient | None = None) -> str:
        """Where the app sends the browser."""
        answer = (browser or self.browser).get(f"{PREFIX}/auth/login/{name}")
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def come_back(self, name: str, url: str, browser: TestClient | None = None) -> tuple[int, dict[str, Any]]:
        """What the app says to the browser that comes from the provider."""
        parts = urlsplit(url)
        assert parts.path == f"{PREFIX}/auth/callback/{name}"
        answer = (browser or self.browser).get(f"{parts.path}?{parts.query}")
        return answer.status_code, answer.json()


def _problem(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, MeetkitError)
    return JSONResponse({"detail": str(error)}, error.status_code)


def consent(url: str, **form: str) -> str:
    """Where the provider sends the browser back, whose person signs in there as `sub`, or declines."""
    answer = VISITOR.post(url, data=form or {"action": "deny"})
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


PEOPLE: dict[str, tuple[str, dict[str, object]]] = {
    "maya": ("108", {"email": "maya@example.com", "email_verified": True, "name": "Maya Chen"}),
    "unsure": ("109", {"email": "unsure@example.com", "email_verified": False}),
    "mute": ("110", {"name": "No Address"}),
}
HUB = {
    "maya": (
        {"id": 108, "login": "maya", "name": "Maya Chen", "email": None},
        [
            {"email": "old@example.com", "primary": False, "verified": True},
            {"email": "maya@example.com", "primary": True, "verified": True, "visibility": "private"},
        ],
    ),
    "unsure": (
        {"id": 109, "login": "unsure", "name": None},
        [{"email": "unsure@example.com", "primary": True, "verified": False}],
    ),
    "mute": ({"id": 110, "login": "mute", "name": "No Address"}, []),
}


def person(name: str, who: str) -> str:
    return PEOPLE[who][0] if name == "google" else who


def settings_for(guards: dict[str, Guard], **more: Any) -> Settings:
    return Settings(
        public_url="http://testserver",
        google_client_id=CLIENT,
        google_client_secret=SECRET,
        google_url=f"{guards['google'].url}/.well-known/openid-configuration",
        github_client_id=CLIENT,
        github_client_secret=SECRET,
        github_url=guards["github"].url,
        github_api_url=f"{guards['github'].url}/api",
    ).model_copy(update=more)


@pytest.fixture(scope="module")
def _guards() -> Iterator[dict[str, Guard]]:
    pytest_socket.enable_socket()
    with running(oidc(*PEOPLE.values())) as google, running(github(HUB)) as hub:
        yield {"google": google, "github": hub}


@pytest.fixture
def site(_guards: dict[str, Guard]) -> Site:
    for guard in _guards.values():
        guard.reset()
    return Site(settings_for(_guards), _guards)


# Who is let in


@pytest.mark.parametrize("name", BOTH)
def test_who_signs_in_there_is_signed_in_here(site: Site, name: ProviderName) -> None:
    back = consent(site.begin(name), sub=person(name, "maya"))

    assert site.come_back(name, back) == (200, {"access_token": "a", "refresh_token": "r"})
    assert site.signed_in == [
        Identity(provider=name, subject="108", email="maya@example.com", email_verified=True, name="Maya Chen")
    ]
    assert site.guards[name].verified == 1
    assert not site.browser.cookies


@pytest.mark.parametrize("name", BOTH)
def test_an_address_that_is_not_verified_is_told_as_such(site: Site, name: ProviderName) -> None:
    site.come_back(name, consent(site.begin(name), sub=person(name, "unsure")))

    assert [(found.email, found.email_verified, found.name) for found in site.signed_in] == [
        ("unsure@example.com", False, "unsure")
    ]


@pytest.mark.parametrize("name", BOTH)
def test_without_an_address_nobody_is_signed_in(site: Site, name: ProviderName) -> None:
    status, answer = site.come_back(name, consent(site.begin(name), sub=person(name, "mute")))

    assert (status, site.signed_in) == (400, [])
    assert "no email address" in answer["detail"]


@pytest.mark.parametrize("name", BOTH)
def test_each_sign_in_has_secrets_of_its_own_that_no_url_tells(site: Site, name: ProviderName) -> None:
    urls = [site.begin(name) for _ in range(2)]

    first, second = site.guards[name].asked or [{k: v[0] for k, v in parse_qs(urlsplit(u).query).items()} for u in urls]
    assert first["redirect_uri"] == f"http://testserver{PREFIX}/auth/callback/{name}"
    assert not {first["state"], first["code_challenge"]} & {second["state"], second["code_challenge"]}
    assert not any("verifier" in url or SECRET in url for url in urls)


def test_the_schema_tells_the_routes_and_what_comes_back(site: Site) -> None:
    paths = site.app.openapi()["paths"]

    assert sorted(paths) == [
        f"{PREFIX}/auth/{path}" for path in ("callback/{provider}", "login/github", "login/google")
    ]
    answer = paths[f"{PREFIX}/auth/callback/{{provider}}"]["get"]["responses"]["200"]
    assert answer["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/TokenPair"}
    assert set(paths[f"{PREFIX}/auth/login/google"]["get"]["responses"]) == {"303"}


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(site: Site) -> None:
    answer = site.browser.get(f"{PREFIX}/auth/login/github")
    assert answer.headers["cache-control"] == "no-store"
    name, *parts = answer.headers["set-cookie"].split("; ")
    assert name.startswith("meetkit_oauth=")
    assert {"HttpOnly", "SameSite=lax", "Path=/", f"Max-Age={SECONDS_TO_SIGN_IN}"} == set(parts)

    safe = Site(site.settings.model_copy(update={"public_url": "https://meet.example"}), site.guards)
    name, *parts = safe.browser.get(f"{PREFIX}/auth/login/github").headers["set-cookie"].split("; ")
    assert name.startswith("__Host-meetkit_oauth=")
    assert "Secure" in parts


def test_a_sign_in_that_was_begun_before_the_keys_changed_is_completed(site: Site) -> None:
    back = consent(site.begin("github"), sub="maya")
    rotated = Site(site.settings, site.guards, keys=["n" * 32, *KEYS])
    rotated.browser.cookies = site.browser.cookies

    assert rotated.come_back("github", back)[0] == 200


# Who is not


def refused(site: Site, name: str, url: str, browser: TestClient | None = None) -> str:
    status, answer = site.come_back(name, url, browser)
    assert (status, site.signed_in) == (400, []), answer
    return str(answer["detail"])


@pytest.mark.parametrize("name", BOTH)
def test_a_wrong_state_is_refused(site: Site, name: ProviderName) -> None:
    back = consent(site.begin(name), sub=person(name, "maya"))
    state = parse_qs(urlsplit(back).query)["state"][0]

    for wrong in ("", "other", state[:-1], state + "x", "%C3%BC", "%ED%A0%80"):
        assert "does not match the sign-in" in refused(site, name, back.replace(f"state={state}", f"state={wrong}"))
    assert "does not match" in refused(site, name, back.replace("state=", "status="))
    assert site.guards[name].verified == 0


@pytest.mark.parametrize("name", BOTH)
def test_a_browser_that_began_nothing_is_refused(site: Site, name: ProviderName) -> None:
    back = consent(site.begin(name), sub=person(name, "maya"))

    assert f"start at http://testserver{PREFIX}/auth/login/{name}" in refused(site, name, back, site.new_browser())


def test_a_cookie_that_was_tampered_with_or_is_too_old_is_refused(site: Site) -> None:
    back = consent(site.begin("github"), sub="maya")
    whole = site.browser.cookies["meetkit_oauth"]
    for cookie in ("", "x", whole[:-2], whole[2:], whole.replace(".", "..", 1)):
        browser = site.new_browser()
        browser.cookies.set("meetkit_oauth", cookie)
        assert "started no sign-in" in refused(site, "github", back, browser)

    foreign = Site(site.settings, site.guards, keys=["f" * 32])
    foreign.browser.cookies = site.browser.cookies
    assert "started no sign-in" in refused(foreign, "github", back)

    # A browser would have dropped it by itself.
    keeper = site.new_browser()
    keeper.cookies.set("meetkit_oauth", whole)
    with freeze_time(time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() + SECONDS_TO_SIGN_IN + 5))):
        assert "started no sign-in" in refused(site, "github", back, keeper)
    assert site.come_back("github", back, keeper)[0] == 200


@pytest.mark.parametrize(("began", "came"), [("google", "github"), ("github", "google")])
def test_the_cookie_of_another_provider_is_refused(site: Site, began: str, came: str) -> None:
    back = consent(site.begin(began), sub=person(began, "maya"))

    assert "does not match the sign-in" in refused(site, came, back.replace(f"/{began}?", f"/{came}?"))


@pytest.mark.parametrize("name", BOTH)
def test_a_callback_signs_in_once_even_with_a_copy_of_the_cookie(site: Site, name: ProviderName) -> None:
    back = consent(site.begin(name), sub=person(name, "maya"))
    copy = dict(site.browser.cookies)
    assert site.come_back(name, back)[0] == 200
    site.signed_in.clear()

    assert "started no sign-in" in refused(site, name, back)
    site.browser.cookies.update(copy)
    assert "rejected the code" in refused(site, name, back)


@pytest.mark.parametrize("name", BOTH)
def test_a_code_from_another_session_is_refused_by_its_verifier(site: Site, name: ProviderName) -> None:
    stolen = parse_qs(urlsplit(consent(site.begin(name), sub=person(name, "maya"))).query)["code"][0]
    thief = site.new_browser()
    own = parse_qs(urlsplit(consent(site.begin(name, thief), sub=person(name, "unsure"))).query)

    url = f"http://testserver{PREFIX}/auth/callback/{name}?code={stolen}&state={own['state'][0]}"
    assert "rejected the code" in refused(site, name, url, thief)
    assert site.guards[name].verified == 0


@pytest.mark.parametrize("name", BOTH)
def test_who_declines_there_is_told_so(site: Site, name: ProviderName) -> None:
    url = site.begin(name)
    back = consent(url)
    if "state=" not in back:  # The stand-in forgets it, which RFC 6749 does not allow.
        back += f"&state={parse_qs(urlsplit(url).query)['state'][0]}"

    assert "was declined" in refused(site, name, back)


def test_an_error_without_the_state_is_not_believed(site: Site) -> None:
    site.begin("github")

    assert "does not match" in refused(site, "github", f"http://x{PREFIX}/auth/callback/github?error=access_denied")


@pytest.mark.parametrize(
    "rest", ["", "&code=", "&code=%ED%A0%80", "&error=invalid_scope", "&error=access_denied&code=c"]
)
def test_an_answer_without_a_code_signs_nobody_in(site: Site, rest: str) -> None:
    state = parse_qs(urlsplit(site.begin("github")).query)["state"][0]

    detail = refused(site, "github", f"http://x{PREFIX}/auth/callback/github?state={state}{rest}")
    assert "did not complete" in detail or "was declined" in detail


def test_a_wrong_nonce_is_refused(site: Site) -> None:
    site.guards["google"].nonce = "n-of-another-sign-in"

    assert "not valid for this sign-in" in refused(site, "google", consent(site.begin("google"), sub="108"))
    assert site.guards["google"].verified == 1


def test_an_id_token_of_another_key_is_refused(site: Site) -> None:
    site.guards["google"].sign_with_another_key()

    assert "not valid for this sign-in" in refused(site, "google", consent(site.begin("google"), sub="108"))
    assert site.guards["google"].verified == 1


# What an id_token must be

KEY = RSAKey.generate_key(2048, {"kid": "one"})
NOW = int(time.time())
GOOD: dict[str, Any] = {
    "iss": "https://idp.example",
    "aud": CLIENT,
    "sub": "108",
    "nonce": "n",
    "iat": NOW,
    "exp": NOW + 3600,
    "email": "maya@example.com",
    "email_verified": True,
}


CONFUSED, UNSIGNED = b'{"alg":"HS256","kid":"one"}', b'{"alg":"none"}'


def verify(id_token: str) -> id_tokens.Claims:
    keys = [dict(KEY.as_dict(private=False))]
    return id_tokens.verify(id_token, keys=keys, issuer="https://idp.example", client_id=CLIENT, nonce="n")


def signed(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, KEY)


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def test_a_good_id_token_is_believed() -> None:
    assert verify(signed(GOOD)).email == "maya@example.com"
    assert verify(signed(GOOD | {"aud": [CLIENT, "other"], "azp": CLIENT})).sub == "108"


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "other"},
        {"aud": ["other"]},
        {"aud": None},
        {"azp": "other"},
        {"nonce": "other"},
        {"nonce": None},
        {"exp": NOW - 120},
        {"exp": None},
        {"exp": "soon"},
        {"iat": NOW + 7200},
        {"nbf": NOW + 7200},
        {"sub": None},
        {"sub": 108},
        {"email_verified": "false"},
        {"email": ["maya@example.com"]},
    ],
)
def test_an_id_token_that_says_anything_else_is_not(change: dict[str, Any]) -> None:
    claims = {name: value for name, value in (GOOD | change).items() if value is not None}

    with pytest.raises(InvalidRequestError, match="not valid for this sign-in"):
        verify(signed(claims))


def test_an_id_token_that_no_key_of_the_provider_signed_is_not() -> None:
    public = KEY.as_pem(private=False)
    other = RSAKey.generate_key(2048, {"kid": "one"})
    head, body, signature = signed(GOOD).split(".")
    confused = f"{encoded(CONFUSED)}.{body}"
    for bad in (
        jwt.encode({"alg": "RS256", "kid": "one"}, GOOD, other),
        jwt.encode({"alg": "RS256", "kid": "two"}, GOOD, KEY),
        f"{confused}.{encoded(hmac.digest(public, confused.encode(), 'sha256'))}",
        f"{encoded(UNSIGNED)}.{body}.",
        f"{head}.{body}.",
        f"{head}.{body}.{signature[:-4]}AAAA",
        f"{head}.{body}",
        "",
        "ü.ü.ü",
    ):
        with pytest.raises(InvalidRequestError, match="not valid for this sign-in"):
            verify(bad)


# Providers in trouble


@pytest.mark.parametrize("name", BOTH)
def test_a_provider_that_is_not_set_up_says_what_is_missing(site: Site, name: ProviderName) -> None:
    bare = Site(Settings(), site.guards)

    for path in ("login", "callback"):
        answer = bare.browser.get(f"{PREFIX}/auth/{path}/{name}")
        assert answer.status_code == NotConfiguredError.status_code == 503
        assert f"MEETKIT_{name.upper()}_CLIENT_SECRET" in answer.json()["detail"]
    assert bare.browser.get(f"{PREFIX}/auth/callback/elsewhere").status_code == 404


def test_a_provider_that_is_down_is_told_by_503(site: Site) -> None:
    with running(github(HUB)) as gone:
        pass
    down = Site(settings_for({"google": gone, "github": gone}), site.guards)
    answer = down.browser.get(f"{PREFIX}/auth/login/google")
    assert (answer.status_code, answer.json()["detail"]) == (503, "Google cannot be reached")

    state = parse_qs(urlsplit(down.begin("github")).query)["state"][0]
    url = f"http://x{PREFIX}/auth/callback/github?code=c&state={state}"
    assert down.come_back("github", url) == (503, {"detail": "GitHub cannot be reached"})
    url = f"http://x{PREFIX}/auth/callback/github?error=temporarily_unavailable&state={state}"
    assert down.come_back("github", url)[0] == 503


STRANGE = [
    ("503 Busy", "<html>"),
    ("500 Broken", '{"error": "x"}'),
    ("200 OK", "<html>"),
    ("200 OK", ""),
    ("200 OK", "[]"),
    ("200 OK", "{}"),
    ("200 OK", "null"),
    ("200 OK", '{"access_token": 5, "token_type": "bearer"}'),
    ("200 OK", '{"access_token": "x\\n", "token_type": "bearer", "id_token": 5}'),
    ("200 OK", '{"access_token": "ü", "token_type": "bearer", "expires_in": "soon"}'),
    ("200 OK", '{"access_token": "x", "token_type": "mac"}'),
    ("200 OK", '{"error": "slow_down"}'),
    ("200 OK", '{"error": ["invalid_grant"]}'),
    ("302 Found", ""),
    ("200 OK", "[" * 100_000),
    ("200 OK", '{"access_token": "' + "x" * 2_000_000 + '", "token_type": "bearer"}'),
]


@pytest.mark.parametrize("name", BOTH)
def test_a_token_that_cannot_be_understood_is_told_by_503(site: Site, name: ProviderName) -> None:
    guard = site.guards[name]
    back = consent(site.begin(name), sub=person(name, "maya"))
    for answer in STRANGE:
        guard.answers[guard.token] = answer
        assert site.come_back(name, back)[0] == 503, answer
    assert site.signed_in == []


@pytest.mark.parametrize(
    ("name", "path"), [("github", "/api/user"), ("github", "/api/user/emails"), ("google", "/jwks")]
)
def test_an_answer_that_cannot_be_understood_is_told_by_503(site: Site, name: ProviderName, path: str) -> None:
    guard = site.guards[name]
    url = site.begin(name)
    for answer in [*STRANGE, ("401 Unauthorized", "{}"), ("200 OK", '{"id": "x"}')]:
        guard.answers = {path: answer}
        if answer[1] != "[]":  # which says that there is no address
            assert site.come_back(name, consent(url, sub=person(name, "maya")))[0] == 503, answer
    assert site.signed_in == []


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "http://127.0.0.1:1"},
        {"token_endpoint": "http://evil.example/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
    ],
)
def test_a_description_that_leads_elsewhere_is_not_followed(site: Site, change: dict[str, Any]) -> None:
    guard = site.guards["google"]
    path = "/.well-known/openid-configuration"
    told = VISITOR.get(guard.url + path).json()
    guard.answers[path] = ("200 OK", json.dumps(told | change))

    assert site.browser.get(f"{PREFIX}/auth/login/google").status_code == 503


@pytest.mark.parametrize("error", ["incorrect_client_credentials", "invalid_client"])
def test_a_client_that_the_provider_does_not_know_is_a_matter_of_settings(site: Site, error: str) -> None:
    guard = site.guards["github"]
    back = consent(site.begin("github"), sub="maya")
    guard.answers[guard.token] = ("401 Unauthorized", json.dumps({"error": error, "error_description": SECRET}))

    status, answer = site.come_back("github", back)
    assert status == 503
    assert "client ID, secret or callback" in answer["detail"]
    assert SECRET not in answer["detail"]


def test_a_provider_that_hangs_is_waited_for_no_longer_than_asked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        hub = f"http://127.0.0.1:{listener.getsockname()[1]}"
        slow = oauth.GitHub(hub, hub, client_id=CLIENT, client_secret=SECRET, timeout=0.2)
        _, pending = slow.start("http://testserver/")
        with pytest.raises(IdentityProviderError, match="cannot be reached"):
            slow.finish(pending, oauth.CallbackParams(state=pending.state, code="c"))


def test_a_provider_that_answers_byte_by_byte_is_waited_for_no_longer_than_asked() -> None:
    def trickle(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.recv(65_536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            for _ in range(1000):
                connection.sendall(b" ")
                time.sleep(0.02)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=trickle, args=[listener])
        thread.start()
        hub = f"http://127.0.0.1:{listener.getsockname()[1]}"
        slow = oauth.GitHub(hub, hub, client_id=CLIENT, client_secret=SECRET, timeout=0.2)
        _, pending = slow.start("http://testserver/")
        began = time.monotonic()
        with pytest.raises(IdentityProviderError, match="cannot be reached"):
            slow.finish(pending, oauth.CallbackParams(state=pending.state, code="c"))
        assert time.monotonic() - began < 10
        thread.join()


@pytest.mark.parametrize(
    ("url", "fine"),
    [
        ("https://github.example", True),
        ("http://127.0.0.1:8080", True),
        ("http://[::1]:8080", True),
        ("http://localhost", True),
        ("http://github.example", False),
        ("http://127.0.0.1.example", False),
        ("http://127.0.0.1@github.example", False),
        ("ftp://github.example", False),
        ("github.example", False),
        ("https://", False),
        ("https://github.example:port", False),
    ],
)
def test_secrets_go_over_https_or_stay_on_this_machine(site: Site, url: str, *, fine: bool) -> None:
    for field in ("github_url", "github_api_url", "google_url"):
        settings = site.settings.model_copy(update={field: url})
        name: ProviderName = "google" if field == "google_url" else "github"
        if fine:
            oauth.connect(name, settings)
        else:
            with pytest.raises(InvalidRequestError, match="provider's URL must"):
                oauth.connect(name, settings)


@pytest.mark.parametrize(
    ("told", "kept"),
    [("Maya\r\nBcc: x", "Maya  Bcc: x"), ("  ", "maya"), ("x" * 500, "x" * 200), (None, "maya"), ("玛雅", "玛雅")],
)
def test_a_name_is_kept_on_one_line(site: Site, told: str | None, kept: str) -> None:
    guard = site.guards["github"]
    guard.answers["/api/user"] = ("200 OK", json.dumps({"id": 1, "login": "maya", "name": told}))

    assert site.come_back("github", consent(site.begin("github"), sub="maya"))[0] == 200
    assert site.signed_in[0].name == kept


def test_an_address_that_is_none_is_refused_without_showing_it(site: Site) -> None:
    guard = site.guards["github"]
    address = {"email": "evil\n@example", "primary": True, "verified": True}
    guard.answers["/api/user/emails"] = ("200 OK", json.dumps([address]))

    detail = refused(site, "github", consent(site.begin("github"), sub="maya"))
    assert "email:" in detail
    assert "evil" not in detail
