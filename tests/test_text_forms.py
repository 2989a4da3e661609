"""Plain text of tools and people: what is kept out of the words, who is the same person, and what is said once."""

from __future__ import annotations

import datetime as dt

import pytest

from meetkit.insights.transcript import read_transcript


def read(text: str) -> list[tuple[str | None, str]]:
    return [(turn.speaker, " ".join(turn.text.split())) for turn in read_transcript(text).turns]


def kinds_of(text: str) -> set[str]:
    return {problem.kind for problem in read_transcript(text).problems}


class TestSurroundings:
    def test_what_a_head_says_is_context(self) -> None:
        text = (
            "Title: Depot planning\nDate: 14 January 2026\n"
            "Attendees: Mara Quill <mara@example.com>, Jon Pell; Ida Roth\n"
            "Duration: 41 min\n\nMara Quill: Let us begin.\n"
        )
        transcript = read_transcript(text)

        assert [turn.text for turn in transcript.turns] == ["Let us begin."]
        assert transcript.context.title == "Depot planning"
        assert transcript.context.date == dt.date(2026, 1, 14)
        assert transcript.context.people == ("Mara Quill", "Jon Pell", "Ida Roth")
        [problem] = transcript.problems
        assert (problem.kind, problem.count, problem.line) == ("left_out", 4, 1)

    @pytest.mark.parametrize(
        ("line", "title"),
        [
            ("Depot planning - Transcript", "Depot planning"),
            ("# Depot planning", "Depot planning"),
            ("depot-planning.mp3", "depot-planning"),
            ("Depot planning-20260114_140000-Meeting Recording", "Depot planning"),
            ("Transcript of Depot planning", "Depot planning"),
        ],
    )
    def test_a_title_is_without_what_tools_add(self, line: str, title: str) -> None:
        assert read_transcript(f"{line}\n\nMara: Let us begin.\n").context.title == title

    @pytest.mark.parametrize(
        ("line", "date"),
        [
            ("2026-01-14", dt.date(2026, 1, 14)),
            ("Jan 14, 2026", dt.date(2026, 1, 14)),
            ("14. Januar 2026", dt.date(2026, 1, 14)),
            ("14 janvier 2026", dt.date(2026, 1, 14)),
            ("14 de enero de 2026", dt.date(2026, 1, 14)),
            ("14/01/2026", dt.date(2026, 1, 14)),
            ("01/14/2026", dt.date(2026, 1, 14)),
            ("03/04/2026", None),
            ("February 30, 2026", None),
        ],
    )
    def test_a_date_that_means_one_day_is_context(self, line: str, date: dt.date | None) -> None:
        assert read_transcript(f"Date: {line}\nMara: Let us begin.\n").context.date == date

    def test_sentences_above_the_first_name_are_said_by_nobody_known(self) -> None:
        assert read("Well, who is going to begin today?\nMara: I am.\n") == [
            (None, "Well, who is going to begin today?"),
            ("Mara", "I am."),
        ]

    @pytest.mark.parametrize(
        "line",
        ["Copy link", "Show more", "Mara Quill started transcription", "---", "View thread", "Recording stopped",
         "ACTION ITEM: Send them - WATCH: https://example.com/x", "2 replies", "Edited",
         "Transcribed by https://otter.ai"],
    )  # fmt: skip
    def test_lines_of_the_page_are_in_no_turn(self, line: str) -> None:
        text = f"Mara: Let us begin.\n{line}\nJon: Yes, we should.\n{line}\n"

        assert read(text) == [("Mara", "Let us begin."), ("Jon", "Yes, we should.")]
        assert kinds_of(text) == {"left_out"}

    def test_a_speaker_goes_on_below_a_line_of_the_page(self) -> None:
        assert read("Mara: Let us begin.\nCopy link\nWith the plan.\nJon: Yes.\n") == [
            ("Mara", "Let us begin."),
            ("Mara", "With the plan."),
            ("Jon", "Yes."),
        ]

    @pytest.mark.parametrize("word", ["Today", "Reply", "New"])
    def test_a_word_of_the_page_that_is_the_whole_message_is_said(self, word: str) -> None:
        text = f"Mara Quill  10:02 AM\nWhen is it due?\nJon Pell  10:05 AM\n{word}\n"

        assert read(text) == [("Mara Quill", "When is it due?"), ("Jon Pell", word)]

    def test_notes_beside_the_transcript_are_left_out(self) -> None:
        text = "# Depot\n\n## Transcript\n\nMara: Let us begin.\n\n## Action items\n\n- Jon: send the drawings\n"

        assert read(text) == [("Mara", "Let us begin.")]
        assert "notes beside the transcript" in str(read_transcript(text).problems)


class TestPeople:
    @pytest.mark.parametrize(
        ("labels", "name"),
        [
            (("Jon", "Jon (Designer)"), "Jon"),
            (("Jon Pell (Guest)", "Jon Pell"), "Jon Pell"),
            (("jon", "Jon", "JON"), "Jon"),
            (("Jon  Pell", "Jon Pell"), "Jon Pell"),
            (("Jon Pell [External]", "Jon Pell (he/him)", "Jon Pell"), "Jon Pell"),
        ],
    )
    def test_a_person_has_one_name(self, labels: tuple[str, ...], name: str) -> None:
        text = "".join(f"{label}: These are words number {index}.\n" for index, label in enumerate(labels))
        transcript = read_transcript(text)

        assert transcript.speakers == (name,)
        assert kinds_of(text) <= {"merged"}
        assert transcript.text == text

    @pytest.mark.parametrize(
        "labels", [("Jon (Acme)", "Jon (Globex)"), ("Jon Pell", "Jon Bell"), ("Jon", "Jonas"), ("Jon Pell", "Jon")]
    )
    def test_two_people_stay_two(self, labels: tuple[str, ...]) -> None:
        assert read_transcript("".join(f"{label}: Hello.\n" for label in labels)).speakers == labels

    @pytest.mark.parametrize("labels", [("Jon (Acme)", "Jon (Globex)"), ("Jon Pell", "Jon")])
    def test_who_may_be_the_same_is_noted(self, labels: tuple[str, ...]) -> None:
        assert kinds_of("".join(f"{label}: Hello.\n" for label in labels)) == {"doubtful"}

    def test_a_label_alone_keeps_what_is_in_its_brackets(self) -> None:
        assert read_transcript("Jon Pell (Acme): Hello.\nMara: Hi.").speakers == ("Jon Pell (Acme)", "Mara")


class TestSaidOnce:
    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("Jon: I can\nJon: I can send\nJon: I can send it today.\nMara: Good.", "I can send it today."),
            ("[0:01] Jon: I\n[0:01] Jon: I can send it.\n[0:05] Mara: Good.", "I can send it."),
            ("Jon: We will draw the plan.\nJon: We will draw the plan.\nMara: Good.", "We will draw the plan."),
            ("Jon: Right. " + "Thanks for watching! " * 40 + "\nMara: Good.", "Right. Thanks for watching!"),
            ("Jon: so " + "we go on " * 30 + "\nMara: Good.", "so we go on"),
            ("Jon: Well.\n" + "[Music]\n\n" * 3 + "Mara: Good.", "Well. [Music] [Music] [Music]"),
        ],
    )  # fmt: skip
    def test_words_are_read_once(self, text: str, said: str) -> None:
        assert read(text) == [("Jon", said), ("Mara", "Good.")]

    def test_a_loop_of_turns_is_one_turn(self) -> None:
        text = "0:01 Let us begin.\n" + "".join(f"0:{second} Thanks for watching!\n" for second in range(10, 50))

        assert read(text) == [(None, "Let us begin."), (None, "Thanks for watching!")]

    def test_credits_and_music_are_not_said(self) -> None:
        text = "0:01 ♪♪\n0:05 Let us begin.\n0:09 Subtitles by the Example community\n0:12 [Music]\n"

        assert read(text) == [(None, "Let us begin.")]

    def test_a_file_joined_with_itself_is_read_once(self) -> None:
        turns = "[0:01] Mara: Good morning to all of you.\n[0:04] Jon: I will send the drawings.\n"

        assert len(read(turns + turns)) == 2

    def test_times_that_begin_again_are_a_doubt(self) -> None:
        text = "[0:01] Mara: One.\n[9:04] Jon: Two.\n[0:02] Mara: Three.\n"

        assert len(read(text)) == 3
        assert kinds_of(text) == {"doubtful"}

    @pytest.mark.parametrize(
        "text",
        [
            "Jon: No. No. No.\nMara: Yes.\nJon: No.",
            "Jon: Yes.\nJon: Yes, I can.\nMara: Good.",
            "Jon: I can see that very well.\nMara: I can see that very well.\nJon: Good.",
        ],
    )
    def test_what_people_repeat_stays(self, text: str) -> None:
        said = " ".join(" ".join(line.split(": ", 1)[1] for line in text.splitlines()).split())

        assert " ".join(words for _, words in read(text)) == said


class TestDoubts:
    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("Mara: Hi.\nJon: Ho.\nida: I am late.\nMara: Yes.", "ida"),
            ("Mara Quill\nHello.\n\nJon Pell\nHi.\n", "Mara Quill"),
            ("0:12 Mara Quill\nHello.\n0:15\nand so on\n", "Mara Quill"),
        ],
    )
    def test_what_may_be_a_name_is_noted_with_its_place(self, text: str, name: str) -> None:
        doubts = [problem for problem in read_transcript(text).problems if problem.kind == "doubtful"]

        assert doubts
        assert repr(name) in doubts[0].text
        assert doubts[0].line is not None

    def test_a_text_without_speakers_says_how_to_add_them(self) -> None:
        [problem] = read_transcript("We met.\nWe left.").problems

        assert problem.kind == "no_speakers"
        assert "begin each turn with a name" in problem.text

    @pytest.mark.parametrize(
        "text", ["Jon: Hi.\nMara: Ho.\n", "[0:01] Jon: Hi.\n[0:04] Mara: Ho.\n", "Jon  0:01\nHi.\nMara  0:04\nHo.\n"]
    )
    def test_an_ordinary_text_has_no_problems(self, text: str) -> None:
        assert not read_transcript(text).problems


class TestHostile:
    def test_speakers_named_like_times_are_times(self) -> None:
        transcript = read_transcript("10:30: hello there\n11:45: well\n10:30: bye\n")

        assert transcript.speakers == ()
        assert kinds_of(transcript.text) == {"no_speakers"}

    def test_twenty_thousand_speakers(self) -> None:
        transcript = read_transcript("".join(f"Speaker {number}: words of theirs\n" for number in range(20_000)))

        assert len(transcript.speakers) == len(transcript.turns) == 20_000
        assert not transcript.problems

    @pytest.mark.parametrize(
        "text",
        ["word " * 400_000, "Ann (" * 100_000 + ": x", "-" * 399 + "x\n" * 2000, "1h " * 200_000 + "\nAnn: x",
         "Ann" + " " * 500_000 + "(edited)", ("<" * 200 + "\n") * 2000, ("| " * 100 + "\n") * 2000,
         "Thanks! " * 100_000, ("Ann\n0:01\n" * 20_000), ("a b\n" * 100_000), "[Ann] " * 100_000],
        ids=lambda text: repr(text[:9]),
    )  # fmt: skip
    def test_work_grows_with_the_length(self, text: str) -> None:
        transcript = read_transcript(text)

        assert transcript.text == text
        assert all(text[turn.start : turn.end] == turn.text for turn in transcript.turns)


@pytest.mark.parametrize(
    "form",
    [
        "{time} - {name}\n{words}\n\n",
        "{time} {name}\n{words}\n\n",
        "{name}\n{time}\n{words}\n\n",
        "{time}\n{name}\n{words}\n",
        "{name}\n{words}\n\n",
        "- **{name}:** {words}\n",
        "[{name}] {words}\n",
        "{name}: [{time}] {words}\n",
        "{name} [{time}] {words}\n\n",
        "14/01/2026, 10:0{time} - {name}: {words}\n",
        "{name} : {words}\n",
        "1. {name}: {words}\n",
    ],
)
@pytest.mark.parametrize(
    "names", [("Mara Quill", "#Person2#"), ("Dr. Ida Roth (Depot, Inc.)", "Jon"), ("Speaker 1", "Speaker 2")]
)
def test_a_shape_is_read_with_names_of_many_kinds(form: str, names: tuple[str, str]) -> None:
    turns = [(names[index % 2], f"These are the words of line {index}.") for index in range(6)]
    text = "".join(form.format(time=f"0:0{at}", name=name, words=words) for at, (name, words) in enumerate(turns))

    assert read(text) == turns
