"""How fast the service is beside bare apps, and what it does under load and in trouble.

It is not called `http.py`, as a module of that name in this folder would hide the standard library's.
Run `uv run python benchmarks/service.py`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import resource
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from insights import meeting_of

from meetkit import settings
from meetkit.accounts.models import LoginRequest, SignupRequest
from meetkit.accounts.service import Accounts
from meetkit.mail import FolderMailer, Outbox
from meetkit.models import ActionItem, Contact, Meeting, User
from meetkit.models.records import ContactRecord, MeetingRecord, Record, UserRecord
from meetkit.storage import SqlStore
from meetkit.storage.sql import Database

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.databases import running_postgres

HERE = Path(__file__).parent

PARTS = ("fastapi", "flask", "memory", "held", "prepares", "analyses", "fair", "faults")
MEETINGS = 240
PATH = "/api/v1/meetings"
OTHER = "meeting_of_another_account"
PASSWORD = "nine clouds over Kiel"  # noqa: S105  # of an account in a database that is thrown away


@dataclass(frozen=True)
class Scale:
    """How much is asked for, and how long."""

    rounds: int
    seconds: float
    connections: tuple[int, ...]
    mixed: tuple[int, ...]
    held: int
    prepares: int
    model_seconds: tuple[float, ...]
    crud_seconds: float
    words: int
    many_words: int
    before_fault: float
    fault: float


FULL = Scale(
    9,
    2.0,
    (8, 64),
    (5_000, 20_000, 50_000, 100_000, 200_000),
    1_000,
    200,
    (10.0, 20.0),
    10.0,
    10_000,
    120_000,
    5.0,
    5.0,
)
SMOKE = Scale(1, 0.2, (8,), (50, 200), 50, 10, (0.5,), 0.6, 500, 5_000, 0.5, 0.5)


class World:
    """A database with an account whose user has meetings, and what it takes to ask for them."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.key, self.folder = url, secrets.token_hex(32), folder
        given = settings.load().model_copy(update=self.settings)
        database = Database(url, migrate=True)
        store = SqlStore(database)
        post = Outbox(FolderMailer(str(folder), sender="meetkit@example.com"))
        accounts = Accounts.of_settings(given, database=database, store=store, post=post)
        self.user_id, self.token = signed_up(accounts, "ann@example.com", "Ann Winter")
        other_id, self.other_token = signed_up(accounts, "ben@example.com", "Ben Lake")
        store.import_records(records(self.user_id))
        store.add_meeting(Meeting(id=OTHER, user_id=other_id, title="Review", date="2026-01-05T09:00:00Z"))
        post.close(10)
        database.close()

    @property
    def settings(self) -> dict[str, Any]:
        """How the service is set up."""
        return {"database_url": self.url, "secret_keys": self.key, "access_token_minutes": 1440}

    @property
    def environment(self) -> dict[str, str]:
        """The same for a process."""
        ours = {f"MEETKIT_{name.upper()}": str(value) for name, value in self.settings.items()}
        return {**ours, "SERVICE_USER": self.user_id, "MEETKIT_MAIL_FOLDER": str(self.folder)}

    def request(
        self, method: str, path: str, body: object = None, token: str | None = None
    ) -> tuple[str, str, dict[str, str], str]:
        """A request as the client takes it."""
        headers = {"Authorization": f"Bearer {token or self.token}"}
        if body is None:
            return method, path, headers, ""
        return method, path, {**headers, "Content-Type": "application/json"}, json.dumps(body)

    def crud(self) -> list[tuple[str, str, dict[str, str], str]]:
        """Reads and writes, as many of each as a calendar has."""
        new = {"user_id": self.user_id, "title": "Call", "date": "2027-05-01T09:00:00Z"}
        reads = [self.request("GET", f"{PATH}/meeting_{number}") for number in range(6)]
        patch = self.request("PATCH", f"{PATH}/meeting_7", {"title": "Review"})
        return [*reads, self.request("GET", PATH), self.request("POST", PATH, new), patch]

    def mixed(self) -> list[tuple[str, str, dict[str, str], str]]:
        """The same many times; briefs, analyses, free time and people; and requests that are refused."""
        missing = self.request("GET", f"{PATH}/meeting_0000")
        signed_out: tuple[str, str, dict[str, str], str] = ("GET", f"{PATH}/meeting_1", {}, "")
        wrong = self.request("POST", "/api/v1/auth/login", {"email": "ann@example.com", "password": "wrong"})
        free = {"user_ids": [self.user_id], "date": "2027-05-03", "duration_minutes": 30}
        others = [
            wrong,
            self.request("POST", "/api/v1/availability", free),
            self.request("GET", "/api/v1/action-items"),
            self.request("GET", "/api/v1/contacts?limit=5"),
            self.request("POST", f"{PATH}/meeting_8/prepare"),
            *(
                self.request("POST", f"{PATH}/meeting_{number}/analyze", {"transcript": meeting_of(number).text})
                for number in (50, 100, 200)
            ),
        ]
        mixed = [request for other in others for request in (*self.crud(), missing, signed_out, other)]
        # A repeat creates no further meeting, so that memory is compared over a database of one size.
        return [(method, path, {**headers, "Idempotency-Key": "memory"}, body) for method, path, headers, body in mixed]


def signed_up(accounts: Accounts, email: str, name: str) -> tuple[str, str]:
    """The user and the access token of a new account."""
    user_id = accounts.registration.sign_up(SignupRequest(email=email, password=PASSWORD, name=name)).user_id
    return user_id, accounts.authentication.log_in(LoginRequest(email=email, password=PASSWORD)).access_token


def records(user_id: str) -> Iterator[Record]:
    """Meetings of a user, with others and with a client, some with action items and what was said."""
    for name in ("Ben Frost", "Cleo Marsh"):
        yield UserRecord(user=User(id=f"user_{name[:3]}", name=name, email=f"{name[:3]}@example.com", role="Engineer"))
    yield ContactRecord(
        contact=Contact(id="contact_1", name="Dora Lind", email="dora@example.com", company="Lind", role="Founder")
    )
    items = (ActionItem(id="item_1", task="Send the price of the pilot", owner="Ben Frost"),)
    for number in range(MEETINGS):
        meeting = Meeting(
            id=f"meeting_{number}",
            user_id=user_id,
            attendee_ids=("user_Ben", "user_Cle") if number % 2 else ("user_Ben",),
            contact_id="contact_1",
            title=f"Pilot, part {number + 1}",
            date=dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC) + dt.timedelta(days=number),
            duration_minutes=30,
            transcript="Ben Frost: The pilot begins in May.\n" * 50,
            summary="They spoke about what the pilot costs.",
            action_items=items if number % 3 else (),
            created_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
            updated_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        )
        yield MeetingRecord(meeting=meeting)


class Server:
    """A server in a process of its own, that listens."""

    def __init__(self, *command: str, environment: dict[str, str], folder: Path) -> None:
        self.port = free_port()
        self.log = folder / f"{self.port}.log"
        words = [sys.executable, "-m", *(word.replace("PORT", str(self.port)) for word in command)]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(  # noqa: S603  # our own
                words, cwd=HERE, env={**os.environ, **environment}, stdout=log, stderr=log
            )
        self._wait()

    def _wait(self) -> None:
        for _ in range(600):
            if self.process.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/nothing", timeout=60)
            except urllib.error.HTTPError:
                return  # It answers; that it listens does not say so yet.
            except OSError:
                time.sleep(0.05)
        raise SystemExit(f"a server did not start:\n{self.log.read_text()[-2000:]}")

    def megabytes(self) -> float:
        """How much memory it holds."""
        return float(psutil.Process(self.process.pid).memory_info().rss) / 2**20

    def processor(self) -> float:
        """How many seconds of a processor it has had."""
        spent = psutil.Process(self.process.pid).cpu_times()
        return float(spent.user + spent.system)

    def get(self, path: str, token: str = "") -> Any:
        """What it answers."""
        asked = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", headers={"Authorization": f"Bearer {token}"}
        )
        with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310  # our own server
            return json.load(answer)

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Client:
    """The process that asks."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(  # noqa: S603  # our own
            [sys.executable, str(HERE / "service_peers" / "load.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def begin(self, port: int, requests: Any, connections: int, **more: Any) -> None:
        """Have a job done."""
        assert self.process.stdin
        job = {"port": port, "requests": requests, "connections": connections, **more}
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()

    def outcome(self) -> dict[str, Any]:
        """What came of it."""
        assert self.process.stdout
        told: dict[str, Any] = json.loads(self.process.stdout.readline())
        return told

    def ask(self, port: int, requests: Any, connections: int, **more: Any) -> dict[str, Any]:
        """Both."""
        self.begin(port, requests, connections, **more)
        return self.outcome()

    def stop(self) -> None:
        """End it."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


class Bench:
    """Everything that is measured, each part on a database of its own."""

    world: World

    def __init__(self, scale: Scale, folder: Path, stack: ExitStack) -> None:
        self.scale, self.folder, self.stack = scale, folder, stack
        self.client = self.new_client()

    def new_client(self) -> Client:
        """Another client, ended with everything."""
        client = Client()
        self.stack.callback(client.stop)
        return client

    @contextmanager
    def serving(self, *command: str, **environment: str) -> Iterator[Server]:
        """A server while it is needed."""
        server = Server(*command, environment=self.world.environment | environment, folder=self.folder)
        try:
            yield server
        finally:
            server.stop()

    def ours(self, **environment: str) -> Any:
        """The service as it is."""
        return self.serving("meetkit", "serve", "--port", "PORT", "--no-sample", **environment)

    def bare(self, app: str, **environment: str) -> Any:
        """Another app under the same server."""
        options = (
            "--port",
            "PORT",
            "--http",
            "httptools",
            "--loop",
            "uvloop",
            "--no-access-log",
            "--log-level",
            "error",
        )
        return self.serving("uvicorn", *options, "--ws", "none", f"service_peers.{app}", **environment)

    def fastapi(self) -> None:
        """Beside bare FastAPI apps."""
        with (
            self.ours() as ours,
            self.bare("fastapi_app:by_core") as core,
            self.bare("fastapi_app:by_driver") as driver,
        ):
            self.beside("FastAPI", ours, core, driver)

    def flask(self) -> None:
        """Beside bare Flask apps."""
        app = ("service_peers.flask_app",)
        with (
            self.serving(*app, "ours", "PORT") as ours,
            self.serving(*app, "by_core", "PORT") as core,
            self.serving(*app, "by_driver", "PORT") as driver,
        ):
            self.beside("Flask", ours, core, driver)

    def beside(self, name: str, *servers: Server) -> None:
        """Ask all in turn, round by round."""
        beside = (
            f"{of} bare {name}, {how}" for of in ("of", "by processor time, of") for how in ("SQLAlchemy", "driver")
        )
        title(f"{name}, connections", "requests/s", "p50, ms", "p99, ms", *beside)
        for what, path in (("a meeting", f"{PATH}/meeting_3"), ("50 of 240 meetings", PATH)):
            answers = [server.get(path, self.world.token) for server in servers]
            assert all(one == answers[0] for one in answers), answers
            for connections in self.scale.connections:
                self.compare(f"{what}, {connections}", path, connections, servers)

    def compare(self, what: str, path: str, connections: int, servers: tuple[Server, ...]) -> None:
        """One row: the medians of ours, and of the ratios of each round."""
        asked = [self.world.request("GET", path)]
        rounds = []
        for number in range(self.scale.rounds + 1):
            turn = [self.measured(one, asked, connections) for one in servers]
            if number:
                rounds.append(turn)
        mine = {name: statistics.median(turn[0][name] for turn in rounds) for name in ("rate", "p50", "p99")}
        ratios = [
            statistics.median(turn[0][rate] / turn[place][rate] for turn in rounds)
            for rate in ("rate", "per_second_of_processor")
            for place in (1, 2)
        ]
        row(what, f"{mine['rate']:,.0f}", f"{mine['p50']:.1f}", f"{mine['p99']:.1f}", *(f"{one:.0%}" for one in ratios))

    def measured(self, server: Server, asked: Any, connections: int) -> dict[str, Any]:
        """One side of one round, which fails nothing."""
        before = server.processor()
        told = self.client.ask(server.port, asked, connections, seconds=self.scale.seconds)
        assert set(told["statuses"]) == {"200"}, told
        assert not told["errors"], told
        return {**told, "per_second_of_processor": told["count"] / max(server.processor() - before, 0.01)}

    def memory(self) -> None:
        """What it holds after many requests of all kinds."""
        title("Memory", "MiB", "statuses")
        with self.ours() as ours:
            done = 0
            for total in self.scale.mixed:
                told = self.client.ask(ours.port, self.world.mixed(), 16, total=total - done)
                done = total
                row(f"after {total:,} requests", f"{ours.megabytes():.1f}", brief_repr(told))

    def held(self) -> None:
        """Many connections at a time."""
        title("Connections held", "requests", "requests/s", "p50, ms", "p99, ms", "statuses")
        with self.ours() as ours:
            count = self.scale.held
            told = self.client.ask(ours.port, self.world.crud()[:7], count, total=count * 10, ramp=1.0)
            waits = self.client.ask(ours.port, self.world.crud()[:7], count, total=count * 10, ramp=1.0, think=2.0)
            for what, one in (("without a pause", told), ("2 s between their requests", waits)):
                row(f"{count:,}, {what}", f"{one['count']:,}", *times(one), brief_repr(one))

    def prepares(self) -> None:
        """What becomes of reads and writes while many briefs wait for a model."""
        for seconds in self.scale.model_seconds:
            print(f"\nThe model answers after {seconds:g} s.")
            self.prepares_of(seconds)

    def prepares_of(self, seconds: float) -> None:
        """The same, of a model that takes so long."""
        title("Reads and writes", "requests/s", "p50, ms", "p95, ms", "p99, ms", "meanwhile")
        count = self.scale.prepares
        with self.bare("model:app", SERVICE_MODEL_SECONDS=str(seconds)) as model:
            named = f"http://127.0.0.1:{model.port}/v1#m"
            with self.ours(MEETKIT_MODEL=named, MEETKIT_MODEL_CONCURRENCY=str(count)) as ours:
                briefs = [self.world.request("POST", f"{PATH}/meeting_{number}/prepare", {}) for number in range(240)]
                model.get("/most")
                self.starve(ours, briefs, count, ramp=seconds)
                print(f"\nAt most {model.get('/most')['most']} calls of the model were under way.")

    def analyses(self) -> None:
        """What becomes of them while the offline engine analyses long transcripts."""
        transcript = meeting_of(self.scale.words).text
        analyses = [
            self.world.request("POST", f"{PATH}/meeting_{number}/analyze", {"transcript": transcript})
            for number in range(100, 120)
        ]
        title("Reads and writes", "requests/s", "p50, ms", "p95, ms", "p99, ms", "meanwhile")
        for count in (1, 8):
            with self.ours() as ours:
                self.starve(ours, analyses, count, ramp=0.0)

    def fair(self) -> None:
        """How long one account waits for a short analysis behind four long ones of another."""
        path, many = f"{PATH}/{OTHER}/analyze", meeting_of(self.scale.many_words).text
        short = [self.world.request("POST", path, {"transcript": meeting_of(2_500).text}, self.world.other_token)]
        # Each text differs, as an answer that is kept takes no time.
        long = [
            self.world.request("POST", f"{PATH}/meeting_{number}/analyze", {"transcript": f"{many}\nAnn: {number}."})
            for number in range(100, 104)
        ]
        title("Analyses", "requests/s", "p50, ms", "p99, ms", "statuses")
        with self.ours() as ours:
            self.client.ask(ours.port, short, 1, total=1)
            alone = self.client.ask(ours.port, short, 1, total=5)
            other = self.new_client()
            other.begin(ours.port, long, 4, total=4)
            time.sleep(1)
            behind = self.client.ask(ours.port, short, 1, total=5)
            meanwhile = other.outcome()
        size = f"{len(many) / 1e3:,.0f} kB"
        for what, one in (("alone", alone), (f"behind four of {size}", behind), (f"the four of {size}", meanwhile)):
            row(what, *times(one), brief_repr(one))
        print(f"\np50: {behind['p50'] / alone['p50']:.1f}×")

    def starve(self, ours: Server, slow: Any, count: int, *, ramp: float) -> None:
        """Reads and writes alone, and beside so many slow requests."""
        crud, seconds = self.world.crud(), self.scale.crud_seconds
        quick: dict[str, Any] = {"connections": 4, "think": 0.02, "seconds": seconds}
        self.client.ask(ours.port, crud, **{**quick, "seconds": seconds / 4})
        idle = self.client.ask(ours.port, crud, **quick)
        other = self.new_client()
        other.begin(ours.port, slow, count, seconds=ramp + seconds + 1, ramp=ramp)
        time.sleep(ramp + 0.5)
        busy = self.client.ask(ours.port, crud, **quick)
        beside = other.outcome()
        for what, one, meanwhile in (
            ("alone", idle, ""),
            (f"beside {count} in flight", busy, f"{brief_repr(beside)}; p50 {beside['p50'] / 1000:.1f} s"),
        ):
            row(what, f"{one['rate']:,.0f}", *(f"{one[at]:.1f}" for at in ("p50", "p95", "p99")), meanwhile)
        print(f"\np95: {busy['p95'] / idle['p95']:.2f}×; {brief_repr(idle)}, then {brief_repr(busy)}")

    def faults(self) -> None:
        """A database that is gone for a while, and a model that fails."""
        title("Trouble", "statuses", "lost connections", "503 without Retry-After", "acknowledged", "of these lost")
        scale = self.scale
        with running_postgres() as postgres, self.bare("model:app", SERVICE_MODEL_FAILING="0.3") as model:
            self.world = World(postgres.new_database(), self.folder)
            with self.ours(MEETKIT_MODEL=f"http://127.0.0.1:{model.port}/v1#m") as ours:
                slow = self.new_client()
                seconds = scale.before_fault + scale.fault + scale.before_fault * 2
                self.client.begin(ours.port, self.world.crud(), 8, seconds=seconds, think=0.005, locations=True)
                slow.begin(ours.port, self.of_the_model(), 4, seconds=seconds, think=0.05)
                time.sleep(scale.before_fault)
                outage(postgres, scale.fault)
                crud, model_calls = self.client.outcome(), slow.outcome()
                after = self.client.ask(ours.port, self.world.crud(), 8, total=200)
                gone = lost(ours, crud["locations"], self.world.token)
                made = len(crud["locations"])
            row("reads and writes", *outcome_of(crud), f"{made:,}", gone)
            row("briefs and analyses", *outcome_of(model_calls), "", "")
            row("reads and writes afterwards", *outcome_of(after), "", "")

    def of_the_model(self) -> Any:
        """Requests that call the model."""
        text = {"transcript": "Ben Frost: I will send the price of the pilot by Friday."}
        ask = self.world.request
        return [
            ask("POST", f"{PATH}/meeting_{number}/{what}", body)
            for number in range(20)
            for what, body in (("prepare", {}), ("prepare?fallback=offline", {}), ("analyze", text))
        ]


def outage(postgres: Any, seconds: float) -> None:
    """The database killed, and started again after a while."""
    postmaster = psutil.Process(postgres.server.get_pid())
    for process in (postmaster, *postmaster.children(recursive=True)):
        process.kill()
    # Else it is taken for running as long as nobody has buried its process.
    for lock in (Path(postgres.folder) / "postmaster.pid", *Path(postgres.folder).glob(".s.PGSQL.*")):
        lock.unlink(missing_ok=True)
    time.sleep(seconds)
    postgres.restart()


def lost(server: Server, locations: list[str], token: str) -> int:
    """How many of what was said to be made are not there."""
    gone = 0
    for location in locations:
        try:
            server.get(location, token)
        except urllib.error.HTTPError:
            gone += 1
    return gone


def brief_repr(told: dict[str, Any]) -> str:
    """How often each status came, and what else."""
    counts = [f"{count:,} × {status}" for status, count in sorted(told["statuses"].items())]
    return ", ".join([*counts, *(f"{count} {error}" for error, count in told["errors"].items())])


def outcome_of(told: dict[str, Any]) -> tuple[str, int, int]:
    """The statuses, how many connections were lost, and how many answers of 503 did not say when to come back."""
    return brief_repr(told), sum(told["errors"].values()), told["without_retry_after"]


def times(told: dict[str, Any]) -> tuple[str, str, str]:
    """Rate, median and the slowest hundredth."""
    return f"{told['rate']:,.0f}", f"{told['p50']:.1f}", f"{told['p99']:.1f}"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def raise_limit() -> None:
    """Let this process, and those that it starts, have as many connections as they may."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def title(*columns: str) -> None:
    """Begin a table."""
    print(f"\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}")


def row(*cells: object) -> None:
    """Print a row of it."""
    print(f"| {' | '.join(map(str, cells))} |", flush=True)


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="small and quick, to see that it runs")
    parser.add_argument("--only", choices=PARTS, action="append", help="only this; may be given several times")
    given = parser.parse_args()
    raise_limit()
    folder = Path(tempfile.mkdtemp())
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        bench = Bench(SMOKE if given.smoke else FULL, folder, stack)
        for part in given.only or PARTS:
            bench.world = World(f"sqlite:///{folder}/{part}.db", folder)
            getattr(bench, part)()


if __name__ == "__main__":
    main()
