"""Fingerprints of transcripts, by which a stored analysis is matched to its transcript."""

from __future__ import annotations

from hashlib import sha256

from meetkit.models.transcripts import Transcript


def fingerprint(transcript: Transcript) -> str:
    """Return the SHA-256 of the canonical text of a transcript, in hexadecimal."""
    return sha256(transcript.text.encode()).hexdigest()
