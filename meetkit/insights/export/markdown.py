"""An analysis as Markdown, section by section in the order of a template."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from meetkit.insights.export.escaping import markdown_text
from meetkit.insights.findings import Finding, Findings, confidence_note, list_findings, place, reasons, section_note
from meetkit.insights.templates import DEFAULT, SummaryTemplate, sections_of
from meetkit.models.analysis import Decision, MeetingInsights
from meetkit.models.insights import ActionItem


@dataclass(frozen=True, slots=True)
class Dialect:
    """A dialect of Markdown: how it names a person, writes a date after its phrase, and ends the line of a task."""

    person: Callable[[str], str]
    date: Callable[[dt.date], str]
    task_end: Callable[[ActionItem], str]


def render_markdown(
    insights: MeetingInsights,
    *,
    title: str = "Meeting",
    date: dt.date | None = None,
    people: Sequence[str] = (),
    template: SummaryTemplate = DEFAULT,
    why: bool = False,
) -> str:
    """Render an analysis as Markdown: a heading, and the sections of the template that have something to show.

    Args:
        insights: the analysis.
        title: the title of the meeting.
        date: the day of the meeting.
        people: the names of those who took part.
        template: the sections to show, their order and their headings.
        why: whether each finding is followed by the words that it rests on.
    """
    facts = [str(date)] * bool(date) + [", ".join(map(markdown_text, people))] * bool(people)
    head = [f"# {markdown_text(title)}", *([" · ".join(facts)] if facts else [])]
    dialect = Dialect(person=markdown_text, date=lambda day: f" = {day}", task_end=lambda _: "")
    return "\n\n".join([*head, *render_sections(insights, template, dialect, why=why)]) + "\n"


def render_sections(insights: MeetingInsights, template: SummaryTemplate, dialect: Dialect, *, why: bool) -> list[str]:
    """Return the sections of a template that have something to show, as blocks of Markdown."""
    writer = _Writer(insights, list_findings(insights), dialect, why)
    blocks = []
    for section, value in sections_of(insights, template):
        body = "\n".join(getattr(writer, section.name)())
        note = section_note(value)
        if body or note:
            blocks += [f"## {markdown_text(section.title)}", *filter(None, [body, note and f"*{markdown_text(note)}*"])]
    return blocks


@dataclass(frozen=True, slots=True)
class _Writer:
    """The writer of sections: each method has the name of a section, and returns its lines."""

    insights: MeetingInsights
    findings: Findings
    dialect: Dialect
    why: bool

    def summary(self) -> Iterable[str]:
        if self.why:
            return self._list("summary")
        return [markdown_text(self.insights.summary.text)] if self.insights.summary.sentences else []

    def action_items(self) -> Iterable[str]:
        for finding, item in zip(self.findings["action_items"], self.insights.action_items.items, strict=True):
            box = "x" if item.status == "done" else " "
            yield f"- [{box}] {markdown_text(item.task)} ({self._who_and_when(item)}){self.dialect.task_end(item)}"
            yield from self._reasons(finding)
        possible = zip(self.findings["possible"], self.insights.action_items.possible, strict=True)
        # No boxes to tick: what is only possible must not become a task of a to-do list.
        yield from self._possible(
            (finding, f"{markdown_text(item.task)} ({self._who_and_when(item)})") for finding, item in possible
        )

    def decisions(self) -> Iterable[str]:
        decisions = self.insights.decisions
        for finding, decision in zip(self.findings["decisions"], decisions.items, strict=True):
            yield f"- {self._decision(decision)}"
            yield from self._reasons(finding)
        possible = zip(self.findings["possible_decisions"], decisions.possible, strict=True)
        yield from self._possible((finding, self._decision(decision)) for finding, decision in possible)

    def _decision(self, decision: Decision) -> str:
        replaces = f" (replaces: {markdown_text(decision.replaces)})" if decision.replaces else ""
        return f"{markdown_text(decision.text)}{replaces}"

    def _possible(self, entries: Iterable[tuple[Finding, str]]) -> Iterable[str]:
        """Yield what is only possible, after what is sure."""
        for number, (finding, text) in enumerate(entries):
            yield from [] if number else ["", "Possible:", ""]
            yield f"- {text}"
            yield from self._reasons(finding)

    def questions(self) -> Iterable[str]:
        for finding, question in zip(self.findings["questions"], self.insights.questions.items, strict=True):
            asker = f"{self._person(question.asker)}: " if question.asker else ""
            yield f"- {asker}{markdown_text(question.text)} ({'answered' if question.answered else 'open'})"
            yield from self._reasons(finding)

    def follow_ups(self) -> Iterable[str]:
        return self._list("follow_ups")

    def sentiment(self) -> Iterable[str]:
        sentiment = self.insights.sentiment
        if sentiment.label is not None:
            yield f"- The meeting sounded {sentiment.label}."
        if sentiment.health is not None:
            yield f"- The relationship is {sentiment.health.label.replace('_', ' ')}."
            for risk in sentiment.health.risks:
                for evidence in risk.evidence:
                    quote = markdown_text(evidence.quote)
                    yield f"- Risk, {markdown_text(risk.reason)}: “{quote}” ({markdown_text(place(evidence))})"

    def statistics(self) -> Iterable[str]:
        speakers = sorted(self.insights.statistics.speakers, key=lambda speaker: -speaker.talk_ratio)
        if speakers:
            yield "| Speaker | Share | Words |"
            yield "|---|---:|---:|"
        for speaker in speakers:
            share = f"{speaker.talk_ratio * 100:.0f} %"
            yield f"| {self._person(speaker.speaker)} | {share} | {speaker.words:,} |"

    def topics(self) -> Iterable[str]:
        return self._list("topics")

    def trackers(self) -> Iterable[str]:
        for mention in self.insights.trackers.mentions:
            yield f"- {markdown_text(mention.tracker)}: “{markdown_text(mention.evidence.quote)}”"

    def _list(self, section: str) -> Iterable[str]:
        for finding in self.findings[section]:
            yield f"- {markdown_text(finding.text)}"
            yield from self._reasons(finding)

    def _reasons(self, finding: Finding) -> Iterable[str]:
        for reason in reasons(finding) if self.why else ():
            quote = markdown_text(reason.evidence.quote)
            yield f"  - {markdown_text(reason.role)}: “{quote}” ({markdown_text(place(reason.evidence))})"
        if self.why and (note := confidence_note(finding)):
            yield f"  - {note}"

    def _who_and_when(self, item: ActionItem) -> str:
        owner = self._person(item.owner) if item.owner else "nobody yet"
        if item.deadline is None:
            return owner
        dates = " or".join(map(self.dialect.date, item.deadline.days))
        return f"{owner}, {markdown_text(item.deadline.phrase)}{dates}"

    def _person(self, name: str | None) -> str:
        return self.dialect.person(name) if name else "Somebody"
