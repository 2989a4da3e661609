"""Removal of the discourse markers that open a spoken sentence, such as "So, okay,"."""

from __future__ import annotations

import re

MAX_PHRASE = 2000
"""Maximum length, in characters, of the text of a finding."""
# "Okay, so what?" keeps its markers: with three words or fewer after them they may carry the sense.
_MIN_SPACES_AFTER = 3
_LEAD_IN = re.compile(
    r"(?:(?:so|okay|ok|well|right|great|good|perfect|alright|all right|and|but|then|yes|yeah|yep|sure|um+"
    r"|uh+|er+|hm+|oh|now|anyway"
    r"|fine|cool|actually|basically|like|you know|i mean|look|listen|sorry|thanks|thank you"
    r"|just to be clear|to be clear|by the way"
    r"|to recap|to summarize|in summary|one more thing|another thing|first|second|third|finally|also"
    r"|last question|quick question)"
    r"(?:\s?[,:.\u2013\u2014-]+\s{0,3}|\s{1,3})){1,6}(?=\S)",
    re.IGNORECASE,
)


def strip_discourse_markers(text: str) -> str:
    """Return a sentence without its opening discourse markers, capitalised and cut at `MAX_PHRASE` characters.

    The markers stay where three words or fewer would be left.
    """
    whole = " ".join(text.split())
    lead_in = _LEAD_IN.match(whole)
    content = whole[lead_in.end() :] if lead_in and whole.count(" ", lead_in.end()) >= _MIN_SPACES_AFTER else whole
    return (content[:1].upper() + content[1:])[:MAX_PHRASE]
