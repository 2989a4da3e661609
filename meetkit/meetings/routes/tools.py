"""The tools of meetings: the routes that assistants may call."""

from __future__ import annotations

from meetkit.mcp.tool import Tool
from meetkit.meetings.routes.analysis_bodies import Analysis
from meetkit.meetings.routes.bodies import Explanation, FirstFree, Move, NewMeeting, WindowSearch
from meetkit.meetings.routes.queries import (
    ActionItemQuery,
    AnalyzeQuery,
    MeetingQuery,
    OffsetsQuery,
    PeopleQuery,
    PrepareQuery,
)

_MEETING = "/meetings/{meeting_id}"
# What a model reads needs no unit of JavaScript's.
_OFFSETS = frozenset({"offsets"})
# `after` leads to the next page, too.
_PAGE = frozenset({"page"})

TOOLS = (
    Tool(
        name="list_users",
        description="List the users, who are colleagues, by name, with their ids, time zones and work hours.",
        method="GET",
        path="/users",
        query=PeopleQuery,
        without=_PAGE,
        is_read_only=True,
    ),
    Tool(
        name="list_contacts",
        description="List the contacts, who are people of other companies, by name, with their ids.",
        method="GET",
        path="/contacts",
        query=PeopleQuery,
        without=_PAGE,
        is_read_only=True,
    ),
    Tool(
        name="list_meetings",
        description="List meetings by date: the caller's own, or those of the named users. `next` of a result is "
        "`after` of the next page.",
        method="GET",
        path="/meetings",
        query=MeetingQuery,
        without=_PAGE,
        is_read_only=True,
    ),
    Tool(
        name="get_meeting",
        description="Get a meeting with its summary and action items, without its transcript.",
        method="GET",
        path=_MEETING,
        is_read_only=True,
    ),
    Tool(
        name="find_free_time",
        description="Find when all these users can meet within [from, to), in their work hours. "
        "Times without an offset are wall-clock times of `timezone`, by default the first user's.",
        method="POST",
        path="/availability",
        body=WindowSearch,
        is_read_only=True,
    ),
    Tool(
        name="explain_time",
        description="Explain why these users cannot meet at a time; the list is empty where they can.",
        method="POST",
        path="/availability/explain",
        body=Explanation,
        is_read_only=True,
    ),
    Tool(
        name="book_meeting",
        description="Book a meeting at a time when all its users are free; an error lists who is busy, and when. A "
        "date without an offset is wall-clock time of its owner, by default the caller.",
        method="POST",
        path="/meetings/book",
        body=NewMeeting,
        has_key=True,
    ),
    Tool(
        name="book_first_free",
        description="Book a meeting at the first time within [from, to) when all these users are "
        "free, in their work hours; by default the caller alone.",
        method="POST",
        path="/meetings/book-first-free",
        body=FirstFree,
        has_key=True,
    ),
    Tool(
        name="reschedule_meeting",
        description="Move a meeting; a booked one only to a time when all its users are free.",
        method="POST",
        path=f"{_MEETING}/reschedule",
        body=Move,
        is_destructive=True,
    ),
    Tool(
        name="cancel_meeting",
        description="Cancel a meeting, which frees the time of its users.",
        method="POST",
        path=f"{_MEETING}/cancel",
        is_destructive=True,
    ),
    Tool(
        name="get_brief",
        description="Get the last brief that was written for a meeting.",
        method="GET",
        path=f"{_MEETING}/prep",
        is_read_only=True,
    ),
    Tool(
        name="write_brief",
        description="Write the brief for a meeting with a contact from the past meetings, in place of the last one.",
        method="POST",
        path=f"{_MEETING}/prepare",
        query=PrepareQuery,
    ),
    Tool(
        name="get_insights",
        description="Get the analysis of a meeting: its summary, action items, decisions, questions and mood, each "
        "with the quote that supports it.",
        method="GET",
        path=f"{_MEETING}/insights",
        query=OffsetsQuery,
        without=_OFFSETS,
        is_read_only=True,
    ),
    Tool(
        name="analyze_meeting",
        description="Analyze a transcript, or without one that which is stored with the meeting, and store the "
        "insights with it in place of the last ones.",
        method="POST",
        path=f"{_MEETING}/analyze",
        query=AnalyzeQuery,
        body=Analysis,
        is_destructive=True,
    ),
    Tool(
        name="get_transcript",
        description="Get all that was said in a meeting, which may be long and confidential; only where the user "
        "asks for the transcript itself.",
        method="GET",
        path=f"{_MEETING}/transcript",
        query=OffsetsQuery,
        without=_OFFSETS,
        is_read_only=True,
    ),
    Tool(
        name="list_action_items",
        description="List the open action items of a user, by default the caller, or with a contact.",
        method="GET",
        path="/action-items",
        query=ActionItemQuery,
        without=_PAGE,
        is_read_only=True,
    ),
    Tool(
        name="complete_action_item",
        description="Mark an action item of a meeting as done.",
        method="POST",
        path="/action-items/{meeting_id}/{item_id}/complete",
    ),
)
