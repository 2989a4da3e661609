"""The stretch of a sentence that a claim puts into words: the real words, which take the claim's place."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from typing import NamedTuple

from meetkit.insights.grounding.text_similarity import NEGATIONS, NUMBER_WORDS, STOP_WORDS, spoken_words, stem
from meetkit.insights.language.text import WORD, Sentence

_LED = re.compile(r"(?:\b(?:the|an?)\s{1,9})?[$\u20ac\u00a3#]?\Z", re.IGNORECASE)
_SIGN = re.compile(r"[%$\u20ac\u00a3\u00b0]")
_BREAKS = frozenset(",;:\u2013\u2014")


class Stretch(NamedTuple):
    """Words of a sentence, code points `[start, end)` of it."""

    sentence: Sentence
    start: int
    end: int

    @property
    def text(self) -> str:
        """The words, beginning with a capital."""
        words = " ".join(self.sentence.text[self.start : self.end].split())
        return words[:1].upper() + words[1:]


class _Token(NamedTuple):
    key: str
    start: int
    end: int


def whole(sentence: Sentence) -> Stretch:
    """All of a sentence."""
    return Stretch(sentence, 0, len(sentence.text))


def stretch_of(claim: str, sentence: Sentence, heads: Set[int]) -> Stretch | None:
    """The words of a sentence that a claim repeats in their order, none left out between but "also" or "you".

    They begin with a clause or at one of `heads`, and end with one or before what only adds to them:
    no "delay" is cut off "we approved the launch delay". `None` where a claim says anything else.
    """
    said, claimed = _tokens(sentence.text), [token.key for token in _tokens(claim)]
    starts = {at for at, token in enumerate(said) if token.start in heads or _is_cut(sentence.text, said, at)}
    for at in sorted(at for at in starts if [said[at].key] == claimed[:1]):
        stop = _follow(claimed, said, at)
        if stop and (_is_cut(sentence.text, said, stop) or said[stop].key in _ADDS):
            return _cut(sentence, said[at:stop], is_all=at == 0 and stop == len(said))
    return None


def _cut(sentence: Sentence, said: Sequence[_Token], *, is_all: bool) -> Stretch:
    """From the first of some words, with its article, to the last, with its sign: "the discount", "10%"."""
    if is_all:
        return whole(sentence)
    before = _LED.search(sentence.text, 0, said[0].start)
    after = _SIGN.match(sentence.text, said[-1].end)
    return Stretch(sentence, before.start() if before else said[0].start, after.end() if after else said[-1].end)


def _follow(claimed: Sequence[str], said: Sequence[_Token], at: int) -> int | None:
    """Where the words of a claim end that begin at a word, if they are said there."""
    for word in claimed:
        while at < len(said) and said[at].key != word and said[at].key in _SKIPPED:
            at += 1
        if at == len(said) or said[at].key != word:
            return None
        at += 1
    return at


def _is_cut(text: str, said: Sequence[_Token], at: int) -> bool:
    """Whether a clause begins, or all ends, before a word."""
    return at in (0, len(said)) or not _BREAKS.isdisjoint(text[said[at - 1].end : said[at].start])


def _tokens(text: str) -> list[_Token]:
    return [
        _Token(_key(part), match.start(), match.end())
        for match in WORD.finditer(text)
        for part in spoken_words(match[0])
    ]


def _key(word: str) -> str:
    small = NUMBER_WORDS.get(word.casefold(), word.casefold())
    return small if small in STOP_WORDS or small in NEGATIONS else f"{stem(small)}-"


_SKIPPED = frozenset(map(_key, ("you", "us", "me", "also", "please", "then")))
# What is left out before these words adds to a statement; what is left out before others may turn it.
_ADDS = frozenset(
    map(_key, WORD.findall("by on before after until from with for in at to because next today tomorrow"))
)
