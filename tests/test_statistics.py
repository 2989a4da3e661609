"""Talk-time statistics, in figures that can be worked out by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given

from meetkit.insights.offline.statistics import measure
from meetkit.insights.offline.statistics.fillers import count_fillers, find_fillers
from meetkit.models.analysis import MeetingContext, SpeakerStatistics, Statistics
from tests.talks import Utterance, sayings, talk

Saying = tuple[str | None, str, float | None, float | None]

CALL: list[Utterance] = [
    ("Ana", "Good morning everybody.", 0, 10),
    ("Ana", "How are you today?", 10, 20),
    ("Ben", "Fine, um, thanks.", 22, 32),
    (None, "Hello.", 30, 35),
    ("Ana", "So, what is next?", 39, 60),
]


def of(turns_said: list[Utterance]) -> Statistics:
    return measure(talk(turns_said), MeetingContext())


def by_name(statistics: Statistics) -> dict[str | None, SpeakerStatistics]:
    return {speaker.speaker: speaker for speaker in statistics.speakers}


def test_a_call_with_times_is_measured_in_seconds() -> None:
    result = of(CALL)
    assert (result.words, result.duration_seconds, result.interactivity) == (15, 60, 3)
    ana = by_name(result)["Ana"]
    assert (ana.turns, ana.words, ana.seconds) == (3, 11, 41)
    assert ana.talk_ratio == pytest.approx(41 / 56)
    assert (ana.longest_monologue_words, ana.longest_monologue_seconds) == (7, 21)
    assert (ana.patience_seconds, ana.questions, ana.question_rate) == (4, 2, 120)
    assert ana.words_per_minute == pytest.approx(60 * 11 / 41)


def test_who_interrupts_has_no_patience_at_all() -> None:
    result = by_name(of(CALL))
    assert (result["Ben"].patience_seconds, result[None].patience_seconds) == (2, 0)


def test_without_times_words_are_shared_and_seconds_unknown() -> None:
    result = of([("Ana", "one two three"), ("Ben", "four")])
    ana = by_name(result)["Ana"]
    assert (ana.talk_ratio, ana.longest_monologue_words) == (0.75, 3)
    assert {ana.seconds, ana.longest_monologue_seconds, ana.patience_seconds, ana.words_per_minute} == {None}
    assert {result.duration_seconds, result.interactivity, ana.question_rate} == {None}


def test_one_time_that_is_missing_makes_shares_a_matter_of_words() -> None:
    result = of([("Ana", "one two three", 0, 1), ("Ben", "four", 1, None)])
    assert by_name(result)["Ana"].talk_ratio == 0.75
    assert result.duration_seconds is None


def test_a_meeting_of_no_length_has_no_rates() -> None:
    result = of([("Ana", "Who?", 5, 5), ("Ben", "Me.", 5, 5)])
    assert (result.duration_seconds, result.interactivity) == (0, None)
    assert [speaker.talk_ratio for speaker in result.speakers] == [0, 0]
    assert [speaker.words_per_minute for speaker in result.speakers] == [None, None]


def test_a_turn_that_ends_before_it_starts_takes_no_time() -> None:
    assert by_name(of([("Ana", "Hi.", 9, 3), ("Ben", "Hi.", 10, 12)]))["Ana"].seconds == 0


def test_interactivity_ends_at_ten() -> None:
    turns_said: list[Utterance] = [("AB"[turn % 2], "Yes.", turn / 2, turn / 2 + 0.5) for turn in range(60)]
    assert of(turns_said).interactivity == 10


def test_nothing_said_is_measured_as_nothing() -> None:
    assert of([]) == Statistics(engine="offline")


def test_times_beyond_reason_are_cut() -> None:
    result = of([("Ana", "Hi.", 0, 1.7e308), ("Ana", "Hi.", 0, 1.7e308), ("Ben", "No.", 0, 5e-324)])
    assert result.duration_seconds == 1e9


@given(sayings)
def test_shares_add_up_to_one_or_are_all_none(turns_said: list[Saying]) -> None:
    result = measure(talk(turns_said), MeetingContext())
    total = math.fsum(speaker.talk_ratio for speaker in result.speakers)
    assert total == pytest.approx(1) or {speaker.talk_ratio for speaker in result.speakers} <= {0}
    assert sum(speaker.words for speaker in result.speakers) == result.words
    assert sum(speaker.turns for speaker in result.speakers) == len(turns_said)


@given(sayings)
def test_other_names_change_nothing_but_the_names(turns_said: list[Saying]) -> None:
    other_names = [(f"{speaker} the Great" if speaker else None, *rest) for speaker, *rest in turns_said]
    result, again = measure(talk(turns_said), MeetingContext()), measure(talk(other_names), MeetingContext())  # type: ignore[arg-type]
    assert [speaker.model_dump(exclude={"speaker"}) for speaker in result.speakers] == [
        speaker.model_dump(exclude={"speaker"}) for speaker in again.speakers
    ]


@given(sayings)
def test_no_monologue_is_longer_than_all_that_its_speaker_said(turns_said: list[Saying]) -> None:
    for speaker in measure(talk(turns_said), MeetingContext()).speakers:
        assert speaker.longest_monologue_words <= speaker.words
        assert speaker.longest_monologue_seconds is None or speaker.seconds is not None


@pytest.mark.parametrize(
    ("text", "fillers"),
    [
        ("Um, I think, like, we should go.", ["um", "like"]),
        ("It takes like ten minutes.", ["like"]),
        ("He was like really upset.", ["like"]),
        ("And like, we left.", ["like"]),
        ("I like it.", []),
        ("We really like so many of them.", []),
        ("I'd take one like this one.", []),
        ("It looks like we are late.", []),
        ("I would like that.", []),
        ("We need something like that.", []),
        ("Like I said, no.", []),
        ("What is it like?", []),
        ("It's kind of slow.", ["kind of"]),
        ("It sort of works.", ["sort of"]),
        ("What kind of tool is it?", []),
        ("Some sort of plan.", []),
        ("You know, it's hard.", ["you know"]),
        ("It was, you know, hard.", ["you know"]),
        ("Do you know it?", []),
        ("As you know, we closed.", []),
        ("You know what that is.", []),
        ("I mean, sure.", ["i mean"]),
        ("That's what I mean.", []),
        ("I mean it.", []),
        ("We ship on Friday, right?", ["right?"]),
        ("Is that right?", []),
        ("Turn right.", []),
        ("Right?", []),
        ("Mm-hmm. Uh-huh.", []),
        ("Uh, ER, hmm…", ["uh", "er", "hmm"]),
        ("Basically, it is actually done.", ["basically", "actually"]),
        ("So we start. Well, soon.", []),
        ("YOU KNOW\u2026 it\u2019s kind\nof late", ["you know", "kind of"]),
        ("", []),
    ],
)
def test_a_filler_is_told_from_the_same_word_in_use(text: str, fillers: list[str]) -> None:
    assert list(find_fillers(text)) == fillers


def test_fillers_are_counted_the_commonest_first() -> None:
    assert count_fillers(["Um, uh.", "Um, er."]) == (("um", 2), ("er", 1), ("uh", 1))
