"""The forms of subtitles: WebVTT (W3C), SRT and SBV, with speakers by voice tags or by names before the words."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from meetkit.errors import InvalidRequestError
from meetkit.insights.transcript import json_document
from meetkit.insights.transcript.forms import Form, always
from meetkit.insights.transcript.labels import Label, classify, clean_name
from meetkit.insights.transcript.line_prefixes import LinePrefix, parse_prefix
from meetkit.insights.transcript.media_times import day_of
from meetkit.insights.transcript.rolling_captions import are_rolling, without_repeats
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
# Webex: the number of the cue, who speaks, and a number of that person.
_WEBEX_IDENTIFIER = re.compile(r'\d{1,9} "([^"]{1,200})" \(\d{1,20}\)')
_TEAMS_IDENTIFIER = re.compile(r"[0-9a-f-]{8,40}/\d{1,9}-\d{1,9}", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"[\[(]([^\[\]():]{1,60})[\])](:?)\s*")
_NUMBERED_SPEAKER = re.compile(r"(?:speaker|spk|participant|guest|person)[ _-]?\d{1,3}", re.IGNORECASE)


def _lines(cues: Cues) -> Iterator[str]:
    return (line for cue in cues for line in cue.lines)


def _has_voices(cues: Cues) -> bool:
    return any("<v" in line and _VOICE.search(line) for line in _lines(cues))


def _has_teams_voices(cues: Cues) -> bool:
    return _has_voices(cues) and any(cue.identifier and _TEAMS_IDENTIFIER.fullmatch(cue.identifier) for cue in cues)


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


def _has_json(cues: Cues) -> bool:
    return any(line.startswith("{") and '"spokenText"' in line for line in _lines(cues[:20]))


def _json_cues(cues: Cues, notes: SourceNotes) -> Iterator[Segment]:
    """Read cues that are JSON objects with speaker and words, as Microsoft Graph gives them.

    Raises:
        InvalidRequestError: one is no JSON object.
    """
    for cue in cues:
        text = "".join(cue.lines)
        if not text:
            continue
        try:
            fields = json.loads(text)
            speaker, words = fields.get("speakerName") or "", fields["spokenText"]
        except (ValueError, KeyError, AttributeError, RecursionError):
            raise InvalidRequestError(
                f"line {cue.line}: the cue of a Teams transcript with metadata is no JSON object with spokenText;"
                " download the transcript again"
            ) from None
        if day := day_of(fields.get("startDateTime")):
            notes.date(day)
        place = f"line {cue.line}"
        name = clean_name(json_document.string(f"{place}.speakerName", speaker))
        yield Segment(name, one_line(json_document.string(f"{place}.spokenText", words)), cue.start, cue.end)


def _has_webex_identifiers(cues: Cues) -> bool:
    return any(cue.identifier and _WEBEX_IDENTIFIER.fullmatch(cue.identifier) for cue in cues)


def _webex(cues: Cues, _notes: SourceNotes) -> Iterator[Segment]:
    """Read cues whose identifiers name the speakers."""
    for cue in cues:
        match = _WEBEX_IDENTIFIER.fullmatch(cue.identifier or "")
        yield _segment(cue, clean_name(match[1]) if match else None, "\n".join(cue.lines))


def _bracket_match(cue: Cue) -> re.Match[str] | None:
    match = _IN_BRACKETS.match(cue.lines[0]) if cue.lines else None
    if match is None:
        return None
    if _NUMBERED_SPEAKER.fullmatch(match[1]):
        return match
    return match if match[2] and classify(match[1]) is Label.NAME else None


def _has_brackets(cues: Cues) -> bool:
    count = sum(1 for cue in cues if _bracket_match(cue))
    return count > 0 and 3 * count >= sum(1 for cue in cues if cue.lines)


def _brackets(decode: Callable[[str], str], cues: Cues, _notes: SourceNotes) -> Iterator[Segment]:
    """Read cues that begin with a speaker in brackets, such as `[SPEAKER_00]: words`."""
    for cue in cues:
        match = _bracket_match(cue)
        words = "\n".join(cue.lines)
        speaker = clean_name(match[1]) if match else None
        text = one_line(decode(words[match.end() :] if match else words))
        yield Segment(speaker, text, cue.start, cue.end, lends_name=True)


def _has_numbers_and_names(cues: Cues) -> bool:
    """Return whether cues have numbers above and names before the words, as those of Zoom."""
    number_count = sum(1 for cue in cues if cue.identifier and cue.identifier.isdecimal())
    name_count = sum(
        1 for cue in cues if cue.lines and (prefix := parse_prefix(cue.lines[0])) and prefix.label is Label.NAME
    )
    return 2 * number_count > len(cues) and 2 * name_count > len(cues)


def _names(decode: Callable[[str], str], cues: Cues, _notes: SourceNotes) -> Iterator[Segment]:
    """Read cues in which `Name: words` names a speaker, and `>>` marks another."""
    parsed_cues = [(cue, [_split_prefix(line, decode) for line in cue.lines]) for cue in cues]
    speakers = SpeakerNames.of(prefix for _, lines in parsed_cues for _, prefix in lines if prefix is not None)
    for cue, lines in parsed_cues:
        part = Segment(None, "", cue.start, cue.end, lends_name=True)
        words_so_far: list[str] = []
        for words, prefix in lines:
            name = speakers.name(prefix) if prefix is not None else None
            if prefix is not None and (name or prefix.change):
                yield replace(part, text=one_line("\n".join(words_so_far)))
                part = replace(part, speaker=name, begins_turn=prefix.change)
                words_so_far = [words[prefix.width if name else prefix.rest :]]
            else:
                words_so_far.append(words)
        yield replace(part, text=one_line("\n".join(words_so_far)))


def _split_prefix(line: str, decode: Callable[[str], str]) -> tuple[str, LinePrefix | None]:
    """Split a line into its words and the prefix before them. An escaped colon ends no name."""
    words = decode(line)
    colon = _COLON.search(line)
    if colon is None:
        # A mark of another speaker needs no colon.
        change = parse_prefix(words) if words.lstrip().startswith(">>") else None
        return words, change if change is not None and change.name is None else None
    if _COLON.search(decode(line[: colon.start()])):
        return words, None
    prefix = parse_prefix(words)
    return words, None if prefix is None or prefix.owns_line else prefix


def _rolling(tag: re.Pattern[str], decode: Callable[[str], str], cues: Cues, notes: SourceNotes) -> Iterator[Segment]:
    return _names(decode, list(without_repeats(without_tags(cues, tag), notes)), notes)


def _is_rolling(tag: re.Pattern[str], cues: Cues) -> bool:
    return are_rolling(cues) or are_rolling(without_tags(cues, tag))


def without_tags(cues: Cues, tag: re.Pattern[str]) -> list[Cue]:
    """Return the cues without the tags of styles."""
    return [replace(cue, lines=tuple(filter(None, (tag.sub("", line).strip() for line in cue.lines)))) for cue in cues]


def _plain(
    read: Callable[[Callable[[str], str], Cues, SourceNotes], Iterator[Segment]],
    tag: re.Pattern[str],
    decode: Callable[[str], str],
) -> Callable[[Cues, SourceNotes], Iterator[Segment]]:
    return lambda cues, notes: read(decode, without_tags(cues, tag), notes)


CueForms = tuple[Form[Cues, Iterable[Segment]], ...]
VTT_FORMS: CueForms = (
    Form("teams-graph-vtt", _has_json, _json_cues),
    Form("teams-vtt", _has_teams_voices, _voices),
    Form("vtt-voices", _has_voices, _voices),
    Form("webex-vtt", _has_webex_identifiers, _webex),
    Form("vtt-brackets", _has_brackets, _plain(_brackets, _VTT_TAG, html.unescape)),
    Form("youtube-vtt", partial(_is_rolling, _VTT_TAG), partial(_rolling, _VTT_TAG, html.unescape)),
    Form("zoom-vtt", _has_numbers_and_names, _plain(_names, _VTT_TAG, html.unescape)),
    Form("vtt", always, _plain(_names, _VTT_TAG, html.unescape)),
)
SRT_FORMS: CueForms = (
    Form("srt-brackets", _has_brackets, _plain(_brackets, _SRT_TAG, str)),
    Form("srt-rolling", partial(_is_rolling, _SRT_TAG), partial(_rolling, _SRT_TAG, str)),
    Form("srt", always, _plain(_names, _SRT_TAG, str)),
)
SBV_FORMS: CueForms = (Form("sbv", always, _plain(_names, _SRT_TAG, str)),)
