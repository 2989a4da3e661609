"""Extractive summaries of meetings and chats, in their own sentences."""

from __future__ import annotations

from collections.abc import Sequence

from meetkit.insights.language.text import Document, Sentence
from meetkit.insights.offline.summary.disfluencies import without_disfluencies
from meetkit.insights.offline.summary.sentence_ranking import Preferences, Ranking
from meetkit.models.analysis import MeetingContext, Summary, SummarySentence

_FOR_MEETINGS = Preferences()
# In a chat a few full sentences by different people, above all those that promise and decide, say how it went.
_FOR_CHATS = Preferences(
    opening=1.0,
    closing=0.0,
    action=0.8,
    decision=0.3,
    figure=0.2,
    question=0.9,
    courtesy=2.0,
    disfluency=0.5,
    deixis=0.5,
    length=0.0,
    change_of_speaker=3.0,
    full=12,
    brevity=0.7,
    unpunctuated=1.0,
    compactness=0.0,
)
# Words, about fifteen minutes of talk; what is shorter is ranked as a chat.
_SHORT_MEETING = 2_000
# Words of a sentence of a summary: a shorter one says little by itself, a longer one takes the place of two.
_SHORTEST, _LONGEST = 7, 30
_SHORTEST_OF_CHAT = 4
# Words of a summary at most, unless the context says otherwise.
_MAX_WORDS = 110
# A chat of 30 words more has a sentence more in its summary.
_WORDS_A_SENTENCE, _FEWEST_SENTENCES, _MOST_SENTENCES = 28, 2, 6


def summarize(document: Document, context: MeetingContext) -> Summary:
    """Return the few sentences that say most of a meeting, in order: two to six of a chat, 110 words of an hour.

    `context.summary_words` bounds the words, those of the speakers' names included.
    """
    sentences = _select(document, context.summary_words, (*context.our_side, *context.their_side))
    return Summary(engine="offline", sentences=tuple(map(_summary_sentence, sentences)))


def _select(document: Document, words: int | None, people: Sequence[str]) -> tuple[Sentence, ...]:
    """Return the sentences that say most in at most `words` words, in order; at least one, if any has content.

    Names of speakers and `people` are no content.
    """
    size = sum(len(sentence.words) for sentence in document.sentences)
    is_chat = size < _SHORT_MEETING
    preferences, shortest = (_FOR_CHATS, _SHORTEST_OF_CHAT) if is_chat else (_FOR_MEETINGS, _SHORTEST)
    ranking = Ranking(document, preferences=preferences, people=people, shortest=shortest)
    budget, limit = words or _MAX_WORDS, None
    if is_chat and not words:
        limit = max(_FEWEST_SENTENCES, min(_MOST_SENTENCES, ranking.words // _WORDS_A_SENTENCE))
    places = ranking.select(budget, limit=limit, longest=None if is_chat else _LONGEST)
    if not places:
        ranking = Ranking(document, preferences=preferences, people=people)
        places = ranking.select(budget, limit=limit) or ranking.select(ranking.words + budget, limit=1)
    return tuple(document.sentences[place] for place in places)


def _summary_sentence(sentence: Sentence) -> SummarySentence:
    text = without_disfluencies(sentence)
    # Messages often end without a full stop, after which the next sentence would run on.
    text += "." if text[-1].isascii() and text[-1].isalnum() else ""
    return SummarySentence(text=text, evidence=(sentence.evidence(),))
