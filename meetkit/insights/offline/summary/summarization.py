"""Extractive summaries of meetings, in their own sentences, and highlights of chats."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from meetkit.insights.language.text import Document, Sentence
from meetkit.insights.offline.summary.disfluencies import without_disfluencies
from meetkit.insights.offline.summary.sentence_ranking import Preferences, Ranking, word_count
from meetkit.models.analysis import MeetingContext, Summary, SummarySentence
from meetkit.models.transcripts import Turn

_FOR_SUMMARY = Preferences(length=1.0, question=0.8, courtesy=5.0, fragment=0.8)
# In a long meeting a question says what was discussed; in a short one it would displace its answer.
_FOR_SHORT_SUMMARY = replace(_FOR_SUMMARY, question=0.4)
# Words, about fifteen minutes of talk.
_SHORT_MEETING = 2_000
_FOR_UTTERANCES = Preferences()
# Readers who know the whole chat point at questions as well, and at long sentences.
_FOR_HIGHLIGHTS = Preferences(length=5.0, closing=0.0, repetition=0.3)

# Words of a sentence of a summary: a shorter one says little by itself, a longer one takes the place of two.
_SHORTEST, _LONGEST = 7, 40
_MIN_BREVITY = 20


def summarize(document: Document, context: MeetingContext) -> Summary:
    """Return the few sentences that say most of a meeting, in order: some 40 words of a chat, 130 of an hour."""
    people = (*context.our_side, *context.their_side)
    sentences = select_summary(document, words=_budget(document), people=people)
    return Summary(engine="offline", sentences=tuple(map(_summary_sentence, sentences)))


def select_summary(
    document: Document, *, words: int, people: Sequence[str] = (), rates: Mapping[str, float] | None = None
) -> tuple[Sentence, ...]:
    """Return the sentences that say most in at most `words` words, in order; at least one, if any has content.

    Names of speakers and `people` are no content. `rates` are frequencies as of `stems.everyday_rates`, the default.
    """
    sentences = document.sentences
    preferences = (
        _FOR_SHORT_SUMMARY if sum(len(sentence.words) for sentence in sentences) < _SHORT_MEETING else _FOR_SUMMARY
    )
    ranking = Ranking(sentences, preferences=preferences, people=people, rates=rates, shortest=_SHORTEST)
    places = ranking.within(words, longest=_LONGEST)
    if not places:
        ranking = Ranking(sentences, preferences=preferences, people=people, rates=rates)
        places = ranking.within(words, longest=words) or ranking.at_most(1)
    return tuple(sentences[place] for place in places)


def pick_utterances(document: Document, *, limit: int = 3) -> tuple[Turn, ...]:
    """Return at most `limit` turns that say most of a chat, in order; fewer where more would add little."""
    turns = [_turn_as_sentence(sentences) for sentences in document.by_turn if sentences]
    ranking = Ranking(turns, preferences=_FOR_UTTERANCES)
    brevity = max(_MIN_BREVITY, sum(map(word_count, turns)) / 4)
    return tuple(turns[place].turn for place in ranking.at_most(limit, brevity=brevity, change_of_speaker=1.0))


def pick_sentences(document: Document, *, limit: int = 4) -> tuple[Sentence, ...]:
    """Return the `limit` sentences of a chat that a reader would point at as what matters, in order."""
    ranking = Ranking(document.sentences, preferences=_FOR_HIGHLIGHTS)
    return tuple(document.sentences[place] for place in ranking.at_most(limit))


def _budget(document: Document) -> int:
    words = sum(map(word_count, document.sentences))
    return min(150, 40 + math.isqrt(words), max(12, words // 4))


def _turn_as_sentence(sentences: Sequence[Sentence]) -> Sentence:
    """Return a turn as a single sentence."""
    turn = sentences[0].turn
    words = tuple(word for sentence in sentences for word in sentence.words)
    return Sentence(turn.index, turn, turn.text, turn.start, turn.end, words)


def _summary_sentence(sentence: Sentence) -> SummarySentence:
    return SummarySentence(text=without_disfluencies(sentence), evidence=(sentence.evidence(),))
