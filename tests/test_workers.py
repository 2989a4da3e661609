"""Long transcripts are analysed in processes of their own, which come and go with the service."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from meetkit import data
from meetkit.errors import LLMAPIError
from meetkit.insights.analysis import OFFLINE, analyze_async
from meetkit.insights.model import ModelEngine
from meetkit.insights.offline import background, worker
from meetkit.insights.offline.sections import SECTIONS, find_sections
from meetkit.insights.transcript import read_transcript
from meetkit.meetings.workers import LONG, Workers
from meetkit.models.analysis import MeetingContext, Section
from meetkit.models.transcripts import Transcript
from tests.servers import running_server
from tests.test_serve import ask as request
from tests.test_serve import drain, sign_up
from tests.web_apps import service, signed_in

SAID = "Sarah Chen: The chart 📈 is good.\nJennifer Liu: I will send you report {} by Friday. Is that soon enough?\n"
TALK = read_transcript("".join(SAID.format(number) for number in range(60)))
SHORT = read_transcript(SAID.format(1))
CONTEXT = MeetingContext(title="Review")
NAMES = tuple(SECTIONS)

PARENT = """
import asyncio, sys
import psutil
from meetkit.insights.transcript import read_transcript
from meetkit.models.analysis import MeetingContext
from meetkit.meetings.workers import Workers
asyncio.run(Workers(1)(read_transcript("Ann: Yes. " * 1000), MeetingContext(), ["statistics"]))
print(psutil.Process().children()[0].pid, flush=True)
sys.stdin.read()
"""


class Failing:
    """A model that is down."""

    name = "failing"

    def generate(self, prompt: str, system_prompt: str | None = None) -> str:  # noqa: ARG002
        raise LLMAPIError("the model is down")


def processes(parent: int | None = None) -> list[psutil.Process]:
    """The workers of a process, by default of this one."""
    found = []
    for child in psutil.Process(parent).children():
        with suppress(psutil.Error):
            if worker.__name__ in child.cmdline():
                found.append(child)
    return found


def until(found: Callable[[], Any]) -> Any:
    """What is found once it is there."""
    ends = time.monotonic() + 30
    while not (now := found()):
        assert time.monotonic() < ends, "it takes too long"
        time.sleep(0.005)
    return now


def found_by(workers: Workers, transcript: Transcript = TALK) -> dict[str, Section]:
    return asyncio.run(workers(transcript, CONTEXT, NAMES))


def kill_at_work() -> None:
    """Kill a worker before it can have answered: it is still importing what it needs."""
    found = until(processes)[0]
    found.suspend()
    found.kill()
    until(lambda: not found.is_running() or found.status() == psutil.STATUS_ZOMBIE)


@pytest.fixture
def workers() -> Iterator[Workers]:
    with closing(Workers(1)) as made:
        yield made
    assert not processes()


def test_a_process_finds_what_a_thread_finds_and_is_kept_for_the_next_transcript(workers: Workers) -> None:
    assert len(TALK.text) > LONG
    with background.use(workers):
        found = asyncio.run(analyze_async(TALK, context=CONTEXT))
    used = processes()

    assert found == OFFLINE.analyze(TALK, CONTEXT)
    assert found_by(workers) == find_sections(TALK, CONTEXT, NAMES)
    assert processes() == used
    assert len(used) == 1
    assert used[0].nice() > psutil.Process().nice()


def test_a_short_transcript_starts_none(workers: Workers) -> None:
    assert found_by(workers, SHORT) == find_sections(SHORT, CONTEXT, NAMES)
    assert not processes()


def test_more_transcripts_than_processes_wait_for_their_turn(workers: Workers) -> None:
    async def several() -> list[dict[str, Section]]:
        return await asyncio.gather(*(workers(TALK, CONTEXT, NAMES) for _ in range(3)))

    assert asyncio.run(several()) == [find_sections(TALK, CONTEXT, NAMES)] * 3
    assert len(processes()) == 1


@pytest.mark.parametrize("kills", [1, 2])
def test_the_answer_comes_though_processes_are_killed_at_work(
    workers: Workers, kills: int, caplog: pytest.LogCaptureFixture
) -> None:
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(found_by, workers)
        for _ in range(kills):
            kill_at_work()
        assert answer.result(30) == find_sections(TALK, CONTEXT, NAMES)

    assert len(processes()) == 2 - kills
    said = [record.levelname for record in caplog.records if record.name.startswith("meetkit")]
    assert said == ["WARNING"] * kills
    assert "Sarah" not in caplog.text


def test_one_killed_while_idle_is_replaced(workers: Workers) -> None:
    found_by(workers)
    first = processes()[0]
    first.kill()
    assert found_by(workers) == find_sections(TALK, CONTEXT, NAMES)
    assert processes() != [first]


def test_where_no_process_can_be_started_a_thread_finds_it(
    workers: Workers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "missing"))
    assert found_by(workers) == find_sections(TALK, CONTEXT, NAMES)


def test_signals_to_the_whole_group_leave_it_to_the_server_to_end_them(workers: Workers) -> None:
    found_by(workers)
    found = processes()
    for number in (signal.SIGTERM, signal.SIGINT):
        found[0].send_signal(number)
    assert found_by(workers) == find_sections(TALK, CONTEXT, NAMES)
    assert processes() == found


def test_closed_at_work_it_ends_the_process_and_gives_up_what_waits() -> None:
    workers = Workers(1)
    with ThreadPoolExecutor() as pool:
        under_way: list[Future[Any]] = [pool.submit(found_by, workers) for _ in range(2)]
        until(processes)
        workers.close()
        for one in under_way:
            assert isinstance(one.exception(30), asyncio.CancelledError)
    assert not processes()
    assert found_by(workers) == find_sections(TALK, CONTEXT, NAMES)
    assert not processes()


def test_a_killed_parent_leaves_no_process_behind() -> None:
    command = [sys.executable, "-c", PARENT]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        left = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
        assert parent.wait(30) == -signal.SIGKILL
        left.wait(30)


def test_a_program_whose_path_was_changed_has_processes_that_find_meetkit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, workers: Workers
) -> None:
    monkeypatch.setattr(sys, "path", [os.getcwd(), *sys.path])
    monkeypatch.chdir(tmp_path)
    assert found_by(workers) == find_sections(TALK, CONTEXT, NAMES)
    assert processes()


@pytest.mark.parametrize(("fallback", "sections"), [("offline", set(SECTIONS)), (None, {"statistics", "trackers"})])
def test_what_a_model_leaves_is_found_in_the_background_too(fallback: Any, sections: set[str]) -> None:
    asked: list[str] = []

    async def find(transcript: Transcript, context: MeetingContext, names: Sequence[str], /) -> dict[str, Section]:
        asked.extend(names)
        return find_sections(transcript, context, names)

    engine = ModelEngine(Failing(), fallback=fallback)
    with background.use(find):
        found = asyncio.run(engine.analyze_async(SHORT, CONTEXT))
    assert set(asked) == sections
    assert len(asked) == len(sections)
    assert found == engine.analyze(SHORT, CONTEXT)


def test_the_service_analyses_in_a_process_and_leaves_none_when_it_ends() -> None:
    app = service(data.sample_store())
    with signed_in(app) as client:
        created = client.post("/meetings", json={"title": "Review", "date": "2027-05-01T09:00:00Z"})
        path = f"/meetings/{created.json()['id']}/analyze"
        answer = client.post(path, json={"transcript": TALK.text})
        assert answer.status_code == 200, answer.text
        assert len(processes()) == 1
    assert not processes()


@pytest.mark.enable_socket
def test_a_supervisor_that_signals_all_processes_of_a_server_loses_no_analysis(tmp_path: Path) -> None:
    with running_server(tmp_path, MEETKIT_DRAIN_SECONDS="0.5") as server, ThreadPoolExecutor() as pool:
        user_id, token = sign_up(server.port)
        headers = {"Authorization": f"Bearer {token}"}
        new = {"user_id": user_id, "title": "Review", "date": "2027-05-01T09:00:00Z"}
        made = json.loads(request(server.port, "POST", "/meetings", new, headers)[1])
        path = f"/meetings/{made['id']}/analyze"

        def analyze() -> tuple[int, bytes]:
            return request(server.port, "POST", path, {"transcript": TALK.text}, headers)

        assert analyze()[0] == 200
        at_work = processes(server.process.pid)
        at_work[0].suspend()
        under_way = pool.submit(analyze)
        for one in at_work:
            one.send_signal(signal.SIGTERM)
        server.process.send_signal(signal.SIGTERM)
        drain(server.port)
        at_work[0].resume()
        assert under_way.result(30)[0] == 200
        assert server.process.wait(30) == 0
    assert not any(one.is_running() for one in at_work)
