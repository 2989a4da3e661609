"""The caller's own API keys: create, list and revoke them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from meetkit.accounts.events import AuditContext
from meetkit.accounts.models import ApiKey, ApiKeyRequest, NewApiKey
from meetkit.accounts.operations.audit_log import AuditLog
from meetkit.accounts.repository import accounts, api_keys, audit
from meetkit.errors import ForbiddenError
from meetkit.models.base import new_id
from meetkit.models.caller import NOWHERE, Caller, Origin
from meetkit.storage.sql import Database


@dataclass(frozen=True, kw_only=True)
class OwnApiKeys:
    """The API keys of the caller's account, for other backends."""

    database: Database
    audit_log: AuditLog

    def create(
        self, caller: Caller, request: ApiKeyRequest, *, key_id: str | None = None, origin: Origin = NOWHERE
    ) -> NewApiKey:
        """Create a key with the id `key_id` or a new one. Its secret is in this result and never again.

        Raises:
            ConflictError: a key of this id exists.
            ForbiddenError: the caller is authenticated by an API key, or is a viewer and requests more than to read.
        """
        caller.check_session()
        if caller.access == "viewer" and request.right != "read":
            raise ForbiddenError('a viewer\'s key can only have the right "read"')
        context = self.audit_log.context(origin)
        return self.database.write(_create, caller, request, key_id or new_id("key"), context)

    def list_keys(self, caller: Caller) -> list[ApiKey]:
        """Return the caller's keys, revoked ones included, oldest first."""
        return self.database.read(_list, caller)

    def revoke(self, caller: Caller, key_id: str, *, origin: Origin = NOWHERE) -> ApiKey:
        """Revoke one of the caller's keys at once.

        Raises:
            NotFoundError: the caller has no key of this id.
            ForbiddenError: the caller is authenticated by an API key.
        """
        caller.check_session()
        return self.database.write(_revoke, caller, key_id, self.audit_log.context(origin))


def _create(
    connection: Connection, caller: Caller, request: ApiKeyRequest, key_id: str, context: AuditContext
) -> NewApiKey:
    number = accounts.by_id(connection, caller.account_id).number
    new = api_keys.add(connection, number, request, key_id=key_id, now=context.now)
    audit.add(connection, context, "key_created", actor=caller, subject=new.key.id)
    return new


def _list(connection: Connection, caller: Caller) -> list[ApiKey]:
    return api_keys.list_keys(connection, accounts.by_id(connection, caller.account_id).number)


def _revoke(connection: Connection, caller: Caller, key_id: str, context: AuditContext) -> ApiKey:
    number = accounts.by_id(connection, caller.account_id).number
    key = api_keys.revoke(connection, number, key_id, now=context.now)
    audit.add(connection, context, "key_revoked", actor=caller, subject=key_id)
    return key
