"""A long transcript in parts that overlap, so that what lies across a cut is whole in one of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import Field, model_validator

from meetkit.insights.language.text import Document, Sentence
from meetkit.models.base import Count, Value
from meetkit.models.transcripts import Turn


class ChunkPolicy(Value):
    """How a transcript is split. `characters` is the most a chunk holds, `overlap` the most it repeats of the last.

    `parallel` is how many calls to the model run at once. Of a transcript that makes more than `most_chunks` the model
    is asked nothing.
    """

    characters: Count = 24_000
    overlap: Annotated[int, Field(strict=True, ge=0)] = 1_000
    parallel: Annotated[int, Field(strict=True, ge=1, le=64)] = 8
    most_chunks: Count = 40

    @model_validator(mode="after")
    def _moves_on(self) -> Self:
        if self.overlap > self.characters // 2:
            raise ValueError("overlap: at most half of characters")
        return self


@dataclass(frozen=True, slots=True)
class Piece:
    """A turn, or of a turn too long for one chunk a part: code points `[start, end)` of the canonical text."""

    turn: Turn
    start: int
    end: int

    @property
    def text(self) -> str:
        """The words."""
        return self.turn.text[self.start - self.turn.start : self.end - self.turn.start]


Chunk = tuple[Piece, ...]


def split(document: Document, policy: ChunkPolicy) -> list[Chunk]:
    """Chunks that together hold every turn, in order; each after the first begins with the end of the one before.

    A turn that is too long is cut between sentences, a sentence that is too long anywhere.
    """
    longest = policy.characters - policy.overlap
    pieces = [piece for turn in document.transcript.turns for piece in _pieces(turn, document, longest)]
    chunks: list[Chunk] = []
    begin = 0
    while begin < len(pieces):
        repeated = _tail(chunks[-1], policy.overlap) if chunks else ()
        end = _filled(pieces, begin, policy.characters - sum(map(_length, repeated)))
        chunks.append((*repeated, *pieces[begin:end]))
        begin = end
    return chunks


def _length(piece: Piece) -> int:
    return piece.end - piece.start


def _filled(pieces: list[Piece], begin: int, room: int) -> int:
    """The end of the pieces from `begin` that fit; at least one does."""
    end = begin + 1
    room -= _length(pieces[begin])
    while end < len(pieces) and _length(pieces[end]) <= room:
        room -= _length(pieces[end])
        end += 1
    return end


def _tail(pieces: Chunk, room: int) -> Chunk:
    """The last pieces that fit, never all of them."""
    begin = len(pieces)
    while begin > 1 and _length(pieces[begin - 1]) <= room:
        begin -= 1
        room -= _length(pieces[begin])
    return pieces[begin:]


def _pieces(turn: Turn, document: Document, longest: int) -> Iterator[Piece]:
    if turn.end - turn.start <= longest:
        yield Piece(turn, turn.start, turn.end)
        return
    start = turn.start
    for end in _cuts(document.by_turn[turn.index], turn, longest):
        yield Piece(turn, start, end)
        start = end


def _cuts(sentences: tuple[Sentence, ...], turn: Turn, longest: int) -> Iterator[int]:
    """Where the parts of a turn end: as late as fits before a sentence, else as late as fits."""
    begins = [sentence.start for sentence in sentences]
    at = turn.start
    while turn.end - at > longest:
        last = bisect_right(begins, at + longest) - 1
        at = begins[last] if last >= 0 and begins[last] > at else at + longest
        yield at
    yield turn.end
