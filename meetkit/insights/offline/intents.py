"""How much a sentence promises, asks or decides: provisional, by a few words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from meetkit.insights.text import Document

_ACTION = re.compile(r"\b(?:i'll|i will|going to|we'll|will|need to|needs to|should|have to|can you|could you|please|let me|to do|must)\b")
_DECISION = re.compile(r"\b(?:agreed|decided?|decision|let's go|go with|settled|approved|signed off|final|we'll use|stick with)\b")


def action_scores(document: Document) -> Sequence[float]:
    """For each sentence, the probability that it commits somebody to something, or asks somebody to do it."""
    return [0.6 if _ACTION.search(" ".join(sentence.words)) else 0.1 for sentence in document.sentences]


def decision_scores(document: Document) -> Sequence[float]:
    """For each sentence, the probability that it decides something."""
    return [0.6 if _DECISION.search(" ".join(sentence.words)) else 0.1 for sentence in document.sentences]


def question_scores(document: Document) -> Sequence[float]:
    """For each sentence, the probability that it asks something, with or without a question mark."""
    return [0.9 if sentence.text.endswith("?") else 0.1 for sentence in document.sentences]
