"""The limits on attempts, with an audit event where one is exceeded."""

from __future__ import annotations

from dataclasses import dataclass

from meetkit.accounts.events import AuditContext, EventName
from meetkit.accounts.operations.audit_log import AuditLog
from meetkit.accounts.throttle import Throttle
from meetkit.errors import ThrottledError


@dataclass(frozen=True, kw_only=True)
class AttemptLimits:
    """The limits on attempts per address and per subject, such as the email address of an account."""

    throttle: Throttle
    audit_log: AuditLog

    def check(self, context: AuditContext, event: EventName, *, subject: str | None = None) -> None:
        """Refuse an attempt from an address with too many failures, or one too many on a subject, and count it.

        Raises:
            ThrottledError: there were too many.
        """
        try:
            self.throttle.check_address(context.origin.address)
            if subject is not None:
                self.throttle.count_attempt(subject)
        except ThrottledError:
            # Audit events are stored for good, so an attacker who goes on adds one per window, not one per attempt.
            if self.throttle.is_first(event, context.origin.address):
                self.audit_log.record_failure(context, event, "throttled")
            raise

    def count_address(self, context: AuditContext) -> None:
        """Count a failure, or a costly request, of the address."""
        self.throttle.count_address(context.origin.address)

    def reset(self, subject: str) -> None:
        """Reset the count of a subject, once an attempt on it has succeeded."""
        self.throttle.reset(subject)
