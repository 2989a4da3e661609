"""What was said once and written several times: drafts, rolling captions, windows and loops."""

from __future__ import annotations

import json

import pytest

from meetkit.insights.transcript import read_transcript
from meetkit.insights.transcript.live_events import PARTIAL
from meetkit.insights.transcript.repeats import DRAFTS, LOOP, OVERLAP
from meetkit.insights.transcript.rolling_captions import REPEATED_LINES

Row = tuple[str, float, float, str]


def said(rows: list[Row]) -> tuple[list[tuple[str | None, str]], dict[str, int]]:
    """Return who said what, and the problems with their counts."""
    data = [{"speaker": name, "start": start, "end": end, "text": text} for name, start, end, text in rows]
    transcript = read_transcript(json.dumps(data))
    return [(turn.speaker, turn.text) for turn in transcript.turns], {p.text: p.count for p in transcript.problems}


def test_a_segment_that_grows_is_read_as_it_is_at_last() -> None:
    rows = [
        ("Ida", 1.0, 2.0, "The gate"),
        ("Ida", 1.0, 3.0, "The gate opens"),
        ("Ida", 1.1, 4.0, "The gate opens on Monday."),
        ("Omar", 5.0, 6.0, "Good."),
    ]

    assert said(rows) == ([("Ida", "The gate opens on Monday."), ("Omar", "Good.")], {DRAFTS: 2})


def test_drafts_with_another_speaker_between_them_are_one() -> None:
    rows = [
        ("Ida", 1.0, 3.0, "The gate opens"),
        ("Omar", 2.0, 2.5, "Yes."),
        ("Ida", 1.0, 4.0, "The gate opens on Monday."),
    ]

    assert said(rows) == ([("Ida", "The gate opens on Monday."), ("Omar", "Yes.")], {DRAFTS: 1})


def test_a_doubled_segment_is_read_once() -> None:
    rows = [("Ida", 1.0, 3.0, "The gate opens."), ("Ida", 1.0, 3.0, "The gate opens.")]

    assert said(rows) == ([("Ida", "The gate opens.")], {DRAFTS: 1})


def test_words_said_twice_at_different_times_stay() -> None:
    rows = [("Ida", 1.0, 2.0, "No."), ("Ida", 2.0, 3.0, "No."), ("Ida", 3.5, 5.0, "No, not today.")]

    assert said(rows) == ([("Ida", "No. No. No, not today.")], {})


def test_a_word_said_again_before_the_sentence_before_it_ends_stays() -> None:
    rows = [("Ida", 0.0, 3.0, "Yes, we can do that."), ("Ida", 2.9, 3.5, "Yes.")]

    assert said(rows) == ([("Ida", "Yes, we can do that. Yes.")], {})


def test_words_of_the_same_second_without_an_end_stay() -> None:
    rows = [{"speaker": "Ida", "timestamp": "00:00:02", "text": text} for text in ("No.", "No, wait.")]

    assert [turn.text for turn in read_transcript(json.dumps(rows)).turns] == ["No. No, wait."]


def test_words_that_overlapping_windows_share_are_read_once() -> None:
    rows = [
        ("Ida", 0.0, 6.0, "We order the pipes and the pumps"),
        ("Ida", 4.0, 9.0, "pipes and the pumps before the holidays."),
    ]

    assert said(rows) == ([("Ida", "We order the pipes and the pumps before the holidays.")], {OVERLAP: 1})


def test_a_sentence_in_a_loop_is_read_once() -> None:
    rows = [("Ida", 0.0, 2.0, "That is all.")]
    rows += [("Ida", 2.0 + 3 * at, 5.0 + 3 * at, "Thank you for listening!") for at in range(40)]

    assert said(rows) == ([("Ida", "That is all. Thank you for listening!")], {LOOP: 39})


@pytest.mark.parametrize("flag", [{"is_final": False}, {"completed": False}, {"is_partial": True}, {"type": "partial"}])
def test_interim_results_are_left_out_where_final_ones_follow(flag: dict[str, object]) -> None:
    final = {"is_final": True} if "is_final" in flag else {"completed": True}
    rows = [
        {"speaker": "Ida", "text": "the great opens", "start": 1, "end": 2, **flag},
        {"speaker": "Ida", "text": "The gate opens.", "start": 1, "end": 2, **final},
        {"speaker": "Omar", "text": "when does", "start": 3, "end": 4, **flag},
    ]

    transcript = read_transcript("\n".join(map(json.dumps, rows)))

    assert [turn.text for turn in transcript.turns] == ["The gate opens.", "when does"]
    assert [(problem.text, problem.count) for problem in transcript.problems] == [(PARTIAL, 1)]


def test_captions_that_do_not_repeat_are_read_as_they_are() -> None:
    cues = [f"00:0{at}.000 --> 00:0{at}.900\nLine {at} of the talk.\n" for at in range(1, 9)]

    transcript = read_transcript("WEBVTT\n\n" + "\n".join(cues))

    assert (transcript.form, len(transcript.turns)) == ("vtt", 8)
    assert REPEATED_LINES not in {problem.text for problem in transcript.problems}


def test_rolling_captions_keep_every_new_line() -> None:
    lines = [f"line number {at} says something" for at in range(30)]
    cues = [f"00:{at:02}.000 --> 00:{at + 1:02}.000\n{lines[at - 1]}\n{lines[at]}\n" for at in range(1, len(lines))]

    transcript = read_transcript("WEBVTT\n\n" + "\n".join(cues))

    assert " ".join(turn.text for turn in transcript.turns) == " ".join(lines)
    assert (transcript.form, transcript.problems[0].count) == ("youtube-vtt", 28)


def test_a_problem_has_the_turn_where_it_occurs() -> None:
    rows = [
        {"speaker": "Omar", "start": 0, "end": 1, "text": "When?"},
        {"speaker": "Ida", "start": 2, "end": 3, "text": "On Monday"},
        {"speaker": "Ida", "start": 2, "end": 4, "text": "On Monday at nine."},
    ]

    assert [(problem.text, problem.turn) for problem in read_transcript(json.dumps(rows)).problems] == [(DRAFTS, 1)]
