"""Topics of a meeting: key phrases in the words of the speakers, with the turns that are about them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from meetkit.insights.language import stems
from meetkit.insights.language.stems import names_in
from meetkit.insights.language.text import Document, Sentence
from meetkit.insights.offline.topics.noun_phrases import NounPhrase, Stems, find_noun_phrases, phrase_weights
from meetkit.models.analysis import MeetingContext, Topic, Topics, TopicSpan

_MAX_TOPICS, _MAX_SPANS, _MAX_QUOTES = 12, 6, 3
# Words of a quote: up to this many a longer one says more, beyond it is only harder to read.
_READABLE = 25


@dataclass(frozen=True, slots=True)
class KeyPhrase:
    """The phrase that identifies a topic, and the one that names it best: a longer phrase or the same."""

    core: NounPhrase
    name: NounPhrase


def find_topics(document: Document, context: MeetingContext) -> Topics:
    """Return the topics by weight, with the turns that are about them: three of a chat, some nine of an hour."""
    word_count = sum(len(sentence.words) for sentence in document.sentences)
    limit = min(_MAX_TOPICS, 3 + math.isqrt(word_count) // 15)
    phrases = _key_phrases(document.sentences, limit=limit, people=(*context.our_side, *context.their_side))
    return Topics(engine="offline", items=tuple(_topic(phrase, document) for phrase in phrases))


def _key_phrases(sentences: Sequence[Sentence], *, limit: int, people: Sequence[str]) -> list[KeyPhrase]:
    """Return at most `limit` phrases that say most about the subject, no two with a word in common.

    Phrases that occur in more than one sentence come first. One that occurs in a single sentence counts only where it
    has more than one word, unless there are no others.
    """
    phrases = find_noun_phrases(sentences, names=names_in(sentences, people))
    weights = phrase_weights(phrases, stems.everyday_rates())
    candidates = [phrase for phrase in phrases.values() if len(phrase.sentences) > 1 or len(phrase.stems) > 1]
    selected_phrases: list[KeyPhrase] = []
    used_stems: set[str] = set()
    for core in sorted(
        candidates or phrases.values(), key=lambda phrase: (len(phrase.sentences) < 2, -weights[phrase.stems])
    ):
        if len(selected_phrases) == limit:
            break
        if weights[core.stems] > 0 and used_stems.isdisjoint(core.stems):
            name = _fullest_name(core, phrases, weights, used_stems)
            selected_phrases.append(KeyPhrase(core, name))
            used_stems.update(name.stems)
    return selected_phrases


def _fullest_name(
    core: NounPhrase, phrases: Mapping[Stems, NounPhrase], weights: Mapping[Stems, float], used_stems: Set[str]
) -> NounPhrase:
    """Return the most frequent phrase that contains a single word, in at least a third of its mentions, or the word."""
    fuller = [
        phrase
        for stems, phrase in phrases.items()
        if len(core.stems) == 1 < len(stems)
        and core.stems[0] in stems
        and phrase.times * 3 >= core.times
        and phrase.nominal
        and used_stems.isdisjoint(stems)
    ]
    return max(
        fuller, key=lambda phrase: (phrase.times, phrase.stems[-1] in core.stems, weights[phrase.stems]), default=core
    )


def _topic(phrase: KeyPhrase, document: Document) -> Topic:
    label = phrase.name.label
    named_in = [document.sentences[at] for at in phrase.name.sentences if label in document.sentences[at].text]
    turns = sorted({document.sentences[at].turn.index for at in phrase.core.sentences})
    naming_turns = {sentence.turn.index for sentence in named_in}
    spans = _spans(turns, naming=naming_turns, gap=2 + len(document.transcript.turns) // 60)
    quotable = [
        sentence
        for sentence in named_in
        if any(span.first_turn <= sentence.turn.index <= span.last_turn for span in spans)
    ]
    quotes = sorted(
        sorted(quotable, key=lambda sentence: -min(len(sentence.words), _READABLE))[:_MAX_QUOTES], key=_place
    )
    return Topic(label=" ".join(label.split()), spans=spans, evidence=tuple(quote.evidence() for quote in quotes))


def _place(sentence: Sentence) -> int:
    return sentence.index


def _spans(turns: Sequence[int], *, naming: Set[int], gap: int) -> tuple[TopicSpan, ...]:
    """Return the spans of turns in which mentions are at most `gap` turns apart, at most six, in order.

    Of more, those in which the topic is named are kept first, then those with the most mentions.
    """
    runs: list[list[int]] = []
    for turn in turns:
        if runs and turn - runs[-1][-1] <= gap:
            runs[-1].append(turn)
        else:
            runs.append([turn])
    runs.sort(key=lambda run: (naming.isdisjoint(run), -len(run), run))
    return tuple(TopicSpan(first_turn=run[0], last_turn=run[-1]) for run in sorted(runs[:_MAX_SPANS]))
