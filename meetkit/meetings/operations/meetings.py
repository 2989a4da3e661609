"""What the routes of meetings do: keep them, find them, book them."""

from __future__ import annotations

from heapq import merge
from itertools import groupby, islice
from typing import Any
from urllib.parse import quote

from meetkit import meeting_service
from meetkit.errors import InvalidRequestError
from meetkit.meetings.operations.etags import etag, is_known, precondition, version_asked
from meetkit.meetings.routes.bodies import FirstFree, MeetingPage, Move, NewMeeting
from meetkit.meetings.routes.queries import MAX_USERS, MeetingQuery, OneMeetingQuery
from meetkit.models.meetings import CreateMeetingRequest, Meeting, MeetingUpdate
from meetkit.web.authorization import requires
from meetkit.web.context import RequestContext
from meetkit.web.paging import PREFIX, cursor_errors, page_of
from meetkit.web.reply import Reply

WITHOUT_TRANSCRIPT: Any = {"exclude": {"transcript"}}
WITHOUT_TRANSCRIPTS: Any = {"exclude": {"items": {"__all__": {"transcript"}}}}


@requires(write=True)
def create_meeting(context: RequestContext, body: NewMeeting, idempotency_key: str | None = None) -> Reply:
    """Create a meeting."""
    asked = _owned(context, body)
    return _created(meeting_service.create_meeting(asked, idempotency_key=context.idempotency_key(idempotency_key)))


@requires(write=True)
def book_meeting(context: RequestContext, body: NewMeeting, idempotency_key: str | None = None) -> Reply:
    """Create a meeting whose people are all free."""
    asked = _owned(context, body)
    return _created(meeting_service.book_meeting(asked, idempotency_key=context.idempotency_key(idempotency_key)))


@requires(write=True)
def book_first_free(context: RequestContext, body: FirstFree, idempotency_key: str | None = None) -> Reply:
    """Create a meeting as early as its people are free."""
    asked = {name: getattr(body, name) for name in FirstFree.model_fields}
    asked["user_ids"] = body.user_ids or [context.own_user("user_ids")]
    return _created(meeting_service.book_first_free(**asked, idempotency_key=context.idempotency_key(idempotency_key)))


@requires()
def list_meetings(context: RequestContext, query: MeetingQuery) -> Reply:
    """The meetings of one or several users, each meeting once."""
    user_ids = _team(context) if query.of else list(dict.fromkeys(query.user_id)) or [context.own_user("user_id")]
    with cursor_errors("meeting", query.after):
        found = _of_one(user_ids[0], query) if len(user_ids) == 1 else _of_several(user_ids, query)
    return page_of(MeetingPage, "/meetings", query, found, lambda meeting: meeting.id, **WITHOUT_TRANSCRIPTS)


@requires()
def get_meeting(
    context: RequestContext, meeting_id: str, query: OneMeetingQuery, *, if_none_match: str | None = None
) -> Reply:
    """A meeting, with its transcript only where that is asked for."""
    with_transcript = query.include == "transcript"
    found = meeting_service.get_meeting(meeting_id, transcript=with_transcript)
    if is_known(found, if_none_match):
        return Reply(304, headers=etag(found))
    if not with_transcript:
        return meeting_reply(found)
    if found.transcript is not None:
        context.record("transcript_read", meeting_id)
    return Reply.of(found, headers=etag(found))


@requires(write=True)
def update_meeting(
    context: RequestContext, meeting_id: str, body: MeetingUpdate, *, if_match: str | None = None
) -> Reply:
    """Change a meeting."""
    with precondition(if_match):
        by_tag = version_asked(meeting_id, if_match)
        expected = body.expected_version or by_tag
        changes = body.changes | ({"expected_version": expected} if expected else {})
        return meeting_reply(meeting_service.update_meeting(meeting_id, changes))


@requires(write=True)
def delete_meeting(context: RequestContext, meeting_id: str, *, if_match: str | None = None) -> Reply:
    """Remove a meeting and all that was made from it."""
    with precondition(if_match):
        meeting_service.delete_meeting(meeting_id, expected_version=version_asked(meeting_id, if_match))
    return Reply(204)


@requires(write=True)
def reschedule_meeting(context: RequestContext, meeting_id: str, body: Move, *, if_match: str | None = None) -> Reply:
    """Move a meeting."""
    with precondition(if_match):
        moved = meeting_service.reschedule_meeting(
            meeting_id,
            body.date,
            duration_minutes=body.duration_minutes,
            timezone=body.timezone,
            expected_version=version_asked(meeting_id, if_match),
        )
    return meeting_reply(moved)


@requires(write=True)
def cancel_meeting(context: RequestContext, meeting_id: str, *, if_match: str | None = None) -> Reply:
    """Call a meeting off."""
    with precondition(if_match):
        version = version_asked(meeting_id, if_match)
        return meeting_reply(meeting_service.cancel_meeting(meeting_id, expected_version=version))


@requires(write=True)
def complete_meeting(context: RequestContext, meeting_id: str, *, if_match: str | None = None) -> Reply:
    """Note that a meeting took place."""
    with precondition(if_match):
        version = version_asked(meeting_id, if_match)
        return meeting_reply(meeting_service.complete_meeting(meeting_id, expected_version=version))


def meeting_reply(meeting: Meeting, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    """A meeting and its version, without its transcript."""
    return Reply.of(meeting, status, etag(meeting) | (headers or {}), **WITHOUT_TRANSCRIPT)


def _created(meeting: Meeting) -> Reply:
    return meeting_reply(meeting, 201, {"Location": f"{PREFIX}/meetings/{quote(meeting.id, safe='')}"})


def _owned(context: RequestContext, body: NewMeeting) -> CreateMeetingRequest:
    return body.of(body.user_id or context.own_user("user_id"))


def _team(context: RequestContext) -> list[str]:
    if context.caller is None:
        raise InvalidRequestError("of: nobody is signed in who could have a team; name users by user_id")
    found = sorted(context.caller.team_ids)
    if len(found) > MAX_USERS:
        raise InvalidRequestError(
            f"of: your teams have {len(found)} users, and a list is of at most {MAX_USERS}; name some by user_id"
        )
    return found


def _of_one(user_id: str, query: MeetingQuery) -> list[Meeting]:
    filters = query.filters(limit=query.limit + 1, offset=query.offset)
    return meeting_service.get_all_meetings(user_id, filters, transcript=False)


def _of_several(user_ids: list[str], query: MeetingQuery) -> list[Meeting]:
    until = query.offset + query.limit + 1
    lists = [
        meeting_service.get_all_meetings(user_id, query.filters(limit=until), transcript=False) for user_id in user_ids
    ]
    merged = groupby(merge(*lists, key=_place), key=_place)
    return list(islice((next(same) for _, same in merged), query.offset, until))


def _place(meeting: Meeting) -> tuple[Any, str]:
    return meeting.date, meeting.id
