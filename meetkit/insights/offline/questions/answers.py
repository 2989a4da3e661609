"""Whether a turn answers a question: its form, what it shares with the question, and how the asker takes it.

`benchmarks/train_questions.py` learned the weights.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Final

from meetkit.insights.language.intents import model
from meetkit.insights.language.stems import content_stems
from meetkit.insights.language.text import Document, Sentence, asks
from meetkit.insights.offline.questions.kinds import Kind, fits, kind_of

THRESHOLD: Final = 0.5
"""The lowest probability at which a turn counts as an answer."""

# Turns after a question in which its answer may come, as clarifying questions may be in between.
_MAX_TURNS = 6
# Sentences of a turn that are read for an answer.
_MAX_SENTENCES = 6
# Turns after an answer in which its asker may take a stand on it.
_MAX_REACTION = 3
_LENGTHS = (2, 4, 8, 16, 40)


Reply = tuple[Sequence[Sentence], Sequence["Act"]]
"""A turn after a question, and what each of its sentences does."""


class Act(Enum):
    """What a sentence does that follows a question."""

    HOLDS = "holds"
    """Wins time: "Let me look.", "Good question."."""
    UNKNOWN = "does not know"
    """Says that the answer is not known: "No idea."."""
    PROMISES = "promises"
    """Promises to find out, or puts off: "I'll check.", "We'll come back to that."."""
    ASKS = "asks"
    HUMS = "hums"
    """Only shows attention: "Mhm."."""
    SAYS = "says"


# Acts that leave the floor open.
_SILENT = frozenset({Act.HOLDS, Act.ASKS, Act.HUMS})
# After these, talk of something else is no answer.
_EVASIONS = frozenset({Act.UNKNOWN, Act.PROMISES})
_FILLERS = (
    r"(?:(?:oh|well|um+|uh+|er|hm+|so|and|but|then|actually|right|ah|okay|ok|yeah|yes|honestly|sorry|no)[,.]? ){0,4}"
)
_HOLDS = re.compile(
    rf"{_FILLERS}(?:let me (?:\w+ )?(?:look|see|think|check|find|have a look|pull|open|scroll|count)(?: (?:it"
    rf"|that|this|here|quickly"
    r"|for a (?:second|moment|minute)|a (?:second|moment|minute)|it up|that up|up|at (?:it|that|my notes"
    r"|the \w+)|in my notes|what .{0,30}))?"
    r"|(?:that(?:'s| is) )?(?:a )?(?:very |really )?(?:good|great|fair|excellent|interesting) (?:question|point)"
    r"|(?:just )?(?:a|one|give me a|hang on a|hold on a|wait a) (?:moment|second|sec|minute)(?: please)?"
    r"|hang on|hold on|wait|i'm looking"
    r"|where (?:was|did i|is) (?:it|that|i put .{0,20})|thanks(?: for (?:asking|the question|that question))?"
    r"|thank you(?: for .{0,40})?"
    r"|you (?:were|are|'re) asking [^,:;\u2013\u2014]{0,60}|you asked (?:about|if"
    r"|whether) [^,:;\u2013\u2014]{0,60}|sorry|hello|hi|good (?:morning|afternoon)"
    r"|i was (?:\w+ )?(?:muted|on mute)|i(?:'m| am) (?:back|muted|on mute)|you broke up|my (?:mic|microphone"
    r"|connection|sound) .{0,40})[ .,!\u2026\u2014-]*\Z",
    re.IGNORECASE,
)
_UNKNOWN = re.compile(
    rf"{_FILLERS}(?:i (?:\w+ )?(?:don't|do not|didn't|wouldn't|couldn't|can't) (?:\w+ )?(?:know|remember|recall"
    rf"|say|tell)"
    r"|(?:i'm |i am |we're )?not (?:\w+ )?(?:sure|certain)|no idea|no clue|i've no idea|i have no idea"
    r"|i haven't (?:got|checked|looked|heard|seen|asked)"
    r"|hard to say|difficult to say|(?:that's )?(?:hard|difficult|tough) (?:to say|without)|who knows"
    r"|nobody knows|neither do i|i wish i knew|beats me|no (?:one|body) knows"
    r"|we(?:'ll| will) see|it depends|i couldn't tell|dunno|i forgot|(?:we|nobody) (?:don't|haven't"
    r"|hasn't) (?:\w+ )?(?:know|decided|checked|asked|heard)|nothing yet|not yet clear|still open)\b",
    re.IGNORECASE,
)
_PROMISES = re.compile(
    r"\b(?:(?:i|we|he|she|they)(?:'ll| will|'d| would| can| could| need to| have to|'ll have to| must| should"
    r"|'m going to|'re going to)(?: \w+){0,2}"
    r" (?:check|ask|find out|look into|look it up|look that up|get back|come back|come to (?:that|it)|follow up"
    r"|confirm|verify|let you know"
    r"|clarify|write to (?:you|the)|send you|dig|investigate|think about|figure (?:it|that) out|talk about"
    r"|discuss|double-check|take (?:it|that) (?:away|offline)|park|revisit|wait|got back"
    r"|see (?:what|whether|if|how|until))"
    r"|let me (?:get back|come back|ask|confirm|check (?:with|and|that and)|find out)|let's (?:wait|see"
    r"|come back|discuss|park|talk|take (?:it|that)|leave (?:it|that)|get back)"
    r"|(?:come|get|got) back (?:to|on) (?:that|this|it|you)|worth (?:looking|checking)|later\b(?: on)?\Z"
    r"|take (?:it|that) (?:offline|away)|for another (?:day|time|meeting)|one for (?:another|next)"
    r"|not (?:now|today))\b",
    re.IGNORECASE,
)
_HUMS = re.compile(
    r"(?:\W|\b(?:mm+|mhm+|mm'kay|uh|um|huh|hm+|yeah|yes|yep|okay|ok|right|sure|i see|ah|oh|no|nope|well|true"
    r"|exactly|great|good"
    r"|fine|nice|cool|perfect)\b){1,10}\Z",
    re.IGNORECASE,
)
_DECIDES = re.compile(
    r"\b(?:yes|yeah|yep|no|nope|sure|exactly|right|true|mm-?hm+|mhm+|uh-huh|of course|okay|ok|good|fine|great"
    r"|perfect|agreed)\b",
    re.IGNORECASE,
)
_THANKS = re.compile(
    rf"{_FILLERS}(?:thanks|thank you|great|good|perfect|got it|i see|makes sense|cool|fine|interesting"
    rf"|understood|excellent"
    r"|lovely|wonderful|alright|all right|nice|brilliant|okay|ok|right|ah|exactly|that helps|clear|fair enough"
    r"|noted)\b",
    re.IGNORECASE,
)
_OBJECTION = re.compile(
    rf"{_FILLERS}(?:but|that's not|that is not|that wasn't|i (?:will|'ll) ask again|again|i(?:'m| am)? ask(?:ed"
    rf"|ing)|my question|so you|let me rephrase"
    r"|that doesn't answer|what i mean|i mean|no but|still|anyway|then|never mind|with (?:all )?respect"
    r"|the question)\b",
    re.IGNORECASE,
)
_CHANGES_TOPIC = re.compile(
    rf"{_FILLERS}(?:anyways?,? )?(?:let's|let us|can we|shall we|i'd like to) (?:just |please )?"
    r"(?:talk about (?!(?:that|it)\b)|move on|change (?:the )?(?:subject|topic)|go on to|turn to)",
    re.IGNORECASE,
)


def find_answer(question: Sentence, document: Document) -> Sentence | None:
    """Return the sentence that answers a question, `None` where it stays open."""
    is_evaded = False
    for turn, acts in _replies(question, document):
        answering = _answering(turn, acts)
        is_candidate = answering and (not is_evaded or _is_related(question, answering))
        if is_candidate and probability(question, turn, acts, document) >= THRESHOLD:
            return answering[0]
        is_evaded = is_evaded or not _EVASIONS.isdisjoint(acts)
    return None


def _is_related(question: Sentence, answering: Sequence[Sentence]) -> bool:
    """Return whether words are of the kind that a question asks for, or have some of its own."""
    words = [word for sentence in answering for word in sentence.words]
    return _fit(kind_of(" ".join(question.words)), answering) == "fits" or _overlap(question, words) > 0


def first_reply(question: Sentence, document: Document) -> Reply | None:
    """Return the first turn that says something to a question, with the acts of its sentences."""
    return next(_replies(question, document), None)


def _replies(question: Sentence, document: Document) -> Iterator[Reply]:
    """Yield the turns that say something to a question.

    Turns of the asker are passed over, and those that only ask back, hum or win time. A turn that changes the topic
    ends the search, as does one of the asker after somebody said something else or did not know.
    """
    asker, index = question.turn.speaker, question.turn.index
    is_closed = kind_of(" ".join(question.words)) is Kind.CLOSED
    is_answered = False
    for turn in document.by_turn[index + 1 : index + 1 + _MAX_TURNS]:
        is_own = bool(turn) and asker is not None and turn[0].turn.speaker == asker
        if (is_own and is_answered) or (turn and not is_own and _CHANGES_TOPIC.match(_straight(turn[0]))):
            return
        if not turn or is_own:
            continue
        acts = [_act(sentence, is_closed=is_closed) for sentence in turn[:_MAX_SENTENCES]]
        if not _SILENT.issuperset(acts):
            is_answered = True
            yield turn, acts


def probability(question: Sentence, turn: Sequence[Sentence], acts: Sequence[Act], document: Document) -> float:
    """Return the probability that a turn answers a question."""
    return model("answer").probability(features(question, turn, acts, document))


def features(question: Sentence, turn: Sequence[Sentence], acts: Sequence[Act], document: Document) -> Iterator[str]:
    """Yield the names of the features of a turn as the answer to a question."""
    kind = kind_of(" ".join(question.words))
    answering = _answering(turn, acts)
    answer_words = [word for sentence in answering for word in sentence.words]
    fit = _fit(kind, answering)
    evades = "evades, " if Act.UNKNOWN in acts or Act.PROMISES in acts else ""
    yield from {act.value for act in acts}
    yield from (f"{evades}{fit}", f"first {acts[0].value}", kind.value, f"{kind.value}, {fit}")
    yield f"length {sum(len(answer_words) >= bound for bound in _LENGTHS)}"
    yield f"shares {_overlap(question, answer_words)}"
    yield f"turn {min(3, turn[0].turn.index - question.turn.index)}"
    yield _reaction(question, turn[0].turn.index, document)


def _answering(turn: Sequence[Sentence], acts: Sequence[Act]) -> list[Sentence]:
    return [sentence for sentence, act in zip(turn, acts, strict=False) if act is Act.SAYS]


def _fit(kind: Kind, answering: Sequence[Sentence]) -> str:
    opening = answering[:2]
    plain = " ".join(word for sentence in opening for word in sentence.words)
    return "fits" if opening and fits(kind, plain, " ".join(sentence.text for sentence in opening)) else "does not fit"


def _overlap(question: Sentence, answer_words: Sequence[str]) -> int:
    """Return how many content words of a question an answer has, at most 2."""
    return min(2, len(set(content_stems(question.words)).intersection(content_stems(answer_words))))


def _act(sentence: Sentence, *, is_closed: bool) -> Act:
    text = _straight(sentence)
    if asks(text):
        return Act.ASKS
    if _HOLDS.match(text):
        return Act.HOLDS
    if _UNKNOWN.match(text):
        return Act.UNKNOWN
    if _PROMISES.search(text):
        return Act.PROMISES
    if _HUMS.match(text):
        return Act.SAYS if is_closed and _DECIDES.search(text) else Act.HUMS
    return Act.SAYS


def _reaction(question: Sentence, index: int, document: Document) -> str:
    """Return how the asker takes an answer: asks again, is satisfied or not, or says nothing to it."""
    for turn in document.by_turn[index + 1 : index + 1 + _MAX_REACTION]:
        if not turn or turn[0].turn.speaker != question.turn.speaker or turn[0].turn.speaker is None:
            continue
        asked_stems = set(content_stems(question.words))
        if asked_stems and any(
            asks(sentence.text) and 2 * len(asked_stems.intersection(content_stems(sentence.words))) >= len(asked_stems)
            for sentence in turn[:4]
        ):
            return "asks again"
        text = _straight(turn[0])
        if _OBJECTION.match(text):
            return "is not satisfied"
        return "is satisfied" if _THANKS.match(text) else "goes on"
    return "no reaction"


def _straight(sentence: Sentence) -> str:
    return sentence.text[:300].replace("\u2019", "'")
