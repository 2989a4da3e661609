"""What a caller may see and change, told from the caller and the values alone."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from functools import cached_property

from meetkit.errors import ForbiddenError
from meetkit.models.caller import Caller
from meetkit.models.insights import BRIEF, ActionItem
from meetkit.models.meetings import Meeting

OPERATORS_TENANT = "default"
"""The tenant whose admins run the installation; those of others do not learn what all of them spend together."""
_FOR_ANALYSES = frozenset({"answers", "found"})
"""What an analysis keeps for the next: read by who may make one, so that no model is asked in vain."""


class Permissions:
    """A caller's permissions over values of their own tenant; whether values are of it, a store has to say."""

    def __init__(self, caller: Caller) -> None:
        """Take who asks."""
        self.caller = caller

    @cached_property
    def people(self) -> frozenset[str]:
        """Whose meetings the caller sees: their own, and a manager those of the teams too."""
        is_manager = self.caller.access == "manager"
        return self.caller.team_ids | {self.caller.user_id} if is_manager else frozenset({self.caller.user_id})

    @cached_property
    def brief_kind(self) -> str:
        """Under which kind the caller's own briefs are kept: what one was made from, not everybody sees."""
        return f"{BRIEF}:{hashlib.sha256(self.caller.user_id.encode()).hexdigest()[:40]}"

    def takes_part(self, meeting: Meeting) -> bool:
        """Whether the caller, or somebody of a manager's teams, owns or attends a meeting."""
        return meeting.user_id in self.people or not self.people.isdisjoint(meeting.attendee_ids)

    def acts_for(self, user_id: str) -> bool:
        """Whether what this user owns is the caller's to see and, but for viewers, to change."""
        return self.caller.is_admin or user_id in self.people

    def check_write(self, allowed: bool = True, what: str = "this") -> None:
        """Refuse a change.

        Raises:
            ForbiddenError: the caller may change nothing, or this is not `allowed`.
        """
        self.caller.check_write()
        if not allowed:
            raise ForbiddenError(f"this account, or this API key, may not {what}")

    def check_meeting(self, meeting: Meeting) -> None:
        """Refuse who may not change a meeting as they like.

        Raises:
            ForbiddenError: it is not the caller's, nor of a manager's teams.
        """
        self.check_write(self.acts_for(meeting.user_id), "change the meetings of this user")

    def check_change(self, before: Meeting, after: Meeting, kinds: Collection[str]) -> None:
        """Refuse a change of a meeting that the caller sees, with what is kept beside it by kind.

        Who may change it may still do so afterwards: a meeting is not given to whom the caller does not act for.
        Who attends completes items, and who sees it keeps a brief of their own.

        Raises:
            ForbiddenError: the caller may not do that.
        """
        if self.acts_for(before.user_id):
            self.check_meeting(after)
            return
        attends = self.caller.user_id in before.attendee_ids
        is_little = after == before or (attends and _only_completes(before, after))
        self.check_write(is_little and set(kinds) <= {BRIEF}, "change this meeting")

    def check_look(self, meeting: Meeting, kind: str) -> None:
        """Refuse to show what is kept beside a meeting under that kind.

        Raises:
            ForbiddenError: it is for analyses of the meeting, which the caller may not make.
        """
        if kind in _FOR_ANALYSES:
            self.check_meeting(meeting)


def _only_completes(before: Meeting, after: Meeting) -> bool:
    noted = {"action_items": after.action_items, "updated_at": after.updated_at, "version": before.version + 1}
    return (
        after.action_items != before.action_items
        and after == before.model_copy(update=noted)
        and len(after.action_items) == len(before.action_items)
        and all(map(_is_completed, before.action_items, after.action_items))
    )


def _is_completed(before: ActionItem, after: ActionItem) -> bool:
    done = before.model_copy(update={"status": "done", "done_at": after.done_at})
    return after == before or (before.status == "open" and after == done)
