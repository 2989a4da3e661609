"""Times of structured transcripts: their unit, their notations, and what their order tells."""

from __future__ import annotations

import json
from typing import Any

import pytest

from meetkit.errors import InvalidRequestError
from meetkit.insights.transcript import read_transcript
from meetkit.insights.transcript.reader import SPEAKERS_ARE_IDS

FIRST, SECOND = "The new gate opens on Monday at nine.", "Then I'll bring the spare keys to the yard."


def times_of(data: object) -> list[tuple[float | None, float | None]]:
    return [(turn.start_seconds, turn.end_seconds) for turn in read_transcript(json.dumps(data)).turns]


def two(start: str, end: str, values: list[Any]) -> list[dict[str, Any]]:
    """Return two segments that differ in their speakers, with these starts and ends."""
    return [
        {"speaker": "Ida", "text": FIRST, start: values[0], end: values[1]},
        {"speaker": "Omar", "text": SECOND, start: values[2], end: values[3]},
    ]


@pytest.mark.parametrize(
    ("unit", "sentence"),
    [
        (1, "seconds are the unit where nothing denies it"),
        (1_000, "milliseconds would make nobody speak in seconds"),
        (1_000_000, "so would microseconds"),
        (10_000_000, "and ticks of 100 nanoseconds"),
        (1_000_000_000, "and nanoseconds"),
    ],
)
def test_the_pace_of_speech_tells_the_unit(unit: int, sentence: str) -> None:
    values = [round(time * unit) for time in (2, 5, 6, 9)]

    assert times_of({"segments": two("start", "end", values)}) == [(2, 5), (6, 9)], sentence


@pytest.mark.parametrize("unit", [1, 1_000])
def test_starts_alone_tell_the_unit_too(unit: int) -> None:
    rows = [{"speaker": name, "text": FIRST, "start": at * unit} for name, at in (("Ida", 2), ("Omar", 6), ("Ida", 11))]

    assert times_of(rows) == [(2, None), (6, None), (11, None)]


def test_a_service_that_counts_milliseconds_is_read_in_seconds_where_its_numbers_are_seconds() -> None:
    data = {"audio_duration": 10, "utterances": two("start", "end", [2.0, 5.5, 6.0, 9.0])}

    assert times_of(data) == [(2, 5.5), (6, 9)]


def test_long_silences_within_segments_are_no_milliseconds() -> None:
    assert times_of([{"text": "Thanks for that, everybody.", "start": 0, "end": 60}]) == [(0, 60)]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (62.5, 64),
        ("62.5", "64"),
        ("62.5s", "64s"),
        ("62500ms", "64000 ms"),
        ("1:02.5", "1:04"),
        ("00:01:02,500", "00:01:04,000"),
        ("[00:01:02.500]", "[00:01:04]"),
        ("PT1M2.5S", "PT1M4S"),
        ("PT62.5S", "PT64S"),
        ("1m 2.5s", "1 min 4 sec"),
        ("0h1m2.5s", "0h1m4s"),
        ({"seconds": "62", "nanos": 500_000_000}, {"seconds": 64}),
        ({"relative": 62.5, "absolute": "2026-05-04T09:01:02Z"}, {"relative": 64}),
    ],
)
def test_a_time_may_be_written_in_any_shape(start: object, end: object) -> None:
    assert times_of([{"text": FIRST, "start": start, "end": end}]) == [(62.5, 64)]


@pytest.mark.parametrize(
    ("names", "values"),
    [
        (("start_ms", "end_ms"), [2000, 5000, 6000, 9000]),
        (("startMs", "endMs"), [2000, 5000, 6000, 9000]),
        (("offset_ms", "duration_ms"), [2000, 3000, 6000, 3000]),
        (("startSeconds", "endSeconds"), [2, 5, 6, 9]),
        (("offsetInTicks", "durationInTicks"), [20_000_000, 30_000_000, 60_000_000, 30_000_000]),
        (("start_time", "end_time"), ["2026-05-04T09:00:02Z", "2026-05-04T09:00:05Z"] * 2),
    ],
)
def test_the_name_of_a_field_says_its_unit(names: tuple[str, str], values: list[Any]) -> None:
    if isinstance(values[0], str):
        values = [*values[:2], "2026-05-04T09:00:06Z", "2026-05-04T09:00:09Z"]

    [(first, end), (second, last)] = times_of(two(*names, values))

    assert (end, second, last) == ((first or 0) + 3, (first or 0) + 4, (first or 0) + 7)


@pytest.mark.parametrize("zero", [1_777_885_200, 1_777_885_200_000])
def test_times_since_1970_count_from_the_first(zero: int) -> None:
    unit = 1_000 if zero > 10**11 else 1

    assert times_of(two("start", "end", [zero + at * unit for at in (2, 5, 6, 9)])) == [(0, 3), (4, 7)]


def test_an_end_before_its_start_is_left_out_with_a_problem() -> None:
    [row] = [{"speaker": "Ida", "text": FIRST, "start": 9, "end": 4}]

    transcript = read_transcript(json.dumps([row]))

    assert (transcript.turns[0].start_seconds, transcript.turns[0].end_seconds) == (9, None)
    assert [problem.kind for problem in transcript.problems] == ["doubtful"]


def test_times_that_run_backwards_are_kept_in_the_order_of_the_file_with_a_problem() -> None:
    rows = two("start", "end", [100, 104, 2, 6])

    transcript = read_transcript(json.dumps(rows))

    assert [turn.speaker for turn in transcript.turns] == ["Ida", "Omar"]
    assert [(problem.kind, problem.turn) for problem in transcript.problems] == [("doubtful", 1)]


@pytest.mark.parametrize("time", [-1, "-5", 1e17, True, "noon", "1" * 400, {"seconds": "x"}])
def test_what_is_no_time_is_refused_with_its_place(time: object) -> None:
    data = json.dumps([{"text": FIRST, "speaker": "Ida", "start": time}])

    with pytest.raises(InvalidRequestError, match=r"^\[0\]\.start"):
        read_transcript(data)


class TestLists:
    """Forms that no tool of the table writes are read by the names of their fields."""

    @pytest.mark.parametrize(
        "data",
        [
            {"sentences": [{"speaker_name": "Ida", "transcript": FIRST, "timestamp": 2.0}]},
            {"meeting": {"result": {"lines": [{"name": "Ida", "content": FIRST, "time": "0:02"}]}}},
            [{"speaker": {"id": 4, "displayName": "Ida"}, "words": [{"text": FIRST, "data_start": 2, "data_end": 4}]}],
            {"utterances": [{"speaker_name": "Ida", "snippet": FIRST, "snippet_time": 2}]},
            {"participants": [{"id": 7, "name": "Ida"}], "items": [{"speakerId": 7, "body": FIRST, "startTime": 2}]},
            {"paragraphs": [{"speaker": "Ida", "sentences": [{"text": FIRST, "start": 2, "end": 3}]}]},
        ],
    )
    def test_fields_have_many_names(self, data: object) -> None:
        [turn] = read_transcript(json.dumps(data)).turns

        assert (turn.speaker, turn.start_seconds, turn.text) == ("Ida", 2, FIRST)

    def test_several_channels_are_speakers_where_none_are_named(self) -> None:
        rows = [{"transcript": text, "media_channel": at, "start": at} for at, text in enumerate((FIRST, SECOND))]

        assert read_transcript(json.dumps({"sentences": rows})).speakers == ("Channel 0", "Channel 1")

    def test_a_text_beside_an_empty_list_is_read_as_plain_text(self) -> None:
        transcript = read_transcript(json.dumps({"text": f"Ida: {FIRST}\nOmar: {SECOND}", "segments": []}))

        assert (transcript.form, transcript.speakers) == ("json-text", ("Ida", "Omar"))

    def test_words_without_speakers_become_turns_at_pauses_after_sentences(self) -> None:
        spoken = ["No", "no", "no", "no", "no.", "Good.", "Then"]
        starts = [0.0, 0.3, 0.6, 0.9, 1.2, 3.4, 9.0]
        words = [{"word": word, "start": at, "end": at + 0.2} for word, at in zip(spoken, starts, strict=True)]

        assert [turn.text for turn in read_transcript(json.dumps({"words": words})).turns] == [
            "No no no no no.",
            "Good.",
            "Then",
        ]

    def test_ids_instead_of_names_are_doubted(self) -> None:
        transcript = read_transcript(json.dumps(two("start", "end", [1, 4, 5, 8])).replace("Ida", "6432345678"))

        assert [(problem.kind, problem.text) for problem in transcript.problems] == [("doubtful", SPEAKERS_ARE_IDS)]


def test_ttml_names_agents_by_their_divisions_and_counts_durations() -> None:
    document = """<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata"><head>
        <ttm:agent xml:id="a1"><ttm:name>Ann Berg</ttm:name></ttm:agent><ttm:agent xml:id="a2"/></head>
        <body><div ttm:agent="a1"><p begin="1s" dur="2s">Good morning.</p></div>
        <div ttm:agent="a2"><p begin="4s" end="5s">Hello.</p></div>
        <div><p begin="6s" end="7s">Who is there?</p></div></body></tt>"""

    turns = read_transcript(document.encode()).turns

    assert [(turn.speaker, turn.start_seconds, turn.end_seconds, turn.text) for turn in turns] == [
        ("Ann Berg", 1.0, 3.0, "Good morning."),
        ("a2", 4.0, 5.0, "Hello."),
        (None, 6.0, 7.0, "Who is there?"),
    ]
