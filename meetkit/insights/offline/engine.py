"""The offline engine: every section of an analysis, without a model."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from meetkit.insights.language.identification import ENGLISH, identify
from meetkit.insights.language.text import WORD, Document
from meetkit.insights.offline import background
from meetkit.insights.offline.sections import SECTIONS, find_sections
from meetkit.insights.transcript.fingerprints import fingerprint
from meetkit.models.analysis import MeetingContext, MeetingInsights, Section
from meetkit.models.transcripts import Transcript

_SECTION_NAMES = tuple(SECTIONS)


class OfflineEngine:
    """The deterministic engine; it needs no API key and no network."""

    name = "offline"

    def analyze(self, transcript: Transcript, context: MeetingContext) -> MeetingInsights:
        """Return all sections of an analysis."""
        return _insights(transcript, context, find_sections(transcript, context, _SECTION_NAMES))

    async def analyze_async(self, transcript: Transcript, context: MeetingContext) -> MeetingInsights:
        """Return all sections of an analysis, without blocking the event loop."""
        sections = await background.find_sections(transcript, context, _SECTION_NAMES)
        # To name another language, tables are loaded, too long for an event loop.
        return await asyncio.to_thread(_insights, transcript, context, sections)


def _insights(transcript: Transcript, context: MeetingContext, sections: Mapping[str, Section]) -> MeetingInsights:
    return MeetingInsights.model_validate(
        {
            "transcript_sha256": fingerprint(transcript),
            "source": transcript.source,
            "language": context.language or _language(transcript, sections),
            **sections,
        }
    )


def _language(transcript: Transcript, sections: Mapping[str, Section]) -> str | None:
    """Return the language of a transcript. One that was read as English is not split into words again."""
    if any(section.status == "unsupported_language" for section in sections.values()):
        return identify(Document.of(transcript))
    return ENGLISH if any(WORD.search(turn.text) for turn in transcript.turns) else None
