"""Removal of disfluencies: hesitations, repetitions, false starts and openings that only take the floor."""

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
_OPENING = re.compile(
    r"(?:\W*(?:(?:and|but|okay|ok|yeah|yep|oh|ah)\b,?|(?:so|then|well|now|yes|right|sure|alright|anyway|perfect),)\s+)+",
    re.I,
)
# The lowest share of English function words at which a sentence is taken for English.
_MIN_FUNCTION_WORDS = 0.25


def without_disfluencies(sentence: Sentence) -> str:
    """Return the sentence without hesitations, repetitions, false starts and openings such as "And" or "Okay,".

    Text that does not look like English is returned unchanged, as "um" is a word in other languages.
    """
    function_words = sum(word in FUNCTION_WORDS and word not in FILLERS for word in sentence.words)
    if function_words < _MIN_FUNCTION_WORDS * len(sentence.words):
        return sentence.text
    text = _HESITATIONS.sub(" ", sentence.text).strip(" ,;-")
    text = _REPETITION.sub(_without_repetition, _FALSE_START.sub(_without_false_start, text))
    text = " ".join(_OPENING.sub("", text, count=1).split()) if _OPENING.match(text) else " ".join(text.split())
    return text[:1].upper() + text[1:] if text else sentence.text


def _without_false_start(match: re.Match[str]) -> str:
    """Return nothing for a false start, such as "infra" of "infra infrared"; a known word is returned unchanged."""
    word = match[1].casefold()
    return match[0] if word in FUNCTION_WORDS or word in everyday_rates() else ""


def _without_repetition(match: re.Match[str]) -> str:
    return match[0] if _EMPHATIC_REPETITION.match(match[1]) else match[1]
