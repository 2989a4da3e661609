"""An analysis as one HTML file that needs nothing else: no script, no font, no picture from outside. Extra `cli`."""

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
from meetkit.insights.report import charts
from meetkit.insights.report.findings import by_tracker, list_findings
from meetkit.insights.report.highlights import Quotes, turn_id
from meetkit.insights.transcript.fingerprints import fingerprint
from meetkit.models.analysis import MeetingInsights
from meetkit.models.insights import Evidence
from meetkit.models.transcripts import Transcript

BEGINNING = '<!doctype html>\n<html lang="en" data-made-by="meetkit">'
"""What every page begins with, by which one of ours is told from another."""
_TEMPLATES = Path(__file__).parent / "templates"
_UNTITLED = "Meeting"


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A line of the page that lists several reports; `link` is the address of the report, seen from that page."""

    link: str
    title: str
    insights: MeetingInsights


def render_report(
    transcript: Transcript, insights: MeetingInsights, *, title: str | None = None, made_from: str | None = None
) -> str:
    """The analysis as a page of HTML, the transcript beside it, each quote linked both ways.

    The insights themselves lie in it as JSON, for programs; `made_from` is kept beside them.

    Raises:
        InvalidRequestError: the insights are of another transcript.
    """
    _check_match(transcript, insights)
    found = list_findings(insights)
    quotes = Quotes(transcript.turns, (finding for part in found.values() for finding in part))
    colour = charts.colours(transcript)
    pieces = [quotes.pieces(turn) for turn in transcript.turns]
    rests = sorted({mark.rest_of for part in pieces for piece in part for mark in piece.opens if mark.rest_of})
    dots = charts.sentiment_line(insights.sentiment.timeline, len(transcript.turns))
    style = _style(tuple(rests))
    return _page(
        "report.html",
        style,
        title=title or _UNTITLED,
        made_from=made_from,
        insights=insights,
        data=insights.model_dump(mode="json"),
        found=found,
        engines=list(dict.fromkeys(section.engine for section in insights.sections.values())),
        mentions=by_tracker(found["trackers"]),
        anchor=quotes.anchor,
        turn_id=turn_id,
        turns=list(zip(transcript.turns, pieces, strict=True)),
        colour=colour,
        bars=charts.talk_time(insights.statistics.speakers, colour),
        dots=dots,
        line=charts.path(dots),
        stretches=lambda topic: charts.stretches(topic, len(transcript.turns)),
    )


def render_index(entries: Sequence[IndexEntry], *, title: str = "Meetings") -> str:
    """A page that lists reports, with what came out of each meeting."""
    return _page("index.html", _style(()), title=title, entries=entries)


def _page(template: str, style: str, **values: object) -> str:
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()
    return _templates().get_template(template).render(beginning=BEGINNING, style=style, style_digest=digest, **values)


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"clock": _clock, "day": _day, "percent": _percent}
    return environment


def _style(rests: tuple[str, ...]) -> str:
    """The style sheet; a quote that others overlap is shown as chosen in all its parts."""
    chosen = "".join(f":root:has(#{name}:target) .{name}{{background:var(--chosen)}}\n" for name in rests)
    return (_TEMPLATES / "report.css").read_text("utf-8") + chosen


def _check_match(transcript: Transcript, insights: MeetingInsights) -> None:
    if insights.transcript_sha256 != fingerprint(transcript):
        raise InvalidRequestError("insights: of another transcript than the one given; analyse it again")
    for evidence in _evidence(insights):
        if evidence.turn >= len(transcript.turns):
            raise InvalidRequestError(
                f"insights: a quote lies in turn {evidence.turn}, but the transcript has no such turn"
            )
        if transcript.text[evidence.start : evidence.end] != evidence.quote:
            raise InvalidRequestError(f"insights: a quote of turn {evidence.turn} is not what the transcript has there")


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
