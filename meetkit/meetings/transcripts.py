"""Changes of stored transcripts: rename and merge speakers, join a second recording; the meeting is analyzed again."""

from __future__ import annotations

from collections.abc import Mapping

from meetkit.insights.transcript import editing, read_transcript, write_json
from meetkit.meetings import analyses
from meetkit.models.analysis import MeetingInsights
from meetkit.models.transcripts import Transcript
from meetkit.runtime.collaborators import current_store


def rename_speakers(meeting_id: str, names: Mapping[str, str]) -> MeetingInsights:
    """Rename speakers of a meeting's transcript, from old to new name, and analyze it again.

    Speakers that get the same name become one person. People's corrections and notes stay.

    Raises:
        ConflictError: the meeting has no transcript yet, or is cancelled.
        InvalidRequestError: a name is none of the speakers, or a new one is no name.
    """
    return analyses.analyze_meeting(meeting_id, rename_in_source(meeting_id, names))


def join_recording(meeting_id: str, transcript: str | bytes, *, offset_seconds: float | None = None) -> MeetingInsights:
    """Join the transcript of a second recording to a meeting's transcript, and analyze it again.

    Args:
        meeting_id: the meeting.
        transcript: the transcript of the other recording.
        offset_seconds: how long after the first the second recording began; by default it follows the first.

    Raises:
        ConflictError: the meeting has no transcript yet, or is cancelled.
        InvalidRequestError: the transcript cannot be read, or the offset is none.
    """
    return analyses.analyze_meeting(meeting_id, join_to_source(meeting_id, transcript, offset_seconds))


def rename_in_source(meeting_id: str, names: Mapping[str, str]) -> str:
    """Return a meeting's transcript with other names, as JSON."""
    return write_json(editing.rename_speakers(_read_stored(meeting_id), names))


def join_to_source(meeting_id: str, transcript: str | bytes, offset_seconds: float | None) -> str:
    """Return a meeting's transcript with a second recording, as JSON."""
    second = read_transcript(transcript)
    return write_json(editing.join_transcripts(_read_stored(meeting_id), second, offset_seconds=offset_seconds))


def _read_stored(meeting_id: str) -> Transcript:
    store = current_store()
    return analyses.stored_source(store, store.get_meeting(meeting_id))[1]
