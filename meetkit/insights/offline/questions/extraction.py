"""The questions section: the questions of a meeting and the turns that answer them."""

from __future__ import annotations

import re

from meetkit.insights.language.discourse_markers import strip_discourse_markers
from meetkit.insights.language.intents import THRESHOLD, question_scores
from meetkit.insights.language.text import Document, Sentence, asks
from meetkit.insights.offline.questions.answers import find_answer
from meetkit.models.analysis import MeetingContext, Question, Questions

_MAX_SHORT = 3

# Words before a question that do not change its form.
_LEAD = (
    r"(?:(?:and|so|but|okay|ok|well|then|also|um|uh|now|yes|yeah|sorry|hey|right|great|thanks|hi|hello"
    r"|[\w'-]{1,40},)[\s,.]{1,4}){0,4}"
)
_OPEN_QUESTION = re.compile(
    rf"{_LEAD}(?:in |at |for |by |with |to |from |on )?(?:what|when|where|who|whom|whose|which|why|how)\b",
    re.IGNORECASE,
)
_CLOSED_QUESTION = re.compile(
    rf"{_LEAD}(?:(?:could|can|would|will|do|does|did|is|are|was|were|have|has|had|should|shall|may|am"
    rf"|isn't|aren't|don't|doesn't|didn't|won't|can't|couldn't)"
    r"\s{1,3}(?:you|we|i|they|he|she|it|that|this|there|the|a|an|your|our|my|their|any(?:one|body|thing)?"
    r"|some(?:one|body)?|all|these|those|everyone|[^\W\d_]\w*)\b)",
    re.IGNORECASE,
)
# Questions that expect no answer worth a record: greetings, technical checks, rhetorical ones.
_SMALL_TALK = re.compile(
    rf"{_LEAD}(?:how (?:are|is|'s|have|was|were|do) (?:you|it going|everyone|everybody|things|life"
    rf"|your (?:day|week|weekend|trip|flight|holidays?|vacation|morning|evening|summer|family)|you been|you do)"
    r"|how's (?:it going|everyone|everything|life|your (?:day|week|weekend))|what's (?:up|new)"
    r"|nice weather|did you have a (?:good|nice)|(?:can|do) (?:you|everyone|everybody|you all|you guys) (?:hear|see)\b"
    r"|are you (?:there|still there|on mute|muted|ready)|am i (?:audible|muted|on mute|still)|is (?:this"
    r"|my (?:mic|screen|audio))\b.{0,20}(?:working|on|visible|shared|audible)"
    r"|is everyone (?:here|there|ready)|(?:shall|should|can|may) we (?:start|begin|get started|move on"
    r"|go on|continue)|does (?:that|this) make sense|make sense"
    r"|(?:you )?know what i mean|you know(?: what)?|guess what|who knows|who cares|why not|so what"
    r"|what can i say|what else can i say|isn't (?:it|that) (?:great|nice|amazing|lovely|funny|true)"
    r"|(?:i beg your )?pardon|excuse me|any(?:body|one) else|ready|hello|where (?:was|were) (?:i|we)"
    r"|what (?:was|were) i (?:saying|going to say)|how (?:hard|difficult) can (?:it|that) be"
    r"|what did you say|can you repeat)\b",
    re.IGNORECASE,
)
_NO_CONTENT = re.compile(
    r"(?:\W|\b(?:really|seriously|sorry|what|huh|hm+|okay|ok|yes|yeah|oh|ah|right|no|correct|got it|see"
    r"|so|and)\b){1,8}\Z",
    re.IGNORECASE,
)
# What the talk itself needs: requests to do something at once, and formulas of the chair.
_OF_THE_TALK = re.compile(
    rf"{_LEAD}(?:(?:can|could|would|will) (?:you|we|i|somebody|someone)(?: please| just| all)? (?:open|pass"
    rf"|show|share|scroll"
    r"|repeat|go (?:back|to|on|ahead|first|next)|mute|unmute|speak|introduce|close|click|hand|zoom|wait|hold|excuse"
    r"|plug|continue|start|thank|say that again|have the floor|interrupt|just say|add something|come in)\b"
    r"|(?:is there |are there |do you have |you have |have you got )?(?:any|anything|anyone|some)(?: other"
    r"| further| more)?"
    r" (?:else|other|questions?|comments?|points?|business)\b[^?]{0,40}\?|what(?:'s| is) next|next\b|shall (?:i"
    r"|we) (?:just )?(?:read"
    r"|start|begin|go|continue|move|do)\b[^?]{0,30}\?|are (?:members|colleagues|you all) (?:content|happy)"
    r"|happy to (?:note|agree)"
    r"|may i (?:just )?(?:say|ask|add)|(?:oh|ah) (?:is|are|do|does|did|was|were|have|has) (?:he|she|it|they|you"
    r"|we)\s{0,2}\?)",
    re.IGNORECASE,
)
# A question that breaks off: "Have you had\u2014?".
_BROKEN_OFF = re.compile(
    r"(?:[\u2013\u2014-]|\b(?:the|a|an|and|my|your|our))\s{0,3}\?[\"'\u201d]{0,2}\Z", re.IGNORECASE
)
# The verb before its subject, after a question word or at the start.
_INVERSION = re.compile(
    rf"{_LEAD}(?:(?:what|when|where|who|which|why|how)(?: \w+){{0,2}}(?: |')(?:is|are|do|does|did|can|could"
    rf"|will|would|should|have"
    r"|has|was|were|s)\b (?:\w+ )|(?:do|does|did|is|are|was|were|can|could|will|would|should|have|has) (?:you"
    r"|we|they|he|she|it"
    r"|that|there|this|the)\b)",
    re.IGNORECASE,
)
# The score from which on a sentence asks that ends with a full stop in a transcript with question marks.
_SURE = 0.85
# A tag seeks assent to a statement: "…, right?".
_TAG = re.compile(
    r"[,\u2013\u2014-]\s{0,3}(?:right|okay|ok|yeah|yes|no|correct|eh|huh|you know|you see|see|true|(?:is"
    r"|are|was|were|do|does|did|can|could|will|would|have|has|should|ca|wo)(?:n't| not)?"
    r" (?:it|they|he|she|you|we|that|there|i|this))\s{0,3}\?[\"')\u201d]*\Z",
    re.IGNORECASE,
)


def find_questions(document: Document, context: MeetingContext) -> Questions:  # noqa: ARG001  # the signature of all sections
    """Return the questions, each with the turn that answers it; small talk, tags ("…, right?") and echoes are left out.

    The answer is the first turn of another speaker that is likely to answer: neither one that asks back, puts off
    ("I'll check") or hums, nor one that speaks of something else.
    """
    is_marked = "?" in document.transcript.text
    questions = [
        _question(sentence, document)
        for sentence, score in zip(document.sentences, question_scores(document), strict=True)
        if _is_question(sentence, score, document, is_marked=is_marked)
    ]
    return Questions(engine="offline", items=tuple(questions))


def _is_question(sentence: Sentence, score: float, document: Document, *, is_marked: bool) -> bool:
    """Return whether a sentence asks; `is_marked` is whether the transcript has question marks at all."""
    text = sentence.text.replace("\u2019", "'")
    has_form = _OPEN_QUESTION.match(text) or _CLOSED_QUESTION.match(text)
    if not asks(text):
        is_stated = is_marked and text.endswith(".")
        return bool(has_form and (score >= _SURE and _INVERSION.match(text) if is_stated else score >= THRESHOLD))
    if _TAG.search(text) or _is_small_talk(text) or _OF_THE_TALK.match(text) or _BROKEN_OFF.search(text):
        return False
    return bool(has_form) or not _is_echo(sentence, document)


def _is_small_talk(text: str) -> bool:
    match = _SMALL_TALK.match(text)
    return bool(match and len(text[match.end() :].split()) <= _MAX_SHORT) or bool(_NO_CONTENT.match(text))


def _is_echo(sentence: Sentence, document: Document) -> bool:
    """Return whether a few words only repeat what was said, as in "Tomorrow already? Great.".

    "And training?" is a question, and so is any question that ends its turn.
    """
    is_last = sentence.index == document.by_turn[sentence.turn.index][-1].index
    return len(sentence.words) <= _MAX_SHORT and not is_last and sentence.words[0] not in {"and", "also"}


def _question(sentence: Sentence, document: Document) -> Question:
    answer = find_answer(sentence, document)
    evidence = [sentence.evidence()]
    if answer:
        evidence.append(answer.evidence("answer"))
    return Question(
        text=strip_discourse_markers(sentence.text),
        asker=sentence.turn.speaker,
        answer_turn=answer.turn.index if answer else None,
        evidence=tuple(evidence),
    )
