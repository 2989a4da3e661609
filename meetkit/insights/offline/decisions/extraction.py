"""Find the decisions: votes, and the candidates that are likely to be decisions; a repeated decision is one."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from meetkit.insights.language.deduplication import DuplicateIndex, content_words
from meetkit.insights.language.intents import decision_scores
from meetkit.insights.language.replies import Reply
from meetkit.insights.language.text import Document, words
from meetkit.insights.offline.decisions import wording
from meetkit.insights.offline.decisions.candidates import Candidate, candidates
from meetkit.insights.offline.decisions.contradictions import Reversals, is_contradicted
from meetkit.insights.offline.decisions.forms import Form
from meetkit.insights.offline.decisions.motions import Vote, find_votes
from meetkit.insights.offline.decisions.scoring import probability
from meetkit.models.analysis import Decision, Decisions, MeetingContext
from meetkit.models.insights import Evidence

MIN_POSSIBLE: Final = 0.2
"""The lowest probability at which a candidate is shown as possibly a decision."""

# Forms that say by themselves what is decided, or decide nothing.
_NO_ANTECEDENT = frozenset({Form.PRESENT, Form.CONCLUSION, Form.CONSTRAINT})
_MAX_QUOTES = 20
# The probability of what a vote decided.
_SURE = 1.0


@dataclass(slots=True, eq=False)
class _Draft:
    """A decision before it is returned."""

    text: str
    evidence: list[Evidence]
    probability: float
    place: int
    replaces: str | None = None


def find_decisions(document: Document, context: MeetingContext) -> Decisions:
    """Return the decisions in the order of the meeting, each with the sentences that make it.

    A candidate from `context.min_confidence` on is a decision, one from `MIN_POSSIBLE` on is `possible`. A proposal is
    a candidate only where another speaker agrees. One that a later decision changes is left out, and named by that one.
    """
    drafts = _Drafts(context.min_confidence)
    votes = list(find_votes(document))
    indexes = {sentence.index for vote in votes for sentence in (vote.motion, vote.outcome) if sentence}
    of_votes = (_of_vote(vote, document) for vote in votes)
    others = (item for item in candidates(document, decision_scores(document)) if item.sentence.index not in indexes)
    of_candidates = (_draft(item, document) for item in others)
    for draft in heapq.merge(filter(None, of_votes), filter(None, of_candidates), key=attrgetter("place")):
        drafts.add(draft)
    return Decisions(
        engine="offline",
        items=tuple(_decision(draft) for draft in drafts if draft.probability >= context.min_confidence),
        possible=tuple(_decision(draft) for draft in drafts if draft.probability < context.min_confidence),
    )


def _decision(draft: _Draft) -> Decision:
    confidence = round(draft.probability, 3)
    return Decision(text=draft.text, replaces=draft.replaces, confidence=confidence, evidence=tuple(draft.evidence))


def _of_vote(vote: Vote, document: Document) -> _Draft | None:
    """Return the decision of a vote, in the words of the motion and of the outcome.

    Without a motion it is what the outcome itself names, or what was said before it; `None` where nothing was.
    """
    outcome = wording.sentence_case(vote.outcome.text[slice(*vote.span)]) + "." if vote.span else ""
    evidence = [vote.outcome.evidence()]
    if vote.motion:
        text = f"{wording.sentence_case(vote.motion.text[slice(*vote.clause)])}. {outcome}".rstrip()
        evidence.insert(0, vote.motion.evidence())
    elif wording.says_what(vote.outcome):
        text = wording.stated_text(vote.outcome)
    elif subject := wording.antecedent(vote.outcome, document):
        text = wording.joined_text(subject, outcome)
        evidence.insert(0, subject.evidence("context"))
    else:
        return None
    return _Draft(text, evidence, _SURE, vote.outcome.index)


def _draft(candidate: Candidate, document: Document) -> _Draft | None:
    """Return a candidate as a decision; `None` where it is unlikely, denied, or says nothing to a stranger."""
    sentence = candidate.sentence
    is_proposal = candidate.cue is not None and candidate.cue.form is Form.PROPOSAL
    if is_proposal and candidate.reply is not Reply.ACCEPTS:
        return None
    chance = probability(candidate, document)
    if chance < MIN_POSSIBLE or is_contradicted(sentence, document):
        return None
    draft = _Draft(wording.stated_text(sentence), [sentence.evidence()], chance, sentence.index)
    if not wording.says_what(sentence):
        is_pointing = candidate.cue is not None and candidate.cue.form not in _NO_ANTECEDENT
        subject = wording.antecedent(sentence, document) if is_pointing else None
        if subject is None:
            return None
        draft.text = wording.joined_text(subject, draft.text)
        draft.evidence.insert(0, subject.evidence("context"))
    if candidate.reply is Reply.ACCEPTS and candidate.answer:
        draft.evidence.append(candidate.answer.evidence())
    if replacement := wording.replacement(sentence):
        draft.replaces, quote = replacement
        draft.evidence.append(quote)
    return draft


class _Drafts:
    """The decisions so far, without duplicates and without those that a later one replaces."""

    def __init__(self, min_confidence: float) -> None:
        self._min_confidence = min_confidence
        self._drafts: dict[_Draft, None] = {}
        self._index: DuplicateIndex[_Draft] = DuplicateIndex()
        self._by_quote: dict[int, _Draft] = {}
        self._reversals: Reversals[_Draft] = Reversals()

    def __iter__(self) -> Iterator[_Draft]:
        return iter(self._drafts)

    def add(self, draft: _Draft) -> None:
        """Add a decision, to the one that says the same where there is one."""
        content = content_words(draft.text) or frozenset(words(draft.text))
        if duplicate := self._duplicate(draft, content):
            _merge(duplicate, draft)
            return
        former = self._reversals.replaced_by(draft.text)
        if former in self._drafts and draft.probability >= self._min_confidence:
            _replace(draft, former)
            del self._drafts[former]
        self._drafts[draft] = None
        self._by_quote.update((quote.start, draft) for quote in draft.evidence)
        self._index.add(content, draft)
        self._reversals.add(draft.text, draft)

    def _duplicate(self, draft: _Draft, content: frozenset[str]) -> _Draft | None:
        """Return the decision with the same content, or the one that the words of another point to."""
        antecedents = [self._by_quote.get(quote.start) for quote in draft.evidence if quote.field == "context"]
        similar = (*antecedents, *self._index.duplicates_of(content))
        return next((draft for draft in similar if draft in self._drafts), None)


def _merge(draft: _Draft, repetition: _Draft) -> None:
    """Add the evidence of a repetition, and take its text where that says more."""
    draft.evidence.extend(repetition.evidence[: max(0, _MAX_QUOTES - len(draft.evidence))])
    draft.probability = max(draft.probability, repetition.probability)
    draft.replaces = draft.replaces or repetition.replaces
    if len(content_words(repetition.text)) > len(content_words(draft.text)):
        draft.text = repetition.text


def _replace(draft: _Draft, former: _Draft) -> None:
    """Name in a decision the former one that it replaces."""
    draft.replaces = draft.replaces or former.text
    draft.evidence.extend(quote.model_copy(update={"field": "replaces"}) for quote in former.evidence[:1])
