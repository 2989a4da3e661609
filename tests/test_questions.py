"""Questions: what asks something, and the turn that answers it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetkit.insights.language.text import asks
from meetkit.insights.offline.questions import find_questions
from tests.dialogues import NAMES, TEXTS, THURSDAY, WORDS, document, is_verbatim, meeting


def questions_of(script: str) -> list[tuple[str, int | None]]:
    return [(question.text, question.answer_turn) for question in find_questions(meeting(script), THURSDAY).items]


@pytest.mark.parametrize(
    ("script", "answer", "why"),
    [
        ("S: What is the price? / J: 38 dollars.", 1, "the next turn answers"),
        ("S: What is the price? / S: Per seat. / J: 38 dollars.", 2, "nobody answers their own question"),
        ("S: What is the price? / J: I don't know.", None, "not to know is no answer"),
        ("S: What is the price? / J: Well, let me check.", None, "nor is to put it off"),
        ("S: What is the price? / J: Good question. It's 38 dollars.", 1, "praise before an answer does not matter"),
        ("S: What is the price? / J: Mm-hmm. / S: Per seat. / J: 38.", 3, "a hum answers no open question"),
        ("S: Is it 38 dollars? / J: Yeah.", 1, "but a closed one"),
        ("S: Is it 38 dollars? / J: No.", 1, "as a no does"),
        ("S: What is the price? / J: Do you mean the list price?", None, "to ask back answers nothing"),
        ("S: What is the price? / J: Of what? / S: A seat. / J: 38.", 3, "but may lead to the answer"),
        ("S: What is the price?", None, "the meeting may end"),
        (
            "S: What is the price? / J: Anyway, let's talk about the weather. / S: Fine. / J: It rains.",
            None,
            "a change",
        ),
        ("S: What is the price? / J: Let's move on to the next topic.", None, "nor is another topic"),
        ("S: What is the price? / J: Sorry, I was muted. / J: 38 dollars.", 2, "nor is trouble with the sound"),
        (
            "S: Is it 38 dollars? / J: You were asking about dollars. / J: No, it won't be.",
            2,
            "nor is the question again",
        ),
        ("S: Is it 38 dollars? / J: You asked about May. No, it's 40.", 1, "but what follows it may"),
        ("S: What is the price? / J: Sorry, I was muted. It's 38 dollars.", 1, "in the same turn, too"),
        ("S: What is the price? / J: You asked about the price, it's 38 dollars.", 1, "or the same sentence"),
        ("S: What is the price? / J: Anyway, it's 38 dollars.", 1, "what goes on may yet answer"),
        ("?: What is the price? / ?: 38 dollars.", 1, "speakers nobody knows take turns"),
    ],
)
def test_a_question_is_answered_where_somebody_else_says_something(script: str, answer: int | None, why: str) -> None:
    assert questions_of(script)[0] == ("What is the price?" if "What" in script else "Is it 38 dollars?", answer), why


@pytest.mark.parametrize(
    "script",
    [
        "S: Hi Jennifer, how are you? / J: Fine.",
        "S: How are you doing?",
        "S: Can you hear me?",
        "S: Can you see my screen now?",
        "S: It's great, isn't it?",
        "S: You'll send us the list, right?",
        "S: Really? / S: What? / S: Right?",
        "S: You know what? It works.",
        "S: Tomorrow already? Great.",
        "S: Who knows?",
        "S: Shall we start?",
        "S: I know what the price is.",
        "S: ?!",
    ],
)
def test_small_talk_tags_and_echoes_ask_nothing(script: str) -> None:
    assert questions_of(script) == []


@pytest.mark.parametrize(
    "text",
    ["What's the verdict?", "And training?", "How are the agents?", "Why?", "All four depots?", "What about price?"],
)
def test_short_questions_are_questions(text: str) -> None:
    assert questions_of(f"S: {text}") == [(text, None)]


def test_a_question_says_who_asks_and_shows_its_answer() -> None:
    (question,) = find_questions(meeting("S: So, what is the price? / J: Hello. It is 38 dollars."), THURSDAY).items
    assert (question.text, question.asker, question.answered) == ("What is the price?", "Sarah Chen", True)
    assert [(ground.field, ground.quote) for ground in question.evidence] == [
        (None, "So, what is the price?"),
        ("answer", "It is 38 dollars."),
    ]


@given(st.lists(st.tuples(st.sampled_from([*NAMES.values()]), WORDS | TEXTS), max_size=8))
def test_every_quote_is_verbatim_and_answers_come_later(turns: list[tuple[str | None, str]]) -> None:
    read = document(*turns)
    for question in find_questions(read, THURSDAY).items:
        assert all(is_verbatim(ground, read) for ground in question.evidence)
        assert question.answer_turn is None or question.answer_turn > question.evidence[0].turn


@pytest.mark.parametrize("unit", ["what ", "so, ", "? ", "how are you ", "a, "])
def test_a_sentence_without_end_is_read_to_its_end(unit: str) -> None:
    read = document(("Sarah Chen", unit * (50_000 // len(unit)) + "?"))
    assert all(len(question.text) <= 2000 for question in find_questions(read, THURSDAY).items)


@pytest.mark.parametrize("text", ["why?", '"why?"', "(why?) ", "为什么？", "لماذا؟", "why?\u201d"])
def test_a_question_mark_of_any_script_asks_also_before_what_closes(text: str) -> None:
    assert asks(text)
    assert not asks(f"{text}.")


@pytest.mark.parametrize(
    "script",
    [
        "S: How many seats are left? / J: Let me look. Seventeen.",
        "S: How many seats are left? / J: Let me check my notes. There are 17.",
        "S: When does the fair begin? / J: One moment. On Thursday.",
        "S: Who has the contract? / J: Good question. Lukas has it.",
        "S: Where is the next workshop? / J: Hang on. In Bremen.",
        "S: What did they offer? / J: Let me see. They offered nine thousand.",
        "S: Is the hall heated? / J: Let me think. Yes.",
        "S: Is the hall heated? / J: Hold on. No, it isn't.",
        "S: Did they sign? / J: They did.",
        "S: Have you told the landlord? / J: Not yet.",
        "S: How long does the setup take? / J: It depends. About two days.",
        "S: Who is coming to the fair? / J: I don't know. / L: Daniel and Jennifer.",
        "S: What is the price of a seat? / J: I'd say 40 dollars. / S: Okay, thanks.",
        "S: Do you want the blue one or the red one? / J: The red one, please.",
    ],
)
def test_an_answer_after_words_that_win_time_answers(script: str) -> None:
    ((_, turn),) = questions_of(script)
    assert turn is not None


@pytest.mark.parametrize(
    "script",
    [
        "S: How many seats are left? / J: Let me look. / S: Okay.",
        "S: How many seats are left? / J: I'll check and let you know.",
        "S: How many seats are left? / J: Good question. / S: Let's find out.",
        "S: How many seats are left? / J: I don't know, sorry. I was away.",
        "S: When does the fair begin? / J: We'll come back to that.",
        "S: When does the fair begin? / J: I'm not sure. I'll ask them tomorrow.",
        "S: Who has the contract? / J: No idea. / S: Hm.",
        "S: What did they offer? / J: Let's talk about that later.",
        "S: Is the hall heated? / J: I'd have to ask.",
        "S: Is the hall heated? / J: We'll see.",
        "S: How many seats are left? / J: The seats are very nice. / S: But how many seats are left?",
        "S: Will you refund the fee? / J: We value every single guest and we work hard for them each day of the year."
        " / S: I'll ask again, will you refund the fee?",
        "S: What is the price of a seat? / J: Let me get back to you on that. / S: Fine.",
    ],
)
def test_what_only_wins_time_puts_off_or_evades_answers_nothing(script: str) -> None:
    assert questions_of(script)[0][1] is None


@pytest.mark.parametrize(
    "script",
    [
        "S: Anything else? / J: No.",
        "S: Could you open the second slide? / J: Sure.",
        "S: Can you scroll down a bit? / J: Yes.",
        "S: Have you had \u2014?",
        "S: It works, okay?",
        "S: So it works, you know?",
        "S: What's next? / J: The budget.",
        "S: Are Members content? / J: Yes.",
        "S: Oh, is he? / J: Yes.",
        "S: It's cheaper, right? / J: Yes.",
    ],
)
def test_what_only_leads_the_talk_or_seeks_assent_asks_nothing(script: str) -> None:
    assert questions_of(script) == []
