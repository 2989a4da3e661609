"""Cache of a model's answers for one meeting, stored as one attachment of the meeting."""

from __future__ import annotations

import json
from threading import Lock

_KEY_LENGTH = 64


class MeetingAnswerCache:
    """An `AnswerCache` for one analysis: it starts with the last analysis' answers and saves those that were used."""

    def __init__(self, stored_json: str | None) -> None:
        """Load what `used_answers` returned last time; unreadable text counts as empty."""
        self._previous = _parse(stored_json)
        self._current: dict[str, str] = {}
        # The model engine's calls run in several threads.
        self._lock = Lock()

    def get(self, key: str) -> str | None:
        """Return the answer stored under a key, if any."""
        with self._lock:
            answer = self._previous.get(key)
            if answer is not None:
                self._current[key] = answer
            return answer

    def put(self, key: str, answer: str) -> None:
        """Store an answer."""
        with self._lock:
            self._current[key] = answer

    def used_answers(self) -> str:
        """Return the answers that this analysis read or stored, as JSON."""
        with self._lock:
            return json.dumps(self._current, sort_keys=True)


def _parse(stored_json: str | None) -> dict[str, str]:
    try:
        answers = json.loads(stored_json or "{}")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(answers, dict):
        return {}
    return {key: answer for key, answer in answers.items() if len(key) == _KEY_LENGTH and isinstance(answer, str)}
