"""Speech that nobody punctuated is cut into pieces that can be quoted."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from meetkit.insights.language.text import sentence_spans, words

speech = st.lists(
    st.sampled_from(["we", "and", "budget,", "so", "plan", "naïve", "第一", "x" * 300, "–"]), max_size=300
)


@given(speech.map(" ".join))
def test_pieces_are_in_order_apart_and_hold_all_words(text: str) -> None:
    spans = list(sentence_spans(text))
    assert all(start < end for start, end in spans)
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))
    assert [word for start, end in spans for word in words(text[start:end])] == list(words(text))


@given(speech.map(" ".join))
def test_no_piece_is_longer_than_a_long_sentence(text: str) -> None:
    for start, end in sentence_spans(text):
        assert len(text[start:end].split()) <= 60
        assert end - start <= 1000


def test_a_long_sentence_is_left_whole() -> None:
    text = " ".join(["word"] * 60) + "."
    assert list(sentence_spans(text)) == [(0, len(text))]


def test_a_cut_falls_at_a_pause_or_before_a_clause() -> None:
    clause = "so we looked at the budget of the pilot for all of the depots"
    text = " ".join([clause] * 10)
    assert {text[start:end] for start, end in sentence_spans(text)} == {clause}


def test_a_word_without_end_is_cut_by_length() -> None:
    assert all(end - start <= 500 for start, end in sentence_spans("x" * 100_000))
