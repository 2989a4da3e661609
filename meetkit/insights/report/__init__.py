"""The report: an analysis as one self-contained HTML file without external files. Needs the extra `cli`."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

try:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
except ImportError as error:
    raise ImportError("the report needs the extra 'cli': pip install 'meetkit[cli]'") from error

from meetkit.errors import InvalidRequestError
from meetkit.insights import own_notes
from meetkit.insights.findings import PARTS, Findings, by_tracker, confidence_note, list_findings, place, reasons
from meetkit.insights.report import charts
from meetkit.insights.report.highlights import Quotes, note_id, turn_id
from meetkit.insights.templates import DEFAULT, SummaryTemplate
from meetkit.insights.transcript.fingerprints import fingerprint
from meetkit.models.analysis import MeetingInsights
from meetkit.models.insights import Evidence
from meetkit.models.meetings import Meeting
from meetkit.models.transcripts import Transcript

# The start of every page, by which the command line recognizes its own reports.
BEGINNING = '<!doctype html>\n<html lang="en" data-made-by="meetkit">'
_TEMPLATES = Path(__file__).parent / "templates"
_DEFAULT_TITLE = "Meeting"
# The id of each section's heading.
_ANCHORS = {
    "summary": "summary",
    "action_items": "items",
    "decisions": "decisions",
    "questions": "questions",
    "follow_ups": "next",
    "sentiment": "mood",
    "statistics": "talk",
    "topics": "topics",
    "trackers": "keywords",
}
# The engine of a section that a stored analysis lacks, as it is older than the section.
_NO_ENGINE = "none"


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """An entry of the index page; `link` is the URL of the report, relative to that page."""

    link: str
    title: str
    insights: MeetingInsights


def render_report(
    transcript: Transcript,
    insights: MeetingInsights,
    *,
    title: str | None = None,
    made_from: str | None = None,
    meeting: Meeting | None = None,
    template: SummaryTemplate = DEFAULT,
    notes: str | None = None,
) -> str:
    """Render an analysis and its transcript as an HTML page, with links between findings and quotes in both ways.

    The sections, their order and their headings are those of the `template`.

    Of the `meeting` it shows location, conference link and description; its title is used where none is given.
    Where findings rest on `notes`, a person's own, the page has those too. It embeds the insights and `made_from` as
    JSON for programs.

    Raises:
        InvalidRequestError: the insights belong to another transcript.
    """
    _check_match(transcript, insights, notes or "")
    findings = _findings(insights, template)
    quotes = Quotes(transcript.turns, (finding for part in findings.values() for finding in part))
    colours = charts.speaker_colours(transcript)
    fragments = [quotes.fragments(turn) for turn in transcript.turns]
    marks = [mark for part in fragments for fragment in part for mark in fragment.opens]
    continuations = sorted({mark.continuation_of for mark in marks if mark.continuation_of})
    dots = charts.sentiment_dots(insights.sentiment.timeline, len(transcript.turns))
    return _page(
        "report.html",
        _style(tuple(continuations)),
        title=title or (meeting.title if meeting else _DEFAULT_TITLE),
        meeting=meeting,
        sections=template.sections,
        note_lines=[(note_id(number), line) for number, line in enumerate(own_notes.lines(notes or ""))],
        anchors=_ANCHORS,
        made_from=made_from,
        insights=insights,
        data=insights.model_dump(mode="json"),
        findings=findings,
        engines=_engines(insights),
        mentions=by_tracker(findings["trackers"]),
        anchor=quotes.anchor,
        turn_id=turn_id,
        script=_script(template),
        turns=list(zip(transcript.turns, fragments, strict=True)),
        colours=colours,
        bars=charts.talk_time_bars(insights.statistics.speakers, colours),
        dots=dots,
        line=charts.line_path(dots),
        topic_spans=lambda topic: charts.topic_spans(topic, len(transcript.turns)),
    )


def render_index(entries: Sequence[IndexEntry], *, title: str = "Meetings") -> str:
    """Render a page that lists reports, with the key figures of each meeting."""
    return _page("index.html", _style(()), title=title, entries=entries)


def _page(template: str, style: str, *, script: str = "", **values: object) -> str:
    # The page's own content security policy allows exactly this style sheet, and this script where there is one.
    digests = {"style_digest": _digest(style), "script_digest": _digest(script)}
    page = _templates().get_template(template)
    return page.render(beginning=BEGINNING, style=style, script=script, **digests, **values)


def _digest(content: str) -> str:
    return base64.b64encode(sha256(content.encode()).digest()).decode()


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        # A misspelt name in a template is an error, not an empty string.
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "clock": _clock,
        "day": _day,
        "percent": _percent,
        "reasons": reasons,
        "place": place,
        "confidence": confidence_note,
    }
    return environment


def _script(template: SummaryTemplate) -> str:
    """Return the script by which a person corrects items; none where the page does not show them."""
    shows_items = any(section.name == "action_items" for section in template.sections)
    return (_TEMPLATES / "corrections.js").read_text("utf-8") if shows_items else ""


def _findings(insights: MeetingInsights, template: SummaryTemplate) -> Findings:
    """Return the findings of the sections on the page; the transcript must have no links to others."""
    names = {name for section in template.sections for name in (section.name, *PARTS.get(section.name, ()))}
    return {name: part if name in names else () for name, part in list_findings(insights).items()}


def _engines(insights: MeetingInsights) -> list[str]:
    """Return the engines of the sections, without the placeholder of sections that the stored analysis lacks."""
    engines = dict.fromkeys(section.engine for section in insights.sections.values())
    return [engine for engine in engines if engine != _NO_ENGINE]


def _style(continuations: tuple[str, ...]) -> str:
    """Return the style sheet. It highlights all parts of a quote that is cut by overlapping ones."""
    rules = "".join(f":root:has(#{name}:target) .{name}{{background:var(--chosen)}}\n" for name in continuations)
    return (_TEMPLATES / "report.css").read_text("utf-8") + rules


def _check_match(transcript: Transcript, insights: MeetingInsights, notes: str) -> None:
    if insights.transcript_sha256 != fingerprint(transcript):
        raise InvalidRequestError("insights: they belong to another transcript; analyze this one again")
    # Insights are input too: a host may have stored or changed them.
    for evidence in _evidence(insights):
        if evidence.source == "notes":
            if notes[evidence.start : evidence.end] != evidence.quote:
                raise InvalidRequestError(f"insights: a quote of line {evidence.turn} differs from the notes")
        elif evidence.turn >= len(transcript.turns):
            raise InvalidRequestError(
                f"insights: a quote is in turn {evidence.turn}, which the transcript does not have"
            )
        elif transcript.text[evidence.start : evidence.end] != evidence.quote:
            raise InvalidRequestError(f"insights: a quote of turn {evidence.turn} differs from the transcript")


def _evidence(insights: MeetingInsights) -> Iterator[Evidence]:
    for part in list_findings(insights).values():
        for finding in part:
            yield from finding.evidence


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _day(date: dt.date) -> str:
    return f"{date:%a} {date.day} {date:%b %Y}"


def _percent(ratio: float) -> str:
    return f"{ratio * 100:.0f} %"
