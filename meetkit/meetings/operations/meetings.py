"""Operations on meetings: create, book, list, read, change, move, end."""

from __future__ import annotations

from heapq import merge
from itertools import groupby, islice
from typing import Any, TypeVar
from urllib.parse import quote

from meetkit.errors import InvalidRequestError
from meetkit.meetings import service
from meetkit.meetings.operations.availability import window_names
from meetkit.meetings.operations.etags import etag, expected_version, is_not_modified, precondition
from meetkit.meetings.routes.bodies import (
    Booking,
    FirstFree,
    MeetingPage,
    MeetingResponse,
    Move,
    NewMeeting,
    RoundRobin,
)
from meetkit.meetings.routes.queries import MAX_USERS, CompleteQuery, MeetingQuery, OneMeetingQuery
from meetkit.models.base import parse
from meetkit.models.meetings import Meeting, MeetingUpdate
from meetkit.web.authorization import requires
from meetkit.web.context import RequestContext
from meetkit.web.paging import PREFIX, cursor_errors, page_of
from meetkit.web.reply import Reply

NewMeetingT = TypeVar("NewMeetingT", NewMeeting, Booking)
WITHOUT_TRANSCRIPT: Any = {"exclude": {"transcript"}}
WITHOUT_TRANSCRIPTS: Any = {"exclude": {"items": {"__all__": {"transcript"}}}}


@requires(write=True)
def create_meeting(context: RequestContext, body: NewMeeting, idempotency_key: str | None = None) -> Reply:
    """Create a meeting."""
    key = context.idempotency_key(idempotency_key)
    return creation_reply(service.create_meeting(with_owner(body, context), idempotency_key=key))


@requires(write=True)
def book_meeting(context: RequestContext, body: Booking, idempotency_key: str | None = None) -> Reply:
    """Create a meeting whose people are all free."""
    key = context.idempotency_key(idempotency_key)
    return creation_reply(service.book_meeting(with_owner(body, context), idempotency_key=key))


@requires(write=True)
def book_first_free(context: RequestContext, body: FirstFree, idempotency_key: str | None = None) -> Reply:
    """Create a meeting as early as its people are free."""
    request = {name: getattr(body, name) for name in FirstFree.model_fields}
    request["user_ids"] = body.user_ids or [context.own_user("user_ids")]
    key = context.idempotency_key(idempotency_key)
    with window_names():
        return creation_reply(service.book_first_free(**request, idempotency_key=key))


@requires(write=True)
def book_round_robin(context: RequestContext, body: RoundRobin, idempotency_key: str | None = None) -> Reply:
    """Create a meeting of the free host who was booked longest ago."""
    request = {name: getattr(body, name) for name in RoundRobin.model_fields}
    key = context.idempotency_key(idempotency_key)
    with window_names():
        return creation_reply(service.book_round_robin(**request, idempotency_key=key))


@requires()
def list_meetings(context: RequestContext, query: MeetingQuery) -> Reply:
    """List the meetings of one or several users, each meeting once."""
    user_ids = _team(context) if query.of else list(dict.fromkeys(query.user_id)) or [context.own_user("user_id")]
    with cursor_errors("meeting", query.after):
        meetings = _of_user(user_ids[0], query) if len(user_ids) == 1 else _of_users(user_ids, query)
    return page_of(MeetingPage, "/meetings", query, meetings, lambda meeting: meeting.id, **WITHOUT_TRANSCRIPTS)


@requires()
def get_meeting(
    context: RequestContext, meeting_id: str, query: OneMeetingQuery, *, if_none_match: str | None = None
) -> Reply:
    """Return a meeting, with its transcript only where the query includes that."""
    with_transcript = query.include == "transcript"
    meeting = service.get_meeting(meeting_id, transcript=with_transcript)
    if is_not_modified(meeting, if_none_match):
        return Reply(304, headers=etag(meeting))
    if not with_transcript:
        return meeting_reply(meeting)
    if meeting.transcript is not None:
        context.record("transcript_read", meeting_id)
    return Reply.of(meeting, headers=etag(meeting))


@requires(write=True)
def update_meeting(
    context: RequestContext, meeting_id: str, body: MeetingUpdate, *, if_match: str | None = None
) -> Reply:
    """Change a meeting."""
    with precondition(if_match):
        # The body's version takes precedence, but a stale If-Match still fails.
        if_match_version = expected_version(meeting_id, if_match)
        version = body.expected_version or if_match_version
        changes = body.changes | ({"expected_version": version} if version else {})
        return meeting_reply(service.update_meeting(meeting_id, parse(MeetingUpdate, changes)))


@requires(write=True)
def delete_meeting(context: RequestContext, meeting_id: str, *, if_match: str | None = None) -> Reply:
    """Delete a meeting and everything derived from it."""
    with precondition(if_match):
        service.delete_meeting(meeting_id, expected_version=expected_version(meeting_id, if_match))
    return Reply(204)


@requires(write=True)
def reschedule_meeting(context: RequestContext, meeting_id: str, body: Move, *, if_match: str | None = None) -> Reply:
    """Move a meeting."""
    with precondition(if_match):
        meeting = service.reschedule_meeting(
            meeting_id,
            body.date,
            duration_minutes=body.duration_minutes,
            timezone=body.timezone,
            min_notice_minutes=body.min_notice_minutes,
            buffer_minutes=body.buffer_minutes,
            rules=body.rules,
            expected_version=expected_version(meeting_id, if_match),
        )
    return meeting_reply(meeting)


@requires(write=True)
def cancel_meeting(context: RequestContext, meeting_id: str, *, if_match: str | None = None) -> Reply:
    """Cancel a meeting."""
    with precondition(if_match):
        version = expected_version(meeting_id, if_match)
        return meeting_reply(service.cancel_meeting(meeting_id, expected_version=version))


@requires(write=True)
def complete_meeting(
    context: RequestContext, meeting_id: str, query: CompleteQuery, *, if_match: str | None = None
) -> Reply:
    """Mark a meeting as completed."""
    with precondition(if_match):
        version = expected_version(meeting_id, if_match)
        return meeting_reply(service.complete_meeting(meeting_id, force=query.force, expected_version=version))


@requires(write=True)
def reopen_meeting(context: RequestContext, meeting_id: str, *, if_match: str | None = None) -> Reply:
    """Mark a completed meeting as scheduled again."""
    with precondition(if_match):
        version = expected_version(meeting_id, if_match)
        return meeting_reply(service.reopen_meeting(meeting_id, expected_version=version))


@requires(write=True)
def respond_to_meeting(
    context: RequestContext, meeting_id: str, body: MeetingResponse, *, if_match: str | None = None
) -> Reply:
    """Record the response of an attendee."""
    user_id = body.user_id or context.own_user("user_id")
    with precondition(if_match):
        version = expected_version(meeting_id, if_match)
        meeting = service.respond_to_meeting(
            meeting_id, user_id, body.response, force=body.force, expected_version=version
        )
    return meeting_reply(meeting)


def meeting_reply(meeting: Meeting, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    """Return a meeting and its version, without its transcript."""
    return Reply.of(meeting, status, etag(meeting) | (headers or {}), **WITHOUT_TRANSCRIPT)


def creation_reply(meeting: Meeting) -> Reply:
    """Return a new meeting and its address."""
    return meeting_reply(meeting, 201, {"Location": f"{PREFIX}/meetings/{quote(meeting.id, safe='')}"})


def with_owner(body: NewMeetingT, context: RequestContext) -> NewMeetingT:
    """Return the body with its owner, by default the caller."""
    return body if body.user_id else body.model_copy(update={"user_id": context.own_user("user_id")})


def _team(context: RequestContext) -> list[str]:
    if context.caller is None:
        raise InvalidRequestError("of=team requires an authenticated caller; use user_id")
    user_ids = sorted(context.caller.team_ids)
    if len(user_ids) > MAX_USERS:
        raise InvalidRequestError(
            f"of=team: your teams have {len(user_ids)} users, more than the maximum of {MAX_USERS}; "
            "select some by user_id"
        )
    return user_ids


def _of_user(user_id: str, query: MeetingQuery) -> list[Meeting]:
    filters = query.filters(limit=query.limit + 1, offset=query.offset)
    return service.get_all_meetings(user_id, filters, transcript=False)


def _of_users(user_ids: list[str], query: MeetingQuery) -> list[Meeting]:
    until = query.offset + query.limit + 1
    lists = [service.get_all_meetings(user_id, query.filters(limit=until), transcript=False) for user_id in user_ids]
    # A meeting of several of these users is in the list of each.
    in_order = merge(*lists, key=_sort_key, reverse=query.sort == "-date")
    distinct = (next(copies) for _, copies in groupby(in_order, key=_sort_key))
    return list(islice(distinct, query.offset, until))


def _sort_key(meeting: Meeting) -> tuple[Any, str]:
    return meeting.date, meeting.id
