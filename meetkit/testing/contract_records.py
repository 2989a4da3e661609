"""The part of the contract of stores on export and import."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from meetkit.errors import RecordError
from meetkit.models.records import (
    CalendarRecord,
    ContactRecord,
    MeetingRecord,
    Record,
    RequestRecord,
    UserRecord,
)
from meetkit.storage import Store
from meetkit.testing.complete_examples import complete_calendar, complete_contact, complete_meeting, complete_user
from meetkit.testing.examples import (
    ANN,
    busy,
    calendar,
    key,
    meeting,
    meeting_ids,
    people,
)


def some_records() -> list[Record]:
    """Return records that may follow those of Ann, Ben and Dee."""
    return [
        CalendarRecord(user_id="ben", calendar=calendar((7, 8))),
        MeetingRecord(meeting=meeting(0, contact_id="dee", attendee_ids=["ben", "ann"], transcript="Hi. 💥")),
        MeetingRecord(meeting=meeting(1, exclusive=True), artefacts={"prep": "{}", "other": "\n"}),
        MeetingRecord(meeting=meeting(2, status="cancelled", exclusive=True)),
        # A request whose meeting was deleted before the export.
        RequestRecord(idempotency=key("deleted"), meeting_id="deleted", result=None),
        RequestRecord.of(key(), meeting(9, id="gone")),
    ]


class RecordsContract:
    """An export that is imported again is the same, and an import is whole or not at all."""

    def test_what_is_imported_is_exported_again(self, store: Store) -> None:
        """The records are equal and in their order."""
        store.import_records(some_records())

        assert list(store.export_records()) == [*people(), *some_records()]

    def test_every_field_of_every_record_is_imported_and_exported(self, store: Store) -> None:
        """A record of every kind with every field filled is exported as it was imported."""
        users, contacts = [UserRecord(user=complete_user())], [ContactRecord(contact=complete_contact())]
        later: list[Record] = [
            CalendarRecord(user_id="complete-user", calendar=complete_calendar()),
            MeetingRecord(meeting=complete_meeting(), artefacts={"prep": "{}"}),
            RequestRecord.of(key(), complete_meeting()),
        ]
        ann, ben, dee = people()

        store.import_records([*users, *contacts, *later])

        assert list(store.export_records()) == [ann, ben, *users, dee, *contacts, *later]

    def test_what_is_imported_is_in_use(self, store: Store) -> None:
        """Lists, busy time, attachments, calendars and keys hold it."""
        store.import_records(some_records())

        assert meeting_ids(store, "ben") == ["m0000000"]
        assert (len(busy(store, "ann")), len(busy(store, "ben"))) == (2, 2)
        assert store.get_artefact("m0000001", "other") == "\n"
        assert store.add_meeting(meeting(5), idempotency=key()).id == "gone"

    @pytest.mark.parametrize(
        ("wrong", "why"),
        [
            (UserRecord(user=ANN), "already a user"),
            (MeetingRecord(meeting=meeting(0)), "already a meeting"),
            (MeetingRecord(meeting=meeting(7, user_id="x")), "no user with id 'x'"),
            (MeetingRecord(meeting=meeting(7, contact_id="x")), "no contact with id 'x'"),
            (MeetingRecord(meeting=meeting(1, id="new", exclusive=True)), "booked"),
            (CalendarRecord(user_id="x", calendar=calendar()), "no user with id 'x'"),
            (RequestRecord.of(key(), meeting()), "already a request"),
        ],
    )
    def test_an_import_is_whole_or_not_at_all(self, store: Store, wrong: Record, why: str) -> None:
        """A record that cannot be stored is named by its number, and no other record is stored."""
        with pytest.raises(RecordError, match=why) as error_info:
            store.import_records([*some_records(), wrong, MeetingRecord(meeting=meeting(8))])

        assert error_info.value.number == len(some_records()) + 1
        assert list(store.export_records()) == people()

    def test_an_import_that_cannot_be_read_to_its_end_stores_nothing(self, store: Store) -> None:
        """An error of the source of records is raised, and nothing is stored."""

        def fail() -> Iterator[Record]:
            yield from some_records()
            raise OSError("unplugged")

        with pytest.raises(OSError, match="unplugged"):
            store.import_records(fail())
        assert list(store.export_records()) == people()
