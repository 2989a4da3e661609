"""From a transcript to what matters in it, by the engine that is asked."""

from __future__ import annotations

import asyncio
from typing import Protocol, runtime_checkable

from meetkit.insights.offline.engine import OfflineEngine
from meetkit.models.analysis import MeetingContext, MeetingInsights
from meetkit.models.transcripts import Transcript

OFFLINE = OfflineEngine()
_NOTHING_KNOWN = MeetingContext()


class Engine(Protocol):
    """What can analyse a transcript. `name` is what sections say made them."""

    @property
    def name(self) -> str:
        """`offline`, or a model's name."""

    def analyze(self, transcript: Transcript, context: MeetingContext) -> MeetingInsights:
        """All sections; one that fails costs only itself."""


@runtime_checkable
class AsyncEngine(Protocol):
    """An engine that can be awaited."""

    async def analyze_async(self, transcript: Transcript, context: MeetingContext) -> MeetingInsights:
        """All sections, without holding up the event loop."""


def analyze(
    transcript: Transcript, *, engine: Engine = OFFLINE, context: MeetingContext = _NOTHING_KNOWN
) -> MeetingInsights:
    """The insights of a transcript, each with the words that support it."""
    return engine.analyze(transcript, context)


async def analyze_async(
    transcript: Transcript, *, engine: Engine = OFFLINE, context: MeetingContext = _NOTHING_KNOWN
) -> MeetingInsights:
    """As `analyze`; an engine that cannot be awaited works in a thread."""
    if isinstance(engine, AsyncEngine):
        return await engine.analyze_async(transcript, context)
    return await asyncio.to_thread(engine.analyze, transcript, context)
