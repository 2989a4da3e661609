"""The forms of subtitles: WebVTT (W3C) and SRT, with speakers by voice tags or by names before the words."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from meetkit.insights.transcript.forms import Form, always
from meetkit.insights.transcript.labels import clean_name
from meetkit.insights.transcript.line_prefixes import LinePrefix, parse_prefix
from meetkit.insights.transcript.segments import Segment, one_line
from meetkit.insights.transcript.source_notes import SourceNotes
from meetkit.insights.transcript.speakers import SpeakerNames
from meetkit.insights.transcript.subtitle_cues import Cue

Cues = Sequence[Cue]

# Unknown tags stay: they are words in angle brackets, which players show.
_VTT_TAG = re.compile(r"</?(?:c|i|b|u|ruby|rt|lang)(?:[.\s][^<>]*)?>|<\d[\d:.]*>")
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?(?:\s([^<>]*))?>|(</v>)")
_SRT_TAG = re.compile(r"</?(?:b|i|u|s|c|font|v)(?:[.\s][^<>]*)?>|\{\\[^{}]*\}", re.IGNORECASE)
_COLON = re.compile("[:\uff1a]")


def _has_voices(cues: Cues) -> bool:
    return any("<v" in line and _VOICE.search(line) for cue in cues for line in cue.lines)


def _voices(cues: Cues, _notes: SourceNotes) -> Iterator[Segment]:
    """Read cues with voice tags, which alone name speakers in a file that has one."""
    return (segment for cue in cues for segment in _voice_segments(cue))


def _voice_segments(cue: Cue) -> Iterator[Segment]:
    speaker: str | None = None
    # The words, then for each voice tag its name or the end tag, and the words after it.
    words, *rest = _VOICE.split("\n".join(cue.lines))
    yield _segment(cue, None, words)
    for name, end, words in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
        speaker = None if end else clean_name(html.unescape(name or ""))
        yield _segment(cue, speaker, words)


def _segment(cue: Cue, speaker: str | None, words: str) -> Segment:
    return Segment(speaker, one_line(html.unescape(_VTT_TAG.sub("", words))), cue.start, cue.end)


def _names(tag: re.Pattern[str], decode: Callable[[str], str], cues: Cues, _notes: SourceNotes) -> Iterator[Segment]:
    """Read cues in which `Name: words` names a speaker."""
    parsed_cues = [(cue, [_split_prefix(tag.sub("", line), decode) for line in cue.lines]) for cue in cues]
    speakers = SpeakerNames.of(prefix for _, lines in parsed_cues for _, prefix in lines if prefix is not None)
    for cue, lines in parsed_cues:
        speaker: str | None = None
        words_so_far: list[str] = []
        for words, prefix in lines:
            if prefix is not None and (name := speakers.name(prefix)):
                yield Segment(speaker, one_line("\n".join(words_so_far)), cue.start, cue.end, lends_name=True)
                speaker, words_so_far = name, [words[prefix.width :]]
            else:
                words_so_far.append(words)
        yield Segment(speaker, one_line("\n".join(words_so_far)), cue.start, cue.end, lends_name=True)


def _split_prefix(line: str, decode: Callable[[str], str]) -> tuple[str, LinePrefix | None]:
    """Split a line into its words and the prefix before them. An escaped colon ends no name."""
    words = decode(line)
    colon = _COLON.search(line)
    if colon is None or _COLON.search(decode(line[: colon.start()])):
        return words, None
    prefix = parse_prefix(words)
    return words, None if prefix is None or prefix.owns_line else prefix


CueForms = tuple[Form[Cues, Iterable[Segment]], ...]
VTT_FORMS: CueForms = (
    Form("vtt-voices", _has_voices, _voices),
    Form("vtt", always, partial(_names, _VTT_TAG, html.unescape)),
)
SRT_FORMS: CueForms = (Form("srt", always, partial(_names, _SRT_TAG, str)),)
