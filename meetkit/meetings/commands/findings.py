"""Analyses of transcripts on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from meetkit.cli import terminal
from meetkit.cli.output import sanitize
from meetkit.insights.findings import Finding, list_findings, place, reasons, section_note
from meetkit.insights.templates import DEFAULT, SummaryTemplate, TemplateSection
from meetkit.meetings.commands.views import written_deadline
from meetkit.models.analysis import MeetingInsights, Question
from meetkit.models.insights import ActionItem, Deadline
from meetkit.models.transcripts import TranscriptSource

_INDENT = 2
_BAR = 30
_STEPS = "▁▂▃▄▅▆▇█"
_POINTS = 60
# The headings that say what the terminal leaves out.
_TITLES = {"decisions": "Decided", "questions": "Open questions"}


def print_analysis(
    out: Console, title: str, insights: MeetingInsights, *, template: SummaryTemplate = DEFAULT, why: bool = False
) -> None:
    """Print one analysis, in the order of the template, without empty sections."""
    out.print(sanitize(title), style="bold")
    all_findings = list_findings(insights)
    for section in template.sections:
        _PRINTERS[section.name](out, section.heading or _TITLES.get(section.name, section.title), insights)
        if why and section.name in _SECTIONS_WITH_REASONS:
            _print_reasons(out, all_findings[section.name])
    _print_origin(out, insights)
    _print_source(out, insights.source, insights.language)


def print_overview(out: Console, analyses: Sequence[tuple[str, MeetingInsights]]) -> None:
    """Print several analyses, a line each."""
    table = terminal.table("Call")
    for column in ("To do", "Decided", "Open questions"):
        table.add_column(column, justify="right")
    # Only names of files may be too long for a line.
    table.add_column("Mood")
    table.add_column("Relationship")
    for name, insights in analyses:
        health = insights.sentiment.health
        table.add_row(
            sanitize(name),
            str(sum(item.status == "open" for item in insights.action_items.items)),
            str(len(insights.decisions.items)),
            str(sum(not question.answered for question in insights.questions.items)),
            insights.sentiment.label or "-",
            health.label.replace("_", " ") if health else "-",
        )
    out.print(table)


def _print_summary(out: Console, title: str, insights: MeetingInsights) -> None:
    if insights.summary.sentences:
        # Its usual heading would only repeat what a text below the title is.
        if title != TemplateSection.model_construct(name="summary").title:
            terminal.heading(out, sanitize(title))
        out.print(sanitize(insights.summary.text))


def _print_items(out: Console, title: str, insights: MeetingInsights) -> None:
    _print_table_of_items(out, title, insights.action_items.items)
    _print_table_of_items(out, "Possible", insights.action_items.possible)


def _print_table_of_items(out: Console, title: str, items: Sequence[ActionItem]) -> None:
    if not items:
        return
    table = terminal.table(sanitize(title), "Owner", "Due", "Priority")
    for item in items:
        mark = " (done)" if item.status == "done" else ""
        table.add_row(
            sanitize(item.task) + mark, sanitize(item.owner or "nobody yet"), _due(item.deadline), item.priority
        )
    out.print()
    out.print(table)


def _print_reasons(out: Console, findings: Iterable[Finding]) -> None:
    """Print the words that each finding rests on."""
    grid = Table.grid(padding=(0, 1))
    for finding in findings:
        if isinstance(finding.value, Question) and finding.value.answered:
            continue
        grid.add_row(sanitize(finding.text), style="bold")
        for reason in reasons(finding):
            words = f"“{' '.join(reason.evidence.quote.split())}” ({place(reason.evidence)})"
            grid.add_row(sanitize(f"  {reason.role}: {words}"))
    if grid.row_count:
        out.print(Padding(grid, (0, 0, 0, _INDENT)))


def _due(deadline: Deadline | None) -> str:
    if deadline is None:
        return "-"
    return sanitize(written_deadline(deadline))


def _open_questions(insights: MeetingInsights) -> Iterable[str]:
    for question in insights.questions.items:
        if not question.answered:
            yield f"{question.asker}: {question.text}" if question.asker else question.text


def _print_mood(out: Console, title: str, insights: MeetingInsights) -> None:
    sentiment = insights.sentiment
    if sentiment.label is None:
        return
    terminal.heading(out, sanitize(title))
    health = f", the relationship {sentiment.health.label.replace('_', ' ')}" if sentiment.health else ""
    out.print(f"  {sentiment.label}{health}")
    for risk in sentiment.health.risks if sentiment.health else ():
        for evidence in risk.evidence:
            out.print(f"  {sanitize(risk.reason)}: “{sanitize(evidence.quote)}” ({sanitize(place(evidence))})")
    if len(sentiment.timeline) > 1:
        out.print(f"  {_line([point.score for point in sentiment.timeline])}  from beginning to end")


def _line(scores: Sequence[float]) -> str:
    """Return scores from -1 to 1 as a line of bars; of many, only every n-th."""
    # More points than this do not fit on a line.
    step = -(-len(scores) // _POINTS)
    return "".join(_STEPS[round((score + 1) / 2 * (len(_STEPS) - 1))] for score in scores[::step])


def _print_talk_time(out: Console, title: str, insights: MeetingInsights) -> None:
    speakers = insights.statistics.speakers
    if not speakers:
        return
    terminal.heading(out, sanitize(title))
    grid = Table.grid(padding=(0, 2))
    for speaker in sorted(speakers, key=lambda speaker: -speaker.talk_ratio):
        bar = "█" * round(speaker.talk_ratio * _BAR)
        name, share = sanitize(speaker.speaker or "Somebody"), f"{speaker.talk_ratio * 100:3.0f} %"
        grid.add_row(name, bar, share, f"{speaker.words:,} words")
    out.print(Padding(grid, (0, 0, 0, _INDENT)))


def _print_origin(out: Console, insights: MeetingInsights) -> None:
    """Print the engines, and the sections that are incomplete with the reasons."""
    engines = dict.fromkeys(section.engine for section in insights.sections.values())
    out.print()
    out.print(f"Made by: {sanitize(', '.join(engines))}", style="dim")
    names_by_note: dict[str, list[str]] = {}
    for name, section in insights.sections.items():
        if note := section_note(section):
            names_by_note.setdefault(note, []).append(name.replace("_", " "))
    for note, names in names_by_note.items():
        out.print(f"{', '.join(names).capitalize()}: {sanitize(note)}", style="dim")


def _print_source(out: Console, source: TranscriptSource, language: str | None) -> None:
    """Print how the transcript was read, and each problem with the place where it first occurs."""
    if language and language != "en":
        out.print(f"Language: {sanitize(language)}", style="dim")
    if source.form:
        out.print(f"Transcript read as: {sanitize(source.form)}", style="dim")
    if source.context.date is not None:
        out.print(f"Day in the transcript: {source.context.date}; deadlines count from it with --date", style="dim")
    for problem in source.problems:
        out.print(f"Transcript: {sanitize(problem.summary)}", style="yellow")


def _list_printer(lines: Callable[[MeetingInsights], Iterable[str]]) -> _Printer:
    """Return the printer of a section that is a list of lines."""
    return lambda out, title, insights: terminal.section(out, sanitize(title), lines(insights), indent=_INDENT)


def _print_decisions(out: Console, title: str, insights: MeetingInsights) -> None:
    for heading, decisions in ((title, insights.decisions.items), ("Possibly decided", insights.decisions.possible)):
        terminal.section(out, sanitize(heading), (decision.text for decision in decisions), indent=_INDENT)


def _topics(insights: MeetingInsights) -> Iterable[str]:
    return filter(None, [", ".join(topic.label for topic in insights.topics.items)])


_Printer = Callable[[Console, str, MeetingInsights], None]
_PRINTERS: Mapping[str, _Printer] = {
    "summary": _print_summary,
    "action_items": _print_items,
    "decisions": _print_decisions,
    "questions": _list_printer(_open_questions),
    "follow_ups": _list_printer(lambda insights: (step.text for step in insights.follow_ups.items)),
    "sentiment": _print_mood,
    "statistics": _print_talk_time,
    "topics": _list_printer(_topics),
    "trackers": _list_printer(
        lambda insights: (f"{item.tracker}: {item.evidence.quote}" for item in insights.trackers.mentions)
    ),
}
# The sections whose findings have reasons that are not their own words.
_SECTIONS_WITH_REASONS = ("action_items", "decisions", "questions", "follow_ups")
