"""Recaps: the sentences that say again, name by name, who does what."""

from __future__ import annotations

import re

from meetkit.insights.language.text import Sentence
from meetkit.insights.language.word_lists import word_set

# Words that announce a recap, and the turns that it lasts.
_RECAP = re.compile(
    r"\b(?:recap|to sum (?:it )?up|to summari[sz]e|in summary|let me (?:summari[sz]e|repeat)|action items"
    r"|next steps|to-?dos"
    r"|who does what|assignments|homework|so,? (?:just )?to (?:be clear|confirm)|wrapping up|to wrap up)\b",
    re.IGNORECASE,
)
_RECAP_WORDS = word_set(
    "recap sum summarize summarise summary repeat items steps dos todos who assignments homework clear confirm"
    " wrapping wrap"
)
_MAX_TURNS = 4


class Recaps:
    """The recaps of a meeting, whose sentences are read in order."""

    def __init__(self) -> None:
        """Begin before the first sentence."""
        self._turn = -_MAX_TURNS
        self._speaker: str | None = None

    def has(self, sentence: Sentence) -> bool:
        """Return whether a sentence is part of a recap: of the turn that announces it, or the speaker's next ones."""
        turn = sentence.turn
        if not _RECAP_WORDS.isdisjoint(sentence.words) and _RECAP.search(sentence.text):
            self._turn, self._speaker = turn.index, turn.speaker
        return turn.index - self._turn < _MAX_TURNS and turn.speaker == self._speaker
