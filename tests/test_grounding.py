"""A quote is found where its words were said, or it has no evidence."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from meetkit.insights.grounding.folding import FoldedText, fold
from meetkit.insights.grounding.fuzzy_match import same_sense
from meetkit.insights.grounding.quotes import MAX_CHARACTERS, MIN_LETTERS, Grounding
from meetkit.models.insights import Evidence
from meetkit.models.transcripts import Transcript
from tests.meeting_texts import RENEWAL, transcript_of, transcripts

TALK = transcript_of(
    [
        ("Kim", "Um, so I'll send you the new   pricing deck by Friday, you know, if that helps."),
        ("Bob Lee", "Great \u2014 that\u2019s \u201cperfect\u201d. We did not agree to 20% off."),
        ("Kim", "Nai\u0308ve cafe\u0301 in der Hauptstraße, the ﬁnal of\u00adfer ❤️ by 👩\u200d💻 Maria."),
        ("Bob Lee", "Sounds good to me."),
        (
            "Kim",
            "I was unable to reach Maria on Monday; thirteen people asked about the next quarter. "
            "株式会社の契約を更新します。",
        ),
        ("Bob Lee", "Sounds good to me."),
        (None, ""),
    ]
)
VERBATIM = {
    "as it is": ("I'll send you the new   pricing deck", "I'll send you the new   pricing deck"),
    "in other case": ("i'LL SEND you THE new   pricing", "I'll send you the new   pricing"),
    "with other white space": ("I'll\tsend you\n\nthe new pricing", "I'll send you the new   pricing"),
    "with other quotes and dashes": ('Great - that\'s "perfect"', "Great \u2014 that\u2019s \u201cperfect\u201d"),
    "in quotes of its own": ('"We did not agree to 20% off."', "We did not agree to 20% off"),
    "composed": ("naïve café", "Nai\u0308ve cafe\u0301"),
    "with a sharp s in capitals": ("HAUPTSTRASSE", "Hauptstraße"),
    "without a ligature and a soft hyphen": ("the final offer ❤️", "the ﬁnal of\u00adfer ❤️"),
    "with invisible characters": ("s\u200bounds\u2060 good\u202e to me", "Sounds good to me"),
    "in a script without spaces": ("契約を更新", "契約を更新"),
}
NEARLY = {
    "short forms in full": (
        "I will send you the new pricing deck by Friday",
        "I'll send you the new   pricing deck by Friday,",
    ),
    "fillers left out": ("I'll send you the new pricing deck by Friday if that helps", None),
    "a word misspelt": (
        "I'll send you the new prising deck by Friday",
        "I'll send you the new   pricing deck by Friday,",
    ),
    "another ending": (
        "thirteen people asking about the next quarter",
        "thirteen people asked about the next quarter.",
    ),
    "commas added": (
        "I'll send you, the new pricing deck, by Friday",
        "I'll send you the new   pricing deck by Friday,",
    ),
}
NOT_SAID = {
    "other words": "we will cancel the whole contract tomorrow",
    "another day": "I'll send you the new pricing deck by Monday",
    "another number": "We did not agree to 25% off",
    "another number in words": "thirty people asked",
    "another time": "people asked about the next quarters",
    "without its not": "We did agree to 20% off",
    "with a not": "I'll not send you the new pricing deck by Friday",
    "another name": "I was unable to reach Mario on Monday",
    "cut out of a word that it negates": "able to reach Maria on Monday",
    "the contrary by one prefix": "I was able to reach Maria on Monday",
    "a word of weight left out": "I'll send you the deck by Friday",
    "across two turns": "if that helps. Great \u2014 that's perfect",
    "too short": "to",
    "nothing": " ",
    "punctuation": "... !!! ???",
}


def is_true(evidence: Evidence, transcript: Transcript) -> bool:
    turn = transcript.turns[evidence.turn]
    return (
        transcript.text[evidence.start : evidence.end] == evidence.quote
        and turn.start <= evidence.start < evidence.end <= turn.end
        and turn.speaker == evidence.speaker
    )


@pytest.mark.parametrize(("quote", "real"), VERBATIM.values(), ids=VERBATIM)
def test_a_quote_is_found_however_it_is_written(quote: str, real: str) -> None:
    evidence = Grounding(TALK).ground(quote)
    assert evidence
    assert evidence.quote == real
    assert is_true(evidence, TALK)


@pytest.mark.parametrize(("quote", "real"), NEARLY.values(), ids=NEARLY)
def test_the_real_words_replace_a_quote_that_is_nearly_right(quote: str, real: str | None) -> None:
    evidence = Grounding(TALK).ground(quote, 3)
    assert evidence
    assert is_true(evidence, TALK)
    assert real in (None, evidence.quote)
    assert same_sense(quote, evidence.quote)


@pytest.mark.parametrize("quote", NOT_SAID.values(), ids=NOT_SAID)
def test_what_was_not_said_has_no_evidence(quote: str) -> None:
    assert Grounding(TALK).ground(quote, 0) is None


@pytest.mark.parametrize(("hint", "turn"), [(None, 3), (0, 3), (3, 3), (4, 3), (5, 5), (10**30, 5), (-1, 3)])
def test_of_a_quote_that_was_said_twice_the_nearest_to_the_hint_is_meant(hint: int | None, turn: int) -> None:
    evidence = Grounding(TALK).ground("sounds good to me", hint)
    assert evidence
    assert evidence.turn == turn


def test_quotes_have_bounds() -> None:
    long = transcript_of([("Kim", "word " * 1000), ("Kim", "yes")])
    grounding = Grounding(long)
    assert grounding.ground("word " * (MAX_CHARACTERS // 5))
    assert grounding.ground("word " * (MAX_CHARACTERS // 5 + 1)) is None
    assert len("yes") < MIN_LETTERS
    assert grounding.ground("yes") is None
    assert grounding.find_words("yes", [0, 1])


def test_a_place_hidden_among_invisible_characters_is_no_evidence() -> None:
    transcript = transcript_of([("Kim", "send" + "\u200b" * 100_000 + " the deck")])
    assert Grounding(transcript).ground("send the deck") is None


def test_an_empty_transcript_supports_nothing() -> None:
    assert Grounding(transcript_of([])).ground("anything at all") is None


def test_what_was_said_is_looked_for_in_the_turns_given_only() -> None:
    grounding = Grounding(TALK)
    evidence = grounding.find_words("by friday", [1, 0], field="deadline")
    assert evidence
    assert (evidence.quote, evidence.turn, evidence.field) == ("by Friday", 0, "deadline")
    assert grounding.find_words("by Friday", [1, 2]) is None
    assert grounding.find_words("Fri", [0]) is None
    assert grounding.find_words(" - ", [0]) is None


@st.composite
def distorted_slices(draw: st.DrawFn) -> tuple[Transcript, int, int, str]:
    """Draw a transcript, a slice of it in whole words, and a variant spelling of the slice."""
    transcript = draw(transcripts)
    assume(transcript.turns)
    turn = draw(st.sampled_from(transcript.turns))
    cuts = [0, *(at + 1 for at, char in enumerate(turn.text) if char == " "), len(turn.text) + 1]
    first, last = sorted(draw(st.lists(st.sampled_from(cuts), min_size=2, max_size=2, unique=True)))
    start, end = turn.start + first, turn.start + last - 1
    real = transcript.text[start:end]
    cases = [real, real.casefold(), real.upper(), real.lower()]
    forms = [unicodedata.normalize("NFC", case) for case in cases] + [
        unicodedata.normalize("NFD", case) for case in cases
    ]
    space = draw(st.sampled_from([" ", "  ", "\t", "\n", "\u00a0", " \u200b "]))
    quotes = {ord("'"): draw(st.sampled_from("'\u2019\u2018`")), ord("“"): '"', ord("”"): "„"}
    variant = draw(st.sampled_from(forms)).replace(" ", space).translate(quotes)
    assume(fold(variant) == fold(real))
    assume(sum(map(str.isalnum, fold(real))) >= MIN_LETTERS)
    return transcript, start, end, variant


@given(distorted_slices())
def test_any_slice_is_found_however_it_is_distorted(case: tuple[Transcript, int, int, str]) -> None:
    transcript, start, end, variant = case
    hint = next(turn.index for turn in transcript.turns if turn.start <= start <= turn.end and end <= turn.end)
    evidence = Grounding(transcript).ground(variant, hint)
    assert evidence
    assert is_true(evidence, transcript)
    assert evidence.turn == hint
    assert fold(evidence.quote) == fold(transcript.text[start:end])
    if fold(transcript.turns[hint].text).count(fold(variant)) == 1:
        assert (evidence.start, evidence.end) == (start, end)


@given(transcripts, st.text(max_size=60), st.none() | st.integers())
def test_evidence_is_always_a_true_slice_of_the_same_sense(
    transcript: Transcript, quote: str, hint: int | None
) -> None:
    evidence = Grounding(transcript).ground(quote, hint)
    assert evidence is None or is_true(evidence, transcript)
    assert evidence is None or fold(evidence.quote) in fold(quote) or same_sense(quote, evidence.quote)


@given(st.text(max_size=80))
def test_folding_keeps_the_way_back(text: str) -> None:
    folded_text = FoldedText.of(text)
    assert len(folded_text.text) == len(folded_text.starts) == len(folded_text.ends)
    assert list(folded_text.starts) == sorted(folded_text.starts)
    assert all(0 <= start < end <= len(text) for start, end in zip(folded_text.starts, folded_text.ends, strict=True))


COMBINING_TEXT = st.text(st.sampled_from("a\u00e9 \u0300\u0323\u0345\ufe0f\u200d"), max_size=80) | st.integers(
    0, 200
).map(lambda count: "a" + "\u0300\u0323" * count + "b")


@given(COMBINING_TEXT)
def test_folding_takes_a_character_with_its_marks_in_bounded_parts(text: str) -> None:
    folded_text = FoldedText.of(text)
    assert list(folded_text.starts) == sorted(folded_text.starts)
    assert all(0 <= start < end <= len(text) for start, end in zip(folded_text.starts, folded_text.ends, strict=True))
    assert all(end - start <= 31 for start, end, char in _spans(folded_text) if char != " ")
    assert fold(text) == fold(text + "x")[:-1]


def _spans(folded_text: FoldedText) -> Iterator[tuple[int, int, str]]:
    return zip(folded_text.starts, folded_text.ends, folded_text.text, strict=True)


def test_a_word_under_a_heap_of_marks_is_found_as_it_is() -> None:
    heap = "caf" + "e" + "\u0300\u0323" * 100
    transcript = transcript_of([("Kim", f"We meet at the {heap} tomorrow.")])
    evidence = Grounding(transcript).ground(f"meet at the {heap} tomorrow")
    assert evidence
    assert is_true(evidence, transcript)
    assert heap in evidence.quote


@pytest.mark.parametrize("turn", range(len(RENEWAL)))
def test_a_whole_turn_is_its_own_evidence(turn: int) -> None:
    evidence = Grounding(transcript_of(RENEWAL)).ground(RENEWAL[turn][1], turn)
    assert evidence
    assert (evidence.quote, evidence.speaker) == (RENEWAL[turn][1], RENEWAL[turn][0])
