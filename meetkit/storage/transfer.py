"""Transfer of a store as lines of JSON: export and import, for a move to another store or a backup.

{"kind":"meetkit","format":1}
{"kind":"user","user":{...}}
{"kind":"meeting","meeting":{...},"artefacts":{}}
{"kind":"end","records":2}

The first line names the format, each line after it holds a `Record`, and the last line their number, which shows
whether a file was cut off. Record `n` is in line `n + 1`. A SQL store holds a batch of lines in memory, some
megabytes or one long line, however many lines there are; the store in memory holds all of them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache, reduce
from operator import or_
from typing import Annotated, Any, BinaryIO, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from meetkit import capabilities
from meetkit.errors import InvalidRequestError, RecordError, brief_repr
from meetkit.models.base import describe
from meetkit.models.records import RECORD_MODELS, Record, count_kinds, kind_of, unknown_kind
from meetkit.storage.protocol import Store

FORMAT = 1
# Bytes. A file without line breaks must not fill the memory; a transcript takes 60 MB at most.
MAX_LINE = 256 * 2**20

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


def record_models() -> tuple[type[Record], ...]:
    """Return the models of all records: those of every store, then those of capabilities in SQL."""
    in_sql = (
        capability
        for capability in capabilities.installed()
        if capability.records and capability.name != capabilities.STORE_CAPABILITY
    )
    return (*RECORD_MODELS, *(kind.model for capability in in_sql for kind in capability.load("records")))


@cache
def _line_adapter(models: tuple[type[Record], ...]) -> TypeAdapter[Record | _Header | _End]:
    """Return the reader of lines that hold records of these models."""
    line: Any = reduce(or_, (*models, _Header, _End))
    return TypeAdapter(Annotated[line, Field(discriminator="kind")])


def export_lines(store: Store, *, tally: Counter[str] | None = None) -> Iterator[bytes]:
    """Yield the content of a store as of one moment, line by line; `tally` counts the records by kind.

    Raises:
        InvalidRequestError: a record would make a line longer than `MAX_LINE`, which could not be read again.
    """
    tally = Counter() if tally is None else tally
    tally.clear()
    yield _write(_Header())
    for record in count_kinds(store.export_records(), tally):
        yield _write(record)
    yield _write(_End(records=tally.total()))


def import_lines(store: Store, lines: Iterable[bytes], *, tally: Counter[str] | None = None) -> int:
    """Store the records of these lines, all or none, and return their number; `tally` counts them by kind.

    Raises:
        InvalidRequestError: a line is damaged, missing, or cannot be stored; the message begins with its number.
    """
    tally = Counter() if tally is None else tally
    tally.clear()
    try:
        store.import_records(count_kinds(read_records(lines), tally))
    except RecordError as error:
        raise _line_error(error.number + 1, error.reason) from error
    return tally.total()


def read_lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of a file, each cut where it exceeds the longest line allowed."""
    # One byte more than allowed tells that a line is too long.
    while line := file.readline(MAX_LINE + 1):
        yield line


def read_records(lines: Iterable[bytes]) -> Iterator[Record]:
    """Yield the records of these lines, each validated, and check at the end that the export is complete.

    Raises:
        InvalidRequestError: as `import_lines` raises it.
    """
    numbered_lines, models = enumerate(lines, 1), record_models()
    # An empty input counts as an empty first line.
    number, first = next(numbered_lines, (1, b""))
    _check_header(first, models)
    for number, line in numbered_lines:
        value = _read(number, line, models)
        if isinstance(value, _End):
            _check_end(number, value, numbered_lines)
            return
        if isinstance(value, _Header):
            raise _line_error(number, "a second first line of an export; import one export at a time")
        yield value
    raise _line_error(number + 1, "missing; the file was cut off before its last line")


def _write(value: Record | _Header | _End) -> bytes:
    line = value.model_dump_json().encode() + b"\n"
    if len(line) > MAX_LINE:
        raise InvalidRequestError(f"a record of kind {value.kind} exceeds the line limit of {MAX_LINE:,} bytes")
    return line


def _read(number: int, line: bytes, models: tuple[type[Record], ...]) -> Record | _Header | _End:
    if len(line) > MAX_LINE:
        raise _line_error(number, f"longer than {MAX_LINE:,} bytes, the longest line of an export")
    if not line.strip():
        raise _line_error(number, "empty; no line of an export is")
    try:
        return _line_adapter(models).validate_json(line)
    except ValidationError as error:
        raise _line_error(number, _reason(error, models)) from None


def _check_header(line: bytes, models: tuple[type[Record], ...]) -> None:
    begins = f"an export of meetkit begins with {_write(_Header()).decode().strip()}"
    try:
        # A few bytes suffice: in another file the first line may be very long.
        header = _line_adapter(models).validate_json(line[:1000])
    except ValidationError:
        raise _line_error(1, begins) from None
    if not isinstance(header, _Header):
        raise _line_error(1, begins)
    if header.format > FORMAT:
        raise _line_error(
            1, f"format {brief_repr(header.format)} is newer than this version of meetkit can read; upgrade meetkit"
        )
    if header.model_extra:
        raise _line_error(1, begins)


def _check_end(number: int, end: _End, rest: Iterator[tuple[int, bytes]]) -> None:
    if end.records != number - 2:
        raise _line_error(number, f"announces {brief_repr(end.records)} records, and {number - 2:,} came before it")
    if next(rest, None) is not None:
        raise _line_error(number + 1, "nothing may follow the last line of an export")


def _reason(error: ValidationError, models: tuple[type[Record], ...]) -> str:
    """Describe what is wrong with a line in a few words: the names of fields, without their values."""
    [first, *_] = error.errors(include_url=False, include_input=False)
    if first["type"] == "json_invalid":
        # Pydantic counts lines within the line, which would mislead.
        return f"not JSON in UTF-8: {_POSITION.sub('', first['ctx']['error'])}"
    if first["type"].startswith("union_tag"):
        return unknown_kind([*map(kind_of, models), "end"])
    message = describe(error, values=False)
    return message if len(message) <= _MAX_MESSAGE else f"{message[:_MAX_MESSAGE]} …"


def _line_error(number: int, reason: str) -> InvalidRequestError:
    return InvalidRequestError(f"line {number}: {reason}")
