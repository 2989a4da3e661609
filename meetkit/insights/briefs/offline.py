"""The offline writer of briefs: sentences of the record, without a model."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import islice

from meetkit.insights.briefs.sources import BriefSources
from meetkit.insights.language.text import punctuated_spans
from meetkit.models.insights import Highlight, PendingActionItem, PreMeetingPrep
from meetkit.models.meetings import Meeting
from meetkit.models.people import Contact

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MAX_HIGHLIGHTS = 6
_MAX_POINTS = 5
# The longest highlight or talking point: a summary without full stops is one sentence.
_MAX_CHARACTERS = 600


def write_offline(sources: BriefSources) -> PreMeetingPrep:
    """Write a brief in the meetings' own words. The same sources give the same words."""
    return PreMeetingPrep(
        meeting_id=sources.meeting.id,
        contact_summary=_summary(sources),
        recent_highlights=tuple(islice(_highlights(sources), _MAX_HIGHLIGHTS)),
        changes=sources.changes,
        talking_points=tuple(_clip(point) for point in islice(_talking_points(sources), _MAX_POINTS)),
        pending_action_items=sources.pending,
        engine="offline",
        generated_at=sources.now,
    )


def first_meeting_note(contact: Contact) -> str:
    """Return the sentence for a contact without past meetings."""
    return f"First meeting with {contact.name}: no earlier meetings are on record."


def written_date(day: dt.date) -> str:
    """Return a date in English words: "5 March 2026"."""
    # Not strftime: its month names depend on the locale of the process.
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _summary(sources: BriefSources) -> str:
    contact = sources.contact
    introduction = f"{contact.name} is {contact.role} at {contact.company}."
    if not sources.history:
        return f"{introduction} {first_meeting_note(contact)}"
    last = sources.history[0]
    mood = f", {last.sentiment} in tone" if last.sentiment else ""
    count = len(sources.history)
    basis = "one past meeting" if count == 1 else f"{count} past meetings"
    return f"{introduction} Last met on {_day(last)}: {last.title}{mood}. This brief draws on {basis}."


def _highlights(sources: BriefSources) -> Iterator[Highlight]:
    """Yield the first sentence of each summary, and the first three of the latest."""
    for age, meeting in enumerate(sources.history):
        for sentence in _sentences(meeting.summary)[: 3 if age == 0 else 1]:
            yield Highlight(text=sentence, meeting_id=meeting.id)


def _talking_points(sources: BriefSources) -> Iterator[str]:
    company = sources.contact.company
    if not sources.history:
        yield f"Introduce yourselves, and ask what {sources.contact.name} does as {sources.contact.role}."
        yield f"Ask what {company} wants to achieve, and by when."
        yield f"Ask who else at {company} takes part in the decision."
        yield "Agree on the next step, who takes it and when."
        return
    for item in sorted(sources.pending, key=_urgency)[:3]:
        yield f"Follow up: {item.task} ({_standing(item)})."
    last = sources.history[0]
    if last.sentiment in ("negative", "mixed"):
        yield f"{last.title} on {_day(last)} ended {last.sentiment}: ask what has changed since."
    if sentences := _sentences(last.summary):
        yield f"Pick up from {last.title} on {_day(last)}: {sentences[-1]}"
    yield f"Ask what matters most to {company} now."
    yield f"Ask what has changed at {company} since {_day(last)}."
    yield "Agree on the next step, who takes it and when."


def _urgency(item: PendingActionItem) -> tuple[bool, int]:
    """Return the sort key of an item: overdue first, then by priority."""
    return not item.overdue, ("high", "medium", "low").index(item.priority)


def _standing(item: PendingActionItem) -> str:
    owner = item.owner or "nobody has taken it on"
    if not item.deadline:
        return owner
    due = item.deadline.date
    when = written_date(due) if due else item.deadline.phrase
    return f"{owner}, {'was due' if item.overdue else 'due'} {when}"


def _sentences(text: str | None) -> list[str]:
    line = " ".join((text or "").split())
    return [_clip(line[start:end]) for start, end in punctuated_spans(line)]


def _clip(text: str) -> str:
    return text if len(text) <= _MAX_CHARACTERS else f"{text[: _MAX_CHARACTERS - 1]}…"


def _day(meeting: Meeting) -> str:
    return written_date(meeting.date.date())
