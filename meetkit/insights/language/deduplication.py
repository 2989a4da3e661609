"""Near-duplicate detection: whether two findings say the same, by the content words they share."""

from __future__ import annotations

from collections import defaultdict
from typing import Generic, TypeVar

from meetkit.insights.language.text import words
from meetkit.insights.language.word_lists import COMMON, word_set

_UNINFORMATIVE = COMMON | word_set(
    "with any up out over back into about be is are was were also again whether get make let put take new more "
    "will would i'll we'll let's have has had do does did go use just agreed decided agree that's it's"
)
# Words used for the same thing in meetings: "mail the deck" and "send the deck" are one task.
_SYNONYMS = {
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
_MIN_OVERLAP = 0.75
_MIN_SHARED = 2
# Findings compared for each word: a bound, so that a transcript that repeats one word for hours stays linear.
_NEIGHBOURS = 30
# The key in an index of findings without content words.
_NO_WORDS = frozenset({""})


def content_words(text: str) -> frozenset[str]:
    """Return the content words of a text, with synonyms and plurals reduced to one form."""
    base_forms = [_SYNONYMS.get(word, word) for word in words(text) if word not in _UNINFORMATIVE]
    return frozenset(word[:-1] if len(word) > 3 and word.endswith("s") else word for word in base_forms)


def same_verb(task: str, other_task: str) -> bool:
    """Return whether two tasks begin with synonymous verbs, or one of them with a verb without meaning of its own."""
    verb, other_verb = (content_words(text.partition(" ")[0]) for text in (task, other_task))
    return verb == other_verb or not verb or not other_verb


def _numbers(content: frozenset[str]) -> set[str]:
    return {word for word in content if not word.isalpha() and any(map(str.isdigit, word))}


def is_duplicate(content: frozenset[str], other_content: frozenset[str]) -> bool:
    """Return whether two sets of content words describe the same finding.

    They do where they are equal, or where they share two words or more that are at least three quarters of the
    smaller set, and no numbers distinguish them.
    """
    if content == other_content:
        return True
    common = len(content & other_content)
    if common < _MIN_SHARED or common < _MIN_OVERLAP * min(len(content), len(other_content)):
        return False
    numbers, other_numbers = _numbers(content), _numbers(other_content)
    return not numbers or not other_numbers or numbers == other_numbers


FindingT = TypeVar("FindingT")


class DuplicateIndex(Generic[FindingT]):
    """An index of findings by content word, which finds duplicates in linear time.

    Of the findings with a word only the last thirty are compared.
    """

    def __init__(self) -> None:
        """Create an empty index."""
        self._by_word: defaultdict[str, list[tuple[int, frozenset[str], FindingT]]] = defaultdict(list)
        self._count = 0

    def add(self, content: frozenset[str], finding: FindingT) -> None:
        """Add a finding under its content words."""
        self._count += 1
        for word in content or _NO_WORDS:
            self._by_word[word].append((self._count, content, finding))

    def duplicates_of(self, content: frozenset[str]) -> list[FindingT]:
        """Return the findings that are duplicates of these content words, the earliest first."""
        duplicates = {
            number: finding
            for word in content or _NO_WORDS
            for number, stored_content, finding in self._by_word.get(word, ())[-_NEIGHBOURS:]
            if is_duplicate(content, stored_content)
        }
        # By number, as the order of a set of words differs from process to process.
        return [duplicates[number] for number in sorted(duplicates)]
