"""Noun phrases of a transcript: where they occur, and the weight of each as a topic."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from meetkit.insights.language.stems import rarity, stem
from meetkit.insights.language.stopwords import CALENDAR_WORDS, FUNCTION_WORDS, PLAIN_ADJECTIVES
from meetkit.insights.language.text import WORD, Sentence

Stems = tuple[str, ...]

_MAX_PHRASE_WORDS = 3
_MAX_WORD_LENGTH = 30
_MAX_RUN = 12
# A phrase of everyday words only is no topic.
_MIN_RARITY = 0.2
# A bound on memory for a text of any size.
_MAX_PHRASES = 200_000
_NO_TOPIC_WORDS = FUNCTION_WORDS | CALENDAR_WORDS | PLAIN_ADJECTIVES
# By the length of a run, the spans `[first, last)` of one to three words in it.
_SUBSPANS = [
    [(first, last) for first in range(size) for last in range(first + 1, min(first + _MAX_PHRASE_WORDS, size) + 1)]
    for size in range(_MAX_RUN + 1)
]
_JOINER = re.compile(r"[ \u00a0]|-")
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
_ADVERB_OR_PARTICIPLE = re.compile(r".+(?:ly|ed)")


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
        word = match[0].casefold().replace("\u2019", "'")
        is_adjacent = _JOINER.fullmatch(text, end, match.start()) is not None
        is_content = (_is_content(word) or _is_abbreviation(match[0])) and stem(word) not in names
        if run and not (is_adjacent and is_content):
            yield run
            run = []
        if is_content:
            run.append(_Word(stem(word), *match.span(), _may_be_noun(word, before if is_adjacent else "")))
        before, end = word, match.end()
    if run:
        yield run


def _may_be_noun(word: str, before: str) -> bool:
    if word.endswith("ing"):
        return _BEFORE_NOUNS.fullmatch(before) is not None
    return not (
        _ADVERB_OR_PARTICIPLE.fullmatch(word) or _BEFORE_VERBS.fullmatch(before) or _BEFORE_ADJECTIVES.fullmatch(before)
    )


def _is_content(word: str) -> bool:
    return 2 < len(word) <= _MAX_WORD_LENGTH and word not in _NO_TOPIC_WORDS and not word[0].isdigit()


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
    """Return the weight of each phrase, by its count as a noun phrase, the rarity of its words and its length.

    A part of a longer phrase counts for its occurrences outside of it (the idea of the C-value).
    """
    count_inside_longer: dict[Stems, int] = defaultdict(int)
    for stems, phrase in phrases.items():
        if len(phrase.sentences) > 1:
            for part in _parts(stems):
                count_inside_longer[part] = max(count_inside_longer[part], phrase.times)
    return {stems: _weight(phrase, count_inside_longer[stems], rates) for stems, phrase in phrases.items()}


def _weight(phrase: NounPhrase, count_inside_longer: int, rates: Mapping[str, float]) -> float:
    rarities = [rarity(word, rates) for word in phrase.stems]
    if max(rarities) < _MIN_RARITY:
        return 0.0
    own_count = phrase.times - 0.7 * count_inside_longer
    return own_count * math.sqrt(phrase.nominal / phrase.times) * (0.3 + sum(rarities) / len(rarities)) * len(rarities)


def _parts(stems: Stems) -> Iterator[Stems]:
    for size in range(1, len(stems)):
        for first in range(len(stems) - size + 1):
            yield stems[first : first + size]
