"""Sentence intents: cases of business calls, laws, hostile input, and the shipped weights."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetkit.insights.language.intent_features import features
from meetkit.insights.language.intents import (
    MAX_TAG_SCORE,
    QUESTION_MARK_SCORE,
    THRESHOLD,
    action_scores,
    decision_scores,
    model,
    question_scores,
)
from meetkit.insights.language.text import Document, words
from meetkit.models.transcripts import Transcript, Turn

Scores = Callable[[Document], Sequence[float]]

SCORES: tuple[Scores, ...] = (action_scores, decision_scores, question_scores)
MODELS = ("action", "decision", "question")

ACTIONS = (
    "I'll send you the proposal by Friday.",
    "could you share the API docs?",
    "let's have Lukas check the export",
    "action item: renew the certificate",
    "Sarah to send the revised deck",
    "I will get back to you with pricing next week.",
    "Can you send me the login details?",
    "Please upload the signed agreement by Wednesday.",
    "I'll follow up with your procurement team tomorrow.",
    "Somebody needs to check the firewall rules.",
    "Daniel will prepare the training plan.",
    "I'm going to draft the SOW tonight and share it.",
    "You need to confirm the number of seats by the tenth.",
    "Let me check with our engineers and get back to you.",
    "Next step: send the security questionnaire.",
    "On our side we'll review the contract by Thursday.",
    "i'll email you the summary this afternoon",
    "can you guys review the doc by tomorrow",
    "Let's schedule a follow-up call for Tuesday.",
    "I'll have the numbers ready for you on Thursday.",
)
NO_ACTIONS = (
    "How was your weekend?",
    "It was great, we went hiking.",
    "I'd buy it if it were cheaper.",
    "I sent it yesterday.",
    "it'll page the right team",
    "I won't send it.",
    "Can it export to Excel?",
    "Can your platform handle multiple time zones?",
    "We sent two trucks to the wrong dock last month.",
    "The system will notify the manager automatically.",
    "If we had the budget, we would hire two more people.",
    "I can't promise that.",
    "Thanks for your time.",
    "You can filter the report by date.",
    "They shared the report with us last week.",
    "Do you send reminders?",
    "I could have sent it earlier.",
    "I'll be in Berlin next week.",
    "Talk to you soon.",
    "Let me share my screen.",
    "He told me he would call, but he never did.",
    "Let's see how that works out.",
    "You'll love the new dashboard.",
)
DECISIONS = (
    "We'll go with the premium plan.",
    "Agreed.",
    "Agreed, we start on the first of May.",
    "Let's go with option B.",
    "We decided to postpone the launch.",
    "The decision is to keep both systems.",
    "We've agreed on forty dollars per seat.",
    "So it's settled, two sessions a week.",
    "Let's stick with the current schedule.",
    "Then we go for the cloud version.",
    "The board approved the budget.",
)
NO_DECISIONS = (
    "I think we should go with the cheaper one.",
    "We plan to grow next year.",
    "I like the first design.",
    "Maybe we could use the old one.",
    "They haven't decided yet.",
    "The board decides in December.",
    "How do you decide on that?",
    "I'd go with the blue one.",
    "I'll send you the proposal by Friday.",
    "I don't agree with that.",
    "My boss has to approve it.",
    "We want to launch in June.",
    "We're still thinking about it.",
)
QUESTIONS = (
    "You have twelve clinics?",
    "And the price?",
    "Can you hear me?)",
    "多少钱？",
    "what does it cost",
    "how long does the migration take",
    "do you have any questions",
    "so why did you switch",
    "would friday work for you",
    "how many people are on the team",
)
NO_QUESTIONS = (
    "Right?",
    "You know?",
    "Okay?",
    "right",
    "I'll send it tomorrow",
    "that's what I thought",
    "we have twelve clinics",
    "what I like is the search",
    "when it works everybody is happy",
    "let me show you how it works",
)


def document(*turns: str) -> Document:
    """A document of one speaker's turns."""
    placed_turns: list[Turn] = []
    text = ""
    for index, sentence_text in enumerate(turns):
        start = len(text) + len("A: ")
        text += f"A: {sentence_text}\n"
        placed_turns.append(
            Turn(index=index, speaker="A", text=sentence_text, start=start, end=start + len(sentence_text))
        )
    return Document.of(Transcript(format="text", text=text, turns=tuple(placed_turns)))


def score(scores: Scores, sentence: str) -> float:
    """The score of a turn of one sentence."""
    (result,) = scores(document(sentence))
    return result


@pytest.mark.parametrize(
    ("scores", "sentence"),
    [(action_scores, sentence) for sentence in ACTIONS]
    + [(decision_scores, sentence) for sentence in DECISIONS]
    + [(question_scores, sentence) for sentence in QUESTIONS],
)
def test_what_is_meant_counts(scores: Scores, sentence: str) -> None:
    assert score(scores, sentence) >= THRESHOLD


@pytest.mark.parametrize(
    ("scores", "sentence"),
    [(action_scores, sentence) for sentence in NO_ACTIONS]
    + [(decision_scores, sentence) for sentence in NO_DECISIONS]
    + [(question_scores, sentence) for sentence in NO_QUESTIONS],
)
def test_what_only_looks_alike_does_not_count(scores: Scores, sentence: str) -> None:
    assert score(scores, sentence) < THRESHOLD


def test_a_question_mark_settles_it_and_a_tag_does_not() -> None:
    assert score(question_scores, "You run twelve clinics?") == QUESTION_MARK_SCORE
    assert score(question_scores, "You know?") <= MAX_TAG_SCORE


@pytest.mark.parametrize("scores", SCORES)
@given(
    turns=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=80), max_size=6)
)
def test_every_sentence_has_a_probability(scores: Scores, turns: list[str]) -> None:
    read = document(*turns)
    result = scores(read)
    assert len(result) == len(read.sentences)
    assert all(0 <= probability <= 1 for probability in result)


@pytest.mark.parametrize("scores", SCORES)
@given(st.permutations([*ACTIONS[:5], *NO_ACTIONS[:5], *DECISIONS[:4], *QUESTIONS[:4], *NO_QUESTIONS[:3]]))
def test_place_and_neighbours_do_not_count(scores: Scores, turns: list[str]) -> None:
    assert list(scores(document(*turns))) == [score(scores, turn) for turn in turns]


@pytest.mark.parametrize("scores", SCORES)
def test_the_same_document_has_the_same_scores(scores: Scores) -> None:
    read = document(*ACTIONS)
    assert list(scores(read)) == list(scores(read)) == list(scores(document(*ACTIONS)))


@pytest.mark.parametrize("scores", SCORES)
@pytest.mark.parametrize(
    "turn",
    [
        "word " * 3000,
        "I'll send it " * 1000,
        "please " * 3000 + "?",
        "Ich schicke Ihnen das Angebot bis Freitag.",
        "明日までに提案書を送ります",
        "\u202e\u0301\ufeffI\u2019ll send it",
        "<promise> <deliver later> ~ ^ $ #",
        "'" * 5000,
        "a" * 100_000,
        "7 " * 2000,
    ],
)
def test_odd_sentences_are_read(scores: Scores, turn: str) -> None:
    assert all(0 <= probability <= 1 for probability in scores(document(turn)))


def test_an_empty_transcript_has_no_scores() -> None:
    empty = Document.of(Transcript(format="text", text="", turns=()))
    assert [list(scores(empty)) for scores in SCORES] == [[], [], []]


def test_the_typographic_apostrophe_is_the_same() -> None:
    assert score(action_scores, "I’ll send it by Friday.") == score(action_scores, "I'll send it by Friday.")


def test_what_is_said_cannot_name_a_cue() -> None:
    assert features(words("<promise> <request>")).isdisjoint({"<promise>", "<request>"})


@pytest.mark.parametrize("name", MODELS)
def test_the_shipped_weights_are_whole_numbers_of_known_shape(name: str) -> None:
    shipped_model = model(name)
    assert isinstance(shipped_model.bias, int)
    assert all(type(weight) is int and 2 <= abs(weight) < 1000 for weight in shipped_model.weights.values())
    assert list(shipped_model.weights) == sorted(shipped_model.weights)


def test_the_shipped_weights_are_small() -> None:
    folder = files("meetkit.insights") / "weights"
    assert sum(len((folder / f"{name}.json").read_bytes()) for name in MODELS) < 300_000


@pytest.mark.parametrize("name", MODELS)
def test_no_shipped_feature_is_longer_than_three_words(name: str) -> None:
    assert all(len(feature.replace("~ ", "~").split()) <= 3 for feature in model(name).weights)


@pytest.mark.parametrize("name", MODELS)
def test_no_shipped_feature_holds_a_name_of_the_sample(name: str) -> None:
    sample = files("meetkit") / "sample"
    people = [*json.loads((sample / "users.json").read_text()), *json.loads((sample / "contacts.json").read_text())]
    names = {word for person in people for word in words(person["name"])}
    feature_words = {word for feature in model(name).weights for word in re.findall(r"[\w']+", feature)}
    assert len(names) > 10
    assert names.isdisjoint(feature_words)
