"""A clock that is set forward or back ends what it must, locks nobody out, and breaks nothing that is stored."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

import pytest
from freezegun import freeze_time

from meetkit import meeting_service
from meetkit.accounts import expiry
from meetkit.accounts.models import EmailRequest, NewPasswordRequest
from meetkit.accounts.throttle import Throttle
from meetkit.errors import ConflictError, InvalidRequestError, ThrottledError, UnauthenticatedError
from meetkit.models.base import parse
from meetkit.models.meetings import CreateMeetingRequest
from meetkit.settings import Settings
from meetkit.storage import MemoryStore, SqlStore, Store
from meetkit.testing.examples import ANN
from tests.accounts import OTHER, World, good

HOUR, YEAR = 3600.0, 365 * 24 * 3600.0


class WallClock:
    """`time.time`, moved by some seconds; `time.monotonic` goes on."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        real, self.moved = time.time, 0.0
        patch.setattr(time, "time", lambda: real() + self.moved)


@pytest.fixture
def wall_clock(monkeypatch: pytest.MonkeyPatch) -> WallClock:
    return WallClock(monkeypatch)


class TestThrottle:
    def test_whoever_was_locked_out_by_a_clock_ahead_is_not_for_as_long_as_it_was(self, wall_clock: WallClock) -> None:
        throttle = Throttle(2)
        wall_clock.moved = YEAR
        for _ in range(2):
            throttle.count_attempt("ann")
        with pytest.raises(ThrottledError):
            throttle.count_attempt("ann")

        wall_clock.moved = 0

        throttle.count_attempt("ann")

    def test_a_small_correction_lets_nobody_guess_again(self, wall_clock: WallClock) -> None:
        throttle = Throttle(2)
        for _ in range(2):
            throttle.count_attempt("ann")
        for seconds in (-5.0, 5.0, -30.0, 0.0):
            wall_clock.moved = seconds
            with pytest.raises(ThrottledError) as caught:
                throttle.count_attempt("ann")
            assert caught.value.retry_after < 16 * 60

    def test_a_lockout_ends_when_the_clock_is_set_forward(self, wall_clock: WallClock) -> None:
        throttle = Throttle(1)
        throttle.count_attempt("ann")
        wall_clock.moved = HOUR
        throttle.count_attempt("ann")


class TestTokens:
    def test_of_a_session_survive_an_hour_back_and_end_in_time(self, world: World) -> None:
        world.signup()
        pair = world.login()
        # Two servers may differ by a minute.
        world.clock.go(seconds=-50)
        assert good(world.accounts, pair.access_token)
        # Before its issue a token is none, but its refresh token renews it.
        world.clock.go(hours=-1)
        assert not good(world.accounts, pair.access_token)
        renewed = world.accounts.authentication.refresh(pair.refresh_token)
        assert good(world.accounts, renewed.access_token)
        world.clock.go(hours=2)
        assert not good(world.accounts, renewed.access_token)
        assert good(world.accounts, world.accounts.authentication.refresh(renewed.refresh_token).access_token)

    def test_of_a_session_end_for_good_when_the_clock_was_far_ahead_only_if_they_were_purged(
        self, world: World
    ) -> None:
        world.signup()
        pair = world.login()
        world.clock.go(days=400)
        with pytest.raises(UnauthenticatedError):
            world.accounts.authentication.refresh(pair.refresh_token)
        world.clock.go(days=-400)
        assert world.accounts.authentication.refresh(pair.refresh_token)

    def test_of_mails_end_with_the_clock_and_never_work_twice(self, world: World) -> None:
        world.signup()
        world.accounts.password_reset.request(EmailRequest(email="ann@example.com"))
        request = NewPasswordRequest(token=world.post.token("ann@example.com", "Choose"), password=OTHER)
        world.clock.go(days=2)
        with pytest.raises(InvalidRequestError):
            world.accounts.password_reset.confirm(request)
        world.clock.go(days=-3)
        world.accounts.password_reset.confirm(request)
        world.clock.go(days=-3)
        with pytest.raises(ConflictError):
            world.accounts.password_reset.confirm(request)

    def test_and_events_of_a_clock_behind_are_not_purged_by_it(self, world: World) -> None:
        world.signup()
        before = world.events()
        world.clock.go(days=-3650)
        expiry.expire(world.database, Settings(), now=world.clock())
        assert world.events() == before


@pytest.mark.parametrize("make", [MemoryStore, lambda: SqlStore("sqlite://", migrate=True)], ids=["memory", "sql"])
def test_a_meeting_is_changed_and_read_though_the_clock_went_back(make: Callable[[], Store]) -> None:
    store = make()
    store.add_user(ANN)
    request = parse(CreateMeetingRequest, {"title": "Call", "user_id": "ann", "date": "2026-05-04T12:00:00Z"})
    with meeting_service.use(store=store):
        # The models are built by the first use, for which they need the real classes of times.
        meeting_service.update_meeting(meeting_service.create_meeting(request).id, {"title": "First"})
        with freeze_time("2026-05-04 10:00:00") as clock:
            made = meeting_service.create_meeting(request)
            clock.move_to("2026-05-04 08:00:00")
            changed = meeting_service.update_meeting(made.id, {"title": "Other"})
            assert (changed.title, changed.version) == ("Other", made.version + 1)
            clock.move_to("2027-05-04 08:00:00")
            assert meeting_service.update_meeting(made.id, {"title": "Third"}).version == made.version + 2
        assert meeting_service.get_meeting(made.id).updated_at == dt.datetime(2027, 5, 4, 8, tzinfo=dt.UTC)
