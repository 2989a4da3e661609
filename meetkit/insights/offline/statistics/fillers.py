"""Filler words, distinguished from the same words used with meaning."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from meetkit.insights.language.text import WORD
from meetkit.insights.language.word_lists import HESITATIONS, word_set

# Punctuation marks are tokens as well, since commas decide on "like" and question marks on "right".
_TOKEN = re.compile(rf"{WORD.pattern}|[.,;:!?\u2026\u2013\u2014]+")
_ALWAYS = HESITATIONS | word_set("umm uhm uhh hm basically actually literally honestly")
# Pairs of sounds that are an answer: "mm-hmm", "uh-huh", "uh-oh".
_ANSWERS = frozenset({("mm", "hmm"), ("mm", "hm"), ("uh", "huh"), ("um", "hum"), ("uh", "oh")})

# Words after which "like" is a verb or a preposition.
_BEFORE_MEANINGFUL_LIKE = word_set(
    "i you we they he she it who to would i'd you'd we'd they'd he'd she'd do does did don't doesn't didn't will won't"
    " might may could should can also really both users customers wouldn't never always not exactly"
    " look looks looked looking sound sounds sounded feel feels felt seem seems seemed smells tastes act acts behaves"
    " something anything nothing things thing stuff someone somebody anyone people places tools companies one more much"
)
# Words before which "like" is a filler, as it cannot compare with them.
_AFTER_LIKE = word_set(
    "i we he she they i'm we're they're he's she's it's that's there's i'll we'll really so totally super very maybe"
    " oh yeah okay one two three four five six seven eight nine ten twenty thirty fifty hundred half"
)
_SAYING_VERBS = word_set("said say says mentioned told discussed do did")
_CONJUNCTIONS = word_set("and so but or because")
# Words before "kind of" and "sort of" that make them name a kind: "what kind of", "some sort of".
_BEFORE_KIND_OF = word_set(
    "what which this that some any a the one every each same no another other certain different new right wrong best"
    " first only our your their its my"
)
# After or before these words "you know" and "I mean" are part of a clause.
_BEFORE_YOU_KNOW = word_set(
    "do did don't didn't if as that what whether would will once when how because before should so may might can"
)
_AFTER_YOU_KNOW = word_set(
    "what that how if where when who why whether which about him her them it this the of anyone anybody someone to any"
)
_BEFORE_I_MEAN = word_set("what do did that know if don't didn't which say")
_AFTER_I_MEAN = word_set("it that to by what the this both those these")
_BEFORE_RIGHT = word_set("that that's is it all sounds this the be was it's are looks turn we're you're")


def count_fillers(texts: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Return each filler of some texts with its count, the most frequent first, ties in alphabetical order.

    "Um", "uh", "er", "hm" and the like always count, except in "mm-hmm" and "uh-huh", which are answers; so do
    "basically", "actually", "literally" and "honestly". "Like" counts where it is set off by commas or precedes what
    it cannot compare with ("takes like ten minutes"), not as a verb ("I like it", "would like") or a preposition
    ("looks like", "like this one", "something like that"). "Kind of" and "sort of" do not count where they name a kind
    ("what kind of"), nor "you know" and "I mean" as part of a clause ("do you know", "what I mean"). "Right" counts
    only as the question that ends a sentence.

    "So" and "well" at the beginning do not count: they connect a turn to the one before, and half of all turns have
    one.
    """
    counts = Counter(filler for text in texts for filler in find_fillers(text))
    return tuple(sorted(counts.items(), key=lambda row: (-row[1], row[0])))


def find_fillers(text: str) -> Iterator[str]:
    """Yield the fillers of a text, in order."""
    tokens = ["", *_TOKEN.findall(text.casefold().replace("\u2019", "'")), "", "", ""]
    for index in range(1, len(tokens) - 3):
        word = tokens[index]
        if word in _ALWAYS:
            if (word, tokens[index + 1]) not in _ANSWERS and (tokens[index - 1], word) not in _ANSWERS:
                yield word
        elif word in _RULES and (filler := _RULES[word](tokens, index)):
            yield filler


def _like(tokens: Sequence[str], index: int) -> str | None:
    before, after, then = tokens[index - 1], tokens[index + 1], tokens[index + 2]
    if _is_mark(after):
        return "like" if (_is_mark(before) or before in _CONJUNCTIONS) and after.startswith(",") else None
    filling = after in _AFTER_LIKE or after.isdecimal()
    return "like" if filling and before not in _BEFORE_MEANINGFUL_LIKE and then not in _SAYING_VERBS else None


def _kind_of(tokens: Sequence[str], index: int) -> str | None:
    if tokens[index + 1] != "of" or tokens[index - 1] in _BEFORE_KIND_OF:
        return None
    return f"{tokens[index]} of"


def _you_know(tokens: Sequence[str], index: int) -> str | None:
    in_clause = tokens[index - 1] in _BEFORE_YOU_KNOW or tokens[index + 2] in _AFTER_YOU_KNOW
    return "you know" if tokens[index + 1] == "know" and not in_clause else None


def _i_mean(tokens: Sequence[str], index: int) -> str | None:
    in_clause = tokens[index - 1] in _BEFORE_I_MEAN or tokens[index + 2] in _AFTER_I_MEAN
    return "i mean" if tokens[index + 1] == "mean" and not in_clause else None


def _right(tokens: Sequence[str], index: int) -> str | None:
    before = tokens[index - 1]
    return "right?" if tokens[index + 1].startswith("?") and before and before not in _BEFORE_RIGHT else None


def _is_mark(token: str) -> bool:
    return not token or not token[0].isalnum()


_RULES: Mapping[str, Callable[[Sequence[str], int], str | None]] = MappingProxyType(
    {"like": _like, "kind": _kind_of, "sort": _kind_of, "you": _you_know, "i": _i_mean, "right": _right}
)
