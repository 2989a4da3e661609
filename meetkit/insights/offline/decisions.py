"""What was decided, in the words that decided it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from meetkit.insights.language import replies
from meetkit.insights.language.deduplication import Index, gist
from meetkit.insights.language.discourse_markers import cleaned
from meetkit.insights.language.intents import THRESHOLD, decision_scores
from meetkit.insights.language.text import Document, Sentence, asks, words
from meetkit.insights.language.word_lists import listed
from meetkit.models.analysis import Decision, Decisions, MeetingContext
from meetkit.models.insights import Evidence

_CHOICES = (
    r"(?:go(?:ing)? (?:ahead )?(?:with|for)|us(?:e|ing)|stick(?:ing)? (?:with|to)|proceed(?:ing)? with"
    r"|start(?:ing)? with|adopt(?:ing)?"
    r"|choos(?:e|ing)|pick(?:ing)?|keep(?:ing)?|drop(?:ping)?|skip(?:ping)?|postpon(?:e|ing)"
    r"|delay(?:ing)?|cancel(?:l?ing)?|launch(?:ing)?"
    r"|switch(?:ing)? to|mov(?:e|ing) (?:to|forward|ahead)|settl(?:e|ing) on|extend(?:ing)?|renew(?:ing)?"
    r"|sign(?:ing)?|buy(?:ing)?|hir(?:e|ing))"
)
# It says itself that something is decided.
_DECIDED = re.compile(
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
# It says so if it is likely, or agreed to.
_PROPOSED = re.compile(
    rf"\b(?:let's(?: not| just)?|(?:shall|should|can|could) we|how about (?:we|if we)|what if we"
    rf"|why don't we|i(?:'d)? (?:suggest|propose|recommend)(?: that)?(?: we)?"
    rf"|we (?:should|could)|we(?:'ll| will|'re| are)(?: (?:not|going to))?) {_CHOICES}\b",
    re.IGNORECASE,
)
_STATED = re.compile(rf"\b(?:let's|we(?:'ll| will|'re| are))(?: (?:not|just|going to))? {_CHOICES}\b", re.IGNORECASE)
_OPEN = re.compile(
    r"\b(?:haven't|hasn't|hadn't|not|never|isn't|aren't|wasn't|weren't|n't|yet to|if|unless|until|when"
    r"|once|before|whether|who|would|could|might|may|maybe|perhaps"
    r"|in case|assuming|supposed|hope|hopefully|used to|ever)\b",
    re.IGNORECASE,
)
_CUES = listed(
    "decided agreed settled approved signed resolved opted concluded chosen chose decision deal rejected"
    " let's we we'll we're"
    " shall should can could how what why suggest propose recommend"
)
"""No decision is without one of these words."""
_ASKED = re.compile(r"(?:should|shall|can|could) we |how about (?:we|if we) |what if we |why don't we ", re.IGNORECASE)
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
_IS_PAST = re.compile(
    r"\b(?:last (?:year|month|quarter|spring|summer|autumn|fall|winter)|years? ago|back then|was a mistake"
    r"|(?:go|going) with the flow)\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"\b(?:unless|only if|provided|as long as|if (?:they|you|he|she|it|the|we))\b", re.IGNORECASE)
_ABOUT_WORDS = 40
_MIN_WORDS = 3
_MAX_QUOTES = 20


@dataclass(slots=True)
class _Draft:
    text: str
    evidence: list[Evidence] = field(default_factory=list)


def find_decisions(document: Document, context: MeetingContext) -> Decisions:  # noqa: ARG001  # the signature of all sections
    """The sentences by which something was decided; said again, a decision is still one.

    A proposal is a decision where it is likely to be one by its words, or the next to speak agrees.
    """
    found: list[_Draft] = []
    index: Index[_Draft] = Index()
    for sentence, score in zip(document.sentences, decision_scores(document), strict=True):
        grounds = _decides(sentence, score >= THRESHOLD, document)
        if grounds and not _is_contradicted(sentence, document):
            _add(found, index, _Draft(_worded(sentence), grounds))
    return Decisions(
        engine="offline", items=tuple(Decision(text=one.text, evidence=tuple(one.evidence)) for one in found)
    )


def _worded(sentence: Sentence) -> str:
    """The decision in words. Once agreed to, "Should we postpone the launch?" reads "Postpone the launch"."""
    text = cleaned(sentence.text)
    asked = _ASKED.match(text)
    return cleaned(text[asked.end() :].rstrip("? ")) if asked else text


def _add(found: list[_Draft], index: Index[_Draft], draft: _Draft) -> None:
    about = gist(draft.text) or frozenset(words(draft.text))
    if same := index.near(about):
        same[0].evidence.extend(draft.evidence[: max(0, _MAX_QUOTES - len(same[0].evidence))])
        if len(about) > len(gist(same[0].text)):
            same[0].text = draft.text
        return
    found.append(draft)
    index.add(about, draft)


def _decides(sentence: Sentence, likely: bool, document: Document) -> list[Evidence]:
    """The quotes that show a decision, none where there is none."""
    if len(sentence.words) < _MIN_WORDS or _CUES.isdisjoint(sentence.words):
        return []
    text = sentence.text.replace("\u2019", "'")
    if _IS_PAST.search(text):
        return []
    is_asked = asks(text)
    if not is_asked and (cue := _DECIDED.search(text)):
        return [sentence.evidence()] if not _is_open(text, cue) else []
    if not (cue := _PROPOSED.search(text)) or (not is_asked and _is_open(text, cue)):
        return []
    if not is_asked and likely and _STATED.search(text):
        return [sentence.evidence()]
    return _agreed(sentence, document)


def _is_open(text: str, cue: re.Match[str]) -> bool:
    """Whether the words around say that it is not, or not yet, so."""
    return bool(_CONDITION.search(text, cue.end())) or bool(
        _OPEN.search(
            text[max(0, cue.start() - _ABOUT_WORDS) : cue.end()].replace("let's not", "").replace("'ll not", "")
        )
    )


def _is_contradicted(sentence: Sentence, document: Document) -> bool:
    """Whether one of the next two turns says that it is not, or not yet, decided."""
    turn = sentence.turn.index
    following = (said for turn in document.by_turn[turn + 1 : turn + 3] for said in turn[:3])
    return any(_CONTRADICTS.search(said.text.replace("\u2019", "'")) for said in following if not asks(said.text))


def _agreed(sentence: Sentence, document: Document) -> list[Evidence]:
    last = document.by_turn[sentence.turn.index][-1]
    if last.index - sentence.index > 1 or not (reply := replies.acceptance_after(sentence, document)):
        return []
    return [sentence.evidence(), reply[0].evidence()]
