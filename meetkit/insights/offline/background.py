"""Execution of the offline engine from an event loop: in a thread, or by the finder of a `with` block."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

from meetkit.insights.offline import sections
from meetkit.models.analysis import MeetingContext, Section
from meetkit.models.transcripts import Transcript


class Finder(Protocol):
    """A coroutine function that returns what `sections.find_sections` returns, without blocking the event loop."""

    async def __call__(
        self, transcript: Transcript, context: MeetingContext, names: Sequence[str], /
    ) -> dict[str, Section]:
        """Return the sections of these names."""


async def in_thread(transcript: Transcript, context: MeetingContext, names: Sequence[str], /) -> dict[str, Section]:
    """Return the sections of these names, computed in a thread, which shares the interpreter lock with all others."""
    return await asyncio.to_thread(sections.find_sections, transcript, context, names)


_current_finder: ContextVar[Finder] = ContextVar("meetkit_finder", default=in_thread)


@contextmanager
def use(finder: Finder) -> Iterator[None]:
    """Use a finder within a `with` block, in this thread or task only."""
    token = _current_finder.set(finder)
    try:
        yield
    finally:
        _current_finder.reset(token)


async def find_sections(transcript: Transcript, context: MeetingContext, names: Sequence[str]) -> dict[str, Section]:
    """Return the sections of these names, by the finder of the current block."""
    return await _current_finder.get()(transcript, context, names)
