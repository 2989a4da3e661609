"""WebVTT and SRT as pieces: who speaks, by voice tags or by names before the words."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator

from meetkit.insights.transcript.cues import Cue, read_cues
from meetkit.insights.transcript.lines import read_head
from meetkit.insights.transcript.names import Label, clean_name
from meetkit.insights.transcript.pieces import Piece, one_line

# An unknown tag is words in angle brackets: transcripts have those, players show them.
_VTT_TAG = re.compile(r"</?(?:c|i|b|u|ruby|rt|lang)(?:[.\s][^<>]*)?>|<\d[\d:.]*>")
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?(?:\s([^<>]*))?>|(</v>)")
_SRT_TAG = re.compile(r"</?(?:b|i|u|s|c|font|v)(?:[.\s][^<>]*)?>|\{\\[^{}]*\}", re.IGNORECASE)
_COLON = re.compile("[:\uff1a]")


def vtt_pieces(text: str) -> Iterator[Piece]:
    """Read WebVTT (W3C). Where any cue has a voice tag, tags alone say who speaks."""
    has_voices = "<v" in text and _VOICE.search(text) is not None
    for cue in read_cues(text, numbered=False):
        if has_voices:
            yield from _voices(cue)
        else:
            yield from _labelled(cue, [_VTT_TAG.sub("", line) for line in cue.lines], decoded=html.unescape)


def srt_pieces(text: str) -> Iterator[Piece]:
    """Read SRT, which has no standard, as players do: tags are dropped, `Name: words` names a speaker."""
    for cue in read_cues(text, numbered=True):
        yield from _labelled(cue, [_SRT_TAG.sub("", line) for line in cue.lines], decoded=str)


def _voices(cue: Cue) -> Iterator[Piece]:
    speaker: str | None = None
    # Words, then for each voice tag: its name, or the end tag, and the words behind it.
    words, *rest = _VOICE.split("\n".join(cue.lines))
    yield _piece(cue, None, words)
    for name, end, words in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
        speaker = None if end else clean_name(html.unescape(name or ""))
        yield _piece(cue, speaker, words)


def _piece(cue: Cue, speaker: str | None, words: str) -> Piece:
    return Piece(speaker, one_line(html.unescape(_VTT_TAG.sub("", words))), cue.start, cue.end)


def _labelled(cue: Cue, lines: list[str], *, decoded: Callable[[str], str]) -> Iterator[Piece]:
    speaker: str | None = None
    said: list[str] = []
    for line in lines:
        if found := _name(line, decoded):
            yield Piece(speaker, one_line(decoded("\n".join(said))), cue.start, cue.end, lends_name=True)
            speaker, said = found[0], [found[1]]
        else:
            said.append(line)
    yield Piece(speaker, one_line(decoded("\n".join(said))), cue.start, cue.end, lends_name=True)


def _name(line: str, decoded: Callable[[str], str]) -> tuple[str, str] | None:
    """The name before the words, and the words. A colon that is escaped ends no name."""
    colon = _COLON.search(line)
    label = decoded(line[: colon.start()]) if colon else ""
    if colon is None or _COLON.search(label):
        return None
    plain = label + line[colon.start() :]
    head = read_head(plain)
    if head is None or head.name is None or head.label is not Label.NAME or head.owns_line:
        return None
    return head.name, plain[head.width :]
