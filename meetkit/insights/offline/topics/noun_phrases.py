"""Noun phrases of a transcript: where they occur, and the weight of each as a topic."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from meetkit.insights.language.stems import rarity, stem
from meetkit.insights.language.stopwords import CALENDAR_WORDS, FUNCTION_WORDS, PLAIN_ADJECTIVES
from meetkit.insights.language.text import WORD, Sentence

Stems = tuple[str, ...]

_MAX_PHRASE_WORDS = 3
_MAX_WORD_LENGTH = 30
_MAX_RUN = 12
# A phrase of everyday words only is no topic.
_MIN_RARITY = 0.1
# Longer words are more specific, up to this number of letters.
_LONG_WORD = 8
# How much a word counts that is common in any conversation, beside 1 for a rare one.
_COMMON = 1.0
# A bound on memory for a text of any size.
_MAX_PHRASES = 200_000
_NO_TOPIC_WORDS = FUNCTION_WORDS | CALENDAR_WORDS | PLAIN_ADJECTIVES
# By the length of a run, the spans `[first, last)` of one to three words in it.
_SUBSPANS = [
    [(first, last) for first in range(size) for last in range(first + 1, min(first + _MAX_PHRASE_WORDS, size) + 1)]
    for size in range(_MAX_RUN + 1)
]
_JOINERS = (" ", "\u00a0", "-")
# A word after one of these is more likely a verb.
_BEFORE_VERBS = re.compile(
    r"to|i|you|we|they|he|she|it|who|\w+'(?:ll|ve|d|re)|\w+n't|will|can|could|would|should|might|may|must|let|let's"
)
# A word after one of these is more likely an adjective.
_BEFORE_ADJECTIVES = re.compile(
    r"am|is|are|was|were|be|been|being|\w+'(?:s|re|m)|very|too|so|more|most|quite|rather|as"
)
# A word in -ing is taken for a noun only after one of these.
_BEFORE_NOUNS = re.compile(
    r"a|an|the|this|that|our|your|my|their|his|her|its|no|some|any|of|for|about|with|on|from|per"
)


@dataclass(slots=True)
class NounPhrase:
    """A phrase by its stems, with its sentences, spellings, count, and count in the position of a noun."""

    stems: Stems
    sentences: list[int] = field(default_factory=list)
    spellings: Counter[str] = field(default_factory=Counter)
    times: int = 0
    nominal: int = 0

    @property
    def label(self) -> str:
        """The most frequent spelling, the earliest of equals."""
        return max(self.spellings, key=self.spellings.__getitem__)


@dataclass(frozen=True, slots=True)
class _Word:
    stem: str
    start: int
    end: int
    nominal: bool


def find_noun_phrases(sentences: Sequence[Sentence], *, names: frozenset[str]) -> dict[Stems, NounPhrase]:
    """Return the phrases of one to three words between function words, without the speakers' `names`.

    Beyond 200,000 phrases, those that have occurred once so far are dropped, so that a text of any size can be read.
    """
    phrases: dict[Stems, NounPhrase] = {}
    for place, sentence in enumerate(sentences):
        if len(phrases) > _MAX_PHRASES:
            phrases = {stems: phrase for stems, phrase in phrases.items() if phrase.times > 1}
        for run in _runs(sentence.text, names):
            for first, last in _SUBSPANS[min(len(run), _MAX_RUN)]:
                _count(phrases, run, first, last, place, sentence.text)
    return phrases


def _runs(text: str, names: frozenset[str]) -> Iterator[list[_Word]]:
    """Yield the runs of content words separated only by a space or a hyphen."""
    run: list[_Word] = []
    before, end = "", 0
    for match in WORD.finditer(text):
        start = match.start()
        word = match[0].casefold().replace("\u2019", "'")
        is_adjacent = text[end:start] in _JOINERS
        content = _content_stem(word) or (stem(word) if _is_abbreviation(match[0]) else "")
        is_content = bool(content) and content not in names
        if run and not (is_adjacent and is_content):
            yield run
            run = []
        if is_content:
            run.append(_Word(content, start, match.end(), _may_be_noun(word, before if is_adjacent else "")))
        before, end = word, match.end()
    if run:
        yield run


def _may_be_noun(word: str, before: str) -> bool:
    if word.endswith("ing"):
        return _precedes_nouns(before)
    return not (word.endswith(("ly", "ed")) and len(word) > 2) and not _precedes_others(before)


# Few words make up most of what is said, so that looking them up again saves more than half of the time.
@lru_cache(maxsize=16384)
def _precedes_nouns(word: str) -> bool:
    return _BEFORE_NOUNS.fullmatch(word) is not None


@lru_cache(maxsize=16384)
def _precedes_others(word: str) -> bool:
    return _BEFORE_VERBS.fullmatch(word) is not None or _BEFORE_ADJECTIVES.fullmatch(word) is not None


@lru_cache(maxsize=16384)
def _content_stem(word: str) -> str:
    """Return the stem of a word that may be part of a topic; an empty text for others."""
    if not 2 < len(word) <= _MAX_WORD_LENGTH or word in _NO_TOPIC_WORDS or word[0].isdigit():
        return ""
    return stem(word)


def _is_abbreviation(word: str) -> bool:
    return len(word) == 2 and word.isupper() and word.casefold() not in FUNCTION_WORDS


def _count(
    phrases: dict[Stems, NounPhrase], run: Sequence[_Word], first: int, last: int, place: int, text: str
) -> None:
    """Count the phrase of the words `[first, last)` of a run; a noun phrase ends where its run does."""
    words = run[first:last]
    stems = tuple(word.stem for word in words)
    phrase = phrases.setdefault(stems, NounPhrase(stems))
    phrase.times += 1
    phrase.nominal += last == len(run) and words[0].nominal and words[-1].nominal
    phrase.spellings[text[words[0].start : words[-1].end]] += 1
    if not phrase.sentences or phrase.sentences[-1] != place:
        phrase.sentences.append(place)


def phrase_weights(phrases: Mapping[Stems, NounPhrase], rates: Mapping[str, float]) -> dict[Stems, float]:
    """Return the weight of each phrase, by its mentions, sentences and nominal use, and its words' rarity and length.

    A part of a longer phrase counts for its sentences without it (the idea of the C-value).
    """
    count_inside_longer: dict[Stems, int] = defaultdict(int)
    for stems, phrase in phrases.items():
        if len(phrase.sentences) > 1:
            for part in _parts(stems):
                count_inside_longer[part] = max(count_inside_longer[part], len(phrase.sentences))
    return {stems: _weight(phrase, count_inside_longer[stems], rates) for stems, phrase in phrases.items()}


def _weight(phrase: NounPhrase, count_inside_longer: int, rates: Mapping[str, float]) -> float:
    rarities = [rarity(word, rates) for word in phrase.stems]
    if max(rarities) < _MIN_RARITY:
        return 0.0
    own_count = math.sqrt(phrase.times * len(phrase.sentences)) - 0.7 * count_inside_longer
    length = sum(6 + min(len(word), _LONG_WORD) for word in phrase.stems) / math.sqrt(len(rarities))
    return own_count * math.sqrt(phrase.nominal / phrase.times) * (_COMMON + sum(rarities) / len(rarities)) * length


def _parts(stems: Stems) -> Iterator[Stems]:
    for size in range(1, len(stems)):
        for first in range(len(stems) - size + 1):
            yield stems[first : first + size]
