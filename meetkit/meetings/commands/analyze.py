"""`meetkit analyze`: what matters in transcripts of one's own, or of a meeting on record."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import click

from meetkit import meeting_service
from meetkit.cli import database, show
from meetkit.errors import InvalidRequestError, MeetkitError, brief_repr
from meetkit.insights.analysis import Engine
from meetkit.meetings import analyses
from meetkit.meetings.commands import batch, findings, inputs
from meetkit.models.analysis import MeetingContext, MeetingInsights
from meetkit.models.base import CONTROL, parse
from meetkit.runtime import collaborators

_INDEX = "index.html"
_OF_RECORD = {
    "title": "--title",
    "date": "--date",
    "timezone": "--timezone",
    "our_side": "--our",
    "their_side": "--their",
    "contact_id": "--contact",
}


class Output(NamedTuple):
    """Where the findings go: for programs to standard output, to a report, or else to the terminal."""

    as_json: bool
    report: Path | None
    again: bool


@click.command(name="analyze", cls=database.StoreCommand)
@click.argument("files", nargs=-1, metavar="FILE...")
@click.option("--title", help="What the meeting is called; default: the file's name.")
@click.option("--date", metavar="YYYY-MM-DD", help="The day it took place, from which `by Friday` counts.")
@click.option("--timezone", metavar="ZONE", help="That day's time zone, an IANA name; default: UTC.")
@click.option("--our", "our_side", multiple=True, metavar="NAME", help="A speaker on our side; repeatable.")
@click.option("--their", "their_side", multiple=True, metavar="NAME", help="A speaker on their side; repeatable.")
@click.option("--contact", "contact_id", metavar="ID", help="A contact on record, on their side.")
@click.option(
    "--track", "trackers", multiple=True, metavar="NAME=PHRASE,PHRASE", help="Phrases to look for; repeatable."
)
@click.option("--meeting", "meeting_id", metavar="ID", help="A meeting on record: keep the analysis with it.")
@show.as_json_option
@click.option("--html", "report", metavar="REPORT", help="Write a page for the browser; for several files, a folder.")
@click.option("--again", is_flag=True, help="Rebuild reports that are up to date.")
def analyze_(files: tuple[str, ...], meeting_id: str | None, as_json: bool, report: str | None, **given: Any) -> None:
    """Find what matters in a transcript: tasks, decisions, questions, mood, and who talked how much.

    FILE is a text of lines such as `Ann: Hello.`, WebVTT, SRT or JSON; a folder of such files; or `-` for standard
    input. A second run with the same --html goes on where the first was stopped. With several files --json prints a
    line for each, and the exit code is 1 where one could not be analysed.
    """
    if as_json and report is not None:
        raise InvalidRequestError("use --json or --html, not both")
    output = Output(as_json, Path(report) if report is not None else None, given.pop("again"))
    if meeting_id is not None:
        _analyze_meeting(meeting_id, files, output, given)
    elif not files:
        raise InvalidRequestError("name a transcript, a folder of transcripts, or a meeting with --meeting")
    else:
        context, found = _context(**given), inputs.find(files)
        if len(files) > 1 or Path(files[0]).is_dir():
            _analyze_several(found, context, output)
        else:
            _analyze_one(found[0], context, output)


def _engine() -> Engine:
    return analyses.choose_engine(on_usage=collaborators.current_store().add_usage)


def _context(*, contact_id: str | None, trackers: Sequence[str], **given: Any) -> MeetingContext:
    theirs = tuple(given.pop("their_side"))
    if contact_id is not None:
        theirs += (meeting_service.get_contact(contact_id).name,)
    asked = {name: value for name, value in given.items() if value}
    return parse(MeetingContext, {**asked, "their_side": theirs, "trackers": _by_name(trackers)})


def _by_name(trackers: Sequence[str]) -> dict[str, list[str]]:
    """The phrases of each tracker; one that is named twice has the phrases of both."""
    found: dict[str, list[str]] = {}
    for text in trackers:
        name, _, listed = text.partition("=")
        phrases = [phrase.strip() for phrase in listed.split(",") if phrase.strip()]
        if not name.strip() or not phrases:
            raise InvalidRequestError(
                f"--track: use NAME=PHRASE, such as pricing=discount,list price, not {brief_repr(text)}"
            )
        found.setdefault(name.strip(), []).extend(phrases)
    return found


def _analyze_one(source: inputs.Input, context: MeetingContext, output: Output) -> None:
    title = context.title or _title(source.name)
    report = output.report
    if report is not None and os.path.isdir(report):
        report = report / _page_name(source.name)
    out = show.console(stderr=output.as_json)
    with show.working(out, "Analysing …"):
        outcome = batch.run(batch.Task(source, context, title, report, output.again), engine=_engine())
    if outcome.insights is None:
        raise InvalidRequestError(outcome.error or "")
    if report is None:
        _print(title, outcome.insights, as_json=output.as_json)
    else:
        _say_written(report, kept=outcome.kept)


def _analyze_meeting(meeting_id: str, files: Sequence[str], output: Output, given: dict[str, Any]) -> None:
    """Analyse a meeting on record, by its own transcript or by the one of a file."""
    if output.again:
        raise InvalidRequestError("--again does not go with --meeting, which is analysed anew each time")
    trackers = _by_name(given.pop("trackers"))
    if extra := [_OF_RECORD[name] for name, value in given.items() if value]:
        raise InvalidRequestError(f"{extra[0]} does not go with --meeting, whose record says it already")
    sources = inputs.find(files) if files else []
    if len(sources) > 1:
        raise InvalidRequestError("--meeting takes one transcript")
    words = inputs.read(sources[0]) if sources else None
    out = show.console(stderr=output.as_json)
    with show.working(out, "Analysing …"):
        insights = meeting_service.analyze_meeting(meeting_id, words, trackers=trackers)
    title = meeting_service.get_meeting(meeting_id).title
    if output.report is None:
        _print(title, insights, as_json=output.as_json)
    else:
        from meetkit.insights.report import render_report  # noqa: PLC0415  # needed for reports only

        transcript = meeting_service.get_transcript(meeting_id)
        assert transcript is not None, "it was just analysed"
        batch.write_page(output.report, render_report(transcript, insights, title=title))
        _say_written(output.report, kept=False)


def _analyze_several(found: Sequence[inputs.Input], context: MeetingContext, output: Output) -> None:
    if context.title is not None:
        raise InvalidRequestError("--title goes with one file; several files are titled by their names")
    if output.report is not None and os.path.isfile(output.report):
        raise InvalidRequestError(f"{brief_repr(str(output.report))} is a file; reports of several files need a folder")
    tasks = [_task(source, context, output) for source in found]
    outcomes = []
    with show.progress("Analysing", len(tasks)) as advance:
        for outcome in batch.run_all(tasks, engine=_engine()):
            if output.as_json:
                _print_line(outcome)
            outcomes.append(outcome)
            advance(1)
    _conclude(outcomes, output)


def _task(source: inputs.Input, context: MeetingContext, output: Output) -> batch.Task:
    report = output.report / _page_name(source.name) if output.report is not None else None
    return batch.Task(source, context, _title(source.name), report, output.again)


def _conclude(outcomes: Sequence[batch.Outcome], output: Output) -> None:
    """Show several analyses, then what went wrong; the exit code is 1 where something did."""
    done = list(_done(outcomes))
    if output.report is not None:
        _write_index(output.report, done)
        kept = sum(outcome.kept for outcome in outcomes)
        before = f", {kept} of them up to date already" if kept else ""
        click.echo(f"{len(done)} reports{before}: open {show.plain(str(output.report / _INDEX))}")
    elif not output.as_json and done:
        findings.overview(show.console(), [(outcome.task.source.name, insights) for outcome, insights in done])
    if failed := [outcome.error for outcome in outcomes if outcome.error is not None]:
        for error in failed:
            click.echo(show.plain(" ".join(error.split())), err=True)
        raise MeetkitError(f"{len(failed)} of {len(outcomes)} could not be analysed")


def _done(outcomes: Sequence[batch.Outcome]) -> Iterator[tuple[batch.Outcome, MeetingInsights]]:
    for outcome in outcomes:
        if outcome.insights is not None:
            yield outcome, outcome.insights


def _write_index(folder: Path, done: Sequence[tuple[batch.Outcome, MeetingInsights]]) -> None:
    from meetkit.insights.report import IndexEntry, render_index  # noqa: PLC0415  # needed for reports only

    entries = [
        IndexEntry(
            "./" + quote(_page_name(outcome.task.source.name).encode("utf-8", "surrogateescape")), name, insights
        )
        for outcome, insights in done
        for name in [_printable(outcome.task.source.name)]
    ]
    batch.write_page(folder / _INDEX, render_index(entries))


def _print(title: str, insights: MeetingInsights, *, as_json: bool) -> None:
    if as_json:
        show.values(insights)
    else:
        findings.analysis(show.console(), title, insights)


def _print_line(outcome: batch.Outcome) -> None:
    insights = outcome.insights.model_dump(mode="json") if outcome.insights else None
    found = {"error": outcome.error} if insights is None else {"insights": insights}
    click.echo(json.dumps({"file": _printable(outcome.task.source.name), **found}))


def _say_written(report: Path, *, kept: bool) -> None:
    state = "is up to date (use --again to rebuild it)" if kept else "is written; open it in a browser"
    click.echo(f"{show.plain(str(report))} {state}.")


def _page_name(name: str) -> str:
    """Another for each name, and never that of the list, on file systems blind to case neither."""
    return re.sub("^(index_*)$", r"\1_", name, flags=re.IGNORECASE) + ".html"


def _title(name: str) -> str:
    return Path(_printable(name)).stem[:200] or "Meeting"


def _printable(name: str) -> str:
    """A file's name as text: what is no text in it, and what steers terminals, as question marks."""
    return CONTROL.sub("?", name.encode("utf-8", "replace").decode())
