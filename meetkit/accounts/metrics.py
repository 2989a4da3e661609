"""The metrics of logins, for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter

from meetkit.errors import ConflictError, ForbiddenError, ThrottledError, UnauthenticatedError

OUTCOMES = ("ok", "failed", "throttled")


class LoginMetrics:
    """A counter of login attempts by outcome. Errors of the server count as none."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register the counter, each outcome at 0, as Prometheus sees no increase in a series that starts later."""
        self._logins = Counter("meetkit_logins", "Attempts to sign in.", ("outcome",), registry=registry)
        for outcome in OUTCOMES:
            self._logins.labels(outcome)

    @contextmanager
    def observe(self) -> Iterator[None]:
        """Count the login attempted within the context, by its outcome."""
        try:
            yield
        except ThrottledError:
            self._logins.labels("throttled").inc()
            raise
        except (UnauthenticatedError, ForbiddenError, ConflictError):
            self._logins.labels("failed").inc()
            raise
        self._logins.labels("ok").inc()
