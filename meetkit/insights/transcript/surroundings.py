"""Notes around the talk in a plain text: front matter, and sections that headings tell from the transcript."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from meetkit.insights.transcript.labels import Label, classify
from meetkit.insights.transcript.preamble import note_field
from meetkit.insights.transcript.source_lines import HEADER, SourceLine
from meetkit.insights.transcript.source_notes import SourceNotes

_TRANSCRIPT = re.compile(
    r"\W*(?:(?:full|meeting|call|raw|the|complete|video)\s)?"
    r"(?:transcript|transcription|transkript|transkription|transcripción|transcrição|trascrizione|transcriptie)\W*",
    re.IGNORECASE,
)
_HEADING = re.compile(r"#{1,6}\s+(?P<title>.*\S)\s*")
_MAX_FRONT_MATTER = 60


def leave_out_notes(source: Sequence[SourceLine], names: Sequence[str | None]) -> None:
    """Leave out notes around the transcript, where headings tell the two apart. `names` are the speakers of lines."""
    _leave_out_sections(source, names)
    begin = _transcript_line(source, names)
    for line in source[: begin + 1 if begin is not None else 0]:
        line.left_out = line.left_out or "notes before the transcript"


def _transcript_line(source: Sequence[SourceLine], names: Sequence[str | None]) -> int | None:
    total, above = sum(1 for name in names if name), 0
    for index, (line, name) in enumerate(zip(source, names, strict=True)):
        if len(line.text) < 60 and _TRANSCRIPT.fullmatch(line.text):
            return index if 2 * above < total else None
        above += name is not None
    return None


def _leave_out_sections(source: Sequence[SourceLine], names: Sequence[str | None]) -> None:
    """Leave out Markdown headings, and the sections of notes: those where nobody is named, as in `## Action items`."""
    sections: list[tuple[bool, list[int]]] = [(False, [])]
    for index, (line, name) in enumerate(zip(source, names, strict=True)):
        heading = _HEADING.fullmatch(line.text) if name is None and line.text.startswith("#") else None
        if heading is None:
            sections[-1][1].append(index)
            continue
        title = heading["title"].strip(" :*_")
        line.left_out = line.left_out or "a heading"
        sections.append((classify(title) is Label.HEADING and not _TRANSCRIPT.fullmatch(title), []))
    for are_notes, indexes in sections:
        if are_notes and not any(names[index] for index in indexes):
            for index in indexes:
                source[index].left_out = source[index].left_out or "notes beside the transcript"


def note_left_out(source: Iterable[SourceLine], notes: SourceNotes) -> None:
    """Note what was left out, by its kind."""
    for line in source:
        if line.left_out not in (None, HEADER):
            notes.problem("left_out", f"{line.left_out} was left out of the words", line=line.number)


def front_matter(source: Sequence[SourceLine], notes: SourceNotes) -> int:
    """Leave out the front matter of a Markdown file, note what it says, and return the number of its lines."""
    if not source or source[0].text.strip("\ufeff ") != "---":
        return 0
    end = next((index for index, line in enumerate(source[1:_MAX_FRONT_MATTER], 1) if line.text.strip() == "---"), None)
    if end is None:
        return 0
    for line in source[: end + 1]:
        key, _, value = line.text.partition(":")
        note_field(key.strip().casefold(), value.strip(" \"'[]"), notes)
        line.left_out = "front matter"
    return end + 1
