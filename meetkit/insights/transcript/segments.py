"""What cues and segments say, one piece at a time, and how pieces become turns of a canonical text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from meetkit.models.transcripts import Transcript, TranscriptFormat, Turn

MAX_PAUSE = 3.0
"""Seconds of silence within a turn."""
MAX_NAMELESS = 1000
"""Characters after which a turn of nobody known ends, even within a sentence: some transcripts have no full stops."""

_BREAKS = re.compile("[\n\r\x0b\x0c\x85\u2028\u2029]+")
_SENTENCE_END = re.compile("[.!?\u2026\u3002\uff01\uff1f\u061f\u06d4\u0964][\"'\u201d\u2019\u00bb)\\]]*$")


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of one speaker, on one line, from `start` to `end` seconds.

    `lends_name` is set where names are written at the change of speakers only: the sentence of such a piece may go
    on in one without a name.
    """

    speaker: str | None
    text: str
    start: float | None = None
    end: float | None = None
    lends_name: bool = False


def ends_sentence(text: str) -> bool:
    """Whether a sentence ends where the text does."""
    return bool(_SENTENCE_END.search(text[-16:]))


def one_line(text: str) -> str:
    """The words of several lines on one."""
    return " ".join(part for part in map(str.strip, _BREAKS.split(text)) if part)


def canonical(pieces: Iterable[Piece], form: TranscriptFormat) -> Transcript:
    """Write pieces as `Speaker: words` lines (`words` where nobody is named), each a turn."""
    turns: list[Turn] = []
    written: list[str] = []
    at = 0
    for piece in merged(pieces):
        label = "" if piece.speaker is None else f"{piece.speaker}: "
        start, end = at + len(label), at + len(label) + len(piece.text)
        turns.append(
            Turn(
                index=len(turns),
                speaker=piece.speaker,
                text=piece.text,
                start=start,
                end=end,
                start_seconds=piece.start,
                end_seconds=piece.end,
            )
        )
        written.append(label + piece.text)
        at = end + 1
    return Transcript(format=form, text="\n".join(written), turns=tuple(turns))


def merged(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Join what one speaker says without a break, as subtitles cut it anywhere.

    A piece goes on with the turn before if no more than `MAX_PAUSE` seconds lie between (as far as times are
    known) and the same name is on both; or no name is, and the turn has not ended its sentence nor reached
    `MAX_NAMELESS` characters.
    """
    turn: list[str] = []
    last: Piece | None = None
    length = 0
    for piece in pieces:
        if not piece.text:
            continue
        if last is not None and _goes_on(last, piece, length):
            last = replace(last, text=piece.text, end=_later(last.end, piece.end))
            length += 1 + len(piece.text)
        else:
            if last is not None:
                yield replace(last, text=" ".join(turn))
            turn, last, length = [], piece, len(piece.text)
        turn.append(piece.text)
    if last is not None:
        yield replace(last, text=" ".join(turn))


def _goes_on(turn: Piece, piece: Piece, length: int) -> bool:
    if turn.end is not None and piece.start is not None and round(piece.start - turn.end, 3) > MAX_PAUSE:
        return False
    if turn.start is not None and piece.start is not None and piece.start < turn.start:
        return False
    if piece.speaker is not None:
        return piece.speaker == turn.speaker
    may_go_on = turn.speaker is None or turn.lends_name
    return may_go_on and length < MAX_NAMELESS and not ends_sentence(turn.text)


def _later(one: float | None, other: float | None) -> float | None:
    return None if other is None else max(one or 0.0, other)
