"""WebVTT and SRT as pieces: who speaks, by voice tags or by names before the words."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator

from meetkit.insights.transcript.labels import clean_name
from meetkit.insights.transcript.line_prefixes import Head, read_head
from meetkit.insights.transcript.segments import Piece, one_line
from meetkit.insights.transcript.speakers import Speakers
from meetkit.insights.transcript.subtitle_cues import Cue, read_cues

# An unknown tag is words in angle brackets: transcripts have those, players show them.
_VTT_TAG = re.compile(r"</?(?:c|i|b|u|ruby|rt|lang)(?:[.\s][^<>]*)?>|<\d[\d:.]*>")
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?(?:\s([^<>]*))?>|(</v>)")
_SRT_TAG = re.compile(r"</?(?:b|i|u|s|c|font|v)(?:[.\s][^<>]*)?>|\{\\[^{}]*\}", re.IGNORECASE)
_COLON = re.compile("[:\uff1a]")


def vtt_pieces(text: str) -> Iterator[Piece]:
    """Read WebVTT (W3C). Where any cue has a voice tag, tags alone say who speaks."""
    cues = read_cues(text, numbered=False)
    if "<v" in text and _VOICE.search(text):
        return (piece for cue in cues for piece in _voices(cue))
    return _labelled(cues, _VTT_TAG, html.unescape)


def srt_pieces(text: str) -> Iterator[Piece]:
    """Read SRT, which has no standard, as players do: tags are dropped, `Name: words` names a speaker."""
    return _labelled(read_cues(text, numbered=True), _SRT_TAG, str)


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


def _labelled(cues: Iterable[Cue], tag: re.Pattern[str], decoded: Callable[[str], str]) -> Iterator[Piece]:
    read = [(cue, [_split(tag.sub("", line), decoded) for line in cue.lines]) for cue in cues]
    speakers = Speakers.of(head for _, lines in read for _, head in lines if head is not None)
    for cue, lines in read:
        speaker: str | None = None
        said: list[str] = []
        for words, head in lines:
            if head is not None and (name := speakers.name(head)):
                yield Piece(speaker, one_line("\n".join(said)), cue.start, cue.end, lends_name=True)
                speaker, said = name, [words[head.width :]]
            else:
                said.append(words)
        yield Piece(speaker, one_line("\n".join(said)), cue.start, cue.end, lends_name=True)


def _split(line: str, decoded: Callable[[str], str]) -> tuple[str, Head | None]:
    """A line's words, and the label before them. A colon that is escaped ends no label."""
    words = decoded(line)
    colon = _COLON.search(line)
    if colon is None or _COLON.search(decoded(line[: colon.start()])):
        return words, None
    head = read_head(words)
    return words, None if head is None or head.owns_line else head
