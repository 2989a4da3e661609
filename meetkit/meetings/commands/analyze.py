"""`meetkit analyze`: analysis of transcript files, or of a stored meeting."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast
from urllib.parse import quote

import click

from meetkit import settings
from meetkit.cli import database, output, terminal
from meetkit.cli.files import reported_errors
from meetkit.errors import InvalidRequestError, MeetkitError, brief_repr
from meetkit.insights import templates
from meetkit.insights.analysis import Engine
from meetkit.insights.own_notes import read_notes
from meetkit.insights.templates import SummaryTemplate
from meetkit.meetings import analyses, service
from meetkit.meetings.commands import batch, findings, inputs, pages
from meetkit.models.analysis import MeetingContext, MeetingInsights
from meetkit.models.base import CONTROL, parse
from meetkit.runtime import collaborators
from meetkit.settings.meetings import MeetingSettings

_INDEX = "index.html"
_OPTIONS_OF_OUTPUT = ("as_json", "html", "markdown", "obsidian", "template", "why", "notes", "again")
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
    """The form of the findings: JSON, a page, or else text on the terminal. `again` rebuilds current reports."""

    as_json: bool
    page: pages.Page | None
    again: bool
    template: SummaryTemplate
    why: bool
    notes: str | None


@click.command(cls=database.StoreCommand)
@click.argument("files", nargs=-1, metavar="FILE...")
@click.option("--title", help="The title of the meeting; default: the file's name.")
@click.option("--date", metavar="YYYY-MM-DD", help="The day of the meeting, from which `by Friday` counts.")
@click.option("--timezone", metavar="ZONE", help="The time zone of that day, an IANA name; default: UTC.")
@click.option("--language", metavar="CODE", help="The language of the meeting, such as de; default: identified.")
@click.option("--our", "our_side", multiple=True, metavar="NAME", help="A speaker on our side; repeatable.")
@click.option("--their", "their_side", multiple=True, metavar="NAME", help="A speaker on their side; repeatable.")
@click.option("--contact", "contact_id", metavar="ID", help="The id of a contact, on their side.")
@click.option("--track", "trackers", multiple=True, metavar="NAME=PHRASE,PHRASE", help="Phrases to track; repeatable.")
@click.option("--summary-words", type=click.IntRange(10, 2000), help="Words of the summary at most; default: 110.")
@click.option(
    "--meeting", "meeting_id", metavar="ID", help="Analyze this stored meeting, and store the analysis with it."
)
@output.as_json_option
@click.option("--html", metavar="REPORT", help="Write a report in HTML; for several files, a folder of them.")
@click.option("--markdown", metavar="NOTE", help="Write Markdown, likewise; - for standard output.")
@click.option("--obsidian", metavar="NOTE", help="Write a note for Obsidian, likewise.")
@click.option(
    "--template",
    metavar="NAME|FILE",
    help=f"The sections to show, in order: {', '.join(templates.template_names())}, or a file in TOML.",
)
@click.option("--why", is_flag=True, help="Show the words that each finding rests on.")
@click.option("--notes", metavar="FILE", help="Your own notes: tasks, decisions and questions in them are added.")
@click.option("--again", is_flag=True, help="Rebuild reports that are up to date.")
def analyze(files: tuple[str, ...], meeting_id: str | None, **options: Any) -> None:
    """Find the tasks, decisions, questions, mood and talk time in a transcript.

    FILE is a text of lines such as `Ann: Hello.`, or captions, JSON, a table or a document of any tool in
    docs/transcripts.md; a folder of such files; or `-` for standard input. A second run with the same --html continues
    where the first stopped. With several files, --json prints a line for each, and the exit code is 1 if one could not
    be analyzed.
    """
    form = _output(**{name: options.pop(name) for name in _OPTIONS_OF_OUTPUT})
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


def _output(
    *, as_json: bool, template: str | None, why: bool, notes: str | None, again: bool, **targets: str | None
) -> Output:
    """Return the form of the findings; at most one of `targets`, the paths by form, is not `None`."""
    paths = [(form, path) for form, path in targets.items() if path is not None]
    names = ["json"] * as_json + [form for form, _ in paths]
    if len(names) > 1:
        raise InvalidRequestError(f"use --{names[0]} or --{names[1]}, not both")
    layout = templates.DEFAULT if template is None else _template(template)
    page = pages.Page(cast("pages.Form", paths[0][0]), Path(paths[0][1]), layout, why) if paths else None
    return Output(as_json, page, again, layout, why, None if notes is None else _notes(notes))


def _template(name: str) -> SummaryTemplate:
    if not os.path.exists(name):
        return templates.named_template(name)
    with reported_errors("read", name), open(name, "rb") as file:
        return templates.read_template(file.read(templates.MAX_LENGTH + 1))


def _notes(name: str) -> str:
    with reported_errors("read", name), open(name, "rb") as file:
        return read_notes(file.read(inputs.MAX_BYTES))


def _engine() -> Engine:
    return analyses.choose_engine(on_usage=collaborators.current_store().add_usage)


def _context(*, contact_id: str | None, trackers: Sequence[str], **options: Any) -> MeetingContext:
    their_side = tuple(options.pop("their_side"))
    if contact_id is not None:
        their_side += (service.get_contact(contact_id).name,)
    facts = {name: value for name, value in options.items() if value}
    facts["min_confidence"] = settings.load_model(MeetingSettings).min_confidence
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
    page = form.page
    # A folder takes the page under the transcript's name, as it does of several.
    if page is not None and os.path.isdir(page.path):
        page = page.below(source.name)
    out = terminal.console(stderr=form.as_json)
    with terminal.status(out, "Analyzing …"):
        outcome = batch.run(_task(source, context, page, form), engine=_engine())
    if outcome.insights is None:
        raise InvalidRequestError(outcome.error or "")
    if page is None:
        _print(outcome.task.context.title, outcome.insights, form)
    elif page.path != pages.STANDARD:
        _print_written(page, is_current=outcome.is_current)


def _analyze_meeting(meeting_id: str, files: Sequence[str], form: Output, options: dict[str, Any]) -> None:
    """Analyze a stored meeting, from its own transcript or from a file."""
    if form.again:
        raise InvalidRequestError("--again cannot be combined with --meeting, which always analyzes again")
    trackers, language = _trackers(options.pop("trackers")), options.pop("language")
    summary_words = options.pop("summary_words")
    if extra := [_OPTIONS_OF_FILES[name] for name, value in options.items() if value]:
        raise InvalidRequestError(f"{extra[0]} cannot be combined with --meeting: the stored meeting has its own")
    sources = inputs.find(files) if files else []
    if len(sources) > 1:
        raise InvalidRequestError("--meeting takes one transcript")
    content = inputs.read(sources[0]) if sources else None
    out = terminal.console(stderr=form.as_json)
    with terminal.status(out, "Analyzing …"):
        insights = service.analyze_meeting(
            meeting_id, content, trackers=trackers, language=language, summary_words=summary_words, notes=form.notes
        )
    meeting = service.get_meeting(meeting_id, transcript=False)
    if form.page is None:
        _print(meeting.title, insights, form)
    else:
        transcript = service.get_transcript(meeting_id)
        assert transcript is not None, "it was just analyzed"
        context = MeetingContext(title=meeting.title, date=analyses.local_date(meeting))
        form.page.write(
            form.page.content(transcript, insights, context, meeting=meeting, notes=service.get_notes(meeting_id))
        )
        if form.page.path != pages.STANDARD:
            _print_written(form.page, is_current=False)


def _analyze_several(sources: Sequence[inputs.Input], context: MeetingContext, form: Output) -> None:
    if form.notes is not None:
        raise InvalidRequestError(
            "--notes cannot be combined with several files, whose meetings have notes of their own"
        )
    if context.title is not None:
        raise InvalidRequestError("--title cannot be combined with several files, whose names are their titles")
    if form.page is not None and (os.path.isfile(form.page.path) or form.page.path == pages.STANDARD):
        raise InvalidRequestError(
            f"{brief_repr(str(form.page.path))} is a file; reports of several files need a folder"
        )
    tasks = [_task(source, context, form.page and form.page.below(source.name), form) for source in sources]
    outcomes = []
    with terminal.progress("Analyzing", len(tasks)) as advance:
        for outcome in batch.run_all(tasks, engine=_engine()):
            # At once, so that a program can read the first while the others are analyzed.
            if form.as_json:
                _print_line(outcome)
            outcomes.append(outcome)
            advance(1)
    _conclude(outcomes, form)


def _task(source: inputs.Input, context: MeetingContext, page: pages.Page | None, form: Output) -> batch.Task:
    context_with_title = context.model_copy(update={"title": context.title or _title(source.name)})
    return batch.Task(source, context_with_title, page, form.again, form.notes)


def _conclude(outcomes: Sequence[batch.Outcome], form: Output) -> None:
    """Print several analyses, then the errors; if there are any, the exit code is 1."""
    analyses = list(_analyses(outcomes))
    if form.page is not None:
        _conclude_pages(form.page, outcomes, analyses)
    elif not form.as_json and analyses:
        rows = [(outcome.task.source.name, insights) for outcome, insights in analyses]
        findings.print_overview(terminal.console(), rows)
    if errors := [outcome.error for outcome in outcomes if outcome.error is not None]:
        for error in errors:
            click.echo(output.one_line(error), err=True)
        raise MeetkitError(f"{len(errors)} of {len(outcomes)} could not be analyzed")


def _conclude_pages(
    folder: pages.Page, outcomes: Sequence[batch.Outcome], analyses: Sequence[tuple[batch.Outcome, MeetingInsights]]
) -> None:
    current_reports = sum(outcome.is_current for outcome in outcomes)
    note = f", {current_reports} of them up to date already" if current_reports else ""
    if folder.form == "html":
        _write_index(folder.path, analyses)
        click.echo(f"{len(analyses)} reports{note}: open {output.sanitize(str(folder.path / _INDEX))}")
    else:
        click.echo(f"{len(analyses)} notes in {output.sanitize(str(folder.path))}")


def _analyses(outcomes: Sequence[batch.Outcome]) -> Iterator[tuple[batch.Outcome, MeetingInsights]]:
    for outcome in outcomes:
        if outcome.insights is not None:
            yield outcome, outcome.insights


def _write_index(folder: Path, analyses: Sequence[tuple[batch.Outcome, MeetingInsights]]) -> None:
    from meetkit.insights.report import IndexEntry, render_index  # noqa: PLC0415  # needed for reports only

    # A name may hold bytes that are no text; a link needs them as they are.
    entries = [
        IndexEntry(
            "./" + quote(str(outcome.task.page.path.relative_to(folder)).encode("utf-8", "surrogateescape")),
            _printable(outcome.task.source.name),
            insights,
        )
        for outcome, insights in analyses
        if outcome.task.page is not None
    ]
    pages.write_file(folder / _INDEX, render_index(entries))


def _print(title: str | None, insights: MeetingInsights, form: Output) -> None:
    if form.as_json:
        output.print_json(insights)
    else:
        findings.print_analysis(terminal.console(), title or "", insights, template=form.template, why=form.why)


def _print_line(outcome: batch.Outcome) -> None:
    insights = outcome.insights.model_dump(mode="json") if outcome.insights else None
    result = {"error": outcome.error} if insights is None else {"insights": insights}
    click.echo(json.dumps({"file": _printable(outcome.task.source.name), **result}))


def _print_written(page: pages.Page, *, is_current: bool) -> None:
    advice = "is written; open it in a browser" if page.form == "html" else "is written"
    state = "is up to date (use --again to rebuild it)" if is_current else advice
    click.echo(f"{output.sanitize(str(page.path))} {state}.")


def _title(name: str) -> str:
    # A title has at most 200 characters.
    return Path(_printable(name)).stem[:200] or "Meeting"


def _printable(name: str) -> str:
    """Return a file's name as text, with question marks for undecodable bytes and control characters."""
    return CONTROL.sub("?", name.encode("utf-8", "replace").decode())
