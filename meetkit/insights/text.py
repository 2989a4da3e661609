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


@dataclass(frozen=True)
class Document:
    """A transcript with its sentences."""

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


def words(text: str) -> tuple[str, ...]:
    """The words of a text, in small letters and with straight apostrophes."""
    return tuple(WORD.findall(text.casefold().replace("\u2019", "'")))


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
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


def _sentences(transcript: Transcript) -> Iterator[Sentence]:
    index = 0
    for turn in transcript.turns:
        for start, end in sentence_spans(turn.text):
            text = turn.text[start:end]
            yield Sentence(index, turn, text, turn.start + start, turn.start + end, words(text))
            index += 1
