"""Which transcripts a command is given: files, folders of them, and standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from meetkit.errors import InvalidRequestError, brief_repr

STANDARD = "-"
SUFFIXES = frozenset({".txt", ".vtt", ".srt", ".json", ".md"})
MAX_BYTES = 40_000_000
"""The most that a transcript may have, which is also the most that ten million characters take in UTF-8."""


@dataclass(frozen=True, slots=True)
class Input:
    """A transcript's file, `None` for standard input, and its name in results: where it lies below what was given."""

    path: Path | None
    name: str


def find(given: Sequence[str]) -> list[Input]:
    """The files given and those in the folders given, each once, in order.

    In folders those ending as transcripts do; hidden ones are passed over and links to folders not followed.

    Raises:
        InvalidRequestError: a name leads nowhere, or a folder holds no transcript.
    """
    paths = list(dict.fromkeys(path for name in given for path in _below(name)))
    folders = [os.path.abspath(name if os.path.isdir(name) else os.path.dirname(name)) for name in given]
    root = os.path.commonpath(folders)
    return [Input(path, os.path.relpath(path, root) if path else "standard input") for path in paths]


def read(source: Input) -> bytes:
    """What a transcript's file holds.

    Raises:
        InvalidRequestError: it cannot be read, is empty or too large.
    """
    try:
        data = _bytes(source.path)
    except OSError as error:
        raise InvalidRequestError(f"cannot read {brief_repr(source.name)}: {error.strerror or error}") from error
    if len(data) > MAX_BYTES:
        raise InvalidRequestError(
            f"{brief_repr(source.name)} has more than {MAX_BYTES // 1_000_000} MB, the most that is read"
        )
    if not data.strip():
        raise InvalidRequestError(f"{brief_repr(source.name)} is empty")
    return data


def _bytes(path: Path | None) -> bytes:
    if path is not None:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    if sys.stdin is None:
        raise InvalidRequestError("standard input is closed")
    return sys.stdin.buffer.read(MAX_BYTES + 1)


def _below(name: str) -> Iterable[Path | None]:
    if name == STANDARD:
        return [None]
    path = Path(name)
    if not os.path.lexists(name):
        raise InvalidRequestError(f"there is no file or folder {brief_repr(name)}")
    if not path.is_dir():
        return [path.absolute()]
    if found := sorted(_files(path.absolute())):
        return found
    raise InvalidRequestError(
        f"{brief_repr(name)} holds no transcript: no file ending in {', '.join(sorted(SUFFIXES))}"
    )


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = Path(place, name)
            if path.suffix.lower() in SUFFIXES and not name.startswith(".") and path.is_file():
                yield path
