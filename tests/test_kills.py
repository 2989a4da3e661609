"""Processes that are killed as they write: what was acknowledged is there, and nothing half-written."""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import time
from multiprocessing.process import BaseProcess

import psutil
import pytest
import sqlalchemy
from sqlalchemy import text

from meetkit.errors import StoreError
from meetkit.models import Meeting, MeetingFilters
from meetkit.storage import SqlStore
from meetkit.testing.examples import ANN, BEN, DEE
from tests.databases import running_postgres
from tests.processes import fork

WRITERS, KILLS = 4, 50
BEGIN = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
TRANSCRIPT = "Word. " * 500


class Writers:
    """Processes that write meetings, and send the id of each that was acknowledged down a pipe."""

    def __init__(self, database: str) -> None:
        self.database = database
        self.acknowledged: set[str] = set()
        self._receive, self._send = os.pipe()
        os.set_blocking(self._receive, False)
        self._started = 0
        self._chance = random.Random(1)
        self._running = [self._start() for _ in range(WRITERS)]

    def wait(self) -> None:
        """Go on once something was acknowledged."""
        end = time.monotonic() + 60
        while not self.acknowledged:
            assert time.monotonic() < end, "nothing is acknowledged"
            time.sleep(0.01)
            self.collect()

    def write_on(self) -> None:
        """Leave them to it for a moment, of a random length."""
        time.sleep(self._chance.uniform(0.01, 0.12))

    def kill_one(self) -> None:
        """End one in the middle of what it does, and begin another in its place."""
        at = self._chance.randrange(WRITERS)
        self._end(self._running[at])
        self._running[at] = self._start()

    def kill_all(self) -> None:
        """End all of them."""
        for process in self._running:
            self._end(process)
        os.close(self._send)
        os.close(self._receive)

    def _start(self) -> BaseProcess:
        self._started += 1
        number = self._started
        return fork(lambda: self._work(number))

    def _end(self, process: BaseProcess) -> None:
        assert process.pid
        os.kill(process.pid, signal.SIGKILL)
        process.join(30)
        self.collect()

    def _work(self, writer: int) -> None:
        store = SqlStore(self.database)
        for number in range(100_000):
            meeting = numbered(writer, number)
            store.add_meeting(meeting)
            if number % 3 == 0:
                store.put_artefact(meeting.id, "prep", TRANSCRIPT)
                store.update_meeting(meeting.id, lambda one: one.model_copy(update={"duration_minutes": 2}))
            os.write(self._send, f"{meeting.id}\n".encode())

    def collect(self) -> None:
        """Take in what was acknowledged so far."""
        try:
            while received := os.read(self._receive, 1 << 16):
                self.acknowledged.update(received.decode().split())
        except BlockingIOError:
            return


def numbered(writer: int, number: int) -> Meeting:
    """A booking of two people at a time of its own."""
    return Meeting(
        id=f"{writer}-{number}",
        user_id="ann",
        attendee_ids=("ben",),
        contact_id="dee",
        title="Talk",
        transcript=TRANSCRIPT,
        date=BEGIN + dt.timedelta(days=30 * writer, minutes=2 * number),
        duration_minutes=1,
        exclusive=True,
    )


def prepare(database: str) -> None:
    store = SqlStore(database, migrate=True)
    store.add_user(ANN)
    store.add_user(BEN)
    store.add_contact(DEE)
    store.close()


def check(database: str, acknowledged: set[str]) -> None:
    """Everything acknowledged is there in all its parts, and what else is there is whole as well."""
    store = SqlStore(database)
    kept = {meeting.id: meeting for meeting in store.list_meetings("ann", MeetingFilters())}
    assert acknowledged <= kept.keys()
    assert acknowledged
    assert store.list_meetings("ben", MeetingFilters()) == list(kept.values())
    for meeting_id, meeting in kept.items():
        writer, number = map(int, meeting_id.split("-"))
        changed = meeting.model_copy(update={"duration_minutes": 1})
        assert changed == numbered(writer, number)
        if number % 3 == 0 and meeting_id in acknowledged:
            assert (meeting.duration_minutes, store.get_artefact(meeting_id, "prep")) == (2, TRANSCRIPT)
    spans = sorted(meeting.span for meeting in kept.values())
    found = sorted(store.busy_intervals(["ann", "ben"], spans[0][0], spans[-1][1]))
    assert found == sorted(spans * 2)
    store.close()


def test_nothing_acknowledged_is_lost_when_writers_are_killed(database: str) -> None:
    """Four processes write, and fifty times one of them is killed at a random moment."""
    prepare(database)
    writers = Writers(database)
    for _ in range(KILLS):
        writers.write_on()
        writers.kill_one()
    writers.kill_all()

    check(database, writers.acknowledged)
    if database.startswith("sqlite"):
        engine = sqlalchemy.create_engine(database)
        with engine.connect() as connection:
            assert connection.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        engine.dispose()


def test_nothing_acknowledged_is_lost_when_the_server_is_killed() -> None:
    """The whole PostgreSQL server is killed as they write; meanwhile calls fail clearly, and after a restart work."""
    with running_postgres() as postgres:
        prepare(postgres.url)
        store = SqlStore(postgres.url)
        writers = Writers(postgres.url)
        writers.wait()
        writers.write_on()
        postmaster = psutil.Process(postgres.server.get_pid())
        for process in [postmaster, *postmaster.children(recursive=True)]:
            process.kill()
        psutil.wait_procs([postmaster], timeout=30)
        writers.kill_all()

        with pytest.raises(StoreError, match="the database"):
            store.get_user("ann")
        postgres.restart()

        check(postgres.url, writers.acknowledged)
        assert store.get_user("ann") == ANN
        store.close()
