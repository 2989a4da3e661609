"""Transcripts in and out: plain text, WebVTT, SRT and JSON."""
