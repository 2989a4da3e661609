"""What admins do with accounts and teams, what others may not, and what is noted of it for good."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event, text

from meetkit.accounts.events import AuditContext, AuditFilters
from meetkit.accounts.models import (
    ApiKeyRequest,
    EmailRequest,
    InviteRequest,
    NewPasswordRequest,
    SignupRequest,
    TeamRequest,
)
from meetkit.accounts.repository import audit
from meetkit.errors import (
    ConflictError,
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
    StoreError,
    UnauthenticatedError,
)
from meetkit.models import User
from meetkit.models.base import parse
from meetkit.models.caller import Access, Caller, Origin
from meetkit.storage.sql import maintenance
from tests.accounts import HERE, OTHER, PASSWORD, POLICY, World, identity, together


@pytest.fixture
def world(database: str) -> Iterator[World]:
    world = World(database)
    yield world
    world.close()


def joined(world: World, admin: Caller, email: str, access: Access = "member") -> Caller:
    """Somebody whom an admin invited and who came."""
    world.invited(admin, email, access)
    token = world.post.token(email, "invited")
    world.accounts.password_reset.accept_invitation(NewPasswordRequest(token=token, password=OTHER))
    return world.caller(email, OTHER)


class TestInvitations:
    def test_make_an_account_that_waits_for_its_owner(self, world: World) -> None:
        admin = world.admin(tenant="acme")
        account = world.invited(admin, "ben@example.com", "manager")

        assert (account.tenant_id, account.access, account.verified) == ("acme", "manager", False)
        assert world.store.get_user(account.user_id).tenant_id == "acme"
        with pytest.raises(UnauthenticatedError):
            world.login("ben@example.com")

        token = world.post.token("ben@example.com", "invited")
        assert world.accounts.password_reset.accept_invitation(NewPasswordRequest(token=token, password=OTHER)).verified
        assert world.caller("ben@example.com", OTHER).access == "manager"

    def test_of_an_email_with_an_account_are_refused(self, world: World) -> None:
        admin = world.admin()
        world.signup()
        with pytest.raises(ConflictError):
            world.invited(admin, "ANN@example.com")

    def test_may_be_of_somebody_who_is_a_user_already(self, world: World) -> None:
        admin, stranger = world.admin(), world.admin("eve@example.com", "acme")
        world.store.add_user(User(id="u", name="Uwe Berg", email="uwe@example.com", role="Seller"))
        request = InviteRequest(email="uwe@example.com", name="Uwe", user_id="u")
        with pytest.raises(NotFoundError):
            world.accounts.registration.invite(stranger, request)

        assert world.accounts.registration.invite(admin, request).user_id == "u"

        assert world.store.get_user("u").name == "Uwe Berg"
        with pytest.raises(ConflictError, match="this user already has an account"):
            world.accounts.registration.invite(admin, request.model_copy(update={"email": "other@example.com"}))

    def test_are_sent_by_nobody_whose_email_is_not_verified(self, world: World) -> None:
        """Else its owner, who gets the account by mail, would find others in the tenant who see all of it."""
        accounts = world.another(policy=POLICY.model_copy(update={"signup": "found"}))
        accounts.registration.sign_up(SignupRequest(email="ann@example.com", password=PASSWORD, name="Eve"))
        founder = world.caller()
        assert founder.access == "admin"

        with pytest.raises(ForbiddenError, match="verify your email address"):
            world.invited(founder, "ben@example.com", "admin")
        accounts.email_verification.confirm(world.post.token("ann@example.com", "Verify"))

        assert world.invited(founder, "ben@example.com", "admin").tenant_id == founder.tenant_id

    def test_tell_who_has_an_account_elsewhere_how_to_come_by_one_that_they_never_made(self, world: World) -> None:
        world.signup()
        world.invited(world.admin(tenant="acme"), "ann@example.com")

        [mail] = [mail for mail in world.post.sent if mail.to == "ann@example.com" and "invited" in mail.subject]
        assert "If you did not create an account" in mail.text

    def test_end_after_a_week(self, world: World) -> None:
        world.invited(world.admin(), "ben@example.com")
        world.clock.go(days=7)
        token = world.post.token("ben@example.com", "invited")
        with pytest.raises(InvalidRequestError, match="request a password reset, which also sets the first password"):
            world.accounts.password_reset.accept_invitation(NewPasswordRequest(token=token, password=OTHER))


class TestAccess:
    def test_changes_with_the_next_request(self, world: World) -> None:
        admin, account = world.admin(), world.signup()
        token = world.login().access_token

        world.accounts.administration.update_account(admin, account.id, access="viewer")

        assert world.another().authentication.authenticate(token).access == "viewer"

    def test_a_deactivated_account_is_out_at_once_and_its_keys_rest(self, world: World) -> None:
        admin, account = world.admin(), world.signup()
        caller, pair = world.caller(), world.login()
        key = world.accounts.api_keys.create(caller, ApiKeyRequest(name="CRM"))

        world.accounts.administration.update_account(admin, account.id, active=False)
        for credential in (pair.access_token, key.secret):
            with pytest.raises(UnauthenticatedError):
                world.another().authentication.authenticate(credential)

        world.accounts.administration.update_account(admin, account.id, active=True)
        with pytest.raises(UnauthenticatedError):
            world.accounts.authentication.authenticate(pair.access_token)
        assert world.accounts.authentication.authenticate(key.secret).account_id == account.id

    def test_the_last_admin_stays_one(self, world: World) -> None:
        admin = world.admin()
        world.admin("eve@example.com", "acme")
        world.signup()
        me = admin.account_id

        calls: tuple[Callable[[], object], ...] = (
            lambda: world.accounts.administration.update_account(admin, me, access="member"),
            lambda: world.accounts.administration.update_account(admin, me, active=False),
            lambda: world.erase(admin, admin.user_id),
        )
        for call in calls:
            with pytest.raises(ConflictError, match="last admin"):
                call()
        assert world.accounts.administration.update_account(admin, me, access="admin").access == "admin"

        second = world.admin("bob@example.com")
        assert world.accounts.administration.update_account(second, me, access="member").access == "member"

    @pytest.mark.parametrize("way", ["invited", "deactivated"])
    def test_who_cannot_sign_in_is_no_other_admin(self, on_both: World, way: str) -> None:
        admin = on_both.admin()
        if way == "invited":
            second = on_both.invited(admin, "ben@example.com", "admin")
        else:
            second = on_both.accounts.own_account.get(on_both.admin("ben@example.com"))
            on_both.accounts.administration.update_account(admin, second.id, active=False)
        update, me = on_both.accounts.administration.update_account, admin.account_id

        for call in (
            lambda: update(admin, me, access="member"),
            lambda: update(admin, me, active=False),
            lambda: on_both.erase(admin, admin.user_id),
        ):
            with pytest.raises(ConflictError, match="last admin who can sign in"):
                call()
        assert update(admin, second.id, access="member").access == "member"

    def test_who_accepted_the_invitation_is_an_admin(self, on_both: World) -> None:
        admin = on_both.admin()
        on_both.invited(admin, "ben@example.com", "admin")
        token = on_both.post.token("ben@example.com", "invited")
        on_both.accounts.password_reset.accept_invitation(NewPasswordRequest(token=token, password=OTHER))
        changed = on_both.accounts.administration.update_account(admin, admin.account_id, access="member")
        assert changed.access == "member"

    def test_an_admin_with_an_identity_alone_is_one(self, on_both: World) -> None:
        admin = on_both.admin()
        on_both.invited(admin, "ben@example.com", "admin")
        on_both.accounts.oauth_login.log_in(identity("ben@example.com"))
        on_both.erase(admin, admin.user_id)
        assert not good_login(on_both, "ada@example.com")

    @pytest.mark.parametrize("change", [{"access": "member"}, {"active": False}, None], ids=str)
    def test_of_two_who_remove_each_other_one_stays(self, on_both: World, change: dict[str, Any] | None) -> None:
        for number in range(5):
            ann, ben = (on_both.admin(f"{name}{number}@example.com", f"tenant {number}") for name in ("ann", "ben"))
            # An admin whom nobody can be makes no difference.
            on_both.invited(ann, f"cat{number}@example.com", "admin")

            def removing(caller: Caller, whom: Caller) -> Callable[[], object]:
                if change is None:
                    return lambda: on_both.erase(caller, whom.user_id)
                return lambda: on_both.accounts.administration.update_account(caller, whom.account_id, **change)

            results = together(removing(ann, ben), removing(ben, ann))

            assert [type(result).__name__ for result in results].count("ConflictError") == 1


def good_login(world: World, email: str) -> bool:
    """Whether somebody can log in."""
    try:
        world.login(email)
    except UnauthenticatedError:
        return False
    return True


OTHERS: dict[str, Callable[[World, Caller, str], object]] = {
    "get_account": lambda world, caller, id_: world.accounts.own_account.get(caller, id_),
    "set_access": lambda world, caller, id_: world.accounts.administration.update_account(caller, id_, access="admin"),
    "set_active": lambda world, caller, id_: world.accounts.administration.update_account(caller, id_, active=False),
    "export_account": lambda world, caller, id_: world.accounts.personal_data.export_account(caller, id_),
    "list_accounts": lambda world, caller, id_: world.accounts.administration.list_accounts(caller, after=id_),
}


class TestTenants:
    @pytest.mark.parametrize("verb", OTHERS)
    def test_an_admin_of_another_finds_nobody(self, world: World, verb: str) -> None:
        account, stranger = world.signup(), world.admin("eve@example.com", "acme")
        with pytest.raises(NotFoundError):
            OTHERS[verb](world, stranger, account.id)
        assert world.login()

    @pytest.mark.parametrize("account_id", ["", "nobody", "\x00", "\ud800", "x" * 100_000])
    @pytest.mark.parametrize("verb", OTHERS)
    def test_an_id_that_nobody_has_is_not_found(self, world: World, verb: str, account_id: str) -> None:
        with pytest.raises(NotFoundError):
            OTHERS[verb](world, world.admin(), account_id)

    def test_list_their_accounts_page_by_page(self, world: World) -> None:
        admin = world.admin(tenant="acme")
        world.signup()
        for name in ("ben", "cat", "dan"):
            world.invited(admin, f"{name}@example.com")

        first = world.accounts.administration.list_accounts(admin, limit=2)
        rest = world.accounts.administration.list_accounts(admin, limit=10, after=first[-1].id)

        assert [account.email.partition("@")[0] for account in (*first, *rest)] == ["ada", "ben", "cat", "dan"]
        assert world.accounts.administration.list_accounts(admin, after=first[0].id, offset=1) == rest

    @pytest.mark.parametrize("limit", [0, -1, 1001])
    def test_list_no_more_than_a_page(self, world: World, limit: int) -> None:
        with pytest.raises(InvalidRequestError, match="limit: 1 to 1,000"):
            world.accounts.administration.list_accounts(world.admin(), limit=limit)


class TestNoAdmin:
    @pytest.mark.parametrize("access", ["manager", "member", "viewer", "admin by a key"])
    def test_does_nothing_of_an_admins(self, world: World, access: Any) -> None:
        admin = world.admin()
        if access == "admin by a key":
            key = world.accounts.api_keys.create(admin, ApiKeyRequest(name="CRM", right="write"))
            caller = world.accounts.authentication.authenticate(key.secret)
        else:
            caller = joined(world, admin, "ben@example.com", access)
        victim = world.signup()
        team = world.accounts.teams.create(admin, TeamRequest(name="Sales"))

        for call in (
            lambda: world.accounts.administration.list_accounts(caller),
            lambda: world.accounts.administration.update_account(caller, caller.account_id, access="admin"),
            lambda: world.accounts.administration.update_account(caller, victim.id, active=False),
            lambda: world.accounts.registration.invite(caller, InviteRequest(email="cat@example.com", name="Cat")),
            lambda: world.accounts.teams.create(caller, TeamRequest(name="Mine", managers=(caller.user_id,))),
            lambda: world.accounts.teams.replace(caller, team.id, TeamRequest(name="Mine", managers=(caller.user_id,))),
            lambda: world.accounts.teams.delete(caller, team.id),
            lambda: world.accounts.audit_log.list_events(caller, AuditFilters()),
        ):
            with pytest.raises(ForbiddenError):
                call()
        for verb in (world.accounts.own_account.get, world.accounts.personal_data.export_account):
            with pytest.raises(NotFoundError):
                verb(caller, victim.id)
        with pytest.raises((NotFoundError, ForbiddenError)):
            world.erase(caller, victim.user_id)


class TestTeams:
    def test_give_their_managers_what_their_people_have(self, world: World) -> None:
        admin = world.admin()
        boss, ben = joined(world, admin, "boss@example.com", "manager"), joined(world, admin, "ben@example.com")
        third = joined(world, admin, "other@example.com", "manager")
        assert boss.team_ids == frozenset()

        world.accounts.teams.create(
            admin, TeamRequest(name="Sales", managers=(boss.user_id,), members=(ben.user_id, third.user_id))
        )

        managed = frozenset({boss.user_id, ben.user_id, third.user_id})
        assert world.caller("boss@example.com", OTHER).team_ids == managed
        assert world.caller("other@example.com", OTHER).team_ids == frozenset()
        assert world.caller("ben@example.com", OTHER).team_ids == frozenset()

    def test_a_members_lead_of_a_team_counts_once_they_are_a_manager(self, world: World) -> None:
        admin = world.admin()
        ben = joined(world, admin, "ben@example.com")
        world.accounts.teams.create(admin, TeamRequest(name="Sales", managers=(ben.user_id,)))
        assert world.caller("ben@example.com", OTHER).team_ids == frozenset()

        world.accounts.administration.update_account(admin, ben.account_id, access="manager")
        assert world.caller("ben@example.com", OTHER).team_ids == {ben.user_id}

    def test_are_made_changed_and_removed(self, world: World) -> None:
        admin = world.admin()
        ben = joined(world, admin, "ben@example.com")
        team = world.accounts.teams.create(admin, TeamRequest(name="Sales", members=(ben.user_id,)))
        assert world.accounts.teams.get(ben, team.id) == team
        assert world.accounts.teams.list_teams(ben) == world.accounts.teams.list_teams(admin) == [team]

        changed = world.accounts.teams.replace(admin, team.id, TeamRequest(name="Growth", managers=(admin.user_id,)))

        assert (changed.name, changed.managers, changed.members) == ("Growth", (admin.user_id,), ())
        assert world.accounts.teams.list_teams(ben) == []
        with pytest.raises(NotFoundError):
            world.accounts.teams.get(ben, team.id)
        world.accounts.teams.delete(admin, team.id)
        assert world.accounts.teams.list_teams(admin) == []

    def test_one_that_is_removed_as_it_is_read_is_there_or_not(self, world: World) -> None:
        admin = world.admin()
        team = world.accounts.teams.create(admin, TeamRequest(name="Sales"))
        statements = 0

        def remove(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
            nonlocal statements
            statements += statement.startswith("SELECT meetkit_team")
            if statements == 1:
                statements += 1
                world.accounts.teams.delete(admin, team.id)

        event.listen(world.database.engine, "after_cursor_execute", remove)
        assert world.accounts.teams.get(admin, team.id) == team
        event.remove(world.database.engine, "after_cursor_execute", remove)

        with pytest.raises(NotFoundError):
            world.accounts.teams.get(admin, team.id)

    def test_stay_within_a_tenant(self, world: World) -> None:
        admin, stranger = world.admin(), world.admin("eve@example.com", "acme")
        team = world.accounts.teams.create(admin, TeamRequest(name="Sales"))

        for call in (
            lambda: world.accounts.teams.get(stranger, team.id),
            lambda: world.accounts.teams.replace(stranger, team.id, TeamRequest(name="Mine")),
            lambda: world.accounts.teams.delete(stranger, team.id),
            lambda: world.accounts.teams.create(stranger, TeamRequest(name="Mine", members=(admin.user_id,))),
            lambda: world.accounts.teams.create(stranger, TeamRequest(name="Mine", members=("nobody",))),
        ):
            with pytest.raises(NotFoundError):
                call()
        assert world.accounts.teams.list_teams(stranger) == []

    def test_have_each_of_their_people_once(self) -> None:
        with pytest.raises(InvalidRequestError, match="name each user once"):
            parse(TeamRequest, {"name": "Sales", "managers": ["a"], "members": ["a"]})


class TestDataProtection:
    def test_an_export_holds_what_is_kept_and_no_secret(self, world: World) -> None:
        world.signup()
        caller = world.caller()
        key = world.accounts.api_keys.create(caller, ApiKeyRequest(name="CRM"))

        export = world.accounts.personal_data.export_account(caller)

        assert (export.account.email, export.user and export.user.name) == ("ann@example.com", "Ann Winter")
        assert [key.name for key in export.api_keys] == ["CRM"]
        assert [event.event for event in export.events] == ["signup", "login", "key_created", "export"]
        assert not any(secret in export.model_dump_json() for secret in (key.secret, PASSWORD, "argon2"))

    def test_an_erased_account_is_gone_and_its_email_free(self, world: World) -> None:
        admin = world.admin()
        account = world.signup()
        caller, pair = world.caller(), world.login()
        key = world.accounts.api_keys.create(caller, ApiKeyRequest(name="CRM"))
        world.accounts.teams.create(admin, TeamRequest(name="Sales", members=(account.user_id,)))

        world.erase(caller, account.user_id)

        for credential in (pair.access_token, key.secret):
            with pytest.raises(UnauthenticatedError):
                world.accounts.authentication.authenticate(credential)
        with pytest.raises(UnauthenticatedError):
            world.login()
        assert world.accounts.teams.list_teams(admin)[0].members == ()
        assert "account_erased" in [
            event.event for event in world.accounts.audit_log.list_events(admin, AuditFilters())
        ]
        assert world.signup().id != account.id

    @pytest.mark.parametrize("coming", ["login", "reset"])
    def test_who_comes_as_their_account_is_erased_is_told_so(self, world: World, coming: str) -> None:
        account, caller = world.signup(), world.caller()
        world.accounts.password_reset.request(EmailRequest(email=account.email))
        request = NewPasswordRequest(token=world.post.token(account.email, "new password"), password=OTHER)
        looked: list[str] = []

        def erase(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if statement.startswith(("SELECT meetkit_accounts", "SELECT meetkit_one_time")) and not looked:
                looked.append(statement)
                world.erase(caller, account.user_id)

        event.listen(world.database.engine, "after_cursor_execute", erase)
        with pytest.raises(ConflictError, match="erased just now"):
            world.login() if coming == "login" else world.accounts.password_reset.confirm(request)

    def test_the_only_account_of_a_tenant_can_be_erased(self, world: World) -> None:
        admin = world.admin(tenant="acme")
        world.erase(admin, admin.user_id)
        with pytest.raises(UnauthenticatedError):
            world.login("ada@example.com")


class TestAudit:
    def test_notes_who_did_what_from_where(self, world: World) -> None:
        admin = world.admin()
        account = world.signup()
        world.accounts.administration.update_account(admin, account.id, access="viewer", origin=HERE)

        [event] = world.accounts.audit_log.list_events(admin, AuditFilters(event="access_changed"))

        assert (event.account_id, event.subject, event.at) == (admin.account_id, account.id, world.clock.now)
        assert (event.address, event.request_id, event.outcome) == ("192.0.2.7", "request-1", "ok")

    def test_is_read_by_the_tenants_admins_alone(self, world: World) -> None:
        world.signup()
        stranger = world.admin("eve@example.com", "acme")
        filters = AuditFilters(tenant_id="default")
        assert {event.tenant_id for event in world.accounts.audit_log.list_events(stranger, filters)} == {"acme"}

    def test_holds_no_email(self, world: World) -> None:
        world.signup()
        for email in ("ann@example.com", "nobody@example.com"):
            with pytest.raises(UnauthenticatedError):
                world.login(email, OTHER)
        rows = world.database.read(lambda connection: connection.execute(text("SELECT * FROM meetkit_audit")).all())
        assert len(rows) == 3
        assert "@" not in str(rows)

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE meetkit_audit SET outcome = 'ok'",
            "DELETE FROM meetkit_audit",
            "DELETE FROM meetkit_audit WHERE number = 1",
            "sqlite: INSERT OR REPLACE INTO meetkit_audit (number, at, event, outcome) VALUES (1, 0, 'login', 'ok')",
            "postgresql: TRUNCATE meetkit_audit",
            "postgresql: INSERT INTO meetkit_audit (number, at, event, outcome) VALUES (1, 0, 'login', 'ok') "
            "ON CONFLICT (number) DO UPDATE SET outcome = 'ok'",
        ],
    )
    def test_cannot_be_changed_by_any_statement(self, world: World, statement: str) -> None:
        which, _, alone = statement.rpartition(": ")
        if which not in ("", world.database.engine.dialect.name):
            pytest.skip("of the other database")
        world.signup()
        before = world.events()

        with pytest.raises(StoreError):
            world.database.write(lambda connection: connection.execute(text(alone)))

        assert world.events() == before == [("signup", "ok")]

    def test_db_check_misses_its_triggers(self, world: World) -> None:
        drops = {
            "sqlite": "DROP TRIGGER meetkit_audit_stays_delete",
            "postgresql": "ALTER TABLE meetkit_audit DISABLE TRIGGER meetkit_audit_stays",
        }
        name = world.database.engine.dialect.name
        assert world.database.read(maintenance.problems) == []
        world.database.write(lambda connection: connection.execute(text(drops[name])))
        try:
            [problem] = world.database.read(maintenance.problems)
            assert "meetkit_audit_stays" in problem
        finally:
            if name == "postgresql":
                world.database.write(
                    lambda connection: connection.execute(
                        text("ALTER TABLE meetkit_audit ENABLE TRIGGER meetkit_audit_stays")
                    )
                )

    @pytest.mark.parametrize("text_sent", ["\x00\ud800", "\x1b[31m" * 10_000, "", " ", "\n"])
    def test_takes_whatever_an_edge_gives(self, world: World, text_sent: str) -> None:
        act = AuditContext(world.clock.now, Origin(address=text_sent, request_id=text_sent))
        world.database.write(audit.add, act, "transcript_read", subject=text_sent)
        [event] = world.database.read(audit.find, AuditFilters())
        assert event.address is None or (len(event.address) <= 200 and event.address.isprintable())


def test_the_tables_are_those_that_are_described(world: World) -> None:
    from meetkit.storage.sql import schema  # noqa: PLC0415

    assert world.database.read(schema.differences) == []


def test_a_user_without_an_account_can_be_in_a_team(world: World) -> None:
    admin = world.admin()
    world.store.add_user(User(id="u", name="Uwe Berg", email="uwe@example.com", role="Seller"))
    assert world.accounts.teams.create(admin, TeamRequest(name="Sales", members=("u",))).members == ("u",)
