"""`meetkit serve` in a process of its own, on loopback."""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from meetkit import settings
from tests.commands import in_process


def keep_logging(patch: pytest.MonkeyPatch) -> None:
    """Undo at the end what a server, which has a process of its own, does to the logging of this one."""
    for name in ("meetkit", "uvicorn.error"):
        logger = logging.getLogger(name)
        for attribute in ("handlers", "level", "propagate"):
            patch.setattr(logger, attribute, getattr(logger, attribute))
    for name in ("logThreads", "logProcesses", "logMultiprocessing", "_srcfile"):
        patch.setattr(logging, name, getattr(logging, name))


class Server:
    """A running server: where it listens, what it said on standard output, and its process."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self.process, self.folder = process, folder
        self.said: list[str] = []
        self.port = self._port()

    def _port(self) -> int:
        assert self.process.stdout
        for line in self.process.stdout:
            self.said.append(line.strip())
            if found := re.search(r"serves on http://[^ ;]+:(\d+)", line):
                return int(found[1])
        raise AssertionError(f"it ended: {self.log}")

    @property
    def log(self) -> str:
        """What it wrote to standard error."""
        return (self.folder / "log").read_text()

    def stop(self) -> int:
        """Tell it to stop, once; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


@contextmanager
def running_server(folder: Path, *arguments: object, prelude: str = "", **environment: str) -> Iterator[Server]:
    """A server started in a folder; at the end it is stopped, if it still runs."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(settings.PREFIX)}
    command = in_process("serve", "--port", 0, *arguments, prelude=prelude)
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            command, cwd=folder, env=clean | environment, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        try:
            yield Server(process, folder)
        finally:
            process.kill()
