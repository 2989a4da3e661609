"""Sign-in by the word of a provider, and who is put out by it."""

from __future__ import annotations

import pytest

from meetkit.accounts.models import (
    ApiKeyRequest,
    EmailRequest,
    NewPasswordRequest,
)
from meetkit.errors import (
    ForbiddenError,
    InvalidRequestError,
    UnauthenticatedError,
)
from tests.accounts import OTHER, World, good, identity, together


class TestProviders:
    def test_a_newcomer_gets_an_account_without_a_password(self, on_both: World) -> None:
        pair = on_both.accounts.oauth_login.log_in(identity())
        account = on_both.accounts.own_account.get(on_both.accounts.authentication.authenticate(pair.access_token))
        assert (account.verified, account.providers, account.access) == (True, ("google",), "member")
        exported = on_both.accounts.personal_data.export_account(
            on_both.accounts.authentication.authenticate(pair.access_token)
        )
        assert [(identity_.provider, identity_.subject) for identity_ in exported.identities] == [("google", "g-1")]

    def test_an_identity_is_its_accounts_also_with_another_email(self, world: World) -> None:
        first = world.accounts.authentication.authenticate(world.accounts.oauth_login.log_in(identity()).access_token)
        later = identity("ann@elsewhere.example", verified=False)
        assert world.accounts.authentication.authenticate(
            world.accounts.oauth_login.log_in(later).access_token
        ).account_id == (first.account_id)

    def test_where_both_sides_verified_the_email_they_are_linked(self, world: World) -> None:
        account = world.signup()
        world.accounts.email_verification.confirm(world.post.token("ann@example.com", "Verify"))
        session = world.login()

        caller = world.accounts.authentication.authenticate(
            world.accounts.oauth_login.log_in(identity("Ann@Example.com")).access_token
        )

        assert caller.account_id == account.id
        assert good(world.accounts, session.access_token)
        assert world.login()

    def test_who_took_anothers_email_first_is_put_out(self, on_both: World) -> None:
        """An attacker signs up with a victim's email address and waits for the victim to come by a provider."""
        account = on_both.signup()
        session = on_both.login()
        key = on_both.accounts.api_keys.create(on_both.caller(), ApiKeyRequest(name="back door"))
        on_both.accounts.password_reset.request(EmailRequest(email="ann@example.com"))
        reset = on_both.post.token("ann@example.com", "new password")

        caller = on_both.accounts.authentication.authenticate(
            on_both.accounts.oauth_login.log_in(identity()).access_token
        )

        assert caller.account_id == account.id
        assert on_both.accounts.own_account.get(caller).verified
        assert not good(on_both.accounts, session.access_token)
        assert not good(on_both.accounts, key.secret)
        for attempt in (
            on_both.login,
            lambda: on_both.accounts.authentication.refresh(session.refresh_token),
            lambda: on_both.accounts.password_reset.confirm(NewPasswordRequest(token=reset, password=OTHER)),
        ):
            with pytest.raises((UnauthenticatedError, InvalidRequestError)):
                attempt()

    @pytest.mark.parametrize("exists", [False, True])
    def test_an_email_that_the_provider_has_not_verified_is_refused(self, world: World, exists: bool) -> None:
        if exists:
            world.signup()
        with pytest.raises(
            ForbiddenError, match="google has not verified this email address; verify it with google and sign in again"
        ):
            world.accounts.oauth_login.log_in(identity(verified=False))
        assert world.events()[-1] == ("login", "refused")

    def test_an_email_that_only_folds_to_an_accounts_is_refused(self, world: World) -> None:
        world.signup("kim@example.com")
        with pytest.raises(ForbiddenError, match="use another"):
            world.accounts.oauth_login.log_in(identity("\u212aim@example.com"))

    def test_of_two_at_once_there_is_one_account(self, on_both: World) -> None:
        results = together(*[lambda: on_both.accounts.oauth_login.log_in(identity())] * 2)
        assert {type(result).__name__ for result in results} <= {"TokenPair", "ConflictError"}
        assert any(type(result).__name__ == "TokenPair" for result in results)
        assert len(list(on_both.store.export_records())) == 1

    def test_a_deactivated_account_stays_out(self, world: World) -> None:
        admin, account = world.admin(), world.signup()
        world.accounts.administration.update_account(admin, account.id, active=False)
        with pytest.raises(ForbiddenError, match="deactivated"):
            world.accounts.oauth_login.log_in(identity())
        assert world.accounts.own_account.get(admin, account.id).providers == ()
