"""Encryption at rest: nothing of what was said can be read without its key, and with it all is as it was."""

from __future__ import annotations

import asyncio
import base64
import builtins
import datetime as dt
import os
import re
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import sqlalchemy
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from meetkit import meeting_service as service
from meetkit import settings
from meetkit.cli import checks
from meetkit.errors import InvalidRequestError, StoreError
from meetkit.models import Meeting, MeetingFilters
from meetkit.models.records import MeetingRecord, Record, RequestRecord
from meetkit.models.typed_dicts import CreateMeetingRequestFields
from meetkit.storage import SqlOptions, SqlStore, transfer
from meetkit.storage.sql import Database, encryption, tables
from meetkit.storage.sql.ciphers import Cipher, new_key
from meetkit.testing.examples import key, meeting, people
from meetkit.web.app import assembly
from meetkit.web.app.readiness import Readiness, state
from tests.commands import Run, execute
from tests.processes import fork, in_processes
from tests.strategies import texts
from tests.test_transfer import some_of_each

OLD, NEW, OTHER = (new_key() for _ in range(3))
TRANSCRIPT = """Ann: Shall we move the Zanzibar warehouse to the quokka district in spring?
Dee: Yes. I will send you the periwinkle contract by Friday, and the budget is excellent.
Ann: Great, thank you! We decided on the Bordeaux supplier. I am worried about the hippogriff deadline.
"""
SECRETS = ("Zanzibar", "quokka", "periwinkle", "Bordeaux", "hippogriff")
ENCODED = base64.b64encode(TRANSCRIPT.encode()).decode()
MARKED = ("meetkit-encrypted:", "meetkit-encrypted:0:x", "meetkit-encrypted:1:gAAAAA")


def opened(database: str, *keys: str) -> SqlStore:
    return SqlStore(database, options=SqlOptions(encryption_keys=keys))


def work(store: SqlStore) -> None:
    """Have everything kept that is made from a transcript."""
    store.import_records(people())
    request: CreateMeetingRequestFields = {
        "user_id": "ann",
        "contact_id": "dee",
        "title": "Talk",
        "date": "2025-11-18T09:00:00Z",
    }
    with service.use(store=store):
        first = service.create_meeting(request, idempotency_key="first")
        assert service.analyze_meeting(first.id, TRANSCRIPT).action_items
        service.update_meeting(first.id, {"summary": "Of Zanzibar."})
        later = service.create_meeting({**request, "date": "2025-11-19T09:00:00Z"})
        assert "periwinkle" in service.generate_pre_meeting_prep(later.id).model_dump_json()
    store.add_meeting(meeting(transcript=TRANSCRIPT), idempotency=key())
    store.put_artefact(later.id, "answers", "What Zanzibar is to the model.")


def raw(database: str) -> str:
    """All that is in a database, and of SQLite in its files."""
    if database.startswith("sqlite:///"):
        file = Path(database.removeprefix("sqlite:///"))
        return b"\n".join(part.read_bytes() for part in file.parent.glob(f"{file.name}*")).decode("latin-1")
    engine = sqlalchemy.create_engine(database)
    with engine.connect() as connection:
        found = [
            row
            for table in tables.metadata.sorted_tables
            for row in connection.execute(text(f"SELECT {table.name}::text FROM {table.name}")).scalars()
        ]
    engine.dispose()
    return "\n".join(found)


def found_in(database: str) -> list[str]:
    """Which of the secrets can be read by whoever has the database and no key."""
    there = raw(database)
    return [secret for secret in (*SECRETS, ENCODED[40:80]) if secret in there]


def exported(database: str, *keys: str) -> list[bytes]:
    store = opened(database, *keys)
    lines = list(transfer.export_lines(store))
    store.close()
    return lines


class TestAtRest:
    def test_nothing_of_a_transcript_can_be_read_without_the_key(self, database: str) -> None:
        """Neither in the rows nor, while it is open, in SQLite's files; what was kept comes back by the key."""
        store = opened(database, NEW)
        work(store)

        assert found_in(database) == []
        [told, first, later] = store.list_meetings("ann", MeetingFilters())
        assert told.transcript == first.transcript == TRANSCRIPT
        assert store.get_artefact(later.id, "answers") == "What Zanzibar is to the model."
        assert [one.id for one in store.list_meetings("ann", MeetingFilters(text="of ZANZIBAR"))] == [first.id]
        assert [one.id for one in store.item_histories(user_id="ann")] == [first.id]
        store.close()

    def test_without_a_key_it_can(self, database: str) -> None:
        """So that the test above would find it."""
        store = opened(database)
        work(store)

        assert found_in(database) == [*SECRETS, ENCODED[40:80]]
        store.close()

    def test_a_repeat_of_a_request_is_answered_from_what_is_encrypted(self, database: str) -> None:
        store = opened(database, NEW)
        store.import_records(people())
        store.add_meeting(meeting(transcript=TRANSCRIPT), idempotency=key())

        assert store.first_result(key()) == meeting(transcript=TRANSCRIPT)
        assert store.add_meeting(meeting(1), idempotency=key()) == meeting(transcript=TRANSCRIPT)
        store.close()

    def test_a_change_of_one_thing_leaves_the_rest_as_it_is_kept(self, database: str) -> None:
        """What did not change is not encrypted again."""
        store = opened(database, NEW)
        store.import_records(people())
        store.add_meeting(meeting(transcript=TRANSCRIPT, summary="Zanzibar."))
        before = kept_texts(database)

        store.update_meeting("m0000000", lambda one: one.model_copy(update={"summary": "Bordeaux."}))

        [changed] = kept_texts(database) - before
        assert Cipher([NEW]).open(changed, "summary of meeting m0000000") == "Bordeaux."
        store.close()

    def test_a_transcript_of_ten_megabytes_comes_back(self, database: str) -> None:
        """As large as one may be."""
        store = opened(database, NEW)
        store.import_records(people())
        long = "💥 word\n" * 1_250_000
        store.add_meeting(meeting(transcript=long))

        assert store.get_meeting("m0000000").transcript == long
        store.close()

    def test_an_export_is_plain_and_an_import_encrypts(self, database: str, tmp_path: Path) -> None:
        """So it moves between databases with different keys."""
        store = opened(database, NEW)
        work(store)
        lines = list(transfer.export_lines(store))
        other = SqlStore(f"sqlite:///{tmp_path}/other.db", migrate=True, options=SqlOptions(encryption_keys=(OTHER,)))
        transfer.import_lines(other, lines)

        assert b"Zanzibar" in b"".join(lines)
        assert list(transfer.export_lines(other)) == lines
        assert found_in(f"sqlite:///{tmp_path}/other.db") == []
        for one in (store, other):
            one.close()


def kept_texts(database: str) -> set[str]:
    """The transcripts and summaries as they stand in the rows."""
    engine = sqlalchemy.create_engine(database)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT transcript, summary FROM meetkit_meetings")).all()
    engine.dispose()
    return {one for row in found for one in row}


class TestKeys:
    def test_processes_with_the_keys_in_another_order_read_each_other(self, database: str) -> None:
        """As while keys are rotated: all know both, and some begin to encrypt by the new one."""
        lists = ((OLD, NEW), (NEW, OLD))
        store = opened(database, OLD)
        store.import_records(people())
        store.close()

        def write_and_read(number: int) -> list[str | None]:
            store = opened(database, *lists[number])
            store.add_meeting(meeting(number, transcript=TRANSCRIPT * (number + 1)))
            found = [one.transcript for one in store.list_meetings("ann", MeetingFilters())]
            store.close()
            return found

        for number in (0, 1):
            in_processes(1, lambda _, number=number: write_and_read(number))  # type: ignore[misc]

        for keys in lists:
            store = opened(database, *keys)
            found = [one.transcript for one in store.list_meetings("ann", MeetingFilters())]
            assert found == [TRANSCRIPT, TRANSCRIPT * 2]
            store.close()

    def test_a_database_may_be_mixed(self, database: str) -> None:
        """What was kept before there were keys is read as before."""
        plain = opened(database)
        plain.import_records(people())
        plain.add_meeting(meeting(0, transcript=TRANSCRIPT))
        store = opened(database, NEW)
        store.add_meeting(meeting(1, transcript=TRANSCRIPT))

        assert [one.transcript for one in store.list_meetings("ann", MeetingFilters())] == [TRANSCRIPT] * 2
        assert plain.get_meeting("m0000000").transcript == TRANSCRIPT
        for one in (plain, store):
            one.close()

    @pytest.mark.parametrize(("keys", "why"), [((), "must hold its key"), ((OTHER,), "with a key that is not in")])
    def test_without_the_right_key_there_is_one_clear_error(
        self, database: str, keys: tuple[str, ...], why: str
    ) -> None:
        store = opened(database, NEW)
        work(store)
        [_, first, later] = store.list_meetings("ann", MeetingFilters())
        store.close()
        stranger = opened(database, *keys)

        reads: tuple[Callable[[], object], ...] = (
            lambda: stranger.get_meeting(first.id),
            lambda: stranger.list_meetings("ann", MeetingFilters()),
            lambda: stranger.update_meeting(first.id, lambda one: one),
            lambda: stranger.item_histories(user_id="ann"),
            lambda: stranger.get_artefact(later.id, "prep"),
            lambda: list(stranger.export_records()),
        )
        for read in reads:
            with pytest.raises(StoreError, match=why) as caught:
                read()
            assert "MEETKIT_ENCRYPTION_KEYS" in str(caught.value)
            assert not any(one in str(caught.value) for one in (*SECRETS, *keys, "gAAAA"))
        assert stranger.get_meeting(later.id) == later
        stranger.close()

    @pytest.mark.parametrize(
        "damage",
        [
            "substr(transcript, 1, length(transcript) - 9) || '!' || substr(transcript, length(transcript) - 7)",
            "substr(transcript, 1, 200)",
            "'meetkit-encrypted:1:'",
            "'meetkit-encrypted:1:gAAAAé'",
            "'meetkit-encrypted:1:gAAAA'",
        ],
    )
    def test_what_was_tampered_with_is_refused(self, database: str, damage: str) -> None:
        store = opened(database, NEW)
        store.import_records(people())
        store.add_meeting(meeting(transcript=TRANSCRIPT))
        execute(database, f"UPDATE meetkit_meetings SET transcript = {damage}".replace(":", r"\:"))

        with pytest.raises(StoreError, match="or was damaged"):
            store.get_meeting("m0000000")
        store.close()

    @pytest.mark.parametrize(
        ("table", "column", "of_another"),
        [
            ("meetings", "transcript", "SELECT transcript FROM meetkit_meetings WHERE id = 'm0000001'"),
            ("meetings", "summary", "SELECT transcript FROM meetkit_meetings WHERE id = 'm0000000'"),
            ("artefacts", "content", "SELECT content FROM meetkit_artefacts WHERE meeting_number = 2"),
            ("requests", "result", "SELECT result FROM meetkit_requests WHERE key = 'other'"),
        ],
    )
    def test_what_was_moved_from_another_place_is_refused(
        self, database: str, table: str, column: str, of_another: str
    ) -> None:
        """Whoever writes to the database without a key cannot have one meeting show what was said in another."""
        store = opened(database, NEW)
        said = [meeting(number, transcript=f"{number}", summary=f"{number}.") for number in (0, 1)]
        beside = [MeetingRecord(meeting=one, artefacts={"prep": one.summary or ""}) for one in said]
        requests = [RequestRecord.of(key(name), one) for name, one in zip(("key", "other"), said, strict=True)]
        store.import_records([*people(), *beside, *requests])
        first = {
            "meetings": "id = 'm0000000'",
            "artefacts": "meeting_number = 1",
            "requests": "key = 'key'",
        }[table]
        execute(database, f"UPDATE meetkit_{table} SET {column} = ({of_another}) WHERE {first}")

        with pytest.raises(StoreError, match=r"does not match its row \(copied ciphertext\)"):
            list(store.export_records())
        store.close()


marked = st.builds(str.__add__, st.sampled_from(["", *MARKED]), texts)
ciphers = st.sampled_from([Cipher(), Cipher([OLD]), Cipher([NEW, OLD])])


class TestCipher:
    @given(marked, texts, ciphers)
    def test_opens_what_it_sealed(self, said: str, place: str, cipher: Cipher) -> None:
        """Whatever it is, also what looks as if it was encrypted."""
        assert cipher.open(cipher.seal(said, place), place) == said
        assert cipher.open_json(cipher.seal_json([said], place), place) == [said]

    @given(marked, texts)
    def test_is_current_when_it_is_sealed_by_the_first_key(self, said: str, place: str) -> None:
        new, old, none = Cipher([NEW, OLD]), Cipher([OLD]), Cipher()

        assert [new.is_current(one.seal(said, place)) for one in (new, old, none)] == [True, False, False]
        assert [none.is_current(one.seal(said, place)) for one in (new, old, none)] == [False, False, True]
        assert new.open(old.seal(said, place), place) == said
        assert new.open(none.seal(said, place), place) == said

    @given(texts)
    def test_never_seals_the_same_twice_alike(self, said: str) -> None:
        cipher = Cipher([NEW])
        assert cipher.seal(said, "here") != cipher.seal(said, "here")

    @pytest.mark.parametrize(
        "bad",
        ["", "short", OLD[:-1], f"{OLD}=", OLD[:-4], f" {OLD}", "ä" * 44],
        ids=["empty", "short", "one less", "one more", "a group less", "a space", "no ASCII"],  # never the key's own
    )
    def test_refuses_what_is_no_key_without_showing_it(self, tmp_path: Path, bad: str) -> None:
        """And leaves no file behind."""
        with pytest.raises(InvalidRequestError, match="key 2 is not 32 bytes in URL-safe base64") as caught:
            SqlStore(f"sqlite:///{tmp_path}/x.db", migrate=True, options=SqlOptions(encryption_keys=(OLD, bad)))
        assert not bad or bad not in str(caught.value)
        assert list(tmp_path.iterdir()) == []

    def test_needs_its_library_only_where_there_are_keys(self, database: str) -> None:
        real = builtins.__import__

        def without(name: str, *rest: Any) -> Any:
            if name.startswith("cryptography"):
                raise ImportError(name)
            return real(name, *rest)

        with mock.patch.object(builtins, "__import__", without):
            opened(database).close()
            with pytest.raises(ImportError, match=re.escape("pip install 'meetkit[encryption]'")):
                opened(database, NEW)

    def test_keys_are_not_shown_with_the_options(self) -> None:
        options = SqlOptions.of(settings.load({"MEETKIT_ENCRYPTION_KEYS": f"{NEW}, {OLD}"}))

        assert options.encryption_keys == (NEW, OLD)
        assert NEW not in repr(options)
        assert NEW not in str(options)


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets these keys in the environment."""
    return lambda *keys: monkeypatch.setenv("MEETKIT_ENCRYPTION_KEYS", ",".join(keys))


@pytest.fixture
def worked_on(database: str) -> str:
    """A database in which everything is that is made from a transcript, and nothing is encrypted."""
    store = opened(database)
    work(store)
    store.add_meeting(meeting(5, transcript=MARKED[2], summary=MARKED[1]))
    store.close()
    return database


class TestEncrypt:
    def test_turns_what_is_plain_into_what_is_encrypted_and_back(
        self, meetkit: Run, worked_on: str, keys: Callable[..., None]
    ) -> None:
        """By new keys in between; what an export says is the same to the byte all along."""
        before = exported(worked_on)

        for now, removed in ((OLD,), ()), ((NEW, OLD), (OLD,)):
            keys(*now)
            said = meetkit("db", "encrypt", database=worked_on)
            assert said.code == 0, said.err
            assert re.match("[1-9][0-9,]* of [0-9,]+ rows encrypted;", said.out)
            assert found_in(worked_on) == []
            assert exported(worked_on, *(key for key in now if key not in removed)) == before
            assert re.match(
                "0 of [0-9]+ rows encrypted; the rest were already encrypted",
                meetkit("db", "encrypt", database=worked_on).out,
            )
            assert meetkit("db", "check", database=worked_on).code == 0

        said = meetkit("db", "encrypt", "--decrypt", database=worked_on)
        assert re.match("[1-9][0-9,]* of [0-9,]+ rows decrypted;", said.out)
        assert exported(worked_on) == before
        assert found_in(worked_on) == [*SECRETS, ENCODED[40:80]]

    def test_leaves_nothing_plain_in_sqlites_free_pages(
        self, meetkit: Run, tmp_path: Path, keys: Callable[..., None]
    ) -> None:
        """Unless somebody reads meanwhile, of which it tells."""
        url = f"sqlite:///{tmp_path}/meetings.db"
        store = SqlStore(url, migrate=True)
        work(store)
        keys(NEW)
        with store.database.snapshot() as connection:
            connection.execute(text("SELECT count(*) FROM meetkit_meetings")).scalar()
            with mock.patch.object(SqlOptions, "of", return_value=SqlOptions(encryption_keys=(NEW,), busy_timeout=0.1)):
                assert "The database is in use" in meetkit("db", "encrypt", database=url).out
            assert found_in(url)
        store.close()

        assert meetkit("db", "encrypt", "--json", database=url).out.count("true") == 1
        assert found_in(url) == []

    def test_says_what_remains_on_postgresql(self, meetkit: Run, postgres: Any, keys: Callable[..., None]) -> None:
        url = postgres.new_database()
        SqlStore(url, migrate=True).close()
        keys(NEW)

        assert "VACUUM FULL, and in the WAL and earlier backups" in meetkit("db", "encrypt", database=url).out

    def test_killed_in_the_middle_it_goes_on_where_it_was(
        self, meetkit: Run, database: str, keys: Callable[..., None]
    ) -> None:
        """Nothing is lost or half written, and what is there can be read by the same keys at any moment."""
        store = opened(database)
        many = [MeetingRecord(meeting=meeting(number, transcript=TRANSCRIPT)) for number in range(250)]
        records: list[Record] = [*people(), *many]
        store.import_records(records)
        store.close()
        before = exported(database)
        reached, tell = os.pipe()

        class Slow(Cipher):
            """Comes to the middle of the second page, and no further."""

            sealed = 0

            def seal(self, text: str, place: str) -> str:
                self.sealed += 1
                if self.sealed == 150:
                    os.write(tell, b"!")
                    signal.pause()
                return super().seal(text, place)

        def encrypt_slowly() -> None:
            for _ in encryption.rewrite(opened(database, NEW).database, Slow([NEW])):
                pass

        process = fork(encrypt_slowly)
        assert os.read(reached, 1) == b"!"
        assert process.pid
        os.kill(process.pid, signal.SIGKILL)
        process.join(30)

        assert exported(database, NEW) == before
        keys(NEW)
        assert meetkit("db", "encrypt", database=database).out.startswith(
            "150 of 250 rows encrypted; the rest were already encrypted."
        )
        assert found_in(database) == []
        assert exported(database, NEW) == before

    def test_what_others_change_meanwhile_is_kept(self, database: str) -> None:
        """It waits for who has a meeting, and who comes after it finds it encrypted."""
        store = opened(database, NEW)
        store.import_records([*people(), *(MeetingRecord(meeting=meeting(number, summary="0")) for number in range(8))])
        plain = SqlStore(database)
        plain.import_records([MeetingRecord(meeting=meeting(number, summary="0")) for number in range(8, 16)])

        def count_up(_: int) -> None:
            for number in list(range(16)) * 3:
                store.update_meeting(
                    f"m{number:07}", lambda one: one.model_copy(update={"summary": str(int(one.summary or "") + 1)})
                )

        with ThreadPoolExecutor(4) as pool:
            counting = [pool.submit(count_up, number) for number in range(3)]
            for _ in range(3):
                for _ in encryption.rewrite(store.database, Cipher([NEW])):
                    pass
        assert [one.result() for one in counting] == [None] * 3

        assert {one.summary for one in store.list_meetings("ann", MeetingFilters())} == {"9"}
        for one in (plain, store):
            one.close()

    def test_versions_and_times_stay(self, meetkit: Run, database: str, keys: Callable[..., None]) -> None:
        """It is no change of a meeting."""
        store = opened(database)
        store.import_records(some_of_each())
        before = store.get_meeting("m0000000")
        keys(NEW)
        assert meetkit("db", "encrypt", database=database).code == 0
        store.close()
        store = opened(database, NEW)

        assert store.get_meeting("m0000000") == before
        store.close()

    def test_refuses_to_go_on_where_a_key_is_missing(
        self, meetkit: Run, worked_on: str, keys: Callable[..., None]
    ) -> None:
        """And `db check` counts the rows."""
        keys(OLD)
        assert meetkit("db", "encrypt", database=worked_on).code == 0
        keys(NEW)

        trouble = meetkit("db", "encrypt", database=worked_on).trouble
        assert "with a key that is not in MEETKIT_ENCRYPTION_KEYS" in trouble
        said = meetkit("db", "check", database=worked_on).trouble
        assert re.fullmatch("[0-9]+ rows that no key of MEETKIT_ENCRYPTION_KEYS decrypts", said)

    @pytest.mark.parametrize(
        ("value", "why"),
        [
            (None, "MEETKIT_ENCRYPTION_KEYS is not set; `meetkit db new-key` makes a key for it"),
            (f"{NEW},", "key 2 is not 32 bytes"),
            (",", "key 1 is not 32 bytes"),
            ("hunter2", "key 1 is not 32 bytes"),
        ],
        ids=["none", "one and an empty one", "empty ones", "a password"],
    )
    def test_without_a_key_says_how_to_make_one(
        self, meetkit: Run, database: str, monkeypatch: pytest.MonkeyPatch, value: str | None, why: str
    ) -> None:
        if value:
            monkeypatch.setenv("MEETKIT_ENCRYPTION_KEYS", value)
            assert why in meetkit("meetings", "--user", "ann", database=database).trouble
        said = meetkit("db", "encrypt", database=database).trouble

        assert why in said
        assert "meetkit db new-key" in said
        assert "hunter2" not in said

    def test_a_new_key_is_one(self, meetkit: Run) -> None:
        """And another each time."""
        made = {meetkit("db", "new-key").out.strip() for _ in range(3)}

        assert len(made) == 3
        assert all(Cipher([one]).open(Cipher([one]).seal("x", "here"), "here") == "x" for one in made)


@pytest.fixture
def hosts(database: str) -> Iterator[sqlalchemy.Engine]:
    engine = sqlalchemy.create_engine(database)
    yield engine
    engine.dispose()


class TestHosts:
    def test_engine_is_used_by_keys_and_stays_as_it_was(self, database: str, hosts: sqlalchemy.Engine) -> None:
        """What else the host does on it knows nothing of them."""
        store = SqlStore(hosts, options=SqlOptions(encryption_keys=(NEW,)))
        work(store)

        assert found_in(database) == []
        with pytest.raises(StoreError, match="MEETKIT_ENCRYPTION_KEYS"):
            SqlStore(hosts).list_meetings("ann", MeetingFilters())

    def test_connection_is_used_by_keys(self, database: str, hosts: sqlalchemy.Engine) -> None:
        with hosts.begin() as connection:
            work(SqlStore(connection, options=SqlOptions(encryption_keys=(NEW,))))

        assert found_in(database) == []
        assert len(exported(database, NEW)) == 3 + 3 + 2 + 2


def _held(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("meetkit.db*"))


def _with_transcript(one: Meeting, transcript: str | None) -> Meeting:
    return one.model_copy(update={"transcript": transcript})


_FORGETTING: dict[str, Callable[[SqlStore, Meeting], object]] = {
    "user": lambda store, one: store.erase_user("ann", now=one.end),
    "contact": lambda store, one: store.erase_contact("dee", now=one.end),
    "purge": lambda store, one: store.purge(one.end + dt.timedelta(days=1), now=one.end),
    "deletion": lambda store, one: store.delete_meeting(one.id),
    "removal": lambda store, one: store.update_meeting(one.id, lambda it: _with_transcript(it, None)),
    "redaction": lambda store, one: store.update_meeting(one.id, lambda it: _with_transcript(it, "No.")),
}


@pytest.mark.parametrize("by", _FORGETTING)
def test_what_is_erased_is_in_no_file_while_the_store_is_open(tmp_path: Path, by: str) -> None:
    store = SqlStore(f"sqlite:///{tmp_path / 'meetkit.db'}", migrate=True)
    store.import_records(people())
    one = store.add_meeting(meeting(0, transcript="periwinkle " * 5_000, contact_id="dee"))
    assert b"periwinkle" in _held(tmp_path)

    _FORGETTING[by](store, one)

    assert b"periwinkle" not in _held(tmp_path)
    store.close()


def _seals_a_meeting(store: SqlStore) -> None:
    store.add_meeting(meeting(0, transcript=TRANSCRIPT))


def _seals_a_change(store: SqlStore) -> None:
    store.add_meeting(meeting(0))
    store.update_meeting("m0000000", lambda one: one.model_copy(update={"summary": "Bordeaux."}))


def _seals_what_lies_beside(store: SqlStore) -> None:
    store.add_meeting(meeting(0))
    store.put_artefact("m0000000", "answers", "Zanzibar")


def _seals_what_a_request_was_answered_with(store: SqlStore) -> None:
    store.add_meeting(meeting(0), idempotency=key())


def _seals_what_is_imported(store: SqlStore) -> None:
    store.import_records([MeetingRecord(meeting=meeting(0, summary="Bordeaux."))])


def _seals_what_is_imported_beside(store: SqlStore) -> None:
    store.import_records([MeetingRecord(meeting=meeting(0), artefacts={"answers": "Zanzibar"})])


def _seals_what_was_plain(store: SqlStore) -> None:
    plain = SqlStore(store.database.engine.execution_options(meetkit_cipher=Cipher()))
    plain.add_meeting(meeting(0, transcript=TRANSCRIPT))
    assert sum(changed for _, changed in encryption.rewrite(store.database, Cipher([OLD]))) == 1


@pytest.mark.parametrize(
    "work",
    [
        _seals_a_meeting,
        _seals_a_change,
        _seals_what_lies_beside,
        _seals_what_a_request_was_answered_with,
        _seals_what_is_imported,
        _seals_what_is_imported_beside,
        _seals_what_was_plain,
    ],
)
def test_a_missing_key_is_noticed_at_once_however_little_it_encrypted(
    database: str, work: Callable[[SqlStore], None]
) -> None:
    with ExitStack() as closing:
        store = opened(database, OLD)
        closing.callback(store.close)
        store.import_records([*people(), MeetingRecord(meeting=meeting(999, title=MARKED[2]))])
        assert [_lacks_a_key(database, None, closing), _lacks_a_key(database, OTHER, closing)] == [False, False]
        work(store)
        store.import_records([MeetingRecord(meeting=meeting(number)) for number in range(1, 200)])

        for keys, lacks in ((OLD, False), (f"{NEW},{OLD}", False), (OTHER, True), (None, True)):
            assert _lacks_a_key(database, keys, closing) == lacks


def test_a_key_stays_in_use_until_nothing_is_encrypted_by_it(database: str) -> None:
    with ExitStack() as closing:
        for number, keys in enumerate([(OLD,), (NEW, OLD)]):
            store = opened(database, *keys)
            closing.callback(store.close)
            store.import_records(people() if number == 0 else [])
            store.add_meeting(meeting(number, transcript=TRANSCRIPT))
        assert [_lacks_a_key(database, one, closing) for one in (OLD, NEW, f"{OLD},{NEW}")] == [True, True, False]

        rewriting = encryption.rewrite(store.database, Cipher([NEW, OLD]))
        next(rewriting)
        assert _lacks_a_key(database, NEW, closing)
        assert list(rewriting) == []
        assert [_lacks_a_key(database, one, closing) for one in (OLD, NEW)] == [True, False]

        assert list(encryption.rewrite(store.database, Cipher()))
        assert not _lacks_a_key(database, None, closing)


def _lacks_a_key(database: str, keys: str | None, closing: ExitStack) -> bool:
    """What `/readyz` and `meetkit doctor` say, and the service at its start."""
    given = settings.Settings(database_url=database, encryption_keys=keys)
    on = Database(database, options=SqlOptions.of(given))
    closing.callback(on.close)
    parts = asyncio.run(Readiness(SqlStore(on)).parts())
    (check,) = (one for one in checks.run(given, database, ask_model=False) if one.part == "encryption")
    if parts.get("encryption") is None:
        assert (state(parts), check.state != "broken") == ("ready", True)
        assembly.open_database(given, closing)
        return False
    assert (parts["encryption"], state(parts), check.state) == ("failed", "not ready", "broken")
    with pytest.raises(StoreError, match="MEETKIT_ENCRYPTION_KEYS lacks a key"):
        assembly.open_database(given, closing)
    return True
