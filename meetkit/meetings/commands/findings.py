"""How an analysis looks on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from meetkit.cli.show import plain
from meetkit.models.analysis import MeetingInsights, Section, SentimentAnalysis, Statistics
from meetkit.models.insights import ActionItem, Deadline

_BAR = 30
_STEPS = "▁▂▃▄▅▆▇█"
_POINTS = 60


def analysis(out: Console, title: str, insights: MeetingInsights) -> None:
    """One analysis, section by section; those that found nothing are left out."""
    out.print(plain(title), style="bold")
    if insights.summary.sentences:
        out.print(plain(insights.summary.text))
    _items(out, insights.action_items.items)
    _lines(out, "Decided", (decision.text for decision in insights.decisions.items))
    _lines(out, "Still to be answered", _open_questions(insights))
    _lines(out, "Next steps", (step.text for step in insights.follow_ups.items))
    _mood(out, insights.sentiment)
    _talk_time(out, insights.statistics)
    _lines(out, "Topics", [", ".join(topic.label for topic in insights.topics.items)] if insights.topics.items else [])
    _lines(out, "Keywords", (f"{one.tracker}: {one.evidence.quote}" for one in insights.trackers.mentions))
    _trust(out, insights)


def overview(out: Console, analysed: Sequence[tuple[str, MeetingInsights]]) -> None:
    """Several analyses, a line each."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("Call", overflow="fold")
    for column in ("To do", "Decided", "Open questions"):
        table.add_column(column, justify="right")
    table.add_column("Mood")
    table.add_column("Relationship")
    for name, insights in analysed:
        health = insights.sentiment.health
        table.add_row(
            plain(name),
            str(sum(item.status == "open" for item in insights.action_items.items)),
            str(len(insights.decisions.items)),
            str(sum(not question.answered for question in insights.questions.items)),
            insights.sentiment.label or "-",
            health.label.replace("_", " ") if health else "-",
        )
    out.print(table)


def _items(out: Console, items: Sequence[ActionItem]) -> None:
    if not items:
        return
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in ("To do", "Owner", "Due", "Priority"):
        table.add_column(column, overflow="fold")
    for item in items:
        done = " (done)" if item.status == "done" else ""
        table.add_row(plain(item.task) + done, plain(item.owner or "nobody yet"), _due(item.deadline), item.priority)
    out.print()
    out.print(table)


def _due(deadline: Deadline | None) -> str:
    if deadline is None:
        return "-"
    return plain(deadline.phrase) + (f" ({deadline.date})" if deadline.date else "")


def _open_questions(insights: MeetingInsights) -> Iterable[str]:
    for question in insights.questions.items:
        if not question.answered:
            yield f"{question.asker}: {question.text}" if question.asker else question.text


def _mood(out: Console, sentiment: SentimentAnalysis) -> None:
    if sentiment.label is None:
        return
    _heading(out, "Mood")
    health = f", the relationship {sentiment.health.label.replace('_', ' ')}" if sentiment.health else ""
    out.print(f"  {sentiment.label}{health}")
    if len(sentiment.timeline) > 1:
        out.print(f"  {_line([point.score for point in sentiment.timeline])}  from beginning to end")


def _line(scores: Sequence[float]) -> str:
    """Scores from -1 to 1 as a line of bars, thinned out where there are many."""
    step = -(-len(scores) // _POINTS)
    return "".join(_STEPS[round((score + 1) / 2 * (len(_STEPS) - 1))] for score in scores[::step])


def _talk_time(out: Console, statistics: Statistics) -> None:
    if not statistics.speakers:
        return
    _heading(out, "Talk time")
    grid = Table.grid(padding=(0, 2))
    for one in sorted(statistics.speakers, key=lambda one: -one.talk_ratio):
        bar = "█" * round(one.talk_ratio * _BAR)
        grid.add_row(plain(one.speaker or "Somebody"), bar, f"{one.talk_ratio * 100:3.0f} %", f"{one.words:,} words")
    out.print(Padding(grid, (0, 0, 0, 2)))


def _trust(out: Console, insights: MeetingInsights) -> None:
    """Who made it, and what did not go as it should."""
    engines = dict.fromkeys(section.engine for section in insights.sections.values())
    out.print()
    out.print(f"Made by: {plain(', '.join(engines))}", style="dim")
    for name, section in insights.sections.items():
        if said := _doubt(section):
            out.print(f"{name.replace('_', ' ').capitalize()}: {plain(said)}", style="dim")


def _doubt(section: Section) -> str:
    said = {"ok": "", "fallback": "by the offline engine, as the model failed: ", "failed": "could not be made: "}
    left_out = f"{section.rejected} left out, as the transcript does not support them" if section.rejected else ""
    return "; ".join(part for part in (said[section.status] + (section.reason or ""), left_out) if part)


def _lines(out: Console, title: str, lines: Iterable[str]) -> None:
    lines = list(lines)
    if not lines:
        return
    _heading(out, title)
    grid = Table.grid(padding=(0, 1))
    for line in lines:
        grid.add_row("-", plain(line))
    out.print(Padding(grid, (0, 0, 0, 2)))


def _heading(out: Console, title: str) -> None:
    out.print()
    out.print(title, style="bold")
