"""Where an event loop has the offline engine work: in a thread, unless a block brings something better."""

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
    """What finds sections as `sections.find_sections` does, without holding up the event loop."""

    async def __call__(
        self, transcript: Transcript, context: MeetingContext, names: Sequence[str], /
    ) -> dict[str, Section]:
        """The sections of these names."""


async def in_thread(transcript: Transcript, context: MeetingContext, names: Sequence[str], /) -> dict[str, Section]:
    """The sections of these names, by a thread, which takes turns with all others of the process."""
    return await asyncio.to_thread(sections.find_sections, transcript, context, names)


_finder: ContextVar[Finder] = ContextVar("meetkit_finder", default=in_thread)


@contextmanager
def use(finder: Finder) -> Iterator[None]:
    """Have sections found by this in a `with` block, in this thread or task only."""
    token = _finder.set(finder)
    try:
        yield
    finally:
        _finder.reset(token)


async def find_sections(transcript: Transcript, context: MeetingContext, names: Sequence[str]) -> dict[str, Section]:
    """The sections of these names, by what the block says."""
    return await _finder.get()(transcript, context, names)
