"""Transcripts: read what tools and people write, write WebVTT, SRT and JSON, rename and merge speakers, join recordings."""

from meetkit.insights.transcript.editing import join_transcripts, merge_speakers, rename_speakers
from meetkit.insights.transcript.reader import read_transcript
from meetkit.insights.transcript.writer import write_json, write_srt, write_vtt

__all__ = [
    "join_transcripts",
    "merge_speakers",
    "read_transcript",
    "rename_speakers",
    "write_json",
    "write_srt",
    "write_vtt",
]
