"""The operations on meetings that other capabilities and hosts call: plain functions over the store and model in use.

`configure(store=..., llm=...)` sets both for the process, `with use(store=..., llm=...)` for a block. Unknown ids raise
`NotFoundError`, requests that break a rule `InvalidRequestError`; both are ValueErrors. No
database connection is held while a model runs.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from meetkit.meetings.action_items import complete_action_item, get_action_items, get_open_action_items
    from meetkit.meetings.analyses import (
        analyze_meeting,
        analyze_meeting_async,
        get_insights,
        get_notes,
        get_transcript,
        get_usage,
    )
    from meetkit.meetings.attendance import respond_to_meeting
    from meetkit.meetings.briefs import (
        generate_pre_meeting_prep,
        generate_pre_meeting_prep_async,
        generate_pre_meeting_prep_with_retry,
        get_prep,
    )
    from meetkit.meetings.calendars import delete_calendar, get_calendars, sync_calendar
    from meetkit.meetings.corrections import correct_meeting
    from meetkit.meetings.erasure import erase_contact, erase_user, purge
    from meetkit.meetings.first_free import book_first_free
    from meetkit.meetings.people import (
        create_contact,
        create_user,
        get_contact,
        get_contacts,
        get_user,
        get_users,
        update_contact,
        update_user,
    )
    from meetkit.meetings.round_robin import book_round_robin, find_host_slots
    from meetkit.meetings.scheduling import (
        book_meeting,
        cancel_meeting,
        complete_meeting,
        create_meeting,
        delete_meeting,
        get_all_meetings,
        get_meeting,
        get_people,
        reopen_meeting,
        reschedule_meeting,
        update_meeting,
    )
    from meetkit.meetings.seats import book_seat, join_meeting, leave_meeting
    from meetkit.meetings.slots import explain_start, find_available_slots, find_slots_within
    from meetkit.meetings.transcripts import join_recording, rename_speakers
    from meetkit.runtime.collaborators import configure, use

# What defines the names below; the first ones load fast, the last ones load the engines of insights.
_MODULES = (
    "meetkit.runtime.collaborators",
    "meetkit.meetings.slots",
    "meetkit.meetings.people",
    "meetkit.meetings.scheduling",
    "meetkit.meetings.calendars",
    "meetkit.meetings.first_free",
    "meetkit.meetings.seats",
    "meetkit.meetings.round_robin",
    "meetkit.meetings.attendance",
    "meetkit.meetings.erasure",
    "meetkit.meetings.action_items",
    "meetkit.meetings.briefs",
    "meetkit.meetings.analyses",
    "meetkit.meetings.corrections",
    "meetkit.meetings.transcripts",
)

__all__ = [
    "analyze_meeting",
    "analyze_meeting_async",
    "book_first_free",
    "book_meeting",
    "book_round_robin",
    "book_seat",
    "cancel_meeting",
    "complete_action_item",
    "complete_meeting",
    "configure",
    "correct_meeting",
    "create_contact",
    "create_meeting",
    "create_user",
    "delete_calendar",
    "delete_meeting",
    "erase_contact",
    "erase_user",
    "explain_start",
    "find_available_slots",
    "find_host_slots",
    "find_slots_within",
    "generate_pre_meeting_prep",
    "generate_pre_meeting_prep_async",
    "generate_pre_meeting_prep_with_retry",
    "get_action_items",
    "get_all_meetings",
    "get_calendars",
    "get_contact",
    "get_contacts",
    "get_insights",
    "get_meeting",
    "get_notes",
    "get_open_action_items",
    "get_people",
    "get_prep",
    "get_transcript",
    "get_usage",
    "get_user",
    "get_users",
    "join_meeting",
    "join_recording",
    "leave_meeting",
    "purge",
    "rename_speakers",
    "reopen_meeting",
    "reschedule_meeting",
    "respond_to_meeting",
    "sync_calendar",
    "update_contact",
    "update_meeting",
    "update_user",
    "use",
]


if not TYPE_CHECKING:  # A type checker would take every name for one of these.

    def __getattr__(name: str) -> Any:
        """Load an operation with its first use, so that a program pays for what it calls."""
        if name in __all__:
            for module in map(import_module, _MODULES):
                if hasattr(module, name):
                    return globals().setdefault(name, getattr(module, name))
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
