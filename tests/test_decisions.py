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


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("S: June 30th works for the pilot. Let's make that our deadline. / J: Fine.", "June 30th"),
        ("S: Ninety percent is realistic. / J: Okay, let's set that as our goal.", "Ninety percent"),
        ("S: Let's aim for two hundred users by Easter. / J: Agreed.", "two hundred users"),
        ("S: Let's set the limit at 40 requests a second. / J: Fine with me.", "40 requests"),
        ("S: The new launch date is May 4th. / J: Noted.", "May 4th"),
        ("S: We're targeting a margin of 30 percent. / J: Right.", "30 percent"),
        ("S: Let's cap the budget at 15,000. / J: Yes.", "15,000"),
        ("S: Would Tuesday at nine suit everybody? / J: Yes. / S: Tuesday it is.", "Tuesday"),
        ("S: Let's call the 12th our hard deadline then. / J: Good.", "12th"),
        ("S: We'll aim for a reply within four hours. / J: Agreed.", "four hours"),
        ("S: A thousand seats sounds fair. That's our target then. / J: Agreed.", "thousand seats"),
    ],
)
def test_a_target_that_is_set_is_a_decision_with_what_it_is(script: str, words: str) -> None:
    (text,) = decisions_of(script)
    assert words in text


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (
            "S: I move that we adopt the budget. / J: Seconded. / S: All in favour? / L: Aye. / S: Carried.",
            "adopt the budget",
        ),
        ("S: I move to close the branch in Ghent. / J: Second. / S: The motion carries.", "close the branch"),
        (
            "S: Is there a motion to accept the report? / J: So moved. / S: All in favor say aye. / L: Aye. / J: Aye.",
            "accept the report",
        ),
        (
            "S: The motion is to paint the hall. / J: Any discussion? / S: No? / J: The motion passes 5 to 2.",
            "paint the hall",
        ),
        (
            "S: I'd like to make a motion to hire an auditor. / J: I second that. / S: Motion approved unanimously.",
            "hire an auditor",
        ),
        (
            "S: Moved by Mr. Osei that the fee be lowered. / J: All those in favour? / L: Yes. / J: The ayes have it.",
            "fee be lowered",
        ),
        (
            "S: Can I propose that the committee meets in private? / J: Agreed. / S: Is everyone content? / J: Yes.",
            "meets in private",
        ),
        ("S: I move we table the request. / J: Second. / S: Any opposed? Motion carried.", "table the request"),
        (
            "S: I hereby move that the rules be amended. / J: Seconded. / S: The amendment is adopted.",
            "rules be amended",
        ),
        (
            "S: I move that we sell the van. / J: Second. / S: All in favour? Against? The motion is defeated.",
            "defeated",
        ),
    ],
)
def test_a_motion_that_is_voted_on_is_one_decision(script: str, words: str) -> None:
    (text,) = decisions_of(script)
    assert words in text[:1].lower() + text[1:]


@pytest.mark.parametrize(
    "script",
    [
        "S: I move that we sell the van. / J: I'd rather discuss that first. / S: Fine, I withdraw the motion.",
        "S: If the motion is carried, we have to sell the van.",
        "S: Last year a motion to sell the van was defeated.",
        "S: Somebody could make a motion to sell the van.",
        "S: The motion sensor in the hall is broken.",
        "S: I move boxes all day. / J: Yes.",
    ],
)
def test_a_motion_without_a_vote_today_decides_nothing(script: str) -> None:
    assert decisions_of(script) == []


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("S: We won't extend the contract with the agency. / J: Okay, clear.", "won't extend the contract"),
        ("S: We will not attend the fair this year. / J: Fine.", "not attend the fair"),
        ("S: We're not going to build our own editor. / J: Agreed.", "not going to build"),
        ("S: We aren't going to raise the fee. / J: Good.", "raise the fee"),
        ("S: Let's not hire a second agency. / J: Agreed.", "not hire a second agency"),
        ("S: We've decided against a second office. / J: All right.", "against a second office"),
        ("S: We decided not to support the old format. / J: Okay.", "not to support the old format"),
        ("S: We are no longer selling the starter kit. / J: Noted.", "no longer selling"),
        ("S: The mobile app is off the table. / J: Yes.", "mobile app"),
        ("S: Let's drop the newsletter. / J: Agreed.", "drop the newsletter"),
        ("S: The team won't take on new clients before May. / J: Understood.", "new clients"),
        ("S: We're cancelling the workshop. / J: Okay.", "cancelling the workshop"),
    ],
)
def test_a_decision_not_to_is_a_decision(script: str, words: str) -> None:
    (text,) = decisions_of(script)
    assert words in text


@pytest.mark.parametrize(
    "script",
    [
        "S: We won't know before Friday. / J: Right.",
        "S: We won't be able to open in time. / J: Sadly, yes.",
        "S: We won't have enough chairs. / J: True.",
        "S: It won't renew itself. / J: No.",
        "S: Won't we renew the lease? / J: I don't know.",
        "S: We won't renew the lease unless they lower the rent. / J: Okay.",
        "S: Maybe we won't renew the lease. / J: Hm.",
        "S: Let's not forget the flowers. / J: Right.",
        "S: We're not going to find a better place. / J: True.",
        "S: They won't renew the lease. / J: Oh.",
    ],
)
def test_what_cannot_be_or_will_not_happen_is_no_decision(script: str) -> None:
    assert decisions_of(script) == []


@pytest.mark.parametrize(
    "script",
    [
        "S: Let me go through what we decided in April, and then Lukas shows the draft. / J: Sure.",
        "S: Let's go over what was decided. / J: Okay.",
        "S: Here is the list of things we agreed on last week. / J: Thanks.",
        "S: At the previous meeting we agreed to keep the old name. / J: Right.",
        "S: The colours we chose are on the next slide. / J: Nice.",
        "S: As we decided earlier, the logo stays blue. / J: Yes.",
        "S: Can somebody remind me why we decided that? / J: It was cheaper.",
        "S: The decisions from the last call are in the notes. / J: Good.",
        "S: Two years ago the board approved a similar plan. / J: I remember.",
        "S: I wasn't there when we decided on the vendor. / J: No.",
        "S: I'll send round what we decided. / J: Thanks.",
        "S: We decided that back in the spring. / J: Yes.",
    ],
)
def test_talk_about_former_decisions_decides_nothing(script: str) -> None:
    assert decisions_of(script) == []


@pytest.mark.parametrize(
    "script",
    [
        "S: So far we have decided nothing. / J: True.",
        "S: Until now we have chosen to wait. / J: Yes.",
        "S: Nothing has been agreed yet. / J: Right.",
        "S: We have not settled on a price so far. / J: No.",
        "S: It's not that we decided against it, there was just no time. / J: I see.",
        "S: No decision has been made. / J: Okay.",
        "S: We never agreed to that. / J: True.",
        "S: We were going to use steel, but it's still open. / J: Yes.",
        "S: Nobody has approved the plan yet. / J: Right.",
        "S: We need to decide whether we go with steel. / J: Yes.",
        "S: I'm not sure we decided anything. / J: Me neither.",
    ],
)
def test_that_nothing_is_decided_is_no_decision(script: str) -> None:
    assert decisions_of(script) == []


@pytest.mark.parametrize(
    ("script", "text", "replaces"),
    [
        ("S: We'll go with oak instead of pine. / J: Agreed.", "We'll go with oak instead of pine.", "pine"),
        ("S: Let's move the fair from March to May. / J: Agreed.", "Let's move the fair from March to May.", "March"),
        (
            "S: We'll use the van rather than the train. / J: Fine.",
            "We'll use the van rather than the train.",
            "the train",
        ),
        (
            "S: Let's launch the beta in June. / J: Agreed. / L: The tests take longer."
            " / S: Then let's launch the beta in July instead. / J: Okay.",
            "Let's launch the beta in July instead.",
            "Let's launch the beta in June.",
        ),
    ],
)
def test_a_decision_names_what_it_replaces(script: str, text: str, replaces: str) -> None:
    (decision,) = find_decisions(meeting(script), THURSDAY).items
    assert (decision.text, decision.replaces) == (text, replaces)
    assert [quote.quote for quote in decision.evidence if quote.field == "replaces"] == [replaces]


def test_the_words_that_say_what_is_decided_are_shown_as_taken_from_elsewhere() -> None:
    (decision,) = find_decisions(
        meeting("S: The annual plan is 20 percent cheaper. / J: True. / S: Okay, let's go with that. / J: Agreed."),
        THURSDAY,
    ).items
    assert decision.text == "The annual plan is 20 percent cheaper. Let's go with that."
    assert [(quote.field, quote.turn) for quote in decision.evidence] == [("context", 0), (None, 2), (None, 3)]


def test_what_is_not_sure_enough_is_possible_and_shown_apart() -> None:
    found = find_decisions(meeting("S: I think we should use the rented van. / J: Yes, sure."), THURSDAY)
    assert (found.items, [decision.text for decision in found.possible]) == (
        (),
        ["I think we should use the rented van."],
    )
