"""Request bodies of analyses and of changes to transcripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, TypedDict

from pydantic import Field

from meetkit.models.analysis import Language, SummaryWords
from meetkit.models.base import Line, Many, Name, Text, Value, at_most


class AnalysisOptions(TypedDict):
    """The options of `analyze_meeting` that a request body has."""

    trackers: Mapping[str, Sequence[str]]
    language: str | None
    summary_words: int | None
    notes: str | None


class Analysis(Value):
    """A transcript to analyze, as text, captions, JSON or a table; without one, the meeting's stored transcript."""

    transcript: Text | None = None
    notes: Annotated[Text, Field(max_length=1_000_000)] | None = Field(
        default=None, description="A person's own notes, a second source; by default those that the meeting has."
    )
    trackers: Annotated[dict[Name, Annotated[Many[Line], Field(min_length=1, max_length=100)]], at_most(100)] = Field(
        default={}, max_length=100, description="Phrases to look for, by name."
    )
    language: Language | None = Field(
        default=None, description="The language of the meeting, a code such as `de`; by default it is identified."
    )
    summary_words: SummaryWords | None = Field(default=None, description="Words that the summary has at most.")

    @property
    def options(self) -> AnalysisOptions:
        """The options, without the transcript."""
        return {
            "trackers": self.trackers,
            "language": self.language,
            "summary_words": self.summary_words,
            "notes": self.notes,
        }


class SpeakerNames(Value):
    """New names of speakers, by their names in the transcript; those of the same new name become one person."""

    names: Annotated[dict[Line, Line], at_most(100)] = Field(max_length=100, min_length=1)


class Recording(Value):
    """The transcript of a second recording of a meeting.

    It began `offset_seconds` after the first; by default it follows the first.
    """

    transcript: Text
    offset_seconds: Annotated[float, Field(strict=True, ge=0, le=1_000_000, allow_inf_nan=False)] | None = None
