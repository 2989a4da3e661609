"""A store as lines and back: nothing is lost between any two stores, nothing damaged gets in."""

from __future__ import annotations

import datetime as dt
import io
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetkit import data
from meetkit.errors import InvalidRequestError
from meetkit.meetings import synthetic
from meetkit.models.records import CalendarRecord, MeetingRecord, Record, RequestRecord, UserRecord
from meetkit.storage import MemoryStore, SqlStore, Store, transfer
from meetkit.testing.examples import ANN, calendar, key, meeting, people
from tests import strategies
from tests.databases import Postgres

START = dt.date(2025, 11, 17)


class OneExport(MemoryStore):
    """A store whose export is given."""

    def __init__(self, records: Sequence[Record]) -> None:
        super().__init__()
        self._records = records

    def export_records(self) -> Iterator[Record]:
        return iter(self._records)


def some_of_each() -> list[Record]:
    """Records of every kind, in the order in which every store exports them."""
    return [
        *people(),
        CalendarRecord(user_id="ann", calendar=calendar((5, 6), name="home", status="tentative")),
        CalendarRecord(user_id="ben", calendar=calendar((7, 8))),
        MeetingRecord(meeting=meeting(0, contact_id="dee", attendee_ids=["ben"], transcript="Hi.\r\n\u2028💥")),
        MeetingRecord(meeting=meeting(1, exclusive=True), artefacts={"prep": "{}", "other": "\n"}),
        MeetingRecord(meeting=meeting(2, status="cancelled", exclusive=True)),
        RequestRecord.of(key(), meeting(9, id="gone")),
    ]


def filled(store: Store) -> Store:
    store.import_records(some_of_each())
    store.import_records(synthetic.records(7, 50, 1, START))
    return store


@pytest.fixture
def sql_store(database: str) -> Iterator[SqlStore]:
    store = SqlStore(database)
    yield store
    store.close()


class TestRoundTrip:
    def test_from_memory_to_a_database_and_back(self, sql_store: SqlStore) -> None:
        """What three stores export, one filled from the other, is the same to the byte."""
        lines = list(transfer.export_lines(filled(MemoryStore())))

        assert transfer.import_lines(sql_store, lines) == len(lines) - 2
        assert list(transfer.export_lines(sql_store)) == lines
        back = MemoryStore()
        transfer.import_lines(back, transfer.export_lines(sql_store))
        assert list(transfer.export_lines(back)) == lines

    def test_between_databases(self, sql_store: SqlStore, tmp_path: Path) -> None:
        """From either kind to a new SQLite file, and what that exports is the same to the byte."""
        filled(sql_store)
        other = SqlStore(f"sqlite:///{tmp_path}/other.db", migrate=True)

        transfer.import_lines(other, transfer.export_lines(sql_store))

        assert list(transfer.export_lines(other)) == list(transfer.export_lines(sql_store))
        other.close()

    def test_from_sqlite_to_postgresql(self, postgres: Postgres, tmp_path: Path) -> None:
        """A SQLite file that began as a trial moves to where it can grow."""
        first = SqlStore(f"sqlite:///{tmp_path}/first.db", migrate=True)
        filled(first)
        grown = SqlStore(postgres.new_database(), migrate=True)

        transfer.import_lines(grown, transfer.export_lines(first))

        assert list(transfer.export_lines(grown)) == list(transfer.export_lines(first))
        first.close()
        grown.close()

    def test_the_sample_has_all_it_is_made_of(self) -> None:
        """Transcripts, work hours and days off among it."""
        store = MemoryStore()
        transfer.import_lines(store, transfer.export_lines(data.sample_store()))

        assert list(store.export_records()) == list(data.sample_store().export_records())

    @given(st.lists(st.one_of(strategies.records), max_size=5))
    def test_records_to_lines_and_back_are_the_same(self, records: list[Record]) -> None:
        """Law: whatever a record holds, it comes back equal, offsets included."""
        lines = list(transfer.export_lines(OneExport(records)))
        back = list(transfer.read_records(lines))

        assert back == records
        assert list(transfer.export_lines(OneExport(back))) == lines

    def test_an_empty_store_has_an_export(self) -> None:
        """A beginning and an end."""
        lines = list(transfer.export_lines(MemoryStore()))

        assert lines == [b'{"kind":"meetkit","format":1}\n', b'{"kind":"end","records":0}\n']
        assert transfer.import_lines(MemoryStore(), lines) == 0

    def test_the_tally_counts_by_kind(self) -> None:
        """Both ways; what it held before is forgotten."""
        out, into = Counter(old=1), Counter(old=1)
        lines = list(transfer.export_lines(filled(MemoryStore()), tally=out))
        transfer.import_lines(MemoryStore(), lines, tally=into)

        assert out == into == {"user": 9, "contact": 2, "calendar": 2, "meeting": 53, "request": 1}

    def test_a_program_may_write_it_otherwise(self) -> None:
        """Spaces, escapes and the order of fields make no difference, nor does a missing last line break."""
        lines = [
            json.dumps(dict(reversed(json.loads(line).items())), ensure_ascii=True).encode() + b"\r\n"
            for line in transfer.export_lines(filled(MemoryStore()))
        ]
        lines[-1] = lines[-1].strip()

        store = MemoryStore()
        transfer.import_lines(store, lines)
        assert list(store.export_records()) == list(filled(MemoryStore()).export_records())


def exported() -> list[bytes]:
    """Four lines: the header, Ann, Ben, the end."""
    return list(transfer.export_lines(MemoryStore(users=[ANN, ANN.model_copy(update={"id": "ben"})])))


def with_line(number: int, line: bytes) -> list[bytes]:
    lines = exported()
    lines[number - 1 : number] = [line]
    return lines


def with_value(value: bytes, other: bytes) -> list[bytes]:
    return with_line(2, exported()[1].replace(value, other))


def with_meeting(**fields: str) -> list[bytes]:
    record = {"kind": "meeting", "meeting": {**meeting(0).model_dump(mode="json"), **fields}}
    return with_line(2, json.dumps(record).encode())


SECRET = b"Jennifer"


class TestDamage:
    @pytest.mark.parametrize(
        ("lines", "why"),
        [
            ([], "line 1: an export of meetkit begins with"),
            ([b"\x00" * 10_000], "line 1: an export of meetkit begins with"),
            (exported()[1:], "line 1: an export of meetkit begins with"),
            (with_line(1, b'{"kind":"meetkit","format":0}'), "line 1: an export of meetkit begins with"),
            (with_line(1, b'{"kind":"meetkit","format":1,"by":"x"}'), "line 1: an export of meetkit begins with"),
            (
                with_line(1, b'{"kind":"meetkit","format":2,"by":"x"}'),
                "line 1: format 2 is newer than this version",
            ),
            (with_line(1, b'{"kind":"meetkit","format":' + b"9" * 5000), "line 1: an export of meetkit begins with"),
            (with_line(2, b'{"kind":"user","user":{"id":"Jennifer'), "line 2: not JSON in UTF-8: EOF"),
            (with_line(2, b'{"kind":"user","user":{"id":"Jennifer\xff"}}'), "line 2: not JSON in UTF-8: invalid"),
            (with_line(2, b"\n"), "line 2: empty"),
            (with_line(2, b"[" * 1_000_000), "line 2: not JSON in UTF-8: recursion limit"),
            (with_line(2, b'{"kind":"user","user":' * 100_000), "line 2: not JSON in UTF-8: recursion limit"),
            (with_line(2, b"[]"), "line 2: Input should be an object"),
            (with_line(2, b'{"name":"Jennifer"}'), "line 2: its kind is not one of user, contact"),
            (with_line(2, b'{"kind":"Jennifer"}'), "line 2: its kind is not one of user, contact"),
            (with_line(2, b'{"kind":"user","usr":{}}'), "line 2: user: unknown field 'usr'"),
            (with_line(2, exported()[1].replace(b"Seller", b"S\\u0000")), "line 2: user.user.role: holds a NUL"),
            (with_line(2, exported()[1].replace(b"Seller", b"\\ud800")), "line 2: not JSON in UTF-8"),
            (with_line(2, exported()[1].replace(b"UTC", b"Mars")), "line 2: user.user.timezone: unknown time zone"),
            (with_value(b'"UTC"', b'"Europe/Jennifer"'), "line 2: user.user.timezone: unknown time zone"),
            (with_value(b"ann@company.com", b"Jennifer.private"), "line 2: user.user.email: is not an email address"),
            (with_value(b"09:00", b"Jennifer"), "line 2: user.user.work_hours.0.start: is not a time of day"),
            (with_value(b"[]", b'[{"date":"Jennifer"}]'), "line 2: user.user.exceptions.0.date: is not a date such as"),
            (with_meeting(date="Jennifer"), "line 2: meeting.meeting.date: is not an ISO 8601 date and time"),
            (
                with_meeting(date="2026-03-29T02:30", timezone="Europe/Berlin"),
                "line 2: meeting.meeting: date: not a time",
            ),
            (with_meeting(created_at="Jennifer"), "line 2: meeting.meeting.created_at: is not an ISO 8601"),
            (with_line(2, b"x" * (transfer.MAX_LINE + 1)), "line 2: longer than 268,435,456 bytes"),
            (with_line(3, exported()[1]), "line 3: there is already a user with id 'ann'"),
            (with_line(3, exported()[0]), "line 3: a second first line"),
            (exported()[:-1], "line 4: missing; the file was cut off"),
            (exported()[:1], "line 2: missing; the file was cut off"),
            (with_line(4, b'{"kind":"end","records":3}'), "line 4: announces 3 records, and 2 came before it"),
            (with_line(4, b'{"kind":"end","records":-2}'), "line 4: end.records: Input should be greater"),
            ([*exported()[:2], exported()[-1]], "line 3: announces 2 records, and 1 came before it"),
            ([*exported(), b"\n"], "line 5: nothing may follow"),
            ([*exported(), *exported()], "line 5: nothing may follow"),
        ],
    )
    def test_is_told_by_its_line_and_nothing_is_kept(self, lines: list[bytes], why: str) -> None:
        """The message is one short line, and does not show what stands there."""
        store = MemoryStore()

        with pytest.raises(InvalidRequestError) as caught:
            transfer.import_lines(store, lines)

        said = str(caught.value)
        assert said.startswith(why)
        assert (len(said) < 400, "\n" in said, SECRET.decode() in said) == (True, False, False)
        assert "02:30" not in said
        assert list(store.export_records()) == []

    def test_of_a_record_that_the_store_refuses_is_told_by_its_line(self, sql_store: SqlStore) -> None:
        """The database finds it after having kept a thousand others, and keeps none of them."""
        store = MemoryStore()
        store.import_records(synthetic.records(7, 1_200, 1, START))
        lines = list(transfer.export_lines(store))
        [first, *others] = [line for line in lines if line.startswith(b'{"kind":"meeting"')]
        assert len(others) > 1_000
        lines[-1:] = [first, b'{"kind":"end","records":%d}' % (len(lines) - 1)]

        with pytest.raises(InvalidRequestError, match=f"^line {len(lines) - 1}: there is already a meeting "):
            transfer.import_lines(sql_store, lines)
        assert list(sql_store.export_records()) == []

    def test_a_long_name_of_a_field_is_cut(self) -> None:
        """What stands in the file as the name of something fills no terminal."""
        line = b'{"kind":"meeting","meeting":{},"artefacts":{"' + b"x" * 10**6 + b'":1}}'

        with pytest.raises(InvalidRequestError) as caught:
            transfer.import_lines(MemoryStore(), with_line(2, line))
        assert len(str(caught.value)) < 400

    @given(st.integers(0, len(b"".join(exported())) - 2))
    def test_a_file_that_was_cut_off_anywhere_is_refused(self, at: int) -> None:
        """Whatever byte is the last."""
        file = io.BytesIO(b"".join(exported())[:at])

        with pytest.raises(InvalidRequestError, match=r"^line [1-4]: "):
            transfer.import_lines(MemoryStore(), transfer.read_lines(file))

    @given(st.binary(max_size=200), st.integers(1, 5))
    def test_no_bytes_are_worse_than_refused(self, noise: bytes, number: int) -> None:
        """Whatever stands in place of a line, the error is ours."""
        with pytest.raises(InvalidRequestError, match=r"^line [1-6]: "):
            transfer.import_lines(MemoryStore(), with_line(number, noise))

    def test_a_record_that_could_not_be_read_again_is_not_written(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Better no export than one that is refused when it is needed."""
        monkeypatch.setattr(transfer, "MAX_LINE", 100)

        with pytest.raises(InvalidRequestError, match="a record of kind user exceeds the line limit of 100 bytes"):
            list(transfer.export_lines(MemoryStore(users=[ANN])))

    def test_a_file_without_line_breaks_is_read_in_pieces(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """No piece is longer than a line may be, and a byte."""
        monkeypatch.setattr(transfer, "MAX_LINE", 10)

        assert [len(piece) for piece in transfer.read_lines(io.BytesIO(b"x" * 25))] == [11, 11, 3]


PEAK = """
import datetime as dt, sys, tracemalloc
from meetkit.meetings import synthetic
from meetkit.models.records import MeetingRecord
from meetkit.storage import SqlStore, transfer

meetings, folder = int(sys.argv[1]), sys.argv[2]
first = SqlStore(f"sqlite:///{folder}/first{meetings}.db", migrate=True)
second = SqlStore(f"sqlite:///{folder}/second{meetings}.db", migrate=True)

def with_transcript(number, record):
    if not isinstance(record, MeetingRecord):
        return record
    transcript = f"{number:,} words. ".ljust(20_000, "x")
    return MeetingRecord(meeting=record.meeting.model_copy(update={"transcript": transcript}))

made = synthetic.records(30, meetings, 1, dt.date(2025, 11, 17))
first.import_records(with_transcript(number, record) for number, record in enumerate(made))
tracemalloc.start()
assert transfer.import_lines(second, transfer.export_lines(first)) == meetings + 36
print(tracemalloc.get_traced_memory()[1])
"""


@pytest.fixture
def peak(tmp_path: Path) -> Callable[[int], int]:
    """The most bytes that were in use while so many meetings of 20 kB were exported and imported."""

    def measure(meetings: int) -> int:
        command = [sys.executable, "-c", PEAK, str(meetings), str(tmp_path)]
        return int(subprocess.run(command, capture_output=True, check=True, timeout=300).stdout)

    return measure


def test_memory_does_not_grow_with_the_number_of_meetings(peak: Callable[[int], int]) -> None:
    """They are handed on in batches of 8 MB, of which less than four are held at once; all of them take 80 MB."""
    many = peak(4_000)
    assert many < 32_000_000
    assert many < peak(1_000) + 2_000_000


def test_users_alone_are_an_export_too() -> None:
    """Records may be of one kind only."""
    store = MemoryStore()
    assert transfer.import_lines(store, exported()) == 2
    assert [type(record) for record in store.export_records()] == [UserRecord, UserRecord]
