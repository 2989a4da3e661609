"""Analyses of transcripts on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from meetkit.cli import terminal
from meetkit.cli.output import sanitize
from meetkit.models.analysis import MeetingInsights, Section, SentimentAnalysis, Statistics
from meetkit.models.insights import ActionItem, Deadline

_INDENT = 2
_BAR = 30
_STEPS = "▁▂▃▄▅▆▇█"
_POINTS = 60


def print_analysis(out: Console, title: str, insights: MeetingInsights) -> None:
    """Print one analysis, section by section, without the empty ones."""
    out.print(sanitize(title), style="bold")
    if insights.summary.sentences:
        out.print(sanitize(insights.summary.text))
    _print_items(out, "To do", insights.action_items.items)
    _print_items(out, "Possible", insights.action_items.possible)
    _print_list(out, "Decided", (decision.text for decision in insights.decisions.items))
    _print_list(out, "Open questions", _open_questions(insights))
    _print_list(out, "Next steps", (step.text for step in insights.follow_ups.items))
    _print_mood(out, insights.sentiment)
    _print_talk_time(out, insights.statistics)
    topics = ", ".join(topic.label for topic in insights.topics.items)
    _print_list(out, "Topics", [topics] if topics else [])
    _print_list(out, "Keywords", (f"{item.tracker}: {item.evidence.quote}" for item in insights.trackers.mentions))
    _print_origin(out, insights)


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


def _print_items(out: Console, title: str, items: Sequence[ActionItem]) -> None:
    if not items:
        return
    table = terminal.table(title, "Owner", "Due", "Priority")
    for item in items:
        mark = " (done)" if item.status == "done" else ""
        table.add_row(
            sanitize(item.task) + mark, sanitize(item.owner or "nobody yet"), _due(item.deadline), item.priority
        )
    out.print()
    out.print(table)


def _due(deadline: Deadline | None) -> str:
    if deadline is None:
        return "-"
    return sanitize(deadline.phrase) + (f" ({deadline.date})" if deadline.date else "")


def _open_questions(insights: MeetingInsights) -> Iterable[str]:
    for question in insights.questions.items:
        if not question.answered:
            yield f"{question.asker}: {question.text}" if question.asker else question.text


def _print_mood(out: Console, sentiment: SentimentAnalysis) -> None:
    if sentiment.label is None:
        return
    terminal.heading(out, "Mood")
    health = f", the relationship {sentiment.health.label.replace('_', ' ')}" if sentiment.health else ""
    out.print(f"  {sentiment.label}{health}")
    if len(sentiment.timeline) > 1:
        out.print(f"  {_line([point.score for point in sentiment.timeline])}  from beginning to end")


def _line(scores: Sequence[float]) -> str:
    """Return scores from -1 to 1 as a line of bars; of many, only every n-th."""
    # More points than this do not fit on a line.
    step = -(-len(scores) // _POINTS)
    return "".join(_STEPS[round((score + 1) / 2 * (len(_STEPS) - 1))] for score in scores[::step])


def _print_talk_time(out: Console, statistics: Statistics) -> None:
    if not statistics.speakers:
        return
    terminal.heading(out, "Talk time")
    grid = Table.grid(padding=(0, 2))
    for speaker in sorted(statistics.speakers, key=lambda speaker: -speaker.talk_ratio):
        bar = "█" * round(speaker.talk_ratio * _BAR)
        name, share = sanitize(speaker.speaker or "Somebody"), f"{speaker.talk_ratio * 100:3.0f} %"
        grid.add_row(name, bar, share, f"{speaker.words:,} words")
    out.print(Padding(grid, (0, 0, 0, _INDENT)))


def _print_origin(out: Console, insights: MeetingInsights) -> None:
    """Print the engines, and the sections that are incomplete with the reasons."""
    engines = dict.fromkeys(section.engine for section in insights.sections.values())
    out.print()
    out.print(f"Made by: {sanitize(', '.join(engines))}", style="dim")
    for name, section in insights.sections.items():
        if note := _note(section):
            out.print(f"{name.replace('_', ' ').capitalize()}: {sanitize(note)}", style="dim")


def _note(section: Section) -> str:
    prefixes = {"ok": "", "fallback": "by the offline engine, as the model failed: ", "failed": "failed: "}
    left_out = f"{section.rejected} left out, as the transcript does not support them" if section.rejected else ""
    return "; ".join(part for part in (prefixes[section.status] + (section.reason or ""), left_out) if part)


def _print_list(out: Console, title: str, lines: Iterable[str]) -> None:
    terminal.section(out, title, lines, indent=_INDENT)
