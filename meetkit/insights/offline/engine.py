"""The offline engine: all sections of an analysis, without a model."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from meetkit.insights.offline import background
from meetkit.insights.offline.sections import SECTIONS, find_sections
from meetkit.models.analysis import MeetingContext, MeetingInsights, Section
from meetkit.models.transcripts import Transcript

_ALL = tuple(SECTIONS)


class OfflineEngine:
    """Deterministic, without key or network."""

    name = "offline"

    def analyze(self, transcript: Transcript, context: MeetingContext) -> MeetingInsights:
        """All sections of an analysis."""
        return _insights(transcript, find_sections(transcript, context, _ALL))

    async def analyze_async(self, transcript: Transcript, context: MeetingContext) -> MeetingInsights:
        """The same, in the background of the event loop."""
        return _insights(transcript, await background.find_sections(transcript, context, _ALL))


def _insights(transcript: Transcript, found: Mapping[str, Section]) -> MeetingInsights:
    return MeetingInsights.model_validate({"transcript_sha256": fingerprint(transcript), **found})


def fingerprint(transcript: Transcript) -> str:
    """The SHA-256 of a transcript's canonical text, in hexadecimal."""
    return sha256(transcript.text.encode()).hexdigest()
