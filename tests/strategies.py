"""Hypothesis strategies for what people and programs can give."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import strategies as st

from meetkit.accounts.models import ChangeEmailRequest, Identity
from meetkit.accounts.oauth.provider import Pending
from meetkit.availability import AvailabilityQuery, AvailabilityResult, Obstacle, Participant, Slot
from meetkit.availability.day import DayQuery, StartQuery
from meetkit.availability.first import BookingRequest, FirstFreeRequest, WindowQuery
from meetkit.calendars import Problem
from meetkit.calendars.query import BusyQuery
from meetkit.jobs.models import Job, JobError
from meetkit.llm_client import RetryPolicy
from meetkit.mail import Message
from meetkit.meetings.round_robin import HostQuery, RoundRobinRequest
from meetkit.models import (
    ActionItem,
    BusyInterval,
    Calendar,
    Contact,
    CreateMeetingRequest,
    DateException,
    Deadline,
    Evidence,
    Highlight,
    Hours,
    Meeting,
    MeetingFilters,
    MeetingUpdate,
    PendingActionItem,
    PeopleFilters,
    PreMeetingPrep,
    TimeSlot,
    User,
    WorkHours,
)
from meetkit.models.busy_policy import BusyPolicy
from meetkit.models.caller import Caller
from meetkit.models.records import (
    CalendarRecord,
    ContactRecord,
    IdempotencyKey,
    MeetingRecord,
    RequestRecord,
    UserRecord,
)
from meetkit.models.rules import BookingRules
from meetkit.models.seats import SeatHolder
from meetkit.models.zone_changes import ZoneChange
from meetkit.settings import Settings
from meetkit.storage import SqlOptions

ZONES = sorted(name for name in available_timezones() if name[0].isupper())
# Zones with clock changes of 30 minutes, at odd hours, of whole days, or none at all.
ODD_ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "America/Sao_Paulo",
    "Africa/Casablanca",
    "Asia/Gaza",
    "Antarctica/Troll",
)

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
phrases = texts.filter(str.strip)
lines = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=40).filter(str.strip)
# Titles and names of requests show something.
names = lines.filter(lambda text: any(map(str.isalnum, text)))
emails = st.from_regex(
    r"[a-z0-9+_-]{1,10}(\.[a-z0-9+_-]{1,9})?@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.){1,3}[a-z]{2,6}", fullmatch=True
).filter(lambda email: len(email) <= 254)
zones = st.sampled_from(ZONES)
dates = st.dates(dt.date(2, 1, 2), dt.date(9998, 12, 30))
naive_moments = st.datetimes(dt.datetime(2, 1, 2), dt.datetime(9998, 12, 30))
offsets = st.integers(-23 * 60, 23 * 60).map(lambda minutes: dt.timezone(dt.timedelta(minutes=minutes)))
instants = st.datetimes(
    dt.datetime(2, 1, 2), dt.datetime(9998, 12, 30), timezones=st.one_of(offsets, zones.map(ZoneInfo), st.just(dt.UTC))
)
clocks = st.integers(0, 24 * 60 - 1).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")
ends = clocks | st.just("24:00")

hours = st.builds(Hours, start=clocks, end=ends)
work_hours = st.builds(WorkHours, days=st.sets(st.integers(0, 6), min_size=1), start=clocks, end=ends)
exceptions = st.builds(DateException, date=dates, hours=st.lists(hours, max_size=2))
some_exceptions = st.lists(exceptions, max_size=3, unique_by=lambda exception: exception.date)
people = {"id": lines, "name": lines, "email": emails, "role": lines, "tenant_id": lines}
users = st.builds(
    User, **people, timezone=zones, work_hours=st.lists(work_hours, max_size=3), exceptions=some_exceptions
)
contacts = st.builds(Contact, **people, company=lines, timezone=st.none() | zones)

evidence = st.builds(
    lambda start, length, **rest: Evidence(start=start, end=start + length, **rest),
    start=st.integers(0, 10**6),
    length=st.integers(0, 10**6),
    quote=texts,
    turn=st.integers(0, 10**6),
    speaker=st.none() | lines,
    field=st.none() | lines,
)
deadlines = st.builds(
    Deadline,
    phrase=lines,
    anchor=st.none() | dates,
    timezone=zones,
    date=st.none() | dates,
    candidates=st.lists(dates, max_size=2).map(tuple),
)
action_items = st.builds(
    ActionItem,
    id=lines,
    task=phrases,
    owner=st.none() | lines,
    deadline=st.none() | deadlines,
    priority=st.sampled_from(["low", "medium", "high"]),
    status=st.sampled_from(["open", "done"]),
    done_at=st.none() | instants,
    evidence=st.lists(evidence, max_size=2),
)
statuses = st.sampled_from(["scheduled", "completed", "cancelled"])
sentiments = st.none() | st.sampled_from(["positive", "neutral", "negative", "mixed"])
durations = st.integers(1, 24 * 60)
meetings = st.builds(
    Meeting,
    id=lines,
    user_id=lines,
    contact_id=st.none() | lines,
    attendee_ids=st.lists(lines, max_size=3),
    title=names,
    date=instants,
    timezone=zones,
    duration_minutes=durations,
    status=statuses,
    transcript=st.none() | texts,
    summary=st.none() | texts,
    action_items=st.lists(action_items, max_size=2),
    sentiment=sentiments,
    exclusive=st.booleans(),
    created_at=st.none() | instants,
    updated_at=st.none() | instants,
    version=st.integers(1, 2**53),
)
requests = st.builds(
    CreateMeetingRequest,
    user_id=lines,
    contact_id=st.none() | lines,
    attendee_ids=st.lists(lines, max_size=3),
    title=names,
    date=naive_moments | instants,
    duration_minutes=durations,
)
updates = st.fixed_dictionaries(
    {},
    optional={
        "user_id": lines,
        "contact_id": st.none() | lines,
        "attendee_ids": st.lists(lines, max_size=3),
        "title": names,
        "date": naive_moments | instants,
        "timezone": zones,
        "duration_minutes": durations,
        "status": statuses,
        "transcript": st.none() | texts,
        "summary": st.none() | texts,
        "action_items": st.lists(action_items, max_size=2),
        "sentiment": sentiments,
        "expected_version": st.integers(1, 100),
    },
).map(MeetingUpdate.model_validate)
filters = st.builds(
    MeetingFilters,
    contact_id=st.none() | lines,
    date_from=st.none() | dates | naive_moments | instants,
    date_to=st.none() | dates | naive_moments | instants,
    status=st.none() | statuses,
    kind=st.none() | st.sampled_from(["internal", "external"]),
    text=st.none() | texts,
    limit=st.none() | st.integers(1, 1000),
    after=st.none() | lines,
    offset=st.integers(0, 1000),
)
people_filters = st.builds(
    PeopleFilters,
    tenant_id=lines,
    text=st.none() | texts,
    limit=st.none() | st.integers(1, 1000),
    after=st.none() | lines,
    offset=st.integers(0, 1000),
)


def _ordered(pair: list[dt.datetime]) -> list[dt.datetime]:
    # By instant: two datetimes of one zone would be compared by their wall clocks.
    return sorted(pair, key=lambda moment: moment.astimezone(dt.UTC))


pairs = st.lists(instants, min_size=2, max_size=2, unique_by=lambda moment: moment.astimezone(dt.UTC)).map(_ordered)
slots = pairs.map(lambda pair: TimeSlot(start_time=pair[0], end_time=pair[1]))
busy_intervals = st.builds(
    lambda pair, status: BusyInterval(start=pair[0], end=pair[1], status=status),
    pairs,
    st.sampled_from(["busy", "tentative"]),
)
calendar_intervals = st.builds(
    lambda start, length, status: BusyInterval(start=start, end=start.astimezone(dt.UTC) + length, status=status),
    instants,
    st.timedeltas(dt.timedelta(), dt.timedelta(days=30)),
    st.sampled_from(["busy", "tentative"]),
)
calendars = st.builds(Calendar, name=lines, busy=st.lists(calendar_intervals, max_size=3), synced_at=instants)
keys = st.builds(IdempotencyKey, key=lines, fingerprint=st.text("0123456789abcdef", min_size=64, max_size=64))
records = (
    st.builds(UserRecord, user=users),
    st.builds(ContactRecord, contact=contacts),
    st.builds(CalendarRecord, user_id=lines, calendar=calendars),
    st.builds(MeetingRecord, meeting=meetings, artefacts=st.dictionaries(lines, texts, max_size=2)),
    st.builds(RequestRecord, idempotency=keys, meeting_id=lines, result=st.none() | meetings),
)
highlights = st.builds(Highlight, text=phrases, meeting_id=lines)
pending_items = st.builds(
    lambda item, **rest: PendingActionItem(**dict(item), **rest), action_items, meeting_id=lines, overdue=st.booleans()
)
preps = st.builds(
    PreMeetingPrep,
    meeting_id=lines,
    contact_summary=phrases,
    recent_highlights=st.lists(highlights, max_size=3),
    changes=st.lists(highlights, max_size=2),
    talking_points=st.lists(phrases, min_size=3, max_size=5),
    pending_action_items=st.lists(pending_items, max_size=2),
    engine=lines,
    generated_at=instants,
)
obstacles = st.builds(
    lambda pair, who, reason: Obstacle(participant_id=who, reason=reason, start=pair[0], end=pair[1]),
    pairs,
    st.none() | lines,
    st.sampled_from(["busy", "outside_hours", "buffer", "notice", "window"]),
)
bookable_slots = st.builds(
    lambda pair, missing: Slot(start_time=pair[0], end_time=pair[1], missing=missing),
    pairs,
    st.lists(lines, max_size=3),
)
participants = st.builds(
    Participant,
    id=lines,
    timezone=zones,
    work_hours=st.lists(work_hours, max_size=2),
    busy=st.lists(busy_intervals, max_size=2),
    exceptions=some_exceptions,
)
queries = st.builds(
    lambda people, start, length, **rest: AvailabilityQuery(
        participants=people, window_start=start, window_end=start.astimezone(dt.UTC) + length, **rest
    ),
    st.lists(participants, min_size=1, max_size=2, unique_by=lambda person: person.id),
    instants,
    st.timedeltas(dt.timedelta(microseconds=1), dt.timedelta(hours=20)),
    duration_minutes=st.integers(1, 1000),
    step_minutes=st.none() | st.integers(1, 1000),
    buffer_before_minutes=st.integers(0, 100),
    buffer_after_minutes=st.integers(0, 100),
    min_notice_minutes=st.integers(0, 100),
    now=instants,
    limit=st.none() | st.integers(1, 1000),
    tentative_is_busy=st.booleans(),
)
results = st.builds(AvailabilityResult, free=st.lists(slots, max_size=2), slots=st.lists(bookable_slots, max_size=2))
policies = st.builds(
    RetryPolicy,
    attempts=st.integers(1, 100),
    wait_initial=st.floats(0, 10),
    wait_max=st.floats(0, 10),
    wait_jitter=st.floats(0, 10),
    timeout=st.none() | st.floats(0.1, 10),
    call_timeout=st.none() | st.floats(0.1, 10),
    repair=st.booleans(),
)
day_queries = st.builds(
    DayQuery,
    user_ids=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=9), min_size=1),
    date=dates,
    duration_minutes=st.integers(1, 10**9),
    work_hours=st.none() | st.tuples(st.floats(0, 11), st.floats(12, 24)),
    timezone=st.none() | zones,
    step_minutes=st.none() | st.integers(1, 1000),
    buffer_minutes=st.integers(0, 100),
)
start_queries = st.builds(
    StartQuery, user_ids=st.just(("a",)), start=naive_moments | instants, duration_minutes=st.integers(1, 1000)
)
first_free_requests = st.builds(
    FirstFreeRequest,
    user_ids=st.just(("a",)),
    duration_minutes=durations,
    window_start=naive_moments | instants,
    window_end=naive_moments | instants,
    title=names,
    contact_id=st.none() | lines,
    timezone=st.none() | zones,
)
window_queries = st.builds(
    WindowQuery,
    user_ids=st.just(("a",)),
    duration_minutes=durations,
    window_start=naive_moments | instants,
    window_end=naive_moments | instants,
    timezone=st.none() | zones,
    step_minutes=st.none() | durations,
    buffer_minutes=st.integers(0, 100),
    limit=st.integers(1, 1000),
)
options = st.builds(SqlOptions, synchronous=st.sampled_from(["FULL", "NORMAL"]), busy_timeout=st.floats(0, 60))
callers = st.builds(
    Caller,
    account_id=lines,
    user_id=lines,
    tenant_id=lines,
    access=st.sampled_from(["admin", "manager", "member", "viewer"]),
    team_ids=st.frozensets(lines, max_size=3),
    right=st.sampled_from(["read", "write", "admin"]),
    session_id=st.none() | lines,
)
# Not by `builds`, which would infer the many that are left out here.
settings = st.fixed_dictionaries(
    {},
    optional={
        "model": lines,
        "model_key": texts,
        "model_timeout": st.floats(0.1, 600),
        "model_budget_tokens": st.integers(1, 10**9),
        "database_url": texts,
        "sqlite_synchronous": st.sampled_from(["FULL", "NORMAL"]),
        "environment": st.sampled_from(["development", "production"]),
        "mail_from": emails,
        "signup": st.sampled_from(["join", "found", "closed"]),
    },
).map(Settings.model_validate)
messages = st.builds(Message, to=emails, subject=lines, text=texts)
providers = st.sampled_from(["google", "github"])
identities = st.builds(
    Identity, provider=providers, subject=lines, email=emails, email_verified=st.booleans(), name=lines
)
pendings = st.builds(Pending, provider=providers, state=lines, nonce=lines, code_verifier=lines, redirect_uri=phrases)
problems = st.builds(
    Problem, component=st.sampled_from(["VCALENDAR", "VEVENT", "VFREEBUSY"]), uid=st.none() | lines, message=phrases
)
busy_queries = st.builds(
    lambda start, length, **rest: BusyQuery(start=start, end=start.astimezone(dt.UTC) + length, **rest),
    instants,
    st.timedeltas(dt.timedelta(microseconds=1), dt.timedelta(hours=20)),
    timezone=zones,
    owner=st.none() | emails,
    max_bytes=st.integers(1, 10**9),
)
rules = st.builds(
    BookingRules,
    min_notice_minutes=st.integers(0, 365 * 24 * 60),
    buffer_minutes=st.integers(0, 7 * 24 * 60),
    max_meetings_per_day=st.none() | st.integers(1, 100),
    max_minutes_per_day=st.none() | durations,
    max_meetings_per_week=st.none() | st.integers(1, 100),
    max_minutes_per_week=st.none() | st.integers(1, 7 * 24 * 60),
)
zone_changes = st.builds(ZoneChange, date=dates, timezone=zones)
busy_policies = st.builds(
    BusyPolicy,
    all_day=st.sampled_from(["busy", "opaque", "free"]),
    tentative=st.booleans(),
    ignore=st.booleans(),
)
booking_requests = st.builds(
    BookingRequest,
    user_id=lines,
    attendee_ids=st.lists(lines, max_size=3),
    title=names,
    date=naive_moments | instants,
    duration_minutes=durations,
    min_notice_minutes=st.integers(0, 100),
    buffer_minutes=st.integers(0, 100),
    rules=st.none() | rules,
)
seat_holders = st.one_of(
    lines.map(lambda one: SeatHolder(user_id=one)), lines.map(lambda one: SeatHolder(contact_id=one))
)
job_errors = st.builds(JobError, status=st.integers(400, 599), detail=phrases)
jobs = st.builds(
    Job,
    id=lines,
    kind=lines,
    subject=lines,
    status=st.sampled_from(["running", "done", "failed"]),
    result=st.none() | lines,
    error=st.none() | job_errors,
    created_at=instants,
    ended_at=st.none() | instants,
)
host_fields = {
    "hosts": st.just(("a",)),
    "duration_minutes": durations,
    "window_start": naive_moments | instants,
    "window_end": naive_moments | instants,
    "timezone": st.none() | zones,
}
round_robin_requests = st.builds(RoundRobinRequest, **host_fields, title=names, rotation=lines)
host_queries = st.builds(HostQuery, **host_fields, limit=st.integers(1, 1000))
email_changes = st.builds(ChangeEmailRequest, email=emails, current_password=st.none() | lines)

EVERY = (
    *(
        users,
        contacts,
        meetings,
        requests,
        updates,
        filters,
        people_filters,
        slots,
        busy_intervals,
        preps,
        work_hours,
        hours,
        exceptions,
    ),
    *(calendars, keys, *records),
    *(evidence, deadlines, action_items, pending_items, highlights),
    *(obstacles, bookable_slots, participants, queries, results, day_queries, start_queries, policies, settings),
    *(first_free_requests, window_queries, options),
    *(rules, zone_changes, busy_policies, booking_requests, email_changes),
    *(seat_holders, job_errors, jobs, round_robin_requests, host_queries),
    *(problems, busy_queries, callers, messages, identities, pendings),
)
