"""Readiness of the server: the database, its tables, and the model."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import anyio
from anyio import to_thread
from sqlalchemy import Connection

from meetkit import capabilities
from meetkit.errors import MeetkitError, SchemaError
from meetkit.llm_client import LLMClient
from meetkit.llm_client.fallback import members
from meetkit.models.people import PeopleFilters
from meetkit.storage import SqlStore, Store
from meetkit.storage.sql import keys, schema

T = TypeVar("T")
_log = logging.getLogger("meetkit.web")
_SECONDS = 2.0
State = Literal["ready", "degraded", "not ready"]
_SEVERITY: dict[str, State] = {
    "unreachable": "not ready",
    "wrong revision": "not ready",
    "resting": "degraded",
    "waiting": "degraded",
    "failed": "not ready",
}


@dataclass
class Readiness:
    """The checked parts, and whether the server is stopping; `host_store` is a host's own store of meetings.

    One check of the database, and one of writing, runs at a time, whatever the number of requests: each holds a thread
    until it ends. While somebody else writes for long, `writes` are `waiting`.
    """

    store: Store
    llm: LLMClient | None = None
    host_store: Store | None = None
    draining: bool = False
    seconds: float = _SECONDS
    _checks: dict[Callable[[], Any], asyncio.Future[Any]] = field(default_factory=dict, init=False)

    async def parts(self) -> dict[str, str]:
        """Return each part's state in a word or two."""
        database, writes = await asyncio.gather(self._database(), self._writes())
        return {**database, **writes, "model": self._model()}

    async def _database(self) -> dict[str, str]:
        """Return the state of the store and its tables; a database that takes too long counts as unreachable."""
        try:
            states: dict[str, str] = await self._result_of(self._check)
        except SchemaError:
            return {"store": "ok", "migrations": "wrong revision"}
        except Exception:  # A host's store may raise anything.
            return {"store": "unreachable", "migrations": "unknown"}
        return {"store": "ok", "migrations": "ok", **states}

    async def _writes(self) -> dict[str, str]:
        """Return whether the database, and a disk that is part of it, can be written."""
        if not isinstance(self.store, SqlStore):
            return {}
        try:
            await self._result_of(self.store.database.check_writable)
        except TimeoutError:
            return {"writes": "waiting"}
        except MeetkitError:
            return {"writes": "failed"}
        return {"writes": "ok"}

    async def _result_of(self, check: Callable[[], T]) -> T:
        """Return the result of a check that runs in a thread, and is shared by all who ask meanwhile."""
        running = self._checks.get(check)
        if running is None or running.done():
            work = to_thread.run_sync(check, abandon_on_cancel=True, limiter=anyio.CapacityLimiter(1))
            running = self._checks[check] = asyncio.ensure_future(work)
            # Its error was raised to whoever waited, or comes after nobody waits any more.
            running.add_done_callback(lambda check: check.cancelled() or check.exception())
        result: T = await asyncio.wait_for(asyncio.shield(running), self.seconds)
        return result

    def _check(self) -> dict[str, str]:
        """Check the revision of the database's tables and its keys, and that a host's store returns a list."""
        if self.host_store is not None:
            self.host_store.list_users(PeopleFilters(tenant_id="default", limit=1))
        return self.store.database.read(_states) if isinstance(self.store, SqlStore) else {}

    def _model(self) -> str:
        if self.llm is None:
            return "offline"
        rests = any(getattr(client, "is_resting", False) for client in members(self.llm))
        return "resting" if rests else "ok"


def state(parts: dict[str, str]) -> State:
    """Return the overall state: with a resting model, the offline engine and all else still work."""
    states = {_SEVERITY[word] for word in parts.values() if word in _SEVERITY}
    return "not ready" if "not ready" in states else "degraded" if states else "ready"


def works(parts: dict[str, str]) -> dict[str, bool]:
    """Return whether each part works."""
    return {part: word in ("ok", "offline") for part, word in parts.items()}


def _states(connection: Connection) -> dict[str, str]:
    """Return the states of the database's parts: those that fail, and those that capabilities report."""
    schema.check(connection)
    states = {} if keys.has_all_keys(connection) else {"encryption": "failed"}
    for capability in capabilities.installed():
        if health := capability.load("health"):
            states |= _health_of(capability.name, health, connection)
    return states


def _health_of(name: str, health: Callable[[Connection], Mapping[str, str]], connection: Connection) -> dict[str, str]:
    """Return what a capability reports; one that raises has failed, whatever the reason, and the others are asked."""
    try:
        # On PostgreSQL a failed statement would end the transaction that the next capability reads in.
        with connection.begin_nested():
            return {part: "ok" if word == "ok" else "failed" for part, word in health(connection).items()}
    except Exception:
        _log.warning("the health check of %s failed", name, exc_info=True)
        return {name: "failed"}
