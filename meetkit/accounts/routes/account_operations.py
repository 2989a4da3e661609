"""What the routes of one's own account do."""

from __future__ import annotations

from urllib.parse import quote

from meetkit import meeting_service
from meetkit.accounts.models import ApiKeyRequest, ChangePasswordRequest
from meetkit.accounts.routes.bodies import ApiKeys, Export, Profile
from meetkit.accounts.service import Accounts
from meetkit.models.meetings import MeetingFilters
from meetkit.runtime.collaborators import current_store
from meetkit.web.context import RequestContext
from meetkit.web.paging import PREFIX
from meetkit.web.reply import Reply


def get_profile(context: RequestContext, accounts: Accounts) -> Reply:
    """The caller as others see them, and their preferences."""
    caller = context.signed_in
    user = meeting_service.get_user(caller.user_id)
    return Reply.of(
        Profile(
            name=user.name,
            title=user.role,
            timezone=user.timezone,
            work_hours=user.work_hours,
            preferences=accounts.own_account.get_preferences(caller),
        )
    )


def put_profile(context: RequestContext, accounts: Accounts, body: Profile) -> Reply:
    """Have both be as this says."""
    context.check_may_write()
    updates = {"name": body.name, "role": body.title, "timezone": body.timezone, "work_hours": body.work_hours}
    accounts.own_account.set_profile(context.signed_in, updates, body.preferences)
    return Reply.of(body)


def get_account(context: RequestContext, accounts: Accounts) -> Reply:
    """How the caller signs in."""
    return Reply.of(accounts.own_account.get(context.signed_in))


def erase_account(context: RequestContext) -> Reply:
    """Erase the caller, and what was said in their meetings; who may change nothing else may do that."""
    context.erase_user(context.signed_in.user_id)
    return Reply(204)


def change_password(context: RequestContext, accounts: Accounts, body: ChangePasswordRequest) -> Reply:
    """Set another password."""
    accounts.own_account.change_password(context.signed_in, body, origin=context.origin)
    return Reply(204)


def export(context: RequestContext, accounts: Accounts) -> Reply:
    """All that is kept of the caller."""
    caller = context.signed_in
    known = accounts.personal_data.export_account(caller, origin=context.origin)
    meetings = meeting_service.get_all_meetings(caller.user_id, MeetingFilters())
    ids = [meeting.id for meeting in meetings]
    return Reply.of(
        Export(
            **{name: getattr(known, name) for name in type(known).model_fields},
            preferences=accounts.own_account.get_preferences(caller),
            calendars=current_store().get_calendars(caller.user_id),
            meetings=meetings,
            insights={one: found for one in ids if (found := meeting_service.get_insights(one))},
            briefs=[brief for one in ids if (brief := meeting_service.get_prep(one))],
        )
    )


def list_api_keys(context: RequestContext, accounts: Accounts) -> Reply:
    """The caller's keys."""
    return Reply.of(ApiKeys(items=accounts.api_keys.list_keys(context.signed_in)))


def create_api_key(
    context: RequestContext, accounts: Accounts, body: ApiKeyRequest, idempotency_key: str | None = None
) -> Reply:
    """Make a key, whose secret is shown this once."""
    key_id = context.id_for("key", idempotency_key)
    made = accounts.api_keys.create(context.signed_in, body, key_id=key_id, origin=context.origin)
    return Reply.of(made, 201, {"Location": f"{PREFIX}/api-keys/{quote(made.key.id, safe='')}"})


def revoke_api_key(context: RequestContext, accounts: Accounts, key_id: str) -> Reply:
    """Let a key be good no more."""
    accounts.api_keys.revoke(context.signed_in, key_id, origin=context.origin)
    return Reply(204)
