"""Polls: times are proposed, answers collected, and the winner is booked once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meetkit import meeting_service
from meetkit.errors import ConflictError, ForbiddenError, InvalidRequestError, NotFoundError
from meetkit.models.base import parse
from meetkit.models.caller import Access, Caller
from meetkit.polls import queries, service
from meetkit.polls.models import NewPoll, NewPollFields, Option, Participant, Poll
from meetkit.storage import SqlStore
from meetkit.storage.sql import Database
from tests.commands import Run
from tests.web_apps import caller

NINE = dt.datetime(2030, 3, 4, 9, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
NOW = dt.datetime(2030, 1, 7, 9, tzinfo=dt.UTC)
STARTS = [NINE, NINE + DAY, NINE + 2 * DAY]
REQUEST: NewPollFields = {"user_id": "ann", "title": "Kick-off", "starts": STARTS, "user_ids": ["ben", "cat"]}


def people() -> None:
    for name in ("ann", "ben", "cat"):
        meeting_service.create_user({"id": name, "name": name, "email": f"{name}@company.com", "role": "Seller"})
    for name in ("dee", "eve"):
        meeting_service.create_contact(
            {"id": name, "name": name, "email": f"{name}@client.com", "company": "Client", "role": "Buyer"}
        )


@pytest.fixture
def database(database: str) -> Iterator[Database]:
    """A database with people, of SQLite and of PostgreSQL, whose store is in use."""
    store = SqlStore(database)
    with meeting_service.use(store=store):
        people()
        yield store.database
    store.close()


@pytest.fixture
def lite(sqlite_tables: str) -> Iterator[Database]:
    """A database of SQLite with people, whose store is in use."""
    store = SqlStore(sqlite_tables)
    with meeting_service.use(store=store):
        people()
        yield store.database
    store.close()


def by(user_id: str, access: Access = "member", **more: Any) -> Caller:
    return caller(access, user_id).model_copy(update=more)


def create(database: Database, **changes: Any) -> Poll:
    return service.create_poll(database, parse(NewPoll, {**REQUEST, **changes}), now=NOW)


def answer(database: Database, poll: Poll, user_id: str, *choices: str, now: dt.datetime = NOW) -> Poll:
    return service.answer_poll(database, poll.id, dict(enumerate(choices, 1)), user_id=user_id, now=now)


def book(database: Database, poll: Poll, option: int | None = None, **more: Any) -> Poll:
    return service.book_poll(database, poll.id, option=option, **{"now": NOW, **more})


class TestCreating:
    def test_a_poll_comes_back_as_it_was_created(self, database: Database) -> None:
        poll = create(database, contact_ids=["dee"], timezone="Europe/Berlin", closes_at=NINE - DAY)

        assert service.get_poll(database, poll.id) == poll
        assert [(option.number, option.start.isoformat()) for option in poll.options] == [
            (1, "2030-03-04T10:00:00+01:00"),
            (2, "2030-03-05T10:00:00+01:00"),
            (3, "2030-03-06T10:00:00+01:00"),
        ]
        assert (poll.status, poll.created_at, len(poll.participants)) == ("open", NOW, 3)

    def test_naive_times_are_the_owners_and_options_are_in_order(self, lite: Database) -> None:
        meeting_service.update_user("ann", {"timezone": "Asia/Tokyo"})
        poll = create(lite, starts=["2030-03-05T09:00", "2030-03-04T09:00"])
        assert [option.start.isoformat() for option in poll.options] == [
            "2030-03-04T09:00:00+09:00",
            "2030-03-05T09:00:00+09:00",
        ]

    @pytest.mark.parametrize(
        ("wrong", "error", "reason"),
        [
            ({"starts": []}, InvalidRequestError, "starts"),
            ({"starts": [NOW - HOUR]}, InvalidRequestError, "starts: .* is past; propose times in the future"),
            ({"starts": [NOW]}, InvalidRequestError, "is past"),
            ({"starts": [NINE, "2030-03-04T10:00:00+01:00"]}, InvalidRequestError, "each time can be proposed once"),
            ({"starts": [NINE + number * HOUR for number in range(51)]}, InvalidRequestError, "starts"),
            ({"user_ids": []}, InvalidRequestError, "name at least one user or contact to ask"),
            ({"user_ids": ["nobody"]}, NotFoundError, "no user with id 'nobody'"),
            ({"contact_ids": ["nobody"]}, NotFoundError, "no contact with id 'nobody'"),
            ({"user_id": "nobody"}, NotFoundError, "no user with id 'nobody'"),
            ({"user_id": None}, InvalidRequestError, "user_id: the owner of the poll"),
            ({"closes_at": NOW}, InvalidRequestError, "closes_at: must lie in the future"),
            ({"title": " "}, InvalidRequestError, "title"),
            ({"duration_minutes": 0}, InvalidRequestError, "duration_minutes"),
            ({"user_ids": [f"u{number}" for number in range(101)]}, InvalidRequestError, "user_ids"),
        ],
    )
    def test_a_wrong_one_is_refused(
        self, lite: Database, wrong: dict[str, Any], error: type[Exception], reason: str
    ) -> None:
        with pytest.raises(error, match=reason):
            create(lite, **wrong)
        assert service.list_polls(lite) == []


class TestAnswering:
    def test_the_ranking_is_most_yes_then_fewest_no_then_earliest(self, database: Database) -> None:
        poll = create(database)
        assert [tally.number for tally in poll.ranking] == [1, 2, 3]
        answer(database, poll, "ben", "no", "if_need_be", "if_need_be")
        poll = answer(database, poll, "cat", "yes", "yes", "no")

        assert [(tally.number, tally.yes, tally.if_need_be, tally.no) for tally in poll.ranking] == [
            (2, 1, 1, 0),
            (1, 1, 0, 1),
            (3, 0, 1, 1),
        ]
        assert service.get_poll(database, poll.id) == poll

    def test_new_answers_take_the_place_of_earlier_ones(self, database: Database) -> None:
        poll = create(database)
        answer(database, poll, "ben", "yes", "yes")
        poll = answer(database, poll, "ben", "no", now=NOW + HOUR)
        [ben, cat] = poll.participants
        assert (ben.answers, ben.answered_at) == ({1: "no"}, NOW + HOUR)
        assert (cat.answers, cat.answered_at) == ({}, None)

    def test_a_closed_poll_refuses_answers_and_stays_closed(self, database: Database) -> None:
        poll = create(database)
        assert service.close_poll(database, poll.id).status == "closed"
        assert service.close_poll(database, poll.id).status == "closed"
        with pytest.raises(ConflictError, match="is closed and accepts no answers"):
            answer(database, poll, "ben", "yes")

    def test_a_deadline_ends_the_answers(self, lite: Database) -> None:
        poll = create(lite, closes_at=NOW + HOUR)
        answer(lite, poll, "ben", "yes", now=NOW + HOUR - dt.timedelta(microseconds=1))
        with pytest.raises(ConflictError, match="is over its deadline and accepts no answers"):
            answer(lite, poll, "cat", "yes", now=NOW + HOUR)

    @pytest.mark.parametrize(
        ("answers", "person", "error", "reason"),
        [
            ({4: "yes"}, {"user_id": "ben"}, InvalidRequestError, "answers: this poll has the options 1 to 3, not 4"),
            ({0: "yes"}, {"user_id": "ben"}, InvalidRequestError, "answers"),
            ({"x": "yes"}, {"user_id": "ben"}, InvalidRequestError, "answers"),
            ({" 1 ": "yes", "1": "no"}, {"user_id": "ben"}, InvalidRequestError, "number of an option"),
            ({"01": "yes"}, {"user_id": "ben"}, InvalidRequestError, "number of an option"),
            ({1: "maybe"}, {"user_id": "ben"}, InvalidRequestError, "yes.*if_need_be.*no"),
            ({1: "yes"}, {"user_id": "ann"}, NotFoundError, "no user with id 'ann'; poll .* does not ask them"),
            ({1: "yes"}, {"contact_id": "dee"}, NotFoundError, "no contact with id 'dee'; poll .* does not ask them"),
            (
                {1: "yes"},
                {"user_id": "ben", "contact_id": "dee"},
                InvalidRequestError,
                "either a user_id or a contact_id",
            ),
            ({1: "yes"}, {}, InvalidRequestError, "user_id: whose answers these are"),
            (dict.fromkeys(range(9999), "yes"), {"user_id": "ben"}, InvalidRequestError, "answers: has at most 50"),
        ],
    )
    def test_a_wrong_answer_is_refused(
        self, lite: Database, answers: Any, person: dict[str, Any], error: type[Exception], reason: str
    ) -> None:
        poll = create(lite)
        with pytest.raises(error, match=reason):
            service.answer_poll(lite, poll.id, answers, now=NOW, **person)
        assert service.get_poll(lite, poll.id) == poll

    def test_answers_at_once_are_all_stored(self, database: Database) -> None:
        names = [f"user {number}" for number in range(8)]
        for name in names:
            meeting_service.create_user({"id": name, "name": name, "email": "a@b.com", "role": "R"})
        poll = create(database, user_ids=names)
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda name: answer(database, poll, name, "yes"), names))
        assert service.get_poll(database, poll.id).ranking[0].yes == 8


class TestBooking:
    def test_the_winner_is_booked_and_the_poll_ends(self, database: Database) -> None:
        poll = create(database, timezone="Europe/Berlin", duration_minutes=45)
        answer(database, poll, "ben", "no", "yes", "if_need_be")
        answer(database, poll, "cat", "no", "yes", "no")

        booked = book(database, poll)

        meeting = meeting_service.get_meeting(booked.meeting_id or "")
        assert (booked.status, booked.option) == ("booked", 2)
        assert (meeting.date, meeting.duration_minutes, meeting.timezone) == (NINE + DAY, 45, "Europe/Berlin")
        assert (meeting.title, meeting.user_ids, meeting.exclusive) == ("Kick-off", ("ann", "ben", "cat"), True)
        assert service.get_poll(database, poll.id) == booked
        with pytest.raises(ConflictError, match="is booked and accepts no answers"):
            answer(database, poll, "ben", "yes")

    def test_who_cannot_come_is_left_out(self, lite: Database) -> None:
        poll = create(lite, contact_ids=["dee"])
        answer(lite, poll, "ben", "no")
        meeting = meeting_service.get_meeting(book(lite, poll, 1).meeting_id or "")
        assert (meeting.user_ids, meeting.contact_id, meeting.seats) == (("ann", "cat"), "dee", None)

    def test_several_contacts_are_guests(self, lite: Database) -> None:
        poll = create(lite, user_ids=["ben", "ann"], contact_ids=["dee", "eve"])
        meeting = meeting_service.get_meeting(book(lite, poll).meeting_id or "")
        assert (meeting.user_ids, meeting.contact_ids, meeting.seats) == (("ann", "ben"), ("dee", "eve"), 3)

    def test_a_repeat_books_nothing(self, database: Database) -> None:
        poll = create(database)
        booked = book(database, poll, 2)
        assert book(database, poll) == book(database, poll, 2) == booked
        with pytest.raises(ConflictError, match="option 2 of this poll is booked already: meeting"):
            book(database, poll, 1)
        assert len(meeting_service.get_all_meetings("ann")) == 1

    def test_a_busy_time_is_refused_with_the_best_that_is_free(self, database: Database) -> None:
        poll = create(database)
        answer(database, poll, "cat", "yes", "yes", "if_need_be")
        for day, user_id in ((0, "ben"), (1, "cat")):
            meeting_service.create_meeting({"user_id": user_id, "title": "Busy", "date": NINE + day * DAY})

        with pytest.raises(
            ConflictError,
            match=r"option 1 cannot be booked: busy: 'ben' from .*; the best option that is free is 3, at 2030-03-06",
        ) as caught:
            book(database, poll)

        assert [busy.user_id for busy in caught.value.busy] == ["ben"]
        assert service.get_poll(database, poll.id).status == "open"
        assert book(database, poll, 3).option == 3

    def test_an_option_that_a_rule_refuses_is_not_advised(self, database: Database) -> None:
        """A rule is in the way as busy time is, of the chosen option too."""
        poll = create(database)
        answer(database, poll, "cat", "yes", "yes", "if_need_be")
        meeting_service.update_user("cat", {"booking_rules": {"max_meetings_per_day": 1}})
        for day in (0, 1):
            late = NINE + day * DAY + dt.timedelta(hours=5)
            meeting_service.create_meeting({"user_id": "cat", "title": "Busy", "date": late})

        with pytest.raises(ConflictError, match=r"option 1 cannot be booked: day_limit.*that is free is 3"):
            book(database, poll, 1)

    def test_where_nothing_is_free_it_says_so(self, lite: Database) -> None:
        poll = create(lite, starts=STARTS[:2])
        for day in range(2):
            meeting_service.create_meeting({"user_id": "ann", "title": "Busy", "date": NINE + day * DAY})
        with pytest.raises(ConflictError, match="; no other option is free"):
            book(lite, poll)

    def test_a_closed_poll_can_be_booked(self, lite: Database) -> None:
        poll = create(lite)
        service.close_poll(lite, poll.id)
        assert book(lite, poll).status == "booked"

    def test_what_has_begun_is_passed_over(self, lite: Database) -> None:
        poll = create(lite)
        with pytest.raises(ConflictError, match="option 1 has begun already"):
            book(lite, poll, 1, now=NINE)
        with pytest.raises(ConflictError, match="all options of this poll have begun already"):
            book(lite, poll, now=NINE + 9 * DAY)
        with pytest.raises(InvalidRequestError, match="option: this poll has the options 1 to 3, not 4"):
            book(lite, poll, 4)
        assert book(lite, poll, now=NINE).option == 2

    def test_twice_at_once_books_once(self, database: Database) -> None:
        poll = create(database)
        store = SqlStore(database)

        def try_to_book(option: int) -> Any:
            with meeting_service.use(store=store):
                try:
                    return book(database, poll, option).meeting_id
                except ConflictError as error:
                    return str(error)

        with ThreadPoolExecutor(6) as threads:
            results = set(threads.map(try_to_book, [1, 2, 3, 1, 2, 3]))

        [meeting] = meeting_service.get_all_meetings("ann")
        assert meeting.id in results
        assert all("booked" in result for result in results - {meeting.id})
        assert service.get_poll(database, poll.id).meeting_id == meeting.id

    def test_a_booking_that_broke_off_can_be_made_again(self, lite: Database) -> None:
        """A crash leaves the poll claimed for a minute; then the same request returns the meeting of the first."""
        poll = create(lite)
        lite.write(queries.claim, poll.id, None, now=NOW, until=NOW + dt.timedelta(seconds=60))
        with pytest.raises(ConflictError, match="is being booked by another request; try again"):
            book(lite, poll)
        assert book(lite, poll, now=NOW + dt.timedelta(seconds=60)).status == "booked"

    @settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.dictionaries(st.integers(1, 5), st.sampled_from(["yes", "if_need_be", "no"])), max_size=6))
    def test_no_option_is_better_than_the_winner(self, answers: list[dict[int, Any]]) -> None:
        """The ranking holds every option once, and each has at least as many yes, and of as many no more no."""
        poll = Poll(
            id="p",
            tenant_id="default",
            user_id="ann",
            title="Law",
            duration_minutes=60,
            timezone="UTC",
            options=[Option(number=number, start=NINE + number * HOUR) for number in range(1, 6)],
            participants=[Participant(user_id=f"u{n}", answers=choices) for n, choices in enumerate(answers)],
            created_at=NOW,
        )
        keys = [(-tally.yes, tally.no, tally.start) for tally in poll.ranking]
        assert keys == sorted(keys)
        assert {tally.number for tally in poll.ranking} == {1, 2, 3, 4, 5}
        assert sum(tally.yes + tally.no + tally.if_need_be for tally in poll.ranking) == sum(map(len, answers))


class TestWhoMay:
    def test_owner_asked_manager_and_admin_see_a_poll_and_nobody_else(self, database: Database) -> None:
        poll = create(database, user_ids=["ben"])
        for person in (by("ann"), by("ben"), by("x", "admin"), by("x", "manager", team_ids=frozenset({"ben"})), None):
            assert service.get_poll(database, poll.id, caller=person) == poll
            assert service.list_polls(database, caller=person) == [poll]
        for person in (by("cat"), by("ann", tenant_id="else"), by("x", "admin", tenant_id="else"), by("x", "manager")):
            assert service.list_polls(database, caller=person) == []
            with pytest.raises(NotFoundError, match="no poll with id"):
                service.get_poll(database, poll.id, caller=person)

    @pytest.mark.parametrize("person", ["ben", "cat"])
    def test_who_is_asked_answers_and_changes_nothing_else(self, lite: Database, person: str) -> None:
        poll = create(lite, user_ids=["ben"], contact_ids=["dee"])
        mine = by(person)
        calls: list[Callable[[], object]] = [
            lambda: service.close_poll(lite, poll.id, caller=mine),
            lambda: service.book_poll(lite, poll.id, caller=mine, now=NOW),
            lambda: service.delete_poll(lite, poll.id, caller=mine),
            lambda: service.create_link(lite, poll.id, "dee", caller=mine, now=NOW),
            lambda: service.answer_poll(lite, poll.id, {1: "yes"}, contact_id="dee", caller=mine, now=NOW),
            lambda: service.answer_poll(lite, poll.id, {1: "yes"}, user_id="ann", caller=mine, now=NOW),
        ]
        for call in calls:
            with pytest.raises(NotFoundError):
                call()
        if person == "ben":
            assert service.answer_poll(lite, poll.id, {1: "yes"}, caller=mine, now=NOW).ranking[0].yes == 1
        else:
            with pytest.raises(NotFoundError, match="no poll with id"):
                service.answer_poll(lite, poll.id, {1: "yes"}, caller=mine, now=NOW)

    def test_the_owner_enters_the_answers_of_others(self, lite: Database) -> None:
        poll = create(lite, contact_ids=["dee"])
        for person in ({"contact_id": "dee"}, {"user_id": "ben"}):
            poll = service.answer_poll(lite, poll.id, {2: "yes"}, caller=by("ann"), now=NOW, **person)
        assert (poll.ranking[0].number, poll.ranking[0].yes) == (2, 2)

    def test_nobody_creates_a_poll_of_somebody_else(self, lite: Database) -> None:
        with pytest.raises(ForbiddenError, match="may not create polls of this user"):
            service.create_poll(lite, REQUEST, caller=by("ben"), now=NOW)
        assert service.create_poll(lite, {**REQUEST, "user_id": None}, caller=by("ann"), now=NOW).user_id == "ann"
        assert service.create_poll(lite, REQUEST, caller=by("x", "admin"), now=NOW).user_id == "ann"

    def test_a_list_has_pages(self, lite: Database) -> None:
        ids = [create(lite).id for _ in range(5)][::-1]
        first = service.list_polls(lite, limit=2)
        after = service.list_polls(lite, after=first[-1].id, limit=2)
        assert [poll.id for poll in (*first, *after)] == ids[:4]
        assert [poll.id for poll in service.list_polls(lite, offset=3)] == ids[3:]


class TestLinks:
    def test_a_contact_answers_by_a_link_and_sees_nobody_else(self, database: Database) -> None:
        poll = create(database, contact_ids=["dee", "eve"])
        answer(database, poll, "ben", "yes")
        link = service.create_link(database, poll.id, "dee", caller=by("ann"), now=NOW)

        seen = service.open_link(database, link.token, now=NOW)
        assert (seen.title, seen.answers, seen.accepts_answers, len(seen.options)) == ("Kick-off", {}, True, 3)
        assert not {"ben", "cat", "eve", "dee", "ann"} & set(seen.model_dump_json().split('"'))
        after = service.answer_by_link(database, link.token, {1: "yes", 3: "no"}, now=NOW)
        assert after.answers == {1: "yes", 3: "no"}

        poll = service.get_poll(database, poll.id)
        assert [person.answers for person in poll.participants] == [{1: "yes"}, {}, {1: "yes", 3: "no"}, {}]
        assert link.token not in str(database.read(lambda connection: connection.execute(_everything()).all()))

    def test_a_link_ends_with_the_poll_and_is_replaced_by_a_newer_one(self, lite: Database) -> None:
        poll = create(lite, contact_ids=["dee"])
        old = service.create_link(lite, poll.id, "dee", now=NOW)
        new = service.create_link(lite, poll.id, "dee", now=NOW)
        for token in (old.token, "", "x" * 300, "\ud800", "' OR 1=1"):
            with pytest.raises(InvalidRequestError, match=r"token"):
                service.open_link(lite, token, now=NOW)
        assert service.open_link(lite, new.token, now=NOW).accepts_answers

        book(lite, poll, 1)
        assert service.open_link(lite, new.token, now=NOW).option == 1
        with pytest.raises(ConflictError, match="is booked and accepts no answers"):
            service.answer_by_link(lite, new.token, {1: "yes"}, now=NOW)
        with pytest.raises(ConflictError, match="is booked and accepts no answers"):
            service.create_link(lite, poll.id, "dee", now=NOW)

    @pytest.mark.parametrize(
        ("closes_at", "lifetime"), [(None, 30 * DAY), (NOW + 2 * DAY, 2 * DAY)], ids=["30 days", "the deadline"]
    )
    def test_a_link_expires(self, lite: Database, closes_at: dt.datetime | None, lifetime: dt.timedelta) -> None:
        poll = create(lite, contact_ids=["dee"], closes_at=closes_at)
        link = service.create_link(lite, poll.id, "dee", now=NOW)
        assert link.expires_at == NOW + lifetime
        service.open_link(lite, link.token, now=link.expires_at - dt.timedelta(seconds=1))
        with pytest.raises(InvalidRequestError, match="token: it is invalid, expired or replaced"):
            service.open_link(lite, link.token, now=link.expires_at)

    def test_only_who_is_asked_gets_one(self, lite: Database) -> None:
        poll = create(lite, contact_ids=["dee"])
        with pytest.raises(NotFoundError, match=r"no contact with id 'eve'; poll .* does not ask them"):
            service.create_link(lite, poll.id, "eve", now=NOW)

    def test_erasing_the_contact_ends_it(self, lite: Database) -> None:
        poll = create(lite, contact_ids=["dee"])
        link = service.create_link(lite, poll.id, "dee", now=NOW)
        meeting_service.erase_contact("dee")
        with pytest.raises(InvalidRequestError, match="token"):
            service.open_link(lite, link.token, now=NOW)
        assert [person.user_id for person in service.get_poll(lite, poll.id).participants] == ["ben", "cat"]


def _everything() -> Any:
    from sqlalchemy import select  # noqa: PLC0415  # here alone

    from meetkit.polls import tables  # noqa: PLC0415

    return select(tables.participants)


def test_the_commands(sqlite_tables: str, meetkit: Run) -> None:
    """A poll is added, answered, closed and booked on the command line."""
    store = SqlStore(sqlite_tables)
    with meeting_service.use(store=store):
        people()
    store.close()

    def run(*arguments: object) -> str:
        result = meetkit("--database", sqlite_tables, "polls", *arguments)
        assert result.code == 0, result.err
        return result.out

    assert "There are no polls." in run()
    days = ("--start", "2030-03-04T09:00", "--start", "2030-03-05T09:00")
    added = run("add", "--owner", "ann", "--title", "Kick-off", *days, "--user", "ben", "--contact", "dee", "--json")
    poll_id = added.split('"id": "')[1].split('"')[0]
    assert "1 of 2 answered" in run("answer", poll_id, "--user", "ben", "--answer", "1=no", "--answer", "2=yes")
    token = run("link", poll_id, "--contact", "dee").splitlines()[0]
    assert len(token) == 43
    assert "(closed)" in run("close", poll_id)
    assert "Option 2 is booked: meeting_" in run("book", poll_id)
    assert "Option 2 is booked: meeting_" in run("show", poll_id)
    assert "Kick-off" in run("list")
    assert "Deleted" in run("delete", poll_id)

    wrong = meetkit("--database", sqlite_tables, "polls", "answer", poll_id, "--user", "ben", "--answer", "yes")
    assert wrong.trouble == "--answer: use NUMBER=ANSWER such as 1=yes, not 'yes'"
    assert "no poll with id" in meetkit("--database", sqlite_tables, "polls", "show", poll_id).trouble
