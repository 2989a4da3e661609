"""`meetkit analyze`: one transcript, a folder of them, or a stored meeting; as text, JSON or reports."""

from __future__ import annotations

import datetime as dt
import errno
import io
import json
import os
import re
import signal
import subprocess
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from rich.console import Console

from meetkit import meeting_service
from meetkit.insights.transcript import read_transcript
from meetkit.insights.transcript.fingerprints import fingerprint
from meetkit.meetings.commands import findings, inputs
from meetkit.models.analysis import MeetingInsights
from tests.analyses import HOSTILE_NAMES, everything, example
from tests.commands import Result, Run, in_process
from tests.model_doubles import Answer, SectionModel, Turns, truthful

CALL = Path(__file__).parents[1] / "examples" / "call.txt"
WORDS = "Ann: Hello Bob, I'll send the plan by Friday.\nBob: Thanks, Ann. What does it cost?\n"
COMPLAINT = (
    "Sarah Chen: Great to see you, I love how well this goes.\n"
    "Jennifer Liu: We are very unhappy. The outage was terrible, and support was a disaster.\n"
    "Sarah Chen: Wonderful, thanks for being so open.\n"
    "Jennifer Liu: We are frustrated, and we may cancel the contract and go to a competitor.\n"
)


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    """A folder with three transcripts, two with the same name, and with other files."""
    folder = tmp_path / "calls"
    (folder / "2025").mkdir(parents=True)
    (folder / ".hidden").mkdir()
    for name in ("a.txt", "b.txt", "2025/a.txt"):
        (folder / name).write_text(f"{WORDS}Ann: This is {name}.\n")
    (folder / "notes.pdf").write_bytes(b"%PDF")
    (folder / ".hidden" / "c.txt").write_text(WORDS)
    (folder / ".d.txt").write_text(WORDS)
    (folder / "loop").symlink_to(folder)
    (folder / "dangling.txt").symlink_to(folder / "gone")
    return folder


def opened_by_reader(pipe: Path) -> int:
    """Open a named pipe for writing, once another process reads it."""
    end = time.monotonic() + 120
    while True:
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno != errno.ENXIO or time.monotonic() > end:
                raise
        time.sleep(0.01)


def insights_of(result: Result) -> MeetingInsights:
    """Return the insights that `--json` printed of one transcript."""
    return MeetingInsights.model_validate_json(result.out)


def made_at(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in folder.rglob("*.txt.html")}


class TestOne:
    def test_json_is_the_analysis(self, meetkit: Run) -> None:
        insights = MeetingInsights.model_validate_json(meetkit("analyze", CALL, "--json").out)

        assert insights.transcript_sha256 == fingerprint(read_transcript(CALL.read_bytes()))

    def test_is_shown_under_its_title(self, meetkit: Run) -> None:
        assert meetkit("analyze", CALL).out.startswith("call\n")
        assert meetkit("analyze", CALL, "--title", "Pilot [bold]").out.startswith("Pilot [bold]\n")

    @pytest.mark.parametrize("arguments", [("analyze", CALL), ("analyze", CALL, CALL)])
    def test_lines_in_a_pipe_end_with_their_words(self, meetkit: Run, arguments: tuple[object, ...]) -> None:
        lines = meetkit(*arguments).out.splitlines()

        assert any("  " in line for line in lines)
        assert [line for line in lines if line != line.rstrip()] == []

    def test_html_is_a_report(self, meetkit: Run, tmp_path: Path) -> None:
        report = tmp_path / "call.html"

        assert "is written; open it in a browser." in meetkit("analyze", CALL, "--html", report).out
        assert '<h1 dir="auto">call</h1>' in report.read_text("utf-8")
        assert "Maya Rosenthal" in report.read_text("utf-8")

    def test_standard_input_is_a_file_too(self) -> None:
        process = subprocess.run(
            in_process("analyze", "-", "--json"), input=WORDS.encode(), capture_output=True, check=True, timeout=60
        )

        MeetingInsights.model_validate_json(process.stdout)

    def test_options_give_the_context(self, meetkit: Run) -> None:
        facts = ("--date", "2025-11-03", "--timezone", "Europe/Berlin", "--our", "Maya Rosenthal")
        track = ("--track", "price=price,quote", "--track", "dock=dock", "--track", "price=ceiling")

        plain = insights_of(meetkit("analyze", CALL, "--json"))
        insights = insights_of(meetkit("analyze", CALL, *facts, "--their", "Owen Tremblay", *track, "--json"))

        assert Counter(mention.tracker for mention in insights.trackers.mentions) == {"price": 4, "dock": 2}
        assert {mention.evidence.quote.lower() for mention in insights.trackers.mentions} == {
            "price",
            "quote",
            "ceiling",
            "dock",
        }
        quote = next(item for item in insights.action_items.items if "revised quote" in item.task)
        assert quote.deadline is not None
        assert (quote.deadline.date, quote.deadline.timezone) == (dt.date(2025, 11, 5), "Europe/Berlin")
        assert plain.trackers.mentions == ()
        assert all(item.deadline is None or item.deadline.date is None for item in plain.action_items.items)

    def test_the_words_of_the_summary_are_bounded(self, meetkit: Run) -> None:
        bounded = insights_of(meetkit("analyze", CALL, "--summary-words", "30", "--json"))
        assert 0 < len(bounded.summary.text.split()) <= 30

    def test_a_side_is_a_name_or_a_stored_contact(self, meetkit: Run, tmp_path: Path) -> None:
        """Health is measured on the words of the other side."""
        file = tmp_path / "call.txt"
        file.write_text(COMPLAINT * 4)
        sides = (("--their", "Jennifer Liu"), ("--contact", "contact_1"), ("--our", "Sarah Chen"))
        health = [insights_of(meetkit("analyze", file, *side, "--json")).sentiment.health for side in sides]
        reverse = insights_of(meetkit("analyze", file, "--our", "Jennifer Liu", "--json")).sentiment.health

        assert health[0] is not None
        assert health[0].label == "at_risk"
        assert health == [health[0]] * 3
        assert reverse is None or reverse.score > health[0].score


class TestTerminal:
    def test_shows_each_part(self) -> None:
        out = io.StringIO()
        findings.print_analysis(
            Console(file=out, width=120, highlight=False, markup=False), "Call", everything(example())
        )

        for words in (
            "A report will come.",
            "Send the report   Sarah Chen  by Friday (2025-11-07)  high",
            "Ask legal (done)  nobody yet  -",
            "- Take 50 seats",
            "- Jennifer Liu: What does it cost?",
            "- Name the price",
            "mixed, the relationship at risk",
            "▇▅▂",
            "Sarah Chen    ███████████████   50 %  12 words",
            "- seats",
            "- money: the price.",
            "Made by: offline, grok-4",
            "Action items: 2 left out, as the transcript does not support them",
            "Topics: by the offline engine, as the model failed: the model did not answer in time",
        ):
            assert words in out.getvalue()

    def test_cannot_be_steered(self) -> None:
        out = io.StringIO()
        hostile = example(("[red]A\u202e", HOSTILE_NAMES[0], HOSTILE_NAMES[1]))
        findings.print_analysis(
            Console(file=out, width=120, highlight=False, markup=False), "\x1b[2J", everything(hostile)
        )

        assert "\x1b" not in out.getvalue()
        assert "[red]A" in out.getvalue()


class TestSeveral:
    def test_json_is_a_line_each(self, meetkit: Run, calls: Path) -> None:
        (calls / "empty.txt").write_text(" \n")
        result = meetkit("analyze", calls, "--json")
        lines = [json.loads(line) for line in result.out.splitlines()]

        assert [line["file"] for line in lines] == ["2025/a.txt", "a.txt", "b.txt", "empty.txt"]
        assert all(MeetingInsights.model_validate(line["insights"]) for line in lines[:3])
        assert lines[3]["error"] == "'empty.txt' is empty"
        assert (result.code, result.err) == (
            1,
            "'empty.txt' is empty\nmeetkit: 1 of 4 could not be analyzed\n",
        )

    def test_are_shown_a_line_each(self, meetkit: Run, calls: Path) -> None:
        out = meetkit("analyze", calls / "a.txt", calls / "2025" / "a.txt").out

        assert re.search(r"^Call +To do +Decided +Open questions +Mood +Relationship", out)
        assert re.search(r"^2025/a\.txt ", out, re.MULTILINE)

    def test_html_is_a_folder_of_reports_and_a_page_that_lists_them(
        self, meetkit: Run, calls: Path, tmp_path: Path
    ) -> None:
        reports = tmp_path / "reports"

        assert meetkit("analyze", calls, "--html", reports).out == f"3 reports: open {reports}/index.html\n"
        index = (reports / "index.html").read_text("utf-8")
        assert re.findall(r'href="(.*?)"', index) == ["./2025/a.txt.html", "./a.txt.html", "./b.txt.html"]
        assert "This is b.txt." in (reports / "b.txt.html").read_text("utf-8")
        assert not list(reports.rglob("*.part"))

    def test_reports_that_are_up_to_date_are_not_rebuilt(self, meetkit: Run, calls: Path, tmp_path: Path) -> None:
        """A report is rebuilt when the transcript or the context changes, or the report is damaged."""
        reports = tmp_path / "reports"
        meetkit("analyze", calls, "--html", reports)
        first = made_at(reports)
        (calls / "a.txt").write_text(WORDS)
        (reports / "b.txt.html").write_text((reports / "b.txt.html").read_text("utf-8")[:900])

        assert "3 reports, 1 of them up to date already" in meetkit("analyze", calls, "--html", reports).out
        second = made_at(reports)
        assert [name for name in first if first[name] == second[name]] == ["2025/a.txt.html"]
        for change in (("--date", "2025-11-03"), ("--date", "2025-11-03", "--again")):
            assert "up to date" not in meetkit("analyze", calls, "--html", reports, *change).out

    def test_a_report_with_a_failed_section_is_rebuilt(self, meetkit: Run, calls: Path, tmp_path: Path) -> None:
        again = ("analyze", calls, "--html", tmp_path / "reports")
        with meeting_service.use(llm=SectionModel({})):
            assert meetkit(*again).out.startswith("3 reports:")

        with meeting_service.use(llm=truthful()):
            assert meetkit(*again).out.startswith("3 reports:")
            assert meetkit(*again).out.startswith("3 reports, 3 of them up to date already:")

    def test_a_model_gets_two_files_at_a_time(self, meetkit: Run, tmp_path: Path) -> None:
        pairs, lock = threading.Barrier(2, timeout=60), threading.Lock()
        under_way: list[int] = []
        now = 0

        def summary(_: Turns) -> Answer:
            nonlocal now
            with lock:
                now += 1
                under_way.append(now)
            pairs.wait()
            with lock:
                now -= 1
            pairs.wait()
            return {"sentences": []}

        files = [tmp_path / f"{number}.txt" for number in range(6)]
        for file in files:
            file.write_text(WORDS)
        with meeting_service.use(llm=SectionModel({"summary": summary})):
            assert meetkit("analyze", *files, "--json").code == 0
        assert sorted(under_way) == [1, 1, 1, 2, 2, 2]

    def test_an_interrupted_run_continues_where_it_stopped(self, meetkit: Run, tmp_path: Path) -> None:
        """Its processes wait for pipes without a writer, so that it cannot end before the interrupt."""
        reports, pipes = tmp_path / "reports", [tmp_path / f"1{n:03}.txt" for n in range(os.cpu_count() or 1)]
        files = [tmp_path / f"{number}.txt" for number in range(3)]
        for file in files:
            file.write_text(WORDS)
        for pipe in pipes:
            os.mkfifo(pipe)
        command = ("analyze", *files, *pipes, "--html", reports)
        running = subprocess.Popen(
            in_process(*command),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            # Who runs the tests in the background may have it ignored.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509  # no threads here
        )
        writers = [opened_by_reader(pipe) for pipe in pipes]
        os.killpg(running.pid, signal.SIGINT)
        for writer in writers:
            os.write(writer, WORDS.encode())
            os.close(writer)
        out, err = running.communicate(timeout=120)

        assert (running.returncode, out) == (130, b"")
        assert err.strip() == b"meetkit: interrupted"
        before = len(made_at(reports))
        assert before >= len(files)
        for pipe in pipes:
            pipe.unlink()
            pipe.write_text(WORDS)
        assert f"{len(files + pipes)} reports, {before} of them up to date already" in meetkit(*command).out

    def test_a_transcript_named_index_does_not_replace_the_index(self, meetkit: Run, tmp_path: Path) -> None:
        files = [tmp_path / name for name in ("index", "Index_", "call.txt")]
        for file in files:
            file.write_text(f"{WORDS}Ann: This is {file.name}.\n")
        reports = tmp_path / "reports"

        assert meetkit("analyze", *files, "--html", reports).out.startswith("3 reports:")
        assert meetkit("analyze", files[0], "--html", reports).code == 0
        index = (reports / "index.html").read_text("utf-8")
        assert re.findall(r'href="(.*?)"', index) == ["./index_.html", "./Index__.html", "./call.txt.html"]
        assert "This is index." in (reports / "index_.html").read_text("utf-8")
        assert "This is Index_." in (reports / "Index__.html").read_text("utf-8")

    def test_names_of_any_kind_are_printed_and_linked(self, meetkit: Run, tmp_path: Path) -> None:
        folder = tmp_path / "calls"
        folder.mkdir()
        odd = ["line\nbreak\x1b[2J.txt", os.fsdecode(b"\xff.txt"), "#?%&<b>.txt", "-.txt"]
        for name in odd:
            (folder / name).write_text(WORDS)
        reports = tmp_path / "reports"

        assert meetkit("analyze", folder, "--html", reports).code == 0
        assert set(made_at(reports)) == {f"{name}.html" for name in odd}
        index = (reports / "index.html").read_text("utf-8")
        assert 'href="./%FF.txt.html"' in index
        assert 'href="./%23%3F%25%26%3Cb%3E.txt.html"' in index
        assert "\x1b" not in index + meetkit("analyze", folder).out + meetkit("analyze", folder, "--json").out


class TestMeeting:
    def test_is_analysed_and_the_analysis_is_stored(self, meetkit: Run) -> None:
        insights = meetkit("analyze", "--meeting", "hist_meeting_1", "--json").out

        assert MeetingInsights.model_validate_json(insights) == meeting_service.get_insights("hist_meeting_1")

    def test_is_searched_for_phrases(self, meetkit: Run) -> None:
        insights = insights_of(meetkit("analyze", CALL, "--meeting", "meeting_3", "--track", "dock=dock", "--json"))

        assert [(mention.tracker, mention.evidence.quote) for mention in insights.trackers.mentions] == [
            ("dock", "dock")
        ] * 2
        assert meeting_service.get_insights("meeting_3") == insights

    def test_takes_the_transcript_of_a_file(self, meetkit: Run, tmp_path: Path) -> None:
        report = tmp_path / "report.html"

        assert meetkit("analyze", CALL, "--meeting", "meeting_3", "--html", report).code == 0
        assert "<title>Contract Negotiation</title>" in report.read_text("utf-8")


class TestNotes:
    def test_markdown_goes_to_a_file_or_standard_output(self, meetkit: Run, tmp_path: Path) -> None:
        note = tmp_path / "note.md"

        assert "note.md is written." in meetkit("analyze", CALL, "--markdown", note).out.replace("\n", "")
        printed = meetkit("analyze", CALL, "--markdown", "-").out
        assert printed.startswith("# call\n")
        assert note.read_text("utf-8").startswith(printed)

    def test_a_note_for_obsidian_has_the_day_and_the_template(self, meetkit: Run, tmp_path: Path) -> None:
        template = tmp_path / "team.toml"
        template.write_text('[sections]\naction_items = "Versprochen"\n', "utf-8")

        note = meetkit("analyze", CALL, "--date", "2025-11-17", "--template", template, "--obsidian", "-").out

        assert "\ndate: 2025-11-17\n" in note
        assert [line for line in note.splitlines() if line.startswith("## ")] == ["## Versprochen"]
        assert re.search(r"^- \[ \] .* \(\[\[Maya Rosenthal\]\], .*\) 📅 2025-11-19$", note, re.MULTILINE)

    def test_the_terminal_follows_the_template_and_says_why(self, meetkit: Run) -> None:
        out = meetkit("analyze", CALL, "--template", "sales", "--why").out

        assert out.index("Promised") < out.index("Next steps") < out.index("The call")
        assert "Decided" not in out
        assert "    due: “by Wednesday” (Maya Rosenthal, turn 7)" in out.splitlines()

    def test_of_a_stored_meeting_have_its_title_and_day(self, meetkit: Run) -> None:
        note = meetkit("analyze", "--meeting", "hist_meeting_1", "--obsidian", "-").out
        meeting = meeting_service.get_meeting("hist_meeting_1")

        assert f"# {meeting.title}\n" in note
        assert f"\ndate: {meeting.date.date()}\n" in note

    def test_beside_transcripts_are_not_read_as_transcripts(self, meetkit: Run, calls: Path) -> None:
        for _ in range(2):
            assert "3 notes in" in meetkit("analyze", calls, "--markdown", calls).out
        assert sorted(str(file.relative_to(calls)) for file in calls.rglob("*.md")) == [
            "2025/a.txt.md",
            "a.txt.md",
            "b.txt.md",
        ]

    def test_that_somebody_changed_are_not_replaced(self, meetkit: Run, tmp_path: Path) -> None:
        note = tmp_path / "note.md"
        assert meetkit("analyze", CALL, "--markdown", note).code == 0
        assert meetkit("analyze", CALL, "--obsidian", note).code == 0
        changed = note.read_text("utf-8").replace("- [ ]", "- [x]")
        note.write_text(changed, "utf-8")

        assert "was changed since" in meetkit("analyze", CALL, "--markdown", note).trouble
        assert note.read_text("utf-8") == changed


class TestMistakes:
    @pytest.mark.parametrize(
        ("arguments", "why"),
        [
            ((), "give a transcript, a folder of transcripts, or --meeting"),
            (("gone.txt",), "no such file or folder: 'gone.txt'"),
            ((CALL, "--json", "--html", "x"), "use --json or --html, not both"),
            ((CALL, "--markdown", "x", "--obsidian", "y"), "use --markdown or --obsidian, not both"),
            ((CALL, "--template", "none"), "template: 'none' is not one of minutes, sales, standup"),
            ((CALL, "--template", CALL), "template: "),
            ((CALL, "--template", CALL.parent), "cannot read"),
            ((CALL, CALL.parent / "maya.ics", "--markdown", "-"), "reports of several files need a folder"),
            ((CALL, "--date", "friday"), "date: "),
            ((CALL, "--timezone", "Berlin"), "unknown time zone 'Berlin'"),
            ((CALL, "--track", "price"), "--track: use NAME=PHRASE"),
            ((CALL, "--contact", "nobody"), "no contact with id 'nobody'"),
            (("--meeting", "nope"), "no meeting with id 'nope'"),
            (("--meeting", "meeting_1"), "meeting 'meeting_1' has no transcript yet; give one"),
            (("--meeting", "hist_meeting_1", "--title", "x"), "--title cannot be combined with --meeting"),
            (("--meeting", "hist_meeting_1", "--contact", "contact_1"), "--contact cannot be combined with --meeting"),
            (("--meeting", "hist_meeting_1", "--again"), "--again cannot be combined with --meeting"),
            (("--meeting", "hist_meeting_1", "--track", "price"), "--track: use NAME=PHRASE"),
            ((CALL, CALL.parent / "maya.ics", "--meeting", "meeting_1"), "--meeting takes one transcript"),
            ((CALL, CALL.parent / "maya.ics", "--title", "x"), "--title cannot be combined with several files"),
            ((CALL, "--html", CALL), "already exists and is not a meetkit report"),
            ((CALL, "--html", CALL / "x.html"), "cannot write"),
            ((CALL, CALL.parent / "maya.ics", "--html", CALL), "reports of several files need a folder"),
        ],
    )
    def test_is_one_line(self, meetkit: Run, arguments: tuple[object, ...], why: str) -> None:
        assert why in meetkit("analyze", *arguments).trouble

    def test_a_file_that_is_no_transcript_is_named(self, meetkit: Run, tmp_path: Path) -> None:
        file = tmp_path / "x.txt"
        for content, why in (
            (b"", "is empty"),
            (b" \n\t\n", "is empty"),
            (b"\x00\xff\xfe\x80" * 100, "x.txt"),
            (b"A: " + b"x" * inputs.MAX_BYTES, "has more than 40 MB"),
        ):
            file.write_bytes(content)
            trouble = meetkit("analyze", file).trouble
            assert "x.txt" in trouble
            assert why in trouble

    def test_a_folder_without_transcripts_is_named(self, meetkit: Run, tmp_path: Path) -> None:
        assert "holds no transcript: no file ending in .csv, .dfxp" in meetkit("analyze", tmp_path).trouble

    def test_a_file_that_cannot_be_read_is_named(self, meetkit: Run) -> None:
        if not Path("/proc/self/mem").exists():
            pytest.skip("this system has no /proc/self/mem")

        assert "cannot read 'mem': Input/output error" in meetkit("analyze", "/proc/self/mem").trouble

    def test_a_report_that_cannot_be_written_leaves_nothing_behind(self, meetkit: Run, tmp_path: Path) -> None:
        (tmp_path / "report.html" / "x").mkdir(parents=True)
        long = tmp_path / ("x" * 300)

        assert "cannot write" in meetkit("analyze", CALL, "--html", long).trouble
        assert [path.name for path in tmp_path.iterdir()] == ["report.html"]

    def test_the_terminal_shows_risks_in_their_words_and_the_day_in_the_file(
        self, meetkit: Run, tmp_path: Path
    ) -> None:
        call = tmp_path / "call.txt"
        threat = "If that isn't fixed by March, we will look at another vendor again."
        call.write_text(f"Date: 2 March 2026\n\nAnn: How is the pilot?\nBen: The export fails. {threat}\n", "utf-8")

        out = " ".join(meetkit("analyze", call).out.split())

        assert "the relationship at risk" in out
        assert f"“{threat}” (Ben, turn 2)" in out
        assert "Day in the transcript: 2026-03-02; deadlines count from it with --date" in out

    def test_a_transcript_comes_from_standard_input_or_it_is_closed(
        self, meetkit: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"Ann: I'll send the offer on Friday.\n")))
        assert "Send the offer" in meetkit("analyze", "-").out

        monkeypatch.setattr("sys.stdin", None)
        assert meetkit("analyze", "-").trouble == "standard input is closed"
