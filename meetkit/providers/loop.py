"""The event loop of all model calls, sync and async, in a thread of its own.

Connections stay open between calls, limits hold for sync and async callers together, and a sync call works inside a
running event loop.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from functools import partial
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar

ResultT = TypeVar("ResultT")
# A coroutine function for the loop; its argument takes each piece of text.
Work = Callable[[Callable[[str], None]], Coroutine[Any, Any, ResultT]]

_lock = Lock()
_loops: list[asyncio.AbstractEventLoop] = []


def run(work: Work[ResultT], on_text: Callable[[str], None] | None) -> ResultT:
    """Do the work and wait for it; call `on_text` in this thread. An interrupted wait cancels the work."""
    pieces: SimpleQueue[str | None] = SimpleQueue()
    future = _submit(work(pieces.put))
    # Ends the loop below, also when the work fails.
    future.add_done_callback(lambda _: pieces.put(None))
    try:
        while (piece := pieces.get()) is not None:
            if on_text:
                on_text(piece)
        return future.result()
    finally:
        future.cancel()


async def run_async(work: Work[ResultT], on_text: Callable[[str], None] | None) -> ResultT:
    """Do the work like `run`, without blocking; call `on_text` in the caller's event loop."""
    pieces: asyncio.Queue[str | None] = asyncio.Queue()
    put = partial(_put, asyncio.get_running_loop(), pieces)
    future = _submit(work(put))
    future.add_done_callback(lambda _: put(None))
    try:
        while (piece := await pieces.get()) is not None:
            if on_text:
                on_text(piece)
        return await asyncio.wrap_future(future)
    finally:
        future.cancel()


def is_current(loop: asyncio.AbstractEventLoop | None) -> bool:
    """Return whether this loop runs in this process, rather than in a parent before a fork."""
    return loop in _loops


def _put(loop: asyncio.AbstractEventLoop, pieces: asyncio.Queue[str | None], piece: str | None) -> None:
    # The caller's loop may have ended before the model did.
    if not loop.is_closed():
        loop.call_soon_threadsafe(pieces.put_nowait, piece)


def _submit(work: Coroutine[Any, Any, ResultT]) -> Future[ResultT]:
    with _lock:
        if not _loops:
            loop = asyncio.new_event_loop()
            Thread(target=loop.run_forever, name="meetkit-models", daemon=True).start()
            _loops.append(loop)
        return asyncio.run_coroutine_threadsafe(work, _loops[0])


def _after_fork() -> None:
    """Drop the loop in a forked child, which has no thread that runs it."""
    global _lock  # noqa: PLW0603  # The parent may have held it.
    _lock = Lock()
    _loops.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
