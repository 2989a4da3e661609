"""Access tokens: what was signed comes back, and nothing else does."""

from __future__ import annotations

import base64
import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import OctKey

from meetkit.accounts.access_tokens import AccessTokens, Claims, key_id
from meetkit.accounts.policy import AccountPolicy
from meetkit.errors import UnauthenticatedError
from tests.accounts import KEY, OLD_KEY, POLICY

NOW = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)
TOKENS = AccessTokens(POLICY)
ANNS = Claims("account_1", "session_1")
HEADER = {"alg": "HS256", "typ": "at+jwt", "kid": key_id(KEY)}
CLAIMS = {
    "iss": POLICY.public_url,
    "aud": "meetkit",
    "sub": "account_1",
    "sid": "session_1",
    "iat": int(NOW.timestamp()),
    "exp": int(NOW.timestamp()) + 900,
}


def signed(header: dict[str, Any] | None = None, key: str = KEY, **claims: Any) -> str:
    """A token as we make them, but for this."""
    payload = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    fields = {name: value for name, value in {**HEADER, **(header or {})}.items() if value is not None}
    return jws.serialize_compact(fields, json.dumps(payload), OctKey.import_key(key), [fields["alg"]])


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def rotated(*keys: str) -> AccessTokens:
    return AccessTokens(AccountPolicy(secret_keys=keys))


ids = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)


@given(ids, ids, st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2990, 1, 1)))
def test_what_is_issued_is_read_while_it_is_good(account: str, session: str, moment: dt.datetime) -> None:
    now, claims = moment.replace(tzinfo=dt.UTC), Claims(account, session)
    token = TOKENS.issue(claims, now=now)

    assert TOKENS.read(token, now=now) == TOKENS.read(token, now=now + dt.timedelta(seconds=898)) == claims
    with pytest.raises(UnauthenticatedError):
        TOKENS.read(token, now=now + dt.timedelta(minutes=15))


def test_a_token_by_hand_is_one_of_ours() -> None:
    """So that what the cases below are refused for is what they differ by."""
    assert TOKENS.read(signed(), now=NOW) == ANNS


@pytest.mark.parametrize(
    "token",
    [
        signed(key="x" * 32),
        signed({"kid": key_id("x" * 32)}),
        signed({"kid": key_id("x" * 32)}, key="x" * 32),
        signed({"kid": None}),
        signed({"alg": "HS384"}),
        signed({"alg": "HS512"}),
        signed({"typ": "JWT"}),
        signed({"typ": None}),
        signed(aud="another"),
        signed(aud=["another"]),
        signed(iss="https://another.example"),
        signed(exp=CLAIMS["iat"]),
        signed(exp="never"),
        signed(exp=True),
        signed(iat=int(NOW.timestamp()) + 61),
        signed(nbf=int(NOW.timestamp()) + 61),
        signed(sid=7),
        signed(sub=7),
        *(signed(None, KEY, **{name: bad}) for name in ("sub", "sid") for bad in ("\ud800", "\0")),
        *(signed(None, KEY, **{name: None}) for name in CLAIMS),
        f"{part({**HEADER, 'alg': 'none'})}.{part(CLAIMS)}.",
        f"{part({**HEADER, 'alg': 'None'})}.{part(CLAIMS)}.",
        f"{part(HEADER)}.{part(CLAIMS)}.",
        f"{part(HEADER)}.{part(CLAIMS)}",
        f"{part('alg')}.{part(CLAIMS)}.x",
        f"{part(['alg'])}.{part(CLAIMS)}.x",
        f"{part({'alg': ['HS256']})}.{part(CLAIMS)}.x",
        f"{part({**HEADER, 'kid': ['x']})}.{part(CLAIMS)}.x",
        f"{part({**HEADER, 'crit': ['b64'], 'b64': False})}.{part(CLAIMS)}.x",
        signed() + "x",
        signed()[:-1],
        signed() + ".x",
        signed().upper(),
        signed(more="x" * 10_000),
        "x" * 10_000_000,
        "",
        ".",
        "..",
        "\x00",
        "\ud800.\ud800.\ud800",
        "ключ.ключ.ключ",
        "[" * 3_000,
    ],
)
def test_a_token_that_is_not_ours_is_not_good(token: str) -> None:
    with pytest.raises(UnauthenticatedError, match=r"^sign in again: the token is invalid or expired$"):
        TOKENS.read(token, now=NOW)


@given(st.text(max_size=300) | st.lists(st.text("abcXYZ019-_", max_size=80), max_size=5).map(".".join))
def test_whatever_else_comes_is_not_good(token: str) -> None:
    with pytest.raises(UnauthenticatedError):
        TOKENS.read(token, now=NOW)


@given(st.data())
def test_no_character_of_what_is_signed_can_be_changed(data: st.DataObject) -> None:
    token = signed()
    place = data.draw(st.integers(0, token.rindex(".") - 1))
    char = data.draw(st.sampled_from([char for char in "ABCabc012-_." if char != token[place]]))
    with pytest.raises(UnauthenticatedError):
        TOKENS.read(token[:place] + char + token[place + 1 :], now=NOW)


class TestRotation:
    def test_the_first_key_signs_and_all_verify(self) -> None:
        old = rotated(OLD_KEY).issue(ANNS, now=NOW)
        both = rotated(KEY, OLD_KEY)
        new = both.issue(ANNS, now=NOW)

        assert both.read(old, now=NOW) == both.read(new, now=NOW) == rotated(KEY).read(new, now=NOW) == ANNS

    def test_a_key_that_is_gone_verifies_no_more(self) -> None:
        token = rotated(OLD_KEY).issue(ANNS, now=NOW)
        with pytest.raises(UnauthenticatedError):
            rotated(KEY).read(token, now=NOW)

    def test_a_keys_name_tells_nothing_of_it(self) -> None:
        header = json.loads(base64.urlsafe_b64decode(signed().partition(".")[0] + "=="))
        assert header == HEADER
        assert KEY not in header["kid"]
        assert key_id(KEY) != key_id(OLD_KEY)
