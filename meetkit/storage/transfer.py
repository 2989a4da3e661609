"""A store as lines of JSON, and such lines into a store: for moving to another, and for keeping aside.

{"kind":"meetkit","format":1}
{"kind":"user","user":{...}}
{"kind":"meeting","meeting":{...},"artefacts":{}}
{"kind":"end","records":2}

The first line names the format, each one after it holds a `Record`, and the last their number, so that a file that
was cut off is known for one. Record `n` stands in line `n + 1`. A SQL store holds a batch of lines in memory, some
megabytes or one long line, however many there are; the store in memory holds all, as it does anyway.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated, BinaryIO, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from meetkit.errors import InvalidRequestError, RecordError, brief_repr
from meetkit.models.base import describe
from meetkit.models.records import (
    KINDS,
    CalendarRecord,
    ContactRecord,
    MeetingRecord,
    Record,
    RequestRecord,
    UserRecord,
    count_kinds,
)
from meetkit.storage.protocol import Store

FORMAT = 1
MAX_LINE = 256 * 2**20
"""Bytes in a line, so that a file without line breaks cannot fill the memory; a transcript takes 60 MB at most."""

_MAX_MESSAGE = 300
_POSITION = re.compile(" at line [0-9]+ column [0-9]+$")


class _Header(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)

    kind: Literal["meetkit"] = "meetkit"
    format: Annotated[int, Field(strict=True, ge=1)] = FORMAT


class _End(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    kind: Literal["end"] = "end"
    records: Annotated[int, Field(strict=True, ge=0)]


_Line = UserRecord | ContactRecord | CalendarRecord | MeetingRecord | RequestRecord | _Header | _End
_lines: TypeAdapter[_Line] = TypeAdapter(Annotated[_Line, Field(discriminator="kind")])


def export_lines(store: Store, *, tally: Counter[str] | None = None) -> Iterator[bytes]:
    """All that a store keeps, as of one moment, line by line; `tally` counts the records by kind.

    Raises:
        InvalidRequestError: a record would make a line longer than `MAX_LINE`, which could not be read again.
    """
    counted: Counter[str] = Counter() if tally is None else tally
    counted.clear()
    yield _write(_Header())
    for record in count_kinds(store.export_records(), counted):
        yield _write(record)
    yield _write(_End(records=counted.total()))


def import_lines(store: Store, lines: Iterable[bytes], *, tally: Counter[str] | None = None) -> int:
    """Keep what these lines hold, all or nothing, and return the number of records; `tally` counts them by kind.

    Raises:
        InvalidRequestError: a line is damaged, missing, or cannot be kept; the message begins with its number.
    """
    counted: Counter[str] = Counter() if tally is None else tally
    counted.clear()
    try:
        store.import_records(count_kinds(read_records(lines), counted))
    except RecordError as error:
        raise _damaged(error.number + 1, error.reason) from error
    return counted.total()


def read_lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file, each of them cut where it is longer than any may be."""
    while line := file.readline(MAX_LINE + 1):
        yield line


def read_records(lines: Iterable[bytes]) -> Iterator[Record]:
    """The records that these lines hold, each checked, and at the end that it is the end.

    Raises:
        InvalidRequestError: as `import_lines` does.
    """
    numbered = enumerate(lines, 1)
    number, first = next(numbered, (1, b""))
    _check_header(first)
    for number, line in numbered:
        value = _read(number, line)
        if isinstance(value, _End):
            _check_end(number, value, numbered)
            return
        if isinstance(value, _Header):
            raise _damaged(number, "a second beginning; import one export at a time")
        yield value
    raise _damaged(number + 1, "missing; the file was cut off before its last line")


def _write(value: _Line) -> bytes:
    line = _lines.dump_json(value) + b"\n"
    if len(line) > MAX_LINE:
        raise InvalidRequestError(f"a {value.kind} takes more than {MAX_LINE:,} bytes, which could not be read again")
    return line


def _read(number: int, line: bytes) -> _Line:
    if len(line) > MAX_LINE:
        raise _damaged(number, f"longer than {MAX_LINE:,} bytes, which no line of an export is")
    if not line.strip():
        raise _damaged(number, "empty, which no line of an export is")
    try:
        return _lines.validate_json(line)
    except ValidationError as error:
        raise _damaged(number, _reason(error)) from None


def _check_header(line: bytes) -> None:
    what = f"an export of meetkit begins with {_write(_Header()).decode().strip()}"
    try:
        header = _lines.validate_json(line[:1000])
    except ValidationError:
        raise _damaged(1, what) from None
    if not isinstance(header, _Header):
        raise _damaged(1, what)
    if header.format > FORMAT:
        raise _damaged(
            1, f"format {brief_repr(header.format)} is newer than this meetkit reads; install a newer meetkit"
        )
    if header.model_extra:
        raise _damaged(1, what)


def _check_end(number: int, end: _End, rest: Iterator[tuple[int, bytes]]) -> None:
    if end.records != number - 2:
        raise _damaged(number, f"{brief_repr(end.records)} records are announced here and {number - 2:,} came before")
    if next(rest, None) is not None:
        raise _damaged(number + 1, "nothing may follow the last line of an export")


def _reason(error: ValidationError) -> str:
    """What is wrong with a line, in a few words: by the names of fields, without what they hold."""
    [first, *_] = error.errors(include_url=False, include_input=False)
    if first["type"] == "json_invalid":
        return f"not JSON in UTF-8: {_POSITION.sub('', first['ctx']['error'])}"
    if first["type"].startswith("union_tag"):
        return f"its kind is none of {', '.join(KINDS)}, end"
    said = describe(error, values=False)
    return said if len(said) <= _MAX_MESSAGE else f"{said[:_MAX_MESSAGE]} …"


def _damaged(number: int, why: str) -> InvalidRequestError:
    return InvalidRequestError(f"line {number}: {why}")
