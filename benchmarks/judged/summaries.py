"""Summaries and topics as `analyze` returns them, beside the simple methods on the same units.

Judged is `analyze(transcript).summary.text`, which names who is quoted, with the length that a user gets or, for whole
meetings, with `MeetingContext(summary_words=...)`. A unit of the simple methods is an utterance ("Speaker: text") of a
chat, three of which are taken, or a sentence of a meeting, up to a number of words.

TweetSumm's annotators marked sentences. A marked one is ours where a quote of our summary covers more than half of it.
The F-measures are averaged over the annotators who marked any, then over chats. The simple methods pick four sentences,
as an annotator mostly did.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from statistics import fmean
from typing import Any
from unittest import mock

from train_summaries import learn, read

from judged import simple
from judged.common import DATA, Row, load, transcript_of
from judged.rouge import f1, rouge_lsum, rouge_n
from meetkit.insights.analysis import OFFLINE, analyze
from meetkit.insights.language import stems
from meetkit.insights.language.text import Document, words
from meetkit.models.analysis import MeetingContext, Summary
from meetkit.models.transcripts import Transcript

Scores = dict[str, float]

_SUMMARY = "analyze().summary.text"
_FOLDS = 5
_SENTENCES = 4
_SENTENCE = re.compile(r"(?<=[.!?]) +")


def rows(folder: Path, *, shipped: bool) -> list[Row]:
    """All rows; unless `shipped`, everyday words are learned anew without the meetings that are judged."""
    tweets = load(folder, "tweetsumm")
    meetings = [*load(folder, "qmsum"), *load(folder, "ami")]
    weights = _Weights(folder, [] if shipped else [_family(meeting["id"]) for meeting in meetings])
    return [
        *_chats(load(folder, "dialogsum"), "DialogSum", {"R1": 29.0, "R2": 7.0}, {"R1": 31.0}),
        *_chats(tweets, "TweetSumm", {}, {}),
        _selection(tweets),
        *_meetings(folder, weights),
        *_topics(load(folder, "qmsum"), weights),
    ]


def _chats(chats: Sequence[Any], task: str, bars: Scores, goals: Scores) -> Iterator[Row]:
    """ROUGE of our summary, and of three utterances by the simple methods."""
    ours: list[Scores] = []
    others: dict[str, list[Scores]] = {name: [] for name in (*simple.METHODS, "oracle")}
    for chat in chats:
        units = [f"{speaker}: {said}" for speaker, said in chat["turns"]]
        ours.append(_rouge(_lines(_summary(transcript_of(chat["turns"]))), chat["refs"]))
        for name, method in simple.METHODS.items():
            others[name].append(_rouge([units[at] for at in sorted(method(units)[:3])], chat["refs"]))
        others["oracle"].append(_rouge([units[at] for at in simple.oracle(units, chat["refs"], limit=3)], chat["refs"]))
    yield from _rows(task, ours, others, bars, goals)


def _selection(chats: Sequence[Any]) -> Row:
    """The F-measure of the sentences that we quote with each annotator's, and of the annotators with one another."""
    scores: dict[str, list[float]] = {name: [] for name in ("ours", "LONGEST", "LEAD", "TextRank", "people")}
    for chat in chats:
        marked = [found for by in range(9) if (found := {at for at, it in enumerate(chat["sents"]) if by in it["sel"]})]
        if not marked:
            continue
        texts = [sentence["text"] for sentence in chat["sents"]]
        picks = {name: set(simple.METHODS[name](texts)[:_SENTENCES]) for name in ("LONGEST", "LEAD", "TextRank")}
        picks["ours"] = _quoted(chat)
        for name, pick in picks.items():
            scores[name].append(fmean(_overlap(pick, gold) for gold in marked))
        if len(marked) > 1:
            scores["people"].append(fmean(_overlap(one, other) for one, other in combinations(marked, 2)))
    means = {name: fmean(found) for name, found in scores.items()}
    ours, people = means.pop("ours"), means.pop("people")
    function = "quotes of analyze().summary"
    return Row("TweetSumm, sentences", "F1", ours, 54.0, 57.0, means, {"people": people}, function=function)


def _quoted(chat: Mapping[str, Any]) -> set[int]:
    """The marked sentences of a chat that quotes of our summary cover by more than a half."""
    transcript = transcript_of(chat["turns"])
    quotes = [(it.start, it.end) for sentence in _summary(transcript).sentences for it in sentence.evidence]
    found = set()
    for number, marked in enumerate(chat["sents"]):
        start, end = (transcript.turns[marked["turn"]].start + offset for offset in marked["off"])
        if any(2 * (min(end, last) - max(start, first)) > end - start for first, last in quotes):
            found.add(number)
    return found


def _summary(transcript: Transcript, *, words: int | None = None) -> Summary:
    return analyze(transcript, engine=OFFLINE, context=MeetingContext(summary_words=words)).summary


def _lines(summary: Summary) -> list[str]:
    """The sentences of a summary, which together are its text."""
    lines = [sentence.text for sentence in summary.sentences]
    return [summary.text] if len(lines) < 2 else _SENTENCE.split(summary.text)


def _meetings(folder: Path, weights: _Weights) -> Iterator[Row]:
    """ROUGE of summaries of whole meetings: QMSum's of 110 words, AMI's of 290."""
    stop = _stop_words(folder)
    qmsum = [_Meeting(it["id"], it["turns"], [it["general"][0][1]]) for it in load(folder, "qmsum")]
    ami = [_Meeting(it["id"], it["turns"], it["refs"]) for it in load(folder, "ami")]
    bars = {"R1": 27.0, "R2": 4.3, "content R1": 20.0}
    yield from _summed_up("QMSum, 110 words", qmsum, 110, weights, stop, bars, {"content R1": 23.0})
    yield from _summed_up("AMI, 290 words", ami, 290, weights, stop, {"R1": 33.3, "R2": 6.1}, {})


@dataclass(frozen=True)
class _Meeting:
    name: str
    turns: Sequence[tuple[str, str]]
    references: Sequence[str]

    @property
    def family(self) -> str:
        return _family(self.name)


def _family(name: str) -> str:
    """The meetings of one AMI team are about one thing."""
    return name[:-1] if re.fullmatch(r"[A-Z]{2}\d{4}[a-d]", name) else name


def _stop_words(folder: Path) -> frozenset[str]:
    """A list that is no set to judge by: where the folder has none, the usual one."""
    found = folder if (folder / "stopwords.txt").exists() else DATA
    return frozenset((found / "stopwords.txt").read_text("utf-8").split())


class _Weights:
    """The everyday words, learned anew without the fold of a meeting; those that ship where no families are given.

    Folds are of families, as the meetings of one team share their subject.
    """

    def __init__(self, folder: Path, families: Sequence[str]) -> None:
        self._fold = {family: at % _FOLDS for at, family in enumerate(sorted(set(families)))}
        if families:
            meetings, others = read(folder)
            self._rates = [
                learn([it for it in meetings if self._fold.get(_family(it["id"])) != without], others)
                for without in range(_FOLDS)
            ]

    def without(self, family: str) -> AbstractContextManager[object]:
        """Have `analyze` use the words learned without a family, within a `with` block."""
        if not self._fold:
            return nullcontext()
        return mock.patch.object(stems, "everyday_rates", return_value=self._rates[self._fold[family]])


def _summed_up(
    task: str,
    meetings: Sequence[_Meeting],
    budget: int,
    weights: _Weights,
    stop: Collection[str],
    bars: Scores,
    goals: Scores,
) -> Iterator[Row]:
    ours: list[Scores] = []
    others: dict[str, list[Scores]] = {name: [] for name in (*simple.METHODS, "oracle")}
    for meeting in meetings:
        transcript = transcript_of(meeting.turns)
        with weights.without(meeting.family):
            summary = _summary(transcript, words=budget)
        ours.append(_rouge(_lines(summary), meeting.references, stop))
        units = [sentence.text for sentence in Document.of(transcript).sentences]
        for name, method in simple.METHODS.items():
            others[name].append(_rouge(_filled(units, method(units), budget), meeting.references, stop))
        best = simple.oracle(units, meeting.references, budget=budget)
        others["oracle"].append(_rouge([units[at] for at in best], meeting.references, stop))
    yield from _rows(task, ours, others, bars, goals)


def _filled(units: Sequence[str], order: Sequence[int], budget: int) -> list[str]:
    """Units in order of rank, the last one cut to fit, in the order of the meeting."""
    taken: dict[int, str] = {}
    for place in order:
        said = units[place].split()[:budget]
        taken[place] = " ".join(said)
        budget -= len(said)
        if budget <= 0:
            break
    return [taken[place] for place in sorted(taken)]


def _topics(meetings: Sequence[Any], weights: _Weights) -> Iterator[Row]:
    """How well the words of the labels match those of the titles that people gave to a meeting's parts.

    Of the simple method as many words are taken as our labels have.
    """
    scores: dict[str, list[float]] = {"ours": [], "frequency": []}
    for meeting in meetings:
        transcript = transcript_of(meeting["turns"])
        gold = {stem for title, _ in meeting["topics"] for stem in stems.content_stems(words(title))}
        with weights.without(_family(meeting["id"])):
            topics = analyze(transcript, engine=OFFLINE).topics.items
        labels = {stem for topic in topics for stem in map(stems.stem, words(topic.label))}
        said = Counter(
            stem for sentence in Document.of(transcript).sentences for stem in stems.content_stems(sentence.words)
        )
        scores["ours"].append(_overlap(labels, gold))
        scores["frequency"].append(_overlap({stem for stem, _ in said.most_common(len(labels))}, gold))
    simple_mean = fmean(scores["frequency"])
    yield Row(
        "QMSum topics",
        "F1 of words with titles",
        fmean(scores["ours"]),
        simple_mean,
        simple_mean + 3,
        simple={"the commonest content words": simple_mean},
        function="analyze().topics",
        note="Titles are in the words of a later reader; the bar is the simple method on the same meetings.",
    )


def _rouge(lines: Sequence[str], references: Sequence[str], stop: Collection[str] = ()) -> Scores:
    text = " ".join(lines)
    scores = {f"R{n}": rouge_n(text, references, n) for n in (1, 2)}
    scores["RLsum"] = fmean(rouge_lsum(lines, _SENTENCE.split(reference)) for reference in references)
    return {**scores, "content R1": rouge_n(text, references, 1, without=stop)} if stop else scores


def _rows(
    task: str, ours: Sequence[Scores], others: Mapping[str, Sequence[Scores]], bars: Scores, goals: Scores
) -> Iterator[Row]:
    """A row for each measure; where no bar is set, it is the best of the simple methods."""
    for measure in ours[0]:
        means = {name: fmean(score[measure] for score in scores) for name, scores in others.items()}
        limit = {"greedy oracle": means.pop("oracle")}
        bar = bars.get(measure, max(means.values()))
        mean = fmean(it[measure] for it in ours)
        yield Row(task, measure, mean, bar, goals.get(measure), means, limit, function=_SUMMARY)


def _overlap(found: Set[Any], gold: Set[Any]) -> float:
    return f1(len(found & gold), len(found), len(gold))
