"""Modality of sentences: conditional, reported, doubted, undecided or a question.

Only a plain assertion decides something or commits somebody. Patterns for English.
"""

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
# The words of other people commit nobody who is in the meeting.
_REPORTED_SPEECH = re.compile(
    rf"\b(?:he|she|they|you|people|somebody|someone|everybody|everyone|who|(?-i:(?!We\b)[A-Z]\w+))"
    rf" (?:had |has |have |just |also |once |always )?{_SAY}\b"
    r"|\b(?:told|tells?|telling|asked|asking) (?:me|us|him|her|them|everyone|everybody|(?-i:[A-Z]\w+))\b"
    r"|\b(?:according to|supposedly|allegedly|apparently|rumou?rs?|heard that|hear that)\b"
    r"|[\"\u201c\u201d\u00ab\u00bb]",
    re.IGNORECASE,
)
_DOUBT = re.compile(
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
_NO_DECISION = re.compile(
    r"\b(?:maybe|perhaps|might)\b|(?:n't|\bnot|\bnever|\bnobody|\bno one|\bneither|\byet to) "
    r"(?:(?:yet|really|all|been|be|have|has|ever|finally) ){0,3}"
    r"(?:decided?|agreed?|settled?|approved?|accepted?|signed?|confirmed?|resolved?|concluded?|chosen|choose)\b",
    re.IGNORECASE,
)


def is_conditional(sentence: str) -> bool:
    """Return whether a sentence depends on a condition. Polite phrases ("if that's okay") do not count."""
    return bool(_CONDITION.search(_POLITE.sub("", sentence.replace("\u2019", "'"))))


def is_reported_or_doubted(sentence: str) -> bool:
    """Return whether a sentence reports what somebody said, or doubts or denies its statement."""
    plain = sentence.replace("\u2019", "'")
    return bool(_REPORTED_SPEECH.search(plain) or _DOUBT.search(plain))


def is_undecided(sentence: str) -> bool:
    """Return whether a sentence says that something is open or not decided."""
    return bool(_NO_DECISION.search(fold(sentence)))


def ends_with_question_mark(sentence: str) -> bool:
    """Return whether a sentence ends with a question mark, apart from closing quotes and brackets."""
    return sentence.rstrip("\"'\u201d\u2019)]} ").endswith(("?", "\uff1f", "\u061f"))
