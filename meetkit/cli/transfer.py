"""`meetkit export` and `meetkit import`: all data, to a file and from one."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from meetkit.cli import database, files, output, terminal
from meetkit.cli.command import Command
from meetkit.errors import InvalidRequestError, brief_repr
from meetkit.models.records import kind_of
from meetkit.runtime import collaborators
from meetkit.storage import transfer

_STANDARD = "-"


@click.command(cls=database.StoreCommand)
@click.argument("file")
@click.option("--force", is_flag=True, help="Replace FILE if it already exists.")
@output.as_json_option
def export(file: str, force: bool, as_json: bool) -> None:
    """Export all data to FILE, or with `-` to standard output.

    The export holds people, meetings and their attachments, one line of JSON each, as of one moment. Only you can
    read the file, and it appears only when it is complete.
    """
    tally: Counter[str] = Counter()
    is_standard = file == _STANDARD
    with _standard_output() if is_standard else _new_file(file, force=force) as out, _exporting(is_standard) as advance:
        for line in transfer.export_lines(collaborators.current_store(), tally=tally):
            out.write(line)
            advance(1)
    print_tally("Exported", tally, as_json=as_json, stderr=is_standard)


# No `StoreCommand`, as an import into the sample would be lost.
@click.command(name="import", cls=Command)
@click.argument("file")
@output.as_json_option
def import_(file: str, as_json: bool) -> None:
    """Import into a database what `meetkit export` wrote, from FILE or with `-` from standard input.

    If a line is damaged or its id is already in use, nothing is imported.
    """
    tally: Counter[str] = Counter()
    with (
        database.opened_store() as store,
        files.reported_errors("read", file),
        _existing_file(file) as source,
        terminal.progress("Importing", _size(source)) as advance,
    ):
        transfer.import_lines(store, _with_progress(transfer.read_lines(source), advance), tally=tally)
    print_tally("Imported", tally, as_json=as_json)


def print_tally(action: str, tally: Mapping[str, int], *, as_json: bool, stderr: bool = False) -> None:
    """Print how many records of each kind were exported, imported or seeded."""
    kinds = [kind_of(model) for model in transfer.record_models()]
    if as_json:
        output.print_json({f"{kind}s": tally.get(kind, 0) for kind in kinds}, stderr=stderr)
        return
    counts = [f"{number:,} {kind}{'s' if number > 1 else ''}" for kind in kinds if (number := tally.get(kind, 0))]
    click.echo(f"{action} {', '.join(counts) or 'nothing'}.", err=stderr)


def _exporting(is_standard: bool) -> contextlib.AbstractContextManager[Callable[[int], None]]:
    """Show a progress bar, unless the lines themselves go to the terminal."""
    if is_standard and sys.stdout.isatty():
        return contextlib.nullcontext(lambda _: None)
    return terminal.progress("Exporting")


def _with_progress(lines: Iterable[bytes], advance: Callable[[int], None]) -> Iterator[bytes]:
    for line in lines:
        advance(len(line))
        yield line


@contextmanager
def _standard_output() -> Iterator[BinaryIO]:
    # What was printed as text before comes first.
    sys.stdout.flush()
    yield sys.stdout.buffer
    sys.stdout.buffer.flush()


@contextmanager
def _new_file(name: str, *, force: bool) -> Iterator[BinaryIO]:
    # Of a link, the file behind it is meant.
    target = Path(os.path.realpath(name))
    _check_free(name, target, force=force)
    with files.reported_errors("write", name), files.replacing(target) as file:
        yield file
        # Before the rename, or a power cut could leave an empty file under the name.
        file.flush()
        os.fsync(file.fileno())
        # Another process may have created the file meanwhile.
        _check_free(name, target, force=force)


def _check_free(name: str, target: Path, *, force: bool) -> None:
    if not target.exists():
        return
    if not target.is_file():
        raise InvalidRequestError(f"{brief_repr(name)} is not a regular file; use `-` for standard output")
    if not force:
        raise InvalidRequestError(f"{brief_repr(name)} already exists; use --force to replace it")
    # The companions of a SQLite database have no header of their own.
    with target.open("rb") as file:
        is_database = file.read(16) == b"SQLite format 3\0" or target.name.endswith(("-wal", "-shm"))
    if is_database:
        raise InvalidRequestError(f"{brief_repr(name)} is a database; write the export to another file")


@contextmanager
def _existing_file(name: str) -> Iterator[BinaryIO]:
    if name == _STANDARD:
        # A process that is started with a closed standard input has none.
        if sys.stdin is None:
            raise InvalidRequestError("standard input is closed")
        yield sys.stdin.buffer
        return
    with Path(name).open("rb") as file:
        yield file


def _size(file: BinaryIO) -> int | None:
    """Return the number of bytes in a file; `None` for a pipe."""
    try:
        status = os.fstat(file.fileno())
    except OSError:
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None
