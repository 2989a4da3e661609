"""The noun-like phrases of a transcript, where they were said, and how much they tell of it."""

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

_LONGEST_PHRASE = 3
_LONGEST_WORD = 30
_LONGEST_RUN = 12
_LEAST_RARITY = 0.2
_MOST_KEPT = 200_000
_NEVER_NAMED = FUNCTION_WORDS | CALENDAR_WORDS | PLAIN_ADJECTIVES
_WITHIN = [
    [(first, last) for first in range(size) for last in range(first + 1, min(first + _LONGEST_PHRASE, size) + 1)]
    for size in range(_LONGEST_RUN + 1)
]
_JOINS = re.compile(r"[ \u00a0]|-")
_BEFORE_VERBS = re.compile(
    r"to|i|you|we|they|he|she|it|who|\w+'(?:ll|ve|d|re)|\w+n't|will|can|could|would|should|might|may|must|let|let's"
)
_BEFORE_ADJECTIVES = re.compile(
    r"am|is|are|was|were|be|been|being|\w+'(?:s|re|m)|very|too|so|more|most|quite|rather|as"
)
_BEFORE_NOUNS = re.compile(
    r"a|an|the|this|that|our|your|my|their|his|her|its|no|some|any|of|for|about|with|on|from|per"
)
_NO_NOUN = re.compile(r".+(?:ly|ed)")


@dataclass(slots=True)
class Phrase:
    """A phrase by its stems: the sentences that have it, how it was written, and how often it stood like a noun."""

    stems: Stems
    sentences: list[int] = field(default_factory=list)
    written: Counter[str] = field(default_factory=Counter)
    times: int = 0
    nominal: int = 0

    @property
    def label(self) -> str:
        """The commonest way it was written, the earliest of equals."""
        return max(self.written, key=self.written.__getitem__)


@dataclass(frozen=True, slots=True)
class _Word:
    stem: str
    start: int
    end: int
    nominal: bool


def find_phrases(sentences: Sequence[Sentence], *, names: frozenset[str]) -> dict[Stems, Phrase]:
    """The phrases of one to three words between function words, without the speakers' `names`.

    Of more than 200,000, those said once so far are let go, so that a text of any size can be read.
    """
    found: dict[Stems, Phrase] = {}
    for place, sentence in enumerate(sentences):
        if len(found) > _MOST_KEPT:
            found = {stems: phrase for stems, phrase in found.items() if phrase.times > 1}
        for run in _runs(sentence.text, names):
            for first, last in _WITHIN[min(len(run), _LONGEST_RUN)]:
                _count(found, run, first, last, place, sentence.text)
    return found


def _runs(text: str, names: frozenset[str]) -> Iterator[list[_Word]]:
    """The runs of content words that nothing but a space or a hyphen parts."""
    run: list[_Word] = []
    before, end = "", 0
    for match in WORD.finditer(text):
        word = match[0].casefold().replace("\u2019", "'")
        joined = _JOINS.fullmatch(text, end, match.start()) is not None
        content = (_is_content(word) or _is_short_form(match[0])) and stem(word) not in names
        if run and not (joined and content):
            yield run
            run = []
        if content:
            run.append(_Word(stem(word), *match.span(), _may_be_noun(word, before if joined else "")))
        before, end = word, match.end()
    if run:
        yield run


def _may_be_noun(word: str, before: str) -> bool:
    if word.endswith("ing"):
        return _BEFORE_NOUNS.fullmatch(before) is not None
    return not (_NO_NOUN.fullmatch(word) or _BEFORE_VERBS.fullmatch(before) or _BEFORE_ADJECTIVES.fullmatch(before))


def _is_content(word: str) -> bool:
    return 2 < len(word) <= _LONGEST_WORD and word not in _NEVER_NAMED and not word[0].isdigit()


def _is_short_form(word: str) -> bool:
    return len(word) == 2 and word.isupper() and word.casefold() not in FUNCTION_WORDS


def _count(found: dict[Stems, Phrase], run: Sequence[_Word], first: int, last: int, place: int, text: str) -> None:
    """Count the words `[first, last)` of a run; a noun's place in a run is the last."""
    words = run[first:last]
    stems = tuple(word.stem for word in words)
    phrase = found.setdefault(stems, Phrase(stems))
    phrase.times += 1
    phrase.nominal += last == len(run) and words[0].nominal and words[-1].nominal
    phrase.written[text[words[0].start : words[-1].end]] += 1
    if not phrase.sentences or phrase.sentences[-1] != place:
        phrase.sentences.append(place)


def weigh(phrases: Mapping[Stems, Phrase], rates: Mapping[str, float]) -> dict[Stems, float]:
    """How much each phrase tells: how often it stood like a noun, how rare its words are, and how long it is.

    A part of a longer phrase counts only where it was said apart from it (the idea of the C-value).
    """
    inside: dict[Stems, int] = defaultdict(int)
    for stems, phrase in phrases.items():
        if len(phrase.sentences) > 1:
            for part in _parts(stems):
                inside[part] = max(inside[part], phrase.times)
    return {stems: _weight(phrase, inside[stems], rates) for stems, phrase in phrases.items()}


def _weight(phrase: Phrase, inside: int, rates: Mapping[str, float]) -> float:
    rare = [rarity(word, rates) for word in phrase.stems]
    if max(rare) < _LEAST_RARITY:
        return 0.0
    apart = phrase.times - 0.7 * inside
    return apart * math.sqrt(phrase.nominal / phrase.times) * (0.3 + sum(rare) / len(rare)) * len(rare)


def _parts(stems: Stems) -> Iterator[Stems]:
    for size in range(1, len(stems)):
        for first in range(len(stems) - size + 1):
            yield stems[first : first + size]
