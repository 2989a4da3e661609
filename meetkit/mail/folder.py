"""Mails as files, for trials: each can be opened in any mail program."""

from __future__ import annotations

import os
import time
import uuid
from pathlib import Path

from meetkit.errors import MailError
from meetkit.mail.message import Message, written


class FolderMailer:
    """Writes each message into a file `….eml` of a folder, which is made when needed; names are in order of time.

    Only the user that the process runs as may read them: they hold links that let people in.
    """

    def __init__(self, folder: str | os.PathLike[str], *, sender: str) -> None:
        """Write into this folder, as from this sender."""
        self._folder = Path(folder)
        self._sender = sender

    def send(self, message: Message) -> None:
        """Write the message; a file that is there is whole.

        Raises:
            MailError: it cannot be written.
        """
        content = written(message, sender=self._sender).as_bytes()
        name = f"{time.time_ns():020}-{uuid.uuid4().hex}"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(self._folder / f".{name}.part", self._folder / f"{name}.eml", content)
        except OSError as error:
            raise MailError(f"the folder of mails cannot be written: {error.strerror}") from None


def _write(part: Path, whole: Path, content: bytes) -> None:
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        part.replace(whole)
    except OSError:
        part.unlink(missing_ok=True)
        raise
