"""How much a sentence promises, asks or decides: small linear models over words and cues."""

from __future__ import annotations

from collections.abc import Sequence

from meetkit.insights.text import Document


def action_scores(document: Document) -> Sequence[float]:
    """For each sentence, the probability that it commits somebody to something, or asks somebody to do it."""
    return [float("i'll" in sentence.words) for sentence in document.sentences]


def decision_scores(document: Document) -> Sequence[float]:
    """For each sentence, the probability that it decides something."""
    return [float("agreed" in sentence.words) for sentence in document.sentences]


def question_scores(document: Document) -> Sequence[float]:
    """For each sentence, the probability that it asks something, with or without a question mark."""
    return [float(sentence.text.endswith("?")) for sentence in document.sentences]
