"""Motions and votes: "I move that …", "Second.", "All in favour?" and "Motion carries." are one decision."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from meetkit.insights.language.text import Document, Sentence
from meetkit.insights.language.word_lists import word_set

# Sentences of debate between a motion and its vote: a later vote is on something else.
_MAX_DEBATE = 200
# Sentences after a call for votes in which they are cast and counted.
_MAX_COUNT = 8
_WORDS = word_set(
    "motion motions move moved carried carries passed passes pass aye ayes yeas nays noes favour favor amendment"
    " resolution adopted defeated unanimous unanimously withdraw withdrawn propose proposed content agreed ordered"
)
_MOTION = re.compile(
    r"(?:\b(?:i|we)(?:'d like to| would like to|'ll| will| want to| beg to)? (?:hereby |formally )?"
    r"(?:move|propose|make (?:a|the) motion)|\bcan i (?:move|propose)|\bmoved(?: by (?:[\w.'-]{1,30} ){1,4}?)?"
    r"|\b(?:a|the|my|this|our) motion(?: before us)?(?: is)?)\b(?P<under>,? (?:in accordance with|under|pursuant to)"
    r" [^,]{1,60},)?"
    r"(?: (?:that|to|for|on)\b)?(?: (?:we|the (?:board|committee|council|house|chair))(?: should| now| do)?"
    r" (?=[a-z]))?\s?",
    re.IGNORECASE,
)
_SUBJECT = (
    r"(?:the |that |this |both |all )?(?:main |substantive |amended )?(?:motions?|amendments?|resolution|proposal|item"
    r"|measure|ordinance|by-?law)(?: as amended| (?:no\.? |number )?\d{1,4})?"
)
_ADOPTION = r"(?:carried|carries|passed|passes|adopted|agreed to|approved|accepted|goes through)"
_DEFEAT = r"(?:defeated|lost|fails|failed|rejected|negatived|not (?:carried|passed|agreed to|adopted|approved))"
_OUTCOME = re.compile(
    rf"\b{_SUBJECT}(?: is| was| has| are| have)?(?: been)?(?: therefore| duly| unanimously| hereby| now)?"
    rf" (?:{_ADOPTION}|(?P<lost>{_DEFEAT}))\b(?: unanimously|,? \d{{1,3}} (?:to|-|\u2013) \d{{1,3}})?"
    r"|\bthe (?:ayes|yeas) have it\b|\bthe (?P<noes>noes|nays) have it\b"
    r"|\b(?:that|it)(?:'s| is| has)?(?: been)? (?:carried|passes|passed|carries) ?(?:unanimously|\d{1,3} (?:to|-)"
    r" \d{1,3})?(?=[.!,]|\Z)"
    r"|(?:\A|[.!] |so |that's |it's )(?:carried|unanimous|passed unanimously|so ordered)(?=[.!,]|\Z)",
    re.IGNORECASE,
)
_NO_OUTCOME = re.compile(
    r"\b(?:if|when|once|whether|unless|until|after|before|last|previous|previously|would|could|should|hope|whenever"
    r"|in case|were|earlier|yesterday|ago|had|since|because|that (?:we|they|you|the \w+) (?:passed|adopted))\b|n't\b",
    re.IGNORECASE,
)
_CALL = re.compile(
    r"\b(?:(?:all|those|everyone|everybody)(?: those)?(?: who are)? in favou?r|say aye|is it agreed"
    r"|are (?:members|you|we|colleagues)(?: all)? (?:content|agreed|in agreement)|is (?:everyone|everybody|the"
    r" committee)"
    r"(?: \w{1,12})? (?:content|agreed))\b",
    re.IGNORECASE,
)
_WITHDRAWN = re.compile(r"\bwithdr(?:aw|aws|awn|ew)\b", re.IGNORECASE)
_FOR = word_set("aye ayes yes agreed content yeah yep unanimous carried okay ok thank thanks good great lovely fine")
_AGAINST = word_set("no nay opposed against nays noes object")
_MIN_CLAUSE = 2


@dataclass(frozen=True, slots=True)
class Vote:
    """A vote: the motion and the span of what it moves, where somebody read it out, and the sentence with the outcome.

    `span` is that of the words that announce it, `None` where nobody did and votes alone tell.
    """

    motion: Sentence | None
    clause: tuple[int, int]
    outcome: Sentence
    span: tuple[int, int] | None
    is_carried: bool


def find_votes(document: Document) -> Iterator[Vote]:
    """Yield the votes of a meeting, in order, each with the last motion before it that no vote has decided yet."""
    motion, clause = None, (0, 0)
    for sentence in document.sentences:
        if _WORDS.isdisjoint(sentence.words):
            continue
        if motion and (_WITHDRAWN.search(sentence.text) or sentence.index - motion.index > _MAX_DEBATE):
            motion = None
        if span := _clause(sentence):
            motion, clause = sentence, span
        if vote := _vote(sentence, motion, clause, document):
            yield vote
            motion = None


def _clause(sentence: Sentence) -> tuple[int, int] | None:
    """Return the span of what a sentence moves: "approve the minutes" of "I move that we approve the minutes."."""
    text = _straight(sentence)
    if (match := _MOTION.search(text)) is None or _OUTCOME.search(text):
        return None
    end = len(text.rstrip(" .!?;,"))
    return (match.end(), end) if len(text[match.end() : end].split()) >= _MIN_CLAUSE else None


def _vote(sentence: Sentence, motion: Sentence | None, clause: tuple[int, int], document: Document) -> Vote | None:
    text = _straight(sentence)
    if (outcome := _OUTCOME.search(text)) and not _NO_OUTCOME.search(text):
        is_lost = bool(outcome["lost"] or outcome["noes"])
        return Vote(motion, clause, sentence, outcome.span(), is_carried=not is_lost)
    if motion and _CALL.search(text) and (aye := _assent(_after(sentence, document))):
        return Vote(motion, clause, aye, None, is_carried=True)
    return None


def _after(sentence: Sentence, document: Document) -> Sequence[Sentence]:
    return document.sentences[sentence.index + 1 : sentence.index + 1 + _MAX_COUNT]


def _assent(votes: Sequence[Sentence]) -> Sentence | None:
    """Return the first vote for a motion, where nobody is against it and nobody goes on to announce the outcome."""
    if any(_OUTCOME.search(_straight(vote)) or not _AGAINST.isdisjoint(vote.words[:2]) for vote in votes):
        return None
    return next((vote for vote in votes if vote.words[0] in _FOR), None)


def _straight(sentence: Sentence) -> str:
    return sentence.text.replace("\u2019", "'")
