"""The owner of a calendar that does not name one, from its attendees."""

from __future__ import annotations

import re

from meetkit.calendars.events import address
from meetkit.calendars.lines import Block, Source

# The address ends the line; parameters precede it.
_PERSON = re.compile(
    rb"^(ATTENDEE|ORGANIZER)[;:][^\n]*?(mailto:[^\s\";,:]{3,254})[ \t]*$", re.MULTILINE | re.IGNORECASE
)
# An event with more attendees is a broadcast, which says little about the owner.
_MAX_ATTENDEES = 500


def common_participant(source: Source) -> str | None:
    """Return the one address that takes part in all events with attendees; `None` where there is not exactly one.

    In the calendar of an invitee or an organizer that is the owner, as the others change from event to event. Where
    one organizer meets one guest only, the calendar may be either's.
    """
    common: set[str] = set()
    for block in source.events:
        participants = _participants(source, block)
        if participants:
            common = common & participants if common else participants
            if not common:
                return None
    return common.pop() if len(common) == 1 else None


def _participants(source: Source, block: Block) -> set[str]:
    """Return attendees and organizer of an event with attendees."""
    addresses: set[str] = set()
    has_attendees = False
    for match in _PERSON.finditer(source.data, block.start, block.end):
        has_attendees |= match[1].upper() == b"ATTENDEE"
        addresses.add(address(match[2].decode("utf-8", "replace")))
        if len(addresses) > _MAX_ATTENDEES:
            return set()
    return addresses if has_attendees else set()
