"""Whether the server can do its work: the database, its tables, and the model."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Literal

import anyio
from anyio import to_thread
from sqlalchemy import Connection

from meetkit import capabilities
from meetkit.errors import SchemaError
from meetkit.llm_client import LLMClient
from meetkit.llm_client.fallback import members
from meetkit.models.people import PeopleFilters
from meetkit.storage import SqlStore, Store
from meetkit.storage.sql import keys, schema

_SECONDS = 2.0
State = Literal["ready", "degraded", "not ready"]
_SEVERITY: dict[str, State] = {
    "unreachable": "not ready",
    "wrong revision": "not ready",
    "resting": "degraded",
    "failed": "not ready",
}


@dataclass
class Readiness:
    """What is asked, and whether the server is about to stop; `hosts` is a host's own store beside that of accounts.

    One question to the database is under way at a time, however many ask: each holds a thread until it is answered.
    """

    store: Store
    llm: LLMClient | None = None
    hosts: Store | None = None
    draining: bool = False
    seconds: float = _SECONDS
    _asking: asyncio.Future[dict[str, str]] | None = field(default=None, init=False)

    async def parts(self) -> dict[str, str]:
        """Each part's state in a word or two."""
        return {**await self._database(), "model": self._model()}

    async def _database(self) -> dict[str, str]:
        """How the store and its tables are; a database that takes too long counts as one that is not there."""
        try:
            states = await asyncio.wait_for(asyncio.shield(self._question()), self.seconds)
        except SchemaError:
            return {"store": "ok", "migrations": "wrong revision"}
        except Exception:  # A host's store may raise anything.
            return {"store": "unreachable", "migrations": "unknown"}
        return {"store": "ok", "migrations": "ok", **states}

    def _question(self) -> asyncio.Future[dict[str, str]]:
        if self._asking is None or self._asking.done():
            asked = to_thread.run_sync(self._check, abandon_on_cancel=True, limiter=anyio.CapacityLimiter(1))
            self._asking = asyncio.ensure_future(asked)
            # Its error is known by then, or comes after nobody waits for it any more.
            self._asking.add_done_callback(lambda done: done.cancelled() or done.exception())
        return self._asking

    def _check(self) -> dict[str, str]:
        """Ask a database for the revision of its tables and whether it has all keys, another store for anything."""
        if self.hosts is not None:
            self.hosts.list_users(PeopleFilters(tenant_id="default", limit=1))
        return self.store.database.read(_states) if isinstance(self.store, SqlStore) else {}

    def _model(self) -> str:
        if self.llm is None:
            return "offline"
        rests = any(getattr(client, "is_resting", False) for client in members(self.llm))
        return "resting" if rests else "ok"


def state(parts: dict[str, str]) -> State:
    """What the parts come to: without a model that rests there is still the offline engine, and all else."""
    found = {_SEVERITY[word] for word in parts.values() if word in _SEVERITY}
    return "not ready" if "not ready" in found else "degraded" if found else "ready"


def works(parts: dict[str, str]) -> dict[str, bool]:
    """Whether each part works."""
    return {part: word in ("ok", "offline") for part, word in parts.items()}


def _states(connection: Connection) -> dict[str, str]:
    """Return the states of the database's parts: those that fail, and those that capabilities report."""
    schema.check(connection)
    states = {} if keys.has_all_keys(connection) else {"encryption": "failed"}
    for capability in capabilities.installed():
        if health := capability.load("health"):
            states |= health(connection)
    return states
