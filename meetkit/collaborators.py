"""Which store and which model `meeting_service` works with: by block, by process, or by default."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from enum import Enum
from typing import Literal

from meetkit import data, providers, settings
from meetkit.errors import SampleStoreWarning
from meetkit.llm_client import LLMClient
from meetkit.storage import MemoryStore, Store


class _Unset(Enum):
    UNSET = "unset"


Unset = Literal[_Unset.UNSET]
UNSET: Unset = _Unset.UNSET


@dataclass(frozen=True)
class _Choice:
    store: Store | Unset = UNSET
    llm: LLMClient | None | Unset = UNSET


@dataclass
class _Process:
    """What one process has chosen; `other_store_used` remembers that a block brought its own store."""

    choice: _Choice = _Choice()
    other_store_used: bool = False


_process = _Process()
_block: ContextVar[_Choice] = ContextVar("meetkit_collaborators", default=_Choice())


def configure(*, store: Store | Unset = UNSET, llm: LLMClient | None | Unset = UNSET) -> None:
    """Set the store and the model of the whole process; an argument left out is unchanged.

    `llm=None` means the offline engine. Once this was called, the process never sees the sample: without
    a store of its own it gets an empty one in memory.
    """
    choice = _given(_process.choice, store, llm)
    _process.choice = replace(choice, store=MemoryStore()) if choice.store is UNSET else choice


@contextmanager
def use(*, store: Store | Unset = UNSET, llm: LLMClient | None | Unset = UNSET) -> Iterator[None]:
    """Set the store and the model for a `with` block, in this thread or task only.

    An argument left out is unchanged; `llm=None` means the offline engine.
    """
    if store is not UNSET:
        _process.other_store_used = True
    token = _block.set(_given(_block.get(), store, llm))
    try:
        yield
    finally:
        _block.reset(token)


def current_store() -> Store:
    """The store of the block, else of the process, else the sample, with a warning where that looks like a slip."""
    for choice in (_block.get(), _process.choice):
        if choice.store is not UNSET:
            return choice.store
    if _process.other_store_used:
        warnings.warn(
            "this call uses the sample store, though another was in use elsewhere; "
            "a `with use(store=...)` does not reach other threads",
            SampleStoreWarning,
            stacklevel=3,
        )
    return data.store()


def current_llm() -> LLMClient | None:
    """The model of the block, else of the process, else of `MEETKIT_MODEL`; `None` is the offline engine."""
    for choice in (_block.get(), _process.choice):
        if choice.llm is not UNSET:
            return choice.llm
    name = settings.load().model
    return providers.connect(name) if name else None


def _given(choice: _Choice, store: Store | Unset, llm: LLMClient | None | Unset) -> _Choice:
    return _Choice(
        store=choice.store if store is UNSET else store,
        llm=choice.llm if llm is UNSET else llm,
    )
