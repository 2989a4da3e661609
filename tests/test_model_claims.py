"""A lying model with true quotes: the real words replace its own, or nothing does."""

from __future__ import annotations

from typing import Any

import pytest

from meetkit.models.analysis import MeetingContext
from tests.meeting_texts import transcript_of
from tests.model_doubles import SectionModel
from tests.model_runs import analyze

EMPTY_CONTEXT = MeetingContext()
PROMISE = "I'll send the proposal to Bob by Friday."
PLEASE = "I left Acme last Monday. Please turn off the alerts before the migration."
SIGN = "If you sign today, I will waive the setup fee."
WAIVE = "I will waive the setup fee if you sign today."
OFF = "Please turn off the alerts before the migration."


def item_of(
    sentence: str, task: str, *, quote: str | None = None, owner: str | None = None, deadline: str | None = None
) -> Any:
    """Return the item that remains of a claim about a sentence by Ann Lee, or `None`."""
    quotes = [{"quote": quote or sentence, "turn": 0}]
    claim = {"task": task, "quotes": quotes, "owner": owner, "deadline": deadline, "priority": "low"}
    meeting = transcript_of([("Ann Lee", sentence), ("Bob Ray", "Fine by me.")])
    section = analyze(SectionModel({"action_items": {"items": [claim]}}), meeting, EMPTY_CONTEXT).action_items
    assert section.status == "ok"
    return section.items[0] if section.items else None


def texts_of(section: str, sentence: str, claim: str, quote: str | None = None) -> list[str]:
    """Return the texts that remain of a claim in a section."""
    field = {"summary": "sentences", "decisions": "decisions", "follow_ups": "follow_ups"}[section]
    answer = {field: [{"text": claim, "quotes": [{"quote": quote or sentence, "turn": 0}]}]}
    meeting = transcript_of([("Ann Lee", sentence), ("Bob Ray", "Fine by me.")])
    section_data = analyze(SectionModel({section: answer}), meeting, EMPTY_CONTEXT).sections[section].model_dump()
    return [entry["text"] for entry in section_data["sentences" if section == "summary" else "items"]]


@pytest.mark.parametrize("claimed_value", ["Bob Ray", "Bob", "Zorblax", "Ann", "me", None])
def test_a_promise_belongs_to_its_speaker_whoever_is_claimed(claimed_value: str | None) -> None:
    assert item_of(PROMISE, "Send the proposal to Bob", owner=claimed_value).owner == "Ann Lee"


def test_a_promise_cut_out_of_its_sentence_still_belongs_to_its_speaker() -> None:
    cut = "send the proposal to Bob by Friday"
    assert item_of(PROMISE, "Send the proposal to Bob", quote=cut, owner="Bob Ray").owner == "Ann Lee"


@pytest.mark.parametrize(
    ("sentence", "claimed_value", "owner"),
    [
        (PLEASE, "Acme", None),
        (PLEASE, "alerts", None),
        (PLEASE, "Bob Ray", None),
        ("Please send the proposal to Bob.", "Bob", None),
        ("Bob, please send the proposal.", "Bob", "Bob Ray"),
        ("Bob will send the proposal.", "Bob Ray", "Bob Ray"),
        ("Bob will send the proposal.", "Ann Lee", None),
        ("Could you send the proposal, Bob?", "Bob", "Bob Ray"),
        ("Carla will send the proposal.", "Carla", "Carla"),
        ("The proposal has to be sent by Bob.", "Bob", "Bob Ray"),
        ("Bob will send the proposal and I'll review the contract.", "Bob", "Bob Ray"),
    ],
)
def test_an_owner_is_who_is_bound_by_name_in_the_sentence(sentence: str, claimed_value: str, owner: str | None) -> None:
    task = "Turn off the alerts" if "alerts" in sentence else "Send the proposal"
    assert item_of(sentence, task, owner=claimed_value).owner == owner


@pytest.mark.parametrize(
    ("sentence", "claimed_value", "deadline"),
    [
        (PLEASE, "last Monday", None),
        (PLEASE, "Monday", None),
        (PLEASE, "alerts", None),
        (PLEASE, "Please", None),
        (PROMISE, "by Friday", "by Friday"),
        (PROMISE, "Friday", "by Friday"),
        (PROMISE, "by", None),
        (PROMISE, "Bob by Friday", None),
    ],
)
def test_a_deadline_is_a_phrase_for_a_day_to_come(sentence: str, claimed_value: str, deadline: str | None) -> None:
    item = item_of(
        sentence, "Turn off the alerts" if sentence == PLEASE else "Send the proposal", deadline=claimed_value
    )
    assert (item.deadline and item.deadline.phrase) == deadline


@pytest.mark.parametrize(
    ("sentence", "claim", "text"),
    [
        (OFF, "Turn on the alerts after the migration", OFF),
        (OFF, "Turn off the alerts before the migration", "Turn off the alerts before the migration"),
        (OFF, "Turn off the alerts", "Turn off the alerts"),
        ("We must stay under 500 seats.", "Go over 500 seats", "We must stay under 500 seats."),
        ("Bob pays Ann before the launch.", "Ann pays Bob after the launch", "Bob pays Ann before the launch."),
        ("Bob pays Ann before the launch.", "Ann pays Bob before the launch", "Bob pays Ann before the launch."),
        (PROMISE, "Send the database to Bob", PROMISE),
        (PROMISE, "Send Bob", PROMISE),
        (PROMISE, "You send the proposal", PROMISE),
        (PROMISE, "Send the proposal to Bob by Friday", "Send the proposal to Bob by Friday"),
        (SIGN, "Waive the setup fee", SIGN),
        (WAIVE, "Waive the setup fee", WAIVE),
        ("I won't renew the licence.", "Renew the licence", None),
        ("I won't renew the licence.", "I won't renew the licence", None),
        ("I don't think I will renew the licence.", "I will renew the licence", None),
        ("I doubt that I will renew the licence.", "I will renew the licence", None),
        ("Nobody believes I will renew the licence.", "I will renew the licence", None),
        ("It is wrong that I will renew the licence.", "I will renew the licence", None),
        ("Carla told me I will renew the licence.", "I will renew the licence", None),
        ("He said I will renew the licence.", "I will renew the licence", None),
        ("I refuse to renew the licence.", "Renew the licence", None),
        ("There's no way I'll renew the licence.", "Renew the licence", None),
        ("I was going to say I'll renew the licence.", "Renew the licence", None),
        ("I think I'll renew the licence tomorrow.", "Renew the licence", "Renew the licence"),
        ("Should we renew the licence?", "Renew the licence", None),
        ("As I said, I will renew the licence.", "Renew the licence", "Renew the licence"),
    ],
)  # fmt: skip
def test_a_task_is_the_real_words_in_their_sense(sentence: str, claim: str, text: str | None) -> None:
    for quote in (sentence, claim if claim in sentence else sentence):
        item = item_of(sentence, claim, quote=quote)
        assert (item and item.task) == text


BOARD = "Our board accepted the discount of 10% on 20 seats."
PILOT = "The pilot starts in March."
KEEP = "We decided not to cancel the contract."
DELAY = "We approved the launch delay."


@pytest.mark.parametrize(
    ("sentence", "claim", "text"),
    [
        (BOARD, "The board rejected the discount of 20% on 10 seats", BOARD),
        (BOARD, "The board accepted the discount of 20% on 10 seats", BOARD),
        (BOARD, "Our board accepted the discount of 20 seats", BOARD),
        (BOARD, "Our board accepted the discount of 10%", "Our board accepted the discount of 10%"),
        (PILOT, "The pilot was approved", PILOT),
        (PILOT, "The pilot starts", "The pilot starts"),
        (DELAY, "We approved the launch", DELAY),
        ("Should we cancel the contract?", "We decided to cancel the contract", None),
        ("Should we cancel the contract?", "Cancel the contract", None),
        ("We haven't agreed to cancel the contract.", "We haven't agreed to cancel the contract", None),
        ("Maybe we cancel the contract.", "We cancel the contract", None),
        ("If legal agrees, we cancel the contract.", "We cancel the contract", None),
        ("Carla told me we cancel the contract.", "We cancel the contract", None),
        ("I don't think we cancel the contract.", "We cancel the contract", None),
        ("It is wrong that we cancelled the contract.", "We cancelled the contract", None),
        (KEEP, "We decided not to cancel", KEEP),
    ],
)  # fmt: skip
def test_a_decision_is_the_real_words_in_their_sense(sentence: str, claim: str, text: str | None) -> None:
    assert texts_of("decisions", sentence, claim) == ([text] if text else [])


@pytest.mark.parametrize("section", ["summary", "follow_ups"])
@pytest.mark.parametrize(
    ("sentence", "cut"),
    [
        ("Should we cancel the contract?", "we cancel the contract"),
        ("If legal agrees, we cancel the contract.", "we cancel the contract"),
        ("Carla told me we cancel the contract.", "we cancel the contract"),
        ("Carla said, we cancel the contract.", "we cancel the contract"),
    ],
)
def test_what_is_not_asserted_is_told_in_whole(section: str, sentence: str, cut: str) -> None:
    assert texts_of(section, sentence, cut, quote=cut) == [sentence]


@pytest.mark.parametrize("section", ["summary", "follow_ups"])
def test_what_is_denied_is_not_told_as_a_fact(section: str) -> None:
    assert texts_of(section, "Nobody believes we cancel the contract.", "We cancel the contract") == []


TALK = [
    ("Ann Lee", "The launch is in March. Should we cancel the contract?"),
    ("Bob Ray", "Which contract do you mean?"),
    ("Ann Lee", "The one with Acme."),
    ("Bob Ray", "No, we keep the contract."),
    *[("Bob Ray", "We talk about the budget now.")] * 5,
    ("Bob Ray", "The weather is fine today."),
]


@pytest.mark.parametrize(
    ("question", "answer", "expected_questions"),
    [
        ("The launch is in March", None, []),
        ("No, we keep the contract", None, []),
        ("Should we cancel the contract?", "No, we keep the contract", [("Should we cancel the contract?", 3)]),
        ("cancel the contract", None, [("Should we cancel the contract?", None)]),
        ("Should we cancel the contract?", "Which contract do you mean?", [("Should we cancel the contract?", None)]),
        ("Should we cancel the contract?", "The weather is fine", [("Should we cancel the contract?", None)]),
    ],
)
def test_a_question_asks_and_an_answer_follows_soon(question: str, answer: str | None, expected_questions: Any) -> None:
    claim = {"question": {"quote": question}, "answer": answer and {"quote": answer}}
    section = analyze(SectionModel({"questions": {"questions": [claim]}}), transcript_of(TALK), EMPTY_CONTEXT).questions

    assert [(entry.text, entry.answer_turn) for entry in section.items] == expected_questions


@pytest.mark.parametrize(
    ("claimed_value", "label", "spans"),
    [
        ("contract", "contract", [(0, 6)]),
        ("cancel the contract", "cancel the contract", [(0, 6)]),
        ("contract launch", "contract", [(0, 6)]),
        ("weather contract", "contract", [(0, 6)]),
        ("budget", None, None),
        ("with the", None, None),
    ],
)
def test_a_topic_is_a_phrase_that_was_said_where_it_was_said(claimed_value: str, label: str | None, spans: Any) -> None:
    quote = {"quote": "Should we cancel the contract?", "turn": 0}
    claim = {"label": claimed_value, "first_turn": 0, "last_turn": 9, "quotes": [quote]}
    topics = analyze(SectionModel({"topics": {"topics": [claim]}}), transcript_of(TALK), EMPTY_CONTEXT).topics.items

    assert [topic.label for topic in topics] == ([label] if label else [])
    assert [[(span.first_turn, span.last_turn) for span in topic.spans] for topic in topics] == (
        [spans] if spans else []
    )
