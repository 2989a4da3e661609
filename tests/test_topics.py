"""Topics: labels in words that were said, with quotes that have them and the turns around."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings

from meetkit.insights.language.stopwords import CALENDAR_WORDS, COURTESIES, FUNCTION_WORDS
from meetkit.insights.language.text import Document, words
from meetkit.insights.offline.topics import find_topics
from meetkit.models.analysis import MeetingContext
from tests.conversations import SAMPLES, conversation, conversations, sample

NOTHING = MeetingContext()


@given(conversations)
@settings(deadline=None)
def test_every_quote_is_an_exact_slice_and_has_the_label(document: Document) -> None:
    for topic in find_topics(document, NOTHING).items:
        for quote in topic.evidence:
            assert document.transcript.text[quote.start : quote.end] == quote.quote
            assert quote.speaker == document.transcript.turns[quote.turn].speaker
            assert topic.label in " ".join(quote.quote.split())


@given(conversations)
@settings(deadline=None)
def test_spans_are_in_order_apart_and_hold_the_quotes(document: Document) -> None:
    for topic in find_topics(document, NOTHING).items:
        assert all(span.first_turn <= span.last_turn for span in topic.spans)
        assert all(span.last_turn < next_span.first_turn for span, next_span in itertools.pairwise(topic.spans))
        assert topic.spans[-1].last_turn < len(document.transcript.turns)
        for quote in topic.evidence:
            assert any(span.first_turn <= quote.turn <= span.last_turn for span in topic.spans)


@given(conversations)
@settings(deadline=None)
def test_no_label_has_words_of_grammar_manners_dates_or_the_speakers(document: Document) -> None:
    names = {word for speaker in document.transcript.speakers for word in words(speaker)} - {"project", "manager"}
    for topic in find_topics(document, NOTHING).items:
        assert not set(words(topic.label)) & (FUNCTION_WORDS | COURTESIES | CALENDAR_WORDS | names)


@given(conversations)
@settings(deadline=None)
def test_no_two_labels_share_a_word(document: Document) -> None:
    turns_said = [word for topic in find_topics(document, NOTHING).items for word in set(words(topic.label))]
    assert len(turns_said) == len(set(turns_said))


@pytest.mark.parametrize(
    ("meeting", "labels"),
    [
        (1, {"legacy ticket exports"}),
        (3, {"pilot proposal"}),
        (4, {"audit"}),
        (5, {"alert threshold"}),
        (6, {"load test", "API tier"}),
        (10, {"knowledge base module"}),
        (12, {"seats"}),
    ],
)
def test_a_sales_call_is_about_what_a_seller_would_say(meeting: int, labels: set[str]) -> None:
    (path,) = (path for path in SAMPLES if path.stem == f"hist_meeting_{meeting}")
    assert labels <= {topic.label for topic in find_topics(sample(path), NOTHING).items}


def test_of_many_mentions_the_spans_kept_have_the_name_and_the_quotes() -> None:
    filler = [("Ben", "Let us see what comes next.")] * 9
    turns_said = [turn for _ in range(9) for turn in [("Ada", "The depot and the depot and the depot wait."), *filler]]
    (topic, *_) = find_topics(
        conversation([*turns_said, ("Ada", "The Memphis depot is late."), *filler]), NOTHING
    ).items
    assert len(topic.spans) == 6
    for quote in topic.evidence:
        assert any(span.first_turn <= quote.turn <= span.last_turn for span in topic.spans)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_short_call_has_a_few_topics(path: Path) -> None:
    assert 3 <= len(find_topics(sample(path), NOTHING).items) <= 4


def test_a_role_that_is_talked_about_is_a_topic_and_a_speaker_is_not() -> None:
    document = conversation(
        [
            ("Ada Byron", "The routing rules and the designer are late, says Byron."),
            ("Designer", "Routing rules need a designer, Ada, and routing rules need an owner."),
        ]
    )
    labels = [topic.label for topic in find_topics(document, NOTHING).items]
    assert {"routing rules", "designer"} <= {label.casefold() for label in labels}
    assert not {"Byron", "Ada"} & set(labels)


@pytest.mark.parametrize(
    "turns",
    [[], [(None, "")], [("Ada", "Yes, thank you, see you on Monday at nine!")], [(None, "1 2 3 €4,560 50% 🚀")]],
)
def test_small_talk_and_numbers_have_no_topic(turns: list[tuple[str | None, str]]) -> None:
    assert find_topics(conversation(turns), NOTHING).items == ()


@pytest.mark.parametrize(
    "text",
    ["x" * 500_000, "budget " * 100_000, "б" * 60 + " ", "好的我们明天见" * 50_000, "a-b-c-d " * 50_000, "'" * 100_000],
)
def test_huge_and_odd_input_has_few_topics_of_readable_length(text: str) -> None:
    topics = find_topics(conversation([("Ada", text)]), NOTHING)
    assert len(topics.items) <= 12
    assert all(len(topic.label) <= 100 for topic in topics.items)


def test_another_process_finds_the_same_summary_and_topics() -> None:
    code = (
        "from meetkit.insights.offline.summary import summarize\n"
        "from meetkit.insights.offline.topics import find_topics\n"
        "from meetkit.models.analysis import MeetingContext\n"
        "from tests.conversations import SAMPLES, sample\n"
        "for path in SAMPLES:\n"
        "    said = sample(path)\n"
        "    print(summarize(said, MeetingContext()), find_topics(said, MeetingContext()))\n"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            cwd=Path(__file__).parents[1],
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "77")
    ]
    assert runs[0] == runs[1]
    assert runs[0]
