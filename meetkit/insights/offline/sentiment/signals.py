"""Signals about a relationship in a sentence: threats, competitors, complaints, praise, plans to expand."""

from __future__ import annotations

import re
from dataclasses import dataclass

from meetkit.insights.language.text import asks


@dataclass(frozen=True, slots=True)
class Signal:
    """A kind of statement that changes a relationship, recognised by a pattern.

    `tone` is the minimum score, in its direction, of a sentence with the signal, from -1 to 1. `weight` is its
    contribution to the health of the relationship, a multiple of 1/8.
    """

    reason: str
    tone: float
    weight: float
    pattern: re.Pattern[str]


# Words that negate a signal right after them: "not happy" is no praise.
_NEGATIONS_BEFORE = tuple(
    f"{word} " for word in ("not", "n't", "never", "nor", "no", "not a", "n't a", "not that", "not so")
)


def _signal(reason: str, tone: float, weight: float, *phrases: str) -> Signal:
    return Signal(reason, tone, weight, re.compile(rf"\b(?:{'|'.join(phrases)})\b"))


THREAT = _signal(
    "threatens to leave or not to go on",
    -0.6,
    -1.0,
    r"(?:not|never|can't|cannot|can not|won't|wouldn't|couldn't) (?:\w+ ){0,2}(?:renew|recommend|sign)",
    r"(?:can't|cannot|won't|wouldn't) (?:\w+ )?(?:extend|go live|buy)",
    r"(?:end|endanger|cost|costs|lose) (?:\w+ ){0,2}(?:contract|renewal)",
    r"cancel(?:led|ing|ling|ed)? (?:\w+ ){0,2}(?:contract|subscription|account|order|pilot|agreement)",
    r"terminat(?:e|es|ed|ing) (?:\w+ ){0,3}(?:contract|subscription|account|agreement|pilot|licen[cs]es?)",
    r"(?:we|i)(?:'ll|'re| will| are| am)?(?: have to| going to| about to)? (?:churn|terminate|cancel)(?=[.!,]|$)",
    r"(?:we|i)(?:'ll| will) (?:leave you|take our business)|pull(?:ing)? the plug",
    r"walk(?:ing)? away",
    r"(?:switch|switching|move|moving) to (?:another|a different|the other) \w+",
    r"look(?:ing)? elsewhere",
    r"deal ?breaker",
    r"we(?:'re| are) (?:leaving|done with)",
)
RIVAL = _signal(
    "weighs another vendor",
    -0.3,
    -0.5,
    r"(?:another|other|competing|cheaper|different|rival) (?:vendor|supplier|provider)s?",
    r"competitors?",
)
COMPLAINT = _signal(
    "complains",
    -0.4,
    -0.5,
    r"unhappy|angry|annoy(?:ed|ing|s)|disappoint(?:ed|ing|ment)|frustrat(?:ed|ing|ion)|unacceptable|nervous|fed up",
    r"furious|outrag(?:ed|eous)|livid|appall(?:ed|ing)|disgrace(?:ful)?|useless|worthless|sick (?:and tired )?of",
    r"(?:second|third|fourth|fifth|yet another) (?:\w+ )?(?:outage|incident|crash|failure|breakdown)",
    r"lost (?:\w+ ){0,2}(?:customers?|clients?|revenue|money|orders)",
    r"(?:isn't|not|aren't|wasn't|weren't) (?:\w+ )?(?:satisf\w+|happy|acceptable|good|impress\w+|working|ready)",
    r"(?:nobody|no one) (?:told|explained|informed|called|answered)",
    r"(?:too|so) (?:expensive|slow|complicated|late)",
    r"that's a problem|don't bother|surprised us with|lose sleep|no answer|without an answer|still waiting",
    r"(?:i|we)(?:'m| am|'re| are)? complain(?:ing)?|let (?:us|me) down",
)
PRAISE = _signal(
    "praises",
    0.4,
    0.5,
    r"(?:i|we) (?:really |do )?(?:like|liked|love|loved|appreciate) (?:it|this|that|the|how|your)",
    r"that works|works (?:well|great|for us)|looking forward|impress(?:ed|ive)|fair enough|suits us|no objections",
    r"(?:very|really) (?:good|useful|helpful)|happy with|pleased with|saves? us|saved us",
    r"hate to lose|recommended you|exceeded|exactly what we (?:need|needed|want|wanted)",
    r"(?:very|most|mostly|pretty|quite) (?:good|happy|pleased|satisfied)",
)
MORE = _signal(
    "wants to go on or to do more",
    0.4,
    0.75,
    r"(?:i'd|i would|we'd|we would|we'll|we will|going to|plan to|happy to|ready to) (?:renew|recommend|extend|expand)",
    r"(?:more|additional|extra) (?:seats|agents|licenses|licences|users|teams)",
    r"(?:we|i|they|have|has) (?:have |has )?signed(?! (?:up|in))|when (?:can|could) we (?:start|begin|have it)",
    r"asked when (?:they|we|she|he) (?:can|could) (?:start|begin|have it)",
    r"wants? (?:a price|an offer|a quote|a contract) for",
)
SIGNALS = (THREAT, RIVAL, COMPLAINT, PRAISE, MORE)
"""All signals, the most serious first."""


def find_signals(text: str) -> tuple[Signal, ...]:
    """Return the signals of a sentence; a question has none, nor does a statement with a negation right before it."""
    plain = " ".join(text.casefold().replace("\u2019", "'").split())
    if asks(plain):
        return ()
    return tuple(signal for signal in SIGNALS if _occurs(signal, plain))


def _occurs(signal: Signal, plain: str) -> bool:
    return any(not plain.endswith(_NEGATIONS_BEFORE, 0, match.start()) for match in signal.pattern.finditer(plain))
