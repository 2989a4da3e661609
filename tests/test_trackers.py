"""Trackers: mentions of a caller's phrases, and text that is no mention."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetkit.insights.offline.trackers import find_mentions, tokens
from meetkit.models.analysis import MeetingContext
from tests.talks import assert_grounded, sayings, talk, words


def quotes(text: str, *phrases: str) -> list[str]:
    context = MeetingContext.model_validate({"trackers": {"it": phrases}})
    return [mention.evidence.quote for mention in find_mentions(talk([("Ana", text)]), context).mentions]


@pytest.mark.parametrize(
    ("text", "phrase", "result"),
    [
        ("What is the List Price?", "list price", ["List Price"]),
        ("the list\n  price, please", "list price", ["list\n  price"]),
        ("discounts and a discount's reason", "discount", ["discounts", "discount's"]),
        ("news of the bosses", "new", []),
        ("the pricey one", "price", []),
        ("a pre-price list", "price", ["price"]),
        ("an add-on, an add on, an add\u2011on", "add-on", ["add-on", "add on", "add\u2011on"]),
        ("I don't mind", "don", []),
        ("I don\u2019t mind", "don't mind", ["don\u2019t mind"]),
        ("ＡＰＩ　ｌｉｍｉｔ", "api limit", ["ＡＰＩ　ｌｉｍｉｔ"]),
        ("the cafe\u0301 and the caf\u00e9", "CAFÉ", ["cafe\u0301", "caf\u00e9"]),
        ("a cafe", "café", []),
        ("Straße, STRASSE", "strasse", ["Straße", "STRASSE"]),
        ("we use C++ and C", "c++", ["C++"]),
        ("C# or .NET?", ".net", [".NET"]),
        ("wait... what", "...", ["..."]),
        ("what (a|b)* is", "(a|b)*", ["(a|b)*"]),
        ("abab", "(a|b)*", []),
        ("we ❤️ it 👍🏽", "❤", ["❤️"]),
        ("这个价格太高了", "价格", ["价格"]),
        ("値段が高い", "が", ["が"]),
        ("ราคาแพง", "ราคา", ["ราคา"]),
        ("हमारी कीमत", "कीमत", ["कीमत"]),
        ("가격이 높다", "가격이", ["가격이"]),
        ("soft\u00adhyphen", "softhyphen", ["soft\u00adhyphen"]),
        ("snake_case", "case", []),
        ("", "price", []),
    ],
)
def test_a_phrase_is_found_as_whole_words(text: str, phrase: str, result: list[str]) -> None:
    assert quotes(text, phrase) == result


def test_of_phrases_that_begin_together_the_longest_counts() -> None:
    assert quotes("the list price increase", "list", "list price", "price increase") == ["list price"]


def test_mentions_of_one_phrase_do_not_overlap() -> None:
    assert quotes("no no no no no", "no no") == ["no no", "no no"]


def test_each_tracker_finds_its_own_mentions() -> None:
    context = MeetingContext.model_validate({"trackers": {"price": ["list price"], "list": ["List", "price list"]}})
    result = find_mentions(talk([("Ana", "Our list price."), (None, "A price list?")]), context)
    assert {(mention.tracker, mention.phrase, mention.evidence.turn) for mention in result.mentions} == {
        ("price", "list price", 0),
        ("list", "List", 0),
        ("list", "price list", 1),
    }


def test_a_phrase_does_not_reach_into_the_next_turn() -> None:
    context = MeetingContext.model_validate({"trackers": {"price": ["list price"]}})
    assert find_mentions(talk([("Ana", "the list"), ("Ana", "price")]), context).mentions == ()


def test_without_trackers_nothing_is_found() -> None:
    assert find_mentions(talk([("Ana", "price")]), MeetingContext()).mentions == ()


def test_a_phrase_without_any_shape_is_never_found() -> None:
    assert quotes("price \u200b", "\u00ad") == []


def test_a_thousand_phrases_are_all_found_in_a_long_talk() -> None:
    phrases = [f"phrase number {number}" for number in range(1000)]
    result = quotes(" and ".join(phrases * 10), *phrases)
    assert result == phrases * 10


def test_phrases_that_almost_match_everywhere_match_nowhere() -> None:
    assert quotes("a " * 20_000, "a " * 90 + "b", "b " + "a " * 90) == []


@given(
    sayings,
    st.lists(
        st.text(st.characters(categories=["L", "P", "S", "M", "Zs"]), min_size=1, max_size=150), min_size=1, max_size=8
    ),
)
def test_every_mention_is_where_its_quote_says(
    turns_said: list[tuple[str | None, str, float | None, float | None]], phrases: list[str]
) -> None:
    usable_phrases = [phrase for phrase in phrases if phrase.strip()] or ["a"]
    document = talk(turns_said)
    result = find_mentions(document, MeetingContext.model_validate({"trackers": {"it": usable_phrases}}))
    assert_grounded(document, [mention.evidence for mention in result.mentions])
    places = [(mention.evidence.start, mention.evidence.end) for mention in result.mentions]
    assert all(end <= start for (_, end), (start, _) in pairwise(places))


@given(
    st.lists(st.sampled_from(["price", "Café", "don't", "价格", "C++", "it's", "ＡＰＩ", "a"]), min_size=1, max_size=4)
)
def test_a_phrase_is_found_in_itself(parts: list[str]) -> None:
    phrase = " ".join(parts)
    assert quotes(f"we say {phrase} often", phrase) == [phrase]


@given(words)
def test_tokens_are_in_order_and_within_the_text(text: str) -> None:
    places = [(start, end) for _, start, end in tokens(text)]
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert places == sorted(places)
