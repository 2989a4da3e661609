"""Sentence segmentation and tokenisation of a transcript, done once for all modules that read it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from meetkit.models.insights import Evidence
from meetkit.models.transcripts import Transcript, Turn

WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
"""A word: letters and digits, and the apostrophes between them."""

# The lookbehinds make a run of stops or of white space match only from its first character. Without them a long run
# would be tried from each of its characters, which takes quadratic time.
_SENTENCE_END = re.compile(r"(?<![.!?…])[.!?…]+[\"'\u201d\u2019)\]]*\s+|[\u3002\uff01\uff1f]+\s*|(?<!\s)\s*[\r\n]+\s*")
# A full stop that ends no sentence: after an initial, a title or an abbreviation.
_NO_END = re.compile(r"(?:^|\W)(?:[A-Z]|Dr|Mr|Mrs|Ms|Prof|St|Inc|Ltd|Co|Corp|vs|No|approx|e\.g|i\.e)\.\s*$")

# Latin, full-width and Arabic.
_QUESTION_MARKS = ("?", "\uff1f", "\u061f")
_CLOSING = "\"'\u201d\u2019)]} \t\r\n"

# Automatic captions often have no full stops. Such text is cut where the speaker pauses or a clause opens, and else
# at a bound, as evidence that quotes an hour of talk is of no use.
_CHUNK = re.compile(r"\S{1,400}")
_PAUSES = (",", ";", ":", "-", "\u2013", "\u2014", "\u2026", "\u3001", "\uff0c", "\uff1b")
_CLAUSE_OPENER = re.compile(
    r"and|but|so|because|then|or|which|well|okay|now|i|i'm|we|we're|you|he|she|they|there", re.I
)
_LONGEST_WORDS, _LONGEST_CHARACTERS = 60, 1000
_MIN_WORDS, _USUAL_WORDS, _USUAL_CHARACTERS = 12, 30, 500


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a turn: the code points `[start, end)` of the canonical text, and its words in lower case."""

    index: int
    turn: Turn
    text: str
    start: int
    end: int
    words: tuple[str, ...]

    def evidence(self, field: str | None = None, *, span: tuple[int, int] | None = None) -> Evidence:
        """Return the sentence, or its code points `[start, end)`, as evidence for `field` of a finding."""
        start, end = span or (0, len(self.text))
        return Evidence(
            quote=self.text[start:end],
            turn=self.turn.index,
            speaker=self.turn.speaker,
            start=self.start + start,
            end=self.start + end,
            field=field,
        )


@dataclass(frozen=True, eq=False)
class Document:
    """A transcript with its sentences. Compares by identity, so that results can be cached per document."""

    transcript: Transcript
    sentences: tuple[Sentence, ...]

    @classmethod
    def of(cls, transcript: Transcript) -> Document:
        """Split a transcript into sentences and words, in one pass."""
        return cls(transcript, tuple(_sentences(transcript)))

    @cached_property
    def by_turn(self) -> tuple[tuple[Sentence, ...], ...]:
        """The sentences of each turn, by turn index."""
        sentences: list[list[Sentence]] = [[] for _ in self.transcript.turns]
        for sentence in self.sentences:
            sentences[sentence.turn.index].append(sentence)
        return tuple(map(tuple, sentences))


def asks(text: str) -> bool:
    """Return whether a text ends with a question mark of any script; quotes and brackets after it are ignored."""
    return text.rstrip(_CLOSING).endswith(_QUESTION_MARKS)


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text, case-folded and with straight apostrophes."""
    return tuple(WORD.findall(text.casefold().replace("\u2019", "'")))


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans `[start, end)` of the sentences of speech, as `punctuated_spans` does, but of bounded length.

    A sentence of more than 60 words or 1,000 characters is cut into segments of about 12 to 30 words.
    """
    for start, end in punctuated_spans(text):
        # So many words have at least twice as many characters, counting the spaces between them.
        may_be_long = end - start >= 2 * _LONGEST_WORDS
        if end - start > _LONGEST_CHARACTERS or (may_be_long and len(text[start:end].split()) > _LONGEST_WORDS):
            yield from _run_on_segments(text, start, end)
        else:
            yield start, end


def punctuated_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans `[start, end)` of the sentences of a text, without surrounding white space.

    No sentence ends at "Dr." or an initial, and none begins with a lower-case letter unless it begins a line.
    """
    begin = 0
    for end in _SENTENCE_END.finditer(text):
        ends_line = "\n" in end[0] or "\r" in end[0]
        if not ends_line and (
            _NO_END.search(text[max(begin, end.start() - 8) : end.end()]) or text[end.end() : end.end() + 1].islower()
        ):
            continue
        yield from _stripped_span(text, begin, end.end())
        begin = end.end()
    yield from _stripped_span(text, begin, len(text))


def _stripped_span(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    part = text[begin:end]
    content = part.strip()
    if WORD.search(content):
        start = begin + len(part) - len(part.lstrip())
        yield start, start + len(content)


def _run_on_segments(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    words = [word.span() for word in _CHUNK.finditer(text, start, end)]
    begin = 0
    for after in range(1, len(words) + 1):
        if after == len(words) or _is_cut(text, words, begin, after):
            yield from _stripped_span(text, words[begin][0], words[after - 1][1])
            begin = after


def _is_cut(text: str, words: list[tuple[int, int]], begin: int, after: int) -> bool:
    """Return whether the segment that begins with the word `begin` ends before the word `after`."""
    (start, end), (next_start, next_end) = words[after - 1], words[after]
    if after - begin >= _USUAL_WORDS or next_end - words[begin][0] > _USUAL_CHARACTERS:
        return True
    if after - begin < _MIN_WORDS:
        return False
    return text[start:end].endswith(_PAUSES) or bool(_CLAUSE_OPENER.fullmatch(text, next_start, next_end))


def _sentences(transcript: Transcript) -> Iterator[Sentence]:
    index = 0
    for turn in transcript.turns:
        for start, end in sentence_spans(turn.text):
            text = turn.text[start:end]
            yield Sentence(index, turn, text, turn.start + start, turn.start + end, words(text))
            index += 1
