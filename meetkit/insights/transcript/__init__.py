"""Transcripts: read plain text, WebVTT, SRT and JSON, write WebVTT and SRT."""

from meetkit.insights.transcript.reader import read_transcript
from meetkit.insights.transcript.writer import write_srt, write_vtt

__all__ = ["read_transcript", "write_srt", "write_vtt"]
