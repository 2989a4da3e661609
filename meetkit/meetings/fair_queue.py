"""A queue of analyses: tenants, and the accounts of a tenant, take turns; small texts precede large ones."""

from __future__ import annotations

from collections.abc import Hashable
from collections.abc import Set as AbstractSet
from typing import Generic, NamedTuple, Protocol, TypeVar

# Characters of a second's wait: a text goes before one that is larger by more than this, if it came up to a second
# later. So small texts go first, and a large one waits for a time in proportion to its size, however many they are.
_CHARACTERS_PER_SECOND = 20_000


class Owner(NamedTuple):
    """The tenant and the account that an analysis is for."""

    tenant_id: str = ""
    account_id: str = ""


class Entry(Protocol):
    """An analysis in the queue: whose it is, the characters of its text, and when it came, in seconds."""

    @property
    def owner(self) -> Owner:
        """The tenant and the account."""

    @property
    def size(self) -> int:
        """The number of characters."""

    @property
    def came_at(self) -> float:
        """The time of a steady clock."""

    @property
    def is_cancelled(self) -> bool:
        """True if nobody waits for it any more."""


EntryT = TypeVar("EntryT", bound=Entry)


class FairQueue(Generic[EntryT]):
    """Analyses that wait. The next is of the tenant that has had least, and of its account that has had least.

    What somebody has had is counted in characters. This is start-time fair queueing: whoever comes anew begins at the
    count of whoever was served last, so that nobody saves up turns while away. Not safe for threads.
    """

    def __init__(self) -> None:
        """Create an empty queue."""
        self._waiting: list[EntryT] = []
        self._tenants = _Turns()
        self._accounts: dict[str, _Turns] = {}

    def add(self, entry: EntryT) -> None:
        """Add an analysis."""
        self._waiting.append(entry)
        self._tenants.join(entry.owner.tenant_id)
        self._accounts.setdefault(entry.owner.tenant_id, _Turns()).join(entry.owner)

    def take(self, most_characters: float) -> EntryT | None:
        """Remove and return the next analysis of at most that size; `None` if there is none."""
        self._waiting = [entry for entry in self._waiting if not entry.is_cancelled]
        candidates = [entry for entry in self._waiting if entry.size <= most_characters]
        if not candidates:
            return None
        entry = min(candidates, key=self._order)
        self._waiting.remove(entry)
        self._charge(entry)
        return entry

    def clear(self) -> list[EntryT]:
        """Remove and return all."""
        entries, self._waiting = self._waiting, []
        return entries

    def _order(self, entry: EntryT) -> tuple[float, float, float]:
        tenant_id = entry.owner.tenant_id
        due = entry.came_at + entry.size / _CHARACTERS_PER_SECOND
        return self._tenants.count_of(tenant_id), self._accounts[tenant_id].count_of(entry.owner), due

    def _charge(self, entry: EntryT) -> None:
        owners = {waiting.owner for waiting in self._waiting}
        tenants = {owner.tenant_id for owner in owners}
        self._tenants.charge(entry.owner.tenant_id, entry.size, waiting=tenants)
        self._accounts[entry.owner.tenant_id].charge(entry.owner, entry.size, waiting=owners)
        self._accounts = {name: turns for name, turns in self._accounts.items() if self._tenants.has(name)}


class _Turns:
    """The counts of those who take turns."""

    def __init__(self) -> None:
        self._counts: dict[Hashable, float] = {}
        self._served_at = 0.0

    def join(self, name: Hashable) -> None:
        self._counts[name] = max(self._counts.get(name, 0.0), self._served_at)

    def count_of(self, name: Hashable) -> float:
        return self._counts[name]

    def has(self, name: Hashable) -> bool:
        return name in self._counts

    def charge(self, name: Hashable, size: int, *, waiting: AbstractSet[Hashable]) -> None:
        self._served_at = self._counts[name]
        self._counts[name] += size
        # Whoever is not ahead would come back at this count anyway; so the table stays as small as the queue.
        self._counts = {
            name: count for name, count in self._counts.items() if name in waiting or count > self._served_at
        }
