"""The store as a caller sees it: who sees, completes and changes what, and that nothing else can be told."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

import hypothesis
import pytest
from hypothesis import strategies as st

from meetkit import meeting_service as service
from meetkit.errors import ForbiddenError, MeetkitError, NotFoundError, VersionConflictError
from meetkit.meetings.guarded_store import GuardedStore
from meetkit.models import Contact, Meeting, MeetingFilters, PeopleFilters, User
from meetkit.models.caller import Caller
from meetkit.models.insights import ActionItem
from meetkit.models.records import Record
from meetkit.models.usage import Usage
from meetkit.storage import MemoryStore, SqlStore, Store
from meetkit.testing import StoreContract
from meetkit.testing.examples import ANN, DEE, MONDAY, calendar, key
from tests import access_matrix
from tests.access_matrix import OPEN_ITEM, caller, name

Outcome = Literal["allowed", "hidden", "forbidden"]
LATER = MONDAY + dt.timedelta(days=99)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with both tenants in it, to be copied."""
    path = tmp_path_factory.mktemp("guarded") / "both.db"
    store = SqlStore(f"sqlite:///{path}", migrate=True)
    access_matrix.fill(store)
    store.close()
    return path


@pytest.fixture(params=["memory", "sql"])
def inner(request: pytest.FixtureRequest, database: Path, tmp_path: Path) -> Iterator[Store]:
    """Both tenants, in memory and in SQL."""
    if request.param == "memory":
        memory = MemoryStore()
        access_matrix.fill(memory)
        yield memory
        return
    store = SqlStore(f"sqlite:///{shutil.copy(database, tmp_path)}")
    yield store
    store.close()


def outcome(call: Callable[[], Any]) -> Outcome:
    try:
        call()
    except NotFoundError:
        return "hidden"
    except ForbiddenError:
        return "forbidden"
    return "allowed"


class _Operating(GuardedStore):
    """A guarded store that also moves records and purges, so that the whole contract can be asked of it."""

    def export_records(self) -> Iterator[Record]:
        return self._inner.export_records()

    def import_records(self, records: Iterable[Record]) -> None:
        self._inner.import_records(records)

    def purge(self, before: dt.datetime, *, now: dt.datetime) -> int:
        return self._inner.purge(before, now=now)


class TestAnAdminSeesAStoreAsItIs(StoreContract):
    # Keys that come with records are not the admin's own.
    test_what_is_imported_is_in_use = None  # type: ignore[assignment]
    # Of another tenant, into which an admin puts nobody.
    test_of_an_erased_user_the_meetings_stay_empty = None  # type: ignore[assignment]
    test_people_are_listed_by_name_then_id = None  # type: ignore[assignment]
    test_people_are_listed_page_by_page = None  # type: ignore[assignment]
    test_people_are_found_by_name_and_address = None  # type: ignore[assignment]
    test_a_page_follows_nobody_of_another_tenant = None  # type: ignore[assignment]
    test_every_field_comes_back_as_it_was_stored = None  # type: ignore[assignment]
    test_every_field_can_be_changed = None  # type: ignore[assignment]

    @pytest.fixture
    def store(self) -> Store:
        return _Operating(MemoryStore(), caller("admin"))


def renamed(one: Meeting) -> Meeting:
    return one.model_copy(update={"title": "Renamed", "version": one.version + 1})


def completed(one: Meeting) -> Meeting:
    done = OPEN_ITEM.model_copy(update={"status": "done", "done_at": MONDAY})
    return one.model_copy(update={"action_items": (done,), "updated_at": MONDAY, "version": one.version + 1})


def unchanged(one: Meeting) -> Meeting:
    return one


# What is asked of a store, by what it takes.
ON_A_MEETING: dict[str, list[Callable[[Store, str], Any]]] = {
    "see": [
        lambda store, one: store.get_meeting(one),
        lambda store, one: store.get_meeting(one, transcript=False),
        lambda store, one: store.get_artefact(one, "prep"),
        lambda store, one: store.get_artefact(one, "insights"),
        lambda store, one: store.get_artefact(one, "transcript"),
        lambda store, one: store.list_meetings(store.get_meeting(one).user_id, MeetingFilters(after=one)),
    ],
    "keep a brief": [
        lambda store, one: store.put_artefact(one, "prep", "{}"),
        lambda store, one: store.update_meeting(one, unchanged, artefacts={"prep": "{}"}),
    ],
    "complete items": [lambda store, one: store.update_meeting(one, completed)],
    "change": [
        lambda store, one: store.get_artefact(one, "answers"),
        lambda store, one: store.put_artefact(one, "insights", "{}"),
        lambda store, one: store.update_meeting(one, unchanged, artefacts={"prep": "{}", "found": "{}"}),
        lambda store, one: store.update_meeting(one, renamed),
        lambda store, one: store.delete_meeting(one),
    ],
}
LADDER = ("nothing", *ON_A_MEETING)


@pytest.mark.parametrize(
    ("who", "which", "most", "sentence"),
    [
        (caller("member"), "members", "change", "An owner changes what is theirs."),
        (caller("attendee"), "members", "complete items", "An attendee completes items and keeps a brief."),
        (caller("member"), "attended", "complete items", "Who owns one meeting only attends another."),
        (caller("outsider"), "members", "nothing", "To who is not in it a meeting is not there."),
        (caller("viewer"), "members", "see", "A viewer who attends only sees."),
        (caller("viewer"), "outsiders", "nothing", "A viewer sees no more than a member."),
        (caller("member", access="viewer"), "members", "see", "A viewer who owns a meeting only sees it."),
        (caller("manager"), "members", "change", "A manager changes what somebody of the team owns."),
        (caller("manager"), "attended", "keep a brief", "A manager sees what somebody of the team attends."),
        (caller("manager"), "outsiders", "nothing", "A manager does not see what is another team's."),
        (caller("member", team_ids={"default-outsider"}), "outsiders", "nothing", "A member manages no team."),
        (caller("admin"), "outsiders", "change", "An admin changes all of the tenant."),
        (caller("admin", tenant="rival"), "members", "nothing", "To an admin of another tenant it is not there."),
        (caller("manager", tenant="rival"), "members", "nothing", "Nor to a manager of another tenant."),
        (caller("member", right="read"), "members", "see", "By a key that reads, an owner only sees."),
        (caller("member", right="write"), "members", "change", "By a key that writes, an owner changes."),
        (caller("member", right="write"), "attended", "complete items", "As an attendee, too."),
        (caller("admin", right="write"), "outsiders", "nothing", "By a key that is no admin's, an admin is a member."),
        (caller("admin", right="write"), "admins", "change", "By such a key an admin changes what is theirs."),
        (caller("manager", right="read"), "members", "see", "By a key that reads, a manager sees the team's."),
    ],
)
def test_who_does_what_with_a_meeting(inner: Store, who: Caller, which: str, most: str, sentence: str) -> None:
    store = GuardedStore(inner, who)
    for what, asked in ON_A_MEETING.items():
        may = LADDER.index(what) <= LADDER.index(most)
        expected = "hidden" if most == "nothing" else "allowed" if may else "forbidden"
        for number, call in enumerate(asked):
            found = outcome(lambda call=call: call(store, name("default", which)))  # type: ignore[misc]
            assert found == expected, f"{sentence} {what} {number}"


def made(**more: Any) -> Meeting:
    return Meeting(**{"id": "new", "user_id": "default-member", "title": "New", "date": MONDAY, **more})


def moved(one: Any) -> Any:
    return one.model_copy(update={"tenant_id": "rival"})


DEFAULT, RIVAL = PeopleFilters(), PeopleFilters(tenant_id="rival")
NEW_USER, NEW_CONTACT = ANN.model_copy(update={"id": "new"}), DEE.model_copy(update={"id": "new"})


@pytest.mark.parametrize(
    ("who", "call", "expected", "sentence"),
    [
        (caller("member"), lambda s: s.add_meeting(made()), "allowed", "A member makes meetings of their own."),
        (
            caller("viewer"),
            lambda s: s.add_meeting(made(user_id="default-viewer")),
            "forbidden",
            "A viewer makes none.",
        ),
        (caller("attendee"), lambda s: s.add_meeting(made()), "forbidden", "Nobody makes a colleague's meeting."),
        (caller("manager"), lambda s: s.add_meeting(made()), "allowed", "A manager makes the team's."),
        (caller("manager"), lambda s: s.add_meeting(made(user_id="default-admin")), "forbidden", "And no others."),
        (caller("admin"), lambda s: s.add_meeting(made()), "allowed", "An admin makes anybody's."),
        (caller("admin"), lambda s: s.add_meeting(made(user_id="rival-member")), "hidden", "Of this tenant alone."),
        (
            caller("member"),
            lambda s: s.add_meeting(made(attendee_ids=["rival-member"])),
            "hidden",
            "Nobody of another tenant is invited.",
        ),
        (caller("member"), lambda s: s.add_meeting(made(contact_id="rival-contact")), "hidden", "Nor met."),
        (
            caller("member"),
            lambda s: s.update_meeting(
                "default-members", lambda one: one.model_copy(update={"attendee_ids": ("rival-admin",)})
            ),
            "hidden",
            "Nobody of another tenant is invited later.",
        ),
        (
            caller("member"),
            lambda s: s.update_meeting(
                "default-members", lambda one: one.model_copy(update={"contact_id": "rival-contact"})
            ),
            "hidden",
            "Nor met later.",
        ),
        (
            caller("admin"),
            lambda s: s.update_meeting(
                "default-members", lambda one: one.model_copy(update={"user_id": "rival-admin"})
            ),
            "hidden",
            "No meeting goes to another tenant.",
        ),
        (
            caller("member"),
            lambda s: s.update_meeting(
                "default-members", lambda one: one.model_copy(update={"user_id": "default-attendee"})
            ),
            "forbidden",
            "A member gives no meeting away.",
        ),
        (
            caller("manager"),
            lambda s: s.update_meeting(
                "default-managers", lambda one: one.model_copy(update={"user_id": "default-member"})
            ),
            "allowed",
            "A manager gives meetings to the team.",
        ),
        (
            caller("attendee"),
            lambda s: s.update_meeting(
                "default-members", lambda one: one.model_copy(update={"user_id": "default-attendee"})
            ),
            "forbidden",
            "An attendee takes no meeting over.",
        ),
        (
            caller("attendee"),
            lambda s: s.update_meeting("default-members", lambda one: completed(one).model_copy(update={"title": "X"})),
            "forbidden",
            "With an item nothing else is changed.",
        ),
        (
            caller("attendee"),
            lambda s: s.update_meeting(
                "default-members", lambda one: one.model_copy(update={"action_items": (), "version": 2})
            ),
            "forbidden",
            "An attendee takes no item off.",
        ),
        (
            caller("attendee"),
            lambda s: s.update_meeting(
                "default-members",
                lambda one: one.model_copy(
                    update={"action_items": (OPEN_ITEM.model_copy(update={"task": "Forget it"}),), "version": 2}
                ),
            ),
            "forbidden",
            "An attendee rewords no item.",
        ),
        (
            caller("attendee"),
            lambda s: s.update_meeting("default-members", lambda one: one.model_copy(update={"version": 2})),
            "forbidden",
            "An attendee makes no version that changes nothing.",
        ),
        (caller("member"), lambda s: s.get_user("default-admin"), "allowed", "All see the users of their tenant."),
        (caller("admin"), lambda s: s.get_user("rival-admin"), "hidden", "And nobody else's."),
        (caller("viewer"), lambda s: s.list_users(DEFAULT), "allowed", "A viewer lists them."),
        (caller("admin"), lambda s: s.list_users(PeopleFilters(after="rival-admin")), "hidden", "From one of them on."),
        (caller("admin"), lambda s: s.list_contacts(PeopleFilters(after="rival-contact")), "hidden", "As contacts."),
        (caller("admin"), lambda s: s.add_user(NEW_USER), "allowed", "An admin makes users."),
        (caller("admin"), lambda s: s.add_user(moved(NEW_USER)), "forbidden", "Not in another tenant."),
        (caller("manager"), lambda s: s.add_user(NEW_USER), "forbidden", "A manager makes none."),
        (caller("admin", right="write"), lambda s: s.add_user(NEW_USER), "forbidden", "Nor a key that only writes."),
        (caller("admin"), lambda s: s.update_user("default-member", lambda u: u), "allowed", "An admin changes users."),
        (caller("admin"), lambda s: s.update_user("default-member", moved), "forbidden", "But not their tenant."),
        (caller("admin"), lambda s: s.update_user("rival-member", lambda u: u), "hidden", "Nor another's users."),
        (caller("member"), lambda s: s.update_user("default-member", lambda u: u), "allowed", "All change themselves."),
        (caller("viewer"), lambda s: s.update_user("default-viewer", lambda u: u), "forbidden", "But viewers."),
        (caller("manager"), lambda s: s.update_user("default-member", lambda u: u), "forbidden", "Not the team."),
        (caller("member"), lambda s: s.erase_user("default-member", now=MONDAY), "allowed", "All erase themselves."),
        (caller("manager"), lambda s: s.erase_user("default-member", now=MONDAY), "forbidden", "Not the team."),
        (caller("admin"), lambda s: s.erase_user("default-member", now=MONDAY), "allowed", "An admin erases users."),
        (caller("admin"), lambda s: s.erase_user("rival-member", now=MONDAY), "hidden", "Not another tenant's."),
        (caller("viewer"), lambda s: s.get_contact("default-contact"), "allowed", "All see the tenant's contacts."),
        (caller("admin"), lambda s: s.get_contact("rival-contact"), "hidden", "And no others."),
        (caller("member"), lambda s: s.add_contact(NEW_CONTACT), "allowed", "Who writes makes contacts."),
        (caller("member"), lambda s: s.add_contact(moved(NEW_CONTACT)), "forbidden", "Not in another tenant."),
        (caller("viewer"), lambda s: s.add_contact(NEW_CONTACT), "forbidden", "A viewer makes none."),
        (caller("member"), lambda s: s.update_contact("default-contact", lambda c: c), "allowed", "And changes them."),
        (caller("member"), lambda s: s.update_contact("default-contact", moved), "forbidden", "But not their tenant."),
        (caller("viewer"), lambda s: s.update_contact("default-contact", lambda c: c), "forbidden", "A viewer not."),
        (caller("viewer"), lambda s: s.update_contact("rival-contact", lambda c: c), "hidden", "Nor another tenant's."),
        (
            caller("member"),
            lambda s: s.erase_contact("default-contact", now=MONDAY),
            "forbidden",
            "A member erases none.",
        ),
        (caller("manager"), lambda s: s.erase_contact("default-contact", now=MONDAY), "allowed", "A manager does."),
        (caller("admin"), lambda s: s.erase_contact("default-contact", now=MONDAY), "allowed", "An admin, too."),
        (caller("admin"), lambda s: s.erase_contact("rival-contact", now=MONDAY), "hidden", "Not another tenant's."),
        (caller("viewer"), lambda s: s.busy_intervals(["default-admin"], 0, 1), "allowed", "Busy time all may read."),
        (caller("admin"), lambda s: s.busy_intervals(["rival-admin"], 0, 1), "hidden", "Of their tenant."),
        (caller("viewer"), lambda s: s.get_calendars("default-viewer"), "allowed", "All see their own calendars."),
        (caller("member"), lambda s: s.get_calendars("default-viewer"), "forbidden", "Nobody a colleague's."),
        (caller("manager"), lambda s: s.get_calendars("default-member"), "allowed", "A manager sees the team's."),
        (caller("admin"), lambda s: s.get_calendars("rival-member"), "hidden", "None another tenant's."),
        (caller("member"), lambda s: s.put_calendar("default-member", calendar()), "allowed", "All keep their own."),
        (caller("member"), lambda s: s.put_calendar("default-admin", calendar()), "forbidden", "Not a colleague's."),
        (caller("viewer"), lambda s: s.put_calendar("default-viewer", calendar()), "forbidden", "Viewers keep none."),
        (caller("admin"), lambda s: s.put_calendar("rival-admin", calendar()), "hidden", "Nobody another tenant's."),
        (caller("member"), lambda s: s.list_meetings("rival-member", MeetingFilters()), "hidden", "Nor their lists."),
        (
            caller("member"),
            lambda s: s.list_meetings("default-member", MeetingFilters(after="default-outsiders")),
            "hidden",
            "A list does not begin after a meeting out of sight.",
        ),
        (caller("admin"), lambda s: s.item_histories(user_id="rival-member"), "hidden", "Nor what they promised."),
        (caller("admin"), lambda s: s.item_histories(contact_id="rival-contact"), "hidden", "Nor to whom."),
        (
            caller("admin"),
            lambda s: s.contact_history("rival-contact", before=LATER, now=LATER, limit=9),
            "hidden",
            "Nor whom they met.",
        ),
        (caller("admin"), lambda s: s.sum_usage(), "allowed", "The operator's admins see what models cost."),
        (caller("admin", tenant="rival"), lambda s: s.sum_usage(), "forbidden", "Other tenants' admins do not."),
        (caller("manager"), lambda s: s.sum_usage(), "forbidden", "Nor managers."),
        (caller("admin"), lambda s: s.export_records(), "forbidden", "Nobody takes all records."),
        (caller("admin"), lambda s: s.import_records([]), "forbidden", "Nor brings some."),
        (caller("admin"), lambda s: s.purge(MONDAY, now=MONDAY), "forbidden", "Nor purges all tenants."),
    ],
)
def test_who_does_what_else(
    inner: Store, who: Caller, call: Callable[[Store], Any], expected: Outcome, sentence: str
) -> None:
    before = list(inner.export_records())

    assert outcome(lambda: call(GuardedStore(inner, who))) == expected, sentence

    if expected != "allowed":
        assert list(inner.export_records()) == before, sentence


def test_what_a_call_costs_is_kept_whoever_makes_it(inner: Store) -> None:
    call = Usage(at=MONDAY, model="m", purpose="prep", seconds=1, attempt=1, outcome="ok")

    GuardedStore(inner, caller("member", tenant="rival")).add_usage(call)

    assert [total.calls for total in inner.sum_usage()] == [1]


def test_each_has_their_own_brief(inner: Store) -> None:
    owner, attendee, rival = (GuardedStore(inner, caller(role)) for role in ("member", "attendee", "viewer"))

    attendee.put_artefact("default-members", "prep", "the attendee's")
    owner.put_artefact("default-members", "prep", "the owner's")

    assert attendee.get_artefact("default-members", "prep") == "the attendee's"
    assert owner.get_artefact("default-members", "prep") == "the owner's"
    assert rival.get_artefact("default-members", "prep") is None


def test_callers_do_not_meet_in_their_keys(inner: Store) -> None:
    member, manager = (GuardedStore(inner, caller(role)) for role in ("member", "manager"))

    first = member.add_meeting(made(id="first"), idempotency=key())
    other = manager.add_meeting(made(id="other"), idempotency=key(request="another"))

    assert member.first_result(key()) == member.add_meeting(made(id="again"), idempotency=key()) == first
    assert manager.first_result(key(request="another")) == other
    assert GuardedStore(inner, caller("attendee")).first_result(key()) is None


def test_a_first_result_that_is_now_out_of_sight_is_as_one_deleted(inner: Store) -> None:
    member = GuardedStore(inner, caller("member"))
    member.add_meeting(made(), idempotency=key())
    inner.update_meeting("new", lambda one: one.model_copy(update={"user_id": "default-outsider"}))

    with pytest.raises(NotFoundError, match="no meeting with id 'new'"):
        member.first_result(key())
    with pytest.raises(NotFoundError, match="no meeting with id 'new'"):
        member.add_meeting(made(id="again"), idempotency=key())


def test_a_meeting_that_changes_hands_meanwhile_is_not_deleted() -> None:
    class Moving(MemoryStore):
        def delete_meeting(self, meeting_id: str, *, expected_version: int | None = None) -> None:
            given = {"user_id": "default-outsider", "attendee_ids": ()}
            self.update_meeting(meeting_id, lambda one: renamed(one).model_copy(update=given))
            super().delete_meeting(meeting_id, expected_version=expected_version)

    inner = Moving()
    access_matrix.fill(inner)
    member = GuardedStore(inner, caller("member"))

    with pytest.raises(VersionConflictError):
        member.delete_meeting("default-members", expected_version=1)
    inner.update_meeting("default-members", lambda one: one.model_copy(update={"user_id": "default-member"}))
    with pytest.raises(NotFoundError):
        member.delete_meeting("default-members")
    assert inner.get_meeting("default-members").user_id == "default-outsider"


def test_what_is_out_of_sight_is_not_shown_to_a_change(inner: Store) -> None:
    seen: list[Meeting] = []

    with pytest.raises(NotFoundError):
        GuardedStore(inner, caller("outsider")).update_meeting("default-members", lambda one: seen.append(one) or one)  # type: ignore[func-returns-value]
    assert seen == []


def test_an_owner_reads_a_meeting_in_one_query() -> None:
    class Counting(MemoryStore):
        reads = 0

        def get_user(self, user_id: str) -> User:
            Counting.reads += 1
            return super().get_user(user_id)

        def get_meeting(self, meeting_id: str, *, transcript: bool = True) -> Meeting:
            Counting.reads += 1
            return super().get_meeting(meeting_id, transcript=transcript)

    inner = Counting()
    access_matrix.fill(inner)
    GuardedStore(inner, caller("member")).get_meeting("default-members")
    assert Counting.reads == 1

    admin = GuardedStore(inner, caller("admin"))
    admin.get_meeting("default-members")
    admin.get_meeting("default-members")
    assert Counting.reads == 4


def test_a_long_list_of_a_colleague_is_paged_by_what_is_seen() -> None:
    inner = MemoryStore()
    access_matrix.fill(inner)
    for number in range(500):
        with_me = ["default-outsider"] if number % 100 == 0 else []
        date = LATER + dt.timedelta(hours=number)
        inner.add_meeting(made(id=f"m{number:03}", attendee_ids=with_me, date=date))
    guarded = GuardedStore(inner, caller("outsider"))

    def ids(**filters: Any) -> list[str]:
        return [one.id for one in guarded.list_meetings("default-member", MeetingFilters(**filters))]

    assert ids() == ["m000", "m100", "m200", "m300", "m400"]
    assert ids(limit=2) == ["m000", "m100"]
    assert ids(limit=2, after="m100") == ids(limit=2, offset=2) == ["m200", "m300"]
    assert ids(limit=2, after="m100", offset=2) == ["m400"]


def test_the_verbs_of_the_service_are_authorised_by_the_store_they_run_on(inner: Store) -> None:
    with service.use(store=GuardedStore(inner, caller("attendee")), llm=None):
        assert service.complete_action_item("default-members", "item").status == "done"
        assert service.generate_pre_meeting_prep("default-members").engine == "offline"
        with pytest.raises(ForbiddenError):
            service.analyze_meeting("default-members", "Dee: let us talk.")
        with pytest.raises(ForbiddenError):
            service.cancel_meeting("default-members")
        with pytest.raises(NotFoundError):
            service.get_insights("default-outsiders")
    with service.use(store=GuardedStore(inner, caller("admin", tenant="rival")), llm=None):
        assert {one.meeting_id.partition("-")[0] for one in service.get_open_action_items()} == {"rival"}


def test_an_item_is_completed_where_the_caller_may_and_stays_open_elsewhere(inner: Store) -> None:
    with_contact = {"contact_id": "default-contact", "action_items": (OPEN_ITEM,)}
    inner.update_meeting("default-attended", lambda one: one.model_copy(update=with_contact))

    with service.use(store=GuardedStore(inner, caller("manager")), llm=None):
        assert service.complete_action_item("default-members", "item").status == "done"

    assert inner.get_meeting("default-members").action_items[0].status == "done"
    assert inner.get_meeting("default-attended").action_items == (OPEN_ITEM,)


# Any tenants, people and meetings; ids begin with the tenant's letter, so that a leak shows.
people_ids = st.integers(0, 3)
statuses = st.sampled_from(["scheduled", "completed", "cancelled"])


@st.composite
def meetings(draw: st.DrawFn, tenant: str, identity: str) -> Meeting:
    contact = draw(st.none() | st.integers(0, 1))
    items = draw(st.lists(st.sampled_from(["open", "done"]), max_size=2))
    return Meeting(
        id=identity,
        user_id=f"{tenant}{draw(people_ids)}",
        attendee_ids=[f"{tenant}{number}" for number in draw(st.lists(people_ids, max_size=2))],
        contact_id=None if contact is None else f"{tenant}{contact}",
        title=draw(st.sampled_from(["Demo", "Talk"])),
        date=MONDAY + dt.timedelta(hours=draw(st.integers(0, 5))),
        status=draw(statuses),
        transcript=draw(st.none() | st.just("Said.")),
        action_items=[
            ActionItem(id=f"i{number}", task=f"Task {number}", status=status) for number, status in enumerate(items)
        ],
    )


@st.composite
def worlds(draw: st.DrawFn) -> list[Meeting]:
    return [
        draw(meetings(tenant, f"{tenant}m{number}")) for tenant in "tu" for number in range(draw(st.integers(0, 6)))
    ]


@st.composite
def callers(draw: st.DrawFn) -> Caller:
    tenant = draw(st.sampled_from("tu"))
    return Caller(
        account_id="account",
        user_id=f"{tenant}{draw(people_ids)}",
        tenant_id=tenant,
        access=draw(st.sampled_from(["admin", "manager", "manager", "member", "viewer"])),
        team_ids={f"{tenant}{number}" for number in draw(st.sets(people_ids, max_size=2))},
        right=draw(st.sampled_from(["admin", "admin", "write", "read"])),
    )


def as_member(who: Caller) -> Caller:
    return who.model_copy(update={"access": "member"})


def filled(store: Store, world: Iterable[Meeting], tenants: str = "tu") -> Store:
    for tenant in tenants:
        for number in range(4):
            store.add_user(User(id=f"{tenant}{number}", name="Ann", email="a@a.com", role="Seller", tenant_id=tenant))
        for number in range(2):
            store.add_contact(
                Contact(id=f"{tenant}{number}", name="D", email="d@d.com", company="C", role="R", tenant_id=tenant)
            )
    for one in world:
        store.add_meeting(one)
        store.put_artefact(one.id, "insights", f"of {one.id}")
    return store


def is_seen(who: Caller, one: Meeting) -> bool:
    """The rule as the design has it, said another way."""
    if not one.id.startswith(who.tenant_id):
        return False
    if who.access == "admin" and who.right == "admin":
        return True
    by = {who.user_id, *(who.team_ids if who.access == "manager" else ())}
    return any(user_id in by for user_id in one.user_ids)


def answer(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except MeetkitError as error:
        return type(error), str(error)


def looks(filters: MeetingFilters) -> Iterator[Callable[[Store], Any]]:
    """Everything that can be asked about meetings and people, of everybody."""
    for tenant in "tu":
        yield lambda s, t=tenant: s.list_users(PeopleFilters(tenant_id=t))  # type: ignore[misc]
        yield lambda s, t=tenant: s.list_contacts(PeopleFilters(tenant_id=t, after=f"{t}0"))  # type: ignore[misc]
        for number in range(5):
            one = f"{tenant}{number}"
            yield lambda s, one=one: s.get_user(one)  # type: ignore[misc]
            yield lambda s, one=one: s.get_contact(one)  # type: ignore[misc]
            yield lambda s, one=one: s.list_meetings(one, filters)  # type: ignore[misc]
            yield lambda s, one=one: s.item_histories(user_id=one)  # type: ignore[misc]
            yield lambda s, one=one: s.item_histories(contact_id=one)  # type: ignore[misc]
            yield lambda s, one=one: s.contact_history(one, before=LATER, now=LATER, limit=2)  # type: ignore[misc]
        for number in range(7):
            meeting_id = f"{tenant}m{number}"
            yield lambda s, one=meeting_id: s.get_meeting(one)  # type: ignore[misc]
            yield lambda s, one=meeting_id: s.get_artefact(one, "insights")  # type: ignore[misc]
    yield lambda s: s.item_histories()


any_filters = st.builds(
    MeetingFilters,
    limit=st.none() | st.integers(1, 3),
    offset=st.integers(0, 2),
    after=st.none() | st.sampled_from(["tm0", "tm1", "um0"]),
    text=st.none() | st.just("demo"),
    contact_id=st.none() | st.sampled_from(["t0", "u0"]),
    status=st.none() | statuses,
)


def check_view(inner: Store, world: list[Meeting], who: Caller, filters: MeetingFilters) -> None:
    filled(inner, world)
    alone = filled(MemoryStore(), (one for one in world if is_seen(who, one)), who.tenant_id)
    guarded = GuardedStore(inner, who)
    for look in looks(filters):
        assert answer(lambda look=look: look(guarded)) == answer(lambda look=look: look(alone))  # type: ignore[misc]


@hypothesis.given(world=worlds(), who=callers(), filters=any_filters)
@hypothesis.settings(max_examples=60, deadline=None)
def test_a_callers_view_is_that_of_a_store_with_nothing_else_in_it(
    world: list[Meeting], who: Caller, filters: MeetingFilters
) -> None:
    check_view(MemoryStore(), world, who, filters)


@hypothesis.given(world=worlds(), who=callers(), filters=any_filters)
@hypothesis.settings(max_examples=5, deadline=None)
def test_so_it_is_in_sql(world: list[Meeting], who: Caller, filters: MeetingFilters) -> None:
    store = SqlStore("sqlite://", migrate=True)
    try:
        check_view(store, world, who, filters)
    finally:
        store.close()


@st.composite
def writes(draw: st.DrawFn) -> Callable[[Store], Any]:
    """Somebody tries to change something, in whichever tenant."""
    tenant, other = draw(st.sampled_from("tu")), draw(st.sampled_from("tu"))
    one, person = f"{tenant}m{draw(st.integers(0, 6))}", f"{tenant}{draw(people_ids)}"
    after = draw(meetings(other, one)).model_copy(update={"version": 2})
    calls: list[Callable[[Store], Any]] = [
        lambda s: s.add_meeting(after.model_copy(update={"id": f"{other}new"})),
        lambda s: s.update_meeting(one, lambda _: after, artefacts={"insights": "new"}),
        lambda s: s.update_meeting(one, lambda before: before.model_copy(update={"user_id": person, "version": 2})),
        lambda s: s.delete_meeting(one),
        lambda s: s.put_artefact(one, "insights", "other"),
        lambda s: s.put_calendar(person, calendar((0, 1))),
        lambda s: s.update_user(person, lambda user: user.model_copy(update={"role": "Boss"})),
        lambda s: s.update_contact(person, lambda contact: contact.model_copy(update={"role": "Boss"})),
        lambda s: s.erase_user(person, now=MONDAY),
        lambda s: s.erase_contact(person, now=MONDAY),
    ]
    chosen: Callable[[Store], Any] = draw(st.sampled_from(calls))
    return chosen


@hypothesis.given(world=worlds(), who=callers(), tried=st.lists(writes(), min_size=1, max_size=6))
@hypothesis.settings(max_examples=60, deadline=None)
def test_whatever_is_tried_other_tenants_stay_as_they_are_and_viewers_change_nothing(
    world: list[Meeting], who: Caller, tried: list[Callable[[Store], Any]]
) -> None:
    inner = filled(MemoryStore(), world)
    other = "u" if who.tenant_id == "t" else "t"
    before = list(inner.export_records())
    of_other = list(filled(MemoryStore(), (one for one in world if one.id.startswith(other)), other).export_records())
    for attempt in tried:
        answer(lambda attempt=attempt: attempt(GuardedStore(inner, who)))  # type: ignore[misc]

    after = list(inner.export_records())
    assert [record for record in after if f'id":"{other}' in record.model_dump_json()] == of_other
    if not who.may_write:
        assert after == before


@hypothesis.given(world=worlds(), who=callers().map(as_member), attempt=writes())
@hypothesis.settings(max_examples=60, deadline=None)
def test_a_member_changes_no_meeting_that_is_not_theirs(
    world: list[Meeting], who: Caller, attempt: Callable[[Store], Any]
) -> None:
    inner = filled(MemoryStore(), world)

    answer(lambda: attempt(GuardedStore(inner, who)))

    erased = answer(lambda: inner.get_user(who.user_id).name) == "Erased user"
    for one in world:
        if one.user_id != who.user_id and not erased:
            assert (inner.get_meeting(one.id), inner.get_artefact(one.id, "insights")) == (one, f"of {one.id}")
