"""One event loop in a thread of its own, in which all models are called, from sync and from async code.

So connections are kept between calls, limits hold for both, and a sync call works inside a running loop.
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
Work = Callable[[Callable[[str], None]], Coroutine[Any, Any, ResultT]]
"""What is done in the loop; it is given whom to tell of each piece of text."""

_lock = Lock()
_loops: list[asyncio.AbstractEventLoop] = []


def run(work: Work[ResultT], on_text: Callable[[str], None] | None) -> ResultT:
    """Do the work and wait for it; `on_text` is called in this thread. What interrupts the wait ends the work."""
    pieces: SimpleQueue[str | None] = SimpleQueue()
    future = _submit(work(pieces.put))
    future.add_done_callback(lambda _: pieces.put(None))
    try:
        while (piece := pieces.get()) is not None:
            if on_text:
                on_text(piece)
        return future.result()
    finally:
        future.cancel()


async def run_async(work: Work[ResultT], on_text: Callable[[str], None] | None) -> ResultT:
    """As `run`, without blocking; `on_text` is called in the caller's event loop."""
    pieces: asyncio.Queue[str | None] = asyncio.Queue()
    tell = partial(_tell, asyncio.get_running_loop(), pieces)
    future = _submit(work(tell))
    future.add_done_callback(lambda _: tell(None))
    try:
        while (piece := await pieces.get()) is not None:
            if on_text:
                on_text(piece)
        return await asyncio.wrap_future(future)
    finally:
        future.cancel()


def is_current(loop: asyncio.AbstractEventLoop | None) -> bool:
    """Whether this is the loop that runs in this process, not one of the process it was forked from."""
    return loop in _loops


def _tell(loop: asyncio.AbstractEventLoop, pieces: asyncio.Queue[str | None], piece: str | None) -> None:
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
    """The child has the loop but not its thread."""
    global _lock  # noqa: PLW0603  # The parent may have held it.
    _lock = Lock()
    _loops.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
