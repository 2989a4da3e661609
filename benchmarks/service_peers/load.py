"""The client: a process of its own that reads jobs from standard input, a line each, and tells how they went."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import uvloop

_PAUSE = 0.02
"""Seconds before a connection that was refused or lost is opened again."""


@dataclass
class Job:
    """What to ask, over how many connections at a time, until a number of requests or a time is reached.

    `requests` are `[method, path, headers, body]`, asked in turn. A connection waits `think` seconds after an answer;
    the connections begin over `ramp` seconds. With `locations`, those of all that was made are told.
    """

    port: int
    requests: list[tuple[str, str, dict[str, str], str]]
    connections: int
    seconds: float = 600.0
    total: int = 10**9
    think: float = 0.0
    ramp: float = 0.0
    locations: bool = False


@dataclass
class Outcome:
    """What came of it."""

    times: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    without_retry_after: int = 0
    locations: list[str] = field(default_factory=list)

    def told(self, seconds: float) -> dict[str, Any]:
        """As JSON; times are in milliseconds."""
        ordered = sorted(self.times) or [0.0]
        at = {f"p{part}": 1000 * ordered[len(ordered) * part // 100] for part in (50, 95, 99)}
        return {
            "count": len(self.times),
            "rate": len(self.times) / seconds,
            **at,
            "statuses": self.statuses,
            "errors": self.errors,
            "without_retry_after": self.without_retry_after,
            "locations": self.locations,
        }


class Connection(asyncio.Protocol):
    """Asks one request after the other; parses no more of an answer than it must."""

    def __init__(self, run: Run) -> None:
        self.run, self.buffer, self.began = run, b"", 0.0
        self.lost = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        """Ask for the first time."""
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        """Send the next request, or end."""
        if (request := self.run.next()) is None:
            self.transport.close()
            return
        self.began = perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Take a piece of an answer; once it is whole, ask again."""
        self.buffer = self.buffer + data if self.buffer else data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self.buffer[:end].lower()
        size = length(head)
        if len(self.buffer) < end + 4 + size:
            return
        self.run.note(head, self.buffer[:end], perf_counter() - self.began)
        self.buffer, self.began = b"", 0.0
        if b"connection: close" in head:
            self.transport.close()
        elif self.run.job.think:
            asyncio.get_running_loop().call_later(self.run.job.think, self.ask)
        else:
            self.ask()

    def connection_lost(self, exc: Exception | None) -> None:
        """Say so."""
        if self.began:
            self.run.outcome.errors[f"lost within a request: {type(exc).__name__}"] += 1
        self.lost.set_result(None)


class Run:
    """A job under way."""

    def __init__(self, job: Job) -> None:
        self.job, self.outcome = job, Outcome()
        self.requests = [encoded(*request) for request in job.requests]
        self.asked, self.began = 0, perf_counter()

    def next(self) -> bytes | None:
        """The next request, while there is one."""
        if self.is_over():
            return None
        self.asked += 1
        return self.requests[self.asked % len(self.requests)]

    def is_over(self) -> bool:
        """Whether it is."""
        return self.asked >= self.job.total or perf_counter() - self.began >= self.job.seconds

    def note(self, head: bytes, as_sent: bytes, seconds: float) -> None:
        """Note an answer."""
        status = head[9:12].decode()
        self.outcome.times.append(seconds)
        self.outcome.statuses[status] += 1
        if status == "503" and b"\r\nretry-after:" not in head:
            self.outcome.without_retry_after += 1
        if self.job.locations and status == "201":
            place = head.index(b"\r\nlocation: ") + 12
            self.outcome.locations.append(as_sent[place:].split(b"\r\n", 1)[0].decode())

    async def keep_asking(self, number: int) -> None:
        """One connection, opened again when it is lost."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self.job.ramp * number / self.job.connections)
        while not self.is_over():
            try:
                _, connection = await loop.create_connection(lambda: Connection(self), "127.0.0.1", self.job.port)
            except OSError as error:
                self.outcome.errors[f"not connected: {type(error).__name__}"] += 1
                await asyncio.sleep(_PAUSE)
                continue
            await connection.lost

    async def done(self) -> dict[str, Any]:
        """All of it."""
        await asyncio.gather(*(self.keep_asking(number) for number in range(self.job.connections)))
        return self.outcome.told(perf_counter() - self.began)


def length(head: bytes) -> int:
    """How long the body is of an answer with this head."""
    place = head.find(b"content-length: ")
    return 0 if place < 0 else int(head[place + 16 :].split(b"\r\n", 1)[0])


def encoded(method: str, path: str, headers: dict[str, str], body: str) -> bytes:
    """A request as it is sent."""
    content = body.encode()
    given = {"Host": "127.0.0.1", **headers, **({"Content-Length": str(len(content))} if content else {})}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items())]
    return "\r\n".join([*lines, "", ""]).encode() + content


def main() -> None:
    """Do jobs until there are none."""
    for line in sys.stdin:
        told = uvloop.run(Run(Job(**json.loads(line))).done())
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
