"""Priorities of action items, by the words that state them."""

from __future__ import annotations

import re

from meetkit.models.insights import Priority

# Tried first, as "not urgent" contains "urgent".
_LOW = re.compile(
    r"\b(?:no (?:rush|hurry|pressure)|(?:not|isn't|n't) (?:that |so |very )?(?:urgent|pressing|critical"
    r"|a priority)|low(?:er)?[ -]priority"
    r"|whenever|nice[ -]to[ -]have|when (?:you|i|we) (?:get (?:a chance|around to it)|have (?:the )?time)"
    r"|time permitting|at some point"
    r"|takes? your time|can wait|eventually)\b",
    re.IGNORECASE,
)
_HIGH = re.compile(
    r"\b(?:urgent(?:ly)?|asap|as soon as possible|critical|crucial|block(?:er|ers|ing|ed)|(?:top|high"
    r"|highest) priority|immediately"
    r"|right away|straight away|at once|without delay|emergency|deal[ -]?breaker|showstopper"
    r"|first priority|number one priority)\b",
    re.IGNORECASE,
)


def priority_words(text: str) -> tuple[Priority, int, int] | None:
    """Return the priority that a text states, with the span of its words; "not urgent" is low. `None` if none."""
    text = text.replace("\u2019", "'")
    if low := _LOW.search(text):
        return "low", *low.span()
    high = _HIGH.search(text)
    return ("high", *high.span()) if high else None
