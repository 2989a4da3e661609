"""A meeting's answers from a model, kept beside it as one artefact."""

from __future__ import annotations

import json
from threading import Lock

_KEY_LENGTH = 64


class KeptAnswers:
    """An `AnswerCache` for one analysis: it begins with the answers of the last, and hands on those it used."""

    def __init__(self, kept: str | None) -> None:
        """Begin with what `used` gave the last time; what cannot be read counts as nothing."""
        self._kept = _read(kept)
        self._used: dict[str, str] = {}
        self._lock = Lock()

    def get(self, key: str) -> str | None:
        """The answer that was put under a key."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._used[key] = found
            return found

    def put(self, key: str, answer: str) -> None:
        """Keep an answer."""
        with self._lock:
            self._used[key] = answer

    def used(self) -> str:
        """The answers that were asked for or put, as text to keep."""
        with self._lock:
            return json.dumps(self._used, sort_keys=True)


def _read(kept: str | None) -> dict[str, str]:
    try:
        found = json.loads(kept or "{}")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {key: answer for key, answer in found.items() if len(key) == _KEY_LENGTH and isinstance(answer, str)}
