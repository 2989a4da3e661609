"""Analysing meetings, and following up on what was promised in them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from freezegun import freeze_time

from meetkit import meeting_service as service
from meetkit.errors import ConflictError, InvalidRequestError, NotFoundError
from meetkit.llm_client import MockLLMClient
from meetkit.models import MeetingUpdate
from meetkit.storage import MemoryStore, SqlStore, Store
from meetkit.testing.examples import people

PROMISES = "Ann: I'll send the pricing proposal by Friday.\nDee: Thanks, that would be great.\n"
VTT = """WEBVTT

00:00:01.000 --> 00:00:04.000
<v Ann>I'll send the pricing proposal by Friday.</v>

00:00:05.000 --> 00:00:07.000
<v Dee>Thanks, that would be great.</v>
"""


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, sqlite_tables: str) -> Iterator[Store]:
    """A store with Ann, Ben and Dee, in use."""
    kept: Store = MemoryStore() if request.param == "memory" else SqlStore(sqlite_tables)
    kept.import_records(people())
    with service.use(store=kept, llm=None):
        yield kept
    if isinstance(kept, SqlStore):
        kept.close()


def with_dee(meeting_id: str, date: str, **more: Any) -> str:
    service.create_meeting({"user_id": "ann", "contact_id": "dee", "title": meeting_id, "date": date})
    made = service.get_all_meetings("ann")[-1]
    if more:
        service.update_meeting(made.id, MeetingUpdate.model_validate(more))
    return made.id


@pytest.fixture
def monday(store: Store) -> str:  # noqa: ARG001  # it is the one in use
    return with_dee("Call", "2025-11-17T10:00:00Z")


@pytest.mark.usefixtures("store")
class TestAnalyzeMeeting:
    def test_keeps_the_insights_beside_the_meeting(self, monday: str) -> None:
        assert service.get_insights(monday) is None

        insights = service.analyze_meeting(monday, PROMISES)

        assert service.get_insights(monday) == insights
        [item] = insights.action_items.items
        assert (item.owner, item.deadline and str(item.deadline.date)) == ("Ann", "2025-11-21")
        meeting = service.get_meeting(monday)
        assert meeting.transcript == PROMISES
        assert meeting.action_items == (item,)
        for evidence in item.evidence:
            assert PROMISES[evidence.start : evidence.end] == evidence.quote

    def test_keeps_the_transcript_as_it_was_given(self, monday: str) -> None:
        service.analyze_meeting(monday, VTT.encode())

        transcript = service.get_transcript(monday)

        assert transcript is not None
        assert [(turn.speaker, turn.start_seconds) for turn in transcript.turns] == [("Ann", 1.0), ("Dee", 5.0)]
        assert service.get_meeting(monday).transcript == transcript.text
        assert service.analyze_meeting(monday) == service.get_insights(monday)
        statistics = service.analyze_meeting(monday).statistics
        assert statistics.duration_seconds == 6.0

    def test_a_transcript_that_took_its_place_is_the_one_analysed(self, monday: str) -> None:
        service.analyze_meeting(monday, VTT)
        service.update_meeting(monday, {"transcript": "Dee: Nothing was promised today."})

        assert service.analyze_meeting(monday).action_items.items == ()
        transcript = service.get_transcript(monday)
        assert transcript is not None
        assert transcript.text == "Dee: Nothing was promised today."

    def test_says_what_cannot_be_analysed(self, monday: str) -> None:
        with pytest.raises(ConflictError, match="no transcript yet"):
            service.analyze_meeting(monday)
        with pytest.raises(NotFoundError, match="'nope'"):
            service.analyze_meeting("nope", PROMISES)
        with pytest.raises(InvalidRequestError):
            service.analyze_meeting(monday, b"\x00\x01\x02")
        with pytest.raises(InvalidRequestError, match="fallback"):
            service.analyze_meeting(monday, PROMISES, fallback="online")  # type: ignore[arg-type]
        with pytest.raises(InvalidRequestError, match="trackers"):
            service.analyze_meeting(monday, PROMISES, trackers={"pricing": []})
        assert service.get_insights(monday) is None
        assert service.get_meeting(monday).transcript is None

    def test_finds_what_is_tracked(self, monday: str) -> None:
        trackers = service.analyze_meeting(monday, PROMISES, trackers={"money": ["pricing proposal"]}).trackers
        assert [(one.tracker, one.evidence.quote) for one in trackers.mentions] == [("money", "pricing proposal")]

    def test_the_words_of_a_summary_are_bounded_or_the_bound_is_refused(self, monday: str) -> None:
        summary = service.analyze_meeting(monday, PROMISES, summary_words=12).summary
        assert len(summary.sentences) <= 1 or len(summary.text.split()) <= 12
        with pytest.raises(InvalidRequestError, match="summary_words"):
            service.analyze_meeting(monday, PROMISES, summary_words=9)

    def test_what_another_version_kept_does_not_stand_in_the_way(self, store: Store, monday: str) -> None:
        service.analyze_meeting(monday, PROMISES)
        for kind in ("insights", "found", "transcript", "answers"):
            store.put_artefact(monday, kind, '{"of": "another version"}')

        assert service.get_insights(monday) is None
        assert service.analyze_meeting(monday) == service.get_insights(monday)

    def test_can_be_awaited(self, monday: str) -> None:
        insights = asyncio.run(service.analyze_meeting_async(monday, PROMISES))
        assert insights == service.get_insights(monday) == service.analyze_meeting(monday)

    def test_what_a_model_costs_is_on_record_and_paid_once(self, monday: str) -> None:
        with service.use(llm=MockLLMClient(failure_rate=0, seed=1)):
            first = service.analyze_meeting(monday, PROMISES)
            calls = sum(total.calls for total in service.get_usage())
            assert service.analyze_meeting(monday) == first
        assert first.summary.engine == "mock"
        assert {total.purpose for total in service.get_usage()} > {"insights.summary", "insights.action_items"}
        assert sum(total.calls for total in service.get_usage()) == calls

    def test_of_two_at_once_one_is_kept_whole(self, store: Store, monday: str) -> None:
        texts = [PROMISES, PROMISES.replace("pricing proposal", "signed contract")]

        def act(number: int) -> None:
            with service.use(store=store, llm=None):
                service.analyze_meeting(monday, texts[number % 2])

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(act, range(8)))

        meeting, insights = service.get_meeting(monday), service.get_insights(monday)
        assert insights is not None
        assert meeting.transcript in texts
        assert insights.action_items.items == meeting.action_items
        [item] = meeting.action_items
        assert item.evidence[0].quote in (meeting.transcript or "")


@pytest.mark.usefixtures("store")
class TestActionItems:
    def test_one_that_is_named_again_is_one_with_two_sources(self, monday: str) -> None:
        tuesday = with_dee("Again", "2025-11-18T10:00:00Z")
        service.analyze_meeting(monday, PROMISES)
        service.analyze_meeting(tuesday, PROMISES.replace("Friday", "Monday"))

        for found in (service.get_open_action_items(), service.get_open_action_items("ann", "dee")):
            [item] = found
            assert [source.meeting_id for source in item.sources] == [monday, tuesday]
            assert (item.meeting_id, item.deadline and item.deadline.phrase) == (tuesday, "by Monday")
        assert service.get_open_action_items(user_id="ben") == []

    @pytest.mark.parametrize("by", [0, 1])
    def test_is_done_in_every_meeting_that_has_it(self, monday: str, by: int) -> None:
        tuesday = with_dee("Again", "2025-11-18T10:00:00Z")
        found = [service.analyze_meeting(one, PROMISES).action_items.items[0].id for one in (monday, tuesday)]

        with freeze_time("2025-11-19"):
            done = service.complete_action_item((monday, tuesday)[by], found[by])
            again = service.complete_action_item((monday, tuesday)[by], found[by])

        assert (done.status, str(done.done_at)) == ("done", "2025-11-19 00:00:00+00:00")
        assert again == done
        assert service.get_open_action_items() == []
        for one in (monday, tuesday):
            insights = service.get_insights(one)
            assert insights is not None
            assert [item.status for item in insights.action_items.items] == ["done"]

    def test_stays_done_when_the_meeting_is_analysed_again(self, monday: str) -> None:
        [item] = service.analyze_meeting(monday, PROMISES).action_items.items
        service.complete_action_item(monday, item.id)

        [again] = service.analyze_meeting(monday, PROMISES).action_items.items

        assert again.status == "done"
        assert service.get_open_action_items() == []

    def test_one_that_a_later_meeting_has_as_done_is_not_open(self, monday: str) -> None:
        done = [{"task": "Send the pricing proposal", "owner": "Ann", "status": "done"}]
        service.analyze_meeting(monday, PROMISES)
        with_dee("Again", "2025-11-18T10:00:00Z", action_items=done)
        assert service.get_open_action_items() == service.get_open_action_items("ann") == []

    def test_of_a_user_are_those_of_meetings_that_the_user_is_in(self, monday: str) -> None:
        with_dee("Other", "2025-11-18T10:00:00Z", action_items=["Book the room"], user_id="ben")
        service.analyze_meeting(monday, PROMISES)
        assert [item.task for item in service.get_open_action_items("ben")] == ["Book the room"]
        assert len(service.get_open_action_items(contact_id="dee")) == 2

    def test_an_unknown_one_is_not_found(self, monday: str) -> None:
        with pytest.raises(NotFoundError, match="action item"):
            service.complete_action_item(monday, "nope")
        with pytest.raises(NotFoundError, match="'nope'"):
            service.complete_action_item("nope", "nope")
        with pytest.raises(NotFoundError, match="'nope'"):
            service.get_open_action_items(user_id="nope")

    def test_the_next_brief_tells_of_them(self, monday: str) -> None:
        with freeze_time("2025-11-24"):
            [item] = service.analyze_meeting(monday, PROMISES).action_items.items
            other = with_dee("Other", "2025-11-18T10:00:00Z", action_items=["Book the room"])
            upcoming = with_dee("Next", "2025-12-01T10:00:00Z")

            before = service.generate_pre_meeting_prep(upcoming)
            service.complete_action_item(monday, item.id)
            after = service.generate_pre_meeting_prep(upcoming)

        told = [(one.task, one.owner, one.overdue, one.meeting_id) for one in before.pending_action_items]
        assert told == [("Book the room", None, False, other), (item.task, "Ann", True, monday)]
        assert [one.task for one in after.pending_action_items] == ["Book the room"]
        assert [(change.text, change.meeting_id) for change in after.changes] == [
            (f"Done since: Ann: {item.task}", monday)
        ]
