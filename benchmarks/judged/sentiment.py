"""Sentiment of utterances in three classes, on MELD."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from judged.common import Row, load, transcript_of
from meetkit.insights.analysis import OFFLINE, analyze

LABELS = ("negative", "neutral", "positive")
_VADER_CUT = 0.05  # As its authors advise.


def rows(folder: Path, *, shipped: bool) -> list[Row]:
    """Macro-F1 of the engine as it ships: nothing is learned from MELD, so `shipped` makes no difference."""
    del shipped
    data = load(folder, "meld")
    texts, gold = [row["text"] for row in data], [row["sentiment"] for row in data]
    commonest = Counter(gold).most_common(1)[0][0]
    simple = {"majority": macro_f1(gold, [commonest] * len(gold))}
    note = "" if find_spec("vaderSentiment") else "VADER is not installed, so it was not run"
    if not note:
        simple["VADER"] = macro_f1(gold, _vader(texts))
    ours = macro_f1(gold, [_label(text) for text in texts])
    function = "analyze().sentiment.label"
    return [Row("MELD sentiment", "macro-F1, 3 classes", ours, 0, None, simple, note=note, function=function)]


def _label(text: str) -> str:
    """The label of a meeting of one utterance. Without one, and where it is mixed, it counts as neutral."""
    label = analyze(transcript_of([("Speaker", text)]), engine=OFFLINE).sentiment.label
    return label if label in LABELS else "neutral"


def macro_f1(gold: Sequence[str], found: Sequence[str]) -> float:
    """The mean over the labels of F1 = 2·hits / (found + gold), in percent; 0 for a label that is in neither."""
    hits = Counter(label for label, mine in zip(gold, found, strict=True) if label == mine)
    totals = Counter([*gold, *found])
    return 100 * sum(2 * hits[label] / totals[label] for label in LABELS if totals[label]) / len(LABELS)


def _vader(texts: Sequence[str]) -> list[str]:
    analyzer = import_module("vaderSentiment.vaderSentiment").SentimentIntensityAnalyzer()
    compounds = [analyzer.polarity_scores(text)["compound"] for text in texts]
    return [
        "positive" if compound >= _VADER_CUT else "negative" if compound <= -_VADER_CUT else "neutral"
        for compound in compounds
    ]
