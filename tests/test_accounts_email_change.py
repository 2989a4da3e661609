"""An account's email address changes once a reader of the new one confirms it, and by nobody else's hand."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from meetkit.accounts.models import (
    ApiKeyRequest,
    ChangeEmailRequest,
    ChangePasswordRequest,
    EmailRequest,
    NewPasswordRequest,
)
from meetkit.errors import ConflictError, ForbiddenError, InvalidRequestError, ThrottledError, UnauthenticatedError
from meetkit.models.caller import Caller
from meetkit.models.people import User, apply_updates
from meetkit.web.app import service_of
from meetkit.web.app.account_store import AccountStore
from tests.accounts import OTHER, PASSWORD, World, identity, together
from tests.web_apps import service, signed_in

OLD, NEW = "ann@example.com", "ann.winter@example.org"


def ask(world: World, caller: Caller, email: str = NEW, password: str | None = PASSWORD) -> None:
    request = ChangeEmailRequest(email=email, current_password=password)
    world.accounts.email_change.request(caller, request)


def subjects(world: World, to: str) -> list[str]:
    return [mail.subject for mail in world.post.sent if mail.to == to]


class TestChange:
    def test_counts_once_it_is_confirmed(self, on_both: World) -> None:
        account, caller = on_both.signup(), on_both.caller()

        ask(on_both, caller)

        assert on_both.accounts.own_account.get(caller) == account.model_copy(
            update={"pending_email": NEW, "last_login_at": on_both.clock()}
        )
        assert on_both.store.get_user(account.user_id).email == OLD
        assert subjects(on_both, OLD)[-1] == "Your email address is about to change"
        with pytest.raises(UnauthenticatedError):
            on_both.login(NEW)

        changed = on_both.accounts.email_change.confirm(on_both.post.token(NEW, "Confirm"))

        assert (changed.email, changed.pending_email, changed.verified) == (NEW, None, True)
        assert on_both.store.get_user(account.user_id).email == NEW
        assert subjects(on_both, OLD)[-1] == "Your email address was changed"
        assert on_both.login(NEW)
        with pytest.raises(UnauthenticatedError):
            on_both.login(OLD)
        # The old address is free again.
        on_both.signup()

    def test_needs_the_password_of_an_account_that_has_one(self, world: World) -> None:
        world.signup()
        caller = world.caller()
        for password in (None, OTHER):
            with pytest.raises(InvalidRequestError, match="current_password"):
                ask(world, caller, password=password)
        for _ in range(8):
            with pytest.raises(InvalidRequestError):
                ask(world, caller, password=OTHER)
        with pytest.raises(ThrottledError):
            ask(world, caller)
        assert subjects(world, NEW) == []

    def test_of_an_account_with_an_identity_alone_needs_a_session(self, world: World) -> None:
        pair = world.accounts.oauth_login.log_in(identity(OLD))
        ask(world, world.accounts.authentication.authenticate(pair.access_token), password=None)
        assert world.accounts.email_change.confirm(world.post.token(NEW, "Confirm")).email == NEW

    def test_is_refused_to_an_api_key(self, world: World) -> None:
        world.signup()
        key = world.accounts.api_keys.create(world.caller(), ApiKeyRequest(name="CRM"))
        with pytest.raises(ForbiddenError):
            ask(world, world.accounts.authentication.authenticate(key.secret))

    def test_to_the_same_address_is_refused(self, world: World) -> None:
        world.signup()
        with pytest.raises(ConflictError, match="has this address already"):
            ask(world, world.caller(), OLD)

    def test_of_upper_and_lower_case_is_one(self, world: World) -> None:
        world.signup()
        ask(world, world.caller(), "Ann@Example.com")
        assert world.accounts.email_change.confirm(world.post.token("Ann@Example.com", "Confirm"))
        assert world.login(OLD)

    def test_to_an_address_with_an_account_is_not_told(self, world: World) -> None:
        world.signup()
        world.signup(NEW)
        before = subjects(world, NEW)
        ask(world, world.caller())
        assert subjects(world, NEW) == before

    def test_to_an_address_that_was_taken_meanwhile_is_a_conflict(self, on_both: World) -> None:
        on_both.signup()
        ask(on_both, on_both.caller())
        token = on_both.post.token(NEW, "Confirm")
        on_both.signup(NEW)
        with pytest.raises(ConflictError, match="another account"):
            on_both.accounts.email_change.confirm(token)
        assert on_both.caller(OLD) != on_both.caller(NEW)

    def test_of_two_accounts_to_one_address_gives_it_to_one(self, on_both: World) -> None:
        tokens = []
        for email in (OLD, "ben@example.com"):
            on_both.signup(email)
            ask(on_both, on_both.caller(email))
            tokens.append(on_both.post.token(NEW, "Confirm"))
        results = together(*(lambda token=token: on_both.accounts.email_change.confirm(token) for token in tokens))
        assert sorted(type(result).__name__ for result in results) == ["Account", "ConflictError"]

    def test_by_a_token_works_once_and_for_a_day(self, world: World) -> None:
        world.signup()
        ask(world, world.caller())
        late = world.post.token(NEW, "Confirm")
        world.clock.go(days=1)
        ask(world, world.caller())
        token = world.post.token(NEW, "Confirm")
        world.accounts.email_change.confirm(token)
        for stale in (late, token, "nobody was sent this", "\ud800"):
            with pytest.raises(InvalidRequestError, match="request the change again"):
                world.accounts.email_change.confirm(stale)

    def test_is_cancelled_by_another_password_and_by_deactivation(self, world: World) -> None:
        admin, account = world.admin(), world.signup()

        def change_password() -> None:
            request = ChangePasswordRequest(current_password=PASSWORD, new_password=OTHER)
            world.accounts.own_account.change_password(world.caller(), request)

        def reset_password() -> None:
            world.accounts.password_reset.request(EmailRequest(email=OLD))
            request = NewPasswordRequest(token=world.post.token(OLD, "Choose"), password=PASSWORD)
            world.accounts.password_reset.confirm(request)

        def deactivate() -> None:
            world.accounts.administration.update_account(admin, account.id, active=False)

        password = PASSWORD
        for cancel, after in ((change_password, OTHER), (reset_password, PASSWORD), (deactivate, PASSWORD)):
            ask(world, world.caller(OLD, password), password=password)
            token = world.post.token(NEW, "Confirm")
            cancel()
            password = after
            with pytest.raises(InvalidRequestError):
                world.accounts.email_change.confirm(token)

    def test_revokes_what_was_mailed_to_the_old_address(self, world: World) -> None:
        world.signup()
        ask(world, world.caller())
        world.accounts.password_reset.request(EmailRequest(email=OLD))
        world.accounts.email_change.confirm(world.post.token(NEW, "Confirm"))
        request = NewPasswordRequest(token=world.post.token(OLD, "Choose"), password=OTHER)
        with pytest.raises(InvalidRequestError):
            world.accounts.password_reset.confirm(request)


class TestStore:
    def test_changes_no_address_that_somebody_signs_in_with(self, world: World) -> None:
        account, admin = world.signup(), world.admin()
        directory = User(id="u", name="Ben", email="ben@example.com", role="x")
        world.store.add_user(directory)
        for caller in (world.caller(), admin):
            store = AccountStore(world.store, caller, database=world.database)
            with pytest.raises(ConflictError, match="change-email"):
                store.update_user(account.user_id, lambda user: apply_updates(user, {"email": NEW}))
            store.update_user(account.user_id, lambda user: apply_updates(user, {"email": OLD, "role": "CEO"}))
        store.update_user("u", lambda user: apply_updates(user, {"email": NEW}))
        assert world.store.get_user(account.user_id).role == "CEO"

    def test_nor_does_the_profile(self, world: World) -> None:
        world.signup()
        with pytest.raises(InvalidRequestError, match="email"):
            world.accounts.own_account.set_profile(world.caller(), {"email": NEW}, {})


@pytest.fixture
def known(tmp_path: Path) -> Iterator[TestClient]:
    app = service(mail_folder=str(tmp_path))
    yield signed_in(app)
    service_of(app).closing.close()


def mailed_token(folder: Path) -> str:
    """The token of the mail that confirms a new address, once it is written."""
    for _ in range(200):
        for file in folder.glob("*.eml"):
            if match := re.search(r"change-email\?token=([\w-]+)", file.read_text()):
                return match[1]
        time.sleep(0.05)
    raise AssertionError("no mail was written")


class TestRoutes:
    def test_refuse_a_new_address_in_a_patch(self, known: TestClient) -> None:
        me = known.get("/auth/me").json()
        refused = known.patch(f"/users/{me['user_id']}", json={"email": NEW})
        assert (refused.status_code, "change-email" in refused.json()["detail"]) == (409, True)
        assert known.get(f"/users/{me['user_id']}").json()["email"] == me["email"]
        assert known.put("/users/profile", json={"email": NEW}).status_code == 400

    def test_change_it_by_a_page_that_runs_no_script(self, known: TestClient, tmp_path: Path) -> None:
        before = known.get("/auth/me").json()["email"]
        asked = known.post("/users/change-email", json={"email": NEW, "current_password": PASSWORD})
        assert (asked.status_code, asked.content) == (202, b"")
        assert known.get("/users/account").json()["pending_email"] == NEW
        token = mailed_token(tmp_path)

        page = known.get("/auth/pages/change-email", params={"token": token})
        assert (page.status_code, "<script" in page.text, 'method="post"' in page.text) == (200, False, True)
        assert known.get("/auth/me").json()["email"] == before
        done = known.post("/auth/pages/change-email", data={"token": token})

        assert (done.status_code, "is changed" in done.text) == (200, True)
        assert known.get("/auth/me").json()["email"] == NEW
        assert known.post("/auth/pages/change-email", data={"token": token}).status_code == 400
        assert known.post("/auth/change-email/confirm", json={"token": token}).status_code == 400
