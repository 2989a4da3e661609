"""Analysis of a transcript by an engine: the offline one, or a model's."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Protocol, final, runtime_checkable

from meetkit.models.analysis import MeetingContext, MeetingInsights
from meetkit.models.corrections import Corrections
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
    transcript: Transcript,
    *,
    engine: Engine = OFFLINE,
    context: MeetingContext = _NOTHING_KNOWN,
    notes: str | None = None,
    corrections: Corrections | None = None,
) -> MeetingInsights:
    """Analyze a transcript. Each insight carries the quotes that support it.

    Args:
        transcript: the transcript.
        engine: the engine that analyzes it.
        context: facts about the meeting.
        notes: a person's own notes, whose tasks, decisions and questions are added; their evidence has the source
            `notes`.
        corrections: those that people made of earlier analyses of this transcript, which win.
    """
    insights = engine.analyze(transcript, context)
    return with_people(insights, transcript, context=context, notes=notes, corrections=corrections)


async def analyze_async(
    transcript: Transcript,
    *,
    engine: Engine = OFFLINE,
    context: MeetingContext = _NOTHING_KNOWN,
    notes: str | None = None,
    corrections: Corrections | None = None,
) -> MeetingInsights:
    """Analyze a transcript as `analyze` does, without blocking: an engine that cannot be awaited runs in a thread."""
    if isinstance(engine, AsyncEngine):
        insights = await engine.analyze_async(transcript, context)
    else:
        insights = await asyncio.to_thread(engine.analyze, transcript, context)
    return with_people(insights, transcript, context=context, notes=notes, corrections=corrections)


def with_people(
    insights: MeetingInsights,
    transcript: Transcript,
    *,
    context: MeetingContext,
    notes: str | None,
    corrections: Corrections | None,
) -> MeetingInsights:
    """Return the insights of an engine with what people noted, and then what they corrected."""
    if notes:
        from meetkit.insights.own_notes import add_notes  # noqa: PLC0415  # loads the tables of deadlines

        insights = add_notes(insights, notes, transcript=transcript, context=context)
    if corrections is not None:
        from meetkit.insights.corrections import apply_corrections  # noqa: PLC0415  # loads the tables of grounding

        insights = apply_corrections(insights, corrections, transcript)
    return insights
