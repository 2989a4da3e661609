"""The audit log: record events and list them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from meetkit.accounts.events import AuditContext, AuditEvent, AuditFilters, EventName, Outcome
from meetkit.accounts.models import Account
from meetkit.accounts.repository import audit
from meetkit.models.caller import NOWHERE, Caller, Origin
from meetkit.storage.sql import Database


@dataclass(frozen=True, kw_only=True)
class AuditLog:
    """The audit log of a database. Times are those of `clock`."""

    database: Database
    clock: Callable[[], dt.datetime]

    def context(self, origin: Origin) -> AuditContext:
        """Return the context of an operation that begins now."""
        return AuditContext(self.clock(), origin)

    def record(self, caller: Caller, event: EventName, subject: str, *, origin: Origin = NOWHERE) -> None:
        """Record what a caller did in the store, such as reading a transcript or erasing a contact."""
        self.database.write(audit.add, self.context(origin), event, actor=caller, subject=subject)

    def record_failure(
        self, context: AuditContext, event: EventName, outcome: Outcome, *, actor: Account | Caller | None = None
    ) -> None:
        """Record an event in its own transaction, so that it stays although the operation raises."""
        self.database.write(audit.add, context, event, outcome, actor=actor)

    def list_events(self, caller: Caller, filters: AuditFilters) -> list[AuditEvent]:
        """Return events of the caller's tenant, newest last. Admins only.

        Raises:
            ForbiddenError: the caller is not an admin.
        """
        caller.check_admin()
        return self.database.read(audit.find, filters.model_copy(update={"tenant_id": caller.tenant_id}))
