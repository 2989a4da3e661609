"""In what sense a sentence is said: whether it asserts, and so can decide something or bind somebody."""

from __future__ import annotations

import re

from meetkit.insights.grounding.folding import fold

_CONDITION = re.compile(
    r"\b(?:if|unless|when|whenever|provided|providing|assuming|as long as|in case|suppose|supposing|should you"
    r"|whether|depending|otherwise)\b",
    re.IGNORECASE,
)
_POLITE = re.compile(
    r"\bif (?:that's|that is|it's|it is|that|you|at all)? ?(?:okay|ok|alright|possible|fine|works?|suits|don't mind)\b",
    re.IGNORECASE,
)
_SAY = (
    r"(?:said|says|say|saying|told|tells|claims?|claimed|promised|wrote|writes|mentioned|thinks?|thought|believes?d?)"
)
# Another's words, which bind who says them at most.
_REPORTED = re.compile(
    rf"\b(?:he|she|they|you|people|somebody|someone|everybody|everyone|who|(?-i:(?!We\b)[A-Z]\w+))"
    rf" (?:had |has |have |just |also |once |always )?{_SAY}\b"
    r"|\b(?:told|tells?|telling|asked|asking) (?:me|us|him|her|them|everyone|everybody|(?-i:[A-Z]\w+))\b"
    r"|\b(?:according to|supposedly|allegedly|apparently|rumou?rs?|heard that|hear that)\b"
    r"|[\"\u201c\u201d\u00ab\u00bb]",
    re.IGNORECASE,
)
_DOUBTED = re.compile(
    r"(?:n't|\bnot|\bnever|\bcannot|\bhardly) (?:\w+ )?(?:think|believe|expect|say|saying|promise|promising|guess|mean"
    r"|imagine|see why|know (?:if|whether|that)|sure|certain|true|right|convinced|the case)\b"
    r"|\b(?:nobody|no one|no-one|none|neither|few|who) (?:of \w+ )?(?:really |here )?(?:thinks?|believes?|says?|said"
    r"|thought|believed|expects?|wants?)\b"
    r"|\b(?:doubt|doubts|doubted|doubtful|wonder|wondering|pretend|imagine|wish|deny|denies|denied|joking|kidding"
    r"|refuse to|refused to|no way|(?:was|were) going to|rather not"
    r"|unlikely|impossible|far from|as though|as if|would have|could have|should have|might have)\b"
    r"|\b(?:wrong|false|untrue|incorrect|a lie|a myth|a mistake|nonsense) (?:that|to (?:say|think|claim|believe))\b",
    re.IGNORECASE,
)
_UNDECIDED = re.compile(
    r"\b(?:maybe|perhaps|might)\b|(?:n't|\bnot|\bnever|\bnobody|\bno one|\bneither|\byet to) "
    r"(?:(?:yet|really|all|been|be|have|has|ever|finally) ){0,3}"
    r"(?:decided?|agreed?|settled?|approved?|accepted?|signed?|confirmed?|resolved?|concluded?|chosen|choose)\b",
    re.IGNORECASE,
)


def is_conditional(sentence: str) -> bool:
    """Whether something holds only under a condition, politeness ("if that's okay") aside."""
    return bool(_CONDITION.search(_POLITE.sub("", sentence.replace("\u2019", "'"))))


def is_anothers(sentence: str) -> bool:
    """Whether a sentence reports what somebody said, or doubts or denies what it tells."""
    plain = sentence.replace("\u2019", "'")
    return bool(_REPORTED.search(plain) or _DOUBTED.search(plain))


def is_undecided(sentence: str) -> bool:
    """Whether a sentence says that nothing, or not yet, was decided."""
    return bool(_UNDECIDED.search(fold(sentence)))


def is_asked(sentence: str) -> bool:
    """Whether a sentence ends with a question mark."""
    return sentence.rstrip("\"'\u201d\u2019)]} ").endswith(("?", "\uff1f", "\u061f"))
