"""Files that commands read and write."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from meetkit.errors import InvalidRequestError, brief_repr


@contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """Write a file, readable by its owner alone, that takes its name when the block ends; after an error it is gone."""
    # In the same folder, as a rename works within one file system only.
    number, part = tempfile.mkstemp(dir=target.parent, prefix=".meetkit.", suffix=".part")
    try:
        with os.fdopen(number, "wb") as file:
            yield file
        Path(part).replace(target)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise


@contextmanager
def reported_errors(action: str, name: str) -> Iterator[None]:
    """Turn the errors of a file in a block into errors with its name, such as "cannot read 'x.txt': ...".

    Raises:
        InvalidRequestError: the operating system refused to read or write.
    """
    try:
        yield
    except OSError as error:
        raise InvalidRequestError(f"cannot {action} {brief_repr(name)}: {error.strerror or error}") from error
