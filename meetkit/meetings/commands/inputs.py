"""The transcripts that `meetkit analyze` reads: files, folders of them, and standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from meetkit.cli import files
from meetkit.errors import InvalidRequestError, brief_repr
from meetkit.insights import corrections
from meetkit.meetings.commands import pages
from meetkit.models.corrections import Corrections

STANDARD = "-"
SUFFIXES = frozenset(
    {".txt", ".md", ".vtt", ".srt", ".sbv", ".ttml", ".dfxp", ".json", ".jsonl", ".csv", ".tsv", ".docx", ".rtf"}
)
# The end of the name of a transcript's corrections, which are beside it.
CORRECTIONS = ".corrections.json"
# The most that ten million characters take in UTF-8.
MAX_BYTES = 40_000_000


@dataclass(frozen=True, slots=True)
class Input:
    """A transcript's file, `None` for standard input, and its name in results: the path below the folder in common."""

    path: Path | None
    name: str


def find(names: Sequence[str]) -> list[Input]:
    """Return the files of these names and those in the folders of these names, each once, in order.

    In folders only files with a transcript's suffix count; hidden ones are skipped and links to folders not followed.

    Raises:
        InvalidRequestError: a name does not exist, or a folder holds no transcript.
    """
    paths = list(dict.fromkeys(path for name in names for path in _below(name)))
    folders = [os.path.abspath(name if os.path.isdir(name) else os.path.dirname(name)) for name in names]
    root = os.path.commonpath(folders)
    return [Input(path, os.path.relpath(path, root) if path else "standard input") for path in paths]


def corrections_of(source: Input) -> Path | None:
    """Return the file for the corrections of a transcript, whether there is one or not; `None` of standard input."""
    return source.path and source.path.with_name(source.path.name + CORRECTIONS)


def read_corrections_of(source: Input) -> Corrections | None:
    """Return the corrections beside a transcript, if there are any.

    Raises:
        InvalidRequestError: they cannot be read.
    """
    path = corrections_of(source)
    if path is None or not path.is_file():
        return None
    with files.reported_errors("read", path.name), path.open("rb") as file:
        data = file.read(corrections.MAX_BYTES + 1)
    try:
        return corrections.read_corrections(data)
    except InvalidRequestError as error:
        raise InvalidRequestError(f"{brief_repr(path.name)}: {error}") from error


def read(source: Input) -> bytes:
    """Return the content of a transcript's file.

    Raises:
        InvalidRequestError: it cannot be read, is empty or too large.
    """
    with files.reported_errors("read", source.name):
        data = _bytes(source.path)
    if len(data) > MAX_BYTES:
        raise InvalidRequestError(f"{brief_repr(source.name)} has more than {MAX_BYTES // 1_000_000} MB, the limit")
    if not data.strip():
        raise InvalidRequestError(f"{brief_repr(source.name)} is empty")
    return data


def _bytes(path: Path | None) -> bytes:
    if path is not None:
        with path.open("rb") as file:
            # One more shows that a file is too large, and one without end, such as a device, is not read on.
            return file.read(MAX_BYTES + 1)
    if sys.stdin is None:
        raise InvalidRequestError("standard input is closed")
    return sys.stdin.buffer.read(MAX_BYTES + 1)


def _below(name: str) -> Iterable[Path | None]:
    if name == STANDARD:
        return [None]
    path = Path(name)
    if not os.path.lexists(name):
        raise InvalidRequestError(f"no such file or folder: {brief_repr(name)}")
    if not path.is_dir():
        return [path.absolute()]
    # The order of a walk depends on the file system.
    if transcripts := sorted(_files(path.absolute())):
        return transcripts
    raise InvalidRequestError(
        f"{brief_repr(name)} holds no transcript: no file ending in {', '.join(sorted(SUFFIXES))}"
    )


def _files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        # The walk descends into the folders that remain in this list.
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(parent, name)
            if path.suffix.lower() in SUFFIXES and not name.startswith(".") and path.is_file() and not _is_ours(path):
                yield path


def _is_ours(path: Path) -> bool:
    """Return whether a file is a note or are corrections that meetkit wrote beside the transcripts."""
    if path.name.endswith(CORRECTIONS):
        return True
    try:
        return path.suffix.lower() == ".md" and pages.is_note(path)
    # What cannot be read is reported when it is analyzed.
    except OSError:
        return False
