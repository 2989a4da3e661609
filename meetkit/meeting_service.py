"""The verbs of meetings: plain functions over the store and the model in use.

`configure(store=..., llm=...)` sets both for the process, `with use(store=..., llm=...)` for a block.
Ids that are not there raise `NotFoundError`, requests that break a rule `InvalidRequestError`; both are
ValueErrors. No store is held while a model is asked.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar

from pydantic import ValidationError

from meetkit import availability
from meetkit.action_items import complete_action_item, get_open_action_items
from meetkit.analyses import (
    analyze_meeting,
    analyze_meeting_async,
    get_insights,
    get_transcript,
    get_usage,
)
from meetkit.availability import day
from meetkit.collaborators import configure, current_llm, current_store, use
from meetkit.errors import InvalidRequestError, LLMAPIError, shown
from meetkit.insights import briefs, model_briefs
from meetkit.llm_client import RetryObserver, RetryPolicy
from meetkit.models.base import new_id, parse
from meetkit.models.insights import PreMeetingPrep
from meetkit.models.meetings import Meeting, MeetingFilters
from meetkit.models.people import Contact, User
from meetkit.models.time import BusyInterval, TimeSlot
from meetkit.models.zones import MINUTE, resolve, to_datetime, to_microseconds
from meetkit.scheduling import (
    book_first_free,
    book_meeting,
    cancel_meeting,
    complete_meeting,
    create_meeting,
    delete_meeting,
    get_people,
    reschedule_meeting,
    sync_calendar,
    update_meeting,
)
from meetkit.storage import Store

__all__ = [
    "analyze_meeting",
    "analyze_meeting_async",
    "book_first_free",
    "book_meeting",
    "cancel_meeting",
    "complete_action_item",
    "complete_meeting",
    "configure",
    "create_contact",
    "create_meeting",
    "create_user",
    "delete_meeting",
    "explain_start",
    "find_available_slots",
    "generate_pre_meeting_prep",
    "generate_pre_meeting_prep_with_retry",
    "get_all_meetings",
    "get_contact",
    "get_insights",
    "get_meeting",
    "get_open_action_items",
    "get_people",
    "get_prep",
    "get_transcript",
    "get_usage",
    "get_user",
    "reschedule_meeting",
    "sync_calendar",
    "update_contact",
    "update_meeting",
    "update_user",
    "use",
]

_log = logging.getLogger("meetkit")
PersonT = TypeVar("PersonT", User, Contact)
_PREP = "prep"


def get_all_meetings(user_id: str, filters: Mapping[str, Any] | MeetingFilters | None = None) -> list[Meeting]:
    """The meetings that a user owns or attends, by date, then id; see `MeetingFilters` for what filters can say."""
    return current_store().list_meetings(user_id, parse(MeetingFilters, {} if filters is None else filters))


def get_meeting(meeting_id: str) -> Meeting:
    """The meeting of that id."""
    return current_store().get_meeting(meeting_id)


def get_user(user_id: str) -> User:
    """The user of that id."""
    return current_store().get_user(user_id)


def create_user(user: Mapping[str, Any] | User) -> User:
    """Keep a new user; one without an `id` is given a new one.

    Raises:
        ConflictError: the id is taken.
    """
    created = _with_id(User, user)
    current_store().add_user(created)
    return created


def update_user(user_id: str, updates: Mapping[str, Any]) -> User:
    """Change fields of a user, other than `id`."""
    return current_store().update_user(user_id, lambda user: _changed(user, updates))


def get_contact(contact_id: str) -> Contact:
    """The contact of that id."""
    return current_store().get_contact(contact_id)


def create_contact(contact: Mapping[str, Any] | Contact) -> Contact:
    """Keep a new contact; one without an `id` is given a new one.

    Raises:
        ConflictError: the id is taken.
    """
    created = _with_id(Contact, contact)
    current_store().add_contact(created)
    return created


def update_contact(contact_id: str, updates: Mapping[str, Any]) -> Contact:
    """Change fields of a contact, other than `id`."""
    return current_store().update_contact(contact_id, lambda contact: _changed(contact, updates))


def find_available_slots(
    user_ids: Sequence[str],
    date: str | dt.date,
    duration_minutes: int,
    work_hours: tuple[float, float] | None = (9, 17),
    *,
    timezone: str | None = None,
    step_minutes: int | None = None,
    buffer_minutes: int = 0,
) -> list[TimeSlot]:
    """When all these users are free on a date: the gaps of at least the duration, within work hours.

    Args:
        user_ids: at least one; meetings that they own or attend are busy, cancelled ones are not.
        date: a date or `YYYY-MM-DD`, a day of `timezone`.
        duration_minutes: at least 1.
        work_hours: from and to, in hours from midnight in `timezone`, 9.5 being 09:30, on any weekday;
            `None` for each user's own hours in their own zone, with their exceptions.
        timezone: an IANA name, by default the first user's. The answer has its offsets.
        step_minutes: given, the answer is slots of exactly the duration, one every so many minutes.
        buffer_minutes: kept free before and after each meeting.
    """
    asked = {
        "user_ids": user_ids,
        "date": date,
        "duration_minutes": duration_minutes,
        "work_hours": work_hours,
        "timezone": timezone,
        "step_minutes": step_minutes,
        "buffer_minutes": buffer_minutes,
    }
    query = parse(day.DayQuery, asked)
    store = current_store()
    zone = query.timezone or store.get_user(query.user_ids[0]).timezone
    if query.work_hours:
        windows = day.windows_of_day(query.date, zone, query.work_hours)
    else:
        windows = day.windows_of_users(query.date, zone, map(store.get_user, query.user_ids))
    reach = query.buffer_minutes * MINUTE
    start, end = (windows[0][0] - reach, windows[-1][1] + reach) if windows else (0, 0)
    return day.slots_in(windows, store.busy_intervals(query.user_ids, start, end), query, zone)


def explain_start(
    user_ids: Sequence[str], start: str | dt.datetime, duration_minutes: int
) -> list[availability.Obstacle]:
    """Why these users cannot meet at an instant, by their own hours and meetings; nothing where they can.

    A naive `start` is wall-clock time of the first user.
    """
    asked = parse(day.StartQuery, {"user_ids": user_ids, "start": start, "duration_minutes": duration_minutes})
    store = current_store()
    users = [store.get_user(user_id) for user_id in asked.user_ids]
    begins = resolve(asked.start, users[0].timezone)
    ends = begins + dt.timedelta(minutes=asked.duration_minutes)
    query = {
        "participants": [_participant(store, user, begins, ends) for user in users],
        "window_start": begins,
        "window_end": ends,
        "duration_minutes": asked.duration_minutes,
    }
    return availability.explain(parse(availability.AvailabilityQuery, query), begins)


def get_prep(meeting_id: str) -> PreMeetingPrep | None:
    """The brief that was last written for a meeting, if any."""
    stored = current_store().get_artefact(meeting_id, _PREP)
    return None if stored is None else PreMeetingPrep.model_validate_json(stored)


def generate_pre_meeting_prep(meeting_id: str, *, history_limit: int = 5) -> PreMeetingPrep:
    """Write the brief for a meeting with a contact, in one attempt, and keep it beside the meeting.

    It draws on the last `history_limit` meetings with that contact before this one. Without a model, the
    offline engine writes it.

    Raises:
        InvalidRequestError: the meeting is internal.
        LLMAPIError: the model failed; `LLMOutputError`, where its answer cannot be used.
    """
    return _write_prep(meeting_id, history_limit)


def generate_pre_meeting_prep_with_retry(
    meeting_id: str,
    max_retries: int = 3,
    *,
    history_limit: int = 5,
    fallback: Literal["offline"] | None = None,
    on_retry: RetryObserver | None = None,
) -> PreMeetingPrep:
    """As `generate_pre_meeting_prep`, asking the model up to `max_retries` times.

    Between attempts it waits 0.1, 0.2, 0.4 … seconds, at most 5. `fallback="offline"` returns the offline
    engine's brief, whose `engine` says so, instead of raising. `on_retry` is told of each
    failed attempt that is followed by another.

    Raises:
        InvalidRequestError: `max_retries` is less than 1, or the meeting is internal; never retried.
        LLMAPIError: all attempts failed; `causes` has the error of each. One that cannot get better, such as
            `LLMRejectedError`, is raised at once.
    """
    if fallback not in (None, "offline"):
        raise InvalidRequestError(f"fallback: 'offline' or None, not {shown(fallback)}")
    try:
        policy = RetryPolicy(attempts=max_retries)
    except ValidationError:
        raise InvalidRequestError(
            f"max_retries: the number of attempts, at least 1, not {shown(max_retries)}"
        ) from None
    return _write_prep(meeting_id, history_limit, policy=policy, fallback=fallback, on_retry=on_retry)


def _write_prep(
    meeting_id: str,
    history_limit: int,
    *,
    policy: RetryPolicy | None = None,
    fallback: Literal["offline"] | None = None,
    on_retry: RetryObserver | None = None,
) -> PreMeetingPrep:
    store, llm = current_store(), current_llm()
    now = _now()
    sources = briefs.gather(store, meeting_id, history_limit=history_limit, now=now)
    if llm is None:
        prep = briefs.write_offline(sources)
    else:
        try:
            prep = model_briefs.write_with_model(
                sources, llm, policy=policy, on_retry=on_retry, on_usage=store.add_usage
            )
        except LLMAPIError as error:
            if fallback is None:
                raise
            _log.warning("the model failed (%s); the offline engine wrote the brief", type(error).__name__)
            prep = briefs.write_offline(sources)
    store.put_artefact(meeting_id, _PREP, prep.model_dump_json())
    return prep


def _participant(store: Store, user: User, start: dt.datetime, end: dt.datetime) -> availability.Participant:
    busy = store.busy_intervals([user.id], to_microseconds(start), to_microseconds(end))
    return availability.Participant(
        id=user.id,
        timezone=user.timezone,
        work_hours=user.work_hours,
        exceptions=user.exceptions,
        busy=tuple(
            BusyInterval(start=to_datetime(begins), end=to_datetime(ends)) for begins, ends in sorted(set(busy))
        ),
    )


def _with_id(model: type[PersonT], person: Mapping[str, Any] | PersonT) -> PersonT:
    if isinstance(person, Mapping):
        return parse(model, {"id": new_id(model.__name__.lower()), **person})
    return parse(model, person)


def _changed(person: PersonT, updates: Mapping[str, Any]) -> PersonT:
    if not isinstance(updates, Mapping):
        raise InvalidRequestError("updates: a mapping from field to value")
    if "id" in updates:
        raise InvalidRequestError("id cannot be changed")
    kept = {name: getattr(person, name) for name in type(person).model_fields}
    return parse(type(person), {**kept, **updates})


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
