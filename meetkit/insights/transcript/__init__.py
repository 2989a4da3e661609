"""Transcripts: read what tools and people write, by the forms of docs/transcripts.md; write WebVTT and SRT."""

from meetkit.insights.transcript.reader import read_transcript
from meetkit.insights.transcript.writer import write_srt, write_vtt

__all__ = ["read_transcript", "write_srt", "write_vtt"]
