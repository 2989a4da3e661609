"""Detection of findings that say the same, by the content words they share."""

from __future__ import annotations

from collections import defaultdict
from typing import Generic, TypeVar

from meetkit.insights.language.text import words
from meetkit.insights.language.word_lists import COMMON, listed

_EMPTY = COMMON | listed(
    "with any up out over back into about be is are was were also again whether get make let put take new more "
    "will would i'll we'll let's have has had do does did go use just agreed decided agree that's it's"
)
_ALIKE = {
    **dict.fromkeys(
        ["share", "forward", "email", "e-mail", "mail", "resend", "give", "provide", "deliver", "circulate", "submit"],
        "send",
    ),
    **dict.fromkeys(["book", "arrange", "organize", "organise", "plan"], "schedule"),
    **dict.fromkeys(["verify", "confirm", "investigate", "find", "double-check", "clarify", "look"], "check"),
    **dict.fromkeys(["write", "draft", "create", "compile"], "prepare"),
    "docs": "documentation",
    "doc": "documentation",
    "quote": "proposal",
    "offer": "proposal",
}
_SAME = 0.75
_MIN_SHARED = 2
_NEIGHBOURS = 30
_NO_WORDS = frozenset({""})
"""Under which an index keeps what tells of nothing."""


def gist(text: str) -> frozenset[str]:
    """The words that tell what a text is about; those that come to the same are one."""
    known = [_ALIKE.get(word, word) for word in words(text) if word not in _EMPTY]
    return frozenset(word[:-1] if len(word) > 3 and word.endswith("s") else word for word in known)


def same_verb(task: str, other: str) -> bool:
    """Whether two tasks begin with verbs that come to the same, or one with a verb that says nothing by itself."""
    one, two = (gist(text.partition(" ")[0]) for text in (task, other))
    return one == two or not one or not two


def _numbers(about: frozenset[str]) -> set[str]:
    return {word for word in about if not word.isalpha() and any(map(str.isdigit, word))}


def is_same(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two gists are equal, or one lies for the most part within the other and no number tells them apart."""
    if one == other:
        return True
    shared = len(one & other)
    if shared < _MIN_SHARED or shared < _SAME * min(len(one), len(other)):
        return False
    numbers, others = _numbers(one), _numbers(other)
    return not numbers or not others or numbers == others


FindingT = TypeVar("FindingT")


class Index(Generic[FindingT]):
    """Findings by the words of their gists, of each word only the last few: what looks for them stays linear."""

    def __init__(self) -> None:
        """Begin with none."""
        self._by_word: defaultdict[str, list[tuple[frozenset[str], FindingT]]] = defaultdict(list)

    def add(self, about: frozenset[str], finding: FindingT) -> None:
        """Keep a finding under its gist."""
        for word in about or _NO_WORDS:
            self._by_word[word].append((about, finding))

    def near(self, about: frozenset[str]) -> list[FindingT]:
        """The findings whose gist is the same, the earliest first."""
        found = {
            id(finding): finding
            for word in about or _NO_WORDS
            for kept, finding in self._by_word.get(word, ())[-_NEIGHBOURS:]
            if is_same(about, kept)
        }
        return list(found.values())
