"""Permissions on meetings: rules from the caller and the values alone."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from functools import cached_property

from meetkit.errors import ForbiddenError
from meetkit.models.attendance import asks_again
from meetkit.models.caller import Caller
from meetkit.models.insights import BRIEF, ActionItem
from meetkit.models.meetings import Meeting
from meetkit.models.records import IdempotencyKey
from meetkit.models.responses import AttendeeResponse

OPERATORS_TENANT = "default"
"""The tenant whose admins operate the installation; the total cost of models is visible to them alone."""
# Attachments that an analysis leaves for the next one; only callers who may analyze the meeting read them.
_FOR_ANALYSES = frozenset({"answers", "corrections", "found"})


class Permissions:
    """A caller's permissions on values of their own tenant, which the store has checked."""

    def __init__(self, caller: Caller, *, attendee_response: AttendeeResponse = "invited") -> None:
        """Use the permissions of this caller; attendees whom they do not act for begin with that response."""
        self.caller, self._attendee_response = caller, attendee_response

    @cached_property
    def people(self) -> frozenset[str]:
        """The users whose meetings the caller may see without being an admin."""
        return self.caller.people

    @cached_property
    def brief_kind(self) -> str:
        """The attachment kind of the caller's own briefs, as not everybody may see the sources of one."""
        return f"{BRIEF}:{hashlib.sha256(self.caller.user_id.encode()).hexdigest()[:40]}"

    def own_kind(self, kind: str) -> str:
        """Return the kind under which an attachment is stored for the caller."""
        return self.brief_kind if kind == BRIEF else kind

    def own_key(self, idempotency: IdempotencyKey) -> IdempotencyKey:
        """Return the key under which a caller's idempotency key is stored, so that two callers never share one."""
        name = f"{self.caller.account_id}\n{idempotency.key}"
        return idempotency.model_copy(update={"key": hashlib.sha256(name.encode()).hexdigest()})

    def takes_part(self, meeting: Meeting) -> bool:
        """Return whether the caller, or a user in a manager's teams, owns or attends a meeting."""
        return meeting.user_id in self.people or not self.people.isdisjoint(meeting.attendee_ids)

    def acts_for(self, user_id: str) -> bool:
        """Return whether the caller may read and, unless read-only, change what this user owns."""
        return self.caller.is_admin or user_id in self.people

    def check_write(self, is_allowed: bool = True, action: str = "do this") -> None:
        """Refuse a change.

        Raises:
            ForbiddenError: the caller is read-only, or the change is not allowed.
        """
        self.caller.check_write()
        if not is_allowed:
            raise ForbiddenError(f"this account or API key may not {action}")

    def check_meeting(self, meeting: Meeting) -> None:
        """Refuse a caller who may not change every field of a meeting.

        Raises:
            ForbiddenError: neither the caller nor a user in a manager's teams owns it.
        """
        self.check_write(self.acts_for(meeting.user_id), "change the meetings of this user")

    def check_change(self, before: Meeting, after: Meeting, kinds: Collection[str]) -> None:
        """Refuse a change of a meeting that the caller may see, and of its attachments of these kinds.

        A caller who may change a meeting cannot give it to a user whom they do not act for, nor respond for one.
        Attendees may respond and complete action items, everybody of the tenant may take a seat and give up their
        own, and everybody who may see the meeting may store a brief of their own.

        Raises:
            ForbiddenError: the caller may not make this change.
        """
        responds_for = _with_other_response(before, after)
        self.check_write(all(map(self.acts_for, responds_for)), "respond for this user")
        if self.acts_for(before.user_id):
            self.check_meeting(after)
            return
        attends = self.caller.user_id in before.attendee_ids
        is_own = _only_responds(before, after) or self.takes_seat(before, after)
        is_little = after == before or is_own or (attends and _only_completes(before, after))
        self.check_write(is_little and set(kinds) <= {BRIEF}, "change this meeting")

    def can_join(self, meeting: Meeting) -> bool:
        """Return whether everybody of the tenant may take a seat: nothing was said yet that they would then read."""
        return meeting.seats is not None and meeting.status == "scheduled" and not meeting.has_content

    def takes_seat(self, before: Meeting, after: Meeting) -> bool:
        """Return whether a change is no more than that the caller takes a seat, or gives up their own."""
        # Compared as a whole, as a change that does more than this is none of theirs to make.
        without_caller = tuple(user_id for user_id in before.attendee_ids if user_id != self.caller.user_id)
        joins = self.can_join(before) and after.attendee_ids == (*before.attendee_ids, self.caller.user_id)
        leaves = before.seats is not None and after.attendee_ids == without_caller
        changes = {
            "attendee_ids": after.attendee_ids,
            "responses": {name: value for name, value in before.responses.items() if name != self.caller.user_id},
            "updated_at": after.updated_at,
            "version": before.version + 1,
        }
        return (joins or leaves) and after == before.model_copy(update=changes)

    def with_invitations(self, meeting: Meeting, before: Meeting | None = None) -> Meeting:
        """Return a meeting to which attendees are invited whom the caller does not act for.

        Those are who newly attend, and where it takes time that they have not accepted, all of them.
        """
        is_asked_again = before is None or asks_again(before, meeting)
        invitees = [
            user_id
            for user_id in meeting.attendee_ids
            if user_id != meeting.user_id
            and not self.acts_for(user_id)
            and (is_asked_again or before is None or user_id not in before.user_ids)
        ]
        if not invitees or self._attendee_response == "accepted":
            return meeting
        responses = meeting.responses | dict.fromkeys(invitees, "invited")
        return meeting.model_copy(update={"responses": responses})

    def check_look(self, meeting: Meeting, kind: str) -> None:
        """Refuse to show an attachment of that kind.

        Raises:
            ForbiddenError: it is for analyses of the meeting, which the caller may not make.
        """
        if kind in _FOR_ANALYSES:
            self.check_meeting(meeting)


def _with_other_response(before: Meeting, after: Meeting) -> list[str]:
    """List the attendees, before and after a change, whose response it changes."""
    return [
        user_id
        for user_id in after.attendee_ids
        if user_id in before.user_ids and after.response_of(user_id) != before.response_of(user_id)
    ]


def _only_responds(before: Meeting, after: Meeting) -> bool:
    changes = {"responses": after.responses, "updated_at": after.updated_at, "version": before.version + 1}
    return after.responses != before.responses and after == before.model_copy(update=changes)


def _only_completes(before: Meeting, after: Meeting) -> bool:
    changes = {"action_items": after.action_items, "updated_at": after.updated_at, "version": before.version + 1}
    return (
        after.action_items != before.action_items
        and after == before.model_copy(update=changes)
        and len(after.action_items) == len(before.action_items)
        and all(map(_is_completed, before.action_items, after.action_items))
    )


def _is_completed(before: ActionItem, after: ActionItem) -> bool:
    completed_item = before.model_copy(update={"status": "done", "done_at": after.done_at})
    return after == before or (before.status == "open" and after == completed_item)
