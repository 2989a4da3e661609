"""Plain text: the form by which it is named, its turns, and what became of people and words that it has twice."""

from __future__ import annotations

import re
from collections.abc import Sequence

from meetkit.insights.transcript.line_prefixes import Shape
from meetkit.insights.transcript.page_lines import is_placeholder
from meetkit.insights.transcript.plain_text import read_plain
from meetkit.insights.transcript.repetitions import LOOP, Utterance, repetitions, without_loops
from meetkit.insights.transcript.same_people import same_people
from meetkit.insights.transcript.source_notes import SourceNotes
from meetkit.models.transcripts import Turn

# Characters at both ends of a text in which a tool's own words are looked for.
_MARGIN = 1500
# What tools write around the talk, by the name of the form.
_TOOLS = {
    "gemini-notes": r"Gemini's notes|Notes by Gemini|📝 Notes|📖 Transcript",
    "meet-text": r"This editable transcript was computer generated|(?m:^Meeting ended after )",
    "teams-text": r"(?i:(?:started|stopped) transcription)|-Meeting Recording\b|\d minutes? \d+ seconds?",
    "otter-text": r"otter\.ai|(?m:^SUMMARY KEYWORDS)",
    "fathom-text": r"fathom\.video|(?m:^VIEW RECORDING)",
    "fireflies-text": r"(?i:fireflies\.ai)",
    "gong-text": r"(?i:gong\.io|(?m:^Recorded on .* via ))",
    "tldv-text": r"(?i:tldv\.io|\btl;dv\b)",
    "grain-text": r"grain\.(?:com|co)/",
    "read-text": r"(?i:read\.ai)",
    "rev-text": r"(?i:rev\.com)",
    "granola-text": r"(?i:granola\.ai)|(?m:^(?:Me|Them): )",
    "discord": r"(?m: \u2014 (?:Today|Yesterday|\d\d?/\d\d?/\d{4})\b)|(?m:^Guild: )",
    "whatsapp": r"(?i:end-to-end encrypted|<media omitted>)|(?m:^\u200e?\[?\d{1,4}[./-]\d{1,2}[./-]\d{2,4},? "
    r"(?:.{0,4} )?\d{1,2}[:.]\d\d[^-\]]{0,12}(?: - |\] )\S)",
    "telegram": r"(?m:^[^\n\[]{1,60}, \[\d[^\]]{6,30}\]:?\s*$)",
}
_PATTERNS = {name: re.compile(pattern) for name, pattern in _TOOLS.items()}


def read_text(text: str, notes: SourceNotes) -> tuple[str, Sequence[Turn]]:
    """Return the form of a plain text and its turns: its own words, each once, by one name for each person."""
    shape, turns = read_plain(text, notes)
    turns = _without_placeholders(turns, notes)
    turns = _said_once(turns, notes)
    names = same_people((turn.speaker for turn in turns if turn.speaker), notes)
    return form_of(text, shape, turns), [
        _at(turn, index, names.get(turn.speaker or "", turn.speaker)) for index, turn in enumerate(turns)
    ]


def _at(turn: Turn, index: int, speaker: str | None) -> Turn:
    is_same = turn.index == index and turn.speaker == speaker
    return turn if is_same else turn.model_copy(update={"index": index, "speaker": speaker})


def is_tool(form: str) -> bool:
    """Return whether a form is that of a tool, known by its own words, and not only the shape of the lines."""
    return form in _TOOLS


def form_of(text: str, shape: Shape | None, turns: Sequence[Turn]) -> str:
    """Return the name of a text's form in docs/transcripts.md: the tool's, or that of the shape of its names."""
    margins = text[:_MARGIN] + "\n" + text[-_MARGIN:] if len(text) > 2 * _MARGIN else text
    if shape in (None, Shape.NICK, Shape.TABS, Shape.CHAT):
        return shape.value if shape else "times" if any(turn.start_seconds is not None for turn in turns) else "text"
    return next(
        (name for name, pattern in _PATTERNS.items() if pattern.search(margins)), shape.value if shape else "text"
    )


def _without_placeholders(turns: Sequence[Turn], notes: SourceNotes) -> list[Turn]:
    messages = [turn for turn in turns if not is_placeholder(turn.text)]
    if len(messages) < len(turns):
        count = len(turns) - len(messages)
        notes.problem("left_out", "a picture, a file or a deleted message was left out", count=count)
    return messages


def _said_once(turns: Sequence[Turn], notes: SourceNotes) -> list[Turn]:
    utterances = [Utterance(turn.speaker, turn.text, turn.start_seconds, turn.end_seconds) for turn in turns]
    left_out = repetitions(utterances, notes)
    result: list[Turn] = []
    for index, turn in enumerate(turns):
        if index not in left_out:
            result += _without_loops(turn, notes)
    return result


def _without_loops(turn: Turn, notes: SourceNotes) -> list[Turn]:
    parts = without_loops(turn.text)
    if parts == [(0, len(turn.text))]:
        return [turn]
    notes.problem("left_out", LOOP, turn=turn.index)
    return [_part(turn, start, end, is_first=number == 0) for number, (start, end) in enumerate(parts)]


def _part(turn: Turn, start: int, end: int, *, is_first: bool) -> Turn:
    words = turn.text[start:end].rstrip()
    return turn.model_copy(
        update={
            "text": words,
            "start": turn.start + start,
            "end": turn.start + start + len(words),
            "start_seconds": turn.start_seconds if is_first else None,
            "end_seconds": None,
        }
    )
