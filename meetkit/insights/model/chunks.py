"""Chunks of a long transcript. They overlap, so that a passage across a cut is whole in one of them."""

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
    """The policy for splitting transcripts: at most `characters` in a chunk, of them `overlap` from the chunk before.

    `parallel` is the number of calls to the model that run at once. A transcript of more than `most_chunks` chunks
    is too long: the model is not called.
    """

    characters: Count = 24_000
    overlap: Annotated[int, Field(strict=True, ge=0)] = 1_000
    parallel: Annotated[int, Field(strict=True, ge=1, le=64)] = 8
    most_chunks: Count = 40

    @model_validator(mode="after")
    def _check_overlap(self) -> Self:
        if self.overlap > self.characters // 2:
            raise ValueError("overlap: at most half of characters")
        return self


@dataclass(frozen=True, slots=True)
class TurnPart:
    """A turn, or a part of one too long for a chunk: code points `[start, end)` of the canonical text."""

    turn: Turn
    start: int
    end: int

    @property
    def text(self) -> str:
        """The text of the part."""
        return self.turn.text[self.start - self.turn.start : self.end - self.turn.start]


Chunk = tuple[TurnPart, ...]


def split(document: Document, policy: ChunkPolicy) -> list[Chunk]:
    """Split a transcript into chunks that hold every turn in order. Each repeats the end of the chunk before.

    A turn that is too long is cut between sentences, a sentence that is too long anywhere.
    """
    # A chunk has room for its overlap and at least one new part.
    longest = policy.characters - policy.overlap
    parts = [part for turn in document.transcript.turns for part in _turn_parts(turn, document, longest)]
    chunks: list[Chunk] = []
    begin = 0
    while begin < len(parts):
        overlap = _overlap(chunks[-1], policy.overlap) if chunks else ()
        end = _fitting_end(parts, begin, policy.characters - sum(map(_length, overlap)))
        chunks.append((*overlap, *parts[begin:end]))
        begin = end
    return chunks


def _length(part: TurnPart) -> int:
    return part.end - part.start


def _fitting_end(parts: list[TurnPart], begin: int, room: int) -> int:
    """Return the end of the parts from `begin` that fit into `room` characters, at least one."""
    end = begin + 1
    room -= _length(parts[begin])
    while end < len(parts) and _length(parts[end]) <= room:
        room -= _length(parts[end])
        end += 1
    return end


def _overlap(chunk: Chunk, room: int) -> Chunk:
    """Return the last parts that fit into `room` characters, never all of them."""
    begin = len(chunk)
    while begin > 1 and _length(chunk[begin - 1]) <= room:
        begin -= 1
        room -= _length(chunk[begin])
    return chunk[begin:]


def _turn_parts(turn: Turn, document: Document, longest: int) -> Iterator[TurnPart]:
    if turn.end - turn.start <= longest:
        yield TurnPart(turn, turn.start, turn.end)
        return
    start = turn.start
    for end in _cuts(document.by_turn[turn.index], turn, longest):
        yield TurnPart(turn, start, end)
        start = end


def _cuts(sentences: tuple[Sentence, ...], turn: Turn, longest: int) -> Iterator[int]:
    """Yield the ends of a turn's parts: the last start of a sentence that fits, else the longest part that fits."""
    begins = [sentence.start for sentence in sentences]
    at = turn.start
    while turn.end - at > longest:
        last = bisect_right(begins, at + longest) - 1
        at = begins[last] if last >= 0 and begins[last] > at else at + longest
        yield at
    yield turn.end
