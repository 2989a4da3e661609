"""Judge `meetkit.insights.language.intents`: which sentences are actions, decisions, questions.

AMI's gold items each have linked sentences; one without any is left out. Of a meeting's sentences with at least four
words a method picks the best 20 (or 10), and an item is recalled when one of its sentences is among them; the figure
is the share of all items of all meetings. The simple figures of the data's README come out so (last 20: 62 %).

MRDA's utterances are judged without punctuation, a question being what its `general` label begins with `q` for:
with the marks left in, "?" alone then reaches an F1 of 89, as the README says; with `full` it is 30, so that cannot
be what its figures count. Both are given.
"""

from __future__ import annotations

import importlib
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from math import comb
from pathlib import Path
from typing import Any

from judged import learning
from judged.common import Row, load
from judged.mail import mail_scores
from meetkit.insights.language import intents
from meetkit.insights.language.intent_features import features
from meetkit.insights.language.intents import Model
from meetkit.insights.language.text import Document, Sentence, words
from meetkit.models.transcripts import Transcript, Turn

Meeting = Mapping[str, Any]

SHORTEST = 4
"""Words that a sentence has at least to be picked."""

CLOSING = 3.0, 30.0
"""What the last sentence of an AMI meeting gains in logits, and after how many sentences before it e times less."""

_ACTION = re.compile(
    r"\b(?:i'll|i will|we'll|we will|will|need to|have to|should|action|send|by (?:the )?next|let's)\b"
)
_DECISION = re.compile(r"\b(?:decid\w+|agree\w*|go with|let's|we'll|final|settled|choose|chosen)\b")
_MAIL = re.compile(r"\b(?:please|can you|could you|would you|let me know|i will|i'll|we will|need to|should|let's)\b")
_QUESTION = re.compile(
    r"(?:(?:so|and|but|well|uh|um|okay) )*(?:what|why|how|who|when|where|which|do|does|did|is|are|was|were|can|could"
    r"|would|will|should|have|has|had)\b"
)


def rows(folder: Path, *, shipped: bool) -> list[Row]:
    """The table's rows on the sets of a folder.

    Nothing but `folder` is read. With `shipped` the weights are judged as they are, so on sets that they were not
    learned from. Otherwise what was learned from a set is learned anew without the meeting (the tenth of the mails)
    that is judged. What is never learned from (MRDA) is judged by the shipped weights in both cases.
    """
    return [*_ami_rows(folder, shipped=shipped), _mail_row(folder, shipped=shipped), *_mrda_rows(folder)]


def document(utterances: Iterable[tuple[str, Sequence[str]]]) -> Document:
    """A document of speakers' turns whose sentences are as given."""
    turns: list[Turn] = []
    sentences: list[Sentence] = []
    text = ""
    for speaker, said in utterances:
        text += f"{speaker}: "
        start = len(text)
        text += " ".join(said)
        turn = Turn(index=len(turns), speaker=speaker, text=text[start:], start=start, end=len(text))
        turns.append(turn)
        for one in said:
            sentences.append(Sentence(len(sentences), turn, one, start, start + len(one), words(one)))
            start += len(one) + 1
        text += "\n"
    return Document(Transcript(format="text", text=text, turns=tuple(turns)), tuple(sentences))


def meeting_document(meeting: Meeting) -> Document:
    """The document of an AMI meeting."""
    by_turn = groupby(meeting["sents"], lambda one: (one["turn"], one["speaker"]))
    return document((speaker, [one["text"] for one in said]) for (_, speaker), said in by_turn)


def linked(meeting: Meeting, label: str) -> list[set[int]]:
    """The sentences of each gold item of a meeting that has any."""
    return [set(places) for item, places in meeting["linked"].items() if item.startswith(label) and places]


def picks(document: Document, scores: Sequence[float], count: int) -> set[int]:
    """The best sentences, the earlier first among equals."""
    candidates = [one.index for one in document.sentences if len(one.words) >= SHORTEST]
    return set(sorted(candidates, key=lambda index: -scores[index])[:count])


def recall(
    meetings: Sequence[Meeting], score: Callable[[int, Document], Sequence[float]], label: str, count: int
) -> float:
    """The share of gold items, in percent, that the picks of every meeting recall; `score` gets its number too."""
    found = []
    for number, meeting in enumerate(meetings):
        read = meeting_document(meeting)
        picked = picks(read, score(number, read), count)
        found += [bool(picked & places) for places in linked(meeting, label)]
    return 100 * sum(found) / len(found)


def random_recall(meetings: Sequence[Meeting], label: str, count: int) -> float:
    """What picking at random recalls on average."""
    chances = []
    for meeting in meetings:
        pool = {one.index for one in meeting_document(meeting).sentences if len(one.words) >= SHORTEST}
        for places in linked(meeting, label):
            missed = comb(len(pool - places), count) / comb(len(pool), count)
            chances.append(1 - missed)
    return 100 * sum(chances) / len(chances)


def f1(gold: Sequence[bool], found: Sequence[bool]) -> float:
    """The harmonic mean of precision and recall, in percent."""
    both = sum(one and other for one, other in zip(gold, found, strict=True))
    return 200 * both / (sum(gold) + sum(found))


def _ami_rows(folder: Path, *, shipped: bool) -> Iterator[Row]:
    meetings = load(folder, "ami*labeled")
    if shipped:
        actions = [intents.action_scores(meeting_document(meeting)) for meeting in meetings]
        decisions = [intents.decision_scores(meeting_document(meeting)) for meeting in meetings]
    else:
        actions = _without_each(folder, meetings, learning.learn_action)
        decisions = _without_each(folder, meetings, learning.learn_decision)
    closing = [_with_closing(scores) for scores in actions]
    yield _ami_row(meetings, actions, "actions", 20, bar=55, goal=80)
    yield _ami_row(meetings, closing, "actions", 20, bar=65, goal=80, note="with a prior for the end of the meeting")
    yield _ami_row(meetings, decisions, "decisions", 20, bar=25, goal=40)
    yield _ami_row(meetings, decisions, "decisions", 10, bar=12)


def _without_each(folder: Path, meetings: list[Meeting], learn: Callable[..., Model]) -> list[Sequence[float]]:
    """The scores of each meeting's sentences by what is learned from the other meetings."""
    known = learning.vocabulary(folder)
    return [
        _probabilities(learn([*meetings[:left], *meetings[left + 1 :]], known), meeting_document(meeting))
        for left, meeting in enumerate(meetings)
    ]


def _ami_row(
    meetings: Sequence[Meeting],
    scored: Sequence[Sequence[float]],
    label: str,
    count: int,
    *,
    bar: float,
    goal: float | None = None,
    note: str = "",
) -> Row:
    cue = _ACTION if label == "actions" else _DECISION
    return Row(
        task=f"AMI {label}",
        measure=f"recall with {count} picks a meeting, %",
        ours=recall(meetings, lambda number, _: scored[number], label, count),
        bar=bar,
        goal=goal,
        simple={
            "cue words": recall(meetings, lambda _, read: _counted(cue, read), label, count),
            f"last {count}": recall(meetings, lambda _, read: range(len(read.sentences)), label, count),
            "random": random_recall(meetings, label, count),
        },
        note=note,
    )


def _probabilities(model: Model, read: Document) -> list[float]:
    return [model.probability(features(sentence.words)) for sentence in read.sentences]


def _counted(cue: re.Pattern[str], read: Document) -> list[int]:
    return [len(cue.findall(" ".join(sentence.words))) for sentence in read.sentences]


def _with_closing(scores: Sequence[float]) -> list[float]:
    gain, reach = CLOSING
    return [
        math.log(score / (1 - score)) + gain * math.exp((place - len(scores)) / reach)
        for place, score in enumerate(scores)
    ]


def _mail_row(folder: Path, *, shipped: bool) -> Row:
    mails = load(folder, "emailintent")
    texts, gold = [one["text"] for one in mails], [bool(one["label"]) for one in mails]
    if shipped:
        scores = mail_scores(texts)
    else:
        scores = _in_tenths(mails, partial(_mail_model, known=learning.mail_vocabulary(folder)))
    simple = {"cue words": f1(gold, [bool(_MAIL.search(text.casefold())) for text in texts])}
    if not shipped and (learned := _tf_idf(mails)) is not None:
        simple["tf-idf + logistic regression"] = f1(gold, learned)
    return Row("E-mail intent", "F1, %", f1(gold, _cut(scores)), bar=75, goal=80, simple=simple)


def _mail_model(mails: list[Any], *, known: frozenset[str]) -> Callable[[list[Any]], Sequence[float]]:
    learned = learning.learn_mail(mails, known)
    return lambda others: mail_scores((one["text"] for one in others), learned)


def _in_tenths(items: list[Any], learn: Callable[[list[Any]], Callable[[list[Any]], Sequence[float]]]) -> list[float]:
    """The score of each item by what is learned from the nine tenths of them without it."""
    scores = [0.0] * len(items)
    for tenth in range(10):
        predict = learn([one for place, one in enumerate(items) if place % 10 != tenth])
        scores[tenth::10] = predict(items[tenth::10])
    return scores


def _tf_idf(mails: list[Any]) -> list[bool] | None:
    """What the textbook learns from the same mails, `None` without scikit-learn."""
    try:
        text: Any = importlib.import_module("sklearn.feature_extraction.text")
        linear: Any = importlib.import_module("sklearn.linear_model")
    except ImportError:
        return None

    def learn(seen: list[Any]) -> Callable[[list[Any]], list[float]]:
        vectorizer = text.TfidfVectorizer(ngram_range=(1, 2))
        regression = linear.LogisticRegression(max_iter=500)
        regression.fit(vectorizer.fit_transform(one["text"] for one in seen), [one["label"] for one in seen])
        return lambda others: regression.predict_proba(vectorizer.transform(one["text"] for one in others))[
            :, 1
        ].tolist()

    return _cut(_in_tenths(mails, learn))


def _cut(scores: Sequence[float]) -> list[bool]:
    return [score >= intents.THRESHOLD for score in scores]


def _mrda_rows(folder: Path) -> Iterator[Row]:
    utterances = load(folder, "mrda")
    marked = [one["text"] for one in utterances]
    plain = [" ".join(re.sub(r"[^\w\s']", " ", text).split()) for text in marked]
    read = document((one["speaker"], [text]) for one, text in zip(utterances, plain, strict=True))
    found = _cut(intents.question_scores(read))
    for label, bar, goal in (("general", 57, 65), ("full", 0, None)):
        gold = [one[label].startswith("q") for one in utterances]
        simple = {"cue words": f1(gold, [bool(_QUESTION.match(text)) for text in plain])}
        limit = {"the mark itself": f1(gold, [text.rstrip().endswith("?") for text in marked])}
        yield Row(f"MRDA questions ({label})", "F1 without punctuation, %", f1(gold, found), bar, goal, simple, limit)
