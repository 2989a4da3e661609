"""Later words that undo a decision: those that deny it, and decisions that replace it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Hashable
from operator import itemgetter
from typing import Generic, TypeVar

from meetkit.insights.language.stems import content_stems
from meetkit.insights.language.text import Document, Sentence, asks
from meetkit.insights.language.word_lists import word_set

# Words by which a decision takes the place of one before, whatever it is about; and words that do where both are
# about the same thing.
_STRONG = re.compile(
    r"\b(?:instead|scrap|forget (?:that|what|about)|after all|on second thoughts?|change of plan|change my mind"
    r"|changed (?:my|our) minds?|actually|reconsider\w*|overrid\w+|revers\w+)\b",
    re.IGNORECASE,
)
_WEAK = word_set(
    "move push postpone delay change cancel drop switch extend shorten raise lower reduce increase won't longer"
    " replace revert later earlier but now not rather"
)
_STRONG_OVERLAP, _WEAK_OVERLAP = 1, 2
# Decisions compared for each word: a bound, so that a transcript that repeats one word for hours stays linear.
_NEIGHBOURS = 5
_UNINFORMATIVE = word_set(
    "decide decided agree agreed decision let let's we'll we're won't go use keep make take move push change instead"
    " actually plan target okay new forget scrap drop cancel switch postpone"
)
# A later turn that denies the decision: "We haven't decided that yet."
_CONTRADICTS = re.compile(
    r"\b(?:we|nobody|no one)(?:'ve| have|'s| has)?(?: (?:not|never)|n't) (?:actually |really |yet )?(?:decided|agreed"
    r"|settled|approved)(?: (?:that|this|it|anything))?(?: yet)?\s{0,3}(?:[.,;!]|\Z)"
    r"|(?:that|this|it)(?:'s| is| was)(?: (?:not|never)|n't)(?: yet| really| actually)? (?:been )?(?:decided|agreed"
    r"|settled|approved|final|a decision)"
    r"|(?:that|this|it) (?:isn't|wasn't|hasn't been)(?: yet| really| actually)?"
    r" (?:decided|agreed|settled|approved|final)"
    r"|(?:we'll|we will|let's) decide (?:(?:on )?(?:that|this|it) )?(?:next|on|later|tomorrow|then|in|at|when)",
    re.IGNORECASE,
)

DecisionT = TypeVar("DecisionT", bound=Hashable)


def is_contradicted(sentence: Sentence, document: Document) -> bool:
    """Return whether one of the next two turns says that nothing is decided, or not yet."""
    index = sentence.turn.index
    following = (sentence for turn in document.by_turn[index + 1 : index + 3] for sentence in turn[:3])
    return any(
        _CONTRADICTS.search(sentence.text.replace("\u2019", "'")) for sentence in following if not asks(sentence.text)
    )


class Reversals(Generic[DecisionT]):
    """The decisions of a meeting by what they are about, to find those that a later one replaces."""

    def __init__(self) -> None:
        """Create an empty index."""
        self._by_stem: defaultdict[str, list[DecisionT]] = defaultdict(list)

    def add(self, text: str, decision: DecisionT) -> None:
        """Add a decision under the stems of its text."""
        for stem in _subject(text):
            self._by_stem[stem].append(decision)

    def replaced_by(self, text: str) -> DecisionT | None:
        """Return the last decision that a text changes, `None` where it changes none.

        A text with "instead" or the like changes what shares a content word with it, one with "move" or "cancel"
        what shares two.
        """
        is_strong = bool(_STRONG.search(text))
        if not is_strong and _WEAK.isdisjoint(text.casefold().replace("\u2019", "'").split()):
            return None
        counts = Counter(decision for stem in _subject(text) for decision in self._by_stem[stem][-_NEIGHBOURS:])
        best, count = max(counts.items(), key=itemgetter(1), default=(None, 0))
        return best if count >= (_STRONG_OVERLAP if is_strong else _WEAK_OVERLAP) else None


def _subject(text: str) -> list[str]:
    stems = content_stems(text.casefold().replace("\u2019", "'").replace(".", " ").replace(",", " ").split())
    return [stem for stem in dict.fromkeys(stems) if stem not in _UNINFORMATIVE]
