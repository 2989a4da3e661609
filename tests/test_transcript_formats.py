"""The forms that products write, each as a case: the file, and who said what when."""

from __future__ import annotations

import json
from typing import Any

import pytest

from meetkit.errors import InvalidRequestError
from meetkit.insights.transcript import read_transcript
from meetkit.insights.transcript.labels import Label, classify

SpeakerAndText = tuple[str | None, str]
TimedText = tuple[str | None, str, float | None, float | None]


def texts_of(data: str) -> list[SpeakerAndText]:
    return [(turn.speaker, turn.text) for turn in read_transcript(data).turns]


def timed_texts_of(data: str) -> list[TimedText]:
    return [(turn.speaker, turn.text, turn.start_seconds, turn.end_seconds) for turn in read_transcript(data).turns]


JANE, BOB = ("Jane Doe", "Hi."), ("Bob", "Yo, all.")


class TestPlainText:
    @pytest.mark.parametrize(
        "text",
        [
            "Jane Doe: Hi.\nBob: Yo, all.",
            "Jane Doe:Hi.\nBob:Yo, all.",
            "\ufeffJane Doe:\tHi.\r\n\r\nBob :  Yo, all.  \r\n",
            "Jane Doe:\nHi.\n\nBob:\nYo, all.",
            "Jane Doe：Hi.\nBob：Yo, all.",
            "**Jane Doe:** Hi.\n**Bob:** Yo, all.",
            "**Jane Doe**: Hi.\n__Bob__: Yo, all.",
            ">> Jane Doe: Hi.\n>>> Bob: Yo, all.",
            "\u200fJane Doe\u200f: Hi.\x0cBob: Yo, all.",
        ],
    )
    def test_a_name_begins_a_turn(self, text: str) -> None:
        assert texts_of(text) == [JANE, BOB]

    @pytest.mark.parametrize(
        ("text", "times"),
        [
            ("[00:01:02] Jane Doe: Hi.\n[00:01:05.250] Bob: Yo, all.", (62, 65.25)),
            ("(00:01:02) Jane Doe: Hi.\n(1:00:00) Bob: Yo, all.", (62, 3600)),
            ("00:01 Jane Doe: Hi.\n75:10 Bob: Yo, all.", (1, 4510)),
            ("00:01 - Jane Doe: Hi.\n00:09 | Bob: Yo, all.", (1, 9)),
            ("Jane Doe (00:01:02): Hi.\nBob [00:01:03]: Yo, all.", (62, 63)),
            ("**Jane Doe** [0:03]: Hi.\n**Bob** [0:04]: Yo, all.", (3, 4)),
            ("Jane Doe  0:03\nHi.\n\nBob  0:09 \nYo, all.\n", (3, 9)),
            ("Jane Doe 0:03\nHi.\nBob 0:09\nYo, all.\n", (3, 9)),
            ("Jane Doe   \t0:03\nHi.\nBob\t1:00:09\nYo, all.\n", (3, 3609)),
            ("Jane Doe (00:03):\nHi.\n\nBob (00:09):\nYo, all.\n", (3, 9)),
            ("Jane Doe - 00:03\nHi.\nBob - 00:09\nYo, all.", (3, 9)),
            ("0:01 | Jane Doe\nHi.\n0:09 Bob: Yo, all.\n0:10 - Jane Doe\n", (1, 9)),
            ("00:00:00\n\nJane Doe: Hi.\n00:05:00\nBob: Yo, all.", (0, 300)),
            ("Jane Doe [10:15 AM]: Hi.\nBob [10:16 a.m.]: Yo, all.", (0, 60)),
            ("Jane Doe  11:59 PM\nHi.\nBob  12:01 AM\nYo, all.", (0, 120)),
            ("10:15:22 From Jane Doe to Everyone: Hi.\n10:15:30 From  Bob  to  Jane (Direct): Yo, all.", (0, 8)),
            ("[Jane Doe] 10:15:22\nHi.\n\n[Bob] 10:15:29\nYo, all.", (0, 7)),
            ("[15/01/24, 10:15:22] Jane Doe: Hi.\n[15/01/24, 10:15:20] Bob: Yo, all.", (0, 0)),
            ("2024-01-15 10:15:22 Jane Doe: Hi.\n2024-01-16 10:15:22 Bob: Yo, all.", (0, None)),
        ],
    )  # fmt: skip
    def test_a_time_beside_the_name_is_when_the_turn_starts(
        self, text: str, times: tuple[float | None, float | None]
    ) -> None:
        assert timed_texts_of(text) == [(*JANE, times[0], None), (*BOB, times[1], None)]

    def test_a_span_has_an_end(self) -> None:
        text = "[00:00.000 --> 00:04.500]  Hello there\n[00:04.500 --> 00:05.000] and bye."

        assert timed_texts_of(text) == [(None, "Hello there", 0, 4.5), (None, "and bye.", 4.5, 5)]

    def test_times_alone_separate_turns_of_nobody_known(self) -> None:
        assert timed_texts_of("0:00\nhello everyone\n0:03\nwelcome to\n0:06\nthe show") == [
            (None, "hello everyone", 0, None),
            (None, "welcome to", 3, None),
            (None, "the show", 6, None),
        ]

    def test_a_time_without_a_name_among_names_is_somebody_unknown(self) -> None:
        text = "[00:01] Jane: Hi.\n[00:04] Bob: Yo.\n(laughter)\n[00:05] Who is there?"

        assert texts_of(text) == [("Jane", "Hi."), ("Bob", "Yo.\n(laughter)"), (None, "Who is there?")]

    def test_a_time_that_runs_along_stays_with_who_is_speaking(self) -> None:
        assert timed_texts_of("Jane: Long words.\n[00:05:00] More of them.\nBob: Yo.") == [
            ("Jane", "Long words.", None, None),
            ("Jane", "More of them.", 300, None),
            ("Bob", "Yo.", None, None),
        ]

    def test_a_time_that_is_said_is_no_time_of_the_recording(self) -> None:
        text = "Jane: Let us meet at\n10:30 and go on to\n11:30: lunch.\nBob: Yo."

        assert timed_texts_of(text)[0] == ("Jane", "Let us meet at\n10:30 and go on to\n11:30: lunch.", None, None)

    def test_a_line_without_a_name_belongs_to_the_turn_above(self) -> None:
        text = "Jane: One.\ntwo: three?\n\n  four\nBob: Yo."

        assert texts_of(text) == [("Jane", "One.\ntwo: three?\n\n  four"), ("Bob", "Yo.")]

    def test_without_names_a_turn_ends_with_a_sentence_or_a_blank_line(self) -> None:
        text = "A sentence that runs\nover a line.\nAnother\n\nA third (in brackets.)\nlast"

        assert texts_of(text) == [
            (None, "A sentence that runs\nover a line."),
            (None, "Another"),
            (None, "A third (in brackets.)"),
            (None, "last"),
        ]

    def test_text_without_full_stops_has_bounded_turns(self) -> None:
        turns = read_transcript("so we went on and on\n" * 1000).turns

        assert max(len(turn.text) for turn in turns) < 1100

    @pytest.mark.parametrize(
        "line",
        ["Note: see this", "Re: budget", "https://example.com/a: b", "10:30: we met", "Action items: two", "PS: bye",
         "Q: why", "A: because", "Step 2: go", "one thing: this", "I have one question: who?", "From May to June: no",
         "Well... Jane: she left", "std::vector", "1: first", "- Jane: sends it",
         'She said "Jane: hi"', "Next steps (3): x"],
    )  # fmt: skip
    def test_what_is_no_name_is_said_by_who_is_speaking(self, line: str) -> None:
        assert texts_of(f"Jane: Hi.\n{line}\nBob: Yo.") == [("Jane", f"Hi.\n{line}"), ("Bob", "Yo.")]

    def test_a_heading_below_a_blank_line_is_said_by_nobody(self) -> None:
        assert texts_of("Date: May 2\nAttendees: Jane, Bob\n\nJane: Hi.\n\nSummary: all good\nand well") == [
            ("Jane", "Hi."),
            (None, "Summary: all good\nand well"),
        ]

    def test_whom_a_machine_numbered_is_a_speaker_in_small_letters_too(self) -> None:
        transcript = read_transcript("speaker 1: hi there\nspeaker 2: hello\n")
        assert [(turn.speaker, turn.text) for turn in transcript.turns] == [
            ("speaker 1", "hi there"),
            ("speaker 2", "hello"),
        ]

    def test_small_letters_name_somebody_who_speaks_twice(self) -> None:
        assert texts_of("jane: hi\nbob.roe: yo\nso: what?\njane: well\nbob.roe: ok") == [
            ("jane", "hi"),
            ("bob.roe", "yo\nso: what?"),
            ("jane", "well"),
            ("bob.roe", "ok"),
        ]

    def test_a_single_line_of_words_and_a_time_names_nobody(self) -> None:
        assert texts_of("Jane: We go on with\nLunch 12:30\nand stop.") == [
            ("Jane", "We go on with\nLunch 12:30\nand stop.")
        ]

    def test_words_behind_a_time_and_a_rule_are_no_name_unless_they_repeat(self) -> None:
        assert texts_of("0:12 - Thank You\n0:15 - Well Done\n") == [(None, "Thank You"), (None, "Well Done")]

    def test_a_time_before_a_label_that_is_no_name_is_not_said(self) -> None:
        assert timed_texts_of("[0:12] so: well\n[0:15] Note: done") == [
            (None, "so: well", 12, None),
            (None, "Note: done", 15, None),
        ]

    def test_a_is_somebody_where_there_is_a_b(self) -> None:
        assert texts_of("A: Hi.\nB: Yo.\nA: Bye.") == [("A", "Hi."), ("B", "Yo."), ("A", "Bye.")]

    def test_captions_mark_a_change_to_nobody_known(self) -> None:
        assert texts_of(">> MARY: Hi.\n>> Who is it?") == [("MARY", "Hi."), (None, "Who is it?")]

    @pytest.mark.parametrize(
        "name",
        ["Jane", "Jane Doe", "JANE", "Dr. J. Smith", "O'Brien", "Anne-Marie d'Arc", "Ludwig van der Rohe", "Speaker 1",
         "SPEAKER_00", "#Person1#", "A (PM)", "Jane (she/her)", "Doe, Jane", "jane@example.com", "jane@a.org's iPad",
         "+1 555-0100 22", "Nuñez", "Ōe", "山田太郎", "发言人1", "שרה כהן", "محمد علي", "Мария", "Jane & Bob",
         "Jane and Bob", "Ph.D. Roe"],
    )  # fmt: skip
    def test_names_of_many_kinds(self, name: str) -> None:
        assert texts_of(f"{name}: Hi.\nBob: Yo.") == [(name, "Hi."), ("Bob", "Yo.")]

    @pytest.mark.parametrize(
        ("label", "kind"),
        [
            ("jane", Label.UNSURE),
            ("The question", Label.WORDS),
            ("I think, well, no", Label.WORDS),
            ("Is it Jane?", Label.WORDS),
            ("One Two Three Four Five Six Seven", Label.WORDS),
            ("我们今天要讨论的主要问题就是这个", Label.WORDS),
            ("N" * 61, Label.WORDS),
            ("...", Label.WORDS),
            ("", Label.WORDS),
            ("Follow-ups", Label.HEADING),
        ],
    )
    def test_what_a_label_is(self, label: str, kind: Label) -> None:
        assert classify(label) is kind


TEAMS = """WEBVTT

8f3a4b/12-0
00:00:01.000 --> 00:00:03.000
<v Jane Doe>We will send the</v>

8f3a4b/12-1
00:00:03.000 --> 00:00:04.500
<v Jane Doe>report &amp; slides.</v>

8f3a4b/13-0
00:00:09.000 --> 00:00:10.000
<v Jane Doe>After a pause.</v>
<v.loud O&lt;B>Hi.</v>
"""
ZOOM = """WEBVTT

1
00:00:01.000 --> 00:00:03.000
Jane Doe: We will send the

2
00:00:03.200 --> 00:00:04.500
Jane Doe: report.

3
00:00:05.000 --> 00:00:06.000
AT&amp;T Rep: Ok.
Bob: Hm
"""


class TestWebVtt:
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_teams_names_by_voice_tags(self, end: str) -> None:
        assert timed_texts_of(TEAMS.replace("\n", end)) == [
            ("Jane Doe", "We will send the report & slides.", 1, 4.5),
            ("Jane Doe", "After a pause.", 9, 10),
            ("O<B", "Hi.", 9, 10),
        ]

    def test_zoom_names_before_the_words(self) -> None:
        assert timed_texts_of(ZOOM) == [
            ("Jane Doe", "We will send the report.", 1, 4.5),
            ("AT&T Rep", "Ok.", 5, 6),
            ("Bob", "Hm", 5, 6),
        ]

    def test_names_in_small_letters_count_if_they_repeat(self) -> None:
        assert texts_of(ZOOM.replace("Jane Doe", "jane doe"))[0] == ("jane doe", "We will send the report.")
        assert texts_of(ZOOM.replace("Bob", "so"))[-1] == ("AT&T Rep", "Ok. so: Hm")

    def test_overlapping_cues_keep_the_later_end_and_the_order_of_the_file(self) -> None:
        text = "WEBVTT\n" + "".join(
            f"\n00:{start:02}.000 --> 00:{end:02}.000\n<v Jane>{start}\n" for start, end in [(5, 20), (6, 8), (1, 2)]
        )

        assert timed_texts_of(text) == [("Jane", "5 6", 5, 20), ("Jane", "1", 1, 2)]

    def test_comments_styles_regions_settings_and_tags_are_not_said(self) -> None:
        text = (
            "WEBVTT - A title\nKind: captions\nLanguage: en\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:fred\n\n"
            "NOTE\na comment\nof two lines\n\n"
            "00:01.000 --> 1:00:02.5 region:fred align:start position:0%\n"
            "<c.yellow>Hi</c> <i>there</i>,<00:00:01.500> <lang en>x</lang> 1 < 2 <laughs>\nNOTE it well\n\n"
            "NOTE the end\n"
        )

        assert timed_texts_of(text) == [(None, "Hi there, x 1 < 2 <laughs> NOTE it well", 1, 3602.5)]

    def test_words_outside_of_a_voice_are_nobodys(self) -> None:
        cue = "WEBVTT\n\n00:01.000 --> 00:02.000\nBefore <v Jane>hi <v Bob>yo\nall</v> after <v>who"

        assert texts_of(cue) == [(None, "Before"), ("Jane", "hi"), ("Bob", "yo all"), (None, "after who")]

    def test_where_voices_are_tagged_a_colon_names_nobody(self) -> None:
        text = TEAMS + "\n00:00:20.000 --> 00:00:21.000\nBob: is what she said.\n"

        assert texts_of(text)[-1] == (None, "Bob: is what she said.")

    def test_cues_of_nobody_known_end_with_the_sentence(self) -> None:
        cues = ["so we will", "send it.", "And", "then we stop"]
        starts = [0, 2, 4, 10]
        text = "WEBVTT\n" + "".join(
            f"\n00:{at:02}.000 --> 00:{at + 2:02}.000\n{words}\n" for at, words in zip(starts, cues, strict=True)
        )

        assert timed_texts_of(text) == [
            (None, "so we will send it.", 0, 4),
            (None, "And", 4, 6),
            (None, "then we stop", 10, 12),
        ]

    def test_sloppy_times_cost_nothing(self) -> None:
        text = "WEBVTT\n00:01,5-->00:02\nJane: a\n00:00:09.000 --> 00:00:08.000\nBob: b --> c\n\nd"

        assert timed_texts_of(text) == [("Jane", "a", 1.5, 2), ("Bob", "b --> c d", 9, None)]

    @pytest.mark.parametrize(
        "line",
        ["00:00:05.000 -> 00:00:06.000", "00:05.000 -->", "00:05.000 --> soon", "00:05.000 --> 00:06.000 and words"],
    )
    def test_a_line_that_is_almost_a_time_is_named(self, line: str) -> None:
        with pytest.raises(InvalidRequestError, match=r"line 6: .* is not a cue time, such as 00:01:02\.000 --> "):
            read_transcript(f"WEBVTT\n\n00:01.000 --> 00:02.000\na\n\n{line}\nb")


class TestSrt:
    def test_names_tags_and_numbers(self) -> None:
        text = (
            "1\n00:00:01,000 --> 00:00:03,000\n{\\an8}<i>Jane:</i> Hi\nthere.\n- <b>x</b>\n\n"
            "2\n00:00:02,500 --> 00:00:04,000\n<font color='red'>Bob: 5 -> 6 & 10:30 -> 11</font>\n"
        )

        assert timed_texts_of(text) == [("Jane", "Hi there. - x", 1, 3), ("Bob", "5 -> 6 & 10:30 -> 11", 2.5, 4)]

    def test_missing_numbers_and_blank_lines_within_a_cue_cost_no_words(self) -> None:
        text = (
            "00:00:01,000 --> 00:00:02,000\nWe need\n\n42.\n\n"
            "00:00:09,000 --> 00:00:10,000\n7\n\n3\n00:00:20 --> 00:00:21\nx"
        )

        assert texts_of(text) == [(None, "We need 42."), (None, "7"), (None, "x")]

    def test_a_cue_without_a_name_goes_on_with_a_sentence_only(self) -> None:
        text = "".join(
            f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{words}\n\n"
            for n, words in enumerate(["Jane: We will", "send it.", "Who are you?"], start=1)
        )

        assert texts_of(text) == [("Jane", "We will send it."), (None, "Who are you?")]


class TestJson:
    @pytest.mark.parametrize("under", [None, "turns", "segments", "utterances", "transcript"])
    def test_the_minimal_form(self, under: str | None) -> None:
        rows: list[dict[str, Any]] = [
            {"speaker": "Jane", "text": "We will", "start": 0, "end": 1.5},
            {"speaker": "Jane", "text": "send it.", "start": 1.5, "end": 3.0004, "other": {"fields": []}},
            {"text": "Who is that?"},
            {"speaker": None, "text": "Me.\nAgain", "start": None, "end": 9},
        ]

        assert timed_texts_of(json.dumps({under: rows, "language": "en"} if under else rows)) == [
            ("Jane", "We will send it.", 0, 3),
            (None, "Who is that?", None, None),
            (None, "Me. Again", None, 9),
        ]

    def test_whisper_and_whisperx(self) -> None:
        segments = [
            {"id": 0, "seek": 0, "start": 0.0, "end": 1.28, "text": " We will", "tokens": [1, 2], "avg_logprob": -0.2},
            {"id": 1, "seek": 0, "start": 1.28, "end": 2.0, "text": " send it.", "temperature": 0.0},
            {"start": 2.0, "end": 3.0, "text": " Ok.", "speaker": "SPEAKER_01", "words": [{"word": "Ok."}]},
        ]

        assert timed_texts_of(
            json.dumps({"text": " We will send it. Ok.", "segments": segments, "language": "en"})
        ) == [
            (None, "We will send it.", 0, 2),
            ("SPEAKER_01", "Ok.", 2, 3),
        ]

    def test_openai_s_text_alone(self) -> None:
        assert timed_texts_of('{"text": "Hello."}') == [(None, "Hello.", None, None)]

    def test_assemblyai_counts_milliseconds(self) -> None:
        utterances = [{"speaker": "A", "text": "Hi.", "start": 250, "end": 1500, "confidence": 0.9, "words": []}]

        assert timed_texts_of(json.dumps({"utterances": utterances, "audio_duration": 2, "text": "Hi."})) == [
            ("A", "Hi.", 0.25, 1.5)
        ]

    def test_deepgram_numbers_speakers(self) -> None:
        utterances = [{"speaker": 0, "transcript": "Hi.", "start": 0.08, "end": 1.2799999, "channel": 0}]

        assert timed_texts_of(json.dumps({"metadata": {}, "results": {"channels": [], "utterances": utterances}})) == [
            ("Speaker 0", "Hi.", 0.08, 1.28)
        ]

    @pytest.mark.parametrize(
        ("data", "why"),
        [
            ('[{"text": "a"', "not valid JSON: .*line 1, column 14"),
            ("{}", "has no list named turns or segments"),
            ('{"segments": {}}', "has no list named turns or segments"),
            ('{"segments": [{"text": "a"}, 3]}', r"segments\[1\]: 3 is not an object with a text"),
            ('{"results": {"utterances": [{"speaker": 1}]}}', r"results.utterances\[0\]: has no text"),
            ('[{"text": 1}]', r"\[0\].text: 1 is not a string"),
            ('[{"text": "a", "speaker": true}]', r"\[0\].speaker: True is not a string"),
            ('[{"text": "a", "speaker": {"name": true}}]', r"\[0\].speaker: True is not a string"),
            ('[{"text": "a", "start": "soon"}]', r"\[0\].start: 'soon' is not a number of seconds"),
            ('[{"text": "a", "end": true}]', r"\[0\].end: True is not a number"),
            ('[{"text": "a", "start": -1}]', r"\[0\].start: must be a time in seconds, from 0 to 35,999,999, not -1"),
            (
                '[{"text": "a", "start": 1e999}]',
                r"\[0\].start: must be a time in seconds, .* not inf",
            ),
            ('[{"text": "a", "start": 1e17}]', r"\[0\].start: must be a time in seconds, .* not 1e\+17"),
            ('[{"text": "a", "start": NaN}]', "NaN is not a number"),
            ('[{"text": "a", "text": "b"}]', "'text' twice"),
            ('[{"text": "a\\u0000"}]', r"\[0\].text: holds a NUL character"),
            ('[{"text": "a", "speaker": "\\ud800"}]', r"\[0\].speaker: holds .* half of a surrogate pair"),
        ],
    )
    def test_what_is_wrong_is_named_with_its_place(self, data: str, why: str) -> None:
        with pytest.raises(InvalidRequestError, match=why):
            read_transcript(data)
