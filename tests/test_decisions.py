"""Decisions: which sentences decide, and which only talk of deciding."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetkit.insights.language.deduplication import DuplicateIndex
from meetkit.insights.offline.decisions import find_decisions
from tests.dialogues import NAMES, TEXTS, THURSDAY, WORDS, document, is_verbatim, meeting


def decisions_of(script: str) -> list[str]:
    return [decision.text for decision in find_decisions(meeting(script), THURSDAY).items]


@pytest.mark.parametrize(
    ("script", "text"),
    [
        ("S: Okay, so we decided to launch in March.", "We decided to launch in March."),
        ("S: We\u2019ve agreed on 42 dollars a seat.", "We\u2019ve agreed on 42 dollars a seat."),
        ("S: Let's go with the annual plan.", "Let's go with the annual plan."),
        ("S: The board has approved the budget.", "The board has approved the budget."),
        ("D: Finance agreed to a service credit of 10 percent.", "Finance agreed to a service credit of 10 percent."),
        ("S: The decision is to keep Frankfurt.", "The decision is to keep Frankfurt."),
        ("s: we decided to drop the phone channel", "We decided to drop the phone channel"),
        ("S: Should we go with the annual plan? / J: Yes, agreed.", "Go with the annual plan"),
        ("S: How about we postpone the launch to May? / J: Works for me.", "Postpone the launch to May"),
        ("S: I suggest we skip the pilot. / J: Fine.", "I suggest we skip the pilot."),
        ("S: We agreed to launch in March. / J: We haven't decided on the venue.", "We agreed to launch in March."),
    ],
)
def test_what_is_said_to_be_decided_or_is_agreed_to_is_a_decision(script: str, text: str) -> None:
    assert decisions_of(script) == [text]


@pytest.mark.parametrize(
    "script",
    [
        "S: We haven't decided on the vendor yet.",
        "S: We need to decide by Friday. Who decides?",
        "S: If we decided to launch, I'd be happy.",
        "S: The proposal was not approved.",
        "S: They have to agree first.",
        "O: The budget gets decided in the fall.",
        "S: Should we go with the annual plan? / J: No, I don't think so.",
        "S: Should we go with the annual plan? / J: Let me check.",
        "S: Let's start. Let's see. Let's move on to pricing.",
        "S: Have we agreed on the price?",
        "S: Agreed.",
        "S: We agreed to launch in March. / J: We haven't decided that.",
        "S: We agreed to launch in March. / J: No, that's not decided. / S: Fine.",
        "S: Let's go with vendor A. / J: Hm. / L: No, we'll decide next Monday.",
        "S: We agreed last year to use SAP, but that was a mistake.",
        "S: They decided to raise prices by 10 percent.",
        "S: I decided to get a dog.",
        "S: We're going with the flow.",
        "S: We'll go with vendor A unless they raise prices.",
        "S: We'll go with vendor A if they lower prices.",
    ],
)
def test_what_is_open_refused_or_asked_is_no_decision(script: str) -> None:
    assert decisions_of(script) == []


def test_a_decision_said_again_is_one_with_both_quotes() -> None:
    (decision,) = find_decisions(
        meeting("S: We agreed on 42 dollars a seat. / J: So we have agreed on 42 dollars per seat."), THURSDAY
    ).items
    assert [ground.turn for ground in decision.evidence] == [0, 1]


def test_a_proposal_that_is_agreed_to_shows_both() -> None:
    (decision,) = find_decisions(meeting("S: Should we go with the annual plan? / J: Sure."), THURSDAY).items
    assert [ground.quote for ground in decision.evidence] == ["Should we go with the annual plan?", "Sure."]


@given(st.lists(st.tuples(st.sampled_from([*NAMES.values()]), WORDS | TEXTS), max_size=8))
def test_every_quote_is_verbatim(turns: list[tuple[str | None, str]]) -> None:
    read = document(*turns)
    for decision in find_decisions(read, THURSDAY).items:
        assert all(is_verbatim(ground, read) for ground in decision.evidence)


@pytest.mark.parametrize("unit", ["we agreed to ", "let's go with ", "not ", "should we "])
def test_a_sentence_without_end_is_read_to_its_end(unit: str) -> None:
    read = document(("Sarah Chen", unit * (50_000 // len(unit))))
    assert len(find_decisions(read, THURSDAY).items) <= 1


def test_duplicates_are_found_in_the_order_they_were_added_whatever_the_order_of_a_set() -> None:
    index: DuplicateIndex[int] = DuplicateIndex()
    contents = [frozenset({f"left {letter}", f"right {letter}"}) for letter in "abcdefghijklmnopqrst"]
    for number, content in enumerate(contents):
        index.add(content, number)
    assert index.duplicates_of(frozenset().union(*contents)) == list(range(20))
