"""Words and sentences of a transcript, found once for everything that reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from meetkit.models.insights import Evidence
from meetkit.models.transcripts import Transcript, Turn

WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
"""A word: letters and digits, with the apostrophes inside it."""

# What stands before a run of stops or of white space is looked at, so that no run is tried from each of its characters.
_SENTENCE_END = re.compile(r"(?<![.!?…])[.!?…]+[\"'\u201d\u2019)\]]*\s+|[\u3002\uff01\uff1f]+\s*|(?<!\s)\s*[\r\n]+\s*")
# What a full stop belongs to that ends no sentence: an initial, a title, a short form.
_NO_END = re.compile(r"(?:^|\W)(?:[A-Z]|Dr|Mr|Mrs|Ms|Prof|St|Inc|Ltd|Co|Corp|vs|No|approx|e\.g|i\.e)\.\s*$")

_QUESTION_MARKS = ("?", "\uff1f", "\u061f")
_CLOSING = "\"'\u201d\u2019)]} \t\r\n"

# Speech without full stops is cut where it pauses or a clause opens, else where it has gone on for long.
_PIECE = re.compile(r"\S{1,400}")
_PAUSES = (",", ";", ":", "-", "\u2013", "\u2014", "\u2026", "\u3001", "\uff0c", "\uff1b")
_OPENER = re.compile(r"and|but|so|because|then|or|which|well|okay|now|i|i'm|we|we're|you|he|she|they|there", re.I)
_LONGEST_WORDS, _LONGEST_CHARACTERS = 60, 1000
_MIN_WORDS, _USUAL_WORDS, _USUAL_CHARACTERS = 12, 30, 500


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a turn: code points `[start, end)` of the canonical text, and its words in small letters."""

    index: int
    turn: Turn
    text: str
    start: int
    end: int
    words: tuple[str, ...]

    def evidence(self, field: str | None = None) -> Evidence:
        """The sentence as the quote that supports a finding."""
        return Evidence(
            quote=self.text,
            turn=self.turn.index,
            speaker=self.turn.speaker,
            start=self.start,
            end=self.end,
            field=field,
        )


@dataclass(frozen=True, eq=False)
class Document:
    """A transcript with its sentences. It equals itself only, so that what was found in it can be kept for it."""

    transcript: Transcript
    sentences: tuple[Sentence, ...]

    @classmethod
    def of(cls, transcript: Transcript) -> Document:
        """Read a transcript's sentences and words, in one pass."""
        return cls(transcript, tuple(_sentences(transcript)))

    @cached_property
    def by_turn(self) -> tuple[tuple[Sentence, ...], ...]:
        """The sentences of each turn."""
        found: list[list[Sentence]] = [[] for _ in self.transcript.turns]
        for sentence in self.sentences:
            found[sentence.turn.index].append(sentence)
        return tuple(map(tuple, found))


def asks(text: str) -> bool:
    """Whether a text ends with a question mark of any script, apart from quotes and brackets after it."""
    return text.rstrip(_CLOSING).endswith(_QUESTION_MARKS)


def words(text: str) -> tuple[str, ...]:
    """The words of a text, in small letters and with straight apostrophes."""
    return tuple(WORD.findall(text.casefold().replace("\u2019", "'")))


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the sentences of speech are, as `punctuated_spans` finds them, none without end.

    What goes on for more than 60 words or 1,000 characters is cut into pieces of about 12 to 30 words.
    """
    for start, end in punctuated_spans(text):
        if end - start > _LONGEST_CHARACTERS or len(text[start:end].split()) > _LONGEST_WORDS:
            yield from _run_on_pieces(text, start, end)
        else:
            yield start, end


def punctuated_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the sentences of a text are, `[start, end)`, without the white space around them.

    None ends at "Dr." or an initial, none begins with a small letter unless a new line does.
    """
    begin = 0
    for end in _SENTENCE_END.finditer(text):
        ends_line = "\n" in end[0] or "\r" in end[0]
        if not ends_line and (
            _NO_END.search(text[max(begin, end.start() - 8) : end.end()]) or text[end.end() : end.end() + 1].islower()
        ):
            continue
        yield from _trimmed(text, begin, end.end())
        begin = end.end()
    yield from _trimmed(text, begin, len(text))


def _trimmed(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    part = text[begin:end]
    kept = part.strip()
    if WORD.search(kept):
        start = begin + len(part) - len(part.lstrip())
        yield start, start + len(kept)


def _run_on_pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    words = [word.span() for word in _PIECE.finditer(text, start, end)]
    begin = 0
    for after in range(1, len(words) + 1):
        if after == len(words) or _is_cut(text, words, begin, after):
            yield from _trimmed(text, words[begin][0], words[after - 1][1])
            begin = after


def _is_cut(text: str, words: list[tuple[int, int]], begin: int, after: int) -> bool:
    """Whether the piece that begins with the word `begin` ends before the word `after`."""
    (start, end), (next_start, next_end) = words[after - 1], words[after]
    if after - begin >= _USUAL_WORDS or next_end - words[begin][0] > _USUAL_CHARACTERS:
        return True
    if after - begin < _MIN_WORDS:
        return False
    return text[start:end].endswith(_PAUSES) or bool(_OPENER.fullmatch(text, next_start, next_end))


def _sentences(transcript: Transcript) -> Iterator[Sentence]:
    index = 0
    for turn in transcript.turns:
        for start, end in sentence_spans(turn.text):
            text = turn.text[start:end]
            yield Sentence(index, turn, text, turn.start + start, turn.start + end, words(text))
            index += 1
