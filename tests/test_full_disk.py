"""A served database whose disk is full, or that is read-only: it says so, promises no mail, and still reads."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
import sqlalchemy
from sqlalchemy import text

from meetkit.errors import MailError, StoreError
from meetkit.mail import FolderMailer, Message, Outbox
from meetkit.storage import SqlStore
from meetkit.storage.sql import Database
from meetkit.testing.examples import ANN, meeting
from meetkit.web.app import service_of
from meetkit.web.problems import DATABASE_FAILED
from tests.servers import Server, running_server
from tests.web_apps import PASSWORD, service, signed_in

pytestmark = [
    pytest.mark.usefixtures("socket_enabled"),
    pytest.mark.skipif(sys.platform != "linux", reason="a limit on the files of a process stands for a full disk"),
]
ANN_SIGNS_UP = {"email": "ann@example.com", "password": PASSWORD, "name": "Ann Winter"}
CONTACT = {"name": "New", "email": "new@client.com", "company": "Client", "role": "Buyer"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running_server(tmp_path, MEETKIT_DATABASE_URL=f"sqlite:///{tmp_path}/m.db", MEETKIT_SIGNUP="join") as server:
        yield server


def fill_disk(server: Server, *, full: bool = True) -> None:
    """Let the process write to no file, or to all again."""
    import resource  # noqa: PLC0415  # only Linux has it

    limit = 0 if full else resource.RLIM_INFINITY
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))


def until(condition: Callable[[], bool]) -> None:
    """Wait until it holds, at most 20 seconds."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_of_a_full_disk_the_server_reports_and_promises_no_mail(server: Server) -> None:
    with httpx2.Client(base_url=f"http://127.0.0.1:{server.port}/api/v1") as client:
        assert client.post("/auth/signup", json=ANN_SIGNS_UP).status_code == 201
        token = client.post("/auth/login", json={"email": "ann@example.com", "password": PASSWORD}).json()
        client.headers["Authorization"] = f"Bearer {token['access_token']}"
        root = f"http://127.0.0.1:{server.port}"
        assert client.get(f"{root}/readyz").json()["parts"]["writes"] == "ok"

        fill_disk(server)
        until(lambda: client.get(f"{root}/readyz").status_code == 503)

        assert client.get(f"{root}/readyz").json()["parts"]["writes"] == "failed"
        for email in ("ann@example.com", "nobody@example.com"):
            refused = client.post("/auth/password-reset", json={"email": email})
            assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
        assert client.post("/auth/verify-email").status_code == 503
        assert client.get("/users/account").json()["email"] == "ann@example.com"

        fill_disk(server, full=False)
        until(lambda: client.get(f"{root}/readyz").status_code == 200)
        assert client.post("/auth/password-reset", json={"email": "ann@example.com"}).status_code == 202
    until(lambda: any("password" in file.read_text() for file in (server.folder / "mail").glob("*.eml")))


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[Database]:
    """A database that may not grow."""
    engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path}/m.db")
    Database(engine, migrate=True)

    @sqlalchemy.event.listens_for(engine, "connect")
    def limit(connection: object, _: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # type: ignore[attr-defined]  # it is a connection of sqlite3

    engine.dispose()
    yield Database(engine)
    engine.dispose()


def test_a_database_without_a_free_page_cannot_be_written(limited: Database) -> None:
    with pytest.raises(StoreError, match="full"):
        limited.check_writable()


def test_a_database_that_another_program_writes_to_can_be_written(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/m.db"
    database = Database(sqlalchemy.create_engine(url, connect_args={"timeout": 0.05}), migrate=True)
    other = sqlalchemy.create_engine(url)
    with other.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        database.check_writable()


def test_the_probe_leaves_nothing_and_is_made_once_in_a_while(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/m.db", migrate=True)
    statements: list[str] = []
    sqlalchemy.event.listen(database.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    for _ in range(10):
        database.check_writable()
    assert sum(statement.startswith("INSERT") for statement in statements) == 1
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM meetkit_write_probe")).scalar() == 0
    database.close()


def read_only(url: str, *, postgres: bool) -> SqlStore:
    options = {"connect_args": {"options": "-c default_transaction_read_only=on"}} if postgres else {}
    engine = sqlalchemy.create_engine(url, **options)
    if not postgres:
        sqlalchemy.event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA query_only = 1"))
    return SqlStore(engine)


def test_of_a_read_only_database_reads_work_and_a_write_is_one_error(empty_database: str) -> None:
    store = SqlStore(empty_database, migrate=True)
    store.add_user(ANN)
    store.add_meeting(meeting())
    store.close()

    store = read_only(empty_database, postgres=empty_database.startswith("postgresql"))

    assert store.get_user("ann") == ANN
    assert len(list(store.export_records())) == 2
    for write in (
        lambda: store.add_user(ANN.model_copy(update={"id": "x"})),
        lambda: store.update_user("ann", lambda user: user.model_copy(update={"name": "x"})),
        lambda: store.delete_meeting(meeting().id),
        store.database.check_writable,
    ):
        with pytest.raises(StoreError, match=r"read-?only"):
            write()
    store.database.engine.dispose()


def test_a_service_whose_database_becomes_read_only_reads_on(empty_database: str, tmp_path: Path) -> None:
    app = service(database_url=empty_database, mail_folder=str(tmp_path / "mail"))
    client, engine = signed_in(app), service_of(app).accounts.database.engine
    assert client.post("/contacts", json=CONTACT).status_code == 201
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            name = connection.engine.url.database
            connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    else:
        sqlalchemy.event.listen(engine, "connect", lambda made, _: made.execute("PRAGMA query_only = 1"))
    engine.dispose()

    assert [one["name"] for one in client.get("/contacts").json()["items"]] == ["New"]
    assert client.get("/auth/me").status_code == 200
    login = {"email": "ada@example.com", "password": PASSWORD}
    for path, body in (
        ("/contacts", CONTACT),
        ("/auth/login", login),
        ("/auth/password-reset", {"email": "ada@example.com"}),
        ("/users/change-email", {"email": "new@example.com", "current_password": PASSWORD}),
    ):
        refused = client.post(path, json=body)
        assert (refused.status_code, refused.json()["detail"]) == (503, DATABASE_FAILED), path
    assert client.get("/readyz").json()["parts"]["writes"] == "failed"
    service_of(app).closing.close()


@pytest.mark.skipif("os.getuid() == 0", reason="root writes to every file")
def test_of_a_file_that_nobody_may_write_reads_work(tmp_path: Path) -> None:
    store = SqlStore(f"sqlite:///{tmp_path}/m.db", migrate=True)
    store.add_user(ANN)
    store.close()
    (tmp_path / "m.db").chmod(0o444)
    tmp_path.chmod(0o555)
    try:
        store = SqlStore(f"sqlite:///{tmp_path}/m.db")
        assert store.get_user("ann") == ANN
        with pytest.raises(StoreError):
            store.add_user(ANN.model_copy(update={"id": "x"}))
        store.close()
    finally:
        tmp_path.chmod(0o755)


class TestOutbox:
    def test_that_is_full_or_closed_promises_nothing(self, tmp_path: Path) -> None:
        outbox = Outbox(FolderMailer(tmp_path, sender="a@example.com"), size=0)
        with pytest.raises(MailError, match="full"):
            outbox.check()
        outbox.close(10)
        with pytest.raises(MailError, match="closed"):
            outbox.check()

    def test_whose_folder_cannot_be_written_promises_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "mail").write_text("a file")
        outbox = Outbox(FolderMailer(tmp_path / "mail", sender="a@example.com"))
        with pytest.raises(MailError, match="cannot be written"):
            outbox.check()
        (tmp_path / "mail").unlink()
        outbox.check()
        assert list((tmp_path / "mail").iterdir()) == []
        outbox.close(10)

    def test_creates_a_message_again_after_the_database_failed(self, tmp_path: Path) -> None:
        answers = [StoreError("busy"), StoreError("busy"), None]

        def create() -> Message:
            if error := answers.pop(0):
                raise error
            return Message(to="ann@example.com", subject="x", text="x")

        outbox = Outbox(FolderMailer(tmp_path, sender="a@example.com"), wait=0.01)
        outbox.put(create)
        assert outbox.close(10)
        assert len(list(tmp_path.glob("*.eml"))) == 1
