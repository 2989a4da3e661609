"""The probability that a candidate is a decision, by a small linear model over its form and what is around it.

`benchmarks/train_decisions.py` learned the weights.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import chain

from meetkit.insights.language.intents import model
from meetkit.insights.language.stems import content_stems
from meetkit.insights.language.text import Document, asks
from meetkit.insights.language.word_lists import HESITATIONS, word_set
from meetkit.insights.offline.decisions import forms
from meetkit.insights.offline.decisions.candidates import Candidate
from meetkit.insights.offline.decisions.forms import Form

# Sentences before a candidate in which its subject may have come up.
_BEFORE = 6
_WORD_CLASSES = {
    "hedged": word_set(
        "maybe perhaps probably think guess suppose might could would i'd we'd should possibly kind sort"
    ),
    "we": word_set("we we'll we're we've let's us our"),
    "I": word_set("i i'll i'm i've my me"),
    "they": word_set("they they'll they're he she he'll she'll his her their them"),
    "you": word_set("you you'll you're your"),
    "past": word_set("was were had did made went said got came used"),
    "then": word_set("then so okay alright"),
    "modal": word_set("should must need needs has have could can may might would"),
    "lasting": word_set("from until till starting always every"),
    "agrees": word_set("agreed yes yeah okay fine good perfect great"),
    "machine": word_set("it'll it's that's it there's which"),
    "final": word_set("final finally settled definitely official officially conclusion deal"),
    "change": word_set("instead rather longer replace replaces anymore switch actually without"),
}
_NUMBER = re.compile(r"\d")
_LENGTHS = (4, 7, 12, 20, 30)


def probability(candidate: Candidate, document: Document) -> float:
    """Return the probability that a candidate is a decision."""
    return model("decision_candidate").probability(features(candidate, document))


def features(candidate: Candidate, document: Document) -> Iterator[str]:
    """Yield the names of the features of a candidate."""
    form = candidate.cue.form.value if candidate.cue else "no form"
    reply = candidate.reply.value if candidate.reply else "no reply"
    yield from (form, f"{form}, {reply}", reply)
    if asks(candidate.sentence.text):
        yield f"{form}, asked, {reply}"
    yield f"score {_bin(candidate.score)}"
    yield from _verb_features(candidate, form)
    yield from _word_features(candidate)
    yield from _context_features(candidate, document)


def _bin(score: float) -> int:
    """Return the logit of a score, as a whole number from -3 to 3."""
    clipped_score = min(0.999, max(0.001, score))
    return max(-3, min(3, round(math.log(clipped_score / (1 - clipped_score)))))


def _verb_features(candidate: Candidate, form: str) -> Iterator[str]:
    if candidate.cue:
        yield f"{form}, {candidate.plain[candidate.cue.start : candidate.cue.end].partition(' ')[0]}"
    if candidate.cue and candidate.cue.verb:
        yield f"{form}, {'choice' if forms.is_choice(candidate.cue.verb) else 'other'} verb"
        if forms.is_light(candidate.cue.verb):
            yield f"{form}, light verb"


def _word_features(candidate: Candidate) -> Iterator[str]:
    words = candidate.sentence.words
    yield from (name for name, members in _WORD_CLASSES.items() if not members.isdisjoint(words))
    yield f"length {sum(len(words) >= bound for bound in _LENGTHS)}"
    if _NUMBER.search(candidate.plain):
        yield "number"
    if not HESITATIONS.isdisjoint(words):
        yield "hesitates"


def _context_features(candidate: Candidate, document: Document) -> Iterator[str]:
    sentence = candidate.sentence
    before = document.sentences[max(0, sentence.index - _BEFORE) : sentence.index]
    content = set(content_stems(sentence.words))
    yield f"content {min(4, len(content))}"
    yield f"repeats {min(3, len(content.intersection(chain.from_iterable(earlier.words for earlier in before))))}"
    if sentence.index == document.by_turn[sentence.turn.index][0].index:
        yield "opens its turn"
    if before and asks(before[-1].text):
        yield "follows a question"
    if any(_proposes(earlier.words) for earlier in before[-3:]):
        yield "follows a proposal"


def _proposes(words: tuple[str, ...]) -> bool:
    cue = forms.find_cue(words, forms.plain_words(words), is_asked=True, is_headed=False)
    return cue is not None and cue.form is Form.PROPOSAL
