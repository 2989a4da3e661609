"""Priorities of action items, by the words that state them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from meetkit.insights.language.text import Sentence
from meetkit.insights.offline.action_items.candidates import Candidate, quote
from meetkit.models.insights import Priority

# Characters around a task in which the words for its priority count.
_NEAR = 200

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


def prioritize(candidate: Candidate, turns: Sequence[Sequence[Sentence]]) -> None:
    """Set the priority by the words near the task, in the next sentence, or in the first one of the next turn."""
    sentence, turn = candidate.sentence, candidate.sentence.turn.index
    next_place = sentence.index - turns[turn][0].index + 1
    next_sentences = (
        *turns[turn][next_place : next_place + 1],
        *(turns[turn + 1][:1] if turn + 1 < len(turns) else ()),
    )
    places = [
        (sentence, max(0, candidate.end - _NEAR), candidate.end + _NEAR),
        *((nearby, 0, _NEAR) for nearby in next_sentences),
    ]
    for nearby, start, end in places:
        if priority := priority_words(nearby.text[start:end]):
            candidate.priority = priority[0]
            candidate.evidence["priority"] = [quote(nearby, start + priority[1], start + priority[2], "priority")]
            return
