"""Whose calendar a file is, where it does not say so."""

from __future__ import annotations

import re

from meetkit.calendars.events import address
from meetkit.calendars.lines import Block, Source

# The address is the last of the line; what stands before it are parameters.
_ATTENDEE = re.compile(rb"^ATTENDEE[;:][^\n]*?(mailto:[^\s\";,:]{3,254})[ \t]*$", re.MULTILINE | re.IGNORECASE)
_MAX_ATTENDEES = 500


def asked_everywhere(source: Source) -> str | None:
    """The one address that is asked to every event that anybody is asked to; `None` where there is not one.

    In the calendar of somebody who is asked to meetings that is them; an organizer's guests change.
    """
    common: set[str] = set()
    for block in source.events:
        asked = _asked(source, block)
        if asked:
            common = common & asked if common else asked
            if not common:
                return None
    return common.pop() if len(common) == 1 else None


def _asked(source: Source, block: Block) -> set[str]:
    found: set[str] = set()
    for match in _ATTENDEE.finditer(source.data, block.start, block.end):
        found.add(address(match[1].decode("utf-8", "replace")))
        if len(found) > _MAX_ATTENDEES:
            return set()
    return found
