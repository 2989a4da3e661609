"""Routes of a tenant's accounts and audit log, for admins."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Response

from meetkit.accounts.models import Account, InviteRequest
from meetkit.accounts.routes.bodies import AccountPage, AccountPatch, EventPage
from meetkit.accounts.routes.queries import AuditQuery
from meetkit.accounts.service import Accounts
from meetkit.web.authorization import requires
from meetkit.web.context import RequestContext
from meetkit.web.dispatch import Dispatch
from meetkit.web.openapi import LINK, LOCATION, problems
from meetkit.web.paging import PREFIX, Page, cursor_errors, page_of, unknown_cursor
from meetkit.web.reply import Reply

router = APIRouter(tags=["administration"])
_AccountId = Annotated[str, Path(description="The account's id.")]
_MAX_DIGITS = len(str(2**63 - 1))


@router.get("/accounts", response_model=AccountPage, responses=LINK | problems(400))
async def list_accounts(dispatch: Dispatch, query: Annotated[Page, Query()]) -> Response:
    """List the accounts of the tenant, oldest first. Admins only."""
    return await dispatch(_list_accounts, query)


@requires(admin=True)
def _list_accounts(context: RequestContext, query: Page) -> Reply:
    administration, limit = context.service(Accounts).administration, query.limit + 1
    with cursor_errors("account", query.after):
        accounts = administration.list_accounts(context.signed_in, limit=limit, after=query.after, offset=query.offset)
    return page_of(AccountPage, "/accounts", query, accounts, lambda account: account.id)


@router.post("/accounts", status_code=201, response_model=Account, responses=LOCATION | problems(400, 404, 409))
async def invite(dispatch: Dispatch, body: InviteRequest) -> Response:
    """Create an account for another person, who receives an email to set its password. Admins only.

    An email address has at most one account in a tenant. Repeating the request returns 409 and sends no second email.
    """
    return await dispatch(_invite, body)


@requires(admin=True)
def _invite(context: RequestContext, body: InviteRequest) -> Reply:
    account = context.service(Accounts).registration.invite(context.signed_in, body, origin=context.origin)
    return Reply.of(account, 201, {"Location": f"{PREFIX}/accounts/{quote(account.id, safe='')}"})


@router.get("/accounts/{account_id}", response_model=Account, responses=problems(404))
async def get_account(dispatch: Dispatch, account_id: _AccountId) -> Response:
    """Get an account of the tenant. Admins only."""
    return await dispatch(_get_account, account_id)


@requires(admin=True)
def _get_account(context: RequestContext, account_id: str) -> Reply:
    return Reply.of(context.service(Accounts).own_account.get(context.signed_in, account_id))


@router.patch("/accounts/{account_id}", response_model=Account, responses=problems(400, 404, 409))
async def update_account(dispatch: Dispatch, account_id: _AccountId, body: AccountPatch) -> Response:
    """Change the access of an account, or activate or deactivate it. Admins only."""
    return await dispatch(_update_account, account_id, body)


@requires(admin=True)
def _update_account(context: RequestContext, account_id: str, body: AccountPatch) -> Reply:
    administration = context.service(Accounts).administration
    account = administration.update_account(context.signed_in, account_id, **body.changes, origin=context.origin)
    return Reply.of(account)


@router.get("/audit", response_model=EventPage, responses=LINK | problems(400))
async def list_events(dispatch: Dispatch, query: Annotated[AuditQuery, Query()]) -> Response:
    """List audit events, such as logins, reads of transcripts and changes of accounts, newest first. Admins only."""
    return await dispatch(_list_events, query)


@requires(admin=True)
def _list_events(context: RequestContext, query: AuditQuery) -> Reply:
    filters = query.filters(_event_number(query.after))
    events = context.service(Accounts).audit_log.list_events(context.signed_in, filters)
    return page_of(EventPage, "/audit", query, events[::-1], lambda event: str(event.number))


def _event_number(after: str | None) -> int | None:
    if after is None:
        return None
    # Longer digits are no number of an event, and Python refuses to read thousands of them.
    if not (after.isascii() and after.isdigit() and len(after) <= _MAX_DIGITS and 0 < int(after) < 2**63):
        raise unknown_cursor(after)
    return int(after)
