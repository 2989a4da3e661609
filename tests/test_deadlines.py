"""Phrases that name a deadline: what is found, the day it means, and the laws of both."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from pathlib import Path

import pytest
from date_phrases import APART, SECOND, TUNED, read_corpus
from hypothesis import given
from hypothesis import strategies as st

import meetkit
from meetkit.insights.deadlines import deadline_of, find_days, find_phrases, resolve
from meetkit.insights.deadlines.holidays import easter
from meetkit.models.analysis import MeetingContext
from tests.strategies import ZONES

THURSDAY = dt.date(2025, 7, 10)

CASES = [
    ("today", "2025-07-10"),
    ("tonight", "2025-07-10"),
    ("by EOD", "2025-07-10"),
    ("by close of business", "2025-07-10"),
    ("by noon", "2025-07-10"),
    ("at 3pm", "2025-07-10"),
    ("this afternoon", "2025-07-10"),
    ("by tomorrow", "2025-07-11"),
    ("tomorrow at 3 pm", "2025-07-11"),
    ("the day after tomorrow", "2025-07-12"),
    ("by Friday", "2025-07-11"),
    ("Friday at the latest", "2025-07-11"),
    ("by end of business Friday", "2025-07-11"),
    ("first thing Monday", "2025-07-14"),
    ("no later than Monday", "2025-07-14"),
    ("Thursday", "2025-07-17"),
    ("this Thursday", "2025-07-10"),
    ("next Thursday", "2025-07-17"),
    ("by next Tuesday", "2025-07-15"),
    ("Friday next week", "2025-07-18"),
    ("next week on Tuesday", "2025-07-15"),
    ("Friday week", "2025-07-18"),
    ("a week from Friday", "2025-07-18"),
    ("in two weeks from Monday", "2025-07-28"),
    ("three days after Monday", "2025-07-17"),
    ("before Friday", "2025-07-10"),
    ("end of the week", "2025-07-11"),
    ("by the end of next week", "2025-07-18"),
    ("next week", "2025-07-18"),
    ("the middle of next week", "2025-07-16"),
    ("mid next week", "2025-07-16"),
    ("by end of month", "2025-07-31"),
    ("EOM", "2025-07-31"),
    ("before the end of the month", "2025-07-31"),
    ("next month", "2025-08-31"),
    ("the beginning of next month", "2025-08-01"),
    ("end of the quarter", "2025-09-30"),
    ("by the end of Q3", "2025-09-30"),
    ("next quarter", "2025-12-31"),
    ("end of the year", "2025-12-31"),
    ("in ten days", "2025-07-20"),
    ("within 3 business days", "2025-07-15"),
    ("in a couple of weeks", "2025-07-24"),
    ("in a fortnight", "2025-07-24"),
    ("within the next two weeks", "2025-07-24"),
    ("in two to three weeks", None),
    ("in three weeks' time", "2025-07-31"),
    ("two weeks from now", "2025-07-24"),
    ("within 24 hours", "2025-07-11"),
    ("in a month", "2025-08-10"),
    ("by the 14th", "2025-07-14"),
    ("by the 9th", "2025-08-09"),
    ("on the 31st", "2025-07-31"),
    ("Friday the 11th", "2025-07-11"),
    ("Friday the 12th", None),
    ("Monday, October 6", "2025-10-06"),
    ("March 3rd", "2026-03-03"),
    ("by July 3", "2026-07-03"),
    ("3 March 2026", "2026-03-03"),
    ("the 3rd of March", "2026-03-03"),
    ("March 3, 2024", None),
    ("2025-08-01", "2025-08-01"),
    ("2025-02-30", None),
    ("14.07.2025", "2025-07-14"),
    ("by 14/07", "2025-07-14"),
    ("by 03/04", None),
    ("by 3/3", "2026-03-03"),
    ("the last week of July", "2025-07-31"),
    ("the first week of August", "2025-08-07"),
    ("mid-August", "2025-08-15"),
    ("late July", "2025-07-31"),
    ("in March", "2026-03-31"),
    ("by March", "2026-03-01"),
    ("by Christmas", "2025-12-25"),
    ("February 29", "2028-02-29"),
    ("Feb 30", None),
    ("in a few weeks", None),
    ("early next week", None),
    ("before the board meeting", None),
    ("before our next call", None),
    ("by the time we meet", None),
    ("in 9999 years", None),
]


@pytest.mark.parametrize(("phrase", "day"), CASES)
def test_a_phrase_names_the_day_that_people_mean(phrase: str, day: str | None) -> None:
    assert resolve(phrase, THURSDAY) == (dt.date.fromisoformat(day) if day else None)


@pytest.mark.parametrize("phrase", [phrase for phrase, _ in CASES])
def test_a_phrase_is_found_whole_in_a_sentence(phrase: str) -> None:
    text = f"I'll send the deck {phrase}, I think."
    assert [(deadline.text, text[deadline.start : deadline.end]) for deadline in find_phrases(text)] == [
        (phrase, phrase)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "We met last Friday.",
        "Since Monday it works.",
        "Every Tuesday we meet.",
        "The Friday slides are ready.",
        "Friday's call was good.",
        "I'll finish the paper not before Wednesday.",
        "We decide on the second Tuesday.",
        "He comes in every other Friday.",
        "I'll send it two days before the board meeting on March 12.",
        "I'll send it Friday at the earliest.",
        "He scored in the second half.",
        "I'll send it the day before the workshop on Friday.",
        "It may take 3 of them.",
        "We run it on 24/7/365 support.",
        "In the second quarter-final he scored.",
        "I was sent by the team.",
        "A minute, please.",
        "",
    ],
)
def test_what_is_no_deadline_is_not_found(text: str) -> None:
    assert list(find_phrases(text)) == []


@pytest.mark.parametrize(
    ("phrase", "anchor", "day"),
    [
        ("by Friday", "2025-12-31", "2026-01-02"),
        ("end of month", "2025-07-31", "2025-07-31"),
        ("in a month", "2025-01-31", "2025-02-28"),
        ("in a month", "2024-01-31", "2024-02-29"),
        ("by the 31st", "2025-02-01", "2025-03-31"),
        ("by the 29th", "2025-02-01", "2025-03-29"),
        ("next quarter", "2025-11-04", "2026-03-31"),
        ("next week", "2025-12-28", "2026-01-02"),
        ("end of the week", "2025-07-12", "2025-07-18"),
        ("within 2 working days", "2025-07-12", "2025-07-15"),
        ("February 29", "2096-03-01", "2104-02-29"),
        ("by New Year's Eve", "2025-12-31", "2025-12-31"),
        ("by Friday", "9998-12-31", None),
    ],
)
def test_months_years_and_leap_days_turn_over(phrase: str, anchor: str, day: str | None) -> None:
    assert resolve(phrase, dt.date.fromisoformat(anchor)) == (dt.date.fromisoformat(day) if day else None)


CORPUS = read_corpus()


@pytest.mark.parametrize("part", [TUNED, APART, SECOND])
def test_phrases_get_the_days_that_were_written_before_the_rules_ran(part: str) -> None:
    errors = {reading.phrase: error for reading in CORPUS if reading.part == part and (error := reading.error())}
    assert errors == {}


def test_the_corpus_is_large_and_a_third_of_it_is_kept_apart() -> None:
    parts = Counter(reading.part for reading in CORPUS)
    assert parts[TUNED] + parts[APART] >= 250
    assert 0.3 < parts[APART] / (parts[TUNED] + parts[APART]) < 0.4


CHOICES = [
    ("today or Monday", ["2025-07-10", "2025-07-14"]),
    ("on Monday or, at the latest, Tuesday", ["2025-07-14", "2025-07-15"]),
    ("by Friday, Monday at the latest", ["2025-07-11", "2025-07-14"]),
    ("between Tuesday and Thursday", ["2025-07-15", "2025-07-17"]),
    ("in two to three weeks", ["2025-07-24", "2025-07-31"]),
    ("by Q4", ["2025-10-01", "2025-12-31"]),
    ("by 03/04", ["2026-03-04", "2026-04-03"]),
    ("Friday the 12th", ["2025-07-11", "2025-07-12"]),
    ("this Thursday or next", []),
    ("early next week or Friday", []),
]


@pytest.mark.parametrize(("phrase", "candidates"), CHOICES)
def test_a_phrase_of_two_readings_has_no_day_and_both_candidates(phrase: str, candidates: list[str]) -> None:
    text = f"I'll send the deck {phrase}, I think."
    assert [found.text for found in find_phrases(text)] == [phrase]
    deadline = deadline_of(phrase, MeetingContext(date=THURSDAY))
    assert (deadline.date, [str(day) for day in deadline.candidates]) == (None, candidates)


def test_of_two_readings_none_is_certain_because_the_other_is_past() -> None:
    assert find_days("Monday, March 12", dt.date(2026, 3, 11)) == ()


def test_what_is_moved_from_a_day_is_due_on_the_other() -> None:
    assert [phrase.text for phrase in find_phrases("I'll move the call from Monday to Wednesday.")] == ["Wednesday"]


@pytest.mark.parametrize(
    ("year", "day"),
    [(2000, "04-23"), (2019, "04-21"), (2024, "03-31"), (2025, "04-20"), (2026, "04-05"), (2038, "04-25")],
)
def test_easter_is_that_of_the_published_tables(year: int, day: str) -> None:
    assert str(easter(year)) == f"{year}-{day}"


def test_every_deadline_of_the_sample_is_resolved_as_recorded() -> None:
    sample = Path(meetkit.__file__).parent / "sample" / "meetings.json"
    items = [item for meeting in json.loads(sample.read_text("utf-8")) for item in meeting["action_items"]]
    deadlines = [item["deadline"] for item in items if item["deadline"]]
    assert len(deadlines) > 20
    for deadline in deadlines:
        assert str(resolve(deadline["phrase"], dt.date.fromisoformat(deadline["anchor"]))) == deadline["date"]


PHRASES = st.sampled_from([phrase for phrase, _ in CASES])


@given(PHRASES, st.dates(dt.date(2, 1, 1), dt.date(9998, 12, 31)))
def test_a_deadline_is_never_before_its_anchor(phrase: str, anchor: dt.date) -> None:
    day = resolve(phrase, anchor)
    assert day is None or anchor <= day


@given(PHRASES, st.dates(dt.date(1990, 1, 1), dt.date(2090, 1, 1)), st.sampled_from(ZONES))
def test_the_zone_is_kept_and_does_not_move_the_day(phrase: str, anchor: dt.date, zone: str) -> None:
    deadline = deadline_of(phrase, MeetingContext(date=anchor, timezone=zone))
    assert (deadline.timezone, deadline.anchor, deadline.phrase) == (zone, anchor, phrase)
    assert deadline.date == resolve(phrase, anchor)


@given(PHRASES)
def test_without_an_anchor_no_day_is_known(phrase: str) -> None:
    assert deadline_of(phrase, MeetingContext()).date is None


@given(PHRASES, st.dates(dt.date(1990, 1, 1), dt.date(2090, 1, 1)))
def test_capitals_and_more_spaces_change_nothing(phrase: str, anchor: dt.date) -> None:
    assert resolve(phrase.upper().replace(" ", "  "), anchor) == resolve(phrase, anchor)


@given(st.text(max_size=200), st.dates(dt.date(2, 1, 1), dt.date(9998, 12, 31)))
def test_any_text_is_read_without_an_error(text: str, anchor: dt.date) -> None:
    for deadline in find_phrases(text):
        assert text[deadline.start : deadline.end] == deadline.text
        resolve(deadline.text, anchor)
    assert resolve(text, None) is None


@pytest.mark.parametrize(
    "unit",
    [
        "by ",
        "in ten days or ",
        "the end of ",
        "1",
        "by Friday ",
        "next next ",
        " ",
        "Friday or ",
        "a week on ",
        "before the x ",
        "3-",
    ],
)
def test_a_sentence_without_end_is_read_to_its_end(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    assert all(text[deadline.start : deadline.end] == deadline.text for deadline in find_phrases(text))
