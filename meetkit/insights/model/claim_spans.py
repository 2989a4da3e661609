"""Claim spans: the words of a sentence that a claim repeats, which replace the claim."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from typing import NamedTuple

from meetkit.insights.grounding.text_similarity import NEGATIONS, NUMBER_WORDS, STOP_WORDS, spoken_words, stem
from meetkit.insights.language.text import WORD, Sentence

# An article or a currency sign before a span belongs to it, a sign after it as well.
_LEADING_WORDS = re.compile(r"(?:\b(?:the|an?)\s{1,9})?[$\u20ac\u00a3#]?\Z", re.IGNORECASE)
_TRAILING_SIGN = re.compile(r"[%$\u20ac\u00a3\u00b0]")
_CLAUSE_BREAKS = frozenset(",;:\u2013\u2014")


class SentenceSpan(NamedTuple):
    """A span of a sentence: code points `[start, end)` of its text."""

    sentence: Sentence
    start: int
    end: int

    @property
    def text(self) -> str:
        """The words of the span, with a capital first letter."""
        words = " ".join(self.sentence.text[self.start : self.end].split())
        return words[:1].upper() + words[1:]


class _Token(NamedTuple):
    key: str
    start: int
    end: int


def whole_sentence(sentence: Sentence) -> SentenceSpan:
    """Return the span of a whole sentence."""
    return SentenceSpan(sentence, 0, len(sentence.text))


def repeated_span(claim: str, sentence: Sentence, task_starts: Set[int]) -> SentenceSpan | None:
    """Return the words of a sentence that a claim repeats in order, without gaps except words such as "also".

    The span starts at a clause or at one of `task_starts`. It ends at the end of a clause or before words that only
    add to it, so "delay" is never cut off "we approved the launch delay". Return `None` if the claim says anything
    else.
    """
    tokens, claim_keys = _tokens(sentence.text), [token.key for token in _tokens(claim)]
    starts = {
        at for at, token in enumerate(tokens) if token.start in task_starts or _is_boundary(sentence.text, tokens, at)
    }
    for at in sorted(at for at in starts if [tokens[at].key] == claim_keys[:1]):
        stop = _match_end(claim_keys, tokens, at)
        if stop and (_is_boundary(sentence.text, tokens, stop) or tokens[stop].key in _ADDITION_STARTS):
            return _span(sentence, tokens[at:stop], is_all=at == 0 and stop == len(tokens))
    return None


def _span(sentence: Sentence, tokens: Sequence[_Token], *, is_all: bool) -> SentenceSpan:
    """Return the span of tokens, with the article before them and the sign after them: "the discount", "10%"."""
    if is_all:
        return whole_sentence(sentence)
    before = _LEADING_WORDS.search(sentence.text, 0, tokens[0].start)
    after = _TRAILING_SIGN.match(sentence.text, tokens[-1].end)
    return SentenceSpan(
        sentence, before.start() if before else tokens[0].start, after.end() if after else tokens[-1].end
    )


def _match_end(claim_keys: Sequence[str], tokens: Sequence[_Token], at: int) -> int | None:
    """Return the end of the claim's words if the sentence has them from token `at` on, else `None`."""
    for word in claim_keys:
        while at < len(tokens) and tokens[at].key != word and tokens[at].key in _SKIPPABLE:
            at += 1
        if at == len(tokens) or tokens[at].key != word:
            return None
        at += 1
    return at


def _is_boundary(text: str, tokens: Sequence[_Token], at: int) -> bool:
    """Return whether a clause or the sentence starts or ends before token `at`."""
    return at in (0, len(tokens)) or not _CLAUSE_BREAKS.isdisjoint(text[tokens[at - 1].end : tokens[at].start])


def _tokens(text: str) -> list[_Token]:
    return [
        _Token(_key(part), match.start(), match.end())
        for match in WORD.finditer(text)
        for part in spoken_words(match[0])
    ]


def _key(word: str) -> str:
    # The hyphen keeps stems apart from stop words and negations, which are compared as they are.
    small = NUMBER_WORDS.get(word.casefold(), word.casefold())
    return small if small in STOP_WORDS or small in NEGATIONS else f"{stem(small)}-"


# Words that a claim may omit without a change of meaning.
_SKIPPABLE = frozenset(map(_key, ("you", "us", "me", "also", "please", "then")))
# Words that follow from here on only add to a statement; other words that follow may reverse it.
_ADDITION_STARTS = frozenset(
    map(_key, WORD.findall("by on before after until from with for in at to because next today tomorrow"))
)
