"""Dialogue acts of replies: accept, refuse, evade, ask back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

from meetkit.insights.language.text import Document, Sentence, asks


class Reply(Enum):
    """The dialogue act of a turn towards a request or question before it."""

    ACCEPTS = "accepts"
    REFUSES = "refuses"
    EVADES = "evades"
    ASKS = "asks"
    SAYS = "says"


_FILLERS = (
    r"(?:(?:oh|well|um|uh|hm+|so|and|but|then|actually|right|ah|great|good|okay|ok|thanks|thank you)[,.!]?\s{1,3}){0,4}"
)
_ACCEPT = re.compile(
    rf"{_FILLERS}(?:sure|yes|yeah|yep|yup|of course|certainly|absolutely|will do|okay|ok|no problem"
    rf"|no worries|not at all"
    r"|gladly|happy to|definitely|you got it|consider it done|(?:i'm )?on it|sounds? (?:good|great)"
    r"|all ?right|fine|agreed"
    r"|makes? sense|fair enough|i agree|good idea|works|mm-?hm+|mhm+|uh-?huh"
    r"|with pleasure|my pleasure|i can do that|i'll do (?:that|it|so)|can do|i will|understood|got it|deal|works for me"
    r"|that works|perfect|great|please(?: do)?|by all means|noted"
    r"|brilliant|excellent|lovely|wonderful|fantastic|super|amazing|exactly|correct|that's right|that'd be"
    r"|that would be|i'd (?:love|appreciate) that|good|very good)\b(?!\s{1,3}question)",
    re.IGNORECASE,
)
# An acceptance in words of refusal: "no problem".
_FIRM = re.compile(r"no (?:problem|worries)|not at all|why not|no, not at all|don't mind", re.IGNORECASE)
_REFUSE = re.compile(
    r"\b(?:can't|cannot|can not|won't|unable|i'm afraid|unfortunately|(?:not|isn't) possible"
    r"|i'd rather not|nope|not now"
    r"|probably not|not really|i doubt (?:it|that)|not me"
    r"|(?:i'd (?:love|like|be happy) to|i would|i wish i could|normally i would),? but\b|i'd rather not"
    r"|i(?:'m| am) (?:away|out of office|out (?:this|next|that|all|on|until)|on (?:leave|vacation|holiday)"
    r"|swamped|fully booked|too busy|overloaded|not (?:available|around|the right))"
    r"|(?:no|don't have (?:the |any )?|haven't got (?:the )?|out of) (?:time|capacity|bandwidth)"
    r"|my plate is full|rather not"
    r"|no way|no need|no thanks|no thank you|don't bother|not necessary|wouldn't|don't think so"
    r"|not (?:mine|my|our))\b|^no\b",
    re.IGNORECASE,
)
_EVADE = re.compile(
    rf"{_FILLERS}(?:good question,? )?(?:i (?:really |honestly )?(?:don't|do not|wouldn't) know"
    rf"|(?:i'm )?not (?:sure|certain)|i'm not \w+ sure|no idea|no clue|hard to say"
    r"|let me (?:check|see|think|look|ask|find|get back|confirm|come back)|we'll see"
    r"|i(?:'ll| will)? (?:have to|need to|must|would have to|'d have to)?\s?(?:check|ask|find out"
    r"|look into|get back|look it up|come back)"
    r"|i'd (?:have|need) to (?:check|ask|look)|(?:i )?can't (?:say|tell)|neither do i|who knows"
    r"|nobody knows|i wish i knew)\b",
    re.IGNORECASE,
)
# Words by which somebody takes on what nobody was asked for by name: "I can", "me", "I'll grab it".
_VOLUNTEERS = re.compile(
    rf"{_FILLERS}(?:(?:sure|yes|yeah|yep|okay|ok|absolutely|fine|all ?right|no problem)[,.!]? )?"
    r"(?:me|i can|i could|i will|i do|i would|count me in|mine|put me down|i volunteer|happy to|glad to"
    r"|(?:i'm|i am|i'd be|i would be) (?:happy|glad) to(?: \w+){0,4}|that(?:'s| is| would be) (?:me|mine|on me)"
    r"|i(?:'ve| have)? got (?:it|this|that)|leave (?:it|that) (?:to|with) me|(?:i'm |i am )?on it"
    r"|(?:i'll|i will|i can|i could|let me) (?:do|take|grab|handle|own|pick|cover|get|look after|take care of"
    r"|sort|see to"
    r"|volunteer|jump on|drive|run with|deal with) (?:it|that|this|them|those|these|one|care of (?:it|that|this)|up)"
    r"(?: \w+){0,3})(?=[.,!;]|\s{0,3}\Z| (?:by|on|before|tomorrow|today|this|next|for|tonight|then)\b)",
    re.IGNORECASE,
)
_WILLING = re.compile(
    rf"{_FILLERS}(?:sure|of course|certainly|absolutely|definitely|gladly|no problem|will do|with pleasure|yep"
    rf"|yes|yeah)"
    r"(?=[,.!]|\s{0,3}\Z)(?!,? (?:but|we|somebody|someone|they|it|that|who)\b)",
    re.IGNORECASE,
)
CAPITAL_WORD = re.compile(r"(?<![\w'@])[A-Z][\w'-]{1,30}")
"""A capitalised word, which may be a name."""
# A person whom somebody else proposes: "but Tobias can", "ask Tobias", "that's one for Tobias".
_PROPOSES = re.compile(
    r"(?:\b(?:[Aa]sk|[Tt]ry|(?:better|rather|more) for|one for|give (?:it|that|this) to|leave (?:it|that|this) to"
    r"|[Mm]aybe|[Pp]erhaps|[Hh]ow about|[Ww]hat about) (?P<asked>[A-Z][\w'-]{1,30})\b(?! (?:did|said|has|was|and|or)\b)"
    r"|\b(?P<able>[A-Z][\w'-]{1,30}?)(?:'ll| can| could| will| might| may| should be able to| would be)"
    r"(?: (?:do|handle|take|own|cover|be able to|probably|certainly|the one|the person|better|best"
    r"|happy to)\b[\w ]{0,30})?"
    r"(?=[.,!?;]|\s{0,3}\Z))"
)
# A person whom somebody else proposes in a question: "Can Tobias do it?"
_ASKS_WHETHER = re.compile(
    r"\b(?:[Cc]an|[Cc]ould|[Ww]ill|[Ww]ould|[Mm]ight|[Cc]ouldn't|[Cc]an't) (?P<asked>[A-Z][\w'-]{1,30})"
    r" (?:do|take|handle|own|cover) (?:it|that|this|them)\b"
)
# A speaker who passes a request on: "Lukas will do it".
_PASSES_ON = re.compile(
    r"\b(?P<name>[A-Z][\w'-]{1,30})(?:'ll| will| can| should| is going to) (?:do|handle|take care of|take|own|send)"
    r" (?:it|that|this|them)\b"
)
# Characters of a turn that are read: the act comes first, and a monologue after it says nothing about it.
_OPENING = 240


def opening(sentences: Sequence[Sentence]) -> str:
    """Return the first two sentences of a turn, at most 240 characters, with straight apostrophes."""
    return " ".join(sentence.text for sentence in sentences[:2])[:_OPENING].replace("\u2019", "'")


def acceptance_span(sentence: Sentence) -> tuple[int, int]:
    """Return the span of the accepting words at the start of a sentence; the whole sentence where there are none."""
    match = _ACCEPT.match(sentence.text.replace("\u2019", "'"))
    return match.span() if match else (0, len(sentence.text))


def delegation(sentences: Sequence[Sentence]) -> tuple[Sentence, int, int] | None:
    """Return the sentence and span of the name that a task is passed to, as in "Sure, but Lukas will do it"."""
    for sentence in sentences[:2]:
        if (match := _PASSES_ON.search(sentence.text.replace("\u2019", "'"))) and not match["name"].startswith("I'"):
            return sentence, *match.span("name")
    return None


def volunteering(sentences: Sequence[Sentence]) -> tuple[Sentence, int, int] | None:
    """Return the sentence and span by which a turn takes something on of its own accord: "I can", "I'll grab it"."""
    for sentence in sentences[:2]:
        if match := _VOLUNTEERS.match(sentence.text.replace("\u2019", "'")):
            return sentence, *match.span()
    return None


def is_willing(sentences: Sequence[Sentence]) -> bool:
    """Return whether a turn agrees to act, as "sure" does, and does not only hear, as "okay" does."""
    return bool(sentences) and _WILLING.match(opening(sentences)) is not None


def proposal(sentence: Sentence) -> tuple[int, int] | None:
    """Return the span of the name of a person whom a sentence proposes, as in "I can't, but Tobias can"."""
    text = sentence.text.replace("\u2019", "'")
    if question := _ASKS_WHETHER.search(text):
        return question.span("asked")
    match = _PROPOSES.search(text)
    return match and match.span("asked" if match["asked"] else "able")


def classify(sentences: Sequence[Sentence]) -> Reply:
    """Return the dialogue act of a turn. A refusal outweighs the politeness before it, except in "no problem"."""
    text = opening(sentences)
    if not text:
        return Reply.SAYS
    if any(_EVADE.match(sentence.text.replace("\u2019", "'")) for sentence in sentences[:2]):
        return Reply.EVADES
    if _REFUSE.search(text) and not _FIRM.match(text):
        return Reply.REFUSES
    if _FIRM.match(text) or _ACCEPT.match(text):
        return Reply.ACCEPTS
    return Reply.ASKS if asks(sentences[0].text) else Reply.SAYS


def turn_after(sentence: Sentence, document: Document) -> Sequence[Sentence]:
    """Return the turn after that of a sentence; empty at the end of the transcript."""
    index = sentence.turn.index + 1
    return document.by_turn[index] if index < len(document.by_turn) else ()


def accepting_turn_after(sentence: Sentence, document: Document) -> Sequence[Sentence]:
    """Return the next turn if it accepts, else an empty one."""
    reply = turn_after(sentence, document)
    return reply if classify(reply) is Reply.ACCEPTS else ()
