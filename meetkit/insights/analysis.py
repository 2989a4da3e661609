"""Analysis of a transcript by an engine: the offline one, or a model's."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Protocol, final, runtime_checkable

from meetkit.models.analysis import MeetingContext, MeetingInsights
from meetkit.models.transcripts import Transcript

if TYPE_CHECKING:
    from meetkit.insights.offline.engine import OfflineEngine


class Engine(Protocol):
    """An engine that analyses transcripts. Sections carry its `name`."""

    @property
    def name(self) -> str:
        """`offline`, or a model's name."""

    def analyze(self, transcript: Transcript, context: MeetingContext) -> MeetingInsights:
        """Return all sections; one that fails costs only itself."""


@runtime_checkable
class AsyncEngine(Protocol):
    """An engine that can be awaited."""

    async def analyze_async(self, transcript: Transcript, context: MeetingContext) -> MeetingInsights:
        """Return all sections without blocking the event loop."""


@final
class _Offline:
    """The offline engine, imported on first use, as its tables take long to load."""

    name = "offline"

    def analyze(self, transcript: Transcript, context: MeetingContext) -> MeetingInsights:
        """Return all sections."""
        return _load_offline().analyze(transcript, context)

    async def analyze_async(self, transcript: Transcript, context: MeetingContext) -> MeetingInsights:
        """Return all sections without blocking the event loop."""
        # The import takes a few tenths of a second, too long for an event loop.
        engine = await asyncio.to_thread(_load_offline)
        return await engine.analyze_async(transcript, context)

    def __reduce__(self) -> str:
        # Pickled by name, so that another process has its own OFFLINE and `is` holds there as well.
        return "OFFLINE"


def _load_offline() -> OfflineEngine:
    from meetkit.insights.offline.engine import OfflineEngine  # noqa: PLC0415  # loads the engine's tables

    return OfflineEngine()


OFFLINE: Final = _Offline()
# Constructed without the validator, which would be built at import.
_NOTHING_KNOWN = MeetingContext.model_construct()


def analyze(
    transcript: Transcript, *, engine: Engine = OFFLINE, context: MeetingContext = _NOTHING_KNOWN
) -> MeetingInsights:
    """Analyze a transcript. Each insight carries the quotes that support it."""
    return engine.analyze(transcript, context)


async def analyze_async(
    transcript: Transcript, *, engine: Engine = OFFLINE, context: MeetingContext = _NOTHING_KNOWN
) -> MeetingInsights:
    """Analyze a transcript as `analyze` does, without blocking: an engine that cannot be awaited runs in a thread."""
    if isinstance(engine, AsyncEngine):
        return await engine.analyze_async(transcript, context)
    return await asyncio.to_thread(engine.analyze, transcript, context)
