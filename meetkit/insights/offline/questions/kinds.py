"""The kind of a question, by what would answer it, and whether words are of that kind."""

from __future__ import annotations

import re
from enum import Enum

from meetkit.insights.language.word_lists import MONTHS, WEEKDAYS


class Kind(Enum):
    """What a question asks for."""

    CLOSED = "closed"
    """Yes or no."""
    CHOICE = "choice"
    """One of those named: "The red one or the blue one?"."""
    AMOUNT = "amount"
    TIME = "time"
    PERSON = "person"
    PLACE = "place"
    REASON = "reason"
    OTHER = "other"
    """Anything: "What do you think?"."""


_KINDS = (
    (
        Kind.AMOUNT,
        r"\bhow (?:many|much|long|often|far|big|large|old|high|fast|heavy|late|soon)\b|\bwhat(?:'s| is| was| are)?"
        r" (?:the |your |our )?(?:\w+ )?(?:price|cost|budget|number|size|amount|total|percentage|rate|fee|share"
        r"|count)\b",
    ),
    (Kind.TIME, r"\bwhen\b|\b(?:what|which) (?:time|day|date|week|month|year)\b|\bby what\b|\bhow soon\b"),
    (Kind.PERSON, r"\b(?:who|whom|whose|who's)\b"),
    (Kind.PLACE, r"\bwhere(?:'s)?\b|\bwhich (?:room|place|city|office)\b"),
    (Kind.REASON, r"\bwhy\b|\bhow come\b|\bwhat for\b"),
    (Kind.OTHER, r"\b(?:what|which|how|what's|how's)\b"),
    (Kind.CHOICE, r"\w (?:or) (?!not\b|something\b|anything\b|what\b|so\b|no\b)\w"),
)
_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _KINDS)
# A question whose first words are these is closed, whatever follows: "Do you know who comes?" asks who.
_AUXILIARY = re.compile(
    r"(?:(?:and|so|but|okay|ok|well|then|also|now) ){0,3}(?:do|does|did|is|are|was|were|can|could|will|would|have|has"
    r"|had|should|shall|may|am|isn't|aren't|don't|doesn't|didn't|won't|can't|couldn't|haven't|hasn't)\b"
)
_EMBEDDED_QUESTION = re.compile(
    r"\b(?:know|tell|say|remember|remind|explain|see|idea|sure|ask|wonder|wondering|clarify|thoughts?|think)"
    r"(?: me| us| on| about| of)? (?:what|when|where|who|which|why|how)\b"
)
_NUMBER = (
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|twenty"
    r"|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|half|dozen|couple|few|several|none|all"
    r"|most|zero|once|twice|both|every|nothing|many|lot)\b"
)
_FITS = {
    Kind.CLOSED: re.compile(
        r"\A(?:(?:well|oh|um|uh|so|and|hm+|actually|i think|i guess|i would say|honestly) ){0,3}(?:yes|yeah|yep"
        r"|yup|no|nope"
        r"|nah|sure|of course|exactly|right|true|correct|absolutely|definitely|certainly|indeed|mm+-?hm+|mhm+|uh-?huh"
        r"|probably|possibly|maybe|not|never|always|okay|ok|partly|mostly|almost|i think so|i hope so|i do"
        r"|i don't|we do"
        r"|good|fine|agreed|both|neither|kind of|sort of|nobody|none|everybody)\b|\A(?:i|we|you|they|he|she|it"
        r"|that|there)"
        r"(?: (?:am|is|are|was|were|do|does|did|don't|doesn't|didn't|can|can't|could|will|won't|would|have|haven't|has"
        r"|hasn't|isn't|aren't|wasn't|should|might|may|had)|'s|'re|'m|'ve|'ll|'d)\b"
    ),
    Kind.AMOUNT: re.compile(_NUMBER),
    Kind.TIME: re.compile(
        rf"{_NUMBER}|\b(?:{'|'.join((*WEEKDAYS, *MONTHS))}|today|tomorrow|yesterday|tonight|week|month|year"
        rf"|quarter|soon"
        r"|now|later|morning|afternoon|evening|noon|already|immediately|before|after|spring|summer|autumn|winter|ago)\b"
    ),
    Kind.PERSON: re.compile(
        r"\b(?:i|i'll|i'm|i'd|me|you|we|we'll|us|he|he'll|she|she'll|they|him|her|nobody|everybody|everyone|somebody|team"
        r"|people|customers?|department|legal|finance|marketing|sales|company)\b"
    ),
    Kind.PLACE: re.compile(
        r"\b(?:in|at|on|under|here|there|near|next to|behind|to|from|inside|outside|over|around|by)\b"
    ),
    Kind.REASON: re.compile(r"\b(?:because|since|so that|due to|as|reason|to|for|so|otherwise|just|it's|that's|if)\b"),
}


def kind_of(plain: str) -> Kind:
    """Return the kind of a question, given its words in lower case with one space between them."""
    is_closed = bool(_AUXILIARY.match(plain)) and not _EMBEDDED_QUESTION.search(plain)
    for kind, pattern in _PATTERNS:
        if (not is_closed or kind is Kind.CHOICE) and pattern.search(plain):
            return kind
    return Kind.CLOSED


def fits(kind: Kind, plain: str, text: str) -> bool:
    """Return whether an answer has what a question of a kind asks for; `text` is the answer as it was said."""
    if kind is Kind.PERSON and re.search(r"(?:\A|\s)[A-Z][a-z]{2,}", text):
        return True
    pattern = _FITS.get(kind)
    return pattern is None or bool(pattern.search(plain))
