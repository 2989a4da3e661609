"""An analysis as a note of Obsidian: properties, links to people, and tasks as its plug-in Tasks reads them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from meetkit.insights.export.escaping import markdown_text, note_name, tag, yaml_text
from meetkit.insights.export.markdown import Dialect, render_sections
from meetkit.insights.templates import DEFAULT, SummaryTemplate
from meetkit.models.analysis import MeetingInsights
from meetkit.models.insights import ActionItem

_PRIORITIES = {"high": " ⏫", "medium": "", "low": " 🔽"}


def render_obsidian(
    insights: MeetingInsights,
    *,
    title: str = "Meeting",
    date: dt.date | None = None,
    people: Sequence[str] = (),
    template: SummaryTemplate = DEFAULT,
    why: bool = False,
) -> str:
    """Render an analysis as a note of Obsidian.

    Its properties are the title, the date, links to the people, and as tags `meeting` and the trackers that were
    mentioned. People are links to notes of their names. A task ends with the sign and the date of the plug-in Tasks.

    Args:
        insights: the analysis.
        title: the title of the meeting.
        date: the day of the meeting.
        people: the names of those who took part.
        template: the sections to show, their order and their headings.
        why: whether each finding is followed by the words that it rests on.
    """
    tags = dict.fromkeys(filter(None, (tag(mention.tracker) for mention in insights.trackers.mentions)))
    properties = [f"title: {yaml_text(title)}", *([f"date: {date}"] if date else [])]
    properties += _list("people", (f"[[{note}]]" for name in people if (note := note_name(name))))
    properties += _list("tags", ("meeting", *tags))
    front_matter = "\n".join(["---", *properties, "---"])
    dialect = Dialect(person=_link, date=lambda _: "", task_end=_signs)
    blocks = render_sections(insights, template, dialect, why=why)
    return "\n\n".join([front_matter, f"# {markdown_text(title)}", *blocks]) + "\n"


def _list(name: str, values: Iterable[str]) -> list[str]:
    lines = [f"  - {yaml_text(value)}" for value in values]
    return [f"{name}:", *lines] if lines else []


def _link(name: str) -> str:
    note = note_name(name)
    return f"[[{note}]]" if note else markdown_text(name)


def _signs(item: ActionItem) -> str:
    """Return the signs at the end of a task's line, which is where the plug-in looks for them."""
    date = f" 📅 {item.deadline.date}" if item.deadline and item.deadline.date else ""
    done_date = f" ✅ {item.done_at.date()}" if item.done_at else ""
    return _PRIORITIES[item.priority] + date + done_date
