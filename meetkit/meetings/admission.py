"""Bounds on the analyses of an account, a tenant and a process: the number at once, and the time in an hour."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from meetkit.errors import ThrottledError
from meetkit.meetings.fair_queue import Owner
from meetkit.settings import Settings

_HOUR = 3600.0
# A tenant has as many as some of its members, a process as many as some tenants.
_TENANT_FACTOR, _PROCESS_FACTOR = 4, 20
_TENANT_TIME_FACTOR = 10
# An analysis takes seconds; whoever is told to wait less comes back in vain.
_RETRY_SECONDS = 5.0


class Admission:
    """Counts analyses from their request to their end, and the processor time of each hour, in this process alone."""

    def __init__(
        self,
        at_once: int = Settings.model_fields["analyses_at_once"].default,
        minutes: int = Settings.model_fields["analysis_minutes"].default,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Allow an account so many analyses at once, and so many minutes of a processor in an hour."""
        self._at_once, self._seconds = at_once, minutes * 60.0
        self._clock = clock
        self._lock = Lock()
        self._running: Counter[Owner] = Counter()
        self._budgets: dict[Owner, _Budget] = {}

    @contextmanager
    def admit(self, owner: Owner) -> Iterator[None]:
        """Count an analysis while the block runs.

        Raises:
            ThrottledError: the account, its tenant or the process has too many, or its time is used up.
        """
        with self._lock:
            self._check_time(owner)
            self._check_number(owner)
            self._running[owner] += 1
        try:
            yield
        finally:
            with self._lock:
                self._running[owner] -= 1
                self._running += Counter()  # drops zeros

    def use(self, owner: Owner, seconds: float) -> None:
        """Count the processor time of an analysis."""
        now = self._clock()
        with self._lock:
            self._budgets = {name: budget for name, budget in self._budgets.items() if budget.spent_seconds(now)}
            for name, allowance in self._allowances(owner):
                self._budgets.setdefault(name, _Budget(allowance, now)).add(now, seconds)

    def _allowances(self, owner: Owner) -> tuple[tuple[Owner, float], ...]:
        """Return the seconds of an hour that are allowed to an account and to its tenant."""
        return (owner, self._seconds), (Owner(owner.tenant_id), self._seconds * _TENANT_TIME_FACTOR)

    def _check_number(self, owner: Owner) -> None:
        tenant = sum(count for key, count in self._running.items() if key.tenant_id == owner.tenant_id)
        for count, limit, scope in (
            (self._running[owner], self._at_once, "of your account"),
            (tenant, self._at_once * _TENANT_FACTOR, "of your tenant"),
            (self._running.total(), self._at_once * _PROCESS_FACTOR, "on this server"),
        ):
            if count >= limit:
                raise ThrottledError(
                    f"{count} analyses {scope} run or wait, the maximum; try again when one has ended",
                    retry_after=_RETRY_SECONDS,
                )

    def _check_time(self, owner: Owner) -> None:
        now = self._clock()
        for name, allowance in self._allowances(owner):
            if (budget := self._budgets.get(name)) and (wait := budget.wait(now)):
                scope = "your account" if name.account_id else "your tenant"
                raise ThrottledError(
                    f"{scope} has used its {allowance / 60:.0f} min of analysis in an hour; "
                    f"try again in {-(-wait // 60):.0f} min",
                    retry_after=wait,
                )


class _Budget:
    """A leaky bucket of processor time: what is used drains evenly, all of the allowed time in an hour."""

    def __init__(self, allowance: float, now: float) -> None:
        self._allowance, self._seconds, self._at = allowance, 0.0, now

    def spent_seconds(self, now: float) -> float:
        """Return the seconds that are used."""
        self._seconds = max(0.0, self._seconds - (now - self._at) * self._allowance / _HOUR)
        self._at = now
        return self._seconds

    def add(self, now: float, seconds: float) -> None:
        """Count more, also beyond what is allowed."""
        self._seconds = self.spent_seconds(now) + seconds

    def wait(self, now: float) -> float:
        """Return the seconds until some time is left."""
        return max(0.0, self.spent_seconds(now) - self._allowance) * _HOUR / self._allowance
