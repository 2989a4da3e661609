"""How a transcript was read: its form, the problems met, and where they are shown."""

from __future__ import annotations

from pathlib import Path

from meetkit.insights.analysis import OFFLINE
from meetkit.insights.report import render_report
from meetkit.insights.transcript import read_transcript
from meetkit.models.analysis import MeetingContext
from meetkit.models.transcripts import TranscriptProblem
from tests.commands import Run

NAMELESS = "We will order the new pumps on Monday.\n\nThe old ones go back to the yard.\n"


def test_a_text_without_a_speaker_says_so_and_what_to_do() -> None:
    [problem] = read_transcript(NAMELESS).problems

    assert problem.kind == "no_speakers"
    assert "begin each turn with a name" in problem.text


def test_a_text_with_one_speaker_has_no_problem() -> None:
    assert read_transcript(f"Ann: {NAMELESS}").problems == ()


def test_the_form_is_named() -> None:
    vtt = "WEBVTT\n\n00:01.000 --> 00:02.000\n"
    forms = [read_transcript(data).form for data in ("Ann: Hi.", f"{vtt}Ann: Hi.", f"{vtt}<v Ann>Hi.</v>")]

    assert forms == ["name-colon", "vtt", "vtt-voices"]


def test_the_analysis_carries_how_its_transcript_was_read() -> None:
    transcript = read_transcript(NAMELESS)

    assert OFFLINE.analyze(transcript, MeetingContext()).source == transcript.source


def test_a_summary_of_a_problem_has_its_count_and_place() -> None:
    def summary(**place: int) -> str:
        return TranscriptProblem(kind="merged", text="repeated words", **place).summary

    assert summary() == "repeated words"
    assert summary(turn=4) == "repeated words (at turn 4)"
    assert summary(line=3, count=2) == "repeated words (2 times, first at line 3)"


class TestShown:
    def test_on_the_terminal(self, meetkit: Run, tmp_path: Path) -> None:
        path = tmp_path / "talk.txt"
        path.write_text(NAMELESS)

        out = " ".join(meetkit("analyze", path).out.split())

        assert "Transcript read as: text" in out
        assert "Transcript: no speaker is named" in out

    def test_in_the_report(self) -> None:
        transcript = read_transcript(NAMELESS)

        page = render_report(transcript, OFFLINE.analyze(transcript, MeetingContext()))

        assert '<p class="note source" dir="auto">no speaker is named' in page
