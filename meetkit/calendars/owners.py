"""The owner of a calendar that does not name one, from its attendees."""

from __future__ import annotations

import re

from meetkit.calendars.events import address
from meetkit.calendars.lines import Block, Source

# The address ends the line; parameters precede it.
_ATTENDEE = re.compile(rb"^ATTENDEE[;:][^\n]*?(mailto:[^\s\";,:]{3,254})[ \t]*$", re.MULTILINE | re.IGNORECASE)
# An event with more attendees is a broadcast, which says little about the owner.
_MAX_ATTENDEES = 500


def common_attendee(source: Source) -> str | None:
    """Return the one attendee that all events with attendees have in common; `None` where there is not exactly one.

    In the calendar of an invitee that is the owner, as the other attendees change from event to event.
    """
    common: set[str] = set()
    for block in source.events:
        attendees = _attendees(source, block)
        if attendees:
            common = common & attendees if common else attendees
            if not common:
                return None
    return common.pop() if len(common) == 1 else None


def _attendees(source: Source, block: Block) -> set[str]:
    addresses: set[str] = set()
    for match in _ATTENDEE.finditer(source.data, block.start, block.end):
        addresses.add(address(match[1].decode("utf-8", "replace")))
        if len(addresses) > _MAX_ATTENDEES:
            return set()
    return addresses
