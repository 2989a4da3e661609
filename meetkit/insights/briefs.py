"""The brief before a meeting: what it is made from, and the two engines that write it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from meetkit.errors import InvalidRequestError, shown
from meetkit.insights import open_items
from meetkit.insights.changes import changes_since
from meetkit.insights.language.text import punctuated_spans
from meetkit.models.insights import Highlight, PendingActionItem, PreMeetingPrep
from meetkit.models.meetings import Meeting
from meetkit.models.people import Contact, User
from meetkit.models.zones import get_zone
from meetkit.storage import Store

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MAX_HISTORY = 1000
_MAX_HIGHLIGHTS = 6
_MAX_POINTS = 5
# Of a highlight or talking point; a summary may be one endless sentence.
_MAX_CHARACTERS = 600


@dataclass(frozen=True)
class BriefSources:
    """Everything that a brief is made from. `history` has the past meetings with the contact, newest first."""

    meeting: Meeting
    owner: User
    contact: Contact
    history: tuple[Meeting, ...]
    now: dt.datetime

    @property
    def today(self) -> dt.date:
        """The day from which the brief looks at dates: now, or the meeting's own day once that is past."""
        return min(self.now, self.meeting.date).astimezone(get_zone(self.meeting.timezone)).date()

    @cached_property
    def pending(self) -> tuple[PendingActionItem, ...]:
        """The action items of the history that are open where they were last named, the latest first."""
        return open_items.pending(self.history, today=self.today)

    @cached_property
    def changes(self) -> tuple[Highlight, ...]:
        """What has changed since the last meeting of the history."""
        return changes_since(self.history)


def gather(store: Store, meeting_id: str, *, history_limit: int, now: dt.datetime) -> BriefSources:
    """Read what the brief for a meeting is made from.

    Raises:
        InvalidRequestError: the meeting is internal, or `history_limit` is not between 1 and 1,000.
    """
    if isinstance(history_limit, bool) or not isinstance(history_limit, int) or not 1 <= history_limit <= _MAX_HISTORY:
        raise InvalidRequestError(f"history_limit: from 1 to {_MAX_HISTORY}, not {shown(history_limit)}")
    meeting = store.get_meeting(meeting_id, transcript=False)
    if meeting.contact_id is None:
        raise InvalidRequestError(f"meeting {meeting_id!r} is internal; a brief is about a contact")
    return BriefSources(
        meeting=meeting,
        owner=store.get_user(meeting.user_id),
        contact=store.get_contact(meeting.contact_id),
        history=tuple(store.contact_history(meeting.contact_id, before=meeting.date, now=now, limit=history_limit)),
        now=now,
    )


def write_offline(sources: BriefSources) -> PreMeetingPrep:
    """A brief in the meetings' own words. The same sources give the same words."""
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
    """What a brief says of a contact whom nobody has met before."""
    return f"First meeting with {contact.name}: no earlier meetings are on record."


def _summary(sources: BriefSources) -> str:
    contact = sources.contact
    who = f"{contact.name} is {contact.role} at {contact.company}."
    if not sources.history:
        return f"{who} {first_meeting_note(contact)}"
    last = sources.history[0]
    mood = f", {last.sentiment} in tone" if last.sentiment else ""
    count = len(sources.history)
    basis = "one past meeting" if count == 1 else f"{count} past meetings"
    return f"{who} Last met on {_day(last)}: {last.title}{mood}. This brief draws on {basis}."


def _highlights(sources: BriefSources) -> Iterator[Highlight]:
    """The opening of each summary; of the latest meeting, more of it."""
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
    """Overdue before the rest, then by priority."""
    return not item.overdue, ("high", "medium", "low").index(item.priority)


def _standing(item: PendingActionItem) -> str:
    owner = item.owner or "nobody has taken it on"
    if not item.deadline:
        return owner
    due = item.deadline.date
    when = _written(due) if due else item.deadline.phrase
    return f"{owner}, {'was due' if item.overdue else 'due'} {when}"


def _sentences(text: str | None) -> list[str]:
    joined = " ".join((text or "").split())
    return [_clip(joined[start:end]) for start, end in punctuated_spans(joined)]


def _clip(text: str) -> str:
    return text if len(text) <= _MAX_CHARACTERS else f"{text[: _MAX_CHARACTERS - 1]}…"


def _day(meeting: Meeting) -> str:
    return _written(meeting.date.date())


def _written(day: dt.date) -> str:
    # Not by strftime, whose words depend on the locale of the process.
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
