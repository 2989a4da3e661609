"""How often somebody may guess."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

import pytest
from freezegun import freeze_time

from meetkit.accounts import throttle
from meetkit.accounts.models import (
    EmailRequest,
    LoginRequest,
)
from meetkit.accounts.throttle import Throttle
from meetkit.errors import (
    InvalidRequestError,
    ThrottledError,
    UnauthenticatedError,
)
from meetkit.settings import Settings
from tests.accounts import OTHER, PASSWORD, World


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

    def test_an_address_is_throttled_over_accounts(self, world: World) -> None:
        world.accounts.throttle._of_address.amount = 3
        for number in range(3):
            with pytest.raises(UnauthenticatedError):
                world.login(f"nobody{number}@example.com")
        with pytest.raises(ThrottledError):
            world.signup()

    def test_resets_are_throttled_whether_the_email_has_an_account_or_not(self, world: World) -> None:
        world.signup()
        for email in ("ann@example.com", "nobody@example.com"):
            for _ in range(10):
                world.accounts.request_password_reset(EmailRequest(email=email))
            with pytest.raises(ThrottledError):
                world.accounts.request_password_reset(EmailRequest(email=email))

    def test_names_whose_attempts_are_past_are_forgotten(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(throttle, "_MANY", 100)
        one = Throttle(1)
        with freeze_time("2026-01-05 09:00:00") as clock:
            for number in range(99):
                one.attempt(f"old {number}")
            clock.tick(dt.timedelta(minutes=14))
            one.attempt("young")
            clock.tick(dt.timedelta(minutes=2))
            one.attempt("new")

            assert len(one._memory.events) == 2
            with pytest.raises(ThrottledError):
                one.attempt("young")
            one.attempt("old 1")

    @pytest.mark.parametrize("url", ["redis", "http://localhost", "memcached://x", "redis://x:y:z", "memory://"])
    def test_another_url_than_a_rediss_is_refused_in_one_line(self, url: str) -> None:
        with pytest.raises(InvalidRequestError, match="MEETKIT_REDIS_URL"):
            Throttle.of(Settings(redis_url=url))

    def test_a_redis_that_is_not_there_keeps_nobody_out(self, world: World, caplog: pytest.LogCaptureFixture) -> None:
        accounts = world.another(throttle=Throttle.of(Settings(redis_url="redis://127.0.0.1:1/0")))
        world.signup()
        assert accounts.login(LoginRequest(email="ann@example.com", password=PASSWORD))
        assert "the Redis failed" in caplog.text

    def test_processes_count_together_in_a_redis(self, world: World, redis: Any) -> None:
        one, other = (world.another(throttle=Throttle(2, redis)) for _ in range(2))
        for accounts in (one, other):
            with pytest.raises(UnauthenticatedError):
                accounts.login(LoginRequest(email="nobody@example.com", password=OTHER))
        for accounts in (one, other):
            with pytest.raises(ThrottledError):
                accounts.login(LoginRequest(email="nobody@example.com", password=OTHER))

    def test_without_the_redis_a_process_counts_by_itself_and_says_so(
        self, world: World, redis: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        accounts = world.another(throttle=Throttle(2, redis))
        world.signup()
        redis.storage.connection_pool.connection_kwargs["server"].connected = False

        with caplog.at_level(logging.WARNING):
            assert accounts.login(LoginRequest(email="ann@example.com", password=PASSWORD))
            for _ in range(2):
                with pytest.raises(UnauthenticatedError):
                    accounts.login(LoginRequest(email="nobody@example.com", password=OTHER))
            with pytest.raises(ThrottledError):
                accounts.login(LoginRequest(email="nobody@example.com", password=OTHER))

        assert [record.message for record in caplog.records] == [
            "attempts are counted in this process alone: the Redis failed (ConnectionError)"
        ]

    @pytest.fixture
    def redis(self) -> Any:
        """A storage of `limits` on a Redis that runs within the process."""
        import fakeredis  # noqa: PLC0415
        from limits.storage import RedisStorage  # noqa: PLC0415

        server = fakeredis.FakeServer()
        pool = fakeredis.FakeRedis(server=server).connection_pool
        return RedisStorage("redis://127.0.0.1:6379/0", connection_pool=pool)
