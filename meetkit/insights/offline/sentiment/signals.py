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


# Characters before a signal that are searched for a negation.
_NEAR = 40


def _signal(reason: str, tone: float, weight: float, *phrases: str) -> Signal:
    return Signal(reason, tone, weight, re.compile(rf"\b(?:{'|'.join(phrases)})\b"))


# "We will", "we might", but also the future of a condition: "we'd".
_WE_MAY = (
    r"(?:we|i)(?:'ll|'d|'re|'m| will| would| may| might| could| shall| are| am)(?: going to)?"
    r"(?: (?:just|simply|probably|also|then|certainly|definitely|seriously|actually))?"
    r"(?: (?:start|begin|have to|need to|be))*"
)
_SOMEBODY_ELSE = (
    r"(?:someone else|somebody else|something else|alternatives"
    r"|(?:another|other|a different|a new|different|an alternative|a cheaper|cheaper) (?:\w+ )?"
    r"(?:vendor|supplier|provider|tool|product|solution|option|partner|agency|company|firm|carrier|bank|airline|shop"
    r"|store|brand|platform|service|one)s?)"
)
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
    rf"(?:switch|move|go|change)(?:ing|hing)?(?: over| back)? (?:to|with) (?:{_SOMEBODY_ELSE}|your competit\w+"
    r"|the competition)|(?:switching|moving) to (?:another|a different|the other) \w+",
    r"(?:switch|move) to (?:another|a different|the other) \w+",
    rf"{_WE_MAY} (?:look|shop|search)(?:ping|ing)? (?:at|for|into|around for) {_SOMEBODY_ELSE}",
    rf"{_WE_MAY} (?:find|choos|choose|pick|try)(?:ing)? {_SOMEBODY_ELSE}",
    rf"{_WE_MAY} (?:leav(?:e|ing)(?: you)?(?=[.!,;]| if| as | by | at | for |$)|part(?:ing)? ways|shop(?:ping)? around"
    r"|stop(?:ping)? using (?:you|it|this|the \w+)|drop(?:ping)? (?:you|your|the contract))",
    rf"{_WE_MAY} reconsider(?:ing)? (?:the|our|this) (?:\w+ )?(?:contract|renewal|partnership|subscription|agreement)",
    r"(?:thinking|think) (?:about|of) (?:leaving|cancell?ing|switching|quitting|moving on)",
    r"consider(?:ing)? (?:leaving|cancell?ing|switching|moving on)",
    r"take (?:our|my) (?:business|money|account|custom) (?:elsewhere|somewhere else)",
    r"(?:won't|not|isn't|aren't) (?:be )?(?:renewing|continuing|staying|extending)",
    r"get(?:ting)? out of (?:the|our|this) (?:contract|agreement)|(?:last|final) chance",
    r"(?:look|go)(?:ing)? elsewhere",
    r"deal ?breaker",
    r"we(?:'re| are) (?:leaving|done with)",
)
RIVAL = _signal(
    "weighs another vendor",
    -0.3,
    -0.5,
    r"(?:another|other|competing|cheaper|different|rival) (?:vendor|supplier|provider)s?",
    r"competitors?",
    r"(?:also|already|now|currently) (?:looking at|(?:talk|speak)ing (?:to|with)|in talks with|considering|evaluating"
    r"|testing|comparing|trialling|piloting) (?!you|the|your|our|it|that|this)\w+",
    r"(?:quote|offer|proposal|bid)s? from (?!you|us|me|the|our|them|your)\w+",
    r"\w+ (?:has |have |had )?(?:quoted|offered|pitched) (?:it to )?us",
    r"compar(?:e|ed|ing) (?:you|your \w+) (?:with|to|against) (?!last|the previous)\w+",
    r"(?:evaluat|consider|trial|test|shortlist|look)\w*(?: at)? (?:\w+ ){0,2}alternatives?",
    r"instead of (?:you|your \w+|yours)\b",
    r"(?:half|third of|fraction of) (?:the|your) price",
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
    r"(?:never|didn't|did not|hasn't|has not|haven't|have not) (?:\w+ )?(?:arrived?|showed up|shown up|received?"
    r"|turned up|been delivered)",
    r"still (?:haven't|hasn't|don't have|doesn't work|missing|broken|waiting|have no)",
    r"(?:been )?wait(?:ing|ed) (?:\w+ ){0,3}(?:hours|days|weeks|months)",
    r"(?:refus(?:e|es|ed|ing)|den(?:y|ies|ied)) (?:\w+ ){0,3}(?:refund|compensation|claim|money|help|replacement)",
    r"(?:no|without a|without any) (?:refund|compensation|apology|reply|response)\b|(?:won't|can't|cannot|not) refund",
    r"(?:want|get|need) my money back|charged (?:me |us )?(?:twice|again)|lost my \w+",
    r"my (?:\w+ )?is (?:lost|missing|gone)",
    r"(?:was|came|is|arrived) (?:broken|damaged|faulty|defective)",
    r"waste of (?:time|money)|ridiculous|rip-?off|(?:terrible|horrible|awful) (?:service|support|experience)",
    r"(?:speak|talk) to (?:a|your) (?:manager|supervisor)|(?:file|filing|make|making) a complaint",
    r"(?:nobody|no one) (?:\w+ )?(?:can tell|could tell|will tell|knows|helps|cares|called back)",
)
PRAISE = _signal(
    "praises",
    0.4,
    0.5,
    r"(?:i|we) (?:really |do )?(?:like|liked|love|loved|appreciate) (?:it|this|that|the|how"
    r"|your (?!patience|time|understanding|call|feedback|business|loyalty))",
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
RISKS = (THREAT, RIVAL)
"""The signals that the other side may leave."""
SIGNALS = (THREAT, RIVAL, COMPLAINT, PRAISE, MORE)
"""All signals, the most serious first."""


# "We don't need another vendor": a negation just before, with no other subject between.
_NEGATED = re.compile(r"(?:n't|\bnot|\bnever|\bno)(?: (?!we\b|i\b|they\b|you\b|if\b|so\b|then\b)\w+){0,3} \Z")


def find_signals(text: str) -> tuple[Signal, ...]:
    """Return the signals of a sentence; a question has none, nor does a statement with a negation right before it."""
    plain = " ".join(text.casefold().replace("\u2019", "'").split())
    if asks(plain):
        return ()
    return tuple(signal for signal in SIGNALS if _occurs(signal, plain))


def _occurs(signal: Signal, plain: str) -> bool:
    return any(
        not plain.endswith(_NEGATIONS_BEFORE, 0, match.start())
        and not (signal is RIVAL and _NEGATED.search(plain, max(0, match.start() - _NEAR), match.start()))
        for match in signal.pattern.finditer(plain)
    )
