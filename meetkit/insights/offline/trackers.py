"""The trackers section: mentions of the phrases that a caller tracks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from meetkit.insights.language.text import Document
from meetkit.insights.language.word_lists import UNSPACED_RANGES
from meetkit.models.analysis import MeetingContext, Mention, Tracker, Trackers
from meetkit.models.insights import Evidence
from meetkit.models.transcripts import Turn

# Ranges of accents and vowel signs, which belong to the letter before them.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u0900-\u0963\u0966-\u0dff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f"
)
# Each character of a script without spaces counts as a word.
_LETTER = rf"(?:(?![{UNSPACED_RANGES}])\w|[{_MARKS}])"
_TOKEN = re.compile(rf"[{UNSPACED_RANGES}][{_MARKS}]*|{_LETTER}+(?:'{_LETTER}+)*|(?!(?<=\w)-(?=\w))[^\w\s]")
# Equal to `_TOKEN` on ASCII text, and twice as fast.
_ASCII_TOKEN = re.compile(r"\w+(?:'\w+)*|(?!(?<=\w)-(?=\w))[^\w\s]")
# Typographic apostrophes and hyphens are matched as the plain ones.
_LOOKALIKES = str.maketrans("\u2018\u2019\u02bc\u2010\u2011", "'''--")
# "seats" may be the plural of "seat", but "news" is not that of "new".
_SHORTEST_PLURAL = 5

_Token = tuple[str, int, int]


@dataclass(slots=True)
class _Node:
    """A node of the trie: the tokens that may follow, and by tracker the phrase that ends here."""

    after: dict[str, _Node] = field(default_factory=dict)
    ends: dict[str, str] = field(default_factory=dict)


def find_mentions(document: Document, context: MeetingContext) -> Trackers:
    """Return every mention of the context's trackers, in the order of the meeting.

    A phrase matches as whole words within one turn, regardless of case, width, composition of accents, white space
    and line breaks; a hyphen between letters equals a space. Its last word may have a possessive 's or, from four
    letters on, a plural s. Punctuation in a phrase must match. In scripts without spaces any sequence of characters
    matches. Of overlapping phrases of a tracker the leftmost counts, and of those with the same start the longest.
    Trackers of the same name are one.
    """
    root = _trie(context.trackers)
    if not root.after:
        return Trackers(engine="offline")
    mentions = [mention for turn in document.transcript.turns for mention in _in_turn(turn, root)]
    return Trackers(engine="offline", mentions=tuple(mentions))


def _trie(trackers: Iterable[Tracker]) -> _Node:
    root = _Node()
    for tracker in trackers:
        for phrase in tracker.phrases:
            node = root
            for form, _, _ in tokens(phrase):
                node = node.after.setdefault(form, _Node())
            if node is not root:
                node.ends.setdefault(tracker.name, phrase)
    return root


def tokens(text: str) -> list[_Token]:
    """Return the words and punctuation marks of a text in folded form, each with its span `[start, end)`."""
    alike = text.translate(_LOOKALIKES)
    if alike.isascii():
        return [(match[0].lower(), *match.span()) for match in _ASCII_TOKEN.finditer(alike)]
    parts = [_fold(character) for character in alike]
    places = [place for place, part in enumerate(parts) for _ in part]
    places.append(len(text))
    return [
        (match[0], places[match.start()], max(places[match.end()], places[match.end() - 1] + 1))
        for match in _TOKEN.finditer("".join(parts))
    ]


@lru_cache(maxsize=4096)
def _fold(character: str) -> str:
    """Return a character decomposed and case-folded; nothing for an invisible one such as a soft hyphen."""
    if unicodedata.category(character) == "Cf" or "\ufe00" <= character <= "\ufe0f":
        return ""
    return unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())


def _in_turn(turn: Turn, root: _Node) -> Iterator[Mention]:
    turn_tokens = tokens(turn.text)
    free_from: dict[str, int] = {}
    for index in range(len(turn_tokens)):
        for tracker, (end, phrase) in _longest(root, turn_tokens, index).items():
            if index >= free_from.get(tracker, 0):
                free_from[tracker] = end
                yield _mention(turn, tracker, phrase, turn_tokens[index][1], turn_tokens[end - 1][2])


def _longest(root: _Node, turn_tokens: Sequence[_Token], index: int) -> dict[str, tuple[int, str]]:
    """Return, by tracker, the end and the phrase of its longest phrase that begins at `index`."""
    ends_by_tracker: dict[str, tuple[int, str]] = {}
    node: _Node | None = root
    while node is not None and index < len(turn_tokens):
        form = turn_tokens[index][0]
        index += 1
        if (base := _singular(form)) and (ending := node.after.get(base)):
            ends_by_tracker.update({tracker: (index, phrase) for tracker, phrase in ending.ends.items()})
        node = node.after.get(form)
        if node is not None and node.ends:
            ends_by_tracker.update({tracker: (index, phrase) for tracker, phrase in node.ends.items()})
    return ends_by_tracker


def _singular(form: str) -> str | None:
    """Return a word without its possessive or plural s; `None` where it has none."""
    if form[-1] != "s":
        return None
    if form.endswith("'s"):
        return form[:-2]
    return form[:-1] if len(form) >= _SHORTEST_PLURAL and form[-2] != "s" else None


def _mention(turn: Turn, tracker: str, phrase: str, start: int, end: int) -> Mention:
    evidence = Evidence(
        quote=turn.text[start:end],
        turn=turn.index,
        speaker=turn.speaker,
        start=turn.start + start,
        end=turn.start + end,
    )
    return Mention(tracker=tracker, phrase=phrase, evidence=evidence)
