"""Sessions: how they go on, and what ends them at once."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from sqlalchemy import event

from meetkit.accounts.models import (
    ApiKeyRequest,
    ChangePasswordRequest,
    LoginRequest,
)
from meetkit.errors import ConflictError, InvalidRequestError, MeetkitError, UnauthenticatedError
from tests.accounts import HERE, OTHER, PASSWORD, World, good, together


class TestSessions:
    def test_refreshing_goes_on(self, on_both: World) -> None:
        on_both.signup()
        pair = on_both.login()
        for _ in range(3):
            on_both.clock.go(minutes=20)
            assert not good(on_both.accounts, pair.access_token)
            pair = on_both.accounts.authentication.refresh(pair.refresh_token, origin=HERE)
            assert good(on_both.accounts, pair.access_token)

    def test_a_token_that_comes_again_ends_the_session_however_old_it_is(self, on_both: World) -> None:
        on_both.signup()
        first, second = on_both.login(), on_both.login()
        last = first
        for _ in range(3):
            last = on_both.accounts.authentication.refresh(last.refresh_token)

        with pytest.raises(UnauthenticatedError):
            on_both.accounts.authentication.refresh(first.refresh_token)

        assert not good(on_both.accounts, last.access_token)
        with pytest.raises(UnauthenticatedError):
            on_both.accounts.authentication.refresh(last.refresh_token)
        assert good(on_both.accounts, second.access_token)
        assert on_both.events()[-2:] == [("reuse", "refused"), ("refresh", "failed")]

    def test_a_session_ends_90_days_after_the_sign_in_however_often_it_is_refreshed(self, world: World) -> None:
        world.signup()
        pair = world.login()
        for _ in range(4):
            world.clock.go(days=20)
            pair = world.accounts.authentication.refresh(pair.refresh_token)
        world.clock.go(days=9, hours=23)
        pair = world.accounts.authentication.refresh(pair.refresh_token)

        world.clock.go(hours=1)
        with pytest.raises(UnauthenticatedError):
            world.accounts.authentication.refresh(pair.refresh_token)

    def test_a_session_may_last_longer_where_the_setting_says_so(self, world: World) -> None:
        world.signup()
        accounts = world.another(policy=world.policy.model_copy(update={"refresh_token_days": 200}))
        pair = accounts.authentication.log_in(LoginRequest(email="ann@example.com", password=PASSWORD))
        world.clock.go(days=199)
        pair = accounts.authentication.refresh(pair.refresh_token)

        world.clock.go(days=1)
        with pytest.raises(UnauthenticatedError):
            accounts.authentication.refresh(pair.refresh_token)

    def test_of_two_refreshes_at_once_one_wins_and_the_session_ends(self, on_both: World) -> None:
        on_both.signup()
        pair = on_both.login()

        results = together(*[lambda: on_both.accounts.authentication.refresh(pair.refresh_token)] * 2)

        [pair_won] = [result for result in results if not isinstance(result, MeetkitError)]
        assert [type(result) for result in results if result is not pair_won] == [UnauthenticatedError]
        assert not good(on_both.accounts, pair_won.access_token)

    def test_who_knows_the_sessions_id_cannot_end_it(self, world: World) -> None:
        world.signup()
        pair = world.login()
        session_id = world.accounts.authentication.authenticate(pair.access_token).session_id

        for forged in (f"{session_id}.x", "", ".", f"x.{pair.refresh_token}", pair.access_token, "\ud800", "x" * 10**6):
            with pytest.raises(UnauthenticatedError):
                world.accounts.authentication.refresh(forged)
        assert good(world.accounts, pair.access_token)

    def test_one_that_is_not_refreshed_ends(self, world: World) -> None:
        world.signup()
        pair = world.login()
        world.clock.go(days=30)
        with pytest.raises(UnauthenticatedError):
            world.accounts.authentication.refresh(pair.refresh_token)

    def test_what_has_ended_is_forgotten_with_the_next_sign_in(self, world: World) -> None:
        world.signup()
        for _ in range(3):
            world.login()
            world.clock.go(days=31)
        world.login()

        rows = world.database.read(
            lambda connection: connection.exec_driver_sql("SELECT id FROM meetkit_sessions").all()
        )
        assert len(rows) == 1

    def test_logout_ends_this_one_at_once_everywhere(self, on_both: World) -> None:
        on_both.signup()
        here, there = on_both.login(), on_both.login()
        elsewhere = on_both.another()
        assert good(elsewhere, here.access_token)

        on_both.accounts.authentication.log_out(on_both.accounts.authentication.authenticate(here.access_token))

        assert not good(elsewhere, here.access_token)
        assert good(elsewhere, there.access_token)
        with pytest.raises(UnauthenticatedError):
            elsewhere.authentication.refresh(here.refresh_token)

    def test_logout_everywhere_ends_all(self, world: World) -> None:
        world.signup()
        pairs = [world.login(), world.login()]
        world.accounts.authentication.log_out_everywhere(
            world.accounts.authentication.authenticate(pairs[0].access_token)
        )
        assert not any(good(world.accounts, pair.access_token) for pair in pairs)

    def test_another_password_ends_the_others(self, world: World) -> None:
        world.signup()
        here, there = world.login(), world.login()
        caller = world.accounts.authentication.authenticate(here.access_token)

        world.accounts.own_account.change_password(
            caller, ChangePasswordRequest(current_password=PASSWORD, new_password=OTHER), origin=HERE
        )

        assert good(world.accounts, here.access_token)
        assert not good(world.accounts, there.access_token)
        with pytest.raises(UnauthenticatedError):
            world.login()
        assert world.login(password=OTHER)

    def test_of_two_who_set_another_password_at_once_one_does(self, on_both: World) -> None:
        on_both.signup()
        caller = on_both.caller()
        requests = [ChangePasswordRequest(current_password=PASSWORD, new_password=f"{OTHER} {n}") for n in range(2)]

        results = together(
            *[partial(on_both.accounts.own_account.change_password, caller, request) for request in requests]
        )

        [lost] = [result for result in results if result is not None]
        assert isinstance(lost, ConflictError | InvalidRequestError)  # whether it came after the other, or during
        password = requests[results.index(None)].new_password
        assert on_both.login(password=password)

    def test_another_password_takes_the_current_one(self, world: World) -> None:
        world.signup()
        wrong = ChangePasswordRequest(current_password=OTHER, new_password=OTHER)
        with pytest.raises(InvalidRequestError, match="current_password: wrong password"):
            world.accounts.own_account.change_password(world.caller(), wrong)
        assert world.events()[-1] == ("password_change", "failed")
        assert world.login()

    def test_a_request_takes_one_statement(self, on_both: World) -> None:
        admin = on_both.admin()
        key = on_both.accounts.api_keys.create(admin, ApiKeyRequest(name="CRM"))
        pair = on_both.login("ada@example.com")
        on_both.accounts.authentication.authenticate(key.secret)
        statements: list[str] = []

        def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
            statements.append(statement)

        event.listen(on_both.database.engine, "before_cursor_execute", note)
        for credential in (pair.access_token, key.secret):
            on_both.accounts.authentication.authenticate(credential)
        event.remove(on_both.database.engine, "before_cursor_execute", note)

        assert [statement.split()[0] for statement in statements] == ["SELECT", "SELECT"]
