"""Action items: who promised what, by when, and with which words."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import meetkit
from meetkit.insights.language.text import Document
from meetkit.insights.offline.action_items import find_action_items
from meetkit.insights.transcript import read_transcript
from meetkit.models import ActionItem
from meetkit.models.analysis import MeetingContext
from tests.dialogues import NAMES, TEXTS, THURSDAY, WORDS, document, is_verbatim, meeting

SAMPLE = Path(meetkit.__file__).parent / "sample"
SARAH, JENNIFER, LUKAS = "Sarah Chen", "Jennifer Liu", "Lukas Hartwig"

Row = tuple[str, str | None, str | None]


def extract(script: str) -> tuple[ActionItem, ...]:
    return find_action_items(meeting(script), THURSDAY).items


def rows(script: str) -> list[Row]:
    return [(item.task, item.owner, item.deadline.phrase if item.deadline else None) for item in extract(script)]


PROMISES: list[tuple[str, list[Row]]] = [
    ("S: I'll send the deck by Friday.", [("Send the deck", SARAH, "by Friday")]),
    ("S: I\u2019ll send the deck by Friday.", [("Send the deck", SARAH, "by Friday")]),
    ("S: I will share the API documentation.", [("Share the API documentation", SARAH, None)]),
    ("S: I'm going to prepare the contract tomorrow.", [("Prepare the contract", SARAH, "tomorrow")]),
    ("S: I can send you the deck on Monday.", [("Send the deck", SARAH, "on Monday")]),
    ("S: Let me check with legal by Tuesday.", [("Check with legal", SARAH, "by Tuesday")]),
    ("S: I'd be happy to introduce you to Carla.", [("Introduce you to Carla", SARAH, None)]),
    ("S: I need to update the forecast by end of month.", [("Update the forecast", SARAH, "by end of month")]),
    ("S: I have to renew the licence by the 14th.", [("Renew the licence", SARAH, "by the 14th")]),
    ("S: My team will review the logs by Thursday.", [("Review the logs", None, "by Thursday")]),
    ("S: We'll send you the contract next week.", [("Send the contract", None, "next week")]),
    ("S: The contract will be sent by us.", [("Send the contract", None, None)]),
    ("S: The invoice will be paid by Lukas Hartwig.", [("Pay the invoice", LUKAS, None)]),
    ("S: By Friday I'll send the deck.", [("Send the deck", SARAH, "By Friday")]),
    ("S: I'll send you the deck, so you have it by Friday.", [("Send the deck", SARAH, "by Friday")]),
    ("S: I'll send the deck. By Friday.", [("Send the deck", SARAH, "By Friday")]),
    (
        "J: Can you find us a supplier in Graz? / S: I'll ask our team today and introduce you next week.",
        [
            ("Ask our team (about a supplier in Graz)", SARAH, "today"),
            ("Introduce you (to a supplier in Graz)", SARAH, "next week"),
        ],
    ),
    ("S: As I said, I'll send the deck by Friday.", [("Send the deck", SARAH, "by Friday")]),
    ("S: What I'll do is send you the deck tomorrow.", [("Send the deck", SARAH, "tomorrow")]),
    ("S: Someone should check whether it can be imported.", [("Check whether it can be imported", None, None)]),
    ("S: Lukas to send the deck by Friday.", [("Send the deck", LUKAS, "by Friday")]),
    ("S: Lukas will prepare the sandbox.", [("Prepare the sandbox", LUKAS, None)]),
    ("S: Lukas, please set up the sandbox.", [("Set up the sandbox", LUKAS, None)]),
    ("?: I'll send the deck.", [("Send the deck", None, None)]),
    (
        "S: I'll send the docs, the plan, and the price list.",
        [("Send the docs, the plan, and the price list", SARAH, None)],
    ),
    ("S: I'll send the deck because you asked for it.", [("Send the deck", SARAH, None)]),
    (
        "S: I'll send the deck and Lukas will set up the call.",
        [("Send the deck", SARAH, None), ("Set up the call", LUKAS, None)],
    ),
    (
        "S: I'll send the deck by Friday and book the room by Monday.",
        [("Send the deck", SARAH, "by Friday"), ("Book the room", SARAH, "by Monday")],
    ),
    (
        "S: i'll send the pricing proposal by friday and lukas will set up the call okay great",
        [("Send the pricing proposal", SARAH, "by friday"), ("Set up the call", LUKAS, None)],
    ),
    ("S: I'll have the report ready.", [("Have the report ready", SARAH, None)]),
    (
        "S: I'll let you know once they approve the budget.",
        [("Let you know once they approve the budget", SARAH, None)],
    ),
    ("S: I'll send 1,500 units to Acme Inc. by Friday.", [("Send 1,500 units to Acme Inc", SARAH, "by Friday")]),
    ("S: I'll call Mr. Smith at 3 p.m. on Monday.", [("Call Mr. Smith", SARAH, "at 3 p.m. on Monday")]),
    ("S: I'll email U.S. customers tomorrow.", [("Email U.S. customers", SARAH, "tomorrow")]),
    ("S: I'll bill Acme Ltd. and Dr. Who by Friday.", [("Bill Acme Ltd. and Dr. Who", SARAH, "by Friday")]),
    (
        "S: I'll order pizza, cola, and beer by 5 p.m. on Friday.",
        [("Order pizza, cola, and beer", SARAH, "by 5 p.m. on Friday")],
    ),
    ("S: Action item for Lukas: order new badges by Nov 30.", [("Order new badges", LUKAS, "by Nov 30")]),
    ("S: Action item for Lou: order new badges by Nov 30.", [("Order new badges", "Lou", "by Nov 30")]),
    ("S: My action item is to update the wiki.", [("Update the wiki", SARAH, None)]),
    ("S: Let Lukas handle the press release.", [("Handle the press release", LUKAS, None)]),
    ("S: TODO: update changelog (lukas)", [("Update changelog", LUKAS, None)]),
    ("S: TODO: update changelog (again)", [("Update changelog", None, None)]),
    ("S: Could you own the data migration plan? / J: Yes.", [("Own the data migration plan", JENNIFER, None)]),
    ("S: ill send the deck by friday", [("Send the deck", SARAH, "by friday")]),
]


@pytest.mark.parametrize(("script", "items"), PROMISES)
def test_a_promise_is_an_item_of_its_speaker_or_of_who_is_named(script: str, items: list[Row]) -> None:
    assert rows(script) == items


@pytest.mark.parametrize(
    "script",
    [
        "S: I won't send the deck.",
        "S: I'll not send the deck by Friday.",
        "S: I can't send the deck.",
        "S: I sent the deck on Monday.",
        "S: I would send the deck.",
        "S: I never promised to send the deck.",
        "S: I don't think I'll send the deck by Friday.",
        "S: I'm not sure I'll send the deck.",
        "J: He said I'll send it by Friday.",
        'J: My boss told me "I\'ll send the budget by Friday".',
        "S: If you sign today, I'll send the keys tomorrow. / J: Let me think.",
        "S: I'll send the keys if you sign. / J: Hm.",
        "S: The platform will page the team and send a report.",
        "S: It'll create a ticket. They'll send the invoice.",
        "S: The alerts will be sent to the team.",
        "S: I'll share my screen. I'll be brief. I'll start with the agenda. I'll give you an example.",
        "S: I'll see you on Friday. I'll be on vacation next week. Talk to you Tuesday.",
        "S: I'll tell you a story. I'll ask you a question.",
        "S: Can you import CSV files? / J: Yes, we can.",
        "S: Could you send me the list? / J: I can't promise that.",
        "S: Could you send me the list?",
        "S: Shall I send you the deck? / J: No need, I have it.",
        "S: I'll send the whitepaper. / J: Never mind, I don't need it.",
        "S: Lukas, can you send the logs? / L: Sorry, I can't.",
        "S: Ich schicke dir das Angebot bis Freitag. Lukas wird den Vertrag senden.",
        "S: Te env\u00edo la lista el lunes. Lukas va a preparar el contrato.",
        "S: Please do. Please understand my position.",
        "S: Nobody will send the deck.",
        "S: If it isn't fixed by Monday we'll have to cancel, honestly.",
        "S: If you drop it to 36,000, we will sign by December 5th.",
        "S: We'll ship the units by Friday unless customs blocks them.",
        "S: Once they sign, we'll send the invoice by Friday.",
        "S: I'll run a marathon when pigs fly.",
        "S: I'll just tell my 400 users to enjoy the silence.",
        "S: I'll have the fish.",
        "S: Let Lukas speak. Let me see. Let it go. Let us look at the agenda.",
        "S: Let Lukas handle the press release. / L: No, I can't.",
        "S: Action items: none so far.",
        "S: Task: unclear.",
        "S: Jennifer, will you finish the deck today? / J: Probably not.",
        "S: Jennifer, please book a room for Monday. / J: Hmm, I don't know.",
        "S: I'll set up the Zoom. No wait, you have the licence, can you set it up? / J: I can't.",
        "S: I'll write the minutes. / J: You don't need to, Sarah.",
        "S: I'll order the laptops. / J: Please don't.",
        "S: I'll send the budget to Lukas. / L: No need, Sarah. I have it.",
        "S: I'll fix the logo. / J: That's already done.",
        "S: I'll send the quote by tomorrow. / L: Actually don't send it yet. / S: I'll hold off on the quote.",
        "S: I'll send the quote. / S: On reflection, I'll hold off on the quote.",
    ],
)
def test_what_promises_nothing_is_no_item(script: str) -> None:
    assert rows(script) == []


@pytest.mark.parametrize(
    ("script", "item"),
    [
        ("S: Could you send me the list? / J: Sure, by Friday.", ("Send the list", JENNIFER, "by Friday")),
        ("S: Could you send me the list? / J: Sure, I'll send it by Friday.", ("Send the list", JENNIFER, "by Friday")),
        ("S: Could you send me the list? / J: By when? / S: Friday. / J: Okay.", ("Send the list", JENNIFER, "Friday")),
        ("S: Please send me the list by Friday. / J: Will do.", ("Send the list", JENNIFER, "by Friday")),
        ("S: Would you mind sending the list? / J: Not at all.", ("Send the list", JENNIFER, None)),
        ("S: Can I get the report? / J: Sure, I'll send it tomorrow.", ("Send the report", JENNIFER, "tomorrow")),
        ("S: You'll send us the list by Monday, right? / J: Exactly.", ("Send the list", JENNIFER, "by Monday")),
        ("S: Jennifer, could you send the list? / J: It's nearly finished.", ("Send the list", JENNIFER, None)),
        ("S: Could you send the logs, Lukas? / D: Good idea.", ("Send the logs", LUKAS, None)),
        ("S: Shall I send you the deck? / J: Yes, please.", ("Send the deck", SARAH, None)),
        ("S: I'll send the offer if you like. / J: Please do.", ("Send the offer", SARAH, None)),
        ("S: If you sign by Friday, I'll send the keys. / J: Deal.", ("Send the keys", SARAH, None)),
    ],
)
def test_a_request_or_an_offer_is_an_item_once_it_is_accepted(script: str, item: Row) -> None:
    assert rows(script) == [item]


@pytest.mark.parametrize(
    ("script", "phrase"),
    [
        ("S: I'll send the report. / J: By when? / S: Friday.", "Friday"),
        ("S: I'll send the report. When do you need it? / J: By Friday.", "By Friday"),
        ("S: I'll send the report. / J: Could you do it by Friday? / S: Sure.", "by Friday"),
        ("S: I'll send the report. / J: By Friday? / S: I can't say.", None),
        ("S: I'll send the report by Friday. / J: Fine. / S: Actually, make it Monday.", "Monday"),
        ("S: I'll send the report by Friday, actually make it Monday.", "Monday"),
        ("S: I'll send the report by Friday. / J: Can we make it Thursday? / S: Sure.", "Thursday"),
        ("S: I'll send the report by Friday. / J: Can we make it Thursday? / S: No, I can't.", "by Friday"),
        ("S: I'll send the report before the board meeting.", "before the board meeting"),
    ],
)
def test_the_deadline_is_the_one_agreed_last(script: str, phrase: str | None) -> None:
    (item,) = extract(script)
    assert (item.deadline and item.deadline.phrase) == phrase


@pytest.mark.parametrize(
    "task",
    [
        "Finish the paper not before Wednesday",
        "Share the plan that we agreed on Monday",
        "Send what we discussed on Friday",
        "Send the slides the day before the workshop on Friday",
        "Extend the trial until December 1",
        "Cancel the meeting on Thursday",
        "Reschedule the meeting to Monday",
    ],
)
def test_a_day_that_is_part_of_the_task_or_no_limit_is_no_deadline(task: str) -> None:
    assert rows(f"S: I'll {task[0].lower()}{task[1:]}.") == [(task, SARAH, None)]


@pytest.mark.parametrize(
    ("clause", "task", "phrase"),
    [
        ("send what we discussed by Friday", "Send what we discussed", "by Friday"),
        ("cancel the meeting by Thursday", "Cancel the meeting", "by Thursday"),
        ("extend the trial tomorrow", "Extend the trial", "tomorrow"),
    ],
)
def test_a_limit_after_such_words_is_the_deadline(clause: str, task: str, phrase: str) -> None:
    assert rows(f"S: I'll {clause}.") == [(task, SARAH, phrase)]


def test_an_item_said_again_is_one_with_the_words_of_both() -> None:
    proposal, load_test = extract(
        "S: I'll send the pricing proposal for 120 seats by Friday.\n"
        "L: I'll run the load test against the sandbox.\n"
        "S: So, to recap: I'll send the proposal by Friday, and Lukas will run the load test by Wednesday."
    )
    assert (proposal.task, proposal.owner) == ("Send the pricing proposal for 120 seats", SARAH)
    assert (load_test.owner, load_test.deadline and load_test.deadline.date) == (LUKAS, dt.date(2025, 7, 16))
    assert [ground.turn for ground in load_test.evidence if ground.field == "task"] == [1, 2]


def test_the_same_task_of_two_people_is_two_items() -> None:
    assert [item.owner for item in extract("S: I'll send the seat list. / L: I'll send the seat list, too.")] == [
        SARAH,
        LUKAS,
    ]


@pytest.mark.parametrize(
    "script",
    [
        "S: I'll write the minutes. / J: You don't need to worry.",
        "S: I'll fix the logo. / J: The contract is already done.",
        "S: I'll order the laptops. / J: Please don't forget.",
        "S: I'll send the quote. / S: You don't need to do anything.",
    ],
)
def test_what_is_said_of_something_else_withdraws_nothing(script: str) -> None:
    assert len(rows(script)) == 1


@pytest.mark.parametrize(
    ("script", "item"),
    [
        ("S: Could you update the site, Jennifer? / J: Sure, but Lukas will do it.", ("Update the site", LUKAS, None)),
        ("S: Could you send the site map? / J: Sure, Lukas will handle that.", ("Send the site map", LUKAS, None)),
        (
            "S: I'll set up the Zoom. No wait, you have the licence, can you set it up? / J: Sure, I'll do it.",
            ("Set up the Zoom", JENNIFER, None),
        ),
        ("S: Could you update the site, Jennifer? / J: Sure, but Cid will do it.", ("Update the site", "Cid", None)),
        ("S: I'll do the test plan. Sorry, I mean Lukas does the test plan.", ("Do the test plan", LUKAS, None)),
    ],
)
def test_a_task_passed_on_is_of_the_one_who_gets_it(script: str, item: Row) -> None:
    assert rows(script) == [item]


@pytest.mark.parametrize("reply", ["Let me call them instead.", "No, I'll call them instead."])
def test_a_task_that_another_takes_over_is_theirs(reply: str) -> None:
    assert rows(f"S: I'll call Acme. / J: {reply}") == [("Call Acme", JENNIFER, None)]


@pytest.mark.parametrize(
    ("script", "items"),
    [
        (
            "S: I'll hire someone by Christmas. / S: I'll reply to the bank within 48 hours.",
            [("Hire someone", SARAH, "by Christmas"), ("Reply to the bank", SARAH, "within 48 hours")],
        ),
        (
            "S: I'll prepare the budget. / S: I'll call Acme tomorrow.",
            [("Prepare the budget", SARAH, None), ("Call Acme", SARAH, "tomorrow")],
        ),
        (
            "S: I'll send the report by the end of the quarter. / S: I'll email the Friday report to the team.",
            [
                ("Send the report", SARAH, "by the end of the quarter"),
                ("Email the Friday report to the team", SARAH, None),
            ],
        ),
        (
            "S: I'll finish the migration by Q1. / S: I'll ship it on Friday.",
            [("Finish the migration", SARAH, "by Q1"), ("Ship it (the migration)", SARAH, "on Friday")],
        ),
        (
            "S: I'll prepare the budget. / J: Good. / S: I'll send it tomorrow.",
            [("Prepare the budget", SARAH, "tomorrow")],
        ),
    ],
)
def test_two_promises_are_one_only_where_they_speak_of_the_same(script: str, items: list[Row]) -> None:
    assert rows(script) == items


def test_a_question_that_is_to_be_checked_is_the_task() -> None:
    (item,) = extract("J: Does the app work offline? / S: I don't know. I'll check and get back to you by Tuesday.")
    assert (item.task, item.owner) == ("Check: Does the app work offline?", SARAH)
    assert item.deadline is not None
    assert item.deadline.phrase == "by Tuesday"


@pytest.mark.parametrize(
    ("script", "priority"),
    [
        ("S: I'll send the deck. It's urgent.", "high"),
        ("S: I'll fix the import asap.", "high"),
        ("S: I'll send the deck. / J: No rush.", "low"),
        ("S: I'll send the deck, it's not urgent.", "low"),
        ("S: I'll send the deck.", "medium"),
    ],
)
def test_the_priority_is_what_words_say(script: str, priority: str) -> None:
    (item,) = extract(script)
    assert item.priority == priority
    assert ("priority" in {ground.field for ground in item.evidence}) is (priority != "medium")


def test_each_field_has_the_quote_that_tells_it() -> None:
    (item,) = extract("S: Great. I'll send you the deck by Friday, Jennifer.")
    assert [(ground.field, ground.quote) for ground in item.evidence] == [
        ("task", "send you the deck"),
        ("owner", "I'll"),
        ("deadline", "by Friday"),
    ]


def test_a_first_name_is_resolved_only_where_one_person_has_it() -> None:
    read = meeting("S: Lukas will send the deck by Friday.")
    namesakes = MeetingContext(our_side=("Lukas Hartwig", "Lukas Meyer"))
    assert [item.owner for item in find_action_items(read, THURSDAY).items] == [LUKAS]
    assert [item.owner for item in find_action_items(read, namesakes).items] == ["Lukas"]


def test_without_a_date_of_the_meeting_the_phrase_stays() -> None:
    (item,) = find_action_items(meeting("S: I'll send the deck by Friday."), MeetingContext()).items
    assert item.deadline is not None
    assert (item.deadline.phrase, item.deadline.date) == ("by Friday", None)


def _sample_records() -> list[dict[str, object]]:
    meetings = json.loads((SAMPLE / "meetings.json").read_text("utf-8"))
    return [meeting for meeting in meetings if (SAMPLE / "transcripts" / f"{meeting['id']}.txt").exists()]


@pytest.mark.parametrize("record", _sample_records(), ids=lambda record: record["id"])
def test_the_sample_has_the_items_that_people_noted(record: dict[str, list[dict[str, dict[str, str]]]]) -> None:
    expected = record["action_items"]
    anchor = next(item["deadline"]["anchor"] for item in expected if item["deadline"])
    text = (SAMPLE / "transcripts" / f"{record['id']}.txt").read_text("utf-8")
    context = MeetingContext(date=dt.date.fromisoformat(anchor))
    items = find_action_items(Document.of(read_transcript(text)), context).items

    def item_row(owner: object, deadline: dict[str, str] | None) -> tuple[str, str, str]:
        return (str(owner), *((deadline["phrase"], deadline["date"]) if deadline else ("", "")))

    got = [item_row(item.owner, item.deadline.model_dump(mode="json") if item.deadline else None) for item in items]
    assert sorted(got) == sorted(item_row(item["owner"], item["deadline"]) for item in expected)


@given(st.lists(st.tuples(st.sampled_from([*NAMES.values()]), WORDS | TEXTS), max_size=8))
def test_whatever_is_said_every_quote_is_verbatim(turns: list[tuple[str | None, str]]) -> None:
    read = document(*turns)
    for item in find_action_items(read, THURSDAY).items:
        assert item.evidence
        assert all(is_verbatim(ground, read) for ground in item.evidence)
        fields = {ground.field for ground in item.evidence}
        assert "task" in fields
        assert item.deadline is None or "deadline" in fields


@given(st.lists(st.tuples(st.sampled_from([SARAH, JENNIFER, LUKAS]), WORDS), max_size=8))
def test_an_owner_was_named_or_spoke(turns: list[tuple[str, str]]) -> None:
    read = document(*turns)
    for item in find_action_items(read, THURSDAY).items:
        owner_quotes = {ground.quote.casefold() for ground in item.evidence if ground.field == "owner"}
        speakers = {ground.speaker for ground in item.evidence if ground.field == "owner"}
        assert item.owner is None or item.owner in speakers or owner_quotes & {"lukas"}


@pytest.mark.parametrize(
    "unit", ["I'll send ", "i'll ", "could you please ", "I'll send the deck and ", "never mind ", "\u2019", "?"]
)
def test_a_sentence_without_end_is_read_to_its_end(unit: str) -> None:
    read = document((SARAH, unit * (8_000 // len(unit))))
    items = find_action_items(read, THURSDAY).items
    assert all(is_verbatim(ground, read) for item in items for ground in item.evidence)
