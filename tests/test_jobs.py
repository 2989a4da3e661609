"""Analyses in the background: 202 and a job, which every process reports to whoever may see it."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from fastapi.testclient import TestClient

from meetkit import data
from meetkit.errors import ConflictError, NotFoundError
from meetkit.jobs import queries
from meetkit.jobs.models import Job
from meetkit.jobs.service import Jobs
from meetkit.models.caller import Access, Caller
from meetkit.models.people import User
from meetkit.models.zones import utc_now
from meetkit.settings import Settings
from meetkit.storage import SqlStore
from meetkit.storage.sql import Database, expiry
from tests.commands import execute
from tests.servers import running_server
from tests.test_serve import ask, sign_up
from tests.test_workers import processes, until
from tests.web_apps import client_of, refusal, service, signed_in

TALK = "Sarah Chen: I will send the report by Friday.\n"
NEW = {"title": "Review", "date": "2027-05-01T09:00:00Z"}
DAY = dt.timedelta(days=1)


@pytest.fixture
def client() -> Iterator[TestClient]:
    with signed_in(service(data.sample_store())) as client:
        yield client


def path_of(client: TestClient) -> str:
    return f"/meetings/{client.post('/meetings', json=NEW).json()['id']}"


def ended(client: TestClient, accepted: Any) -> dict[str, Any]:
    """The job of a reply, once it has ended."""
    place = accepted.headers["Location"]
    until(lambda: client.get(place).json()["status"] != "running")
    job: dict[str, Any] = client.get(place).json()
    return job


def test_an_analysis_in_the_background_is_accepted_and_then_there(client: TestClient) -> None:
    path = path_of(client)
    accepted = client.post(f"{path}/analyze?background=true", json={"transcript": TALK})

    assert accepted.status_code == 202
    assert int(accepted.headers["Retry-After"]) > 0
    assert accepted.headers["Location"] == f"/api/v1/jobs/{accepted.json()['id']}"
    assert (accepted.json()["status"], accepted.json()["kind"]) == ("running", "analysis")
    job = ended(client, accepted)
    assert (job["status"], job["error"]) == ("done", None)
    assert job["ended_at"] >= job["created_at"]
    insights = client.get(job["result"]).json()
    assert insights["action_items"]["items"][0]["owner"] == "Sarah Chen"
    assert "Retry-After" not in client.get(accepted.headers["Location"]).headers


def test_a_stored_transcript_and_a_file_are_analyzed_in_the_background_too(client: TestClient) -> None:
    path = path_of(client)
    file = {"file": ("talk.txt", TALK.encode())}
    assert ended(client, client.post(f"{path}/analyze?background=true", files=file))["status"] == "done"
    assert ended(client, client.post(f"{path}/analyze?background=true"))["status"] == "done"
    events = client.get("/audit", params={"event": "transcript_read"}).json()["items"]
    assert [event["subject"] for event in events] == [path.rpartition("/")[2]]


def test_while_it_runs_the_job_says_when_to_ask_again_and_counts_for_the_bounds() -> None:
    app = service(data.sample_store(), analyses_at_once=1)
    with signed_in(app) as client:
        path = path_of(client)
        accepted = client.post(f"{path}/analyze?background=true", json={"transcript": TALK * 300})
        at_work = until(processes)[0]
        at_work.suspend()
        running = client.get(accepted.headers["Location"])
        assert running.json()["status"] == "running"
        assert int(running.headers["Retry-After"]) > 0
        for query in ("", "?background=true"):
            assert refusal(client.post(f"{path}/analyze{query}", json={"transcript": TALK}))[0] == 429
        at_work.resume()
        assert ended(client, accepted)["status"] == "done"
        until(lambda: client.post(f"{path}/analyze", json={"transcript": TALK}).status_code == 200)


def test_what_is_wrong_at_once_is_said_at_once(client: TestClient) -> None:
    path = path_of(client)
    assert refusal(client.post(f"{path}/analyze?background=true"))[0] == 409
    assert refusal(client.post("/meetings/nope/analyze?background=true", json={"transcript": TALK}))[0] == 404
    assert refusal(client.post(f"{path}/analyze?background=perhaps", json={"transcript": TALK}))[0] == 400


def test_what_is_wrong_later_is_the_error_of_the_job(client: TestClient) -> None:
    path = path_of(client)
    accepted = client.post(f"{path}/analyze?background=true", json={"transcript": " \n"})
    in_foreground = refusal(client.post(f"{path}/analyze", json={"transcript": " \n"}))

    job = ended(client, accepted)
    assert (job["status"], job["result"]) == ("failed", None)
    assert (job["error"]["status"], job["error"]["detail"]) == in_foreground


def test_only_whoever_may_see_the_creators_rows_sees_the_job() -> None:
    with closing(Database("sqlite://", migrate=True)) as database:
        caller = _caller("ann")
        job = _job(database, caller)
        for other, is_visible in (
            (caller, True),
            (_caller("ben"), False),
            (_caller("ben", "manager", team_ids=frozenset({"ann"})), True),
            (_caller("ben", "admin"), True),
            (_caller("ben", "admin", tenant_id="other"), False),
        ):
            if is_visible:
                assert database.read(queries.get, other, job.id, now=utc_now()).id == job.id
            else:
                with pytest.raises(NotFoundError, match="no job with id"):
                    database.read(queries.get, other, job.id, now=utc_now())


def test_a_job_whose_lease_has_ended_has_failed_for_every_process() -> None:
    with closing(Database("sqlite://", migrate=True)) as database:
        caller = _caller("ann")
        job = _job(database, caller)
        later = utc_now() + dt.timedelta(minutes=2)
        lost = database.read(queries.get, caller, job.id, now=later)
        assert lost.status == "failed"
        assert lost.error
        assert (lost.error.status, "stopped" in lost.error.detail) == (503, True)
        database.write(queries.renew, job.id, leased_until=later + DAY)
        assert database.read(queries.get, caller, job.id, now=later).status == "running"
        database.write(queries.end, job.id, now=later, result="/api/v1/x")
        database.write(queries.end, job.id, now=later, error=lost.error)
        assert database.read(queries.get, caller, job.id, now=later + DAY).status == "done"


def test_jobs_go_with_their_user_and_after_a_week() -> None:
    with closing(SqlStore("sqlite://", migrate=True)) as store:
        database = store.database
        for user_id in ("ann", "ben"):
            store.add_user(User(id=user_id, name="Kim", email="kim@example.com", role="Buyer"))
        ann, ben = _caller("ann"), _caller("ben")
        of_ann, of_ben = _job(database, ann), _job(database, ben)
        old = _job(database, ben, created_at=utc_now() - dt.timedelta(days=8))
        store.erase_user("ann", now=utc_now())
        assert expiry.expire(database, Settings(), now=utc_now())["jobs"] == 1
        assert database.read(queries.get, ben, of_ben.id, now=utc_now())
        for gone, caller in ((of_ann, ann), (old, ben)):
            with pytest.raises(NotFoundError):
                database.read(queries.get, caller, gone.id, now=utc_now())


@pytest.mark.parametrize(
    ("error", "status", "detail"),
    [(ConflictError("erased meanwhile"), 409, "erased meanwhile"), (KeyError("Sarah"), 500, "an unexpected error")],
)
def test_an_error_of_the_work_is_recorded_without_content_and_the_lease_is_renewed_until_then(
    error: Exception, status: int, detail: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def work() -> str:
        await asyncio.sleep(2.5)
        raise error

    async def run(database: Database) -> Job:
        jobs = Jobs(database, lease=dt.timedelta(seconds=1.5))
        resources = ExitStack()
        resources.callback(closed.append, True)
        started = await jobs.start(_caller("ann"), "analysis", "meeting_1", work, resources)
        await asyncio.sleep(2.0)
        assert database.read(queries.get, _caller("ann"), started.id, now=utc_now()).status == "running"
        while (job := database.read(queries.get, _caller("ann"), started.id, now=utc_now())).status == "running":
            await asyncio.sleep(0.01)
        return job

    closed: list[bool] = []
    with closing(Database("sqlite://", migrate=True)) as database:
        job = asyncio.run(run(database))
    assert job.error
    assert closed
    assert job.error.status == status
    assert detail in job.error.detail
    assert "Sarah" not in f"{job.error.detail}{caplog.text}"


def test_a_host_without_workers_refuses_the_background() -> None:
    answer = client_of(data.sample_store()).post("/meetings/meeting_1/analyze?background=true", json={})
    assert refusal(answer) == (400, "background: only the served app analyzes in the background; leave it out")


@pytest.mark.enable_socket
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_job_of_a_server_that_ends_is_reported_as_failed_by_the_next(number: signal.Signals, tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        user_id, token = sign_up(server.port)
        headers = {"Authorization": f"Bearer {token}"}
        made = json.loads(ask(server.port, "POST", "/meetings", {"user_id": user_id, **NEW}, headers)[1])
        path = f"/meetings/{made['id']}/analyze?background=true"
        status, body = ask(server.port, "POST", path, {"transcript": TALK * 3000}, headers)[:2]
        assert status == 202
        job = json.loads(body)
        at_work = until(lambda: processes(server.process.pid))
        at_work[0].suspend()
        server.process.send_signal(number)
        server.process.wait(30)
        with suppress(psutil.NoSuchProcess):
            at_work[0].kill()
    # Killed, it leaves a lease of a minute, which is over at once here.
    execute(f"sqlite:///{tmp_path}/meetkit.db", "UPDATE meetkit_jobs SET leased_until = 0 WHERE status = 'running'")
    with running_server(tmp_path) as server:
        ends = time.monotonic() + 30
        while (now := json.loads(ask(server.port, "GET", f"/jobs/{job['id']}", None, headers)[1]))[
            "status"
        ] == "running":
            assert time.monotonic() < ends
            time.sleep(1)
        assert (now["status"], now["error"]["status"]) == ("failed", 503)


def _caller(user_id: str, access: Access = "member", tenant_id: str = "default", **more: Any) -> Caller:
    return Caller(account_id=f"account_{user_id}", user_id=user_id, tenant_id=tenant_id, access=access, **more)


def _job(database: Database, caller: Caller, *, created_at: dt.datetime | None = None) -> Job:
    now = created_at or utc_now()
    job = Job(id=f"job_{now:%f%S}_{caller.user_id}", kind="analysis", subject="m", status="running", created_at=now)
    database.write(queries.add, job, caller, leased_until=now + dt.timedelta(minutes=1))
    return job
