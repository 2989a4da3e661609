"""The decisions section: the sentences that decide something."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from meetkit.insights.language import replies
from meetkit.insights.language.deduplication import DuplicateIndex, content_words
from meetkit.insights.language.discourse_markers import strip_discourse_markers
from meetkit.insights.language.intents import THRESHOLD, decision_scores
from meetkit.insights.language.text import Document, Sentence, asks, words
from meetkit.insights.language.word_lists import word_set
from meetkit.models.analysis import Decision, Decisions, MeetingContext
from meetkit.models.insights import Evidence

# Verbs that state a choice: "use", "postpone".
_CHOICES = (
    r"(?:go(?:ing)? (?:ahead )?(?:with|for)|us(?:e|ing)|stick(?:ing)? (?:with|to)|proceed(?:ing)? with"
    r"|start(?:ing)? with|adopt(?:ing)?"
    r"|choos(?:e|ing)|pick(?:ing)?|keep(?:ing)?|drop(?:ping)?|skip(?:ping)?|postpon(?:e|ing)"
    r"|delay(?:ing)?|cancel(?:l?ing)?|launch(?:ing)?"
    r"|switch(?:ing)? to|mov(?:e|ing) (?:to|forward|ahead)|settl(?:e|ing) on|extend(?:ing)?|renew(?:ing)?"
    r"|sign(?:ing)?|buy(?:ing)?|hir(?:e|ing))"
)
# Statements that something is decided.
_STATEMENT = re.compile(
    r"\b(?:(?:we|everyone|(?:the )?(?:board|team|committee|management|finance|legal"
    r"|steering group))(?:'ve| have| has|'s)?(?: just| now| all| already| finally)?"
    r" (?:decided|agreed|settled|approved|signed off|resolved|opted|concluded|chosen|chose)\b"
    r"|it(?:'s| is| was|'s been| has been) (?:decided|agreed|settled|approved|a deal)|(?:that|this)(?:'s"
    r"| is) (?:decided|settled|agreed|the decision|approved)"
    r"|(?:the|our|my|final) decision is(?: to| that|:)|(?:has|have|'s|was|were|is"
    r"|are) (?:been )?(?:approved|signed off|rejected)|we have a deal|it's a deal"
    r"|decision:|let's go (?:ahead )?with|we(?:'ll| will|'re| are)(?: (?:going to|all|now"
    r"|definitely))? (?:go(?:ing)? (?:ahead )?with|stick(?:ing)? with|proceed(?:ing)? with))",
    re.IGNORECASE,
)
# Proposals, which are decisions where they are likely to be one, or the next speaker agrees.
_PROPOSAL = re.compile(
    rf"\b(?:let's(?: not| just)?|(?:shall|should|can|could) we|how about (?:we|if we)|what if we"
    rf"|why don't we|i(?:'d)? (?:suggest|propose|recommend)(?: that)?(?: we)?"
    rf"|we (?:should|could)|we(?:'ll| will|'re| are)(?: (?:not|going to))?) {_CHOICES}\b",
    re.IGNORECASE,
)
_PLAN = re.compile(rf"\b(?:let's|we(?:'ll| will|'re| are))(?: (?:not|just|going to))? {_CHOICES}\b", re.IGNORECASE)
# Near a cue these words leave the matter open, or speak of another time.
_OPEN = re.compile(
    r"\b(?:haven't|hasn't|hadn't|not|never|isn't|aren't|wasn't|weren't|n't|yet to|if|unless|until|when"
    r"|once|before|whether|who|would|could|might|may|maybe|perhaps"
    r"|in case|assuming|supposed|hope|hopefully|used to|ever)\b",
    re.IGNORECASE,
)
# Each decision contains one of these words; a sentence without them is skipped.
_CUES = word_set(
    "decided agreed settled approved signed resolved opted concluded chosen chose decision deal rejected"
    " let's we we'll we're"
    " shall should can could how what why suggest propose recommend"
)
_QUESTION_FORM = re.compile(
    r"(?:should|shall|can|could) we |how about (?:we|if we) |what if we |why don't we ", re.IGNORECASE
)
# A later turn that denies the decision: "We haven't decided that yet."
_CONTRADICTS = re.compile(
    r"\b(?:we|nobody|no one)(?:'ve| have|'s| has)?(?: (?:not|never)|n't) (?:actually |really |yet )?(?:decided|agreed"
    r"|settled|approved)(?: (?:that|this|it|anything))?(?: yet)?\s{0,3}(?:[.,;!]|\Z)"
    r"|(?:that|this|it)(?:'s| is| was)(?: (?:not|never)|n't)(?: yet| really| actually)? (?:been )?(?:decided|agreed"
    r"|settled|approved|final|a decision)"
    r"|(?:that|this|it) (?:isn't|wasn't|hasn't been)(?: yet| really| actually)?"
    r" (?:decided|agreed|settled|approved|final)"
    r"|(?:we'll|we will|let's) decide (?:(?:on )?(?:that|this|it) )?(?:next|on|later|tomorrow|then|in|at|when)",
    re.IGNORECASE,
)
# A decision of an earlier time, not of this meeting.
_PAST = re.compile(
    r"\b(?:last (?:year|month|quarter|spring|summer|autumn|fall|winter)|years? ago|back then|was a mistake"
    r"|(?:go|going) with the flow)\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"\b(?:unless|only if|provided|as long as|if (?:they|you|he|she|it|the|we))\b", re.IGNORECASE)
# Characters before a cue in which a negation or a condition counts.
_LOOK_BACK = 40
_MIN_WORDS = 3
_MAX_QUOTES = 20


@dataclass(slots=True)
class _Draft:
    text: str
    evidence: list[Evidence] = field(default_factory=list)


def find_decisions(document: Document, context: MeetingContext) -> Decisions:  # noqa: ARG001  # the signature of all sections
    """Return the decisions, each with the sentences that state it; a repeated decision is one.

    A proposal is a decision where its words make that likely, or where the next speaker agrees.
    """
    drafts: list[_Draft] = []
    index: DuplicateIndex[_Draft] = DuplicateIndex()
    for sentence, score in zip(document.sentences, decision_scores(document), strict=True):
        grounds = _evidence(sentence, score >= THRESHOLD, document)
        if grounds and not _is_contradicted(sentence, document):
            _add(drafts, index, _Draft(_wording(sentence), grounds))
    return Decisions(
        engine="offline", items=tuple(Decision(text=draft.text, evidence=tuple(draft.evidence)) for draft in drafts)
    )


def _wording(sentence: Sentence) -> str:
    """Return the text of a decision: "Postpone the launch" for "Should we postpone the launch?", once agreed to."""
    text = strip_discourse_markers(sentence.text)
    question = _QUESTION_FORM.match(text)
    return strip_discourse_markers(text[question.end() :].rstrip("? ")) if question else text


def _add(drafts: list[_Draft], index: DuplicateIndex[_Draft], draft: _Draft) -> None:
    content = content_words(draft.text) or frozenset(words(draft.text))
    if duplicates := index.duplicates_of(content):
        duplicates[0].evidence.extend(draft.evidence[: max(0, _MAX_QUOTES - len(duplicates[0].evidence))])
        if len(content) > len(content_words(duplicates[0].text)):
            duplicates[0].text = draft.text
        return
    drafts.append(draft)
    index.add(content, draft)


def _evidence(sentence: Sentence, likely: bool, document: Document) -> list[Evidence]:
    """Return the evidence that a sentence decides something; empty where it does not."""
    if len(sentence.words) < _MIN_WORDS or _CUES.isdisjoint(sentence.words):
        return []
    text = sentence.text.replace("\u2019", "'")
    if _PAST.search(text):
        return []
    is_asked = asks(text)
    if not is_asked and (cue := _STATEMENT.search(text)):
        return [sentence.evidence()] if not _is_open(text, cue) else []
    if not (cue := _PROPOSAL.search(text)) or (not is_asked and _is_open(text, cue)):
        return []
    if not is_asked and likely and _PLAN.search(text):
        return [sentence.evidence()]
    return _agreement(sentence, document)


def _is_open(text: str, cue: re.Match[str]) -> bool:
    """Return whether the words around a cue say that nothing is decided, or not yet."""
    return bool(_CONDITION.search(text, cue.end())) or bool(
        _OPEN.search(text[max(0, cue.start() - _LOOK_BACK) : cue.end()].replace("let's not", "").replace("'ll not", ""))
    )


def _is_contradicted(sentence: Sentence, document: Document) -> bool:
    """Return whether one of the next two turns says that nothing is decided, or not yet."""
    index = sentence.turn.index
    following = (sentence for turn in document.by_turn[index + 1 : index + 3] for sentence in turn[:3])
    return any(
        _CONTRADICTS.search(sentence.text.replace("\u2019", "'")) for sentence in following if not asks(sentence.text)
    )


def _agreement(sentence: Sentence, document: Document) -> list[Evidence]:
    last = document.by_turn[sentence.turn.index][-1]
    if last.index - sentence.index > 1 or not (reply := replies.accepting_turn_after(sentence, document)):
        return []
    return [sentence.evidence(), reply[0].evidence()]
