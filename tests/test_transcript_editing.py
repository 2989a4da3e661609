"""Changes of transcripts: speakers are renamed and merged, recordings joined; evidence stays exact."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from meetkit import meeting_service
from meetkit.errors import InvalidRequestError
from meetkit.insights.analysis import analyze
from meetkit.insights.corrections import check_corrections
from meetkit.insights.findings import list_findings
from meetkit.insights.transcript import (
    join_transcripts,
    merge_speakers,
    read_transcript,
    rename_speakers,
    write_json,
    write_vtt,
)
from meetkit.models.corrections import Corrections
from meetkit.models.transcripts import Transcript
from tests.commands import Run

TALK = "Speaker 1: Hello 📈.\nI'll send the invoice by Friday.\nTobi: Thanks.\nTobi B.: Bye.\nSpeaker 1: Bye.\n"
MEETING = "meeting_3"


def vtt(*turns: tuple[float, str, str]) -> Transcript:
    segments = [{"start": start, "end": start + 1, "speaker": name, "text": words} for start, name, words in turns]
    return read_transcript(json.dumps(segments))


def said(transcript: Transcript) -> list[tuple[str | None, str]]:
    return [(turn.speaker, turn.text) for turn in transcript.turns]


def assert_exact(transcript: Transcript) -> None:
    """Every quote of an analysis is where it says, and what is written is read as the same turns."""
    for part in list_findings(analyze(transcript)).values():
        for finding in part:
            for quote in finding.evidence:
                assert transcript.text[quote.start : quote.end] == quote.quote
                assert transcript.turns[quote.turn].speaker == quote.speaker
    again = read_transcript(write_json(transcript))
    assert (again.text, again.turns) == (transcript.text, transcript.turns)


class TestLibrary:
    def test_a_speaker_gets_another_name(self) -> None:
        transcript = rename_speakers(read_transcript(TALK), {"Speaker 1": " Ida  Moor "})

        assert transcript.speakers == ("Ida Moor", "Tobi", "Tobi B.")
        assert said(transcript)[0] == ("Ida Moor", "Hello 📈. I'll send the invoice by Friday.")
        assert_exact(transcript)
        assert analyze(transcript).action_items.items[0].owner == "Ida Moor"

    def test_two_names_become_one_person(self) -> None:
        transcript = merge_speakers(read_transcript(TALK), ["Tobi", "Tobi B."], into="Tobias Brandt")

        assert said(transcript)[1:] == [("Tobias Brandt", "Thanks. Bye."), ("Speaker 1", "Bye.")]
        assert_exact(transcript)

    def test_names_can_be_exchanged(self) -> None:
        transcript = rename_speakers(read_transcript("A: One.\nB: Two.\n"), {"A": "B", "B": "A"})

        assert said(transcript) == [("B", "One."), ("A", "Two.")]

    def test_a_recording_follows_the_other(self) -> None:
        joined = join_transcripts(vtt((0, "Ida", "One.")), vtt((7300, "Tobi", "Two.")))

        assert [(turn.start_seconds, turn.end_seconds) for turn in joined.turns] == [(0, 1), (7301, 7302)]
        assert_exact(joined)

    def test_recordings_that_overlap_are_one_in_order_of_time(self) -> None:
        first = vtt((0, "Ida", "One."), (10, "Tobi", "Two."), (20, "Ida", "Two."))
        second = vtt((0.5, "Tobi", "Two."), (5, "Lea", "I'll call them."), (30, "Ida", "Three."))

        joined = join_transcripts(first, second, offset_seconds=10)

        assert said(joined) == [
            ("Ida", "One."),
            ("Tobi", "Two."),
            ("Lea", "I'll call them."),
            ("Ida", "Two."),
            ("Ida", "Three."),
        ]
        assert [turn.start_seconds for turn in joined.turns] == [0, 10, 15, 20, 40]
        assert_exact(joined)

    def test_texts_without_times_are_joined_one_after_the_other(self) -> None:
        joined = join_transcripts(read_transcript("Ann: One.\n"), read_transcript("Ben: Two.\nNone at all.\n"))

        assert said(joined) == [("Ann", "One."), ("Ben", "Two. None at all.")]
        assert_exact(joined)

    @pytest.mark.parametrize(
        ("names", "why"),
        [
            ({"Nobody": "X"}, "'Nobody' is no speaker of the transcript; its speakers are 'Speaker 1', 'Tobi'"),
            ({"Tobi": " "}, "' ' is no name of a speaker"),
            ({"Tobi": "x" * 201}, "is no name of a speaker"),
            ({"Tobi": "\u202e\n"}, "is no name of a speaker"),
        ],
    )
    def test_a_name_that_is_none_is_one_error(self, names: dict[str, str], why: str) -> None:
        with pytest.raises(InvalidRequestError, match=why):
            rename_speakers(read_transcript(TALK), names)

    @pytest.mark.parametrize("offset", [-1, float("nan"), float("inf")])
    def test_an_offset_that_is_none_is_one_error(self, offset: float) -> None:
        with pytest.raises(InvalidRequestError, match="offset: seconds from the start"):
            join_transcripts(vtt((0, "A", "x")), vtt((0, "A", "y")), offset_seconds=offset)

    def test_an_offset_needs_times(self) -> None:
        with pytest.raises(InvalidRequestError, match="offset: both transcripts need times"):
            join_transcripts(read_transcript("A: x\n"), vtt((0, "A", "y")), offset_seconds=1)


class TestStored:
    def test_speakers_of_a_meeting_are_renamed_with_its_items_and_corrections(self) -> None:
        insights = meeting_service.analyze_meeting(MEETING, TALK)
        missed = {"after": {"task": "Wave", "owner": "Tobi"}, "quote": "Thanks."}
        wrong = {"before": insights.action_items.items[0].model_dump(mode="json")}
        corrections = {"transcript_sha256": insights.transcript_sha256, "items": [missed, wrong]}
        assert check_corrections(Corrections.model_validate(corrections), read_transcript(TALK))
        meeting_service.correct_meeting(MEETING, corrections)

        renamed = meeting_service.rename_speakers(MEETING, {"Speaker 1": "Ida Moor", "Tobi B.": "Tobi"})
        transcript = meeting_service.get_transcript(MEETING)

        assert transcript is not None
        assert transcript.speakers == ("Ida Moor", "Tobi")
        assert [item.task for item in renamed.action_items.items] == ["Wave"]
        quote = renamed.action_items.items[0].evidence[0]
        assert transcript.text[quote.start : quote.end] == quote.quote == "Thanks"

    def test_a_second_recording_is_joined(self) -> None:
        meeting_service.analyze_meeting(MEETING, write_vtt(vtt((0, "Ida", "One."))))

        insights = meeting_service.join_recording(MEETING, "Ida: I'll call the bank.\n")
        transcript = meeting_service.get_transcript(MEETING)

        assert transcript is not None
        assert "call the bank" in transcript.turns[-1].text
        assert "bank" in insights.action_items.items[0].task


class TestCommand:
    @pytest.fixture
    def call(self, tmp_path: Path) -> Path:
        file = tmp_path / "call.txt"
        file.write_text(TALK, "utf-8")
        return file

    def test_renames_merges_and_joins(self, meetkit: Run, call: Path) -> None:
        renamed = call.with_name("renamed.json")

        assert "4 turns" in meetkit("transcript", "rename", call, "Speaker 1=Ida Moor", "--out", renamed).out
        assert read_transcript(renamed.read_bytes()).speakers == ("Ida Moor", "Tobi", "Tobi B.")
        merged = meetkit("transcript", "merge", renamed, "Tobi", "Tobi B.", "--into", "Tobi").out
        assert read_transcript(merged).speakers == ("Ida Moor", "Tobi")
        joined = meetkit("transcript", "join", call, renamed).out
        assert read_transcript(joined).speakers == ("Speaker 1", "Tobi", "Tobi B.", "Ida Moor")

    def test_mistakes_are_one_line(self, meetkit: Run, call: Path) -> None:
        for arguments, why in (
            (("rename", call, "Tobi"), "use OLD=NEW, such as 'Speaker 1=Ann Berg', not 'Tobi'"),
            (("rename", call, "X=Y"), "'X' is no speaker of the transcript"),
            (("rename", call, "Tobi=T", "--out", call), "--out: a name that ends in .json, .vtt, .srt"),
            (("rename", call, "Tobi=T", "--out", call.with_name("x.vtt")), "has no start"),
            (("join", call, call, "--offset", "3"), "offset: both transcripts need times"),
            (("join", call, call.with_name("gone")), "No such file"),
        ):
            assert why in meetkit("transcript", *arguments).trouble

    def test_a_file_is_never_replaced(self, meetkit: Run, call: Path) -> None:
        out = call.with_name("x.json")
        out.write_text("mine", "utf-8")

        assert "exists; use another name" in meetkit("transcript", "rename", call, "Tobi=T", "--out", out).trouble
        assert out.read_text("utf-8") == "mine"
