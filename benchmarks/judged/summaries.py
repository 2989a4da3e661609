"""Summaries and topics, beside the simple methods on the same units.

A unit is an utterance ("Speaker: text") of a chat, three of which are taken, or a sentence of a meeting, up to a number
of words. TweetSumm's annotators marked sentences; what a method picks is compared with each of them who marked any, and
the F-measures are averaged over annotators, then chats. Every method picks four sentences, as an annotator mostly did.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from statistics import fmean
from typing import Any

from train_summaries import learn, read

from judged import simple
from judged.common import DATA, Row, load
from judged.rouge import f1, rouge_lsum, rouge_n
from meetkit.insights.language.stems import content_stems
from meetkit.insights.language.text import Document, Sentence, words
from meetkit.insights.offline.summary import pick_sentences, pick_utterances, select_summary
from meetkit.insights.offline.summary.disfluencies import without_disfluencies
from meetkit.insights.offline.topics import key_phrases
from meetkit.models.transcripts import Transcript, Turn

Rates = Mapping[str, float] | None
Scores = dict[str, float]

_FOLDS = 5
_SENTENCES = 4
_SENTENCE = re.compile(r"(?<=[.!?]) +")


def rows(folder: Path, *, shipped: bool) -> list[Row]:
    """All rows; unless `shipped`, everyday words are learned anew without the meetings that are judged."""
    tweets = load(folder, "tweetsumm")
    return [
        *_chats(load(folder, "dialogsum"), "DialogSum, 3 utterances", {"R1": 29.0, "R2": 7.0}, {"R1": 31.0}),
        *_chats(tweets, "TweetSumm, 3 utterances", {}, {}),
        _selection(tweets),
        *_meetings(folder, shipped=shipped),
        _topics(load(folder, "qmsum")),
    ]


def _chats(chats: Sequence[Any], task: str, bars: Scores, goals: Scores) -> Iterator[Row]:
    """ROUGE of three utterances at most."""
    ours: list[Scores] = []
    others: dict[str, list[Scores]] = {name: [] for name in (*simple.METHODS, "oracle")}
    for chat in chats:
        units = [f"{speaker}: {said}" for speaker, said in chat["turns"]]
        picked = pick_utterances(_document(chat["turns"]))
        ours.append(_rouge([units[turn.index] for turn in picked], chat["refs"]))
        for name, method in simple.METHODS.items():
            others[name].append(_rouge([units[at] for at in sorted(method(units)[:3])], chat["refs"]))
        others["oracle"].append(_rouge([units[at] for at in simple.oracle(units, chat["refs"], limit=3)], chat["refs"]))
    yield from _rows(task, ours, others, bars, goals)


def _selection(chats: Sequence[Any]) -> Row:
    """The F-measure of four sentences with each annotator's, and of the annotators with one another."""
    scores: dict[str, list[float]] = {name: [] for name in ("ours", "LONGEST", "LEAD", "TextRank", "people")}
    for chat in chats:
        marked = [found for by in range(9) if (found := {at for at, it in enumerate(chat["sents"]) if by in it["sel"]})]
        if not marked:
            continue
        document = _as_given(chat["sents"])
        texts = [sentence.text for sentence in document.sentences]
        picks = {name: set(simple.METHODS[name](texts)[:_SENTENCES]) for name in ("LONGEST", "LEAD", "TextRank")}
        picks["ours"] = {sentence.index for sentence in pick_sentences(document, limit=_SENTENCES)}
        for name, pick in picks.items():
            scores[name].append(fmean(_overlap(pick, gold) for gold in marked))
        if len(marked) > 1:
            scores["people"].append(fmean(_overlap(one, other) for one, other in combinations(marked, 2)))
    means = {name: fmean(found) for name, found in scores.items()}
    ours, people = means.pop("ours"), means.pop("people")
    return Row("TweetSumm, 4 sentences", "F1", ours, 54.0, 58.0, means, {"people": people})


def _meetings(folder: Path, *, shipped: bool) -> Iterator[Row]:
    """ROUGE of summaries of whole meetings: QMSum's of 110 words, AMI's of 290."""
    stop = _stop_words(folder)
    qmsum = [_Meeting(it["id"], it["turns"], [it["general"][0][1]]) for it in load(folder, "qmsum")]
    ami = [_Meeting(it["id"], it["turns"], it["refs"]) for it in load(folder, "ami")]
    rates = _rates(folder, [] if shipped else [meeting.family for meeting in (*qmsum, *ami)])
    bars = {"R1": 27.0, "R2": 4.3, "content R1": 20.0}
    yield from _summed_up("QMSum, 110 words", qmsum, 110, rates, stop, bars, {"content R1": 25.0})
    yield from _summed_up("AMI, 290 words", ami, 290, rates, stop, {"R1": 33.3, "R2": 6.1}, {})


@dataclass(frozen=True)
class _Meeting:
    name: str
    turns: Sequence[tuple[str, str]]
    references: Sequence[str]

    @property
    def family(self) -> str:
        """The meetings of one AMI team are about one thing."""
        return self.name[:-1] if re.fullmatch(r"[A-Z]{2}\d{4}[a-d]", self.name) else self.name


def _stop_words(folder: Path) -> frozenset[str]:
    """A list that is no set to judge by: where the folder has none, the usual one."""
    found = folder if (folder / "stopwords.txt").exists() else DATA
    return frozenset((found / "stopwords.txt").read_text("utf-8").split())


def _rates(folder: Path, families: Sequence[str]) -> Callable[[str], Rates]:
    """For each family the everyday words learned without its fold; the shipped ones, `None`, where none is given."""
    if not families:
        return lambda _: None
    meetings, others = read(folder)
    fold = {family: at % _FOLDS for at, family in enumerate(sorted(set(families)))}
    learned = [
        learn([it for it in meetings if fold.get(_Meeting(it["id"], (), ()).family) != without], others)
        for without in range(_FOLDS)
    ]
    return lambda family: learned[fold[family]]


def _summed_up(
    task: str,
    meetings: Sequence[_Meeting],
    budget: int,
    rates: Callable[[str], Rates],
    stop: Collection[str],
    bars: Scores,
    goals: Scores,
) -> Iterator[Row]:
    ours: list[Scores] = []
    others: dict[str, list[Scores]] = {name: [] for name in (*simple.METHODS, "oracle")}
    for meeting in meetings:
        document = _document(meeting.turns)
        chosen = select_summary(document, words=budget, rates=rates(meeting.family))
        ours.append(_rouge([without_disfluencies(sentence) for sentence in chosen], meeting.references, stop))
        units = [sentence.text for sentence in document.sentences]
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


def _topics(meetings: Sequence[Any]) -> Row:
    """How well the words of eight labels match those of the titles that people gave to a meeting's parts."""
    scores: dict[str, list[float]] = {"ours": [], "frequency": []}
    for meeting in meetings:
        document = _document(meeting["turns"])
        gold = {stem for title, _ in meeting["topics"] for stem in content_stems(words(title))}
        labels = {stem for phrase in key_phrases(document.sentences, limit=8) for stem in phrase.name.stems}
        said = Counter(stem for sentence in document.sentences for stem in content_stems(sentence.words))
        scores["ours"].append(_overlap(labels, gold))
        scores["frequency"].append(_overlap({stem for stem, _ in said.most_common(len(labels))}, gold))
    return Row(
        "QMSum topics, 8 labels",
        "F1 of words with titles",
        fmean(scores["ours"]),
        fmean(scores["frequency"]),
        simple={"the commonest content words": fmean(scores["frequency"])},
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
        yield Row(task, measure, fmean(it[measure] for it in ours), bar, goals.get(measure), means, limit)


def _overlap(found: Set[Any], gold: Set[Any]) -> float:
    return f1(len(found & gold), len(found), len(gold))


def _document(turns: Sequence[tuple[str, str]]) -> Document:
    """A transcript of `Speaker: words` lines."""
    said: list[Turn] = []
    lines: list[str] = []
    at = 0
    for index, (speaker, text) in enumerate(turns):
        start = at + len(speaker) + 2
        said.append(Turn(index=index, speaker=speaker, text=text, start=start, end=start + len(text)))
        lines.append(f"{speaker}: {text}\n")
        at = start + len(text) + 1
    return Document.of(Transcript(format="text", text="".join(lines), turns=tuple(said)))


def _as_given(sentences: Sequence[Any]) -> Document:
    """A chat whose sentences are those that were marked."""
    whole = _document([(it["speaker"], it["text"]) for it in sentences])
    cut = [
        Sentence(
            turn.index, turn.model_copy(update={"index": it["turn"]}), turn.text, turn.start, turn.end, words(turn.text)
        )
        for turn, it in zip(whole.transcript.turns, sentences, strict=True)
    ]
    return Document(whole.transcript, tuple(cut))
