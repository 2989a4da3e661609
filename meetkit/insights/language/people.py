"""Resolution of names to the people of a meeting."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from meetkit.insights.language.text import Document
from meetkit.insights.language.word_lists import COMMON, MONTHS, WEEKDAYS, word_set
from meetkit.models.analysis import MeetingContext

# The last two words of a text; the bounds on their length keep the search linear.
_LAST_WORDS = re.compile(r"(?:([^\W\d_][\w.'\u2019-]{0,40})\s{1,3})?\b([^\W\d_][\w'\u2019-]{0,40})\s{0,3}\Z")
# Words that are capitalised at the beginning of a sentence, or in a label, but are no names.
_NO_NAMES = (
    COMMON
    | {*WEEKDAYS, *MONTHS}
    | word_set(
        "anybody anyone but everybody everyone everything finally first he here hopefully how next nobody none "
        "nothing now one perfect please she somebody someone something there today tomorrow tonight well what when "
        "where which who why maybe great sure no not both each who's uh um ah oh er hm mm just remember also"
        " okay then so yeah yes no well meeting action item todo task"
    )
) - {"may"}  # May is a name as well.


class People:
    """The known names of a meeting: its speakers, and the people of both sides in its context."""

    def __init__(self, document: Document, context: MeetingContext) -> None:
        """Index each name in full, and by each of its words that only one person has."""
        self.speakers = document.transcript.speakers
        full_names = dict.fromkeys((*self.speakers, *context.our_side, *context.their_side))
        names_by_form: defaultdict[str, set[str]] = defaultdict(set)
        for name in full_names:
            for form in {name, *filter(_is_name_part, name.split())}:
                names_by_form[form.casefold()].add(name)
        self._by_form = {form: _unique_full_name(names) for form, names in names_by_form.items()}

    def full_name(self, name: str) -> str | None:
        """Return the full name of the person that a name refers to; `None` where it fits nobody or two people."""
        return self._by_form.get(" ".join(name.split()).casefold())

    def are_named(self, words: Iterable[str]) -> bool:
        """Return whether one of some words in lower case is a known name."""
        return not self._by_form.keys().isdisjoint(words)

    def is_name(self, word: str) -> bool:
        """Return whether a word is a form of a known name, even one of two people."""
        return word.casefold() in self._by_form

    def other_speaker(self, speaker: str | None) -> str | None:
        """Return the other speaker of a meeting of two; `None` in a larger meeting."""
        other_speakers = [name for name in self.speakers if name != speaker]
        return other_speakers[0] if speaker and len(self.speakers) == 2 and len(other_speakers) == 1 else None

    def name_at_end(self, text: str) -> tuple[int, str] | None:
        """Return where the name at the end of a text begins, and the person it refers to.

        An unknown name is returned as written: a capitalised word that is no common word counts as a name.
        """
        if not (words := _LAST_WORDS.search(text, max(0, len(text) - 100))):
            return None
        for start in (words.start(1), words.start(2)):
            if start >= 0 and (owner := self.full_name(text[start:].strip())):
                return start, owner
        last = words[2]
        if self.is_name(last):
            return words.start(2), last
        if not _may_be_name(last):
            return None
        # At the beginning of a text any word has a capital, so that it may be no part of the name.
        is_whole = words[1] and words.start(1) > 0 and _may_be_name(words[1])
        start = words.start(1) if is_whole else words.start(2)
        return start, " ".join(text[start : words.end(2)].split())


def _may_be_name(word: str) -> bool:
    return word[0].isupper() and word.casefold() not in _NO_NAMES


def _is_name_part(word: str) -> bool:
    """Return whether a word of a name can stand for the person: no initial, and not the "Speaker" of "Speaker 1"."""
    return len(word) > 1 and word.casefold() not in {"speaker", "unknown", "guest", "participant", "user", "caller"}


def _unique_full_name(names: set[str]) -> str | None:
    """Return the name that contains all others, as "Lukas Hartwig" contains "Lukas"; `None` for names of two people."""
    longest = max(names, key=lambda name: (len(name), name))
    words = set(longest.casefold().split())
    return longest if all(set(name.casefold().split()) <= words for name in names) else None
