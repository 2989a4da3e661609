"""Routes of the caller's own account and profile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Response

from meetkit import capabilities, meeting_service
from meetkit.accounts.models import Account, ChangeEmailRequest, ChangePasswordRequest
from meetkit.accounts.routes.bodies import Export, Profile
from meetkit.accounts.routes.schemas import MAIL_QUEUED
from meetkit.accounts.service import Accounts
from meetkit.storage.sql import Database
from meetkit.web.authorization import requires
from meetkit.web.context import RequestContext
from meetkit.web.dispatch import Dispatch, allow_only
from meetkit.web.openapi import NO_CONTENT, problems
from meetkit.web.reply import Reply

router = APIRouter(prefix="/users", tags=["accounts"])


@router.get("/profile", response_model=Profile)
async def get_profile(dispatch: Dispatch) -> Response:
    """Get the caller's profile: name, title, time zone, work hours, preferences."""
    return await dispatch(_get_profile)


@requires()
def _get_profile(context: RequestContext) -> Reply:
    caller = context.signed_in
    user = meeting_service.get_user(caller.user_id)
    return Reply.of(
        Profile(
            name=user.name,
            title=user.role,
            timezone=user.timezone,
            work_hours=user.work_hours,
            preferences=context.service(Accounts).own_account.get_preferences(caller),
        )
    )


@router.put("/profile", response_model=Profile, responses=problems(400))
async def put_profile(dispatch: Dispatch, body: Profile) -> Response:
    """Replace the caller's profile."""
    return await dispatch(_put_profile, body)


@requires(write=True)
def _put_profile(context: RequestContext, body: Profile) -> Reply:
    updates = {"name": body.name, "role": body.title, "timezone": body.timezone, "work_hours": body.work_hours}
    context.service(Accounts).own_account.set_profile(context.signed_in, updates, body.preferences)
    return Reply.of(body)


@router.get("/account", response_model=Account)
async def get_own_account(dispatch: Dispatch) -> Response:
    """Get the caller's account: email address, access level, sign-in providers."""
    return await dispatch(_get_own_account)


@requires()
def _get_own_account(context: RequestContext) -> Reply:
    return Reply.of(context.service(Accounts).own_account.get(context.signed_in))


@router.delete("/account", status_code=204, responses=NO_CONTENT | problems(409))
async def erase_own_account(dispatch: Dispatch) -> Response:
    """Erase the caller's account, personal data, and the content of their meetings."""
    return await dispatch(_erase_own_account)


# Not `write`: a viewer, who can change nothing else, can erase themselves.
@requires()
def _erase_own_account(context: RequestContext) -> Reply:
    context.erase("user", context.signed_in.user_id, meeting_service.erase_user)
    return Reply(204)


@router.get("/account/export", response_model=Export)
async def export_own_data(dispatch: Dispatch) -> Response:
    """Export all data about the caller, including transcripts of their meetings."""
    return await dispatch(_export_own_data)


@requires()
def _export_own_data(context: RequestContext) -> Reply:
    caller, database = context.signed_in, context.service(Database)
    export = context.service(Accounts).personal_data.export_account(caller, origin=context.origin)
    fields = {name: getattr(export, name) for name in type(export).model_fields}
    for capability in capabilities.installed():
        if read := capability.load("personal_data"):
            fields |= _without_clash(read(caller, database), fields)
    return Reply.of(Export(**fields))


def _without_clash(part: Mapping[str, Any], fields: Mapping[str, Any]) -> Mapping[str, Any]:
    if clash := part.keys() & fields.keys():
        raise TypeError(f"two capabilities fill {', '.join(sorted(clash))} in the account export")
    return part


@router.post("/change-password", status_code=204, responses=NO_CONTENT | problems(400, 409))
async def change_password(dispatch: Dispatch, body: ChangePasswordRequest) -> Response:
    """Change the caller's password. Ends all other sessions."""
    return await dispatch(_change_password, body)


@requires(session=True, threads="passwords")
def _change_password(context: RequestContext, body: ChangePasswordRequest) -> Reply:
    context.service(Accounts).own_account.change_password(context.signed_in, body, origin=context.origin)
    return Reply(204)


@router.post("/change-email", status_code=202, response_class=Response, responses=MAIL_QUEUED | problems(400, 409))
async def change_email(dispatch: Dispatch, body: ChangeEmailRequest) -> Response:
    """Send an email to a new address of the caller's account, which changes once the link in it is confirmed.

    The present address is informed by email.
    """
    return await dispatch(_change_email, body)


@requires(session=True, threads="passwords")
def _change_email(context: RequestContext, body: ChangeEmailRequest) -> Reply:
    context.service(Accounts).email_change.request(context.signed_in, body, origin=context.origin)
    return Reply(202)


# `/users/{user_id}` would otherwise take these words for ids.
allow_only(router, "GET, HEAD, PUT", "/profile")
allow_only(router, "GET, HEAD, DELETE", "/account")
allow_only(router, "POST", "/change-password")
allow_only(router, "POST", "/change-email")
