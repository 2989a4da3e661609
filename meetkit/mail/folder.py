"""Emails as files, for development: any mail program opens them."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from meetkit.errors import MailError
from meetkit.mail.message import Message, email_message

_SECONDS = 5.0
# Bytes; more than the longest of our messages takes.
_SPACE = 16 * 1024


class FolderMailer:
    """Writes each message to a file `….eml` in a folder, created when needed; file names sort by time.

    Only the user of the process can read the files, as they contain sign-in links.
    """

    def __init__(self, folder: str | os.PathLike[str], *, sender: str) -> None:
        """Write to this folder, with this sender address."""
        self._folder = Path(folder)
        self._sender = sender
        self._checked_until = 0.0

    def send(self, message: Message) -> None:
        """Write the message. The file appears once it is complete.

        Raises:
            MailError: the file cannot be written.
        """
        content = email_message(message, sender=self._sender).as_bytes()
        name = _new_name()
        with self._prepared_folder():
            _write(self._folder / f".{name}.part", self._folder / f"{name}.eml", content)

    def check_folder(self) -> None:
        """Check, by a file that is deleted again, that messages can be written; success holds for some seconds.

        Raises:
            MailError: they cannot.
        """
        if time.monotonic() < self._checked_until:
            return
        part = self._folder / f".{_new_name()}.part"
        with self._prepared_folder():
            _write(part, part, bytes(_SPACE))
            part.unlink()
        self._checked_until = time.monotonic() + _SECONDS

    @contextmanager
    def _prepared_folder(self) -> Iterator[None]:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            yield
        except OSError as error:
            raise MailError(f"the mail folder cannot be written: {self._folder.absolute()}: {error.strerror}") from None


def _new_name() -> str:
    return f"{time.time_ns():020}-{uuid.uuid4().hex}"


def _write(part: Path, target: Path, content: bytes) -> None:
    try:
        # The mode is set at creation: a later `chmod` would leave a moment in which others can read.
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        part.replace(target)
    except OSError:
        part.unlink(missing_ok=True)
        raise
