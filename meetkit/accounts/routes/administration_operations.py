"""What the routes of admins do: accounts, teams, and what happened."""

from __future__ import annotations

from urllib.parse import quote

from meetkit.accounts.models import Account, InviteRequest, Team, TeamRequest
from meetkit.accounts.routes.bodies import AccountPage, AccountPatch, EventPage, Teams
from meetkit.accounts.service import Accounts
from meetkit.meetings.routes.queries import AuditQuery, Page
from meetkit.web.context import RequestContext
from meetkit.web.paging import PREFIX, cursor_errors, page_of, unknown_cursor
from meetkit.web.reply import Reply


def list_accounts(context: RequestContext, accounts: Accounts, query: Page) -> Reply:
    """The accounts of the tenant."""
    with cursor_errors("account", query.after):
        found = accounts.administration.list_accounts(
            context.signed_in, limit=query.limit + 1, after=query.after, offset=query.offset
        )
    return page_of(AccountPage, "/accounts", query, found, lambda account: account.id)


def get_account(context: RequestContext, accounts: Accounts, account_id: str) -> Reply:
    """One of them."""
    context.signed_in.check_admin()
    return Reply.of(accounts.own_account.get(context.signed_in, account_id))


def invite(context: RequestContext, accounts: Accounts, body: InviteRequest) -> Reply:
    """Make an account for somebody, who gets a mail."""
    return _created("accounts", accounts.registration.invite(context.signed_in, body, origin=context.origin))


def update_account(context: RequestContext, accounts: Accounts, account_id: str, body: AccountPatch) -> Reply:
    """Say what an account may do, and whether it may at all."""
    caller, changes = context.signed_in, body.changes
    return Reply.of(accounts.administration.update_account(caller, account_id, **changes, origin=context.origin))


def list_events(context: RequestContext, accounts: Accounts, query: AuditQuery) -> Reply:
    """What happened in the tenant."""
    found = accounts.audit_log.list_events(context.signed_in, query.filters(_number(query.after)))
    return page_of(EventPage, "/audit", query, found[::-1], lambda event: str(event.number))


def list_teams(context: RequestContext, accounts: Accounts) -> Reply:
    """The teams that the caller sees."""
    return Reply.of(Teams(items=accounts.teams.list_teams(context.signed_in)))


def get_team(context: RequestContext, accounts: Accounts, team_id: str) -> Reply:
    """One of them."""
    return Reply.of(accounts.teams.get(context.signed_in, team_id))


def create_team(
    context: RequestContext, accounts: Accounts, body: TeamRequest, idempotency_key: str | None = None
) -> Reply:
    """Make a team."""
    team_id = context.id_for("team", idempotency_key)
    return _created("teams", accounts.teams.create(context.signed_in, body, team_id=team_id, origin=context.origin))


def put_team(context: RequestContext, accounts: Accounts, team_id: str, body: TeamRequest) -> Reply:
    """Have a team be as this says."""
    return Reply.of(accounts.teams.replace(context.signed_in, team_id, body, origin=context.origin))


def delete_team(context: RequestContext, accounts: Accounts, team_id: str) -> Reply:
    """Remove a team."""
    accounts.teams.delete(context.signed_in, team_id, origin=context.origin)
    return Reply(204)


def _created(kind: str, made: Account | Team) -> Reply:
    return Reply.of(made, 201, {"Location": f"{PREFIX}/{kind}/{quote(made.id, safe='')}"})


def _number(after: str | None) -> int | None:
    if after is None:
        return None
    # No number of an event has more digits, and Python reads none of thousands.
    if not (after.isascii() and after.isdigit() and len(after) < 20 and 0 < int(after) < 2**63):
        raise unknown_cursor(after)
    return int(after)
