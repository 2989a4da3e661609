"""The questions section: the questions of a meeting and the turns that answer them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from meetkit.insights.language import replies
from meetkit.insights.language.discourse_markers import strip_discourse_markers
from meetkit.insights.language.intents import THRESHOLD, question_scores
from meetkit.insights.language.replies import Reply
from meetkit.insights.language.text import Document, Sentence, asks
from meetkit.models.analysis import MeetingContext, Question, Questions

# Turns after a question in which its answer may come, as clarifying questions may be in between.
_MAX_TURNS_TO_ANSWER = 6
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
# A turn that changes the topic leaves the question before it open.
_CHANGES_TOPIC = re.compile(
    rf"{_LEAD}(?:anyways?,? )?(?:let's|let us|can we|shall we|i'd like to) (?:just |please )?"
    rf"(?:talk about (?!(?:that|it)\b)"
    rf"|move on|change (?:the )?(?:subject|topic)|go on to|turn to)",
    re.IGNORECASE,
)
# Sentences about the call itself, or that repeat the question: "I was on mute", "you asked about the price".
_NO_ANSWER = re.compile(
    rf"{_LEAD}(?:i was (?:\w+ )?(?:muted|on mute)|i(?:'m| am) (?:back|muted|on mute)"
    rf"|my (?:mic|microphone|connection|sound)\b"
    rf"|you broke up|you (?:were|are|'re) asking|you asked (?:about|if|whether))\b[^,:;\u2013\u2014]*\Z",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"(?:good )?(?:morning|afternoon|evening)\b|(?:hi|hello|hey|thanks|thank you|good question)\b", re.IGNORECASE
)
# A tag seeks assent to a statement: "…, right?".
_TAG = re.compile(
    r"[,\u2013\u2014-]\s{0,3}(?:right|okay|ok|yeah|yes|no|correct|eh|huh|you know|you see|see|true|(?:is"
    r"|are|was|were|do|does|did|can|could|will|would|have|has|should|ca|wo)(?:n't| not)?"
    r" (?:it|they|he|she|you|we|that|there|i|this))\s{0,3}\?[\"')\u201d]*\Z",
    re.IGNORECASE,
)
# Sounds and words by which a listener only acknowledges: "mhm, right".
_BACKCHANNEL = re.compile(
    r"(?:\W|\b(?:mm+|mhm+|uh|huh|hm+|yeah|yes|yep|okay|ok|right|sure|i see|ah|oh|no|nope|hmm+|well|true"
    r"|exactly|great)\b){1,8}\Z",
    re.IGNORECASE,
)
_YES_OR_NO = re.compile(
    r"\b(?:yes|yeah|yep|no|nope|sure|exactly|right|true|mm-?hm+|mhm+|uh-huh|of course|okay|ok)\b", re.IGNORECASE
)


def find_questions(document: Document, context: MeetingContext) -> Questions:  # noqa: ARG001  # the signature of all sections
    """Return the questions, each with the turn that answers it; small talk, tags ("…, right?") and echoes are left out.

    The answer is the next turn of another speaker with content: not one that asks back, puts off ("let me check")
    or only gives a backchannel ("mhm"), except "yes" or "no" to a closed question.
    """
    questions = [
        _question(sentence, document)
        for sentence, score in zip(document.sentences, question_scores(document), strict=True)
        if _is_question(sentence, score, document)
    ]
    return Questions(engine="offline", items=tuple(questions))


def _is_question(sentence: Sentence, score: float, document: Document) -> bool:
    text = sentence.text.replace("\u2019", "'")
    has_form = _OPEN_QUESTION.match(text) or _CLOSED_QUESTION.match(text)
    if not asks(text):
        return bool(score >= THRESHOLD and has_form)
    if _TAG.search(text) or _is_small_talk(text):
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
    answer = _answer(sentence, document)
    evidence = [sentence.evidence()]
    if answer:
        evidence.append(answer.evidence("answer"))
    return Question(
        text=strip_discourse_markers(sentence.text),
        asker=sentence.turn.speaker,
        answer_turn=answer.turn.index if answer else None,
        evidence=tuple(evidence),
    )


def _answer(sentence: Sentence, document: Document) -> Sentence | None:
    asker, index = sentence.turn.speaker, sentence.turn.index
    is_open = bool(_OPEN_QUESTION.match(sentence.text))
    for turn in document.by_turn[index + 1 : index + 1 + _MAX_TURNS_TO_ANSWER]:
        if not turn or (asker is not None and turn[0].turn.speaker == asker):
            continue
        if replies.classify(turn) is Reply.EVADES or _CHANGES_TOPIC.match(_plain(turn[0])):
            return None
        answering = [reply for reply in turn if not _NO_ANSWER.match(_plain(reply))]
        if _says_something(answering, is_open=is_open):
            return next((reply for reply in answering if not _GREETING.match(reply.text)), answering[0])
    return None


def _plain(sentence: Sentence) -> str:
    return sentence.text.replace("\u2019", "'")


def _says_something(turn: Sequence[Sentence], *, is_open: bool) -> bool:
    text = " ".join(sentence.text for sentence in turn if not asks(sentence.text))[:200]
    if not text or not _BACKCHANNEL.match(text):
        return bool(text)
    return not is_open and bool(_YES_OR_NO.search(text))
