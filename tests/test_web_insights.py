"""Briefs and analyses over HTTP, with a model, with a model that fails, and without one."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from meetkit import data
from meetkit.errors import LLMAPIError
from tests.web_apps import app_of, caller, client_of, refusal

VTT = b"WEBVTT\n\n00:01.000 --> 00:04.000\n<v Sarah Chen>I will send you the report \xf0\x9f\x93\x88 by Friday.\n\n"
SAID = "Sarah Chen: The chart 📈 is good 📈.\nJennifer Liu: I will send you the report by Friday."


class Failing:
    """A model that is down."""

    name = "failing"

    def generate(self, prompt: str, system_prompt: str | None = None) -> str:  # noqa: ARG002
        raise LLMAPIError("the model is down")


class Babbling:
    """A model whose answers are of no use."""

    name = "babbling"

    def generate(self, prompt: str, system_prompt: str | None = None) -> str:  # noqa: ARG002
        return "no JSON at all"


class Waiting:
    """A model that answers when it is let."""

    name = "waiting"

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.let = threading.Event()

    def generate(self, prompt: str, system_prompt: str | None = None) -> str:  # noqa: ARG002
        self.asked.set()
        assert self.let.wait(30)
        raise LLMAPIError("the model is down")


@pytest.fixture
def reads() -> list[str]:
    return []


@pytest.fixture
def client(reads: list[str]) -> TestClient:
    return client_of(data.store(), by=caller(), llm=None, reads=reads)


def test_a_brief_is_written_and_kept(client: TestClient) -> None:
    assert refusal(client.get("/meetings/meeting_1/prep"))[0] == 404

    brief = client.post("/meetings/meeting_1/prepare")

    assert brief.status_code == 200
    assert (brief.json()["meeting_id"], brief.json()["engine"]) == ("meeting_1", "offline")
    assert client.get("/meetings/meeting_1/prep").json() == brief.json()


@pytest.mark.parametrize(
    "query", ["max_retries=0", "max_retries=x", "max_retries=11", "history_limit=0", "history_limit=1001", "fallback=x"]
)
def test_a_brief_is_asked_for_within_bounds(client: TestClient, query: str) -> None:
    assert refusal(client.post(f"/meetings/meeting_1/prepare?{query}"))[0] == 400


def test_a_brief_is_of_a_meeting_with_a_contact(client: TestClient) -> None:
    assert refusal(client.post("/meetings/meeting_2/prepare"))[0] == 409
    assert refusal(client.post("/meetings/nope/prepare"))[0] == 404


@pytest.mark.usefixtures("without_waiting")
def test_a_model_that_is_down_is_503_and_says_when_to_come_back() -> None:
    client = client_of(data.store(), by=caller(), llm=Failing())

    answer = client.post("/meetings/meeting_1/prepare")

    assert refusal(answer)[0] == 503
    assert int(answer.headers["Retry-After"]) >= 1
    assert refusal(client.get("/meetings/meeting_1/prep"))[0] == 404
    instead = client.post("/meetings/meeting_1/prepare?fallback=offline")
    assert (instead.status_code, instead.json()["engine"]) == (200, "offline")


@pytest.mark.usefixtures("without_waiting")
def test_an_answer_of_no_use_is_500_of_one_attempt_and_503_of_several() -> None:
    client = client_of(data.store(), by=caller(), llm=Babbling())

    assert refusal(client.post("/meetings/meeting_1/prepare?max_retries=1"))[0] == 500
    assert refusal(client.post("/meetings/meeting_1/prepare?max_retries=2"))[0] == 503


def test_a_transcript_is_analysed_as_text_as_file_and_as_it_is_kept(client: TestClient) -> None:
    path = "/meetings/meeting_1"
    assert refusal(client.post(f"{path}/analyze"))[0] == 409
    assert refusal(client.get(f"{path}/insights"))[0] == 404

    as_text = client.post(f"{path}/analyze", json={"transcript": SAID, "trackers": {"report": ["the report"]}})
    as_file = client.post(f"{path}/analyze", files={"file": ("call.vtt", VTT)})
    as_kept = client.post(f"{path}/analyze")

    assert [one.status_code for one in (as_text, as_file, as_kept)] == [200, 200, 200]
    assert [one["tracker"] for one in as_text.json()["trackers"]["mentions"]] == ["report"]
    assert as_file.json()["transcript_sha256"] == as_kept.json()["transcript_sha256"]
    assert client.get(f"{path}/insights").json() == as_kept.json()
    assert client.get(f"{path}/transcript").json()["turns"][0]["start_seconds"] == 1.0


@pytest.mark.parametrize(
    "content", [b"", b" \n", b"%PDF-1.7", b"\xff\xfe\x00", b"a\x00b", json.dumps({"segments": 7}).encode()]
)
def test_a_file_that_is_no_transcript_is_refused(client: TestClient, content: bytes) -> None:
    assert refusal(client.post("/meetings/meeting_1/analyze", files={"file": ("x", content)}))[0] == 400


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'{"transcript": 7}', "application/json"),
        (b'{"transcript": "\\ud83d"}', "application/json"),
        (b'{"transcript": "a", "trackers": {"t": []}}', "application/json"),
        (b'{"transcript": "a", "trackers": {"t": "words"}}', "application/json"),
        (b'{"transcript": "a", "summary_words": 9}', "application/json"),
        (b'{"transcript": "a", "summary_words": "many"}', "application/json"),
        (b'{"meeting": {}}', "application/json"),
        (b"Sarah: hello", "text/plain"),
        (b"Sarah: hello", "multipart/form-data"),
        (b"Sarah: hello", "multipart/form-data; boundary=x"),
        (b"[" * 100_000, "application/json"),
        (b"\xff", "application/json"),
    ],
)
def test_a_body_that_is_neither_form_nor_json_is_refused(client: TestClient, content: bytes, media_type: str) -> None:
    answer = client.post("/meetings/meeting_1/analyze", content=content, headers={"Content-Type": media_type})

    assert refusal(answer)[0] == 400


def test_a_form_takes_its_file_alone(client: TestClient) -> None:
    two = [("file", ("a", VTT)), ("file", ("b", VTT))]

    assert refusal(client.post("/meetings/meeting_1/analyze", files=two))[0] == 400
    assert refusal(client.post("/meetings/meeting_1/analyze", files={"transcript": ("a", VTT)}))[0] == 400
    assert refusal(client.post("/meetings/meeting_1/analyze", files={"file": ("a", VTT)}, data={"x": "1"}))[0] == 400


@pytest.mark.usefixtures("without_waiting")
def test_sections_of_a_model_that_fails_say_so() -> None:
    client = client_of(data.store(), by=caller(), llm=Failing())

    stood_in = client.post("/meetings/meeting_1/analyze", json={"transcript": SAID})
    bare = client.post("/meetings/meeting_1/analyze?fallback=none", json={"transcript": SAID})

    assert stood_in.status_code == bare.status_code == 200
    assert stood_in.json()["summary"]["status"] == "fallback"
    assert (bare.json()["summary"]["status"], bare.json()["statistics"]["status"]) == ("failed", "ok")
    assert bare.json()["summary"]["reason"]


def _places(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if isinstance(value.get("start"), int):
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _places(one)


def test_places_may_count_what_javascript_counts(client: TestClient) -> None:
    client.post("/meetings/meeting_1/analyze", json={"transcript": SAID})
    utf16 = SAID.encode("utf-16-le")

    def quotes(**query: str) -> list[dict[str, Any]]:
        return list(_places(client.get("/meetings/meeting_1/insights", params=query).json()))

    assert quotes()
    for place in quotes():
        assert SAID[place["start"] : place["end"]] == place["quote"]
    for place in quotes(offsets="utf16"):
        assert utf16[2 * place["start"] : 2 * place["end"]].decode("utf-16-le") == place["quote"]
    assert quotes() != quotes(offsets="utf16")
    for turn in client.get("/meetings/meeting_1/transcript?offsets=utf16").json()["turns"]:
        assert utf16[2 * turn["start"] : 2 * turn["end"]].decode("utf-16-le") == turn["text"]
    assert refusal(client.get("/meetings/meeting_1/insights?offsets=bytes"))[0] == 400


def test_places_in_a_transcript_that_is_gone_are_not_reckoned(client: TestClient) -> None:
    client.post("/meetings/meeting_1/analyze", json={"transcript": SAID})
    client.patch("/meetings/meeting_1", json={"transcript": "Other: words."})

    assert refusal(client.get("/meetings/meeting_1/insights?offsets=utf16"))[0] == 409
    assert client.get("/meetings/meeting_1/insights").status_code == 200


def test_each_reading_of_a_transcript_is_noted(client: TestClient, reads: list[str]) -> None:
    assert client.get("/meetings/hist_meeting_1/transcript").status_code == 200
    assert refusal(client.get("/meetings/meeting_1/transcript"))[0] == 404
    assert refusal(client.get("/meetings/nope/transcript"))[0] == 404
    assert reads == ["hist_meeting_1"]


async def _while_they_wait(model: Waiting) -> tuple[list[int], list[int]]:
    """The codes of reads and writes while many briefs wait for the model, then of the briefs."""
    transport = httpx.ASGITransport(app_of(data.store(), by=caller(), llm=model, threads=2))
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver/api/v1") as client:
        briefs = [asyncio.create_task(client.post("/meetings/meeting_1/prepare?max_retries=1")) for _ in range(200)]
        while not model.asked.is_set():
            await asyncio.sleep(0.01)
        answers = [await client.get("/meetings/meeting_1") for _ in range(5)]
        answers += [await client.patch("/meetings/meeting_1", json={"title": "x"})]
        waiting = [brief for brief in briefs if not brief.done()]
        assert len(waiting) == len(briefs)
        model.let.set()
        return [one.status_code for one in answers], [one.status_code for one in await asyncio.gather(*briefs)]


def test_briefs_that_wait_for_a_model_keep_nobody_else_waiting() -> None:
    others, briefs = asyncio.run(_while_they_wait(Waiting()))

    assert others == [200] * 6
    assert briefs == [503] * 200


async def _of_no_meeting_while_they_wait(model: Waiting) -> int:
    """What a brief of no meeting is answered, while others' models hold more threads than the event loop has."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2))
    transport = httpx.ASGITransport(app_of(data.store(), by=caller(), llm=model))
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver/api/v1") as client:
        briefs = [asyncio.create_task(client.post("/meetings/meeting_1/prepare?max_retries=1")) for _ in range(5)]
        while not model.asked.is_set():
            await asyncio.sleep(0.01)
        try:
            return (await asyncio.wait_for(client.post("/meetings/nope/prepare"), 5)).status_code
        finally:
            model.let.set()
            await asyncio.gather(*briefs)


def test_a_model_that_cannot_be_awaited_holds_no_thread_that_the_store_is_visited_in() -> None:
    assert asyncio.run(_of_no_meeting_while_they_wait(Waiting())) == 404
