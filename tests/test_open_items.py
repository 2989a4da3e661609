"""Action items over several meetings, and what an analysis puts on the record."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetkit.insights import open_items
from meetkit.insights.changes import changes_since
from meetkit.insights.recording import align_ids, as_they_stand, record
from meetkit.models.analysis import (
    ActionItems,
    Decisions,
    FollowUps,
    MeetingInsights,
    Questions,
    SentimentAnalysis,
    Statistics,
    Summary,
    Topics,
    Trackers,
)
from meetkit.models.insights import ActionItem
from meetkit.models.meetings import Meeting
from meetkit.models.transcripts import Transcript
from meetkit.testing.examples import MONDAY, meeting
from tests.strategies import action_items

TODAY = MONDAY.date()
TEXT = Transcript(format="text", text="Hi.", turns=())


def item(task: str, owner: str | None = None, due: str | None = None, **more: Any) -> ActionItem:
    deadline = due and {"phrase": due, "anchor": None, "timezone": "UTC", "date": due}
    return ActionItem.model_validate({"task": task, "owner": owner, "deadline": deadline, **more})


def with_dee(number: int, *items: ActionItem, **more: Any) -> Meeting:
    return meeting(24 * number, contact_id="dee", action_items=items, **more)


def found(*items: ActionItem, **sections: Any) -> MeetingInsights:
    made: dict[str, Any] = {
        "summary": Summary(engine="offline"),
        "action_items": ActionItems(engine="offline", items=items),
        "decisions": Decisions(engine="offline"),
        "questions": Questions(engine="offline"),
        "topics": Topics(engine="offline"),
        "sentiment": SentimentAnalysis(engine="offline"),
        "follow_ups": FollowUps(engine="offline"),
        "statistics": Statistics(engine="offline"),
        "trackers": Trackers(engine="offline"),
    }
    return MeetingInsights(transcript_sha256="0" * 64, **{**made, **sections})


class TestSameItem:
    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            (item("Send the quote", "Ann"), item("send the quote.", "Ann"), True),
            (item("Send the pricing proposal", "Ann"), item("Send pricing proposal for 120 seats", "Ann"), True),
            (item("Send the quote", "Ann Lee"), item("Send the quote", "Ann"), True),
            (item("Check the legacy export"), item("Check the legacy export", "Ben"), True),
            (item("Send the quote", "Ann"), item("Send the quote", "Ben"), False),
            (item("Send the security whitepaper"), item("Send the pricing whitepaper"), False),
            (item("Send invoice 12 for the first quarter"), item("Send invoice 13 for the first quarter"), False),
            (item("Send invoice"), item("Send invoice template to legal"), False),
            (item("…"), item("!"), False),
            (item("報告書を送る"), item("報告書を送る"), True),
        ],
    )
    def test_is_told_by_its_words_its_numbers_and_its_owner(
        self, one: ActionItem, other: ActionItem, same: bool
    ) -> None:
        assert open_items.is_same(one, other) is open_items.is_same(other, one) is same

    @given(action_items)
    def test_an_item_is_itself(self, one: ActionItem) -> None:
        assert open_items.is_same(one, one)


class TestPending:
    def test_an_item_that_is_named_again_is_one_with_two_sources(self) -> None:
        first = with_dee(0, item("Send the pricing proposal", due="2025-11-18", id="a"))
        second = with_dee(1, item("Send the pricing proposal for 120 seats", "Ann", "2025-11-20", id="b"))

        [one] = open_items.pending([second, first], today=TODAY)

        assert (one.owner, one.meeting_id, str(one.deadline and one.deadline.date)) == ("Ann", second.id, "2025-11-20")
        assert [(source.meeting_id, source.item_id) for source in one.sources] == [(first.id, "a"), (second.id, "b")]

    def test_an_item_stands_as_it_was_last_named(self) -> None:
        meetings = [with_dee(0, item("Call Ben back")), with_dee(1, item("Call Ben back", status="done"))]
        assert open_items.pending(meetings, today=TODAY) == ()

    def test_the_same_words_to_somebody_else_are_another_item(self) -> None:
        task = item("Send the quote", "Ann")
        circles = [
            with_dee(0, task),
            meeting(1, contact_id="eve", action_items=[task]),
            meeting(2, action_items=[task]),
            meeting(3, user_id="ben", action_items=[task]),
        ]
        assert [one.meeting_id for one in open_items.pending(circles, today=TODAY)] == [
            one.id for one in sorted(circles, key=lambda one: one.date, reverse=True)
        ]

    @pytest.mark.parametrize(("due", "overdue"), [("2025-11-16", True), ("2025-11-17", False), (None, False)])
    def test_what_was_due_before_today_is_overdue(self, due: str | None, overdue: bool) -> None:
        [one] = open_items.pending([with_dee(0, item("Call", due=due))], today=TODAY)
        assert one.overdue is overdue

    @given(st.lists(st.lists(action_items, max_size=4), max_size=4))
    def test_every_open_item_is_in_one_thread_and_none_is_made_up(self, lists: list[list[ActionItem]]) -> None:
        meetings = [with_dee(number, *items) for number, items in enumerate(lists)]

        threads = open_items.threads(meetings)

        mentions = [(mention.meeting.id, mention.place) for thread in threads for mention in thread.mentions]
        assert sorted(mentions) == sorted((one.id, place) for one in meetings for place in range(len(one.action_items)))
        pending = open_items.pending(meetings, today=TODAY)
        assert len(pending) == sum(thread.last.item.status == "open" for thread in threads)

    def test_many_meetings_with_many_items_are_read_in_one_go(self) -> None:
        items = [
            [item(f"Send document {number} of batch {100 + day}", "Ann") for number in range(20)] for day in range(100)
        ]
        meetings = [with_dee(day, *of_day) for day, of_day in enumerate(items)]
        assert len(open_items.pending(meetings, today=TODAY)) == 2000


class TestChanges:
    def test_tell_what_was_done_moved_and_felt_since_the_last_meeting(self) -> None:
        done_at = MONDAY + dt.timedelta(days=2)
        history = [
            with_dee(
                1, item("Send the deck", "Ann", "2025-11-30"), item("Call legal", status="done"), sentiment="negative"
            ),
            with_dee(
                0,
                item("Send the deck", "Ann", "2025-11-20"),
                item("Call legal"),
                item("Book the room", "Ben", status="done", done_at=done_at),
                item("Pay the deposit", status="done"),
                sentiment="positive",
            ),
        ]

        assert [change.text for change in changes_since(history)] == [
            "Moved from 2025-11-20 to 2025-11-30: Ann: Send the deck",
            "Done since: Call legal",
            "Done since: Ben: Book the room",
            "The mood went from positive to negative",
        ]

    def test_without_a_history_nothing_has_changed(self) -> None:
        assert changes_since([]) == ()
        assert changes_since([with_dee(0, item("Call"))]) == ()


class TestRecord:
    def recorded(self, before: Meeting, insights: MeetingInsights, previous: MeetingInsights | None = None) -> Meeting:
        return record(before, TEXT, align_ids(insights, before), previous=previous, now=MONDAY)

    def test_what_is_found_goes_on_the_record(self) -> None:
        sentiment = SentimentAnalysis(engine="offline", score=0.5, label="positive")
        after = self.recorded(meeting(), found(item("Call"), sentiment=sentiment))

        assert (after.transcript, after.sentiment, after.version, after.updated_at) == ("Hi.", "positive", 2, MONDAY)
        assert [one.task for one in after.action_items] == ["Call"]

    def test_the_same_analysis_again_changes_nothing(self) -> None:
        insights = found(item("Call"))
        once = self.recorded(meeting(), insights)
        assert self.recorded(once, insights, insights) is once

    def test_an_analysis_takes_the_place_of_the_one_before(self) -> None:
        first, second = found(item("Call")), found(item("Write"))
        after = self.recorded(self.recorded(meeting(), first), second, first)
        assert [one.task for one in after.action_items] == ["Write"]

    def test_what_people_wrote_changed_or_removed_stays(self) -> None:
        first = found(item("Call", id="a"), item("Write", id="b"), item("Pay", id="c"))
        once = self.recorded(meeting(), first)
        written = item("Ask legal about the contract", id="own")
        theirs = once.model_copy(
            update={"action_items": (item("Call today", id="a"), item("Pay", id="c"), written), "summary": "Ours."}
        )
        again = found(*first.action_items.items, item("Ask legal about the new contract", id="d"))

        after = self.recorded(theirs, again, first)

        assert sorted(one.task for one in after.action_items) == ["Ask legal about the contract", "Call today", "Pay"]
        assert after.summary == "Ours."

    def test_an_item_that_is_done_stays_done(self) -> None:
        insights = found(item("Call", id="a"))
        done = item("Call", id="a", status="done", done_at=MONDAY)
        once = self.recorded(meeting(), insights).model_copy(update={"action_items": (done,)})

        assert self.recorded(once, insights, insights).action_items == (done,)
        assert as_they_stand(insights, once).action_items.items == (done,)

    def test_a_section_that_failed_changes_nothing(self) -> None:
        before = meeting(summary="Ours.", sentiment="positive", action_items=[item("Call")])
        failed = {"engine": "m", "status": "failed", "reason": "down"}
        insights = found(
            summary=Summary(**failed), sentiment=SentimentAnalysis(**failed), action_items=ActionItems(**failed)
        )
        after = self.recorded(before, insights)
        assert (after.summary, after.sentiment, after.action_items) == ("Ours.", "positive", before.action_items)

    def test_an_item_on_record_in_other_words_keeps_its_id(self) -> None:
        before = meeting(action_items=[item("Send the pricing proposal", "Ann", id="own")])
        aligned = align_ids(found(item("Send the pricing proposal for 120 seats", "Ann", id="new")), before)
        assert [one.id for one in aligned.action_items.items] == ["own"]
        assert self.recorded(before, aligned).action_items == before.action_items
