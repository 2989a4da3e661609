"""The writer of transcripts as WebVTT, SRT or JSON, one cue or segment per turn."""

from __future__ import annotations

import html
import json

from meetkit.errors import InvalidRequestError
from meetkit.insights.transcript.segments import one_line
from meetkit.models.transcripts import Transcript, Turn


def write_vtt(transcript: Transcript) -> str:
    """Write WebVTT with voice tags; `read_transcript` reads the same speakers, words and milliseconds from it.

    Raises:
        InvalidRequestError: a turn has no start or no end.
    """
    has_names = bool(transcript.speakers)
    cues = [f"{_timing(turn, '.')}\n{_vtt_words(turn, has_names=has_names)}\n" for turn in transcript.turns]
    return "\n".join(["WEBVTT\n", *cues])


def write_srt(transcript: Transcript) -> str:
    """Write SRT, with `Name: ` before the words.

    SRT has neither voice tags nor escapes. `read_transcript` reads the names that it recognizes in plain text.
    `-->` within words becomes `-- >`, which no player reads as a timing line.

    Raises:
        InvalidRequestError: a turn has no start or no end.
    """
    cues = [
        f"{number}\n{_timing(turn, ',')}\n{_srt_words(turn)}\n" for number, turn in enumerate(transcript.turns, start=1)
    ]
    return "\n".join(cues)


def write_json(transcript: Transcript) -> str:
    """Write the minimal form of JSON, in which words, speakers and times may be unknown or anything."""
    turns = (
        {"speaker": turn.speaker, "start": turn.start_seconds, "end": turn.end_seconds, "text": one_line(turn.text)}
        for turn in transcript.turns
    )
    return json.dumps({"segments": list(turns)}, ensure_ascii=False, indent=1) + "\n"


def _timing(turn: Turn, point: str) -> str:
    if turn.start_seconds is None or turn.end_seconds is None:
        raise InvalidRequestError(
            f"turn {turn.index}: has no {'start' if turn.start_seconds is None else 'end'}; "
            "subtitles need both, in seconds"
        )
    return f"{_time(turn.start_seconds, point)} --> {_time(turn.end_seconds, point)}"


def _time(seconds: float, point: str) -> str:
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    minutes, second = divmod(whole, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{second:02}{point}{thousandths:03}"


def _vtt_words(turn: Turn, *, has_names: bool) -> str:
    words = html.escape(one_line(turn.text), quote=False)
    if turn.speaker is not None:
        return f"<v {html.escape(turn.speaker, quote=False)}>{words}</v>"
    # A nameless voice, as the marks would be read as those of another speaker.
    if words.startswith("&gt;&gt;"):
        return f"<v>{words}</v>"
    # In a file without voice tags, words before a colon would be read as a name.
    return words if has_names else words.replace(":", "&#58;").replace("\uff1a", "&#65306;")


def _srt_words(turn: Turn) -> str:
    words = one_line(turn.text).replace("-->", "-- >")
    return words if turn.speaker is None else f"{turn.speaker}: {words}"
