"""What somebody does with their own account."""

from __future__ import annotations

from meetkit.accounts.caller import Caller
from meetkit.accounts.events import NOWHERE, Origin
from meetkit.accounts.models import Account, AccountExport, ApiKey, ApiKeyRequest, ChangePasswordRequest, NewApiKey
from meetkit.accounts.verbs.parts import Parts


class OwnAccount(Parts):
    """One's own account: its password, its keys, its data, its end."""

    def get_account(self, caller: Caller, account_id: str | None = None) -> Account:
        """One's own account; an admin's, any of their tenant.

        Raises:
            NotFoundError: the caller may see no account of that id.
        """
        raise NotImplementedError

    def change_password(self, caller: Caller, request: ChangePasswordRequest, *, origin: Origin = NOWHERE) -> None:
        """Set another password; all other sessions end at once.

        Raises:
            InvalidRequestError: the current password is wrong, or the new one too easy to guess.
            ForbiddenError: the caller came by an API key.
            ThrottledError: too many wrong ones.
        """
        raise NotImplementedError

    def create_api_key(self, caller: Caller, request: ApiKeyRequest, *, origin: Origin = NOWHERE) -> NewApiKey:
        """Make a key for another backend; its secret is shown now and never again.

        Raises:
            ForbiddenError: the caller came by an API key.
        """
        raise NotImplementedError

    def list_api_keys(self, caller: Caller) -> list[ApiKey]:
        """One's own keys, also those that were revoked, oldest first."""
        raise NotImplementedError

    def revoke_api_key(self, caller: Caller, key_id: str, *, origin: Origin = NOWHERE) -> ApiKey:
        """Let one's own key be good no more, at once.

        Raises:
            NotFoundError: the caller has no key of that id.
            ForbiddenError: the caller came by an API key.
        """
        raise NotImplementedError

    def export_account(
        self, caller: Caller, account_id: str | None = None, *, origin: Origin = NOWHERE
    ) -> AccountExport:
        """All that is kept of an account but its secrets: one's own, an admin's any of their tenant.

        Raises:
            NotFoundError: the caller may see no account of that id.
        """
        raise NotImplementedError

    def erase_account(self, caller: Caller, account_id: str | None = None, *, origin: Origin = NOWHERE) -> Account:
        """Remove an account with its sessions, keys and identities; what it was is returned.

        The `User`, and what is kept of their meetings, is the store's to erase. What was noted of it in ids stays.

        Raises:
            NotFoundError: the caller may see no account of that id.
            ConflictError: it is the last admin of a tenant that others are in.
            ForbiddenError: the caller came by an API key that may not.
        """
        raise NotImplementedError
