"""Removal of disfluencies (hesitations, repetitions, false starts, openings that only take the floor) and markup."""

from __future__ import annotations

import re

from meetkit.insights.language.stems import everyday_rates
from meetkit.insights.language.stopwords import FILLERS, FUNCTION_WORDS
from meetkit.insights.language.text import Sentence

_HESITATIONS = re.compile(
    r"(?:,\s*)?(?<![\w'])(?<!\d )(?:(?:uhm?|umm?|er|erm|mm+|hm+|mhm)(?=[\s,.;:?!]|$),?|(?:you know|i mean),)\s*", re.I
)
_WORD = r"\w{1,20}(?:['\u2019]\w{1,10})?"
_REPETITION = re.compile(rf"\b({_WORD}(?: {_WORD}){{0,2}})(?:,? \1\b)+", re.I)
# The beginning of a word before the whole word: "infra infrared".
_FALSE_START = re.compile(r"\b(\w{2,12}) (?=\1\w)", re.I)
# Words repeated for emphasis, or correctly: "very very", "that that".
_EMPHATIC_REPETITION = re.compile(r"(?:very|so|no|had|that|bye|really|much|\d+)\b", re.I)
# Words that may end a clause and begin the next: "since I saw you, you have moved".
_CLAUSE_ENDS = re.compile(r"you|it|her|this|that|there", re.I)
_OPENING = re.compile(
    r"(?:\W*(?:(?:and|but|okay|ok|yeah|yep|oh|ah)\b,?|(?:so|then|well|now|yes|right|sure|alright|anyway|perfect),)\s+)+",
    re.I,
)
# Of messages: addresses of pages, of people at the beginning, an agent's initials at the end.
_MARKUP = re.compile(r"(?:https?://|www\.)\S{1,500}|\A(?:\s*@\w{1,60}[,:]?)+|(?<!\S)\^\w{1,20}\s*\Z")
# The lowest share of English function words at which a sentence is taken for English.
_MIN_FUNCTION_WORDS = 0.25


def without_markup(text: str) -> str:
    """Return a message without links, the names that it is addressed to, and initials; others as the same object."""
    if "@" not in text and "://" not in text and "www." not in text and "^" not in text:
        return text
    return " ".join(_MARKUP.sub(" ", text).split())


def without_disfluencies(sentence: Sentence) -> str:
    """Return the sentence without markup, hesitations, repetitions, false starts and openings such as "And" or "Okay,".

    Of text that does not look like English only the markup is removed, as "um" is a word in other languages.
    """
    text = without_markup(sentence.text) or sentence.text
    function_words = sum(word in FUNCTION_WORDS and word not in FILLERS for word in sentence.words)
    if function_words < _MIN_FUNCTION_WORDS * len(sentence.words):
        return text
    text = _HESITATIONS.sub(" ", text).strip(" ,;-")
    text = _REPETITION.sub(_without_repetition, _FALSE_START.sub(_without_false_start, text))
    text = " ".join(_OPENING.sub("", text, count=1).split()) if _OPENING.match(text) else " ".join(text.split())
    return text[:1].upper() + text[1:] if text else sentence.text


def _without_false_start(match: re.Match[str]) -> str:
    """Return nothing for a false start, such as "infra" of "infra infrared"; a known word is returned unchanged."""
    word = match[1].casefold()
    return match[0] if word in FUNCTION_WORDS or word in everyday_rates() else ""


def _without_repetition(match: re.Match[str]) -> str:
    is_two_clauses = "," in match[0] and match.start() > 0 and _CLAUSE_ENDS.fullmatch(match[1])
    return match[0] if is_two_clauses or _EMPHATIC_REPETITION.match(match[1]) else match[1]
