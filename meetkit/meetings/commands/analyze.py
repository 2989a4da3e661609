"""`meetkit analyze`: analysis of transcript files, or of a stored meeting."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import click

from meetkit.cli import database, output, terminal
from meetkit.errors import InvalidRequestError, MeetkitError, brief_repr
from meetkit.insights.analysis import Engine
from meetkit.meetings import analyses, service
from meetkit.meetings.commands import batch, findings, inputs
from meetkit.models.analysis import MeetingContext, MeetingInsights
from meetkit.models.base import CONTROL, parse
from meetkit.runtime import collaborators

_INDEX = "index.html"
# Options that a stored meeting has its own values for.
_OPTIONS_OF_FILES = {
    "title": "--title",
    "date": "--date",
    "timezone": "--timezone",
    "our_side": "--our",
    "their_side": "--their",
    "contact_id": "--contact",
}


class Output(NamedTuple):
    """The form of the findings: JSON, a report, or else text on the terminal. `again` rebuilds current reports."""

    as_json: bool
    report: Path | None
    again: bool


@click.command(cls=database.StoreCommand)
@click.argument("files", nargs=-1, metavar="FILE...")
@click.option("--title", help="The title of the meeting; default: the file's name.")
@click.option("--date", metavar="YYYY-MM-DD", help="The day of the meeting, from which `by Friday` counts.")
@click.option("--timezone", metavar="ZONE", help="The time zone of that day, an IANA name; default: UTC.")
@click.option("--our", "our_side", multiple=True, metavar="NAME", help="A speaker on our side; repeatable.")
@click.option("--their", "their_side", multiple=True, metavar="NAME", help="A speaker on their side; repeatable.")
@click.option("--contact", "contact_id", metavar="ID", help="The id of a contact, on their side.")
@click.option("--track", "trackers", multiple=True, metavar="NAME=PHRASE,PHRASE", help="Phrases to track; repeatable.")
@click.option("--summary-words", type=click.IntRange(10, 2000), help="Words of the summary at most; default: 110.")
@click.option(
    "--meeting", "meeting_id", metavar="ID", help="Analyze this stored meeting, and store the analysis with it."
)
@output.as_json_option
@click.option("--html", "report", metavar="REPORT", help="Write a report in HTML; for several files, a folder of them.")
@click.option("--again", is_flag=True, help="Rebuild reports that are up to date.")
def analyze(files: tuple[str, ...], meeting_id: str | None, as_json: bool, report: str | None, **options: Any) -> None:
    """Find the tasks, decisions, questions, mood and talk time in a transcript.

    FILE is a text of lines such as `Ann: Hello.`, WebVTT, SRT or JSON; a folder of such files; or `-` for standard
    input. A second run with the same --html continues where the first stopped. With several files, --json prints a
    line for each, and the exit code is 1 if one could not be analyzed.
    """
    if as_json and report is not None:
        raise InvalidRequestError("use --json or --html, not both")
    form = Output(as_json, Path(report) if report is not None else None, options.pop("again"))
    if meeting_id is not None:
        _analyze_meeting(meeting_id, files, form, options)
    elif not files:
        raise InvalidRequestError("give a transcript, a folder of transcripts, or --meeting")
    else:
        context, sources = _context(**options), inputs.find(files)
        if len(files) > 1 or Path(files[0]).is_dir():
            _analyze_several(sources, context, form)
        else:
            _analyze_one(sources[0], context, form)


def _engine() -> Engine:
    return analyses.choose_engine(on_usage=collaborators.current_store().add_usage)


def _context(*, contact_id: str | None, trackers: Sequence[str], **options: Any) -> MeetingContext:
    their_side = tuple(options.pop("their_side"))
    if contact_id is not None:
        their_side += (service.get_contact(contact_id).name,)
    facts = {name: value for name, value in options.items() if value}
    return parse(MeetingContext, {**facts, "their_side": their_side, "trackers": _trackers(trackers)})


def _trackers(options: Sequence[str]) -> dict[str, list[str]]:
    """Return the phrases of each tracker; options with the same name add up."""
    trackers: dict[str, list[str]] = {}
    for text in options:
        name, _, values = text.partition("=")
        phrases = [phrase.strip() for phrase in values.split(",") if phrase.strip()]
        if not name.strip() or not phrases:
            raise InvalidRequestError(
                f"--track: use NAME=PHRASE, such as pricing=discount,list price, not {brief_repr(text)}"
            )
        trackers.setdefault(name.strip(), []).extend(phrases)
    return trackers


def _analyze_one(source: inputs.Input, context: MeetingContext, form: Output) -> None:
    title = context.title or _title(source.name)
    report = form.report
    # A folder takes the report under the transcript's name, as it does of several.
    if report is not None and os.path.isdir(report):
        report = report / _page_name(source.name)
    out = terminal.console(stderr=form.as_json)
    with terminal.status(out, "Analyzing …"):
        outcome = batch.run(batch.Task(source, context, title, report, form.again), engine=_engine())
    if outcome.insights is None:
        raise InvalidRequestError(outcome.error or "")
    if report is None:
        _print(title, outcome.insights, as_json=form.as_json)
    else:
        _print_written(report, is_current=outcome.is_current)


def _analyze_meeting(meeting_id: str, files: Sequence[str], form: Output, options: dict[str, Any]) -> None:
    """Analyze a stored meeting, from its own transcript or from a file."""
    if form.again:
        raise InvalidRequestError("--again cannot be combined with --meeting, which always analyzes again")
    trackers, summary_words = _trackers(options.pop("trackers")), options.pop("summary_words")
    if extra := [_OPTIONS_OF_FILES[name] for name, value in options.items() if value]:
        raise InvalidRequestError(f"{extra[0]} cannot be combined with --meeting: the stored meeting has its own")
    sources = inputs.find(files) if files else []
    if len(sources) > 1:
        raise InvalidRequestError("--meeting takes one transcript")
    content = inputs.read(sources[0]) if sources else None
    out = terminal.console(stderr=form.as_json)
    with terminal.status(out, "Analyzing …"):
        insights = service.analyze_meeting(meeting_id, content, trackers=trackers, summary_words=summary_words)
    meeting = service.get_meeting(meeting_id, transcript=False)
    if form.report is None:
        _print(meeting.title, insights, as_json=form.as_json)
    else:
        from meetkit.insights.report import render_report  # noqa: PLC0415  # needed for reports only

        transcript = service.get_transcript(meeting_id)
        assert transcript is not None, "it was just analyzed"
        batch.write_page(form.report, render_report(transcript, insights, meeting=meeting))
        _print_written(form.report, is_current=False)


def _analyze_several(sources: Sequence[inputs.Input], context: MeetingContext, form: Output) -> None:
    if context.title is not None:
        raise InvalidRequestError("--title cannot be combined with several files, whose names are their titles")
    if form.report is not None and os.path.isfile(form.report):
        raise InvalidRequestError(f"{brief_repr(str(form.report))} is a file; reports of several files need a folder")
    tasks = [_task(source, context, form) for source in sources]
    outcomes = []
    with terminal.progress("Analyzing", len(tasks)) as advance:
        for outcome in batch.run_all(tasks, engine=_engine()):
            # At once, so that a program can read the first while the others are analyzed.
            if form.as_json:
                _print_line(outcome)
            outcomes.append(outcome)
            advance(1)
    _conclude(outcomes, form)


def _task(source: inputs.Input, context: MeetingContext, form: Output) -> batch.Task:
    report = form.report / _page_name(source.name) if form.report is not None else None
    return batch.Task(source, context, _title(source.name), report, form.again)


def _conclude(outcomes: Sequence[batch.Outcome], form: Output) -> None:
    """Print several analyses, then the errors; if there are any, the exit code is 1."""
    analyses = list(_analyses(outcomes))
    if form.report is not None:
        _write_index(form.report, analyses)
        current_reports = sum(outcome.is_current for outcome in outcomes)
        note = f", {current_reports} of them up to date already" if current_reports else ""
        click.echo(f"{len(analyses)} reports{note}: open {output.sanitize(str(form.report / _INDEX))}")
    elif not form.as_json and analyses:
        rows = [(outcome.task.source.name, insights) for outcome, insights in analyses]
        findings.print_overview(terminal.console(), rows)
    if errors := [outcome.error for outcome in outcomes if outcome.error is not None]:
        for error in errors:
            click.echo(output.one_line(error), err=True)
        raise MeetkitError(f"{len(errors)} of {len(outcomes)} could not be analyzed")


def _analyses(outcomes: Sequence[batch.Outcome]) -> Iterator[tuple[batch.Outcome, MeetingInsights]]:
    for outcome in outcomes:
        if outcome.insights is not None:
            yield outcome, outcome.insights


def _write_index(folder: Path, analyses: Sequence[tuple[batch.Outcome, MeetingInsights]]) -> None:
    from meetkit.insights.report import IndexEntry, render_index  # noqa: PLC0415  # needed for reports only

    # A name may hold bytes that are no text; a link needs them as they are.
    entries = [
        IndexEntry(
            "./" + quote(_page_name(outcome.task.source.name).encode("utf-8", "surrogateescape")), name, insights
        )
        for outcome, insights in analyses
        for name in [_printable(outcome.task.source.name)]
    ]
    batch.write_page(folder / _INDEX, render_index(entries))


def _print(title: str, insights: MeetingInsights, *, as_json: bool) -> None:
    if as_json:
        output.print_json(insights)
    else:
        findings.print_analysis(terminal.console(), title, insights)


def _print_line(outcome: batch.Outcome) -> None:
    insights = outcome.insights.model_dump(mode="json") if outcome.insights else None
    result = {"error": outcome.error} if insights is None else {"insights": insights}
    click.echo(json.dumps({"file": _printable(outcome.task.source.name), **result}))


def _print_written(report: Path, *, is_current: bool) -> None:
    state = "is up to date (use --again to rebuild it)" if is_current else "is written; open it in a browser"
    click.echo(f"{output.sanitize(str(report))} {state}.")


def _page_name(name: str) -> str:
    """Return a file name for a report: another for each transcript, and not that of the index."""
    # Some file systems take `Index.html` for `index.html`.
    return re.sub("^(index_*)$", r"\1_", name, flags=re.IGNORECASE) + ".html"


def _title(name: str) -> str:
    # A title has at most 200 characters.
    return Path(_printable(name)).stem[:200] or "Meeting"


def _printable(name: str) -> str:
    """Return a file's name as text, with question marks for undecodable bytes and control characters."""
    return CONTROL.sub("?", name.encode("utf-8", "replace").decode())
