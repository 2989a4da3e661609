"""The confidence of candidates: the probability that people who were there would sign them, by a small linear model.

The features are the form of the commitment, its verb and object, cues of its sentence, the answer, and what was said
around it. `benchmarks/train_items.py` learned the weights.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from meetkit.insights.commitments import Commitment, Task
from meetkit.insights.commitments.verbs import DELIVERIES, FAVOURS
from meetkit.insights.language import intent_features, intents, replies
from meetkit.insights.language.replies import Reply
from meetkit.insights.language.text import Document, Sentence, asks
from meetkit.insights.language.word_lists import word_set
from meetkit.insights.offline.action_items.candidates import Candidate

# Words of a head that carry no sense of their own, such as adverbs.
_HEAD_WORDS = 3
_SPEECH_OBJECTS = word_set(
    "subject topic question questions answer answers point points comment comments remark remarks sentence thought"
    " thoughts story stories floor time screen slide slides presentation talk turn motion motions amendment speech"
    " statement example examples introduction background context overview moment minute minutes second microphone"
    " mic debate discussion agenda word words idea ideas gentleman lady member minister colleague hon honourable"
    " whiteboard board board's picture drawing debate witness witnesses order"
)
_INSTANT = re.compile(
    r"\b(?:now|quickly|briefly|first|just|here|right away|for a (?:moment|second|minute|bit)|a little"
    r"|one (?:more )?(?:thing"
    r"|moment|second)|very quick|before (?:we|i) (?:start|begin|go on|move on|finish)|at this (?:point|time)"
    r"|in a (?:moment"
    r"|second|minute)|go ahead)\b",
    re.IGNORECASE,
)
_GENERIC = re.compile(
    r"\b(?:people|users?|anybody|anyone|everybody|customers?|the system|the computer|you can|you could"
    r"|you have to|you need"
    r"|if you|when you|whenever|always|usually|normally|every|there's|there are|for example|for instance"
    r"|sort of|kind of)\b",
    re.IGNORECASE,
)
_RECEIVER = re.compile(r"\b(?:you|us|me|them|him|her|everyone|everybody|the team)\b", re.IGNORECASE)
_MY = re.compile(r"\b(?:my|mine)\b", re.IGNORECASE)
_WORK_OBJECT = re.compile(
    r"\b(?:report|deck|document|documents|doc|docs|list|draft|contract|invoice|minutes|notes|email|e-mail|mail|file|files"
    r"|proposal|budget|plan|questionnaire|summary|link|invite|invitation|data|results|numbers|figures|prototype|slides"
    r"|paper|schedule|spreadsheet|copy|information|details|meeting|call|room|ticket|quote|letter|response|specs?)\b",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"\b(?:thanks|thank you|great|perfect|excellent|wonderful|cheers|awesome|appreciate)\b", re.IGNORECASE
)
_CLOSING = 0.9
_TASK_LENGTHS = (2, 3, 5, 8, 13)
_SENTENCE_LENGTHS = (5, 10, 18, 30)
_ACTION_LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)


# Features that mean something else in a promise than in a request.
_KIND_DEPENDENT = re.compile(
    r"(?:time|delivery|favour|receiver|my|work object|speech object|reply|after|chamber|action|instant|generic|opens"
    r"|filled|unfilled|broken|last turn|agreed|closing|cue (?:maybe|past|second|negation|idle|opinion|later|machine))"
)
_CHAMBER = re.compile(
    r"\b(?:hon(?:ourable)?|chair|speaker|minister|member|members|government|committee|provinces|canadians)\b",
    re.IGNORECASE,
)
# Speech that is broken off or begun again reads badly, whatever it promises.
_DISFLUENCY = re.compile(r"\b(\w+)[ ,]+\1\b|\b(?:uh|um|eh|er|mm|hmm)\b|\b[b-hj-z]\b|--|\s-\s|\.\.\.", re.IGNORECASE)
_DANGLING_END = re.compile(
    r"\b(?:the|a|an|of|to|that|which|is|are|was|and|or|if|because|with|in|on|for|at|by|from|some|any|these|this|those|we|you"
    r"|i|they|it's|whether|about|like|so|then|how|what|where|when|who)\Z",
    re.IGNORECASE,
)

_TASK_PATTERNS = {
    "receiver": _RECEIVER,
    "work object": _WORK_OBJECT,
    "broken": _DISFLUENCY,
    "unfinished": _DANGLING_END,
    "my": _MY,
}


class Scorer:
    """The scorer of the candidates of one document."""

    def __init__(self, document: Document) -> None:
        """Read the scores of the document's sentences, which other sections share."""
        self._turns = document.by_turn
        self._actions = intents.action_scores(document)
        self._closing = _CLOSING * len(document.sentences)

    def features(self, sentence: Sentence, commitment: Commitment | None, task: Task | None) -> frozenset[str]:
        """Return the features of a commitment to a task, or of a passive sentence where both are `None`."""
        names = {"kind passive"} if commitment is None else set(_form(commitment))
        if task:
            names.update(_task_features(task))
        names.update(self._context(sentence))
        return frozenset(names)

    def _context(self, sentence: Sentence) -> Iterator[str]:
        text = sentence.text
        yield from (f"cue {cue}" for cue in intent_features.cues(sentence.words))
        yield from (f"action {level}" for level in _ACTION_LEVELS if self._actions[sentence.index] >= level)
        yield from (f"sentence {length}" for length in _SENTENCE_LENGTHS if len(sentence.words) >= length)
        if sentence.index >= self._closing:
            yield "closing"
        if _INSTANT.search(text):
            yield "instant"
        if _GENERIC.search(text):
            yield "generic"
        if asks(text):
            yield "asks"
        if _CHAMBER.search(text):
            yield "chamber"
        if text[-1:].isalnum():
            yield "no full stop"
        turn = sentence.turn
        yield from self._neighbours(turn.index, turn.speaker)

    def _neighbours(self, turn: int, speaker: str | None) -> Iterator[str]:
        before = self._turns[turn - 1] if turn else ()
        if before and before[-1].turn.speaker != speaker:
            yield "after question" if asks(before[-1].text) else "after statement"
        after = self._turns[turn + 1] if turn + 1 < len(self._turns) else ()
        if not after:
            yield "last turn"
            return
        kind = replies.classify(after)
        yield f"reply {kind.value}"
        if kind is Reply.ACCEPTS and len(after[0].words) <= 2:
            yield "reply short"
        if _THANKS.search(after[0].text[:60]):
            yield "reply thanks"


def _form(commitment: Commitment) -> Iterator[str]:
    kind = commitment.kind.value
    head = " ".join(commitment.text[commitment.start : commitment.task_start].casefold().split()[:_HEAD_WORDS])
    yield f"kind {kind}"
    if commitment.kind.value in ("promise", "offer", "duty", "team", "request", "call"):
        yield f"head {head}"
    if commitment.kind.value == "offer" and not head.startswith(("i can", "i could", "i m", "i'd", "let", "lem", "sh")):
        yield "conditional"
    if ":" in head or head.startswith("@"):
        yield "label"
    opening = commitment.text[: commitment.start].strip()
    yield "opens sentence" if len(opening.split()) <= 2 else "inside sentence"


def _task_features(task: Task) -> Iterator[str]:
    words = task.text.casefold()
    yield f"verb {task.verb}"
    yield from (f"task {length}" for length in _TASK_LENGTHS if words.count(" ") + 1 >= length)
    yield from (name for name, pattern in _TASK_PATTERNS.items() if pattern.search(words))
    if task.deadline:
        yield "time"
    if task.verb in FAVOURS:
        yield "delivery" if task.verb in DELIVERIES else "favour"
    if not _SPEECH_OBJECTS.isdisjoint(words.replace(",", " ").split()):
        yield "speech object" if not task.deadline else "speech object by time"


def final_features(candidate: Candidate) -> set[str]:
    """Return the features that are known once a candidate is complete, and those joined to the kind of commitment."""
    kind = next(name for name in candidate.features if name.startswith("kind "))
    owner = {"kind promise": set(), "kind duty": set()}.get(
        kind, {"no owner"} if candidate.owner is None else {"owner"}
    )
    names = {name for name in candidate.features if _KIND_DEPENDENT.match(name)} | owner
    return owner | {f"{kind}: {name}" for name in names}


def confidence(features: frozenset[str]) -> float:
    """Return the probability, from 0 to 1, that a candidate of these features is an item."""
    return intents.model("items").probability(features)
