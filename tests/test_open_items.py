"""Action items over several meetings, and what an analysis puts on the record."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetkit.insights import open_items
from meetkit.insights.briefs.changes import changes_since
from meetkit.insights.meeting_record import (
    RecordedFindings,
    align_ids,
    collect_findings,
    update_record,
    with_current_items,
)
from meetkit.models.analysis import (
    ActionItems,
    Decisions,
    FollowUps,
    MeetingInsights,
    Questions,
    SentimentAnalysis,
    Statistics,
    Summary,
    SummarySentence,
    Topics,
    Trackers,
)
from meetkit.models.insights import ActionItem, Evidence
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


def insights_of(*items: ActionItem, **sections: Any) -> MeetingInsights:
    defaults: dict[str, Any] = {
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
    return MeetingInsights(transcript_sha256="0" * 64, **{**defaults, **sections})


class TestSameItem:
    @pytest.mark.parametrize(
        ("first", "second", "is_same"),
        [
            (item("Send the quote", "Ann"), item("send the quote.", "Ann"), True),
            (item("Send the pricing proposal", "Ann"), item("Send pricing proposal for 120 seats", "Ann"), True),
            (item("Send the quote", "Ann Lee"), item("Send the quote", "Ann"), True),
            (item("Check the legacy export"), item("Check the legacy export", "Ben"), True),
            (item("Send the quote", "Ann"), item("Send the quote", "Ben"), False),
            (item("Send the security whitepaper"), item("Send the pricing whitepaper"), False),
            (item("Send invoice 12 for the first quarter"), item("Send invoice 13 for the first quarter"), False),
            (item("Send invoice"), item("Send invoice template to legal"), False),
            (item("Do not renew the Oracle licence"), item("Renew the Oracle licence"), False),
            (item("…"), item("!"), False),
            (item("報告書を送る"), item("報告書を送る"), True),
        ],
    )
    def test_is_told_by_its_words_its_numbers_and_its_owner(
        self, first: ActionItem, second: ActionItem, is_same: bool
    ) -> None:
        assert open_items.is_same(first, second) is open_items.is_same(second, first) is is_same

    @given(action_items)
    def test_an_item_is_itself(self, any_item: ActionItem) -> None:
        assert open_items.is_same(any_item, any_item)


def test_when_an_item_was_done_has_no_second_hour() -> None:
    twice = MONDAY.replace(fold=1)
    done_item = item("Call", status="done", done_at=twice)
    assert done_item.done_at is not None
    assert done_item.done_at.fold == 0


class TestPending:
    def test_an_item_that_is_named_again_is_one_with_two_sources(self) -> None:
        first = with_dee(0, item("Send the pricing proposal", due="2025-11-18", id="a"))
        second = with_dee(1, item("Send the pricing proposal for 120 seats", "Ann", "2025-11-20", id="b"))

        [pending_item] = open_items.pending([second, first], today=TODAY)

        assert (
            pending_item.owner,
            pending_item.meeting_id,
            str(pending_item.deadline and pending_item.deadline.date),
        ) == ("Ann", second.id, "2025-11-20")
        assert [(source.meeting_id, source.item_id) for source in pending_item.sources] == [
            (first.id, "a"),
            (second.id, "b"),
        ]

    def test_an_item_stands_as_it_was_last_named(self) -> None:
        meetings = [with_dee(0, item("Call Ben back")), with_dee(1, item("Call Ben back", status="done"))]
        assert open_items.pending(meetings, today=TODAY) == ()

    def test_an_item_of_nobody_that_two_people_have_is_of_neither(self) -> None:
        task = "Send the signed contract"
        first = with_dee(0, item(task, "Ann", id="a"), item(task, "Ben", id="b"), item(task, id="c"))
        later = with_dee(1, item(task, id="d"))

        threads = open_items.threads([first, later])

        assert [[mention.item.id for mention in thread.mentions] for thread in threads] == [["a"], ["b"], ["c", "d"]]
        assert len(open_items.threads([with_dee(0, *first.action_items[:2]), later])) == 3

    def test_the_same_words_to_somebody_else_are_another_item(self) -> None:
        task = item("Send the quote", "Ann")
        circles = [
            with_dee(0, task),
            meeting(1, contact_id="eve", action_items=[task]),
            meeting(2, action_items=[task]),
            meeting(3, user_id="ben", action_items=[task]),
        ]
        assert [entry.meeting_id for entry in open_items.pending(circles, today=TODAY)] == [
            entry.id for entry in sorted(circles, key=lambda entry: entry.date, reverse=True)
        ]

    @pytest.mark.parametrize(("due", "overdue"), [("2025-11-16", True), ("2025-11-17", False), (None, False)])
    def test_what_was_due_before_today_is_overdue(self, due: str | None, overdue: bool) -> None:
        [pending_item] = open_items.pending([with_dee(0, item("Call", due=due))], today=TODAY)
        assert pending_item.overdue is overdue

    @given(st.lists(st.lists(action_items, max_size=4), max_size=4))
    def test_every_open_item_is_in_one_thread_and_none_is_made_up(self, lists: list[list[ActionItem]]) -> None:
        meetings = [with_dee(number, *items) for number, items in enumerate(lists)]

        threads = open_items.threads(meetings)

        mentions = [(mention.meeting.id, mention.place) for thread in threads for mention in thread.mentions]
        assert sorted(mentions) == sorted(
            (past.id, place) for past in meetings for place in range(len(past.action_items))
        )
        pending = open_items.pending(meetings, today=TODAY)
        assert len(pending) == sum(thread.last.item.status == "open" for thread in threads)

    def test_many_meetings_with_many_items_are_read_in_one_go(self) -> None:
        items = [
            [item(f"Send document {number} of batch {100 + day}", "Ann") for number in range(20)] for day in range(50)
        ]
        meetings = [with_dee(day, *of_day) for day, of_day in enumerate(items)]
        assert len(open_items.pending(meetings, today=TODAY)) == 1000


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


class Recorder:
    """A meeting that is analysed several times."""

    def __init__(self, meeting: Meeting | None = None) -> None:
        self.meeting = meeting or with_dee(0)
        self.before = RecordedFindings()

    def analyse(self, insights: MeetingInsights, transcript: Transcript = TEXT) -> MeetingInsights:
        result = align_ids(insights, self.meeting)
        findings = collect_findings(result, self.meeting, self.before)
        self.meeting = update_record(self.meeting, transcript, findings, before=self.before, now=MONDAY)
        self.before = findings
        return with_current_items(result, self.meeting)

    def edit(self, **changes: Any) -> None:
        self.meeting = self.meeting.model_copy(update=changes)

    @property
    def tasks(self) -> list[str]:
        return [recorded_item.task for recorded_item in self.meeting.action_items]


POSITIVE = SentimentAnalysis(engine="offline", score=0.5, label="positive")
FAILURE: dict[str, Any] = {"engine": "m", "status": "failed", "reason": "down"}


def summed_up(text: str) -> Summary:
    quote = Evidence(quote="Hi.", turn=0, speaker=None, start=0, end=3)
    return Summary(engine="offline", sentences=(SummarySentence(text=text, evidence=(quote,)),))


class TestRecord:
    def test_what_is_found_goes_on_the_record(self) -> None:
        recorder = Recorder()
        recorder.analyse(insights_of(item("Call"), sentiment=POSITIVE, summary=summed_up("It went well.")))

        after = recorder.meeting
        assert (after.transcript, after.sentiment, after.summary) == ("Hi.", "positive", "It went well.")
        assert (recorder.tasks, after.version, after.updated_at) == (["Call"], 2, MONDAY)

    def test_the_same_analysis_again_changes_nothing(self) -> None:
        recorder = Recorder()
        recorder.analyse(insights_of(item("Call")))
        once = recorder.meeting
        recorder.analyse(insights_of(item("Call")))
        assert recorder.meeting is once

    def test_an_analysis_takes_the_place_of_the_one_before(self) -> None:
        recorder = Recorder()
        recorder.analyse(insights_of(item("Call"), sentiment=POSITIVE))
        recorder.analyse(insights_of(item("Write")))
        assert (recorder.tasks, recorder.meeting.sentiment) == (["Write"], None)

    def test_what_people_wrote_changed_or_removed_stays(self) -> None:
        items = (item("Call", id="a"), item("Write", id="b"), item("Pay", id="c"))
        recorder = Recorder()
        recorder.analyse(insights_of(*items, sentiment=POSITIVE, summary=summed_up("It went well.")))
        edited_items = (item("Call today", id="a"), items[2], item("Ask legal about the contract", id="own"))
        recorder.edit(action_items=edited_items, summary=None, sentiment="mixed")

        for _ in range(2):
            again = item("Ask legal about the new contract", id="d")
            recorder.analyse(insights_of(*items, again, sentiment=POSITIVE, summary=summed_up("It went very well.")))

            assert sorted(recorder.tasks) == ["Ask legal about the contract", "Call today", "Pay"]
            assert (recorder.meeting.summary, recorder.meeting.sentiment) == (None, "mixed")

    def test_an_item_that_is_removed_stays_so_when_it_was_not_found_in_between(self) -> None:
        recorder = Recorder()
        recorder.analyse(insights_of(item("Call", id="a")))
        recorder.edit(action_items=())
        recorder.analyse(insights_of())
        recorder.analyse(insights_of(item("Call", id="a")))
        assert recorder.tasks == []

    def test_an_item_that_is_done_stays_done(self) -> None:
        done_item = item("Call", id="a", status="done", done_at=MONDAY)
        recorder = Recorder()
        recorder.analyse(insights_of(item("Call", id="a")))
        recorder.edit(action_items=(done_item,))

        for insights in (insights_of(item("Call", id="a")), insights_of(), insights_of(item("Call", id="a"))):
            recorder.analyse(insights)
            assert recorder.meeting.action_items == (done_item,)

    def test_a_section_that_failed_changes_nothing_then_or_later(self) -> None:
        failure = insights_of(
            summary=Summary(**FAILURE), sentiment=SentimentAnalysis(**FAILURE), action_items=ActionItems(**FAILURE)
        )
        recorder = Recorder()
        items = (item("Call", id="a"), item("Pay", id="b"))
        recorder.analyse(insights_of(*items, sentiment=POSITIVE, summary=summed_up("Well.")))
        recorder.edit(action_items=recorder.meeting.action_items[:1])
        before = recorder.meeting

        recorder.analyse(failure)
        assert recorder.meeting == before
        recorder.analyse(insights_of(item("Write", id="c"), item("Pay", id="b")))
        assert (recorder.tasks, recorder.meeting.summary, recorder.meeting.sentiment) == (["Write"], None, None)

    def test_an_item_on_record_in_other_words_keeps_its_id(self) -> None:
        recorder = Recorder(with_dee(0, item("Send the pricing proposal", "Ann", id="own")))
        insights = recorder.analyse(insights_of(item("Send the pricing proposal for 120 seats", "Ann", id="new")))
        assert [entry.id for entry in insights.action_items.items] == ["own"]
        assert recorder.tasks == ["Send the pricing proposal"]

    def test_a_new_task_is_not_born_done(self) -> None:
        done_item = item("Send the signed contract", "Ann", "2025-11-21", id="own", status="done")
        recorder = Recorder(with_dee(0, done_item))
        new = item("Send the signed contract to the printer", "Ann", "2025-11-24", id="new")
        recorder.analyse(insights_of(new))
        assert recorder.meeting.action_items == (done_item, new)

    def test_of_two_items_like_one_on_record_both_are_kept(self) -> None:
        recorder = Recorder(with_dee(0, item("Send the signed contract documents", id="own")))
        ann = item("Send the signed contract documents to Kim", "Ann")
        ben = item("Send the signed contract documents to the legal team", "Ben")

        insights = recorder.analyse(insights_of(ann, ben))

        ids = [entry.id for entry in insights.action_items.items]
        assert ids == ["own", ben.id]
        assert [entry.id for entry in recorder.meeting.action_items] == ids

    def test_evidence_is_of_the_transcript_that_was_analysed(self) -> None:
        def item_with_evidence(transcript: Transcript, **more: Any) -> ActionItem:
            start = transcript.text.index("I'll call")
            fields = [
                Evidence(quote="I'll call", turn=0, speaker="Ann", start=start, end=start + 9, field=field)
                for field in ("task", "owner")
            ]
            return item("Call", "Ann", id="a", evidence=fields, **more)

        first, second = (
            Transcript(format="text", text=f"Ann: {hello} I'll call.", turns=()) for hello in ("Hi.", "Hey!")
        )
        recorder = Recorder()
        recorder.analyse(insights_of(item_with_evidence(first)), first)
        recorder.edit(action_items=(item_with_evidence(first, priority="high").model_copy(update={"owner": "Ben"}),))

        insights = recorder.analyse(insights_of(item_with_evidence(second)), second)

        [current] = insights.action_items.items
        assert (current.owner, current.priority) == ("Ben", "high")
        assert [quote.field for quote in current.evidence] == ["task"]
        for quote in (*current.evidence, *recorder.meeting.action_items[0].evidence):
            assert second.text[quote.start : quote.end] == quote.quote
