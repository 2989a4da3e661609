"""What a token in a mail is good for, once and for a time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import event

from meetkit.accounts.models import (
    ApiKeyRequest,
    EmailRequest,
    NewPasswordRequest,
)
from meetkit.errors import ConflictError, InvalidRequestError, ThrottledError, UnauthenticatedError
from meetkit.mail import MessageFactory
from tests.accounts import HERE, OTHER, World, good, together


class Outgoing:
    """Keeps letters that nobody has written yet."""

    def __init__(self, letters: list[MessageFactory]) -> None:
        self.put = letters.append


class TestMail:
    def test_verifies_an_email_once(self, on_both: World) -> None:
        on_both.signup()
        token = on_both.post.token("ann@example.com", "Verify")

        assert on_both.accounts.email_verification.confirm(token).verified

        with pytest.raises(ConflictError, match="has been used, and works once; the email address is verified"):
            on_both.accounts.email_verification.confirm(token)

    def test_asked_for_again_takes_the_place_of_the_first(self, world: World) -> None:
        world.signup()
        first = world.post.token("ann@example.com", "Verify")
        world.accounts.email_verification.request(world.caller())
        second = world.post.token("ann@example.com", "Verify")

        with pytest.raises(InvalidRequestError):
            world.accounts.email_verification.confirm(first)
        assert world.accounts.email_verification.confirm(second).verified
        world.accounts.email_verification.request(world.caller())
        assert len(world.post.sent) == 2

    def test_sets_another_password_and_ends_all_sessions(self, on_both: World) -> None:
        on_both.signup()
        pair = on_both.login()
        on_both.accounts.password_reset.request(EmailRequest(email="ANN@example.com"))
        request = NewPasswordRequest(token=on_both.post.token("ann@example.com", "new password"), password=OTHER)

        on_both.accounts.password_reset.confirm(request)

        assert not good(on_both.accounts, pair.access_token)
        assert on_both.accounts.own_account.get(on_both.caller(password=OTHER)).verified
        with pytest.raises(ConflictError, match="has been used"):
            on_both.accounts.password_reset.confirm(request)

    def test_of_a_stranger_is_answered_alike_and_sends_nothing(self, world: World) -> None:
        world.accounts.password_reset.request(EmailRequest(email="nobody@example.com"), origin=HERE)
        assert world.post.sent == []
        assert world.events() == [("password_reset_request", "ok")]

    def test_looks_nothing_up_before_it_answers(self, world: World) -> None:
        letters: list[MessageFactory] = []
        world.signup()
        accounts = world.another(post=Outgoing(letters))
        statements: list[str] = []
        event.listen(world.database.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

        for email in ("ann@example.com", "nobody@example.com"):
            accounts.password_reset.request(EmailRequest(email=email))

        assert statements == []
        written = [letter() for letter in letters]
        assert [message and message.to for message in written] == ["ann@example.com", None]

    def test_goes_to_the_email_on_record_and_not_to_one_that_folds_to_it(self, world: World) -> None:
        world.signup("kim@example.com")
        world.accounts.password_reset.request(EmailRequest(email="\u212aim@example.com"))
        assert {message.to for message in world.post.sent} == {"kim@example.com"}

    @pytest.mark.parametrize("about", ["reset", "verify"])
    def test_is_too_old_after_a_time(self, world: World, about: str) -> None:
        world.signup()
        world.accounts.password_reset.request(EmailRequest(email="ann@example.com"))
        if about == "reset":
            world.clock.go(minutes=60)
            token = world.post.token("ann@example.com", "new password")
            with pytest.raises(InvalidRequestError, match="request another password reset email"):
                world.accounts.password_reset.confirm(NewPasswordRequest(token=token, password=OTHER))
        else:
            world.clock.go(days=7)
            with pytest.raises(InvalidRequestError, match="sign in and request another verification email"):
                world.accounts.email_verification.confirm(world.post.token("ann@example.com", "Verify"))

    @pytest.mark.parametrize("token", ["x", "nothing", "x" * 2000])
    def test_that_nobody_made_is_refused_and_noted(self, world: World, token: str) -> None:
        calls: tuple[tuple[Callable[[str], object], str], ...] = (
            (world.accounts.email_verification.confirm, "email_verified"),
            (
                lambda token: world.accounts.password_reset.confirm(NewPasswordRequest(token=token, password=OTHER)),
                "password_reset",
            ),
        )
        for call, event_name in calls:
            with pytest.raises(InvalidRequestError, match="token: it is invalid"):
                call(token)
            assert world.events()[-1] == (event_name, "failed")

    def test_guessed_at_too_often_is_throttled(self, world: World) -> None:
        for _ in range(100):
            with pytest.raises(InvalidRequestError):
                world.accounts.email_verification.confirm("x", origin=HERE)
        with pytest.raises(ThrottledError):
            world.accounts.email_verification.confirm("x", origin=HERE)

    def test_for_one_purpose_is_good_for_no_other(self, world: World) -> None:
        world.signup()
        token = world.post.token("ann@example.com", "Verify")
        for call in (world.accounts.password_reset.confirm, world.accounts.password_reset.accept_invitation):
            with pytest.raises(InvalidRequestError):
                call(NewPasswordRequest(token=token, password=OTHER))

    def test_a_password_that_is_refused_leaves_the_token_good(self, world: World) -> None:
        world.signup()
        world.accounts.password_reset.request(EmailRequest(email="ann@example.com"))
        token = world.post.token("ann@example.com", "new password")
        with pytest.raises(InvalidRequestError, match="characters"):
            world.accounts.password_reset.confirm(NewPasswordRequest(token=token, password="short"))
        world.accounts.password_reset.confirm(NewPasswordRequest(token=token, password=OTHER))

    def test_of_two_resets_at_once_one_is_done(self, on_both: World) -> None:
        on_both.signup()
        on_both.accounts.password_reset.request(EmailRequest(email="ann@example.com"))
        token = on_both.post.token("ann@example.com", "new password")
        requests = [NewPasswordRequest(token=token, password=f"{OTHER} {n}") for n in range(2)]

        results = together(*[partial(on_both.accounts.password_reset.confirm, request) for request in requests])

        assert sorted(type(result).__name__ for result in results) == ["NoneType", "UsedTokenError"]

    def test_reset_gives_an_email_to_who_reads_it_however_long_somebody_else_had_it(self, on_both: World) -> None:
        """Sign-up tells its owner how; whoever signed up with it before is out by every way."""
        on_both.signup()
        pair = on_both.login()
        key = on_both.accounts.api_keys.create(on_both.caller(), ApiKeyRequest(name="CRM"))
        on_both.clock.go(days=300)
        later = on_both.login()
        with pytest.raises(ConflictError, match=r"already has an account; .* reset its password"):
            on_both.signup(password=OTHER)
        on_both.accounts.password_reset.request(EmailRequest(email="ann@example.com"))
        token = on_both.post.token("ann@example.com", "new password")
        on_both.accounts.password_reset.confirm(NewPasswordRequest(token=token, password=OTHER))

        for credential in (later.access_token, key.secret):
            assert not good(on_both.accounts, credential)
        with pytest.raises(UnauthenticatedError):
            on_both.accounts.authentication.refresh(later.refresh_token)
        with pytest.raises(UnauthenticatedError):
            on_both.login()
        assert not good(on_both.accounts, pair.access_token)
        assert on_both.accounts.own_account.get(on_both.caller(password=OTHER)).verified

    def test_reset_takes_the_keys_of_who_signed_up_with_anothers_email(self, world: World) -> None:
        world.signup()
        key = world.accounts.api_keys.create(world.caller(), ApiKeyRequest(name="CRM"))
        world.accounts.password_reset.request(EmailRequest(email="ann@example.com"))
        token = world.post.token("ann@example.com", "new password")
        world.accounts.password_reset.confirm(NewPasswordRequest(token=token, password=OTHER))
        assert not good(world.accounts, key.secret)
