"""Corrections of action items: wrong ones do not come back, changed ones stay changed, missed ones stay."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from meetkit import meeting_service
from meetkit.errors import ConflictError, InvalidRequestError
from meetkit.insights.analysis import analyze
from meetkit.insights.corrections import (
    MAX_BYTES,
    apply_corrections,
    check_corrections,
    combine_corrections,
    read_corrections,
)
from meetkit.insights.transcript import read_transcript
from meetkit.models.analysis import MeetingInsights
from meetkit.models.corrections import Corrections, ItemCorrection
from meetkit.models.insights import ActionItem, Deadline
from meetkit.models.transcripts import Transcript
from tests.commands import Run

TALK = (
    "Ines Falk: I'll send you the budget by Friday.\n"
    "Ravi Anand: Thanks. I'll call the printer tomorrow.\n"
    "Ines Falk: And somebody has to water the plants.\n"
)
MEETING = "meeting_3"


def read(text: str = TALK) -> tuple[Transcript, MeetingInsights]:
    transcript = read_transcript(text)
    return transcript, analyze(transcript)


def item_of(insights: MeetingInsights, word: str) -> ActionItem:
    return next(item for item in insights.action_items.items if word in item.task)


def tasks(insights: MeetingInsights) -> list[str]:
    return [item.task for item in insights.action_items.items]


def corrections_of(insights: MeetingInsights, *items: ItemCorrection) -> Corrections:
    return Corrections(transcript_sha256=insights.transcript_sha256, items=items)


def typical(insights: MeetingInsights) -> Corrections:
    """The printer's item is wrong, that of the budget is Ravi's by another day, and one was missed."""
    budget = item_of(insights, "budget")
    day = Deadline.model_validate({"phrase": "2026-01-15", "anchor": None, "timezone": "UTC", "date": "2026-01-15"})
    changed = budget.model_copy(update={"task": "Send Ines the budget", "owner": "Ravi Anand", "deadline": day})
    return corrections_of(
        insights,
        ItemCorrection(before=item_of(insights, "printer")),
        ItemCorrection(before=budget, after=changed),
        ItemCorrection.model_validate(
            {"after": {"task": "Water the plants", "owner": None}, "quote": "somebody has to water the plants"}
        ),
    )


class TestLibrary:
    def test_the_next_analysis_respects_them(self) -> None:
        transcript, insights = read()
        corrected = analyze(transcript, corrections=check_corrections(typical(insights), transcript))

        assert tasks(corrected) == ["Send Ines the budget", "Water the plants"]
        budget, plants = corrected.action_items.items
        assert (budget.owner, budget.deadline and str(budget.deadline.date)) == ("Ravi Anand", "2026-01-15")
        assert [quote.quote for quote in plants.evidence] == ["somebody has to water the plants"]
        for item in corrected.action_items.items:
            for quote in item.evidence:
                assert transcript.text[quote.start : quote.end] == quote.quote

    def test_the_evidence_of_what_a_person_changed_is_gone(self) -> None:
        transcript, insights = read()
        valid = check_corrections(typical(insights), transcript)
        after = valid.items[1].after
        assert after is not None

        assert {quote.field for quote in item_of(insights, "budget").evidence} >= {"owner", "deadline"}
        assert not {"task", "owner", "deadline"} & {quote.field for quote in after.evidence}

    def test_a_reworded_item_at_the_same_place_is_the_corrected_one(self) -> None:
        """As another version of the engine may word it."""
        transcript, insights = read()
        printer = item_of(insights, "printer")
        reworded = printer.model_copy(update={"id": "other", "task": "Ring the printer's up"})
        section = insights.action_items.model_copy(update={"items": (reworded,)})
        later = insights.model_copy(update={"action_items": section})
        wrong = corrections_of(insights, ItemCorrection(before=printer))

        assert tasks(apply_corrections(later, wrong, transcript)) == []

    def test_an_item_in_the_same_words_elsewhere_stays(self) -> None:
        transcript, insights = read(TALK + "Ravi Anand: Sorry.\nIda Moor: I'll call the printer tomorrow.\n")
        first, second = (item for item in insights.action_items.items if "printer" in item.task)
        corrected = apply_corrections(insights, corrections_of(insights, ItemCorrection(before=first)), transcript)

        assert first not in corrected.action_items.items
        assert second in corrected.action_items.items

    def test_later_corrections_of_an_item_win_and_the_case_keeps_what_was_shown_first(self) -> None:
        _, insights = read()
        budget = item_of(insights, "budget")
        one, two = (budget.model_copy(update={"task": task}) for task in ("One", "Two"))
        former = corrections_of(insights, ItemCorrection(before=budget, after=one))

        changed = combine_corrections(former, corrections_of(insights, ItemCorrection(before=one, after=two)))
        assert changed.items == (ItemCorrection(before=budget, after=two),)
        removed = combine_corrections(changed, corrections_of(insights, ItemCorrection(before=two)))
        assert removed.items == (ItemCorrection(before=budget),)

    def test_an_item_that_was_added_and_removed_leaves_no_case(self) -> None:
        _, insights = read()
        item = ActionItem(id="x", task="Water the plants")
        former = corrections_of(insights, ItemCorrection(after=item))

        assert combine_corrections(former, corrections_of(insights, ItemCorrection(before=item))).items == ()


def changed_file(change: Any) -> bytes:
    """Return a file of corrections with a change."""
    _, insights = read()
    data = json.loads(typical(insights).model_dump_json())
    change(data)
    return json.dumps(data).encode()


HOSTILE: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "corrections: "),
    "no JSON": (b"<html>", "corrections: "),
    "not UTF-8": (b"\xff\xfe{}", "corrections: "),
    "a list": (b"[]", "corrections: "),
    "too deep": (b"[" * 100_000, "corrections: "),
    "an unknown field": (changed_file(lambda data: data.update(run="rm")), "unknown field 'run'"),
    "no fingerprint": (changed_file(lambda data: data.pop("transcript_sha256")), "transcript_sha256: "),
    "another transcript": (
        changed_file(lambda data: data.update(transcript_sha256="0" * 64)),
        "they belong to another transcript",
    ),
    "an empty correction": (changed_file(lambda data: data["items"].append({})), "before and after are both missing"),
    "another id": (
        changed_file(lambda data: data["items"][1]["after"].update(id="x")),
        "a changed item keeps the id",
    ),
    "a quote of nothing": (
        changed_file(lambda data: data["items"][0].update(quote="printer")),
        "quote: only where there is an item",
    ),
    "words that nobody said": (
        changed_file(lambda data: data["items"][2].update(quote="feed the dragon")),
        "items.2.quote: 'feed the dragon' is not in one turn of the transcript",
    ),
    "evidence that is none": (
        changed_file(lambda data: data["items"][0]["before"]["evidence"][0].update(quote="Call him")),
        "items.0: the transcript does not have its evidence",
    ),
    "a turn that is none": (
        changed_file(lambda data: data["items"][0]["before"]["evidence"][0].update(turn=10**18)),
        "items.0: the transcript does not have its evidence",
    ),
    "a task of many lines": (
        changed_file(lambda data: data["items"][2]["after"].update(owner="a\nb")),
        "items.2.after.owner",
    ),
    "too many": (
        changed_file(lambda data: data["items"].extend([{"after": {"task": "x"}}] * 300)),
        "at most 200",
    ),
    "too large": (b" " * (MAX_BYTES + 1), "more than 10 MB"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_one_clear_error(name: str) -> None:
    data, why = HOSTILE[name]
    transcript, _ = read()

    with pytest.raises((InvalidRequestError, ConflictError)) as error:
        check_corrections(read_corrections(data), transcript)

    assert why in str(error.value)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 1000


class TestStored:
    def test_the_record_changes_at_once_and_further_analyses_keep_it(self) -> None:
        insights = meeting_service.analyze_meeting(MEETING, TALK)
        budget = item_of(insights, "budget")
        meeting_service.complete_action_item(MEETING, budget.id)

        corrected = meeting_service.correct_meeting(MEETING, typical(insights))
        expected = ["Send Ines the budget", "Water the plants"]

        assert tasks(corrected) == expected
        assert meeting_service.get_insights(MEETING) == corrected
        assert [item.task for item in meeting_service.get_meeting(MEETING).action_items] == expected
        assert meeting_service.get_meeting(MEETING).action_items[0].status == "done"
        for _ in range(2):
            assert tasks(meeting_service.analyze_meeting(MEETING, TALK)) == expected
            assert [item.task for item in meeting_service.get_meeting(MEETING).action_items] == expected

    def test_of_another_transcript_are_refused(self) -> None:
        insights = meeting_service.analyze_meeting(MEETING, TALK)
        meeting_service.analyze_meeting(MEETING, TALK + "Ravi Anand: Bye.\n")

        with pytest.raises(ConflictError, match="they belong to another transcript"):
            meeting_service.correct_meeting(MEETING, typical(insights))

    def test_need_an_analysis(self) -> None:
        with pytest.raises(ValueError, match="no analysis of a meeting"):
            meeting_service.correct_meeting("meeting_1", {"transcript_sha256": "0" * 64})


class TestCommand:
    @pytest.fixture
    def files(self, tmp_path: Path) -> tuple[Path, Path]:
        """A transcript and corrections of its analysis, in another folder."""
        (tmp_path / "calls").mkdir()
        call, corrections = tmp_path / "calls" / "call.txt", tmp_path / "corrections.json"
        call.write_text(TALK, "utf-8")
        corrections.write_text(typical(read()[1]).model_dump_json(), "utf-8")
        return call, corrections

    def test_keeps_them_beside_the_transcript_for_the_next_analysis(
        self, meetkit: Run, files: tuple[Path, Path]
    ) -> None:
        call, corrections = files
        page = call.with_name("call.html")
        assert meetkit("analyze", call, "--html", page).code == 0

        assert "3 corrections kept in" in meetkit("correct", corrections, call).out
        insights = MeetingInsights.model_validate_json(meetkit("analyze", call, "--json").out)
        assert tasks(insights) == ["Send Ines the budget", "Water the plants"]
        again = meetkit("analyze", call, "--html", page)
        assert "is written" in again.out, again.err
        assert "Water the plants" in page.read_text("utf-8")
        assert "is up to date" in meetkit("analyze", call, "--html", page).out

    def test_a_folder_of_transcripts_does_not_read_them_as_one(self, meetkit: Run, files: tuple[Path, Path]) -> None:
        call, corrections = files
        assert meetkit("correct", corrections, call).code == 0

        lines = meetkit("analyze", call.parent, "--json").out.splitlines()
        assert [json.loads(line)["file"] for line in lines] == ["call.txt"]
        assert "Water the plants" in lines[0]

    def test_corrects_a_stored_meeting(self, meetkit: Run, files: tuple[Path, Path]) -> None:
        call, corrections = files
        assert meetkit("analyze", call, "--meeting", MEETING).code == 0

        assert (
            meetkit("correct", corrections, "--meeting", MEETING).out == f"3 corrections of meeting {MEETING} kept.\n"
        )
        items = meeting_service.get_meeting(MEETING).action_items
        assert [item.task for item in items] == ["Send Ines the budget", "Water the plants"]

    def test_mistakes_are_one_line(self, meetkit: Run, files: tuple[Path, Path], tmp_path: Path) -> None:
        call, corrections = files
        other = tmp_path / "other.txt"
        other.write_text("Ann: Hello.\n", "utf-8")
        for arguments, why in (
            ((corrections,), "give the transcript that was analyzed, or --meeting"),
            ((corrections, call, "--meeting", MEETING), "give the transcript that was analyzed, or --meeting"),
            ((corrections, other), "they belong to another transcript"),
            ((call, call), "'call.txt': corrections: "),
            ((tmp_path / "gone", call), "No such file"),
            ((corrections, "--meeting", "nope"), "no meeting with id 'nope'"),
        ):
            assert why.replace("'call.txt'", "call.txt'") in meetkit("correct", *arguments).trouble

    def test_a_damaged_file_beside_a_transcript_is_named(self, meetkit: Run, files: tuple[Path, Path]) -> None:
        files[0].with_name("call.txt.corrections.json").write_text("{", "utf-8")

        assert "'call.txt.corrections.json': corrections: " in meetkit("analyze", files[0]).trouble
