"""Transcripts that are none, or mean harm. Where the work grew with the square of the size, these would not end."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetkit.errors import InvalidRequestError
from meetkit.insights.transcript import read_transcript
from meetkit.models.transcripts import TranscriptFormat

MEGA = 1_000_000
CUE = "WEBVTT\n\n00:01.000 --> 00:02.000\n"
WORDS = "some words said here, and more of them to come."


def reads_or_refuses(data: str | bytes, *, form: TranscriptFormat | None = None) -> bool:
    """Return whether the data is read, or refused in one line; other errors pass through."""
    try:
        return bool(read_transcript(data, format=form).turns)
    except InvalidRequestError as error:
        return len(str(error).splitlines()) == 1


class TestNoTranscript:
    @pytest.mark.parametrize(
        ("data", "why"),
        [
            ("", "is empty"),
            (b"", "is empty"),
            (" \r\n\t\u2028\ufeff\n", "is empty"),
            ("Jane:\nBob:\n", "is empty"),
            ("WEBVTT\n\n00:01.000 --> 00:02.000\n\n", "is empty"),
            ("[]", "is empty"),
            ("Jane: a\x00b", "holds a NUL character at position 7"),
            ("Jane: 👋\ud83d", "holds half of a surrogate pair at position 7"),
            (b"Jane: caf\xe9\x90", "is not valid UTF-8 at byte 9"),
            (b"Jane: \xed\xa0\xbd", "is not valid UTF-8 at byte 6"),
            (b"\xff\xfeJ", "is not valid UTF-16 at byte"),
            ("Jane".encode("utf-32"), "holds a NUL character at position"),
            (b"%PDF-1.7\n", "is a PDF document; a transcript is text"),
            (b"PK\x03\x04\x14\x00", "is a damaged Word document or zip archive"),
            (b"\xd0\xcf\x11\xe0\xa1", "is an old Word document"),
            (b"\x00\x00\x00\x20ftypisom", "is a recording"),
            (b"ID3\x04", "is a recording"),
            (b"RIFF\x24\x08\x00\x00WAVEfmt \x10\x00\x00\x00", "is a recording"),
            (b"OggS\x00\x02", "is a recording"),
            (b"GIF89a\x01\x00\x01\x00\x80\x00\x00", "is a picture"),
            ("\x01\x02\x03 Jane: hi", "looks binary"),
            ("a" * 10_000_001, "has 10,000,001 characters; at most 10,000,000 are read"),
        ],
    )  # fmt: skip
    def test_is_told_why(self, data: str | bytes, why: str) -> None:
        with pytest.raises(InvalidRequestError, match=why):
            read_transcript(data)

    @pytest.mark.parametrize("name", ["RIFF", "ID3", "GIF8", "OggS", "fLaC", "Gus ftyp"])
    def test_is_text_though_it_begins_like_a_binary_file(self, name: str) -> None:
        words = f"{name}: Hello.\nAnn: Hi, café.\n"
        for data in (words, words.encode(), "%PDF-1.7: " + words):
            assert read_transcript(data).turns[-1].speaker == "Ann"

    @given(
        st.binary(max_size=200) | st.binary(max_size=40).map(lambda tail: b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + tail)
    )
    def test_bytes_are_read_or_refused(self, data: bytes) -> None:
        assert reads_or_refuses(data)

    @given(
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["segments", "text", "start", "x"]), inner),
        )
    )
    def test_json_of_any_form_is_read_or_refused(self, data: object) -> None:
        assert reads_or_refuses(json.dumps(data), form="json")

    @pytest.mark.parametrize("data", ['[{"a":' * 200_000, '{"segments":' + "[" * MEGA])
    def test_json_too_deep_is_told_so(self, data: str) -> None:
        with pytest.raises(InvalidRequestError, match="nested too deeply"):
            read_transcript(data)

    def test_a_number_of_too_many_digits_is_told_so(self) -> None:
        with pytest.raises(InvalidRequestError, match="too many digits"):
            read_transcript('[{"text": "a", "start": ' + "1" * MEGA + "}]")

    def test_one_control_character_is_no_reason(self) -> None:
        assert read_transcript(f"Jane: {WORDS}\x07 {WORDS}").turns[0].text == f"{WORDS}\x07 {WORDS}"


class TestSize:
    def test_five_megabytes_of_plain_text(self) -> None:
        text = "".join(f"[{n // 3600}:{n // 60 % 60:02}:{n % 60:02}] Speaker {n % 7}: {WORDS}\n" for n in range(75_000))

        transcript = read_transcript(text)

        assert len(text) > 5 * MEGA
        assert (len(transcript.turns), transcript.turns[-1].text, transcript.turns[-1].end) == (
            75_000,
            WORDS,
            len(text) - 1,
        )
        assert transcript.turns[-1].start_seconds == 74_999

    @pytest.mark.parametrize(
        ("header", "cue"),
        [
            ("WEBVTT\n\n", "{at}.000 --> {at}.900\n<v Jane {n}>{said}</v>\n\n"),
            ("", "{at},000 --> {at},900\nJane {n}: {said}\n\n"),
        ],
    )  # fmt: skip
    def test_five_megabytes_of_cues(self, header: str, cue: str) -> None:
        times = (f"{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}" for n in range(60_000))
        text = header + "".join(cue.format(at=at, n=n % 2, said=WORDS) for n, at in enumerate(times))

        transcript = read_transcript(text)

        assert len(text) > 5 * MEGA
        assert transcript.turns[-1].end_seconds == 59_999.9
        assert sum(turn.text.count(WORDS) for turn in transcript.turns) == 60_000

    @pytest.mark.parametrize("length", [199, 200, 201, 100_000])
    def test_a_name_too_long_for_a_line_is_no_name(self, length: int) -> None:
        [turn] = read_transcript(f"{CUE}<v {'N' * length}>hi").turns

        assert turn.text == "hi"
        assert turn.speaker == ("N" * length if length <= 200 else None)

    def test_a_name_is_one_line_without_control_characters(self) -> None:
        [turn] = read_transcript('[{"speaker": " Jane\\n\\t\\u0007Doe\\u2028 ", "text": "hi"}]').turns

        assert turn.speaker == "Jane Doe"

    @pytest.mark.parametrize("name", ["", "  ", "\u200f", "\n"])
    def test_a_blank_name_is_nobody(self, name: str) -> None:
        [turn] = read_transcript(json.dumps([{"speaker": name, "text": "hi"}])).turns

        assert turn.speaker is None


class TestWork:
    """Inputs on which careless patterns need hours."""

    @pytest.mark.parametrize(
        "text",
        [
            " " * 100_000 + "x",
            "x" * MEGA,
            ":" * MEGA,
            "a:" * 500_000,
            "Jane" + " " * MEGA + ": x",
            "*" * MEGA + ":x",
            ">" * MEGA,
            "1" * MEGA + ":",
            "00:00 " * 200_000,
            "[00:" * 250_000,
            "\u200f" * MEGA + ": x",
            "\r" * MEGA + "x",
            "." + "\"'" * 500_000,
            ("a." * 40 + ": x\n") * 10_000,
            ("Jane  " * 9 + " 10:15 x\n") * 10_000,
            ("00:01 From " + "to " * 20 + ": x\n") * 10_000,
            ("(" * 58 + ": x\n") * 10_000,
        ],
        ids=lambda text: repr(text[:12]),
    )
    def test_plain_text(self, text: str) -> None:
        transcript = read_transcript(text)

        assert sum(len(turn.text) for turn in transcript.turns) <= len(text)
        assert transcript.text == text

    @pytest.mark.parametrize("start", [CUE, "1\n00:00:01,000 --> 00:00:02,000\n"], ids=["vtt", "srt"])
    @pytest.mark.parametrize(
        "text",
        [
            "<",
            "<v ",
            "<v.a",
            "<i ",
            "</v>",
            "<v A>x",
            "&",
            "&#1",
            "&amp;",
            " ",
            "\n",
            "{\\",
            "NOTE\n\n",
            "1",
            "00:01.000 ",
        ],
    )
    def test_cues(self, start: str, text: str) -> None:
        transcript = read_transcript(start + text * (MEGA // 2 // len(text)) + "\nend.")

        assert transcript.turns[-1].text.endswith("end.")

    def test_random_letters_of_all_formats(self) -> None:
        letters = random.Random(4).choices('\n\r:<>-/v &[]{}()0123456789.,AbC\u200f\u2028"*_|', k=300_000)

        for form in ("text", "vtt", "srt"):
            transcript = read_transcript(f"00:00:01,000 --> 00:00:02,000\n{''.join(letters)}", format=form)
            assert len(transcript.text) > 1000
