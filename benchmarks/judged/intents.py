"""Action items, decisions and questions as `analyze` shows them, on public sets.

AMI's gold items each have linked sentences; one without any is left out. An item is found when something shown quotes
one of its sentences, and what is shown is right when it quotes one of theirs. What was learned from AMI is learned
anew without the meetings of the team that is judged, as those share their subject.

A sentence of an e-mail is a transcript of its own; it is taken for an action where `analyze` shows an item.

MRDA's utterances are judged without punctuation, by the label `general`, which begins with `q` for a question, and by
`full`. A question counts as found where `analyze` lists it; it leaves out tags and small talk.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import groupby
from pathlib import Path
from typing import Any
from unittest import mock

from judged import learning
from judged.common import Row, load, transcript_of
from judged.linked import LinkedRow, linked_rows
from meetkit.insights.analysis import OFFLINE, analyze
from meetkit.insights.language import intents

_MAIL = re.compile(r"\b(?:please|can you|could you|would you|let me know|i will|i'll|we will|need to|should|let's)\b")
_QUESTION = re.compile(
    r"(?:(?:so|and|but|well|uh|um|okay) )*(?:what|why|how|who|when|where|which|do|does|did|is|are|was|were|can|could"
    r"|would|will|should|have|has|had)\b"
)


def rows(folder: Path, *, shipped: bool) -> list[Row]:
    """The table's rows on the sets of a folder; with `shipped` by the weights as they are.

    Nothing but `folder` is read.
    """
    return [*_ami_rows(folder, shipped=shipped), _mail_row(folder), *_mrda_rows(folder)]


def f1(gold: Sequence[bool], found: Sequence[bool]) -> float:
    """The harmonic mean of precision and recall, in percent."""
    both = sum(one and other for one, other in zip(gold, found, strict=True))
    return 200 * both / (sum(gold) + sum(found))


def _ami_rows(folder: Path, *, shipped: bool) -> Iterator[Row]:
    for row in _shown_rows(folder) if shipped else _folded(folder):
        for measure, part, whole, goal in (
            ("recall", row.found, row.gold, 30),
            ("precision", row.linked, row.shown, 0),
        ):
            yield Row(
                f"AMI {row.kind}",
                f"{measure} beside linked items, %",
                100 * part / whole,
                0,
                goal or None,
                function="analyze().action_items" if row.kind == "actions" else "analyze().decisions",
                note=f"{row.shown} shown",
            )


def _folded(folder: Path) -> list[LinkedRow]:
    """The rows over all teams, each judged by weights learned without it."""
    meetings, known = load(folder, "ami*labeled"), learning.vocabulary(folder)
    totals = [LinkedRow("actions"), LinkedRow("decisions")]
    for _, team in groupby(sorted(meetings, key=_team), key=_team):
        judged = list(team)
        names = {meeting["id"] for meeting in judged}
        others = [meeting for meeting in meetings if meeting["id"] not in names]
        with _learned(others, known):
            for total, row in zip(totals, _shown_rows(folder, names), strict=True):
                total.add(row)
    return totals


def _shown_rows(folder: Path, names: Container[str] | None = None) -> list[LinkedRow]:
    return [row for row in linked_rows(folder, only=names) if not row.apart]


def _team(meeting: Mapping[str, Any]) -> str:
    return str(meeting["id"])[:-1]


def _learned(meetings: Sequence[Mapping[str, Any]], known: frozenset[str]) -> AbstractContextManager[object]:
    """Have `analyze` use weights for actions and decisions that are learned from these meetings."""
    models = {
        "action": learning.learn_action(meetings, known),
        "decision": learning.learn_decision(meetings, known),
    }
    shipped = intents.model
    return mock.patch.object(intents, "model", lambda name: models.get(name) or shipped(name))


def _mail_row(folder: Path) -> Row:
    mails = load(folder, "emailintent")
    gold = [bool(one["label"]) for one in mails]
    shown = [
        bool(analyze(transcript_of([("Sender", one["text"])]), engine=OFFLINE).action_items.items) for one in mails
    ]
    cues = [bool(_MAIL.search(one["text"].casefold())) for one in mails]
    simple = {"cue words": f1(gold, cues)}
    return Row("E-mail intent", "F1, %", f1(gold, shown), 0, None, simple, function="analyze().action_items")


def _mrda_rows(folder: Path) -> Iterator[Row]:
    utterances = load(folder, "mrda")
    plain = [" ".join(re.sub(r"[^\w\s']", " ", one["text"]).split()) for one in utterances]
    found = list(_listed(utterances, plain))
    marks = [one["text"].rstrip().endswith("?") for one in utterances]
    for label in ("general", "full"):
        gold = [one[label].startswith("q") for one in utterances]
        simple = {"cue words": f1(gold, [bool(_QUESTION.match(text)) for text in plain])}
        yield Row(
            f"MRDA questions ({label})",
            "F1 without punctuation, %",
            f1(gold, found),
            0,
            None,
            simple,
            {"the mark itself": f1(gold, marks)},
            function="analyze().questions",
        )


def _listed(utterances: Iterable[Mapping[str, Any]], plain: Sequence[str]) -> Iterator[bool]:
    """For each utterance, whether a question is listed that quotes it."""
    turns = [(one["speaker"], text) for one, text in zip(utterances, plain, strict=True)]
    questions = analyze(transcript_of(turns), engine=OFFLINE).questions.items
    asked = {question.evidence[0].turn for question in questions}
    yield from (number in asked for number in range(len(turns)))
