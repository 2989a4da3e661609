"""How often somebody may guess."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

import pytest
from freezegun import freeze_time

from meetkit.accounts import throttle
from meetkit.accounts.models import (
    ChangePasswordRequest,
    EmailRequest,
    LoginRequest,
)
from meetkit.accounts.throttle import Throttle
from meetkit.errors import (
    InvalidRequestError,
    ThrottledError,
    UnauthenticatedError,
)
from meetkit.models.caller import Origin
from meetkit.settings import Settings
from tests.accounts import HERE, OTHER, PASSWORD, World


class TestThrottle:
    def test_ten_wrong_passwords_are_heard(self, world: World) -> None:
        world.signup()
        for _ in range(10):
            with pytest.raises(UnauthenticatedError):
                world.login(password=OTHER)

        with pytest.raises(ThrottledError, match="too many attempts; try again in 15 min") as caught:
            world.login()
        assert 0 < caught.value.retry_after <= 900
        assert world.events()[-1] == ("login", "throttled")

    def test_a_stranger_is_throttled_alike(self, world: World) -> None:
        for _ in range(10):
            with pytest.raises(UnauthenticatedError):
                world.login("nobody@example.com")
        with pytest.raises(ThrottledError):
            world.login("NOBODY@example.com")

    def test_the_right_password_begins_anew(self, world: World) -> None:
        world.signup()
        for _ in range(3):
            for _ in range(9):
                with pytest.raises(UnauthenticatedError):
                    world.login(password=OTHER)
            world.login()

    def test_a_new_password_that_is_refused_is_no_guess(self, world: World) -> None:
        world.signup()
        caller = world.caller()
        for _ in range(11):
            with pytest.raises(InvalidRequestError, match="has 5 characters"):
                world.accounts.own_account.change_password(
                    caller, ChangePasswordRequest(current_password=PASSWORD, new_password="short"), origin=HERE
                )
        assert world.login()

    def test_an_address_is_throttled_over_accounts(self, world: World) -> None:
        world.accounts = world.another(throttle=Throttle(1))
        for number in range(10):
            with pytest.raises(UnauthenticatedError):
                world.login(f"nobody{number}@example.com")
        with pytest.raises(ThrottledError):
            world.signup()

    def test_who_goes_on_when_throttled_is_noted_once(self, world: World) -> None:
        world.accounts = world.another(throttle=Throttle(1))
        for number in range(30):
            with pytest.raises((UnauthenticatedError, ThrottledError)):
                world.login(f"nobody{number}@example.com")

        assert world.events() == [*[("login", "failed")] * 10, ("login", "throttled")]

    def test_refresh_tokens_that_nobody_was_given_are_throttled_by_address(self, world: World) -> None:
        world.signup()
        token = world.login().refresh_token
        before = world.events()
        world.accounts = world.another(throttle=Throttle(1))
        for number in range(10):
            with pytest.raises(UnauthenticatedError):
                world.accounts.authentication.refresh(f"{number:043}.{number:043}", origin=HERE)
        for _ in range(3):
            with pytest.raises(ThrottledError):
                world.accounts.authentication.refresh(token, origin=HERE)

        assert world.events()[len(before) :] == [*[("refresh", "failed")] * 10, ("refresh", "throttled")]
        assert world.accounts.authentication.refresh(token, origin=Origin(address="192.0.2.8"))

    @pytest.mark.parametrize("token", ["x", "x." * 900, "a" * 43, f"{'a' * 43}.{'é' * 43}", "\ud800"])
    def test_what_has_not_even_the_form_of_a_refresh_token_is_not_noted(self, world: World, token: str) -> None:
        with pytest.raises(UnauthenticatedError):
            world.accounts.authentication.refresh(token, origin=HERE)

        assert world.events() == []

    @pytest.mark.parametrize(
        ("one", "other", "alike"),
        [
            ("2001:db8::1", "2001:db8:0:0:ffff::2", True),
            ("2001:db8::1", "2001:db8:0:1::1", False),
            ("fe80::1%eth0", "fe80::2%eth1", True),
            ("192.0.2.7", "::ffff:192.0.2.7", True),
            ("192.0.2.7", "192.0.2.8", False),
            ("testclient", "testserver", False),
        ],
    )
    def test_the_addresses_that_one_host_may_take_count_as_one(self, one: str, other: str, alike: bool) -> None:
        throttle = Throttle(1)
        for _ in range(10):
            throttle.count_address(one)

        if alike:
            with pytest.raises(ThrottledError):
                throttle.check_address(other)
        else:
            throttle.check_address(other)

    def test_resets_are_throttled_whether_the_email_has_an_account_or_not(self, world: World) -> None:
        world.signup()
        for email in ("ann@example.com", "nobody@example.com"):
            for _ in range(10):
                world.accounts.password_reset.request(EmailRequest(email=email))
            with pytest.raises(ThrottledError):
                world.accounts.password_reset.request(EmailRequest(email=email))

    def test_names_whose_attempts_are_past_are_forgotten(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(throttle, "_SWEEP_SIZE", 100)
        one = Throttle(1)
        with freeze_time("2026-01-05 09:00:00") as clock:
            for number in range(99):
                one.count_attempt(f"old {number}")
            clock.tick(dt.timedelta(minutes=14))
            one.count_attempt("young")
            clock.tick(dt.timedelta(minutes=2))
            one.count_attempt("new")

            assert len(one._memory.events) == 2
            with pytest.raises(ThrottledError):
                one.count_attempt("young")
            one.count_attempt("old 1")

    @pytest.mark.parametrize("url", ["redis", "http://localhost", "memcached://x", "redis://x:y:z", "memory://"])
    def test_another_url_than_a_rediss_is_refused_in_one_line(self, url: str) -> None:
        with pytest.raises(InvalidRequestError, match="MEETKIT_REDIS_URL"):
            Throttle.of(Settings(redis_url=url))

    def test_a_redis_that_is_not_there_keeps_nobody_out(self, world: World, caplog: pytest.LogCaptureFixture) -> None:
        accounts = world.another(throttle=Throttle.of(Settings(redis_url="redis://127.0.0.1:1/0")))
        world.signup()
        assert accounts.authentication.log_in(LoginRequest(email="ann@example.com", password=PASSWORD))
        assert "Redis failed" in caplog.text

    def test_processes_count_together_in_a_redis(self, world: World, redis: Any) -> None:
        one, other = (world.another(throttle=Throttle(2, redis)) for _ in range(2))
        for accounts in (one, other):
            with pytest.raises(UnauthenticatedError):
                accounts.authentication.log_in(LoginRequest(email="nobody@example.com", password=OTHER))
        for accounts in (one, other):
            with pytest.raises(ThrottledError):
                accounts.authentication.log_in(LoginRequest(email="nobody@example.com", password=OTHER))

    def test_without_the_redis_a_process_counts_by_itself_and_says_so(
        self, world: World, redis: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        accounts = world.another(throttle=Throttle(2, redis))
        world.signup()
        redis.storage.connection_pool.connection_kwargs["server"].connected = False

        with caplog.at_level(logging.WARNING):
            assert accounts.authentication.log_in(LoginRequest(email="ann@example.com", password=PASSWORD))
            for _ in range(2):
                with pytest.raises(UnauthenticatedError):
                    accounts.authentication.log_in(LoginRequest(email="nobody@example.com", password=OTHER))
            with pytest.raises(ThrottledError):
                accounts.authentication.log_in(LoginRequest(email="nobody@example.com", password=OTHER))

        assert [record.message for record in caplog.records if record.name.startswith("meetkit")] == [
            "Redis failed (ConnectionError): attempts are counted in this process alone"
        ]

    def test_a_redis_that_failed_is_left_alone_for_a_while(self, redis: Any) -> None:
        """So that nobody waits for one that is silent again and again."""
        server = redis.storage.connection_pool.connection_kwargs["server"]
        one = Throttle(2, redis)
        with freeze_time("2026-01-05 09:00:00") as clock:
            server.connected = False
            one.count_attempt("ann")
            server.connected = True
            one.count_attempt("ann")
            with pytest.raises(ThrottledError):
                one.count_attempt("ann")
            clock.tick(11)
            one.count_attempt("ann")

    @pytest.fixture
    def redis(self) -> Any:
        """A storage of `limits` on a Redis that runs within the process."""
        import fakeredis  # noqa: PLC0415
        from limits.storage import RedisStorage  # noqa: PLC0415

        server = fakeredis.FakeServer()
        pool = fakeredis.FakeRedis(server=server).connection_pool
        return RedisStorage("redis://127.0.0.1:6379/0", connection_pool=pool)
