"""A model of e-mail sentences, as `intents` has them of speech: it shows how far the method goes, and does not ship."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from meetkit.insights.language.intent_features import features
from meetkit.insights.language.intents import Model
from meetkit.insights.language.text import words

WEIGHTS = Path(__file__).with_name("mail.json")


@cache
def model() -> Model:
    """What `train_intents.py` learned of the e-mail set."""
    return Model(**json.loads(WEIGHTS.read_text(encoding="utf-8")))


def mail_scores(sentences: Iterable[str], learned: Model | None = None) -> Sequence[float]:
    """For each sentence, the probability that it asks for an action or commits to one."""
    reader = learned or model()
    return [reader.probability(features(words(text))) for text in sentences]
