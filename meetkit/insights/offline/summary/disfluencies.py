"""A spoken sentence as one would write it down: its own words, without what only holds the floor."""

from __future__ import annotations

import re

from meetkit.insights.language.stems import everyday_rates
from meetkit.insights.language.stopwords import FILLERS, FUNCTION_WORDS
from meetkit.insights.language.text import Sentence

_SOUNDS = re.compile(
    r"(?:,\s*)?(?<![\w'])(?<!\d )(?:(?:uhm?|umm?|er|erm|mm+|hm+|mhm)(?=[\s,.;:?!]|$),?|(?:you know|i mean),)\s*", re.I
)
_WORD = r"\w{1,20}(?:['\u2019]\w{1,10})?"
_TWICE = re.compile(rf"\b({_WORD}(?: {_WORD}){{0,2}})(?:,? \1\b)+", re.I)
_BROKEN_OFF = re.compile(r"\b(\w{2,12}) (?=\1\w)", re.I)
_EMPHASIS = re.compile(r"(?:very|so|no|had|that|bye|really|much|\d+)\b", re.I)
_OPENING = re.compile(
    r"(?:\W*(?:(?:and|but|okay|ok|yeah|yep|oh|ah)\b,?|(?:so|then|well|now|yes|right|sure|alright|anyway|perfect),)\s+)+",
    re.I,
)
_LEAST_ENGLISH = 0.25


def tidied(sentence: Sentence) -> str:
    """The sentence without hesitations, words said twice in a row, and openings such as "And" or "Okay,".

    What does not look like English stays as it was said: "um" is a word in other languages.
    """
    english = sum(word in FUNCTION_WORDS and word not in FILLERS for word in sentence.words)
    if english < _LEAST_ENGLISH * len(sentence.words):
        return sentence.text
    said = _SOUNDS.sub(" ", sentence.text).strip(" ,;-")
    said = _TWICE.sub(_once, _BROKEN_OFF.sub(_whole, said))
    said = " ".join(_OPENING.sub("", said, count=1).split()) if _OPENING.match(said) else " ".join(said.split())
    return said[:1].upper() + said[1:] if said else sentence.text


def _whole(found: re.Match[str]) -> str:
    """Nothing of a word broken off and said again, such as "infra infrared"."""
    word = found[1].casefold()
    return found[0] if word in FUNCTION_WORDS or word in everyday_rates() else ""


def _once(found: re.Match[str]) -> str:
    return found[0] if _EMPHASIS.match(found[1]) else found[1]
