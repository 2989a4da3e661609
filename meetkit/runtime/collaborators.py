"""The store and the model that calls use: set by a `with` block, by the process, or by default."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache, partial
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from meetkit import storage
from meetkit.errors import InvalidRequestError, SampleStoreWarning, brief_repr
from meetkit.storage import Store

# The sample, the settings and the models are imported where they are used, as most calls use none of them.
if TYPE_CHECKING:
    from concurrent.futures import Executor

    from meetkit.llm_client import LLMClient
    from meetkit.settings import Settings


T = TypeVar("T")


class _Unset(Enum):
    UNSET = "unset"


Unset = Literal[_Unset.UNSET]
UNSET: Unset = _Unset.UNSET


@dataclass(frozen=True)
class Choice:
    """A store and a model, either of which may be unset."""

    store: Store | Unset = UNSET
    llm: LLMClient | Unset | None = UNSET


@dataclass
class Process:
    """The choice of one process; `other_store_used` records that a block has set a store of its own."""

    choice: Choice = Choice()
    other_store_used: bool = False


NOTHING_CHOSEN = Choice()
block: ContextVar[Choice] = ContextVar("meetkit_collaborators", default=NOTHING_CHOSEN)

process = Process()
_configuring = Lock()


def configure(*, store: Store | Unset = UNSET, llm: LLMClient | Unset | None = UNSET) -> None:
    """Set the store and the model of the whole process; an argument left out is unchanged.

    `llm=None` means the offline engine. After this call the process never uses the sample: without
    a store of its own it gets an empty one in memory.
    """
    with _configuring:
        choice = _updated_choice(process.choice, store, llm)
        process.choice = replace(choice, store=storage.MemoryStore()) if choice.store is UNSET else choice


@contextmanager
def use(*, store: Store | Unset = UNSET, llm: LLMClient | Unset | None = UNSET) -> Iterator[None]:
    """Set the store and the model for a `with` block, in this thread or task only.

    An argument left out is unchanged; `llm=None` means the offline engine.
    """
    token = block.set(_updated_choice(block.get(), store, llm))
    if store is not UNSET:
        process.other_store_used = True
    try:
        yield
    finally:
        block.reset(token)


def current_store() -> Store:
    """Return the store of the block, else of the process, else the sample, with a warning if that looks unintended."""
    for choice in (block.get(), process.choice):
        if choice.store is not UNSET:
            return choice.store
    if process.other_store_used:
        warnings.warn(
            "this call uses the sample store, though another was in use elsewhere; "
            "a `with use(store=...)` does not reach other threads",
            SampleStoreWarning,
            stacklevel=_frames_of_meetkit(),
        )
    from meetkit import data  # noqa: PLC0415  # see above

    return data.store()


async def call_store(function: Callable[..., T], *args: Any, executor: Executor | None = None) -> T:
    """Await a function that calls the store in use: by the store's own `run` where it is on an async engine.

    Else it runs in a thread, of this executor or of those of the loop, with the context of the caller.
    """
    store: Any = current_store()
    if getattr(store, "is_async", False) is True:
        result: T = await store.run(function, *args)
        return result
    import asyncio  # noqa: PLC0415  # a caller has imported it; a program that awaits nothing need not

    call = partial(copy_context().run, function, *args)
    return await asyncio.get_running_loop().run_in_executor(executor, call)


def current_llm() -> LLMClient | None:
    """Return the model of the block, else of the process, else of `MEETKIT_MODEL`; `None` is the offline engine."""
    for choice in (block.get(), process.choice):
        if choice.llm is not UNSET:
            return choice.llm
    from meetkit import settings  # noqa: PLC0415  # see above

    return model_of(settings.load())


def model_of(config: Settings) -> LLMClient | None:
    """Return the model that these settings name; `None` is the offline engine."""
    if not config.model:
        return None
    from meetkit import providers  # noqa: PLC0415  # see above

    limits = providers.Limits(
        timeout=config.model_timeout,
        concurrency=config.model_concurrency,
        budget_tokens=config.model_budget_tokens,
    )
    return providers.connect(config.model, limits=limits, key=config.model_key)


def _frames_of_meetkit() -> int:
    """Return the `stacklevel` of the nearest caller outside meetkit, so that the warning names the host's line."""
    frame, level = inspect.currentframe(), 0
    while frame and str(frame.f_globals.get("__name__")).partition(".")[0] == "meetkit":
        frame, level = frame.f_back, level + 1
    return level


# Cached, as the check of a protocol at each request would take as long as the request's statement.
@cache
def _is_store(kind: type) -> bool:
    """Return whether instances of a class are stores."""
    return not issubclass(kind, type) and issubclass(kind, Store)


def _is_model(value: object) -> bool:
    from meetkit.llm_client import LLMClient  # noqa: PLC0415  # see above

    return isinstance(value, LLMClient) and not isinstance(value, type)


def _updated_choice(choice: Choice, store: Store | Unset, llm: LLMClient | Unset | None) -> Choice:
    is_store = store is UNSET or _is_store(type(store)) or (isinstance(store, Store) and not isinstance(store, type))
    if not is_store:
        raise InvalidRequestError(
            f"store: an object with the methods of meetkit.storage.Store, not {brief_repr(store)}"
        )
    if not (llm is UNSET or llm is None or _is_model(llm)):
        raise InvalidRequestError(
            f"llm: an object with generate(prompt, system_prompt=None), not {brief_repr(llm)}; "
            "the name of a model goes into MEETKIT_MODEL"
        )
    return Choice(
        store=choice.store if store is UNSET else store,
        llm=choice.llm if llm is UNSET else llm,
    )
