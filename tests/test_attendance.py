"""Attendees respond: nobody's time is taken by whoever names them, unless they act for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient

from meetkit import data, settings
from meetkit import meeting_service as service
from meetkit.errors import ConflictError, ForbiddenError, InvalidRequestError, NotFoundError
from meetkit.meetings.guarded_store import GuardedStore
from meetkit.models import CreateMeetingRequest, Meeting, MeetingUpdate
from meetkit.models.base import parse
from meetkit.models.caller import Caller
from meetkit.models.responses import Answer
from meetkit.models.zones import to_microseconds
from meetkit.storage import MemoryStore, SqlStore, Store
from meetkit.testing.examples import MONDAY
from meetkit.web.paging import PREFIX
from tests import access_matrix, web_apps
from tests.access_matrix import name
from tests.web_apps import caller, client_of, refusal

HOUR = dt.timedelta(hours=1)
FREE = MONDAY + dt.timedelta(days=30)
MEMBER, ATTENDEE, OUTSIDER = (name("default", role) for role in ("member", "attendee", "outsider"))
CALL = {"title": "Call", "date": FREE.isoformat(), "attendee_ids": [ATTENDEE, OUTSIDER]}


@pytest.fixture(params=["memory", "sql"])
def inner(request: pytest.FixtureRequest, sqlite_tables: str) -> Iterator[Store]:
    store = MemoryStore() if request.param == "memory" else SqlStore(sqlite_tables)
    store.import_records(access_matrix.records("default"))
    yield store
    if isinstance(store, SqlStore):
        store.close()


def by(inner: Store, who: Caller, call: Callable[[], Meeting], **more: Any) -> Meeting:
    """What a caller makes of a meeting."""
    with service.use(store=GuardedStore(inner, who, **more)):
        return call()


def create(inner: Store, who: Caller, **fields: Any) -> Meeting:
    return by(
        inner,
        who,
        lambda: service.create_meeting(parse(CreateMeetingRequest, {**CALL, "user_id": who.user_id, **fields})),
    )


def book(inner: Store, who: Caller, **fields: Any) -> Meeting:
    return by(
        inner,
        who,
        lambda: service.book_meeting(parse(CreateMeetingRequest, {**CALL, "user_id": who.user_id, **fields})),
    )


def respond(inner: Store, who: Caller, meeting_id: str, response: Answer, user_id: str, **more: Any) -> Meeting:
    return by(inner, who, lambda: service.respond_to_meeting(meeting_id, user_id, response, **more))


def is_busy(inner: Store, user_id: str, at: dt.datetime = FREE) -> bool:
    start = to_microseconds(at)
    return any(begin <= start < end for begin, end in inner.busy_intervals([user_id], start, start + 1))


MEMBER_CALLER, ATTENDEE_CALLER, MANAGER, ADMIN = map(access_matrix.caller, ("member", "attendee", "manager", "admin"))


@pytest.mark.parametrize("make", [create, book])
def test_whoever_a_member_names_is_invited_and_free(inner: Store, make: Callable[..., Meeting]) -> None:
    made = make(inner, MEMBER_CALLER)

    assert made.responses == {ATTENDEE: "invited", OUTSIDER: "invited"}
    assert (is_busy(inner, MEMBER), is_busy(inner, ATTENDEE)) == (True, False)
    accepted = respond(inner, ATTENDEE_CALLER, made.id, "accepted", ATTENDEE)
    assert (accepted.responses, accepted.version) == ({OUTSIDER: "invited"}, 2)
    assert (is_busy(inner, ATTENDEE), is_busy(inner, OUTSIDER)) == (True, False)
    respond(inner, ATTENDEE_CALLER, made.id, "declined", ATTENDEE)
    assert not is_busy(inner, ATTENDEE)
    respond(inner, ATTENDEE_CALLER, made.id, "tentative", ATTENDEE)
    assert is_busy(inner, ATTENDEE)


def test_the_first_free_time_is_no_ones_either(inner: Store) -> None:
    window = (FREE, FREE + 8 * HOUR)
    made = by(inner, MEMBER_CALLER, lambda: service.book_first_free([MEMBER, ATTENDEE], 30, *window))

    assert made.responses == {ATTENDEE: "invited"}
    assert not is_busy(inner, ATTENDEE, made.date)


def test_who_acts_for_somebody_accepts_for_them(inner: Store) -> None:
    """Admins act for all, managers for their team, and a trusted host, which has no caller, for all."""
    assert create(inner, ADMIN).responses == {}
    assert create(inner, MANAGER, attendee_ids=[MEMBER, ATTENDEE]).responses == {ATTENDEE: "invited"}
    with service.use(store=inner):
        assert service.create_meeting(parse(CreateMeetingRequest, {**CALL, "user_id": MEMBER})).responses == {}


def test_an_admins_key_that_only_writes_acts_for_nobody_else(inner: Store) -> None:
    writing = access_matrix.caller("admin", right="write")

    assert create(inner, writing).responses == {ATTENDEE: "invited", OUTSIDER: "invited"}


def test_where_the_host_says_so_nobody_is_asked(inner: Store) -> None:
    request = parse(CreateMeetingRequest, {**CALL, "user_id": MEMBER})
    made = by(inner, MEMBER_CALLER, lambda: service.create_meeting(request), attendee_response="accepted")

    assert made.responses == {}
    assert is_busy(inner, ATTENDEE)


def test_an_owner_answers_for_nobody(inner: Store) -> None:
    made = create(inner, MEMBER_CALLER)

    for user_id in (ATTENDEE, OUTSIDER):
        with pytest.raises(ForbiddenError, match="respond for this user"):
            respond(inner, MEMBER_CALLER, made.id, "accepted", user_id)
    with pytest.raises(ForbiddenError, match="respond for this user"):
        respond(inner, ATTENDEE_CALLER, made.id, "declined", OUTSIDER)
    with pytest.raises(InvalidRequestError, match="responses cannot be changed"):
        by(
            inner,
            MEMBER_CALLER,
            lambda: service.update_meeting(made.id, parse(MeetingUpdate, {"responses": {ATTENDEE: "accepted"}})),
        )
    assert inner.get_meeting(made.id) == made


def test_to_who_is_not_in_it_a_meeting_is_not_there(inner: Store) -> None:
    made = create(inner, MEMBER_CALLER, attendee_ids=[])

    with pytest.raises(NotFoundError, match="no meeting"):
        respond(inner, ATTENDEE_CALLER, made.id, "accepted", ATTENDEE)


def test_managers_and_admins_answer_for_their_people(inner: Store) -> None:
    made = create(inner, access_matrix.caller("outsider"), attendee_ids=[MEMBER, ATTENDEE])

    respond(inner, MANAGER, made.id, "accepted", MEMBER)
    assert respond(inner, ADMIN, made.id, "tentative", ATTENDEE).responses == {ATTENDEE: "tentative"}
    with pytest.raises(ForbiddenError):
        respond(inner, MANAGER, made.id, "declined", ATTENDEE)


@pytest.mark.parametrize(
    ("change", "is_asked"),
    [
        ({"title": "Renamed"}, False),
        ({"date": (FREE + HOUR).isoformat()}, True),
        ({"duration_minutes": 90}, True),
        ({"duration_minutes": 30}, False),
        ({"status": "completed"}, False),
        ({"attendee_ids": [ATTENDEE, "default-viewer"]}, False),
    ],
)
def test_a_change_that_takes_other_time_asks_again(inner: Store, change: dict[str, Any], is_asked: bool) -> None:
    """Else a meeting that was accepted could be moved to any time of its attendees."""
    made = create(inner, MEMBER_CALLER, attendee_ids=[ATTENDEE])
    respond(inner, ATTENDEE_CALLER, made.id, "accepted", ATTENDEE)

    changed = by(inner, MEMBER_CALLER, lambda: service.update_meeting(made.id, parse(MeetingUpdate, change)))

    assert changed.response_of(ATTENDEE) == ("invited" if is_asked else "accepted")
    assert changed.response_of("default-viewer") == ("invited" if "attendee_ids" in change else "accepted")
    assert is_busy(inner, ATTENDEE, changed.date) is not is_asked


def test_a_meeting_that_is_called_again_or_names_somebody_again_asks_again(inner: Store) -> None:
    made = create(inner, MEMBER_CALLER, attendee_ids=[ATTENDEE])
    respond(inner, ATTENDEE_CALLER, made.id, "accepted", ATTENDEE)

    by(inner, MEMBER_CALLER, lambda: service.cancel_meeting(made.id))
    again = by(inner, MEMBER_CALLER, lambda: service.reschedule_meeting(made.id, FREE))
    assert again.responses == {ATTENDEE: "invited"}
    respond(inner, ATTENDEE_CALLER, made.id, "accepted", ATTENDEE)
    for attendee_ids in ([], [ATTENDEE]):
        by(inner, MEMBER_CALLER, lambda ids=attendee_ids: service.update_meeting(made.id, {"attendee_ids": ids}))  # type: ignore[misc]
    assert inner.get_meeting(made.id).responses == {ATTENDEE: "invited"}


def test_a_completed_meeting_that_is_reopened_asks_nobody(inner: Store) -> None:
    made = create(inner, MEMBER_CALLER, attendee_ids=[ATTENDEE])
    respond(inner, ATTENDEE_CALLER, made.id, "accepted", ATTENDEE)

    by(inner, MEMBER_CALLER, lambda: service.complete_meeting(made.id))
    assert by(inner, MEMBER_CALLER, lambda: service.reopen_meeting(made.id)).responses == {}


@pytest.mark.parametrize("make", [create, book])
def test_who_is_busy_by_then_hears_with_what(inner: Store, make: Callable[..., Meeting]) -> None:
    made = make(inner, MEMBER_CALLER, attendee_ids=[ATTENDEE])
    half = FREE + HOUR / 2
    create(inner, ATTENDEE_CALLER, attendee_ids=[], date=half.isoformat())

    with pytest.raises(ConflictError, match="busy: 'default-attendee' from") as caught:
        respond(inner, ATTENDEE_CALLER, made.id, "accepted", ATTENDEE)

    assert [(busy.user_id, busy.start, busy.end) for busy in caught.value.busy] == [(ATTENDEE, half, half + HOUR)]
    assert inner.get_meeting(made.id) == made
    if made.exclusive:
        with pytest.raises(ConflictError, match="busy"):
            respond(inner, ATTENDEE_CALLER, made.id, "accepted", ATTENDEE, force=True)
    else:
        assert respond(inner, ATTENDEE_CALLER, made.id, "accepted", ATTENDEE, force=True).responses == {}
    assert respond(inner, ATTENDEE_CALLER, made.id, "declined", ATTENDEE).responses == {ATTENDEE: "declined"}


def test_a_meeting_does_not_stand_in_its_own_way(inner: Store) -> None:
    made = create(inner, MEMBER_CALLER, attendee_ids=[ATTENDEE])
    respond(inner, ATTENDEE_CALLER, made.id, "tentative", ATTENDEE)

    accepted = respond(inner, ATTENDEE_CALLER, made.id, "accepted", ATTENDEE)

    assert respond(inner, ATTENDEE_CALLER, made.id, "accepted", ATTENDEE) == accepted


@pytest.mark.parametrize(
    ("user_id", "response", "error", "why"),
    [
        (ATTENDEE, "invited", InvalidRequestError, "response"),
        (ATTENDEE, "", InvalidRequestError, "response"),
        (ATTENDEE, "ACCEPTED", InvalidRequestError, "response"),
        (ATTENDEE, ["accepted"], InvalidRequestError, "response"),
        ("", "accepted", InvalidRequestError, "user_id"),
        ("a\x00b", "accepted", InvalidRequestError, "user_id"),
        (MEMBER, "declined", NotFoundError, "no attendee with id 'default-member'.*: 'default-attendee'"),
        ("nobody", "accepted", NotFoundError, "no attendee with id 'nobody'"),
    ],
)
def test_what_is_no_response_is_refused(
    inner: Store, user_id: str, response: Any, error: type[Exception], why: str
) -> None:
    made = create(inner, MEMBER_CALLER, attendee_ids=[ATTENDEE])

    with service.use(store=inner), pytest.raises(error, match=why):
        service.respond_to_meeting(made.id, user_id, response)
    assert inner.get_meeting(made.id) == made


def test_a_response_is_to_a_scheduled_meeting_at_its_version(inner: Store) -> None:
    made = create(inner, MEMBER_CALLER, attendee_ids=[ATTENDEE])

    with pytest.raises(ConflictError, match="version 1, not 2"):
        respond(inner, ATTENDEE_CALLER, made.id, "accepted", ATTENDEE, expected_version=2)
    for status in ("completed", "cancelled"):
        inner.update_meeting(made.id, lambda meeting, status=status: meeting.model_copy(update={"status": status}))  # type: ignore[misc]
        with pytest.raises(ConflictError, match=f"is {status}"):
            respond(inner, ATTENDEE_CALLER, made.id, "accepted", ATTENDEE)


def test_a_viewer_responds_to_nothing(inner: Store) -> None:
    made = create(inner, MEMBER_CALLER, attendee_ids=["default-viewer"])

    with pytest.raises(ForbiddenError, match="read-only"):
        respond(inner, access_matrix.caller("viewer"), made.id, "accepted", "default-viewer")


def test_responses_travel_with_their_meeting(inner: Store) -> None:
    made = create(inner, MEMBER_CALLER)
    other = MemoryStore()

    other.import_records(inner.export_records())

    assert other.get_meeting(made.id) == made
    assert not is_busy(other, ATTENDEE)


def test_over_http_an_attendee_responds() -> None:
    store = data.store()
    member, invited = client_of(store, by=caller("member")), client_of(store, by=caller("member", "user_2"))
    call = {"title": "Call", "date": "2026-06-01T10:00:00Z", "attendee_ids": ["user_2"]}
    made = member.post("/meetings/book", json=call).json()
    path = f"/meetings/{made['id']}/respond"

    assert made["responses"] == {"user_2": "invited"}
    assert refusal(member.post(path, json={"response": "accepted", "user_id": "user_2"}))[0] == 403
    assert refusal(member.post(path, json={"response": "accepted"}))[0] == 404
    assert refusal(invited.post(path, json={"response": "perhaps"}))[0] == 400
    assert refusal(invited.post(path, json={}))[0] == 400
    assert refusal(invited.post(path, json={"response": "accepted"}, headers={"If-Match": '"9"'}))[0] == 412
    answer = invited.post(path, json={"response": "accepted"}, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["responses"], answer.headers["ETag"]) == (200, {}, '"2"')

    other = member.post("/meetings", json={**call, "user_id": None, "date": "2026-06-01T10:30:00Z"}).json()
    conflict = invited.post(f"/meetings/{other['id']}/respond", json={"response": "accepted"})
    assert conflict.status_code == 409
    assert conflict.json()["busy"] == [
        {"user_id": "user_2", "start": "2026-06-01T10:00:00+00:00", "end": "2026-06-01T11:00:00+00:00"}
    ]
    forced = invited.post(f"/meetings/{other['id']}/respond", json={"response": "accepted", "force": True})
    assert forced.json()["responses"] == {}
    assert b"PARTSTAT=ACCEPTED" in member.get(f"/meetings/{other['id']}/invitation.ics").content


@pytest.mark.parametrize(("variables", "responses"), [({}, ["invited"]), ({"attendee_response": "accepted"}, [])])
def test_the_setting_says_whether_members_ask_each_other(variables: dict[str, Any], responses: list[str]) -> None:
    with TestClient(web_apps.service(**variables), base_url=f"http://testserver{PREFIX}") as site:
        for address in ("ann@example.com", "ben@example.com"):
            account = {"email": address, "password": web_apps.PASSWORD}
            site.post("/auth/signup", json={**account, "name": "Ann Winter"})
        site.headers["Authorization"] = f"Bearer {site.post('/auth/login', json=account).json()['access_token']}"
        users = [user["id"] for user in site.get("/users").json()["items"]]
        call = {"title": "Call", "date": "2026-06-01T10:00:00Z", "attendee_ids": users}

        made = site.post("/meetings", json=call).json()

    assert list(made["responses"].values()) == responses


@pytest.mark.parametrize("value", ["trusted", "declined", "Invited"])
def test_a_setting_that_is_no_first_response_is_refused(value: str) -> None:
    with pytest.raises(InvalidRequestError, match="attendee_response"):
        settings.load({"MEETKIT_ATTENDEE_RESPONSE": value})


def test_of_two_answers_at_once_to_meetings_of_one_time_one_is_refused(inner: Store) -> None:
    for _ in range(5):
        calls = [create(inner, MEMBER_CALLER, attendee_ids=[ATTENDEE]) for _ in range(4)]
        with ThreadPoolExecutor(4) as threads:
            answers = [threads.submit(respond, inner, ATTENDEE_CALLER, call.id, "accepted", ATTENDEE) for call in calls]
        refusals = [answer.exception() for answer in answers]

        assert refusals.count(None) == 1
        assert {type(refusal) for refusal in refusals} == {type(None), ConflictError}
        for call in calls:
            inner.delete_meeting(call.id)


def test_a_tentative_attendee_who_accepts_must_be_free_by_then(inner: Store) -> None:
    first, second = (create(inner, MEMBER_CALLER, attendee_ids=[ATTENDEE]) for _ in range(2))
    respond(inner, ATTENDEE_CALLER, first.id, "tentative", ATTENDEE)
    respond(inner, ATTENDEE_CALLER, second.id, "accepted", ATTENDEE, force=True)

    with pytest.raises(ConflictError, match=ATTENDEE):
        respond(inner, ATTENDEE_CALLER, first.id, "accepted", ATTENDEE)
    assert respond(inner, ATTENDEE_CALLER, second.id, "accepted", ATTENDEE).response_of(ATTENDEE) == "accepted"
