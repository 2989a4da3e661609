"""Whose words or name make somebody an owner."""

from __future__ import annotations

import re
from collections import defaultdict

from meetkit.insights.language.text import Document
from meetkit.insights.language.word_lists import COMMON, MONTHS, WEEKDAYS, listed
from meetkit.models.analysis import MeetingContext

_LAST_WORDS = re.compile(r"(?:([^\W\d_][\w.'\u2019-]{0,40})\s{1,3})?\b([^\W\d_][\w'\u2019-]{0,40})\s{0,3}\Z")
_NO_NAMES = (
    COMMON
    | {*WEEKDAYS, *MONTHS}
    | listed(
        "anybody anyone but everybody everyone everything finally first he here hopefully how next nobody none "
        "nothing now one perfect please she somebody someone something there today tomorrow tonight well what when "
        "where which who why maybe great sure no not both each who's meeting action item todo task"
    )
) - {"may"}  # May is a name as well.


class People:
    """The names known of a meeting: its speakers, and the sides that its context tells."""

    def __init__(self, document: Document, context: MeetingContext) -> None:
        """Take every name whole, and by its first or last word where only one has that."""
        self.speakers = document.transcript.speakers
        whole = dict.fromkeys((*self.speakers, *context.our_side, *context.their_side))
        found: defaultdict[str, set[str]] = defaultdict(set)
        for name in whole:
            for form in {name, *filter(_can_name, name.split())}:
                found[form.casefold()].add(name)
        self._by_form = {form: _fullest(names) for form, names in found.items()}

    def called(self, name: str) -> str | None:
        """The full name of the one person called so; `None` where it is nobody's, or two people's."""
        return self._by_form.get(" ".join(name.split()).casefold())

    def knows(self, word: str) -> bool:
        """Whether it is a form of a name, be it of two people."""
        return word.casefold() in self._by_form

    def other_than(self, speaker: str | None) -> str | None:
        """The one that a speaker talks to, in a meeting of two."""
        others = [name for name in self.speakers if name != speaker]
        return others[0] if speaker and len(self.speakers) == 2 and len(others) == 1 else None

    def ending(self, text: str) -> tuple[int, str] | None:
        """Where the name begins that a text ends with, and the owner it means: as said where it is not known.

        A word that no known name has counts as a name if written like one.
        """
        if not (words := _LAST_WORDS.search(text, max(0, len(text) - 100))):
            return None
        for start in (words.start(1), words.start(2)):
            if start >= 0 and (owner := self.called(text[start:].strip())):
                return start, owner
        last = words[2]
        if self.knows(last):
            return words.start(2), last
        return (words.start(2), last) if last[0].isupper() and last.casefold() not in _NO_NAMES else None


def _can_name(word: str) -> bool:
    """Not the "Speaker" of "Speaker 1", nor an initial."""
    return len(word) > 1 and word.casefold() not in {"speaker", "unknown", "guest", "participant", "user", "caller"}


def _fullest(names: set[str]) -> str | None:
    """The name that contains all the others, as "Lukas Hartwig" contains "Lukas"; `None` for two people's names."""
    longest = max(names, key=lambda name: (len(name), name))
    words = set(longest.casefold().split())
    return longest if all(set(name.casefold().split()) <= words for name in names) else None
