"""The heads of commitments: the words before the verb that say who is to do it, and how binding that is."""

from __future__ import annotations

import re
from enum import Enum
from functools import cache

from meetkit.insights.language.word_lists import listed


class Kind(Enum):
    """How binding a turn of speech is, and on whom."""

    PROMISE = "promise"
    """Binds the speaker: "I'll …"."""
    OFFER = "offer"
    """Binds the speaker once it is taken up: "I can …", "shall I …?", "if you like, I'll …"."""
    DUTY = "duty"
    """Binds the speaker: "I need to …"."""
    OURS = "ours"
    """Binds the speaker's side, but nobody by name: "We'll …"."""
    NAMED = "named"
    """Binds the person who is named: "Lukas will …", "Lukas, can you …?"."""
    NOBODY = "nobody"
    """Binds nobody yet: "Someone should …"."""
    REQUEST = "request"
    """Binds whoever accepts it: "Could you …?"."""


_MUST = r"(?:'ll| (?:should|needs? to|has to|must|ought to|will|to))"
_PEOPLE = "(?:team|colleagues?|assistant|engineers?|side|people|lawyers?|office|department)"
_FROM = r"(?: (?:from|in|on) (?:the |your |our )?\w+)?"
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
    Kind.OURS: rf"""
        we'll|we will|we shall|(?:we're|we are) (?:going to|gonna)|we (?:need|have|ought) to|we must|we've got to
        (?:my|our) (?:\w+ )?{_PEOPLE}(?:'ll| will| (?:is|are) going to)
    """,
    Kind.NOBODY: rf"""
        (?:we (?:\w+ )?need )?(?:someone|somebody|one of us)(?: else)?{_FROM}{_MUST}
    """,
    Kind.REQUEST: r"""
        do you think you (?:could|can)|would you (?:be able|be so kind as|be willing|like) to|would you mind
        (?:could|can|would|will|won't) you(?: guys| two)?
        (?:can|could|may|might) (?:i|we) (?:please )?ask you to|(?:i|we)(?:'d| would)? (?:need|want|like) you to
        you(?:'ll| will)? (?:need|have) to|you'll|you will|you should|you (?:can|could)
        (?:can|could|may) (?:i|we)(?= (?:please |also |maybe )?(?:have|get)\b)|please|^kindly
    """,
}
_OF_A_NAME = (
    r"(?:'ll| (?:will|is going to|is gonna|has to|needs to|is supposed to|should|must|promised to|agreed to"
    r"|volunteered to|to))"
)
_ADVERBS = r"""
    also|then|just|definitely|certainly|gladly|personally|probably|quickly|happily|still|first|now|at least|simply
    please|maybe|possibly|perhaps|actually|of course|in turn|try to|try and|make sure to|be sure to|go ahead and
    be able to|be happy to|be glad to|need to|have to|kindly|all|go and|help|be(?= \w+ing\b)
    try my best to|do my best to|hopefully
"""


# No head but that of a name begins with another letter, and to look at one letter is quick.
_FIRST_LETTER = "(?=[cdiklmopswy])"


def _any(lines: str) -> str:
    """The alternatives of some lines; one that begins with a bar goes on with that before."""
    return "|".join(line.strip() for line in lines.strip().splitlines()).replace("||", "|")


@cache
def head_pattern() -> re.Pattern[str]:
    """Return the pattern of a head, in the group of its kind, and of the verb after it, in the group `verb`.

    Made for straight apostrophes; compiled when first used.
    """
    kinds = "|".join(rf"(?P<{kind.value}>(?:{_any(words)})\b)" for kind, words in _HEADS.items())
    named = rf"(?P<{Kind.NAMED.value}>(?<=[\w.]){_OF_A_NAME}\b)"
    pattern = (
        rf"(?:\b{_FIRST_LETTER}(?:{kinds})|{named}),? (?:(?:{_any(_ADVERBS)}) ){{0,4}}(?P<verb>[a-z][a-z-]{{1,20}})\b"
    )
    return re.compile(pattern.replace(" ", r"\s{1,5}"), re.IGNORECASE)


CUES = listed(
    "i'll we'll you'll ill will shall gonna going happy glad delighted let lemme need needs have has got"
    " gotta must should"
    " ought can could please kindly promise promised plan commit intend undertake i'd might may would"
    " someone somebody won't"
    " agree agreed volunteered supposed want like hope to"
)
"""No head is without one of these words, or one that ends in 'll."""
