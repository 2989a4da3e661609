"""Made-up calendars: the same for the same arguments, valid, and alike to real ones."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import subprocess
import sys
from collections import Counter
from zoneinfo import ZoneInfo

import pytest

from meetkit.errors import InvalidRequestError
from meetkit.meetings import synthetic
from meetkit.models import Contact, Meeting, User
from meetkit.models.records import ContactRecord, MeetingRecord, Record, UserRecord
from meetkit.storage import MemoryStore

START = dt.date(2025, 11, 17)
RECORDS = list(synthetic.records(30, 3000, 1, START))
USERS: dict[str, User] = {record.user.id: record.user for record in RECORDS if isinstance(record, UserRecord)}
CONTACTS: list[Contact] = [record.contact for record in RECORDS if isinstance(record, ContactRecord)]
MEETINGS: list[Meeting] = [record.meeting for record in RECORDS if isinstance(record, MeetingRecord)]


def digest(records: list[Record]) -> str:
    return hashlib.sha256("\n".join(record.model_dump_json() for record in records).encode()).hexdigest()


def local(meeting: Meeting) -> tuple[dt.datetime, dt.datetime]:
    """Begin and end on the owner's wall clock."""
    zone = ZoneInfo(USERS[meeting.user_id].timezone)
    return meeting.date.astimezone(zone), meeting.end.astimezone(zone)


def test_the_same_arguments_give_the_same_records_everywhere() -> None:
    """In this process, in others, and under every version of Python: this is what they are."""
    code = """
import datetime as dt
from meetkit.meetings import synthetic
from tests.test_synthetic import digest
print(digest(list(synthetic.records(7, 100, 5, dt.date(2025, 11, 17)))))
"""
    environment = {**os.environ, "PYTHONHASHSEED": "77"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60, env=environment)

    assert done.stdout.decode().strip() == digest(list(synthetic.records(7, 100, 5, START)))
    assert done.stdout.decode().strip() == "404cf0cc4d1e85c1af8593e181d70e4700a8591af70cec673f33aa3f01899df3"


def test_another_seed_gives_others() -> None:
    """And the same people."""
    other = list(synthetic.records(30, 3000, 2, START))

    assert other[: len(USERS)] == RECORDS[: len(USERS)]
    assert other[-1] != RECORDS[-1]


def test_what_is_not_validated_is_valid() -> None:
    """Read as if from outside, every record is the same."""
    for record in RECORDS:
        checked = type(record).model_validate_json(record.model_dump_json())
        assert checked == record
        assert checked.model_dump_json() == record.model_dump_json()
        assert type(record).model_validate(record.model_dump()) == record


def test_a_store_takes_them() -> None:
    """People come before the meetings that name them, and no id comes twice."""
    MemoryStore().import_records(RECORDS)


def test_there_are_as_many_as_asked_for() -> None:
    """And a contact for every five users, at least one."""
    assert (len(USERS), len(CONTACTS), len(MEETINGS)) == (30, 6, 3000)
    assert [record.kind for record in synthetic.records(1, 1, 1, START)] == ["user", "contact", "meeting"]
    assert len(list(synthetic.records(3, 0, 1, START))) == 4


def test_people_live_in_a_dozen_zones() -> None:
    """And keep the hours of their place."""
    assert len({user.timezone for user in USERS.values()}) == 12
    assert len({user.work_hours for user in USERS.values()}) > 2


def test_meetings_lie_within_their_owners_hours() -> None:
    """On weekdays, on half hours, for a quarter of an hour to a whole one."""
    for meeting in MEETINGS:
        start, end = local(meeting)
        [hours] = USERS[meeting.user_id].work_hours
        assert start.weekday() < 5
        assert (start.minute % 30, start.second, meeting.timezone) == (0, 0, USERS[meeting.user_id].timezone)
        assert hours.start <= f"{start:%H:%M}" < f"{end:%H:%M}" <= hours.end
    assert {meeting.duration_minutes for meeting in MEETINGS} == {15, 30, 45, 60}


def test_up_to_three_others_attend_mostly_from_near() -> None:
    """Within three hours of the owner's clock for most of them."""
    near = Counter[bool]()
    for meeting in MEETINGS:
        assert meeting.user_id not in meeting.attendee_ids
        assert len(meeting.attendee_ids) <= 3
        offsets = [meeting.date.astimezone(ZoneInfo(USERS[one].timezone)).utcoffset() for one in meeting.user_ids]
        near.update(
            abs((other or dt.timedelta()) - (offsets[0] or dt.timedelta())) <= dt.timedelta(hours=3)
            for other in offsets[1:]
        )
    assert near[True] > 2 * near[False]
    assert {len(meeting.attendee_ids) for meeting in MEETINGS} == {0, 1, 2, 3}


def test_about_half_are_with_a_contact() -> None:
    """And every contact has some."""
    external = [meeting.contact_id for meeting in MEETINGS if meeting.contact_id]

    assert 0.4 < len(external) / len(MEETINGS) < 0.6
    assert set(external) == {contact.id for contact in CONTACTS}


def test_what_is_past_is_completed_or_was_cancelled() -> None:
    """What was completed has a summary, and often something to do; what is to come has neither."""
    for meeting in MEETINGS:
        is_past = local(meeting)[0].date() < START
        assert meeting.status in ({"completed", "cancelled"} if is_past else {"scheduled", "cancelled"})
        assert (meeting.status == "completed") == (meeting.summary is not None)
        assert meeting.status == "completed" or not meeting.action_items
    statuses = Counter(meeting.status for meeting in MEETINGS)
    assert min(statuses.values()) > 100
    assert sum(bool(meeting.action_items) for meeting in MEETINGS) > 500


def test_they_are_spread_evenly_over_users_and_weeks() -> None:
    """The same number for each owner, and in each whole week of the 200 days about as many."""
    assert set(Counter(meeting.user_id for meeting in MEETINGS).values()) == {100}
    weeks = Counter(local(meeting)[0].isocalendar()[:2] for meeting in MEETINGS)
    [*whole, _] = [number for _, number in sorted(weeks.items())]
    assert len(weeks) == 29
    assert min(whole) > 80
    assert max(whole) < 130


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((0, 1, 1, START), "at least 1 user and 0 meetings, not 0 and 1"),
        ((1, -1, 1, START), "at least 1 user and 0 meetings, not 1 and -1"),
        ((1, 1, 1, dt.date(1066, 10, 14)), "start: a year from 1971 to 9997, not 1066"),
        ((1, 1, 1, dt.date(9998, 1, 1)), "start: a year from 1971 to 9997, not 9998"),
    ],
)
def test_what_cannot_be_is_refused_at_once(arguments: tuple[int, int, int, dt.date], why: str) -> None:
    """Before the first record is asked for."""
    with pytest.raises(InvalidRequestError, match=why):
        synthetic.records(*arguments)


@pytest.mark.parametrize("start", [dt.date(1971, 1, 1), dt.date(9997, 12, 31)])
def test_the_first_and_the_last_years_work(start: dt.date) -> None:
    """A hundred days before and after are years that meetings can lie in."""
    assert len(list(synthetic.records(12, 240, 1, start))) == 254
