"""The Flask routes of meetings and people, with the readers of each operation's arguments."""

from __future__ import annotations

from meetkit.meetings.operations import action_items, availability, blocking, insights, meetings, people, seats
from meetkit.meetings.routes.analysis_bodies import Analysis, Recording, SpeakerNames
from meetkit.meetings.routes.bodies import (
    Booking,
    ContactPatch,
    Explanation,
    FirstFree,
    HostSearch,
    MeetingPatch,
    MeetingResponse,
    Move,
    NewContact,
    NewMeeting,
    NewUser,
    RoundRobin,
    Search,
    Seat,
    UserPatch,
)
from meetkit.meetings.routes.queries import (
    ActionItemQuery,
    AnalyzeQuery,
    CompleteQuery,
    MarkdownQuery,
    MeetingQuery,
    OffsetsQuery,
    OneMeetingQuery,
    PeopleQuery,
    PrepareQuery,
)
from meetkit.models.corrections import Corrections
from meetkit.web.flask.reading import (
    body,
    form_or_json,
    idempotency_key,
    if_match,
    if_none_match,
    query,
)
from meetkit.web.flask.views import Route, Routes
from meetkit.web.paging import Page

_MEETING, _CONTACT, _USER = "/meetings/<meeting_id>", "/contacts/<contact_id>", "/users/<user_id>"

_ROUTES = (
    Route("POST", "/meetings", meetings.create_meeting, [idempotency_key, body(NewMeeting)]),
    Route("GET", "/meetings", meetings.list_meetings, [query(MeetingQuery)]),
    Route("POST", "/meetings/book", meetings.book_meeting, [idempotency_key, body(Booking)]),
    Route("POST", "/meetings/book-first-free", meetings.book_first_free, [idempotency_key, body(FirstFree)]),
    Route("POST", "/meetings/book-round-robin", meetings.book_round_robin, [idempotency_key, body(RoundRobin)]),
    Route("POST", "/meetings/book-seat", seats.book_seat, [idempotency_key, body(NewMeeting)]),
    Route("GET", _MEETING, meetings.get_meeting, [query(OneMeetingQuery), if_none_match]),
    Route("PATCH", _MEETING, meetings.update_meeting, [if_match, body(MeetingPatch)]),
    Route("DELETE", _MEETING, meetings.delete_meeting, [if_match]),
    Route("POST", f"{_MEETING}/reschedule", meetings.reschedule_meeting, [if_match, body(Move)]),
    Route("POST", f"{_MEETING}/cancel", meetings.cancel_meeting, [if_match]),
    Route("POST", f"{_MEETING}/complete", meetings.complete_meeting, [query(CompleteQuery), if_match]),
    Route("POST", f"{_MEETING}/reopen", meetings.reopen_meeting, [if_match]),
    Route("POST", f"{_MEETING}/respond", meetings.respond_to_meeting, [if_match, body(MeetingResponse)]),
    Route("POST", f"{_MEETING}/join", seats.join_meeting, [body(Seat)]),
    Route("POST", f"{_MEETING}/leave", seats.leave_meeting, [body(Seat)]),
    Route("POST", f"{_MEETING}/prepare", blocking.prepare, [query(PrepareQuery)]),
    Route("GET", f"{_MEETING}/prep", insights.get_prep),
    Route("POST", f"{_MEETING}/analyze", blocking.analyze, [query(AnalyzeQuery), form_or_json(Analysis)]),
    Route("GET", f"{_MEETING}/insights", insights.get_insights, [query(OffsetsQuery)]),
    Route("GET", f"{_MEETING}/insights.md", insights.get_markdown, [query(MarkdownQuery)]),
    Route("POST", f"{_MEETING}/corrections", insights.correct, [body(Corrections)]),
    Route("POST", f"{_MEETING}/speakers", blocking.rename_speakers, [body(SpeakerNames)]),
    Route("POST", f"{_MEETING}/recordings", blocking.join_recording, [body(Recording)]),
    Route("GET", f"{_MEETING}/transcript", insights.get_transcript, [query(OffsetsQuery)]),
    Route("GET", "/users", people.list_users, [query(PeopleQuery)]),
    Route("POST", "/users", people.create_user, [idempotency_key, body(NewUser)]),
    Route("GET", _USER, people.get_user, [if_none_match]),
    Route("PATCH", _USER, people.update_user, [if_match, body(UserPatch)]),
    Route("DELETE", _USER, people.erase_user, [if_match]),
    Route("GET", "/contacts", people.list_contacts, [query(PeopleQuery)]),
    Route("POST", "/contacts", people.create_contact, [idempotency_key, body(NewContact)]),
    Route("GET", _CONTACT, people.get_contact, [if_none_match]),
    Route("PATCH", _CONTACT, people.update_contact, [if_match, body(ContactPatch)]),
    Route("DELETE", _CONTACT, people.erase_contact, [if_match]),
    Route("GET", f"{_CONTACT}/history", people.contact_history, [query(Page)]),
    Route("GET", "/action-items", action_items.list_action_items, [query(ActionItemQuery)]),
    Route("POST", "/action-items/<meeting_id>/<item_id>/complete", action_items.complete_action_item),
    Route("POST", "/availability", availability.find_slots, [body(Search)]),
    Route("POST", "/availability/hosts", availability.find_host_slots, [body(HostSearch)]),
    Route("POST", "/availability/explain", availability.explain_start, [body(Explanation)]),
)
_BOOKING = ("/meetings/book", "/meetings/book-first-free", "/meetings/book-round-robin", "/meetings/book-seat")
ROUTES = Routes(_ROUTES, only_post=_BOOKING)
