"""Laws for transcripts of every format: turns are where they say, and what is written is read again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import meetkit
from meetkit.errors import InvalidRequestError
from meetkit.insights.transcript import read_transcript, write_srt, write_vtt
from meetkit.insights.transcript.segments import one_line
from meetkit.models.transcripts import Transcript, TranscriptFormat

SAMPLES = sorted((Path(meetkit.__file__).parent / "sample" / "transcripts").glob("*.txt"))

# Emoji of several code points, combining marks, right-to-left text with its marks, and every end of a line.
ODD = [
    "👩‍👩‍👧",
    "e\u0301",
    "n\u0303o",
    "שלום",
    "\u200fمرحبا\u200f",
    "こんにちは。",
    "\ufeff",
    "\u00a0",
    "𝒳",
    "<v Bob>",
    "a-->b",
    "&lt;",
]
BREAKS = ["\n", "\r\n", "\r", "\n\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"]
NAMES = ["Jane", "Dr. J. Smith", "José Ñandú", "שרה כהן", "山田", "#Person1#", "O'Brien", "Zoë 👋", "Speaker 1"]
STAMPS = ["[00:01:02] ", "00:03 ", "(1:02:03) ", "", "10:15 AM ", "[00:01 --> 00:02] "]

any_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
word = st.sampled_from(ODD) | st.text(st.characters(categories=["L", "M", "N", "P", "S"]), min_size=1, max_size=8)
words = st.lists(word, min_size=1, max_size=6).map(" ".join)
script = st.lists(
    st.tuples(st.sampled_from(STAMPS), st.sampled_from(NAMES) | st.none(), words, st.sampled_from(BREAKS)), max_size=12
).map(lambda rows: "".join(f"{at}{name + ': ' if name else ''}{text}{end}" for at, name, text, end in rows))
segment = st.fixed_dictionaries(
    {"text": words, "speaker": st.sampled_from(NAMES) | st.none() | any_text, "length": st.integers(0, 4000)}
)


def read_or_none(data: str | bytes) -> Transcript | None:
    try:
        return read_transcript(data)
    except InvalidRequestError:
        return None


def as_json(segments: list[dict[str, object]], pauses: list[int]) -> str:
    at, rows = 0, []
    for row, pause in zip(segments, pauses, strict=False):
        start = at + pause
        at = start + int(str(row["length"]))
        rows.append({"text": row["text"], "speaker": row["speaker"], "start": start / 1000, "end": at / 1000})
    return json.dumps(rows)


transcripts = (
    st.builds(as_json, st.lists(segment, max_size=8), st.lists(st.integers(0, 6000), min_size=8, max_size=8))
    .map(read_or_none)
    .filter(lambda transcript: transcript is not None)
)


class TestOffsets:
    @given(script | any_text)
    def test_plain_text_is_its_own_canonical_form_and_slices_give_the_turns(self, text: str) -> None:
        transcript = read_or_none(text)

        if transcript is not None and transcript.format == "text":
            assert transcript.text == text
            assert [text[turn.start : turn.end] for turn in transcript.turns] == [
                turn.text for turn in transcript.turns
            ]
            assert all(turn.text == turn.text.strip() != "" for turn in transcript.turns)

    @given(script)
    def test_bytes_have_the_offsets_of_the_text_they_encode(self, text: str) -> None:
        given_text = read_or_none(text.removeprefix("\ufeff"))

        assert read_or_none(text.removeprefix("\ufeff").encode()) == given_text
        assert read_or_none(b"\xef\xbb\xbf" + text.removeprefix("\ufeff").encode()) == given_text
        assert read_or_none(text.removeprefix("\ufeff").encode("utf-16")) == given_text

    @given(st.text("ab é.!\n\r\u2028", max_size=200))
    def test_text_without_labels_loses_no_character_that_is_seen(self, text: str) -> None:
        transcript = read_or_none(text)
        turn_text = "".join(turn.text for turn in transcript.turns) if transcript else ""

        if transcript is not None and any(problem.kind == "left_out" for problem in transcript.problems):
            return  # A letter again and again is a loop, of which one round is read.
        assert turn_text.split() == [] or transcript is not None
        assert "".join(turn_text.split()) == "".join(text.split())

    @given(transcripts)
    def test_canonical_lines_are_speaker_and_words(self, transcript: Transcript) -> None:
        lines = [turn.text if turn.speaker is None else f"{turn.speaker}: {turn.text}" for turn in transcript.turns]

        assert transcript.text == "\n".join(lines)
        assert [transcript.text[turn.start : turn.end] for turn in transcript.turns] == [
            turn.text for turn in transcript.turns
        ]


class TestRoundTrip:
    @given(transcripts)
    def test_vtt_gives_the_same_speakers_words_and_milliseconds(self, transcript: Transcript) -> None:
        again = read_transcript(write_vtt(transcript))

        assert (again.text, again.turns) == (transcript.text, transcript.turns)

    @given(
        st.lists(
            st.tuples(st.sampled_from(NAMES), st.text("abc é.?!,>-\u05d0", min_size=1).filter(str.strip)),
            min_size=1,
            max_size=8,
        ),
        st.lists(st.integers(0, 6000), min_size=8, max_size=8),
    )
    def test_srt_gives_the_same_where_names_look_like_names(
        self, lines: list[tuple[str, str]], pauses: list[int]
    ) -> None:
        rows: list[dict[str, object]] = [{"text": text, "speaker": name, "length": 700} for name, text in lines]
        transcript = read_transcript(as_json(rows, pauses))

        again = read_transcript(write_srt(transcript))

        assert [turn.text for turn in again.turns] == [turn.text.replace("-->", "-- >") for turn in transcript.turns]
        assert [(turn.speaker, turn.start_seconds, turn.end_seconds) for turn in again.turns] == [
            (turn.speaker, turn.start_seconds, turn.end_seconds) for turn in transcript.turns
        ]

    def test_names_and_words_are_escaped_in_vtt(self) -> None:
        transcript = read_transcript(
            '[{"speaker": "R&D <x>", "text": "a --> b & <i>c</i>", "start": 3661.5, "end": 3662}]'
        )

        assert write_vtt(transcript) == (
            "WEBVTT\n\n01:01:01.500 --> 01:01:02.000\n<v R&amp;D &lt;x&gt;>a --&gt; b &amp; &lt;i&gt;c&lt;/i&gt;</v>\n"
        )

    def test_words_that_look_like_a_name_stay_words_in_vtt(self) -> None:
        transcript = read_transcript('[{"text": "Jane: she said", "start": 1, "end": 2}]')

        assert read_transcript(write_vtt(transcript)).turns == transcript.turns

    def test_arrows_are_no_times_in_srt(self) -> None:
        transcript = read_transcript('[{"text": "00:00:01,000 --> 00:00:02,000", "start": 1, "end": 2}]')

        assert write_srt(transcript) == "1\n00:00:01,000 --> 00:00:02,000\n00:00:01,000 -- > 00:00:02,000\n"

    @pytest.mark.parametrize("write", [write_vtt, write_srt])
    @pytest.mark.parametrize(
        ("text", "missing"), [("Jane: hi", "turn 0: has no start"), ("[00:01] Jane: hi", "turn 0: has no end")]
    )
    def test_turns_without_times_cannot_be_subtitles(
        self, write: Callable[[Transcript], str], text: str, missing: str
    ) -> None:
        with pytest.raises(InvalidRequestError, match=missing):
            write(read_transcript(text))


class TestSample:
    @pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
    def test_each_line_is_a_turn_of_its_speaker(self, path: Path) -> None:
        lines = path.read_text(encoding="utf-8").splitlines()

        transcript = read_transcript(path.read_bytes())

        assert len(lines) > 5
        assert [f"{turn.speaker}: {turn.text}" for turn in transcript.turns] == lines
        assert transcript.text == path.read_text(encoding="utf-8")


class TestFormats:
    @pytest.mark.parametrize(
        ("data", "form"),
        [
            ("Jane: hi", "text"),
            ("[00:01] Jane: hi [laughs]", "text"),
            ("{laughs}", "text"),
            ("WEBVTTS are files\n", "text"),
            ("the file begins with WEBVTT\n", "text"),
            ("00:00:01.000 --> 00:00:02.000 Jane: hi", "text"),
            ("WEBVTT\n\n00:01.000 --> 00:02.000\nhi", "vtt"),
            ("\ufeffWEBVTT - title\r\rNOTE x\r\r00:01.000 --> 00:02.000\rhi", "vtt"),
            ("\n\n1\n00:00:01,000 --> 00:00:02,000\nhi", "srt"),
            ("00:00:01.000 --> 00:00:02.000\nhi", "srt"),
            ("A title\n\n1\n00:00:01,000 --> 00:00:02,000\nhi", "srt"),
            ('\ufeff [ {"text": "hi"} ]', "json"),
            ('{"segments": [{"text": "hi"}]}', "json"),
        ],
    )
    def test_the_content_tells(self, data: str, form: TranscriptFormat) -> None:
        transcript = read_transcript(data)

        assert transcript.format == form
        assert transcript.turns[-1].text.startswith(("hi", "{laughs}", "WEBVTTS are", "the file"))

    def test_the_caller_knows_better(self) -> None:
        data = '[{"text": "Jane: hi"}]'

        assert read_transcript(data, format="text").text == data
        with pytest.raises(InvalidRequestError, match="'pdf' is not one of text, vtt, srt, sbv"):
            read_transcript(data, format="pdf")  # type: ignore[arg-type]
        with pytest.raises(InvalidRequestError, match="the data is no docx document"):
            read_transcript(data, format="docx")

    def test_words_of_several_lines_are_one(self) -> None:
        assert one_line(" a\r\n\n b \u2028c ") == "a b c"
