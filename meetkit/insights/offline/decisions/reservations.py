"""Words around a cue that leave a matter open, or speak of a decision of another time."""

from __future__ import annotations

import re

from meetkit.insights.offline.decisions.forms import ADVERBS, DECISION_VERB, GROUP, Cue, Form

# Characters before a cue in which a negation or a condition counts.
_LOOK_BACK = 40
_OPEN = re.compile(
    r"\b(?:\w+n't|not|never|nobody|nothing|no one|yet|if|unless|until|till|when|once|before|after|whether|who|would"
    r"|could|might|may|maybe|perhaps|in case|assuming|suppose|supposed|imagine|hope|hopefully|used to|wish|thought"
    r"|heard|wonder|because|since|although|though|like)\Z|\b(?:\w+n't|not|never|nobody|nothing|if|unless"
    r"|until|whether|would|could|might|in case|assuming|suppose|supposed|imagine|used to|wish|wonder)\b"
)
_CONDITION = re.compile(r"\b(?:unless|only if|depending|if (?:they|you|he|she|it|the|we|that|there))\b")
_FORMER = re.compile(
    r"\b(?:(?:last|previous|prior|earlier|first|former) (?:year|month|quarter|week|meeting|session|call|time|board"
    r"|council|committee|spring|summer|autumn|fall|winter|monday|tuesday|wednesday|thursday|friday|january|february"
    r"|march|april|may|june|july|august|september|october|november|december)|(?:years?|months?|weeks?|days?) (?:ago"
    r"|back)"
    r"|back (?:then|in|when)|so far|until now|up to now|to date|yesterday|the other day|previously|originally"
    r"|at the time|in the past|was a mistake|formerly|at (?:our|the) (?:last|previous)|before today|used to"
    r"|(?:decided|agreed|said|discussed|chosen|settled) (?:before|earlier))\b"
)
# A decision that is only referred to: "what we decided", "the colour we chose".
_REFERENCE = re.compile(
    rf"\b(?:what|which|why|how|where|when|whatever|(?:the|those|these|all|any|every)(?: \w+){{1,3}}?(?: that| which)?"
    rf"|as|like|than|where|that) {GROUP}(?:'ve| have| had| has|'d)?{ADVERBS} {DECISION_VERB}\Z"
)
_INDIRECT = re.compile(r" (?:what|how|who|which|whether|if|when|where|why|nothing|anything|everything|so far|yet)\b")


def is_of_another_time(plain: str, cue: Cue) -> bool:
    """Return whether a sentence speaks of a former decision, or of one that is referred to and not made."""
    return (
        bool(_FORMER.search(plain))
        or bool(_REFERENCE.search(plain[: cue.end]))
        or (cue.form is Form.STATEMENT and bool(_INDIRECT.match(plain, cue.end)))
    )


def is_open(plain: str, cue: Cue) -> bool:
    """Return whether the words around a cue say that nothing is decided, or not yet."""
    before = plain[max(0, cue.start - _LOOK_BACK) : cue.start].rstrip()
    return bool(_OPEN.search(before)) or bool(_CONDITION.search(plain, cue.end))
