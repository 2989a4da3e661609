"""Tables: CSV with commas, semicolons, tabs or bars, a row for each segment, its columns named in the first row."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from meetkit.errors import InvalidRequestError, brief_repr
from meetkit.insights.transcript.json_fields import TEXT_NAMES, is_speaker_name, is_time_name, normal_name
from meetkit.insights.transcript.json_items import ItemReader
from meetkit.insights.transcript.media_times import MILLISECONDS, SECONDS
from meetkit.insights.transcript.raw_segments import RawSegment, to_segments
from meetkit.insights.transcript.segments import Segment
from meetkit.insights.transcript.source_notes import SourceNotes

_SEPARATORS = ",;\t|"
# The first line of files for Excel.
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_COLUMN = re.compile(r"[\w .#()/-]{0,40}")
_LINE_END = re.compile(r"[\r\n]")
_MAX_HEADER = 2000
_MAX_FIELD = 1_000_000


class Header(NamedTuple):
    """The names of the columns, the character between them, and where the first row ends."""

    names: list[str]
    separator: str
    start: int


def find_header(text: str) -> Header | None:
    """Return the header of a table: a first row in which a column has words, and another a speaker or a time."""
    text = text.removeprefix("\ufeff")
    separator_line = _SEPARATOR_LINE.match(text)
    start = separator_line.end() if separator_line else 0
    line = _LINE_END.split(text[start : start + _MAX_HEADER].lstrip("\r\n"), maxsplit=1)[0]
    for separator in separator_line[1] if separator_line else _SEPARATORS:
        names = next(csv.reader([line], delimiter=separator), []) if separator in line else []
        if len(names) > 1 and _is_header(names):
            return Header([name.strip() for name in names], separator, start)
    return None


def _is_header(names: Sequence[str]) -> bool:
    normal_names = [normal_name(name.strip()) for name in names if _COLUMN.fullmatch(name.strip())]
    if len(normal_names) < len(names):
        return False
    return any(name in TEXT_NAMES for name in normal_names) and any(
        is_speaker_name(name) or is_time_name(name) for name in normal_names
    )


def read_table(text: str, notes: SourceNotes) -> tuple[str, list[Segment]]:
    """Read a table; return its form and segments.

    Raises:
        InvalidRequestError: the first row names no columns of words, or a row has too many cells.
    """
    header = find_header(text)
    if header is None:
        raise InvalidRequestError(
            "the first row of the table has to name a column of words, such as `text` or `sentence`, and may name"
            " `speaker`, `start` and `end`"
        )
    form, usual = _form(header)
    return form, to_segments(_rows(text.removeprefix("\ufeff")[header.start :], header, notes), notes, usual)


def _form(header: Header) -> tuple[str, int]:
    names = set(header.names)
    if {"sentence", "startTime"} <= names:
        return "fireflies-csv", SECONDS
    if header.names[:3] == ["start", "end", "text"] or header.names[:4] == ["start", "end", "speaker", "text"]:
        return ("whisper-tsv" if header.separator == "\t" else "whisper-csv"), MILLISECONDS
    return "csv", SECONDS


def _rows(text: str, header: Header, notes: SourceNotes) -> list[RawSegment]:
    reader = csv.reader(text.lstrip("\r\n").splitlines(keepends=True), delimiter=header.separator)
    csv.field_size_limit(_MAX_FIELD)
    items: list[Mapping[str, str | None]] = []
    try:
        next(reader)
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                items.append(_item(cells, header, reader.line_num))
    except csv.Error as error:
        raise InvalidRequestError(f"line {reader.line_num}: the table cannot be read: {error}") from None
    if not items:
        return []
    return list(ItemReader().read("rows", items, notes))


def _item(cells: list[str], header: Header, line: int) -> Mapping[str, str | None]:
    if len(cells) > len(header.names) and any(cells[len(header.names) :]):
        raise InvalidRequestError(
            f"line {line}: {brief_repr(cells[-1])} is one cell too many for {len(header.names)} columns;"
            " put words that contain the separator in double quotes"
        )
    return {name: cell or None for name, cell in zip(header.names, cells, strict=False) if name}
