"""Follow-ups: the next steps that a meeting calls for, the most pressing first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from meetkit.insights.language.text import Document
from meetkit.insights.offline.action_items import find_action_items
from meetkit.insights.offline.follow_ups import suggest_follow_ups
from meetkit.insights.offline.questions import find_questions
from meetkit.models.analysis import FollowUps, MeetingContext
from tests.dialogues import NAMES, TEXTS, THURSDAY, WORDS, document, is_verbatim, meeting


def follow_ups_of(read: Document, context: MeetingContext = THURSDAY) -> FollowUps:
    items, questions = find_action_items(read, context), find_questions(read, context)
    return suggest_follow_ups(read, context, items=items, questions=questions)


def texts(script: str) -> list[str]:
    return [step.text for step in follow_ups_of(meeting(script)).items]


def test_their_open_question_is_to_be_answered_and_ours_asked_again() -> None:
    assert texts("J: Does it work offline? / S: I don't know.") == [
        "Answer Jennifer Liu's question: Does it work offline?"
    ]
    assert texts("S: Who signs the contract? / J: No idea.") == ["Ask again: Who signs the contract?"]
    assert texts("?: Who signs the contract? / ?: No idea.") == ["Answer the question: Who signs the contract?"]


def test_what_was_answered_and_promised_in_full_calls_for_nothing() -> None:
    assert texts("J: Does it work offline? / S: Yes, it does. I'll send the guide by Friday.") == []


def test_an_item_without_owner_or_date_is_to_be_completed() -> None:
    assert texts("S: Someone should check the exports.") == ["Find an owner for: Check the exports"]
    assert texts("S: I'll send the deck.") == ["Agree with Sarah Chen on a date for: Send the deck"]


def test_the_next_meeting_is_to_be_booked_once_agreed() -> None:
    script_with_date = "D: Shall we talk on November 18? / J: Good."
    assert texts(script_with_date) == ["Book the next meeting: Shall we talk on November 18?"]
    assert texts("D: Shall we talk on November 18? / J: No, I can't.") == []
    assert texts("J: Talk to you on Monday.") == ["Book the next meeting: Talk to you on Monday."]


def test_the_most_pressing_comes_first() -> None:
    script = (
        "S: I'll send the deck.\n"
        "S: Someone should check the exports.\n"
        "J: Does it work offline?\n"
        "S: I don't know.\n"
        "L: Someone has to fix the import, it's urgent.\n"
        "S: Talk to you on Monday."
    )
    assert [text.split(":")[0] for text in texts(script)] == [
        "Find an owner for",
        "Answer Jennifer Liu's question",
        "Find an owner for",
        "Book the next meeting",
        "Agree with Sarah Chen on a date for",
    ]
    assert texts(script)[0] == "Find an owner for: Fix the import"


def test_there_are_at_most_eight() -> None:
    assert len(texts("\n".join(f"S: Someone should check the report of team {n}{n}." for n in range(20)))) == 8


@given(st.lists(st.tuples(st.sampled_from([*NAMES.values()]), WORDS | TEXTS), max_size=8))
def test_every_step_rests_on_verbatim_quotes(turns: list[tuple[str | None, str]]) -> None:
    read = document(*turns)
    steps = follow_ups_of(read).items
    assert len({step.text for step in steps}) == len(steps)
    for step in steps:
        assert all(is_verbatim(ground, read) for ground in step.evidence)
