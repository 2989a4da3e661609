"""Patterns of commitments: the words before the verb, the head, that say who is to act and how binding it is."""

from __future__ import annotations

import re
from enum import Enum

from meetkit.insights.language.word_lists import word_set


class Kind(Enum):
    """The kinds of commitment, by whom they bind and how firmly."""

    PROMISE = "promise"
    """Binds the speaker: "I'll …"."""
    OFFER = "offer"
    """Binds the speaker once it is accepted: "I can …", "shall I …?", "if you like, I'll …"."""
    DUTY = "duty"
    """Binds the speaker: "I need to …"."""
    TEAM = "team"
    """Binds the speaker's side, but no person by name: "We'll …"."""
    ASSIGNMENT = "assignment"
    """Binds the person it names: "Lukas will …", "Lukas, can you …?"."""
    ANYONE = "anyone"
    """Binds nobody yet: "Someone should …"."""
    REQUEST = "request"
    """Binds whoever accepts it: "Could you …?"."""
    CALL = "call"
    """Asks for a volunteer: "Who can …?", "Could somebody …?"."""


_MUST = r"(?:'ll| (?:should|needs? to|has to|must|ought to|will|to))"
_PEOPLE = "(?:team|colleagues?|assistant|engineers?|side|people|lawyers?|office|department)"
_OF_PLACE = r"(?: (?:from|in|on) (?:the |your |our )?\w+)?"
_HEADS = {
    Kind.PROMISE: r"""
        my (?:\w+ )?(?:action item|action point|to-?do|task|homework) (?:is|will be) to
        what i'll do(?: then| next)? is
        i'll|i will|i shall|(?:i'm|i am|im) (?:going to|gonna)
        i (?:promise|plan|commit|intend|undertake|agree)(?: you)? to
        (?:i'd be|i would be|i'm|i am) (?:\w+ )?(?:happy|glad|delighted) to
        ill(?= (?:also )?(?:send|share|check|follow|update|prepare|get|schedule|set|book|forward)\b)
    """,
    Kind.OFFER: r"""
        i can|i could|i might|i may|i'd(?= (?:send|share)\b)|let me|lemme|(?:i'd|i would) like to|i (?:hope|want) to
        (?:shall|should|can|may) i(?! (?:please |also |maybe )?(?:have|get|ask)\b)
        (?:do you )?want me to|would you like me to
    """,
    Kind.DUTY: r"i (?:need|have|ought) to|i've got to|i(?:'ve)? gotta|i must|i should",
    Kind.TEAM: rf"""
        we'll|we will|we shall|(?:we're|we are) (?:going to|gonna)|we (?:need|have|ought) to|we must|we've got to
        let's|let us
        (?:my|our) (?:\w+ )?{_PEOPLE}(?:'ll| will| (?:is|are) going to)
    """,
    Kind.ANYONE: rf"""
        (?:we (?:\w+ )?need )?(?:someone|somebody|one of us)(?: else)?{_OF_PLACE}{_MUST}
    """,
    Kind.CALL: r"""
        who(?:'s|'ll| is| can| could| will| would| wants| has (?:the )?time| is able)(?: going| gonna| like)?(?: to)?
        (?:can|could|will|would) (?:someone|somebody|anyone|anybody|(?:one|any) of (?:you|us))(?: else| here| please)?
        who(?= (?:makes|does|takes|writes|sends|organi[sz]es|books|prepares|orders|calls|brings|checks|drafts)\b)
        any (?:volunteers?|takers?) (?:to|for)
        (?:does anyone|does anybody|anyone|anybody) (?:want|wants|up|willing|happy|free) (?:to|for)
    """,
    Kind.REQUEST: r"""
        do you think you (?:could|can)|would you (?:be able|be so kind as|be willing|like) to|would you mind
        (?:could|can|would|will|won't) you(?: guys| two)?
        (?:can|could|may|might) (?:i|we) (?:please )?ask you to|(?:i|we)(?:'d| would)? (?:need|want|like) you to
        you(?:'ll| will)? (?:need|have) to|you'll|you will|you should|you (?:can|could)
        (?:can|could|may) (?:i|we)(?= (?:please |also |maybe )?(?:have|get)\b)|please|^kindly
    """,
}
# The heads that follow a name: "Lukas will …", "Lukas to …".
_AFTER_NAME = (
    r"(?:'ll| (?:will|is going to|is gonna|has to|needs to|is supposed to|should|must|promised to|agreed to"
    r"|volunteered to|to))"
)
_ADVERBS = r"""
    also|then|just|definitely|certainly|gladly|personally|probably|quickly|happily|still|first|now|at least|simply
    please|maybe|possibly|perhaps|actually|of course|in turn|try to|try and|make sure to|be sure to|go ahead and
    be able to|be happy to|be glad to|need to|have to|kindly|all|go and|help|be(?= \w+ing\b)
    try my best to|do my best to|hopefully
"""


# Every head, except one after a name, begins with one of these letters. Testing one letter first is much faster than
# trying all alternatives at each word.
_FIRST_LETTER = "(?=[acdiklmopswy])"


def _alternatives(lines: str) -> str:
    """Return the alternatives of some lines; a line that begins with a bar continues the one before."""
    return "|".join(line.strip() for line in lines.strip().splitlines()).replace("||", "|")


def _head_pattern() -> re.Pattern[str]:
    kinds = "|".join(rf"(?P<{kind.value}>(?:{_alternatives(words)})\b)" for kind, words in _HEADS.items())
    assignment = rf"(?P<{Kind.ASSIGNMENT.value}>(?<=[\w.]){_AFTER_NAME}\b)"
    adverbs = _alternatives(_ADVERBS)
    pattern = (
        rf"(?:\b{_FIRST_LETTER}(?:{kinds})|{assignment}),? (?:(?:{adverbs}) ){{0,4}}(?P<verb>[a-z][a-z-]{{1,20}})\b"
    )
    return re.compile(pattern.replace(" ", r"\s{1,5}"), re.IGNORECASE)


# Compiled at import, as the phrases of deadlines are.
HEAD = _head_pattern()
"""The pattern of a head, in the group of its kind, and of the verb after it, in the group `verb`.

Made for straight apostrophes.
"""
CUES = word_set(
    "i'll we'll you'll ill will shall gonna going happy glad delighted let lemme need needs have has got"
    " gotta must should"
    " ought can could please kindly promise promised plan commit intend undertake i'd might may would"
    " someone somebody won't"
    " agree agreed volunteered supposed want like hope to who who's who'll any anyone anybody owe let's"
)
"""Each head contains one of these words, or a word that ends in 'll. A sentence without them is skipped."""
