"""Deadlines that the words around an item give it: the same turn, the answer, a question for the day and its answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from meetkit.insights.deadlines import Phrase, find_phrases
from meetkit.insights.language import replies
from meetkit.insights.language.replies import Reply
from meetkit.insights.language.text import Sentence, asks
from meetkit.insights.language.word_lists import word_set
from meetkit.insights.offline.action_items.candidates import Candidate, quote
from meetkit.models.insights import Evidence

Turns = Sequence[Sequence[Sentence]]

# A promise of delivery gives the item its deadline: "You'll have it by Friday."
_DELIVERS = re.compile(
    r"^(?:[a-z ]{1,20}[,.!] )?(?:so |and |then )?(?:you(?:'ll| will)(?: \w+)? (?:have|get|receive|see)"
    r"|(?:it|that|this)(?:'ll| will| should| has to| must| needs to)(?: \w+ly)? be (?:ready|there|with you|done|yours"
    r"|finished|out|live|in)|i(?:'ll| will| should)(?: be able to)? (?:have|get to|be done with) (?:it|that|them|this)"
    r"|(?:i|we)(?:'d| would)? (?:will )?(?:need|want|like) (?:it|that|them|this)|(?:it|that|this)(?:'s| is) due"
    r"|the deadline(?:'s| is))\b",
    re.IGNORECASE,
)
# By these words somebody names the day that suits: "Great, Tuesday would be perfect."
_SUITS = re.compile(
    r"\b(?:would|will|is)(?: still)?(?: be)?(?: \w+)? (?:perfect|great|fine|good|okay|ok|enough|ideal|best)\b"
    r"|\bworks\b",
    re.IGNORECASE,
)
# Words beside a day that say nothing else: "Yes, tomorrow morning first thing, if that's okay".
_BESIDE_DAY = word_set(
    "yes yeah yep sure okay ok no problem fine thanks thank please first thing at the latest say i'd let's maybe"
    " probably then so and great good perfect right"
)
_POLITE_END = re.compile(
    r",? if (?:you can|possible|that's (?:okay|ok|fine|possible)|that works|at all possible)[.?!]?\Z", re.IGNORECASE
)
_ASKS_WHEN = re.compile(
    r"\bwhen\b|\bhow soon\b|\bhow (?:fast|quickly)\b|what date|which day|deadline|timeline", re.IGNORECASE
)
# A negated day is no deadline: "not on Friday".
NEGATION_BEFORE = re.compile(r"\bnot\s{1,3}\Z|n't\b[^,]{0,20}\Z", re.IGNORECASE)
_POLITE_WORDS = 3
# An answer that takes a request on, with the day for it: "Yes, I'll do both today".
_DOES = re.compile(
    r"\b(?:i'll|i will|i can|i could)(?: \w{2,20}ly)? (?:do|send|take|get|have|handle|write|finish|make|start)"
    r" (?:it|that|this|both|them|those|so)\b|\bwill do\b",
    re.IGNORECASE,
)
# Words of an answer to "by when?": a longer sentence may name a day for another reason.
_MAX_ANSWER = 12
_MAX_OPENING = 3


def agreed_deadline(candidate: Candidate, turns: Turns) -> tuple[str, Evidence] | None:
    """Return the deadline that the words right after an item give it, with its evidence.

    "By Friday." in the same turn; the answer to "by when?"; or "by Friday?" that its owner accepts.
    """
    turn, first_turn = candidate.turn, candidate.sentence.turn.index
    place = candidate.sentence.index - turns[first_turn][0].index
    rest = turns[first_turn][place + 1 :]
    if turn != first_turn:
        if deadline := _deadline_of_answer(turns[turn]) or _deadline_beside(rest):
            return deadline
        rest = turns[turn]
    elif deadline := _deadline_beside(rest) or _deadline_before(turns[turn][:place]):
        return deadline
    meanwhile = [
        sentence
        for turn_between in turns[first_turn + 1 : turn]
        if replies.classify(turn_between) is not Reply.REFUSES
        for sentence in turn_between
    ]
    return _first_deadline(meanwhile) or _negotiated_deadline(turn, rest, turns)


def _negotiated_deadline(turn: int, rest: Sequence[Sentence], turns: Turns) -> tuple[str, Evidence] | None:
    following = turns[turn + 1 : turn + 3]
    reply = following[0] if following else ()
    if _asks_when(rest):
        return _first_deadline(reply)
    own_day = next(
        (deadline for sentence in rest[:3] if asks(sentence.text) and (deadline := _deadline_alone(sentence))), None
    )
    if own_day and replies.classify(reply) is Reply.ACCEPTS:
        return own_day
    if _asks_when(reply):
        return _first_deadline(following[1]) if len(following) > 1 else None
    proposal = next(
        (deadline for sentence in reply[:2] if asks(sentence.text) and (deadline := deadline_in(sentence))), None
    )
    if proposal is None:
        return _wish(reply)
    if reply[0].turn.speaker == turns[turn][0].turn.speaker or len(following) < 2:
        return None
    is_about_day = asks(reply[0].text) or len(reply[0].words) <= _MAX_OPENING
    if is_about_day and (counter := _deadline_of_answer(following[1])):
        return counter
    return proposal if replies.classify(following[1]) is Reply.ACCEPTS else None


def _wish(reply: Sequence[Sentence]) -> tuple[str, Evidence] | None:
    """Return the day that the other speaker says would suit."""
    wishes = (sentence for sentence in reply[:2] if _SUITS.search(sentence.text.replace("\u2019", "'")))
    return next((deadline for sentence in wishes if (deadline := deadline_in(sentence))), None)


def _asks_when(sentences: Sequence[Sentence]) -> bool:
    return any(asks(sentence.text) and _ASKS_WHEN.search(sentence.text) for sentence in sentences[:2])


def _first_deadline(sentences: Sequence[Sentence]) -> tuple[str, Evidence] | None:
    return next((deadline for sentence in sentences[:2] if (deadline := deadline_in(sentence))), None)


def deadline_in(sentence: Sentence) -> tuple[str, Evidence] | None:
    """Return the first deadline of a sentence of at most twelve words."""
    phrases = find_phrases(sentence.text) if len(sentence.words) <= _MAX_ANSWER else ()
    phrase = next((phrase for phrase in phrases if not NEGATION_BEFORE.search(sentence.text[: phrase.start])), None)
    return with_evidence(sentence, phrase) if phrase else None


def _deadline_alone(sentence: Sentence) -> tuple[str, Evidence] | None:
    """Return the deadline of a sentence that says little else: "By Friday.", "You'll have it by Friday."."""
    deadline = deadline_in(sentence)
    if not deadline:
        return None
    day = {*deadline[0].casefold().split()}
    words = sentence.words[:-_POLITE_WORDS] if _POLITE_END.search(sentence.text) else sentence.words
    other_words = sum(word not in _BESIDE_DAY and word not in day for word in words)
    return deadline if other_words <= 2 or _DELIVERS.search(sentence.text.replace("\u2019", "'")) else None


def _deadline_beside(rest: Sequence[Sentence]) -> tuple[str, Evidence] | None:
    """Return the day in one of the two sentences after an item that says little else."""
    return next((deadline for sentence in rest[:2] if (deadline := _deadline_alone(sentence))), None)


def _deadline_of_answer(turn: Sequence[Sentence]) -> tuple[str, Evidence] | None:
    """Return the day that an answer names alone, or with the promise: "Yes, I'll do both today"."""
    for sentence in turn[:3]:
        deadline = _deadline_alone(sentence)
        if not deadline and _DOES.search(sentence.text.replace("\u2019", "'")):
            deadline = deadline_in(sentence)
        if deadline and not asks(sentence.text):
            return deadline
    return None


def _deadline_before(before: Sequence[Sentence]) -> tuple[str, Evidence] | None:
    """Return the day that is said right before an item where nothing else was said in the turn: "Friday. I'll …"."""
    if not before or any(len(sentence.words) > _MAX_OPENING for sentence in before) or asks(before[-1].text):
        return None
    return _deadline_alone(before[-1])


def with_evidence(sentence: Sentence, phrase: Phrase) -> tuple[str, Evidence]:
    """Return the words of a deadline with their quote."""
    return phrase.text, quote(sentence, phrase.start, phrase.end, "deadline")
