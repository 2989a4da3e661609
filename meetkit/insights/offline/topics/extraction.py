"""What was talked about, in words that were said."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from meetkit.insights.language.stems import everyday_rates, names_in
from meetkit.insights.language.text import Document, Sentence
from meetkit.insights.offline.topics.noun_phrases import Phrase, Stems, find_phrases, weigh
from meetkit.models.analysis import MeetingContext, Topic, Topics, TopicSpan

_MOST, _MOST_SPANS, _MOST_QUOTES, _READABLE = 12, 6, 3, 25


@dataclass(frozen=True, slots=True)
class KeyPhrase:
    """What a topic is recognised by, and the fuller phrase, if there is one, that names it best."""

    core: Phrase
    name: Phrase


def find_topics(document: Document, context: MeetingContext) -> Topics:  # the signature of all sections
    """The topics, the weightiest first, with the turns that are about them: three of a chat, some nine of an hour."""
    said = sum(len(sentence.words) for sentence in document.sentences)
    limit = min(_MOST, 3 + math.isqrt(said) // 15)
    found = key_phrases(document.sentences, limit=limit, people=(*context.our_side, *context.their_side))
    return Topics(engine="offline", items=tuple(_topic(phrase, document) for phrase in found))


def key_phrases(
    sentences: Sequence[Sentence], *, limit: int, people: Sequence[str] = (), rates: Mapping[str, float] | None = None
) -> list[KeyPhrase]:
    """At most `limit` phrases that tell most of what was talked about, no two with a word in common.

    What is said more than once comes first; what is said once counts where it takes more than a word to say.
    """
    phrases = find_phrases(sentences, names=names_in(sentences, people))
    weights = weigh(phrases, everyday_rates() if rates is None else rates)
    telling = [phrase for phrase in phrases.values() if len(phrase.sentences) > 1 or len(phrase.stems) > 1]
    chosen: list[KeyPhrase] = []
    taken: set[str] = set()
    for core in sorted(telling or phrases.values(), key=lambda it: (len(it.sentences) < 2, -weights[it.stems])):
        if len(chosen) == limit:
            break
        if weights[core.stems] > 0 and taken.isdisjoint(core.stems):
            name = _fuller(core, phrases, weights, taken)
            chosen.append(KeyPhrase(core, name))
            taken.update(name.stems)
    return chosen


def _fuller(core: Phrase, phrases: Mapping[Stems, Phrase], weights: Mapping[Stems, float], taken: Set[str]) -> Phrase:
    """Of the phrases that say a single word more fully, in a third of its mentions at least, the weightiest."""
    fuller = [
        phrase
        for stems, phrase in phrases.items()
        if len(core.stems) == 1 < len(stems)
        and core.stems[0] in stems
        and phrase.times * 3 >= core.times
        and phrase.nominal
        and taken.isdisjoint(stems)
    ]
    return max(fuller, key=lambda it: (it.times, it.stems[-1] in core.stems, weights[it.stems]), default=core)


def _topic(phrase: KeyPhrase, document: Document) -> Topic:
    label = phrase.name.label
    named = [document.sentences[at] for at in phrase.name.sentences if label in document.sentences[at].text]
    turns = sorted({document.sentences[at].turn.index for at in phrase.core.sentences})
    naming = {sentence.turn.index for sentence in named}
    spans = _spans(turns, naming=naming, gap=2 + len(document.transcript.turns) // 60)
    quotable = [it for it in named if any(span.first_turn <= it.turn.index <= span.last_turn for span in spans)]
    quotes = sorted(sorted(quotable, key=lambda it: -min(len(it.words), _READABLE))[:_MOST_QUOTES], key=_place)
    return Topic(label=" ".join(label.split()), spans=spans, evidence=tuple(quote.evidence() for quote in quotes))


def _place(sentence: Sentence) -> int:
    return sentence.index


def _spans(turns: Sequence[int], *, naming: Set[int], gap: int) -> tuple[TopicSpan, ...]:
    """The stretches in which mentions are at most `gap` turns apart.

    Of many, those in which it is called by its name come first, then those with the most mentions.
    """
    runs: list[list[int]] = []
    for turn in turns:
        if runs and turn - runs[-1][-1] <= gap:
            runs[-1].append(turn)
        else:
            runs.append([turn])
    runs.sort(key=lambda run: (naming.isdisjoint(run), -len(run), run))
    return tuple(TopicSpan(first_turn=run[0], last_turn=run[-1]) for run in sorted(runs[:_MOST_SPANS]))
