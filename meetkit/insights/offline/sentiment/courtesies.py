"""Courtesies: phrases that politeness asks for, whatever a speaker feels."""

from __future__ import annotations

import re
from collections.abc import Iterator

_COURTESY = re.compile(
    r"\b(?:(?:more than |very )?(?:happy|glad|delighted|pleased) to (?:help|assist|hear from|look into|check|answer"
    r"|do (?:so|that))"
    r"|(?:i'd|i would|we'd|we would) (?:be (?:happy|glad|delighted)|love) to (?:help|assist|look into|check)"
    r"|have an? (?:\w+ )?(?:great|nice|good|lovely|wonderful|pleasant|fantastic|safe|blessed) (?:\w+ )?"
    r"(?:day|evening|night|morning|afternoon|weekend|week|one|time|trip|flight|journey)"
    r"|enjoy (?:your|the rest of (?:your|the)) \w+"
    r"|(?:my|our|a) pleasure|you(?:'re| are) (?:very |most )?welcome|anytime"
    r"|(?:thank you|thanks)(?: (?:so|very) much| a lot| anyway| again)?"
    r"(?: for (?:your|contacting|reaching|waiting|choosing|calling|getting|letting|sharing|being|bearing|flying"
    r"|shopping)[^.!?;]{0,60})?"
    r"|(?:i|we) (?:\w+ )?(?:appreciate|value) (?:you\b|your (?:patience|time|understanding|feedback|business|loyalty"
    r"|cooperation|call|interest|honesty))[^.!?;]{0,40}"
    r"|(?:best|kind|warm) (?:regards|wishes)|how (?:can|may) (?:i|we) help"
    r"|(?:i )?hope (?:this|that|it) (?:helps|clears)[^.!?;]{0,30}"
    r"|(?:it's |it is )?(?:nice|good|great|lovely) to (?:meet|see|hear from|talk to|speak with) you"
    r"|(?:valued|loyal) (?:customer|member|guest|passenger)|gladly|kindly"
    r"|(?:i'm|i am|we're|we are) (?:\w+ )?sorry (?:to hear|about|for)[^.!?;]{0,40}|(?:i'm|i am) afraid)\b"
)


def courtesy_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans `[start, end)` of the courtesies in a text."""
    # Each replacement is one character for one, so that places stay.
    plain = text.lower().replace("\u2019", "'")
    if len(plain) == len(text):
        yield from (match.span() for match in _COURTESY.finditer(plain))
