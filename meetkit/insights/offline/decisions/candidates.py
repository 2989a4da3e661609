"""Sentences that may decide, each with its cue and with how others take it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from meetkit.insights.language import replies
from meetkit.insights.language.replies import Reply
from meetkit.insights.language.text import Document, Sentence, asks
from meetkit.insights.language.word_lists import word_set
from meetkit.insights.offline.decisions import forms
from meetkit.insights.offline.decisions.forms import Cue

# Turns after a sentence in which somebody may agree to it.
_TURNS_TO_AGREE = 2
# Sentences of its own speaker that may follow one before the reply to it.
_MAX_REST = 2
_MIN_WORDS = 2
# A sentence without a cue is a candidate from this score on.
_MIN_SCORE = 0.5
_HEADING = re.compile(
    r"\W{0,4}(?:key |final )?(?:decision|decided|resol|agreed)[\w .]{0,12}(?::|\u2013|\u2014| - )", re.IGNORECASE
)
_NO = word_set("no none nope not nobody nothing")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may decide: its cue, its score by itself, and the first of the next turns that takes a stand."""

    sentence: Sentence
    plain: str
    cue: Cue | None
    score: float
    reply: Reply | None = None
    answer: Sentence | None = None


def candidates(document: Document, scores: Sequence[float]) -> Iterator[Candidate]:
    """Yield the sentences that may decide, in order; `scores` are those of the sentences by themselves."""
    for sentence, score in zip(document.sentences, scores, strict=True):
        is_headed = _HEADING.match(sentence.text) is not None
        if len(sentence.words) < _MIN_WORDS or not (
            score >= _MIN_SCORE or is_headed or forms.may_decide(sentence.words)
        ):
            continue
        plain, is_asked = forms.plain_words(sentence.words), asks(sentence.text)
        cue = forms.find_cue(sentence.words, plain, is_asked=is_asked, is_headed=is_headed)
        if cue is None and (score < _MIN_SCORE or is_asked):
            continue
        if cue and not is_asked and (forms.is_of_another_time(plain, cue) or forms.is_open(plain, cue)):
            continue
        yield Candidate(sentence, plain, cue, score, *_stand(sentence, plain, document))


def _stand(sentence: Sentence, plain: str, document: Document) -> tuple[Reply | None, Sentence | None]:
    """Return how the next turns of others take a sentence, and the sentence that says so.

    Where the speaker goes on for long, or goes on to ask something else, no reply is to the sentence.
    """
    turn = sentence.turn.index
    rest = document.by_turn[turn]
    rest = rest[sentence.index - rest[0].index + 1 :]
    question = next((later for later in rest if asks(later.text)), None)
    last = forms.plain_words(question.words) if question else plain
    if len(rest) > _MAX_REST or (question and not forms.asks_consent(last)):
        return None, None
    for following in document.by_turn[turn + 1 : turn + 1 + _TURNS_TO_AGREE]:
        if not following or (sentence.turn.speaker is not None and following[0].turn.speaker == sentence.turn.speaker):
            continue
        is_no = not _NO.isdisjoint(following[0].words[:3])
        reply = Reply.ACCEPTS if is_no and forms.asks_for_objections(last) else replies.classify(following)
        if reply is not Reply.SAYS:
            return reply, following[0]
    return None, None
