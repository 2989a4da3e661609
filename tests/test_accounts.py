"""Signing up, in and out; what an account and its sessions are, and when they are no more."""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest
import sqlalchemy
from argon2 import PasswordHasher
from sqlalchemy import event

from meetkit.accounts.models import (
    ApiKeyRequest,
    ChangePasswordRequest,
    EmailRequest,
    LoginRequest,
    NewPasswordRequest,
    SignupRequest,
)
from meetkit.accounts.passwords import Passwords
from meetkit.accounts.policy import AccountPolicy
from meetkit.accounts.service import Accounts
from meetkit.accounts.throttle import Throttle
from meetkit.errors import (
    ConflictError,
    ForbiddenError,
    InvalidRequestError,
    MeetkitError,
    NotFoundError,
    ThrottledError,
    UnauthenticatedError,
)
from meetkit.settings import Settings
from tests.accounts import HERE, OTHER, PASSWORD, POLICY, World, identity


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with empty tables, to copy, which is faster than to make them."""
    file = tmp_path_factory.mktemp("accounts") / "empty.db"
    World(f"sqlite:///{file}").close()
    return file


@pytest.fixture
def world(tmp_path: Path, migrated: Path) -> Iterator[World]:
    world = World(f"sqlite:///{shutil.copy(migrated, tmp_path)}")
    yield world
    world.close()


@pytest.fixture
def on_both(database: str) -> Iterator[World]:
    """The same on each kind of database, for what hangs on transactions."""
    world = World(database)
    yield world
    world.close()


def good(accounts: Accounts, credential: str) -> bool:
    """Whether a credential is good now."""
    try:
        accounts.authenticate(credential)
    except UnauthenticatedError:
        return False
    return True


def at_once(*calls: Any) -> list[Any]:
    """What calls of as many threads give or raise, begun together."""
    results: list[Any] = [None] * len(calls)
    start = threading.Barrier(len(calls))

    def run(number: int) -> None:
        start.wait()
        try:
            results[number] = calls[number]()
        except MeetkitError as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


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
        assert on_both.accounts.get_account(on_both.caller()).created_at == on_both.clock.now

    def test_an_email_has_one_account_however_it_is_written(self, on_both: World) -> None:
        on_both.signup()

        with pytest.raises(ConflictError, match="has an account"):
            on_both.signup("ANN@Example.COM")
        assert on_both.caller("Ann@EXAMPLE.com").access == "member"

    def test_of_two_at_once_one_gets_it_and_no_user_is_left_over(self, on_both: World) -> None:
        results = at_once(on_both.signup, on_both.signup)

        assert sorted(type(one).__name__ for one in results) == ["Account", "ConflictError"]
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
            world.accounts.sign_in_with(identity())
        world.close()

    @pytest.mark.parametrize(
        ("password", "why"),
        [
            ("short", "has 5 characters"),
            ("aaaaaaaaaaaa", "repeats"),
            ("Password123!", "most common"),
            ("1234567890", "most common"),
            ("ann@example.com", "your e-mail"),
            ("Ann Winter 2026", "your name"),
            ("annwinter1!", "your name"),
        ],
    )
    def test_a_password_that_is_guessed_first_is_refused(self, world: World, password: str, why: str) -> None:
        with pytest.raises(InvalidRequestError, match=why) as caught:
            world.signup(password=password)
        assert "10 to 200 characters" in str(caught.value)
        assert password not in str(caught.value)

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

        shown = f"{request!r} {pair!r} {world.policy!r} {world.post.sent!r} {request} {world.accounts!r}"

        for secret in (PASSWORD, pair.access_token, pair.refresh_token, *world.policy.secret_keys, "token="):
            assert secret not in shown

    def test_no_secret_is_in_the_database(self, world: World, tmp_path: Path) -> None:
        world.signup()
        pair = world.login()
        key = world.accounts.create_api_key(world.caller(), ApiKeyRequest(name="CRM"))
        world.close()

        kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        for secret in (PASSWORD, *pair.refresh_token.split("."), key.secret, world.post.token("ann@example.com", "V")):
            assert secret.encode() not in kept


class TestLogin:
    def test_gives_a_pair(self, world: World) -> None:
        account = world.signup()
        pair = world.login()

        caller = world.accounts.authenticate(pair.access_token)
        assert (pair.token_type, pair.expires_in) == ("bearer", 900)
        assert (caller.account_id, caller.user_id, caller.right) == (account.id, account.user_id, "admin")
        assert world.accounts.get_account(caller).last_login_at == world.clock.now

    def test_says_the_same_of_a_wrong_password_and_of_a_stranger(self, world: World) -> None:
        world.signup()
        said = set()
        for email, password in (("ann@example.com", OTHER), ("nobody@example.com", PASSWORD)):
            with pytest.raises(UnauthenticatedError) as caught:
                world.login(email, password)
            said.add(str(caught.value))

        assert said == {"e-mail or password is wrong"}
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
        accounts = dataclasses.replace(world.accounts, passwords=passwords)
        for email in ("ann@example.com", "nobody@example.com"):
            with pytest.raises(UnauthenticatedError):
                accounts.login(LoginRequest(email=email, password=OTHER))

        parameters = [one.split("$")[1:4] for one in Counting.verified]
        assert parameters == [["argon2id", "v=19", "m=8,t=1,p=1"]] * 2

    def test_of_an_account_without_a_password_fails_as_any_other(self, world: World) -> None:
        world.accounts.sign_in_with(identity())
        with pytest.raises(UnauthenticatedError, match="e-mail or password is wrong"):
            world.login()

    def test_renews_a_hash_made_by_weaker_parameters(self, world: World) -> None:
        world.signup()
        stronger = world.another(policy=POLICY.model_copy(update={"hash_passes": 2}))

        stronger.login(LoginRequest(email="ann@example.com", password=PASSWORD))

        hashes = world.database.read(
            lambda connection: connection.exec_driver_sql("SELECT password_hash FROM meetkit_accounts").scalars().all()
        )
        assert [",t=2," in one and one.startswith("$argon2id$") for one in hashes] == [True]
        assert world.login()

    def test_of_a_deactivated_account_says_so_to_who_knows_the_password(self, world: World) -> None:
        admin, account = world.admin(), world.signup()
        world.accounts.set_active(admin, account.id, False)

        with pytest.raises(ForbiddenError, match="deactivated"):
            world.login()
        with pytest.raises(UnauthenticatedError):
            world.login(password=OTHER)


class TestSessions:
    def test_refreshing_goes_on(self, on_both: World) -> None:
        on_both.signup()
        pair = on_both.login()
        for _ in range(3):
            on_both.clock.go(minutes=20)
            assert not good(on_both.accounts, pair.access_token)
            pair = on_both.accounts.refresh(pair.refresh_token, origin=HERE)
            assert good(on_both.accounts, pair.access_token)

    def test_a_token_that_comes_again_ends_the_session_however_old_it_is(self, on_both: World) -> None:
        on_both.signup()
        first, other = on_both.login(), on_both.login()
        last = first
        for _ in range(3):
            last = on_both.accounts.refresh(last.refresh_token)

        with pytest.raises(UnauthenticatedError):
            on_both.accounts.refresh(first.refresh_token)

        assert not good(on_both.accounts, last.access_token)
        with pytest.raises(UnauthenticatedError):
            on_both.accounts.refresh(last.refresh_token)
        assert good(on_both.accounts, other.access_token)
        assert on_both.events()[-2:] == [("reuse", "refused"), ("refresh", "failed")]

    def test_of_two_refreshes_at_once_one_wins_and_the_session_ends(self, on_both: World) -> None:
        on_both.signup()
        pair = on_both.login()

        results = at_once(*[lambda: on_both.accounts.refresh(pair.refresh_token)] * 2)

        [won] = [one for one in results if not isinstance(one, MeetkitError)]
        assert [type(one) for one in results if one is not won] == [UnauthenticatedError]
        assert not good(on_both.accounts, won.access_token)

    def test_who_knows_the_sessions_id_cannot_end_it(self, world: World) -> None:
        world.signup()
        pair = world.login()
        session_id = world.accounts.authenticate(pair.access_token).session_id

        for forged in (f"{session_id}.x", "", ".", f"x.{pair.refresh_token}", pair.access_token, "\ud800", "x" * 10**6):
            with pytest.raises(UnauthenticatedError):
                world.accounts.refresh(forged)
        assert good(world.accounts, pair.access_token)

    def test_one_that_is_not_refreshed_ends(self, world: World) -> None:
        world.signup()
        pair = world.login()
        world.clock.go(days=30)
        with pytest.raises(UnauthenticatedError):
            world.accounts.refresh(pair.refresh_token)

    def test_logout_ends_this_one_at_once_everywhere(self, on_both: World) -> None:
        on_both.signup()
        here, there = on_both.login(), on_both.login()
        elsewhere = on_both.another()
        assert good(elsewhere, here.access_token)

        on_both.accounts.logout(on_both.accounts.authenticate(here.access_token))

        assert not good(elsewhere, here.access_token)
        assert good(elsewhere, there.access_token)
        with pytest.raises(UnauthenticatedError):
            elsewhere.refresh(here.refresh_token)

    def test_logout_everywhere_ends_all(self, world: World) -> None:
        world.signup()
        pairs = [world.login(), world.login()]
        world.accounts.logout_all(world.accounts.authenticate(pairs[0].access_token))
        assert not any(good(world.accounts, pair.access_token) for pair in pairs)

    def test_another_password_ends_the_others(self, world: World) -> None:
        world.signup()
        here, there = world.login(), world.login()
        caller = world.accounts.authenticate(here.access_token)

        world.accounts.change_password(
            caller, ChangePasswordRequest(current_password=PASSWORD, new_password=OTHER), origin=HERE
        )

        assert good(world.accounts, here.access_token)
        assert not good(world.accounts, there.access_token)
        with pytest.raises(UnauthenticatedError):
            world.login()
        assert world.login(password=OTHER)

    def test_another_password_takes_the_current_one(self, world: World) -> None:
        world.signup()
        wrong = ChangePasswordRequest(current_password=OTHER, new_password=OTHER)
        with pytest.raises(InvalidRequestError, match="current_password: it is wrong"):
            world.accounts.change_password(world.caller(), wrong)
        assert world.events()[-1] == ("password_change", "failed")
        assert world.login()

    def test_a_request_takes_one_statement(self, on_both: World) -> None:
        admin = on_both.admin()
        key = on_both.accounts.create_api_key(admin, ApiKeyRequest(name="CRM"))
        pair = on_both.login("ada@example.com")
        on_both.accounts.authenticate(key.secret)
        statements: list[str] = []

        def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
            statements.append(statement)

        event.listen(on_both.database.engine, "before_cursor_execute", note)
        for credential in (pair.access_token, key.secret):
            on_both.accounts.authenticate(credential)
        event.remove(on_both.database.engine, "before_cursor_execute", note)

        assert [one.split()[0] for one in statements] == ["SELECT", "SELECT"]


class TestApiKeys:
    def test_stand_for_the_account_and_no_more_than_their_right(self, world: World) -> None:
        admin = world.admin()
        made = world.accounts.create_api_key(admin, ApiKeyRequest(name="CRM", right="read"))

        caller = world.accounts.authenticate(made.secret)

        assert made.secret.startswith(made.key.prefix)
        assert (caller.account_id, caller.access, caller.right) == (admin.account_id, "admin", "read")
        assert not caller.may_write
        assert not caller.is_admin
        assert caller.session_id is None
        assert world.accounts.list_api_keys(admin)[0].last_used_at == world.clock.now

    def test_are_good_until_revoked(self, world: World) -> None:
        world.signup()
        caller = world.caller()
        made = world.accounts.create_api_key(caller, ApiKeyRequest(name="CRM"))
        elsewhere = world.another()
        assert good(elsewhere, made.secret)

        revoked = world.accounts.revoke_api_key(caller, made.key.id)
        world.clock.go(hours=1)

        assert not good(elsewhere, made.secret)
        assert world.accounts.revoke_api_key(caller, made.key.id) == revoked
        assert world.accounts.list_api_keys(caller) == [revoked]

    def test_are_ones_own(self, world: World) -> None:
        admin = world.admin()
        world.signup()
        made = world.accounts.create_api_key(world.caller(), ApiKeyRequest(name="CRM"))

        for key_id in (made.key.id, "nothing", "\x00"):
            with pytest.raises(NotFoundError):
                world.accounts.revoke_api_key(admin, key_id)
        assert good(world.accounts, made.secret)

    def test_cannot_do_what_takes_a_sign_in(self, world: World) -> None:
        world.signup()
        made = world.accounts.create_api_key(world.caller(), ApiKeyRequest(name="CRM", right="admin"))
        caller, accounts = world.accounts.authenticate(made.secret), world.accounts

        for call in (
            lambda: accounts.create_api_key(caller, ApiKeyRequest(name="another")),
            lambda: accounts.revoke_api_key(caller, made.key.id),
            lambda: accounts.logout(caller),
            lambda: accounts.logout_all(caller),
            lambda: accounts.erase_account(caller),
            lambda: accounts.request_verification(caller),
            lambda: accounts.change_password(
                caller, ChangePasswordRequest(current_password=PASSWORD, new_password=OTHER)
            ),
        ):
            with pytest.raises(ForbiddenError, match="takes a sign-in"):
                call()

    @pytest.mark.parametrize("key", ["mk_", "mk_x", "mk_" + "x" * 10**6, "mk_\ud800", "mk_\x00"])
    def test_that_nobody_made_are_not_good(self, world: World, key: str) -> None:
        assert not good(world.accounts, key)


class TestMail:
    def test_verifies_an_email_once(self, on_both: World) -> None:
        on_both.signup()
        token = on_both.post.token("ann@example.com", "Verify")

        assert on_both.accounts.verify_email(token).verified

        with pytest.raises(InvalidRequestError, match="not, or no longer, good"):
            on_both.accounts.verify_email(token)

    def test_asked_for_again_takes_the_place_of_the_first(self, world: World) -> None:
        world.signup()
        first = world.post.token("ann@example.com", "Verify")
        world.accounts.request_verification(world.caller())
        second = world.post.token("ann@example.com", "Verify")

        with pytest.raises(InvalidRequestError):
            world.accounts.verify_email(first)
        assert world.accounts.verify_email(second).verified
        world.accounts.request_verification(world.caller())
        assert len(world.post.sent) == 2

    def test_sets_another_password_and_ends_all_sessions(self, on_both: World) -> None:
        on_both.signup()
        pair = on_both.login()
        on_both.accounts.request_password_reset(EmailRequest(email="ANN@example.com"))
        request = NewPasswordRequest(token=on_both.post.token("ann@example.com", "new password"), password=OTHER)

        on_both.accounts.reset_password(request)

        assert not good(on_both.accounts, pair.access_token)
        assert on_both.accounts.get_account(on_both.caller(password=OTHER)).verified
        with pytest.raises(InvalidRequestError):
            on_both.accounts.reset_password(request)

    def test_of_a_stranger_is_answered_alike_and_sends_nothing(self, world: World) -> None:
        world.accounts.request_password_reset(EmailRequest(email="nobody@example.com"), origin=HERE)
        assert world.post.sent == []
        assert world.events() == [("password_reset_request", "ok")]

    def test_looks_nothing_up_before_it_answers(self, world: World) -> None:
        jobs: list[Any] = []
        world.signup()
        accounts = world.another(later=jobs.append)
        statements: list[str] = []
        event.listen(world.database.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

        for email in ("ann@example.com", "nobody@example.com"):
            accounts.request_password_reset(EmailRequest(email=email))

        assert statements == []
        for job in jobs:
            job()
        assert [one.to for one in world.post.sent if "password" in one.subject] == ["ann@example.com"]

    def test_goes_to_the_email_on_record_and_not_to_one_that_folds_to_it(self, world: World) -> None:
        world.signup("kim@example.com")
        world.accounts.request_password_reset(EmailRequest(email="\u212aim@example.com"))
        assert {one.to for one in world.post.sent} == {"kim@example.com"}

    @pytest.mark.parametrize("about", ["reset", "verify"])
    def test_is_too_old_after_a_time(self, world: World, about: str) -> None:
        world.signup()
        world.accounts.request_password_reset(EmailRequest(email="ann@example.com"))
        if about == "reset":
            world.clock.go(minutes=60)
            token = world.post.token("ann@example.com", "new password")
            with pytest.raises(InvalidRequestError, match="ask for another mail"):
                world.accounts.reset_password(NewPasswordRequest(token=token, password=OTHER))
        else:
            world.clock.go(days=7)
            with pytest.raises(InvalidRequestError, match="ask for another mail"):
                world.accounts.verify_email(world.post.token("ann@example.com", "Verify"))

    def test_for_one_purpose_is_good_for_no_other(self, world: World) -> None:
        world.signup()
        token = world.post.token("ann@example.com", "Verify")
        for call in (world.accounts.reset_password, world.accounts.accept_invitation):
            with pytest.raises(InvalidRequestError):
                call(NewPasswordRequest(token=token, password=OTHER))

    def test_a_password_that_is_refused_leaves_the_token_good(self, world: World) -> None:
        world.signup()
        world.accounts.request_password_reset(EmailRequest(email="ann@example.com"))
        token = world.post.token("ann@example.com", "new password")
        with pytest.raises(InvalidRequestError, match="characters"):
            world.accounts.reset_password(NewPasswordRequest(token=token, password="short"))
        world.accounts.reset_password(NewPasswordRequest(token=token, password=OTHER))

    def test_of_two_resets_at_once_one_is_done(self, on_both: World) -> None:
        on_both.signup()
        on_both.accounts.request_password_reset(EmailRequest(email="ann@example.com"))
        token = on_both.post.token("ann@example.com", "new password")
        requests = [NewPasswordRequest(token=token, password=f"{OTHER} {n}") for n in range(2)]

        results = at_once(*[lambda one=one: on_both.accounts.reset_password(one) for one in requests])

        assert sorted(type(one).__name__ for one in results) == ["InvalidRequestError", "NoneType"]

    def test_reset_takes_the_keys_of_who_signed_up_with_anothers_email(self, world: World) -> None:
        world.signup()
        key = world.accounts.create_api_key(world.caller(), ApiKeyRequest(name="CRM"))
        world.accounts.request_password_reset(EmailRequest(email="ann@example.com"))
        token = world.post.token("ann@example.com", "new password")
        world.accounts.reset_password(NewPasswordRequest(token=token, password=OTHER))
        assert not good(world.accounts, key.secret)


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

    @pytest.mark.parametrize("url", ["redis", "http://localhost", "memcached://x", "redis://x:y:z", "memory://"])
    def test_another_url_than_a_rediss_is_refused_in_one_line(self, url: str) -> None:
        with pytest.raises(InvalidRequestError, match="MEETKIT_REDIS_URL"):
            Throttle.of(Settings(redis_url=url))

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


class TestProviders:
    def test_a_newcomer_gets_an_account_without_a_password(self, on_both: World) -> None:
        pair = on_both.accounts.sign_in_with(identity())
        account = on_both.accounts.get_account(on_both.accounts.authenticate(pair.access_token))
        assert (account.verified, account.providers, account.access) == (True, ("google",), "member")

    def test_an_identity_is_its_accounts_also_with_another_email(self, world: World) -> None:
        first = world.accounts.authenticate(world.accounts.sign_in_with(identity()).access_token)
        later = identity("ann@elsewhere.example", verified=False)
        assert world.accounts.authenticate(world.accounts.sign_in_with(later).access_token).account_id == (
            first.account_id
        )

    def test_where_both_sides_verified_the_email_they_are_linked(self, world: World) -> None:
        account = world.signup()
        world.accounts.verify_email(world.post.token("ann@example.com", "Verify"))
        session = world.login()

        caller = world.accounts.authenticate(world.accounts.sign_in_with(identity("Ann@Example.com")).access_token)

        assert caller.account_id == account.id
        assert good(world.accounts, session.access_token)
        assert world.login()

    def test_who_took_anothers_email_first_is_put_out(self, on_both: World) -> None:
        """An attacker signs up with a victim's e-mail and waits for the victim to come by a provider."""
        account = on_both.signup()
        session = on_both.login()
        key = on_both.accounts.create_api_key(on_both.caller(), ApiKeyRequest(name="back door"))
        on_both.accounts.request_password_reset(EmailRequest(email="ann@example.com"))
        reset = on_both.post.token("ann@example.com", "new password")

        caller = on_both.accounts.authenticate(on_both.accounts.sign_in_with(identity()).access_token)

        assert caller.account_id == account.id
        assert on_both.accounts.get_account(caller).verified
        assert not good(on_both.accounts, session.access_token)
        assert not good(on_both.accounts, key.secret)
        for attempt in (
            on_both.login,
            lambda: on_both.accounts.refresh(session.refresh_token),
            lambda: on_both.accounts.reset_password(NewPasswordRequest(token=reset, password=OTHER)),
        ):
            with pytest.raises((UnauthenticatedError, InvalidRequestError)):
                attempt()

    @pytest.mark.parametrize("exists", [False, True])
    def test_an_email_that_the_provider_has_not_verified_is_refused(self, world: World, exists: bool) -> None:
        if exists:
            world.signup()
        with pytest.raises(ForbiddenError, match="google has not verified this e-mail; verify it there"):
            world.accounts.sign_in_with(identity(verified=False))
        assert world.events()[-1] == ("login", "refused")

    def test_an_email_that_only_folds_to_an_accounts_is_refused(self, world: World) -> None:
        world.signup("kim@example.com")
        with pytest.raises(ForbiddenError, match="use another"):
            world.accounts.sign_in_with(identity("\u212aim@example.com"))

    def test_of_two_at_once_there_is_one_account(self, on_both: World) -> None:
        results = at_once(*[lambda: on_both.accounts.sign_in_with(identity())] * 2)
        assert {type(one).__name__ for one in results} <= {"TokenPair", "ConflictError"}
        assert any(type(one).__name__ == "TokenPair" for one in results)
        assert len(list(on_both.store.export_records())) == 1

    def test_a_deactivated_account_stays_out(self, world: World) -> None:
        admin, account = world.admin(), world.signup()
        world.accounts.set_active(admin, account.id, False)
        with pytest.raises(ForbiddenError, match="deactivated"):
            world.accounts.sign_in_with(identity())
        assert world.accounts.get_account(admin, account.id).providers == ()


class TestUsersElsewhere:
    def test_a_store_elsewhere_keeps_the_users(self, world: World, tmp_path: Path) -> None:
        from meetkit.storage import SqlStore  # noqa: PLC0415

        elsewhere = SqlStore(f"sqlite:///{tmp_path}/elsewhere.db", migrate=True)
        accounts = world.another(store=elsewhere)
        account = accounts.signup(SignupRequest(email="ann@example.com", password=PASSWORD, name="Ann"))

        assert elsewhere.get_user(account.user_id).name == "Ann"
        assert list(world.store.export_records()) == []
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


def _on(beginning: str, act: Any) -> Any:
    def listen(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(beginning):
            act()

    return listen


def test_policy_comes_of_settings() -> None:
    assert AccountPolicy.of(Settings()).signup == "join"
    assert AccountPolicy.of(Settings(environment="production")).signup == "closed"
    assert AccountPolicy.of(Settings(environment="production", signup="found")).signup == "found"
    assert AccountPolicy.of(Settings(secret_keys=f"{'a' * 32}, {'b' * 40}")).secret_keys == ("a" * 32, "b" * 40)
    with pytest.raises(InvalidRequestError, match="32 characters") as caught:
        AccountPolicy.of(Settings(secret_keys=f"{'a' * 32},too short"))
    assert "too short" not in str(caught.value)


def test_without_a_secret_nobody_comes_in(tmp_path: Path) -> None:
    world = World(f"sqlite:///{tmp_path}/accounts.db", POLICY.model_copy(update={"secret_keys": ()}))
    world.signup()
    with pytest.raises(InvalidRequestError, match="MEETKIT_SECRET_KEYS"):
        world.login()
    world.close()


def test_what_is_put_off_is_done_and_its_failure_logged_without_a_name(caplog: pytest.LogCaptureFixture) -> None:
    from meetkit.accounts.background import Background  # noqa: PLC0415

    done: list[object] = []
    background = Background()
    background(lambda: done.append(1))
    background(lambda: done.remove("secret@example.com"))
    background(lambda: done.append(2))
    background.close()

    assert done == [1, 2]
    assert "ValueError" in caplog.text
    assert "secret@example.com" not in caplog.text


def test_a_clock_is_asked_for_the_time(world: World) -> None:
    world.signup()
    world.clock.go(days=365)
    assert world.accounts.get_account(world.caller()).last_login_at == dt.datetime(2027, 1, 5, 9, tzinfo=dt.UTC)
