"""What a meeting came to, in its own sentences."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from meetkit.insights.language.text import Document, Sentence
from meetkit.insights.offline.summary.disfluencies import tidied
from meetkit.insights.offline.summary.sentence_ranking import Ranking, Taste, size
from meetkit.models.analysis import MeetingContext, Summary, SummarySentence
from meetkit.models.transcripts import Turn

_TO_READ = Taste(length=1.0, question=0.8, courtesy=5.0, fragment=0.8)
_TO_READ_OF_LITTLE = replace(_TO_READ, question=0.4)
"""Of a long meeting a question tells what was talked about; of a short one it takes the place of its answer."""
_LITTLE = 2_000
_TO_SHOW = Taste()
_TO_POINT_AT = Taste(length=5.0, closing=0.0, repetition=0.3)
"""What people point at who know the whole: questions as well, and the longer the better."""

_SHORTEST, _LONGEST = 7, 40
_BRIEFEST = 20


def summarize(document: Document, context: MeetingContext) -> Summary:  # the signature of all sections
    """The few sentences that say most of what was said, in order: some 40 words of a chat, 130 of an hour."""
    people = (*context.our_side, *context.their_side)
    chosen = sum_up(document, words=_budget(document), people=people)
    return Summary(engine="offline", sentences=tuple(map(_quoted, chosen)))


def sum_up(
    document: Document, *, words: int, people: Sequence[str] = (), rates: Mapping[str, float] | None = None
) -> tuple[Sentence, ...]:
    """The sentences that say most in at most `words` words, in order; at least one, if any says anything.

    Names of speakers and `people` are no content. `rates` are those of everyday words, the engine's own unless given.
    """
    sentences = document.sentences
    taste = _TO_READ_OF_LITTLE if sum(len(sentence.words) for sentence in sentences) < _LITTLE else _TO_READ
    ranking = Ranking(sentences, taste=taste, people=people, rates=rates, shortest=_SHORTEST)
    chosen = ranking.within(words, longest=_LONGEST)
    if not chosen:
        ranking = Ranking(sentences, taste=taste, people=people, rates=rates)
        chosen = ranking.within(words, longest=words) or ranking.at_most(1)
    return tuple(sentences[place] for place in chosen)


def pick_utterances(document: Document, *, limit: int = 3) -> tuple[Turn, ...]:
    """At most `limit` turns that say most of what a chat is about, in order; fewer where more would say little more."""
    turns = [_as_one(said) for said in document.by_turn if said]
    ranking = Ranking(turns, taste=_TO_SHOW)
    brevity = max(_BRIEFEST, sum(map(size, turns)) / 4)
    return tuple(turns[place].turn for place in ranking.at_most(limit, brevity=brevity, change_of_speaker=1.0))


def pick_sentences(document: Document, *, limit: int = 4) -> tuple[Sentence, ...]:
    """The `limit` sentences of a chat that a reader would point at as what matters in it, in order."""
    ranking = Ranking(document.sentences, taste=_TO_POINT_AT)
    return tuple(document.sentences[place] for place in ranking.at_most(limit))


def _budget(document: Document) -> int:
    said = sum(map(size, document.sentences))
    return min(150, 40 + math.isqrt(said), max(12, said // 4))


def _as_one(said: Sequence[Sentence]) -> Sentence:
    """A turn as a single sentence."""
    turn = said[0].turn
    words = tuple(word for sentence in said for word in sentence.words)
    return Sentence(turn.index, turn, turn.text, turn.start, turn.end, words)


def _quoted(sentence: Sentence) -> SummarySentence:
    return SummarySentence(text=tidied(sentence), evidence=(sentence.evidence(),))
