"""`AccountStore`: the guarded store of a service with accounts, whose email addresses change by mail alone."""

from __future__ import annotations

from collections.abc import Callable

from meetkit.accounts.repository import accounts
from meetkit.errors import ConflictError
from meetkit.meetings.guarded_store import GuardedStore
from meetkit.models.caller import Caller
from meetkit.models.people import User
from meetkit.models.responses import AttendeeResponse
from meetkit.storage import Store
from meetkit.storage.sql import Database

_REFUSAL = (
    "email: this user has an account, whose holder changes the address by POST /users/change-email; "
    "it changes once the new address is confirmed"
)


class AccountStore(GuardedStore):
    """A `GuardedStore` that refuses to change the email address of a user who has an account, whoever asks."""

    def __init__(
        self, inner: Store, caller: Caller, *, database: Database, attendee_response: AttendeeResponse = "invited"
    ) -> None:
        """Guard a store; `database` holds the accounts, the rest is as in `GuardedStore`."""
        super().__init__(inner, caller, attendee_response=attendee_response)
        self._database = database

    def update_user(self, user_id: str, change: Callable[[User], User]) -> User:
        """Change a user, but for an email address that is verified."""
        tenant_id = self._caller.tenant_id
        # Read before the transaction, which may hold the only connection.
        has_account = self._database.read(accounts.by_user, user_id, tenant_id=tenant_id) is not None

        def change_checked(before: User) -> User:
            after = change(before)
            if has_account and after.email != before.email:
                raise ConflictError(_REFUSAL)
            return after

        return super().update_user(user_id, change_checked)
