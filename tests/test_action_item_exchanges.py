"""Action items over several turns: who takes on a request, what a pronoun means, what is only announced."""

from __future__ import annotations

import pytest

from meetkit.insights.offline.action_items import find_action_items
from meetkit.models.analysis import MeetingContext
from tests.dialogues import THURSDAY, document, is_verbatim, meeting

SARAH, JENNIFER, LUKAS, DANIEL = "Sarah Chen", "Jennifer Liu", "Lukas Hartwig", "Daniel Osei"

Row = tuple[str, str | None, str | None]


def rows(script: str) -> list[Row]:
    items = find_action_items(meeting(script), THURSDAY).items
    return [(item.task, item.owner, item.deadline.phrase if item.deadline else None) for item in items]


ANNOUNCEMENTS = [
    "S: I'll change the subject now. / J: Okay.",
    "S: I'll finish my sentence, if I may: the fee rises in May. / J: Thanks.",
    "S: I'll finish my remarks with a number. / J: Okay.",
    "S: I will conclude my statement here. / J: Thank you.",
    "S: I'm going to look at the figures from the user's side, and our first source is the survey. / J: Okay.",
    "S: I'm going to talk about the three results. / J: Sure.",
    "S: I'm going to show you the prototype. / J: Nice.",
    "S: I will be sharing my time with the member for Westhill. / J: Thank you.",
    "S: I'll be splitting my time with my colleague. / J: Thank you.",
    "S: I will yield the floor to the minister. / J: Thank you.",
    "S: I'll share my screen. / J: Go ahead.",
    "S: Let me share my screen. / J: Okay.",
    "S: Let me look. / J: Sure.",
    "S: Let me have a look. Yes, it's here. / J: Good.",
    "S: I'll give you a minute. / J: Thanks.",
    "S: I'll give you a moment to read it. / J: Thanks.",
    "S: I'll reply quickly. It's forty. / J: Okay.",
    "J: Can I reply to that quickly? / S: Sure.",
    "J: Can I answer that briefly? / S: Yes.",
    "J: May I add something? / S: Please.",
    "J: Could I ask a question? / S: Of course.",
    "S: I'll take the next question. / J: Thanks.",
    "S: I'll put it another way. / J: Okay.",
    "S: I'd like to thank the team. / J: Thank you.",
    "S: I'd like to begin with the budget. / J: Okay.",
]


@pytest.mark.parametrize("script", ANNOUNCEMENTS)
def test_what_a_speaker_does_next_in_the_meeting_is_no_item(script: str) -> None:
    assert rows(script) == []


@pytest.mark.parametrize(
    "script",
    [
        "S: I'm hopeful that next week we will get the approval of the board. / J: Thank you.",
        "S: Hopefully we will send the units in May. / J: Yes.",
        "S: We hope we'll finish the report by Friday. / J: Good.",
        "S: I'm confident that we will get the permit by May. / J: Good.",
        "S: With some luck we'll ship the parts next week. / J: Okay.",
        "S: Fingers crossed we'll get the permit tomorrow. / J: Yes.",
        "S: It would be nice if we sent the list by Friday. / J: Hm.",
        "S: I wish we would fix the heating this week. / J: Me too.",
        "S: You can send it to several people at once. / J: Good.",
        "S: If it breaks, you will need to replace the battery. / J: Okay.",
        "S: When a customer calls, you check the account and send a form. / J: I see.",
        "S: You have to press both keys. / J: Right.",
        "S: You could put a handle on the side. / J: Yeah.",
        "S: Then you'll have the menu in the middle. / J: Mm-hmm.",
    ],
)
def test_a_hope_or_a_generic_you_is_no_item(script: str) -> None:
    assert rows(script) == []


@pytest.mark.parametrize(
    ("script", "item"),
    [
        ("S: You will have the contract Monday. / J: Perfect.", ("Send the contract", SARAH, "Monday")),
        ("S: You'll have the samples on Tuesday. / J: Great.", ("Send the samples", SARAH, "on Tuesday")),
        ("S: You'll get the numbers from me tomorrow. / J: Thanks.", ("Send the numbers", SARAH, "tomorrow")),
        ("S: You will receive an offer by Friday. / J: Good.", ("Send an offer", SARAH, "by Friday")),
        ("S: I owe you the deck. / J: No rush.", ("Send the deck", SARAH, None)),
        ("S: I still owe you an answer on the fees. / J: Yes.", ("Send an answer on the fees", SARAH, None)),
        ("S: I owe Lukas the floor plan. / J: Ah.", ("Send the floor plan", SARAH, None)),
        ("S: TODO Lukas: file the ticket. / L: ok", ("File the ticket", LUKAS, None)),
        ("S: TODO for Lukas: file the ticket. / L: ok", ("File the ticket", LUKAS, None)),
        ("S: To-do Lukas: file the ticket. / L: ok", ("File the ticket", LUKAS, None)),
        ("S: Todo (Lukas): file the ticket. / L: ok", ("File the ticket", LUKAS, None)),
        ("S: Task Lukas: file the ticket. / L: ok", ("File the ticket", LUKAS, None)),
        ("S: AI Lukas: file the ticket. / L: ok", ("File the ticket", LUKAS, None)),
        ("S: Action for Lukas - file the ticket. / L: ok", ("File the ticket", LUKAS, None)),
        ("S: TODO Lukas: File the ticket by Friday. / L: ok", ("File the ticket", LUKAS, "by Friday")),
        ("S: @Lukas please file the ticket. / L: ok", ("File the ticket", LUKAS, None)),
        ("S: - [ ] TODO Lukas: file the ticket / L: ok", ("File the ticket", LUKAS, None)),
    ],
)
def test_an_item_may_name_what_is_delivered_or_who_is_to_do_it(script: str, item: Row) -> None:
    assert rows(script) == [item]


@pytest.mark.parametrize(
    ("script", "item"),
    [
        ("S: Who can book the room? / J: I can.", ("Book the room", JENNIFER, None)),
        ("S: Who can book the room? / J: Me.", ("Book the room", JENNIFER, None)),
        ("S: Who will call the caterer? / J: I will.", ("Call the caterer", JENNIFER, None)),
        ("S: Who wants to write the invitation? / J: I do.", ("Write the invitation", JENNIFER, None)),
        ("S: Who's going to print the badges? / J: I'll do it tomorrow.", ("Print the badges", JENNIFER, "tomorrow")),
        ("S: Can somebody order lunch? / J: Sure.", ("Order lunch", JENNIFER, None)),
        ("S: Could someone else review the draft? / J: Happy to.", ("Review the draft", JENNIFER, None)),
        ("S: Any volunteers to call the venue? / J: Put me down.", ("Call the venue", JENNIFER, None)),
        ("S: Who can book the room? / J: I can. / S: By Monday? / J: Yes.", ("Book the room", JENNIFER, "By Monday")),
        ("S: Who can book the room? / J: Not me. / L: I'll do it.", ("Book the room", LUKAS, None)),
        (
            "S: Could somebody take the visitor guide? / J: I'd love to but I'm out this week. / L: I'll grab it.",
            ("Take the visitor guide", LUKAS, None),
        ),
        (
            "S: Can anyone update the map? / J: Sorry, no time. / L: No problem, I can do that.",
            ("Update the map", LUKAS, None),
        ),
        ("S: Lukas, will you take the minutes? / L: Yep.", ("Take the minutes", LUKAS, None)),
        ("S: Lukas, could you draft the offer? / L: On it.", ("Draft the offer", LUKAS, None)),
        (
            "S: We need to schedule a review. / J: Lukas, can you? / L: Will do, Monday.",
            ("Schedule a review", LUKAS, "Monday"),
        ),
        ("S: We need to schedule a review. Lukas, can you? / L: Yes.", ("Schedule a review", LUKAS, None)),
        ("S: Someone should check the alarm. / J: How about you, Lukas? / L: Okay.", ("Check the alarm", LUKAS, None)),
        ("S: Somebody needs to call the bank. / J: Leave it to me.", ("Call the bank", JENNIFER, None)),
        ("S: We have to order more paper. / J: I'll take care of it.", ("Order more paper", JENNIFER, None)),
        (
            "S: Can you draft the offer, Jennifer? / J: I can't, but Lukas can. / L: ok",
            ("Draft the offer", LUKAS, None),
        ),
        ("S: Could you draft the offer? / J: I can't, ask Lukas. / L: Fine, sure.", ("Draft the offer", LUKAS, None)),
        ("S: Jennifer, can you draft the offer? / J: No, sorry. / L: I can do it.", ("Draft the offer", LUKAS, None)),
    ],
)
def test_who_takes_a_request_on_owns_it(script: str, item: Row) -> None:
    assert rows(script) == [item]


@pytest.mark.parametrize(
    "script",
    [
        "S: Who can tell me the limit? / J: I can. It's forty.",
        "S: Who can book the room? / J: Nobody, I'm afraid.",
        "S: Who can book the room? / J: Not me. / L: Me neither, sorry.",
        "S: Can somebody order lunch? / J: I can't. / L: Okay.",
        "S: Lukas, will you take the minutes? / L: No, not today.",
        "S: We need to schedule a review. / J: Lukas, can you? / L: I can't.",
        "S: Can you draft the offer, Jennifer? / J: I can't, but Lukas can. / L: No, I can't either.",
        "S: Could you draft the offer? / J: I'd rather not.",
    ],
)
def test_what_nobody_takes_on_is_no_item(script: str) -> None:
    assert rows(script) == []


@pytest.mark.parametrize(
    ("script", "task"),
    [
        ("J: Can the others see the slides? / S: I'll put them online.", "Put them online (the slides)"),
        ("J: Is the recording ready? / S: I'll put it online.", "Put it online (the recording)"),
        ("J: Where is the plan of the roof? / S: I'll look it up. And tell you.", "Look it up (the plan of the roof)"),
        (
            "J: Who has the address of the hotel? / S: I'll look that up for you.",
            "Look that up (the address of the hotel)",
        ),
        ("J: The invoice looks wrong. / S: I'll check it for you.", "Check it (the invoice)"),
        ("J: The export is broken. / S: I'll fix it tomorrow.", "Fix it (the export)"),
        ("J: There are two badges left. / S: I'll collect them tonight.", "Collect them (two badges)"),
        ("J: Does the lease renew by itself? / S: I'll check it.", "Check it (the lease)"),
        ("J: When does the lease end? Please check that. / S: I will.", "Check that (When does the lease end?)"),
        ("J: Are the drivers informed? / S: No. I'll inform them tonight.", "Inform them (the drivers)"),
        ("J: I like the draft. / S: I'll send it to Lukas.", "Send it to Lukas (the draft)"),
        (
            "J: Can you also find us a supplier in Graz? / S: I'll introduce you next week.",
            "Introduce you (to a supplier in Graz)",
        ),
    ],
)
def test_what_a_task_refers_to_is_filled_from_what_was_said_last(script: str, task: str) -> None:
    items = find_action_items(read := meeting(script), THURSDAY).items
    assert [item.task for item in items] == [task]
    (reference,) = [ground for ground in items[0].evidence if ground.field == "reference"]
    assert is_verbatim(reference, read)
    assert reference.quote.casefold() in task.casefold()


@pytest.mark.parametrize(
    "script", ["S: I'll send it.", "S: I'll check it. / J: Hm.", "S: I'll introduce you. / J: Yes."]
)
def test_a_task_whose_object_nobody_named_is_left_out(script: str) -> None:
    assert rows(script) == []


@pytest.mark.parametrize(
    ("script", "items"),
    [
        (
            "S: To recap: Jennifer, you're setting up the server by Monday. Lukas, drawings by Tuesday. / J:"
            " Yes. / L: Yes.",
            [("Set up the server", JENNIFER, "by Monday"), ("Drawings", LUKAS, "by Tuesday")],
        ),
        (
            "S: So Jennifer sends the deck, Lukas books the room. / J: Yes. / L: Yes.",
            [("Send the deck", JENNIFER, None), ("Book the room", LUKAS, None)],
        ),
        (
            "S: To summarize: Jennifer will send the deck, and Lukas will book the room. / J: Yes.",
            [("Send the deck", JENNIFER, None), ("Book the room", LUKAS, None)],
        ),
        (
            "S: Action items: Jennifer: the press list by Monday. Lukas: the photos. / J: Okay.",
            [("The press list", JENNIFER, "by Monday"), ("The photos", LUKAS, None)],
        ),
        (
            "J: I'll send the price list to Acme by Monday. / S: To recap: Jennifer sends the price list by"
            " Monday. / J: Yes.",
            [("Send the price list to Acme", JENNIFER, "by Monday")],
        ),
        (
            "L: I'll prepare the drawings by Monday. / S: To recap: Lukas, drawings by Monday. / L: Yes.",
            [("Prepare the drawings", LUKAS, "by Monday")],
        ),
    ],
)
def test_a_recap_confirms_and_hands_out_by_name(script: str, items: list[Row]) -> None:
    assert rows(script) == items


@pytest.mark.parametrize(
    ("clause", "task"),
    [
        (
            "look into how you daisy - chain them and then order four",
            "Look into how you daisy - chain them and then order four",
        ),
        ("send the Q3 \u2013 Q4 report", "Send the Q3 \u2013 Q4 report"),
        ("book the Berlin \u2013 Munich train", "Book the Berlin \u2013 Munich train"),
        ("order the blue - green cable", "Order the blue - green cable"),
        ("check the figures again", "Check the figures again"),
        ("send the deck - it's ready", "Send the deck"),
        ("send the deck \u2014 thanks", "Send the deck"),
    ],
)
def test_a_dash_cuts_a_task_only_where_a_clause_begins(clause: str, task: str) -> None:
    assert [row[0] for row in rows(f"S: I'll {clause}. / J: Thanks.")] == [task]


@pytest.mark.parametrize("chair", ["Chair", "The Chair", "Moderator", "The Chair (Ms. Lindqvist)", "Clerk", "Co-Chair"])
def test_who_speaks_by_office_owns_what_we_will_do(chair: str) -> None:
    read = document(
        (chair, "We'll check the microphones and make sure it doesn't happen again."), ("Ola", "Thank you.")
    )
    items = find_action_items(read, MeetingContext()).items
    assert {item.owner for item in items} == {chair}
    assert items[0].task.startswith("Check the microphones")


def test_a_second_promise_beside_an_accepted_request_is_an_item() -> None:
    script = "S: Can you make sure the judges are ready? / J: Absolutely. I'll notify them as soon as we're done here."
    assert rows(script) == [
        ("Make sure the judges are ready", JENNIFER, None),
        ("Notify them (the judges)", JENNIFER, None),
    ]


def test_what_is_less_sure_is_possible_and_the_threshold_decides() -> None:
    read = meeting("S: Could you send me the list? / J: It rains a lot here.")
    found = find_action_items(read, THURSDAY)
    assert (found.items, [item.task for item in found.possible]) == ((), ["Send the list"])
    lower = THURSDAY.model_copy(update={"min_confidence": 0.1})
    assert [item.task for item in find_action_items(read, lower).items] == ["Send the list"]
    assert all(0 <= (item.confidence or -1) < THURSDAY.min_confidence for item in found.possible)


@pytest.mark.parametrize(
    ("script", "deadline"),
    [
        ("S: Could you send me the member list? By Friday, if you can. / J: Sure.", "By Friday"),
        ("S: Could you send me the member list? I need it by Friday. / J: Sure.", "by Friday"),
        ("S: Could you send me the member list? / J: Sure, you'll have it by Friday.", "by Friday"),
        ("S: Could you send me the member list? / J: Sure. Is Friday okay? / S: Friday is fine.", "Friday"),
        ("S: Can you update the price list? / J: Yes, tomorrow morning first thing.", "tomorrow morning"),
        ("S: Can you update the price list? / J: Sure. I'll get to it on Monday.", "on Monday"),
        ("S: Can you write a reply and call the printer? / J: Yes, I'll do both today.", "today"),
        ("S: I'll write the summary. That should be ready on Tuesday. / J: Good.", "on Tuesday"),
        ("S: I'll write the summary. / J: Great, Tuesday would be perfect. / S: Okay.", "Tuesday"),
        ("S: I'll send you the plan. / J: Today? / S: Tomorrow morning.", "Tomorrow morning"),
        ("S: Okay then. Friday. I'll call the three suppliers. / J: Good.", "Friday"),
        (
            "S: Jennifer, will you book the hall? / J: I can't, honestly. Can Lukas do it? / L: Yeah, I'll take it. I"
            " have the form here. / S: Thanks. By when? / L: Monday? Is Monday okay? / S: Sure.",
            "Monday",
        ),
        ("S: Can you update the price list? / J: Sure, but not before Tuesday. / S: Fine.", None),
        ("S: Can you update the price list? / J: Sure. I'm on the train until Tuesday by the way.", None),
        ("S: I hope you can all come on Monday. I'll print the badges. / J: Good.", None),
    ],
)
def test_the_day_said_beside_an_item_is_its_deadline(script: str, deadline: str | None) -> None:
    assert [row[2] for row in rows(script)][-1:] == [deadline]


@pytest.mark.parametrize(
    ("script", "tasks"),
    [
        # The second verb acts on the object of the first.
        (
            "S: I'll draft the letter and post it in the portal tomorrow. / J: Good.",
            ["Draft the letter and post it in the portal"],
        ),
        ("S: I'll update the plan and book the hall. / J: Good.", ["Update the plan", "Book the hall"]),
        # The answer says again what was asked.
        (
            "S: Could you ask Tobias whether the lift works? / J: Sure, I'll ping him.",
            ["Ask Tobias whether the lift works"],
        ),
        # A relative clause belongs to its object.
        (
            "S: I'll write you a guide that you can hand to the tenants. / J: Great.",
            ["Write a guide that you can hand to the tenants"],
        ),
        # Names recount what was taken on.
        (
            "S: I'll write up the leak. / J: Can somebody tell the plumber about the leak? / L: I can, I meet Petra"
            " later. / J: Good. So Sarah writes up the bathroom and Lukas talks to Petra.",
            ["Write up the leak", "Tell the plumber about the leak"],
        ),
    ],
)
def test_what_is_one_task_is_one_item(script: str, tasks: list[str]) -> None:
    assert [row[0] for row in rows(script)] == tasks


@pytest.mark.parametrize(
    ("script", "task"),
    [
        (
            "S: So we keep Olga for a month. / J: Good. / S: I'll call her right after lunch.",
            "Call her right after lunch (Olga)",
        ),
        ("S: Petra might need the tool. / J: Okay, I'll ask her when she's back.", "Ask her when she's back (Petra)"),
        (
            "S: Do you have the receipts? / J: My wife has them. I'll ask her for the receipts.",
            "Ask her for the receipts (my wife)",
        ),
        ("S: Petra is stuck. / J: Let me talk to her boss tomorrow. / S: Thanks.", "Talk to her boss (Petra)"),
        (
            "S: The refund is what matters to me. / J: I'd have to take it to our board. My assistant has the papers."
            " / S: Okay. / J: I'll take it to our board tomorrow.",
            "Take it to our board (the refund)",
        ),
        (
            "S: So the launch moves to spring. / J: Right. / S: Somebody needs to tell support about it."
            " / J: I can do that.",
            "Tell support about it (the launch moves to spring)",
        ),
        ("S: We have the seating chart. / J: I'll print it tomorrow.", "Print it (the seating chart)"),
    ],
)
def test_a_pronoun_is_filled_with_what_it_stands_for(script: str, task: str) -> None:
    assert task in [row[0] for row in rows(script)]


@pytest.mark.parametrize(
    "script",
    [
        "S: I'll change the subject now: how many chairs do we need? / J: Twelve.",
        "S: I'll change the subject, if I may, because time flies. / J: Okay.",
        "S: I'm going to raise one more point: the heating. / J: Yes?",
        "S: I'll add one last comment, which is about the heating. / J: Yes?",
        "S: I'll ask it plainly: who pays? / J: Us.",
        "S: I'll list them again: oak, ash and elm. / J: Okay.",
        "S: I'll put the link in the chat. / J: Thanks.",
        "S: Let me drop the address in the meeting chat. / J: Thanks.",
        "S: I'll show you the map in a few minutes. / J: Okay.",
        "S: Today you'll learn how to book a desk. Can everybody hear me? / J: Yes.",
        "S: I'll mention it to the council again when it meets, maybe. / J: Good luck.",
        "S: I'll raise the rent question again some day. / J: Good luck.",
        "S: You'll send the form to your bank and they stamp it. / J: I see.",
    ],
)
def test_what_is_done_within_the_meeting_or_only_perhaps_is_no_item(script: str) -> None:
    assert rows(script) == []


@pytest.mark.parametrize(
    ("script", "row"),
    [
        (
            "S: I'll share the deck in the team chat tomorrow. / J: Thanks.",
            ("Share the deck in the team chat", SARAH, "tomorrow"),
        ),
        (
            "S: Who makes the list of guests? / J: I'll do it, I have the names anyway.",
            ("Make the list of guests", JENNIFER, None),
        ),
        (
            "S: Find a caterer for the party. / J: Will do.",
            ("Find a caterer for the party", JENNIFER, None),
        ),
        (
            "S: Jennifer, you send the draft to me first, would you? / J: Will do.",
            ("Send the draft", JENNIFER, None),
        ),
        (
            "S: Shall I cancel the tour on Friday? We don't need it any more. / J: Yes, please do.",
            ("Cancel the tour", SARAH, "on Friday"),
        ),
        (
            "S: Could you find out from your bank whether they take copies? / J: Hm. They are slow. Couldn't you do"
            " that? / S: I'd rather not. But I can give you a number. / J: Okay. Then I'll do it.",
            ("Find out from your bank whether they take copies", JENNIFER, None),
        ),
        ("S: I owe you the deck. / J: Okay.", ("Send the deck", SARAH, None)),
    ],
)
def test_more_ways_to_take_something_on(script: str, row: Row) -> None:
    assert row in rows(script)
