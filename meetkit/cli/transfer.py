"""`meetkit export` and `meetkit import`: everything that is kept, to a file and from one."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from meetkit.cli import database, show
from meetkit.errors import InvalidRequestError, brief_repr
from meetkit.runtime import collaborators
from meetkit.storage import transfer

_STANDARD = "-"


@click.command(cls=database.StoreCommand)
@click.argument("file")
@click.option("--force", is_flag=True, help="Replace FILE if it already exists.")
@show.as_json_option
def export(file: str, force: bool, as_json: bool) -> None:
    """Write all that is kept to FILE, or for `-` to standard output.

    People, meetings and what lies beside them, one line of JSON each, as of one moment. The file can be read by you
    alone, and is there when it is whole.
    """
    tally: Counter[str] = Counter()
    is_standard = file == _STANDARD
    with _standard_output() if is_standard else _new_file(file, force=force) as out, _exporting(is_standard) as advance:
        for line in transfer.export_lines(collaborators.current_store(), tally=tally):
            out.write(line)
            advance(1)
    show.records("Exported", tally, as_json=as_json, stderr=is_standard)


@click.command(name="import", cls=click.Command)
@click.argument("file")
@show.as_json_option
def import_(file: str, as_json: bool) -> None:
    """Keep in a database what `meetkit export` wrote to FILE, or for `-` what comes from standard input.

    All of it or, where a line is damaged or its id is taken, nothing.
    """
    tally: Counter[str] = Counter()
    with (
        database.opened_store() as store,
        _told("read", file),
        _existing_file(file) as given,
        show.progress("Importing", _size(given)) as advance,
    ):
        transfer.import_lines(store, _measured(transfer.read_lines(given), advance), tally=tally)
    show.records("Imported", tally, as_json=as_json)


def _exporting(is_standard: bool) -> contextlib.AbstractContextManager[Callable[[int], None]]:
    """Where the lines themselves go to the terminal, a bar would only be in their way."""
    if is_standard and sys.stdout.isatty():
        return contextlib.nullcontext(lambda _: None)
    return show.progress("Exporting")


def _measured(lines: Iterable[bytes], advance: Callable[[int], None]) -> Iterator[bytes]:
    for line in lines:
        advance(len(line))
        yield line


@contextmanager
def _standard_output() -> Iterator[BinaryIO]:
    sys.stdout.flush()
    yield sys.stdout.buffer
    sys.stdout.buffer.flush()


@contextmanager
def _new_file(name: str, *, force: bool) -> Iterator[BinaryIO]:
    """A file that takes its name once it is whole, and until then stands beside it; its owner alone can read it."""
    target = Path(os.path.realpath(name))
    _check_free(name, target, force=force)
    with _told("write", name):
        number, part = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:80]}.", suffix=".part")
        try:
            with os.fdopen(number, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            _check_free(name, target, force=force)
            Path(part).replace(target)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise


def _check_free(name: str, target: Path, *, force: bool) -> None:
    if not target.exists():
        return
    if not target.is_file():
        raise InvalidRequestError(f"{brief_repr(name)} is not a regular file; use `-` for standard output")
    if not force:
        raise InvalidRequestError(f"{brief_repr(name)} already exists; use --force to replace it")
    with target.open("rb") as file:
        is_database = file.read(16) == b"SQLite format 3\0" or target.name.endswith(("-wal", "-shm"))
    if is_database:
        raise InvalidRequestError(f"{brief_repr(name)} is a database; write the export to another file")


@contextmanager
def _existing_file(name: str) -> Iterator[BinaryIO]:
    if name == _STANDARD:
        if sys.stdin is None:
            raise InvalidRequestError("standard input is closed")
        yield sys.stdin.buffer
        return
    with Path(name).open("rb") as file:
        yield file


def _size(file: BinaryIO) -> int | None:
    """The bytes of a file; `None` of a pipe."""
    try:
        found = os.fstat(file.fileno())
    except OSError:
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None


@contextmanager
def _told(verb: str, name: str) -> Iterator[None]:
    """A file's errors as ours."""
    try:
        yield
    except OSError as error:
        raise InvalidRequestError(f"cannot {verb} {brief_repr(name)}: {error.strerror or error}") from error
