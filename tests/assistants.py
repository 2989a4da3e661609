"""`meetkit mcp` in a process of its own, and the official client of the protocol."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx2
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

from meetkit import settings
from tests.commands import in_process


def clean_environment() -> dict[str, str]:
    """The environment of this process, without the settings of meetkit."""
    return {name: value for name, value in os.environ.items() if not name.startswith(settings.PREFIX)}


@asynccontextmanager
async def over_stdio(database: str, key: str, log: Path) -> AsyncIterator[Client]:
    """A client of `meetkit mcp` that it starts itself."""
    command, *arguments = in_process("--database", database, "mcp")
    environment = {**clean_environment(), "MEETKIT_API_KEY": key}
    with log.open("w") as file:
        server = StdioServerParameters(command=command, args=arguments, env=environment)
        async with Client(stdio_client(server, errlog=file)) as client:
            yield client


@contextmanager
def http_server(database: str, log: Path, **environment: str) -> Iterator[str]:
    """`meetkit mcp --transport http`: the URL where it listens."""
    command = in_process("--database", database, "mcp", "--transport", "http", "--port", 0)
    with (
        log.open("w") as file,
        subprocess.Popen(
            command, env=clean_environment() | environment, stdout=subprocess.PIPE, stderr=file, text=True
        ) as process,
    ):
        try:
            assert process.stdout
            address = re.search(r"http://127\.0\.0\.1:\d+/mcp", process.stdout.readline())
            assert address, log.read_text()
            yield address[0]
        finally:
            process.terminate()
            process.wait(30)


@asynccontextmanager
async def over_http(url: str, key: str, **options: Any) -> AsyncIterator[Client]:
    """A client of a server that runs, whose requests bring a key."""
    async with (
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=30) as http,
        Client(streamable_http_client(url, http_client=http), **options) as client,
    ):
        yield client
