"""Forgetting by the service's verbs, what is written meanwhile included, and lists of people."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from meetkit import meeting_service
from meetkit.errors import ConflictError, InvalidRequestError, LLMUnavailableError, MeetkitError, NotFoundError
from meetkit.llm_client import MockLLMClient
from meetkit.meetings import briefs as preps
from meetkit.models import Contact, PreMeetingPrep
from meetkit.storage import MemoryStore, SqlStore, Store
from meetkit.testing import ScriptedLLMClient
from meetkit.testing.examples import ANN, BEN, DEE, MONDAY, meeting

SAID = "Ann: I will send Dee the quote by Friday.\nDee: Good, we decided to buy."
DUE = meeting(1, id="due", contact_id="dee", date=MONDAY + dt.timedelta(days=90))


@pytest.fixture(params=["memory", "sql"], autouse=True)
def store(request: pytest.FixtureRequest, sqlite_tables: str) -> Iterator[Store]:
    """A store in use, with a meeting that was analysed, and one to come that was prepared."""
    sql = SqlStore(sqlite_tables) if request.param == "sql" else None
    store: Store = sql or MemoryStore()
    store.add_user(ANN)
    store.add_user(BEN)
    store.add_contact(DEE)
    store.add_meeting(meeting(id="past", contact_id="dee", status="completed"))
    store.add_meeting(DUE)
    with meeting_service.use(store=store, llm=None):
        meeting_service.analyze_meeting("past", SAID)
        meeting_service.generate_pre_meeting_prep("due")
        yield store
    if sql:
        sql.close()


class ErasingLLMClient:
    """A model that answers as the mock does, once something else has been done."""

    name = "mock"

    def __init__(self, act: Callable[[], Any]) -> None:
        self.act, self.mock = act, MockLLMClient(failure_rate=0, seed=1)

    def generate(self, prompt: str, system_prompt: str | None = None) -> str:
        self.act()
        return self.mock.generate(prompt, system_prompt)


class TestErasing:
    def test_of_a_contact_nothing_that_was_said_is_left(self, store: Store) -> None:
        assert meeting_service.get_open_action_items("ann")

        meeting_service.erase_contact("dee")

        assert meeting_service.get_contact("dee").name == "Erased contact"
        assert (meeting_service.get_insights("past"), meeting_service.get_transcript("past")) == (None, None)
        assert (meeting_service.get_prep("due"), meeting_service.get_open_action_items("ann")) == (None, [])
        everything = repr(list(store.export_records()))
        assert not any(trace in everything for trace in ("quote", "Dee", "dee@client.com"))

    def test_an_erased_contact_can_be_met_again(self) -> None:
        meeting_service.erase_contact("dee")
        meeting_service.update_contact("dee", {"name": "Dora"})

        assert "Dora" in meeting_service.generate_pre_meeting_prep("due").contact_summary

    def test_of_a_user_nothing_that_was_said_is_left(self, store: Store) -> None:
        meeting_service.create_meeting(
            {"user_id": "ann", "title": "Later", "date": dt.datetime.now(dt.UTC) + dt.timedelta(days=9)}
        )
        meeting_service.erase_user("ann")

        found = meeting_service.get_all_meetings("ann")
        assert {one.title for one in found} == {"Erased meeting"}
        assert found[-1].status == "cancelled"
        assert "quote" not in repr(list(store.export_records()))

    def test_a_brief_that_was_being_written_is_not_kept(self) -> None:
        for erase, who in ((meeting_service.erase_contact, "dee"), (meeting_service.erase_user, "ann")):
            client = ErasingLLMClient(partial(erase, who))
            with meeting_service.use(llm=client), pytest.raises(ConflictError, match=f"'{who}' was erased"):
                meeting_service.generate_pre_meeting_prep("due")
            assert meeting_service.get_prep("due") is None

    @pytest.mark.parametrize(("erase", "who"), [("erase_contact", "dee"), ("erase_user", "ann")])
    def test_a_brief_that_was_about_to_be_kept_is_not(
        self, store: Store, monkeypatch: pytest.MonkeyPatch, erase: str, who: str
    ) -> None:
        look = preps._Job._check_not_erased

        def looked_too_early(job: preps._Job) -> None:
            look(job)
            getattr(meeting_service, erase)(who)

        monkeypatch.setattr(preps._Job, "_check_not_erased", looked_too_early)
        with pytest.raises(ConflictError, match="erased meanwhile"):
            meeting_service.generate_pre_meeting_prep("due")
        assert "quote" not in repr(list(store.export_records()))

    @pytest.mark.parametrize(
        "forget", [partial(meeting_service.purge, "2025-11-18"), partial(meeting_service.delete_meeting, "past")]
    )
    def test_a_brief_of_what_was_forgotten_meanwhile_is_not_kept(self, forget: Callable[[], Any]) -> None:
        with meeting_service.use(llm=ErasingLLMClient(forget)), pytest.raises(ConflictError, match="earlier meeting"):
            meeting_service.generate_pre_meeting_prep("due")

    @pytest.mark.parametrize("given", [None, SAID])
    def test_an_analysis_that_was_under_way_is_not_kept(self, store: Store, given: str | None) -> None:
        client = ErasingLLMClient(lambda: meeting_service.erase_contact("dee"))
        with meeting_service.use(llm=client), pytest.raises(ConflictError, match="was erased meanwhile"):
            meeting_service.analyze_meeting("past", given)

        assert store.get_meeting("past").transcript is None
        assert meeting_service.get_insights("past") is None

    @pytest.mark.parametrize("erase", [meeting_service.erase_user, meeting_service.erase_contact])
    @pytest.mark.parametrize("wrong", ["x", "", "\x00", "💥" * 300, None, 7])
    def test_who_is_not_there_is_not_found(self, erase: Callable[[Any], None], wrong: Any) -> None:
        with pytest.raises(NotFoundError):
            erase(wrong)


class TestPurging:
    def test_forgets_what_was_said_before(self) -> None:
        assert meeting_service.purge("2025-11-17") == 0
        assert meeting_service.purge("2025-11-17T10:00:00") == 0
        assert meeting_service.purge("2025-11-17T10:00:01") == 1

        assert meeting_service.get_meeting("past").title == "Talk"
        assert meeting_service.get_insights("past") is None
        assert meeting_service.get_prep("due") is None  # it quoted what was purged

    def test_what_is_to_come_is_not_purged(self, store: Store) -> None:
        late = dt.datetime.now(dt.UTC) + dt.timedelta(days=9)
        store.add_meeting(meeting(id="later", date=late, summary="Kept"))

        meeting_service.purge(late + dt.timedelta(days=9))

        assert store.get_meeting("later").summary == "Kept"

    @pytest.mark.parametrize("wrong", [None, "soon", 7, "", "9999-99-99", [], "0001-01-01"])
    def test_a_wrong_moment_is_one_clear_error(self, wrong: Any) -> None:
        with pytest.raises(InvalidRequestError, match="before"):
            meeting_service.purge(wrong)


class TestPeople:
    def test_are_listed_by_name(self) -> None:
        meeting_service.create_contact(DEE.model_copy(update={"id": "zoe", "name": "Zoë", "company": "Acme"}))

        assert meeting_service.get_users() == [ANN, BEN]
        assert [one.id for one in meeting_service.get_contacts({"text": "ACME"})] == ["zoe"]
        assert [one.id for one in meeting_service.get_contacts({"after": "dee", "limit": 1})] == ["zoe"]
        assert meeting_service.get_users({"tenant_id": "other"}) == []

    @pytest.mark.parametrize(
        "wrong", [{"limit": 0}, {"limit": "5"}, {"offset": -1}, {"tenant": "x"}, {"text": "\x00"}, {"after": ""}, "ann"]
    )
    def test_wrong_filters_are_one_clear_error(self, wrong: Any) -> None:
        for verb in (meeting_service.get_users, meeting_service.get_contacts):
            with pytest.raises(InvalidRequestError):
                verb(wrong)

    def test_stay_in_their_tenant(self) -> None:
        changes: Any = ({"tenant_id": "other"}, {"tenant_id": "default"}, {"id": "x", "name": "Y"})
        for change in changes:
            with pytest.raises(InvalidRequestError, match="cannot be changed"):
                meeting_service.update_user("ann", change)
            with pytest.raises(InvalidRequestError, match="cannot be changed"):
                meeting_service.update_contact("dee", change)
        created = meeting_service.create_contact(
            {"name": "Eve", "email": "eve@x.com", "company": "X", "role": "CEO", "tenant_id": "other"}
        )
        assert isinstance(created, Contact)
        assert meeting_service.get_contacts({"tenant_id": "other"}) == [created]


class TestLightMeetings:
    def test_come_without_transcripts(self) -> None:
        full, light = (meeting_service.get_meeting("past", transcript=asked) for asked in (True, False))
        assert (bool(full.transcript), light) == (True, full.model_copy(update={"transcript": None}))
        assert meeting_service.get_all_meetings("ann", transcript=False) == [light, DUE]

    def test_only_the_version_that_was_read_is_deleted(self) -> None:
        version = meeting_service.get_meeting("past").version
        with pytest.raises(ConflictError, match="read it again"):
            meeting_service.delete_meeting("past", expected_version=version - 1)
        assert meeting_service.delete_meeting("past", expected_version=version)


class TestBriefsInAnEventLoop:
    def write(self, **more: Any) -> PreMeetingPrep:
        return asyncio.run(meeting_service.generate_pre_meeting_prep_async("due", **more))

    def test_are_those_that_are_written_without_one(self) -> None:
        anew = {"generated_at": MONDAY}
        offline = meeting_service.generate_pre_meeting_prep("due").model_copy(update=anew)
        assert self.write().model_copy(update=anew) == offline
        with meeting_service.use(llm=MockLLMClient(failure_rate=0, seed=1)):
            awaited = self.write()
        with meeting_service.use(llm=MockLLMClient(failure_rate=0, seed=1)):
            waited = meeting_service.generate_pre_meeting_prep("due")
        assert awaited.model_copy(update=anew) == waited.model_copy(update=anew)
        assert awaited.engine == "mock"
        assert meeting_service.get_prep("due") == waited

    def test_are_asked_for_again_and_counted(self) -> None:
        told: list[object] = []
        client = ScriptedLLMClient([LLMUnavailableError("down")] * 2)
        with meeting_service.use(llm=client):
            prep = self.write(max_retries=2, fallback="offline", on_retry=lambda **given: told.append(given))

        assert (prep.engine, len(told), len(client.prompts)) == ("offline", 1, 2)
        assert [(total.purpose, total.calls) for total in meeting_service.get_usage()] == [("brief", 2)]

    def test_fail_as_those_without_one_do(self) -> None:
        client = ScriptedLLMClient([LLMUnavailableError("down")] * 2)
        with meeting_service.use(llm=client), pytest.raises(MeetkitError) as caught:
            self.write(max_retries=2)
        assert len(getattr(caught.value, "causes", ())) == 2
        with pytest.raises(InvalidRequestError, match="max_retries"):
            self.write(max_retries=0)
        with pytest.raises(InvalidRequestError, match="fallback"):
            self.write(fallback="x")
        with pytest.raises(NotFoundError):
            asyncio.run(meeting_service.generate_pre_meeting_prep_async("x"))
