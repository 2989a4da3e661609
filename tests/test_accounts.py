"""Signing up, in and out; what an account and its keys are, and when they are no more."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest
import sqlalchemy
from argon2 import PasswordHasher
from sqlalchemy import event

from meetkit.accounts.models import (
    ApiKeyRequest,
    ChangePasswordRequest,
    LoginRequest,
    SignupRequest,
)
from meetkit.accounts.passwords import Passwords
from meetkit.accounts.policy import AccountPolicy
from meetkit.accounts.service import Accounts
from meetkit.errors import (
    ConflictError,
    ForbiddenError,
    InvalidRequestError,
    MeetkitError,
    NotFoundError,
    StoreError,
    ThrottledError,
    UnauthenticatedError,
)
from meetkit.models.caller import Right
from meetkit.settings import Settings
from meetkit.storage import SqlStore
from tests.accounts import KEY, OTHER, PASSWORD, POLICY, World, good, identity, replace_parts, together


class TestSigningUp:
    def test_makes_an_account_and_its_user(self, on_both: World) -> None:
        account = on_both.signup()

        user = on_both.store.get_user(account.user_id)
        assert (account.access, account.tenant_id, account.active, account.verified) == (
            "member",
            "default",
            True,
            False,
        )
        assert (user.name, user.email, user.tenant_id) == ("Ann Winter", "ann@example.com", "default")
        assert on_both.accounts.own_account.get(on_both.caller()).created_at == on_both.clock.now

    def test_an_email_has_one_account_however_it_is_written(self, on_both: World) -> None:
        on_both.signup()

        with pytest.raises(ConflictError, match="already has an account"):
            on_both.signup("ANN@Example.COM")
        assert on_both.caller("Ann@EXAMPLE.com").access == "member"

    def test_of_two_at_once_one_gets_it_and_no_user_is_left_over(self, on_both: World) -> None:
        results = together(on_both.signup, on_both.signup)

        assert sorted(type(result).__name__ for result in results) == ["Account", "ConflictError"]
        assert len(list(on_both.store.export_records())) == 1

    def test_founding_makes_a_tenant_of_ones_own(self, tmp_path: Path) -> None:
        world = World(f"sqlite:///{tmp_path}/accounts.db", POLICY.model_copy(update={"signup": "found"}))

        first, second = world.signup(), world.signup("ben@example.com")

        assert first.access == second.access == "admin"
        assert len({first.tenant_id, second.tenant_id, "default"}) == 3
        world.close()

    def test_closed_it_is_by_invitation(self, tmp_path: Path) -> None:
        world = World(f"sqlite:///{tmp_path}/accounts.db", POLICY.model_copy(update={"signup": "closed"}))

        with pytest.raises(ForbiddenError, match="ask an admin"):
            world.signup()
        with pytest.raises(ForbiddenError, match="ask an admin"):
            world.accounts.oauth_login.log_in(identity())
        world.close()

    @pytest.mark.parametrize(
        ("password", "why"),
        [
            ("short", "has 5 characters"),
            ("aaaaaaaaaaaa", "repeats"),
            ("Password123!", "most common"),
            ("1234567890", "most common"),
            ("ann@example.com", "your email address"),
            ("Ann Winter 2026", "your name"),
            ("annwinter1!", "your name"),
            ("Ｐａｓｓｗｏｒｄ１２３！", "most common"),
            ("１２３４５６７８９０", "most common"),
            ("Ａｎｎ　Ｗｉｎｔｅｒ２０２６", "your name"),
            ("letmeinletmein", "most common"),
            ("Password1!Password1!", "most common"),
            ("abcdabcdabcd", "most common"),
            ("AnnWinterAnnWinter", "your name"),
        ],
    )
    def test_a_password_that_is_guessed_first_is_refused(self, world: World, password: str, why: str) -> None:
        with pytest.raises(InvalidRequestError, match=why) as error:
            world.signup(password=password)
        assert "10 to 200 characters" in str(error.value)
        assert password not in str(error.value)

    @pytest.mark.parametrize(("email", "lookalike"), [("victims", "victim\u017f"), ("strasse", "straße")])
    def test_an_email_takes_none_that_only_folds_to_it(self, world: World, email: str, lookalike: str) -> None:
        world.signup(f"{lookalike}@corp.example")
        account = world.signup(f"{email}@corp.example")
        assert world.caller(f"{email.upper()}@corp.example").account_id == account.id

    def test_an_email_is_one_however_a_keyboard_composes_it(self, world: World) -> None:
        world.signup("j\u00fcrgen@example.com")
        assert world.caller("JU\u0308RGEN@example.com")

    def test_a_password_may_be_in_any_script(self, world: World) -> None:
        world.signup(password="ключ от старой двери")
        assert world.caller(password="ключ от старой двери")

    def test_a_password_is_the_same_however_a_keyboard_composes_it(self, world: World) -> None:
        world.signup(password="Straßencafé im Hof")
        assert world.caller(password="Straßencafe\u0301 im Hof")

    def test_no_password_and_no_token_shows_in_a_repr(self, world: World) -> None:
        request = SignupRequest(email="ann@example.com", password=PASSWORD, name="Ann")
        world.signup()
        pair = world.login()

        text = f"{request!r} {pair!r} {world.policy!r} {world.post.sent!r} {request} {world.accounts!r}"

        for secret in (PASSWORD, pair.access_token, pair.refresh_token, *world.policy.secret_keys, "token="):
            assert secret not in text

    def test_no_secret_is_in_the_database(self, world: World, tmp_path: Path) -> None:
        world.signup()
        pair = world.login()
        key = world.accounts.api_keys.create(world.caller(), ApiKeyRequest(name="CRM"))
        world.close()

        content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        for secret in (PASSWORD, *pair.refresh_token.split("."), key.secret, world.post.token("ann@example.com", "V")):
            assert secret.encode() not in content

    def test_nothing_of_an_erased_account_is_in_the_database(self, world: World, tmp_path: Path) -> None:
        account = world.signup()
        world.erase(world.caller(), account.user_id)

        content = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        assert account.id.encode() in content  # of the audit
        for secret in (account.email, "Ann Winter", "$argon2id$"):
            assert secret.encode() not in content


class TestLogin:
    def test_gives_a_pair(self, world: World) -> None:
        account = world.signup()
        pair = world.login()

        caller = world.accounts.authentication.authenticate(pair.access_token)
        assert (pair.token_type, pair.expires_in) == ("bearer", 900)
        assert (caller.account_id, caller.user_id, caller.right) == (account.id, account.user_id, "admin")
        assert world.accounts.own_account.get(caller).last_login_at == world.clock.now

    def test_says_the_same_of_a_wrong_password_and_of_a_stranger(self, world: World) -> None:
        world.signup()
        messages = set()
        for email, password in (("ann@example.com", OTHER), ("nobody@example.com", PASSWORD)):
            with pytest.raises(UnauthenticatedError) as error:
                world.login(email, password)
            messages.add(str(error.value))

        assert messages == {"email address or password is wrong"}
        assert world.events()[-2:] == [("login", "failed")] * 2

    def test_takes_as_much_hashing_for_a_stranger(self, world: World) -> None:
        class Counting(PasswordHasher):
            verified: ClassVar[list[str]] = []

            def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002  # as the library
                self.verified.append(str(hash))
                return super().verify(hash, password)

        world.signup()
        passwords = Passwords(POLICY)
        passwords._hasher = Counting(memory_cost=POLICY.hash_memory_kib, time_cost=POLICY.hash_passes, parallelism=1)
        accounts = world.another()
        replace_parts(accounts, passwords=passwords)
        for email in ("ann@example.com", "nobody@example.com"):
            with pytest.raises(UnauthenticatedError):
                accounts.authentication.log_in(LoginRequest(email=email, password=OTHER))

        parameters = [hash_.split("$")[1:4] for hash_ in Counting.verified]
        assert parameters == [["argon2id", "v=19", "m=8,t=1,p=1"]] * 2

    def test_of_an_account_without_a_password_fails_as_any_other(self, world: World) -> None:
        world.accounts.oauth_login.log_in(identity())
        with pytest.raises(UnauthenticatedError, match="email address or password is wrong"):
            world.login()

    def test_renews_a_hash_made_by_weaker_parameters(self, world: World) -> None:
        world.signup()
        stronger = world.another(policy=POLICY.model_copy(update={"hash_passes": 2}))

        stronger.authentication.log_in(LoginRequest(email="ann@example.com", password=PASSWORD))

        hashes = world.database.read(
            lambda connection: connection.exec_driver_sql("SELECT password_hash FROM meetkit_accounts").scalars().all()
        )
        assert [",t=2," in hash_ and hash_.startswith("$argon2id$") for hash_ in hashes] == [True]
        assert world.login()

    def test_of_a_deactivated_account_says_so_to_who_knows_the_password(self, world: World) -> None:
        admin, account = world.admin(), world.signup()
        world.accounts.administration.update_account(admin, account.id, active=False)

        with pytest.raises(ForbiddenError, match="deactivated"):
            world.login()
        with pytest.raises(UnauthenticatedError):
            world.login(password=OTHER)


class TestApiKeys:
    def test_stand_for_the_account_and_no_more_than_their_right(self, world: World) -> None:
        admin = world.admin()
        new = world.accounts.api_keys.create(admin, ApiKeyRequest(name="CRM", right="read"))

        caller = world.accounts.authentication.authenticate(new.secret)

        assert new.secret.startswith(new.key.prefix)
        assert (caller.account_id, caller.access, caller.right) == (admin.account_id, "admin", "read")
        assert not caller.may_write
        assert not caller.is_admin
        assert caller.session_id is None
        assert world.accounts.api_keys.list_keys(admin)[0].last_used_at == world.clock.now

    def test_are_good_while_nothing_can_be_written(self, world: World) -> None:
        new = world.accounts.api_keys.create(world.admin(), ApiKeyRequest(name="CRM"))
        world.database.read(lambda connection: connection.exec_driver_sql("PRAGMA query_only = ON").close())

        with pytest.raises(StoreError):
            world.login()
        assert world.accounts.authentication.authenticate(new.secret).right == "write"

    def test_are_good_until_revoked(self, world: World) -> None:
        world.signup()
        caller = world.caller()
        new = world.accounts.api_keys.create(caller, ApiKeyRequest(name="CRM"))
        elsewhere = world.another()
        assert good(elsewhere, new.secret)

        revoked = world.accounts.api_keys.revoke(caller, new.key.id)
        world.clock.go(hours=1)

        assert not good(elsewhere, new.secret)
        assert world.accounts.api_keys.revoke(caller, new.key.id) == revoked
        assert world.accounts.api_keys.list_keys(caller) == [revoked]

    def test_are_ones_own(self, world: World) -> None:
        admin = world.admin()
        world.signup()
        new = world.accounts.api_keys.create(world.caller(), ApiKeyRequest(name="CRM"))

        for key_id in (new.key.id, "nothing", "\x00"):
            with pytest.raises(NotFoundError):
                world.accounts.api_keys.revoke(admin, key_id)
        assert good(world.accounts, new.secret)

    @pytest.mark.parametrize("right", ["write", "admin"])
    def test_of_viewers_only_read(self, world: World, right: Right) -> None:
        admin, viewer = world.admin(), world.signup()
        world.accounts.administration.update_account(admin, viewer.id, access="viewer")
        caller = world.caller()
        with pytest.raises(ForbiddenError, match='a viewer\'s key can only have the right "read"'):
            world.accounts.api_keys.create(caller, ApiKeyRequest(name="CRM", right=right))
        assert world.accounts.api_keys.create(caller, ApiKeyRequest(name="CRM", right="read")).key.right == "read"

    def test_of_admins_let_nobody_in_who_outlives_them(self, world: World) -> None:
        admin, member = world.admin(), world.signup()
        key = world.accounts.api_keys.create(admin, ApiKeyRequest(name="CRM", right="admin"))
        caller = world.accounts.authentication.authenticate(key.secret)
        with pytest.raises(ForbiddenError, match="sign in; API keys are not accepted here"):
            world.invited(caller, "eve@example.com", "admin")
        with pytest.raises(ForbiddenError, match="sign in; API keys are not accepted here"):
            world.accounts.administration.update_account(caller, member.id, access="admin")
        assert not world.accounts.administration.update_account(caller, member.id, active=False).active
        with pytest.raises(ForbiddenError, match="sign in; API keys are not accepted here"):
            world.accounts.administration.update_account(caller, member.id, active=True)
        assert len(world.accounts.administration.list_accounts(caller)) == 2

    def test_cannot_do_what_takes_a_sign_in(self, world: World) -> None:
        world.signup()
        new = world.accounts.api_keys.create(world.caller(), ApiKeyRequest(name="CRM", right="admin"))
        caller, accounts = world.accounts.authentication.authenticate(new.secret), world.accounts

        for call in (
            lambda: accounts.api_keys.create(caller, ApiKeyRequest(name="another")),
            lambda: accounts.api_keys.revoke(caller, new.key.id),
            lambda: accounts.authentication.log_out(caller),
            lambda: accounts.authentication.log_out_everywhere(caller),
            lambda: world.erase(caller, caller.user_id),
            lambda: accounts.email_verification.request(caller),
            lambda: accounts.own_account.change_password(
                caller, ChangePasswordRequest(current_password=PASSWORD, new_password=OTHER)
            ),
        ):
            with pytest.raises(ForbiddenError, match="sign in; API keys are not accepted here"):
                call()

    @pytest.mark.parametrize("key", ["mk_", "mk_x", "mk_" + "x" * 10**6, "mk_\ud800", "mk_\x00"])
    def test_that_nobody_made_are_not_good(self, world: World, key: str) -> None:
        assert not good(world.accounts, key)


def _on(beginning: str, act: Any) -> Any:
    def listen(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(beginning):
            act()

    return listen


class TestUsersElsewhere:
    def test_a_store_elsewhere_keeps_the_users(self, world: World, tmp_path: Path) -> None:
        elsewhere = SqlStore(f"sqlite:///{tmp_path}/elsewhere.db", migrate=True)
        accounts = world.another(store=elsewhere)
        account = accounts.registration.sign_up(SignupRequest(email="ann@example.com", password=PASSWORD, name="Ann"))

        assert elsewhere.get_user(account.user_id).name == "Ann"
        assert list(world.store.export_records()) == []
        elsewhere.close()

    def test_a_profile_is_kept_in_both_or_in_neither(self, world: World, tmp_path: Path) -> None:
        elsewhere = SqlStore(f"sqlite:///{tmp_path}/elsewhere.db", migrate=True)
        accounts = world.another(store=elsewhere)
        accounts.registration.sign_up(SignupRequest(email="ann@example.com", password=PASSWORD, name="Ann"))
        ann = world.caller()
        accounts.own_account.set_profile(ann, {"name": "Ann Frost"}, {"theme": "dark"})

        for updates, preferences in ({"name": ""}, {}), ({"timezone": "Mars"}, {"theme": "light"}):
            with pytest.raises(InvalidRequestError):
                accounts.own_account.set_profile(ann, updates, preferences)

        assert (elsewhere.get_user(ann.user_id).name, accounts.own_account.get_preferences(ann)) == (
            "Ann Frost",
            {"theme": "dark"},
        )
        elsewhere.close()

    def test_a_user_that_cannot_be_kept_leaves_no_account(self, world: World) -> None:
        def refuse(*_: Any) -> None:
            raise sqlalchemy.exc.OperationalError("", {}, Exception("disk full"))

        event.listen(world.database.engine, "before_cursor_execute", _on("INSERT INTO meetkit_users", refuse))
        with pytest.raises(MeetkitError):
            world.signup()
        with pytest.raises(UnauthenticatedError):
            world.login()
        assert world.events() == [("login", "failed")]


def test_policy_comes_of_settings() -> None:
    assert AccountPolicy.of(Settings()).signup == "join"
    assert AccountPolicy.of(Settings(environment="production")).signup == "closed"
    assert AccountPolicy.of(Settings(environment="production", signup="found")).signup == "found"
    assert AccountPolicy.of(Settings(secret_keys=f"{'a' * 32}, {'b' * 40}")).secret_keys == ("a" * 32, "b" * 40)
    with pytest.raises(InvalidRequestError, match="32 characters") as error:
        AccountPolicy.of(Settings(secret_keys=f"{'a' * 32},too short"))
    assert "too short" not in str(error.value)


def test_without_a_secret_nobody_comes_in(tmp_path: Path) -> None:
    world = World(f"sqlite:///{tmp_path}/accounts.db", POLICY.model_copy(update={"secret_keys": ()}))
    world.signup()
    with pytest.raises(InvalidRequestError, match="MEETKIT_SECRET_KEYS"):
        world.login()
    world.close()


def test_accounts_come_of_settings(world: World) -> None:
    settings = Settings(secret_keys=KEY, access_token_minutes=1, login_attempts=1)
    accounts = Accounts.of_settings(settings, database=world.database, store=world.store, post=world.post)
    world.signup()

    pair = accounts.authentication.log_in(LoginRequest(email="ann@example.com", password=PASSWORD))

    assert pair.expires_in == 60
    assert accounts.authentication.authenticate(pair.access_token).user_id
    with pytest.raises(UnauthenticatedError):
        accounts.authentication.log_in(LoginRequest(email="ann@example.com", password=OTHER))
    with pytest.raises(ThrottledError):
        accounts.authentication.log_in(LoginRequest(email="ann@example.com", password=PASSWORD))


def test_a_clock_is_asked_for_the_time(world: World) -> None:
    world.signup()
    world.clock.go(days=365)
    assert world.accounts.own_account.get(world.caller()).last_login_at == dt.datetime(2027, 1, 5, 9, tzinfo=dt.UTC)
