"""Where a caller's phrases were said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from meetkit.insights.language.text import Document
from meetkit.insights.language.word_lists import UNSPACED
from meetkit.models.analysis import MeetingContext, Mention, Tracker, Trackers
from meetkit.models.insights import Evidence
from meetkit.models.transcripts import Turn

# Accents and vowel signs, which belong to the letter before them.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u0900-\u0963\u0966-\u0dff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f"
)
# Every character of what is written without spaces counts as a word.
_LETTER = rf"(?:(?![{UNSPACED}])\w|[{_MARKS}])"
_TOKEN = re.compile(rf"[{UNSPACED}][{_MARKS}]*|{_LETTER}+(?:'{_LETTER}+)*|(?!(?<=\w)-(?=\w))[^\w\s]")
_ASCII_TOKEN = re.compile(r"\w+(?:'\w+)*|(?!(?<=\w)-(?=\w))[^\w\s]")
_ALIKE = str.maketrans("\u2018\u2019\u02bc\u2010\u2011", "'''--")
_SHORTEST_PLURAL = 5  # "seats" may be "seat", but "news" is not "new".

_Token = tuple[str, int, int]


@dataclass(slots=True)
class _Node:
    """What may follow the words so far, and by tracker the phrase that ends here."""

    after: dict[str, _Node] = field(default_factory=dict)
    ends: dict[str, str] = field(default_factory=dict)


def find_mentions(document: Document, context: MeetingContext) -> Trackers:
    """Every mention of the context's trackers, in the order of the meeting.

    A phrase is found as whole words within one turn, whatever the case, width, composition of accents, white
    space or line breaks; a hyphen between letters is like a space. Its last word may have a possessive 's or,
    from four letters on, a plural s. Punctuation in a phrase is looked for as it stands. In scripts without
    spaces any characters in a row are found. Of overlapping phrases of a tracker the leftmost counts, and of
    those that begin together the longest. Trackers of one name are one.
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
    """The words and marks of a text in their common form, each with its place `[start, end)` in the text."""
    alike = text.translate(_ALIKE)
    if alike.isascii():
        return [(found[0].lower(), *found.span()) for found in _ASCII_TOKEN.finditer(alike)]
    parts = [_common(character) for character in alike]
    places = [place for place, part in enumerate(parts) for _ in part]
    places.append(len(text))
    return [
        (found[0], places[found.start()], max(places[found.end()], places[found.end() - 1] + 1))
        for found in _TOKEN.finditer("".join(parts))
    ]


@lru_cache(maxsize=4096)
def _common(character: str) -> str:
    """A character decomposed, in small letters; nothing for what has no shape, such as a soft hyphen."""
    if unicodedata.category(character) == "Cf" or "\ufe00" <= character <= "\ufe0f":
        return ""
    return unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())


def _in_turn(turn: Turn, root: _Node) -> Iterator[Mention]:
    said = tokens(turn.text)
    free_from: dict[str, int] = {}
    for index in range(len(said)):
        for tracker, (end, phrase) in _longest(root, said, index).items():
            if index >= free_from.get(tracker, 0):
                free_from[tracker] = end
                yield _mention(turn, tracker, phrase, said[index][1], said[end - 1][2])


def _longest(root: _Node, said: Sequence[_Token], index: int) -> dict[str, tuple[int, str]]:
    """By tracker, where the longest of its phrases that begin at `index` ends, and that phrase."""
    found: dict[str, tuple[int, str]] = {}
    node: _Node | None = root
    while node is not None and index < len(said):
        form = said[index][0]
        index += 1
        if (base := _base(form)) and (ending := node.after.get(base)):
            found.update({tracker: (index, phrase) for tracker, phrase in ending.ends.items()})
        node = node.after.get(form)
        if node is not None and node.ends:
            found.update({tracker: (index, phrase) for tracker, phrase in node.ends.items()})
    return found


def _base(form: str) -> str | None:
    """A word without its possessive or plural s, `None` where it has none."""
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
