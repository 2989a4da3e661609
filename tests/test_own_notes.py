"""A person's own notes beside a transcript: a second source, cited as notes, with exact evidence."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import pytest

from meetkit import meeting_service
from meetkit.errors import InvalidRequestError
from meetkit.insights.analysis import analyze
from meetkit.insights.findings import list_findings
from meetkit.insights.own_notes import lines, read_notes
from meetkit.insights.report import render_report
from meetkit.insights.transcript import read_transcript
from meetkit.models.analysis import MeetingContext, MeetingInsights
from meetkit.models.insights import ActionItem, Evidence
from tests.commands import Run

TALK = "Ines Falk: I'll send the supplier list.\nRavi Anand: Good. How was your trip?\nInes Falk: Long.\n"
NOTES = """# Kickoff 📈

## Action items
- [ ] Send the supplier list by Friday
- Ravi: order two desks
- [x] @Ines unlock the store

Decision: we take the corner room
Open question: who pays for the desks?
Nice weather. I'll never do this again.
"""
CONTEXT = MeetingContext(date=dt.date(2026, 3, 2))


def analyzed(notes: str = NOTES, talk: str = TALK) -> MeetingInsights:
    return analyze(read_transcript(talk), context=CONTEXT, notes=notes)


def item_of(insights: MeetingInsights, word: str) -> ActionItem:
    return next(item for item in insights.action_items.items if word in item.task)


def all_evidence(insights: MeetingInsights) -> list[Evidence]:
    findings = list_findings(insights)
    return [
        evidence
        for section in ("action_items", "decisions", "questions")
        for finding in findings[section]
        for evidence in finding.evidence
    ]


def test_what_notes_say_is_added_and_cited_as_notes() -> None:
    insights = analyzed()
    desks, store = item_of(insights, "desks"), item_of(insights, "store")

    assert (desks.task, desks.owner, desks.status) == ("order two desks", "Ravi Anand", "open")
    assert (store.task, store.owner, store.status) == ("unlock the store", "Ines Falk", "done")
    assert [decision.text for decision in insights.decisions.items][-1] == "we take the corner room"
    assert [question.text for question in insights.questions.items][-1] == "who pays for the desks?"
    assert {evidence.source for evidence in desks.evidence} == {"notes"}
    assert not any("weather" in evidence.quote or "never" in evidence.quote for evidence in all_evidence(insights))


def test_evidence_is_exact_in_its_source() -> None:
    insights, transcript = analyzed(), read_transcript(TALK)
    sources = {"transcript": transcript.text, "notes": NOTES}

    assert {evidence.source for evidence in all_evidence(insights)} == set(sources)
    for evidence in all_evidence(insights):
        assert sources[evidence.source][evidence.start : evidence.end] == evidence.quote
        if evidence.source == "notes":
            assert evidence.quote in lines(NOTES)[evidence.turn]


def test_a_task_of_both_is_one_item_with_both_sources() -> None:
    """The notes alone say when; who did the transcript say already."""
    lists = [item for item in analyzed().action_items.items if "supplier" in item.task]

    assert len(lists) == 1
    assert (lists[0].owner, lists[0].deadline and lists[0].deadline.date) == ("Ines Falk", dt.date(2026, 3, 6))
    assert [evidence.source for evidence in lists[0].evidence if evidence.field == "deadline"] == ["notes"]
    assert {evidence.source for evidence in lists[0].evidence} == {"transcript", "notes"}


@pytest.mark.parametrize(
    ("line", "task", "owner"),
    [
        ("TODO Lena: print the badges", "print the badges", "Lena"),
        ("TODO: print the badges (Lena)", "print the badges", "Lena"),
        ("AP Lena: print the badges", "print the badges", "Lena"),
        ("Action: print the badges @Lena", "print the badges", "Lena"),
        ("* [ ] print the badges", "print the badges", None),
        ("1. [ ] Ines: print the badges", "print the badges", "Ines Falk"),
        ("Next steps:\n  • print the badges", "print the badges", None),
        ("- print the badges", None, None),
        ("print the badges", None, None),
        ("# To do\n# Other\n- print the badges", None, None),
        ("- [ ] ", None, None),
        ("TODO: " + "x" * 2000, None, None),
    ],
)
def test_a_line_is_a_task_if_it_says_so(line: str, task: str | None, owner: str | None) -> None:
    items = [item for item in analyzed(line).action_items.items if "supplier" not in item.task]

    assert [(item.task, item.owner) for item in items] == ([(task, owner)] if task else [])


def test_notes_change_neither_statistics_nor_mood() -> None:
    plain, noted = analyze(read_transcript(TALK), context=CONTEXT), analyzed()

    for section in ("statistics", "sentiment", "summary", "topics"):
        assert getattr(noted, section) == getattr(plain, section)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "notes: "),
        (b" \n", "notes: they are empty"),
        (b"\x00\x01\x02" * 99, "notes: "),
        ("x" * 1_000_001, "1,000,000"),
    ],
)
def test_notes_that_are_none_are_one_error(data: str | bytes, why: str) -> None:
    with pytest.raises(InvalidRequestError) as error:
        read_notes(data)

    assert why in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "pattern", ["- [ ] a", "[", "TODO a: ", "@a ", " (a)", "# ", "Decision: by Friday or ", "a a:"]
)
def test_long_notes_take_linear_time(pattern: str) -> None:
    start = time.process_time()
    analyzed(pattern * 20_000)
    analyzed((pattern + "\n") * 1_000)

    assert time.process_time() - start < 10


def test_the_page_has_the_notes_and_leads_to_them() -> None:
    html = render_report(read_transcript(TALK), analyzed(), notes=NOTES)

    assert '<p id="n3" class="words note-line" dir="auto">- Ravi: order two desks</p>' in html
    assert '<a href="#n3">' in html
    assert "own notes, line 4" in html
    with pytest.raises(InvalidRequestError, match="differs from the notes"):
        render_report(read_transcript(TALK), analyzed(), notes="other")


def test_the_command_reads_a_file(meetkit: Run, tmp_path: Path) -> None:
    call, notes = tmp_path / "call.txt", tmp_path / "own.md"
    call.write_text(TALK, "utf-8")
    notes.write_text(NOTES, "utf-8")

    out = meetkit("analyze", call, "--notes", notes, "--why").out
    assert "    words: “Ravi: order two desks” (own notes, line 4)" in out.splitlines()
    assert meetkit("analyze", call, "--notes", notes, "--html", tmp_path / "x.html").code == 0
    assert "cannot read" in meetkit("analyze", call, "--notes", tmp_path).trouble
    assert "--notes cannot be combined with several" in meetkit("analyze", call, notes, "--notes", notes).trouble


def test_a_meeting_keeps_its_notes_until_others_are_given() -> None:
    first = meeting_service.analyze_meeting("meeting_3", TALK, notes=NOTES)
    again = meeting_service.analyze_meeting("meeting_3")

    assert meeting_service.get_notes("meeting_3") == NOTES
    assert [item.task for item in again.action_items.items] == [item.task for item in first.action_items.items]
    on_record = meeting_service.get_meeting("meeting_3").action_items
    assert "notes" in {evidence.source for item in on_record for evidence in item.evidence}
    without = meeting_service.analyze_meeting("meeting_3", notes="")
    assert not any("desks" in item.task for item in without.action_items.items)
    assert meeting_service.get_notes("meeting_3") is None
