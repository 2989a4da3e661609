"""Action items by a model: its task in supported words, its owner and deadline only where somebody said them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from meetkit.insights.commitments import Commitment, Kind
from meetkit.insights.deadlines import deadline_of, find_phrases
from meetkit.insights.grounding.folding import fold
from meetkit.insights.grounding.text_similarity import STOP_WORDS
from meetkit.insights.language.text import Sentence, words
from meetkit.insights.model.answer_schemas import ItemClaim, ItemsAnswer
from meetkit.insights.model.claim_check import Check, is_clean
from meetkit.insights.model.claim_spans import Stretch, whole
from meetkit.insights.model.merge import distinct, in_order
from meetkit.insights.model.sources import NEAR, Sources, same_person
from meetkit.models.analysis import ActionItems
from meetkit.models.insights import ActionItem, Evidence, derive_item_id

_PROMISE = re.compile(
    r"\b(?:i'll|i will|i'm going to|i am going to|i'm gonna|i shall|i can|i have to|i need to|i must|i should"
    r"|i've got to|let me|leave (?:it|that) (?:with|to) me|ich werde|ich kümmere|je vais|je m'occupe|voy a"
    r"|yo me encargo|eu vou|ik zal|ik ga)\b(?!'t| not\b| never\b| know\b)"
)
_OWN = (Kind.PROMISE, Kind.OFFER, Kind.DUTY)
_NAME = r"[^\W\d_][\w'\u2019-]{0,40}(?:\s[^\W\d_][\w'\u2019-]{0,40})?"
_AGENT = re.compile(rf"\bbe\s\w{{2,20}}\sby\s({_NAME})")
_CALLED = re.compile(rf"({_NAME})\s{{0,3}}[,:\u2013\u2014-]")

Owner = tuple[str, Evidence]
"""A name and the words that make its bearer the owner."""


def read_items(answers: Sequence[ItemsAnswer], sources: Sources, engine: str) -> ActionItems:
    """The action items that the transcript supports, in the order of the meeting."""
    check = Check(sources)
    found = [item for answer in answers for claim in answer.items if (item := _item(claim, check))]
    items = distinct(in_order(found), text=lambda item: item.task, owner=lambda item: item.owner)
    return ActionItems(engine=engine, rejected=check.rejected, items=tuple(items))


def _item(claim: ItemClaim, check: Check) -> ActionItem | None:
    evidence = check.quotes(claim.quotes)
    said = check.binding(claim.task, evidence)
    if said is None:
        return None
    owner = _owner(claim.owner, said, evidence, check)
    deadline = _said_deadline(claim.deadline, evidence, check)
    name = owner[0] if owner else None
    return ActionItem(
        id=derive_item_id(said.text, name),
        task=said.text,
        owner=name,
        deadline=deadline and deadline_of(deadline.quote, check.sources.context),
        priority=claim.priority,
        evidence=(*evidence, *((owner[1],) if owner else ()), *((deadline,) if deadline else ())),
    )


def _owner(claimed: str | None, said: Stretch, evidence: Sequence[Evidence], check: Check) -> Owner | None:
    """Who is to do it, and the words that say so.

    A promise belongs to its speaker, whoever is claimed. Else the claim counts where its bearer accepts in a
    quote what is asked, or is bound by name in the sentence.
    """
    named = claimed if claimed and not _is_pronoun(claimed) else None
    owner = _promiser(said, evidence, check.sources)
    if named and owner and check.sources.participant(named) == owner[0]:
        return owner
    if named and owner is None and not _promises(said, check.sources):
        owner = _bound_by_name(named, said, check.sources)
        if owner:
            return owner
    if named:
        check.refuse()
    return owner


def _promiser(said: Stretch, evidence: Sequence[Evidence], sources: Sources) -> Owner | None:
    """Who promises a task, or accepts in one of the next turns what another asks."""
    sentence = said.sentence
    if _promises(said, sources):
        return _speaker(sentence)
    for reply in sources.sentences_under(evidence):
        later = 0 < reply.turn.index - sentence.turn.index <= NEAR
        if later and reply.turn.speaker != sentence.turn.speaker and _promises(whole(reply), sources):
            return _speaker(reply)
    return None


def _speaker(sentence: Sentence) -> Owner | None:
    speaker = sentence.turn.speaker
    return (speaker, sentence.evidence("owner")) if speaker else None


def _promises(said: Stretch, sources: Sources) -> bool:
    """Whether a task is the speaker's own, as in "I'll …"."""
    head = _head(said, sources)
    return head.kind in _OWN if head else bool(_PROMISE.search(fold(said.sentence.text)))


def _head(said: Stretch, sources: Sources) -> Commitment | None:
    """The words that bind somebody to a task: those before it, else the first."""
    heads = sources.heads(said.sentence)
    return next((head for head in reversed(heads) if head.start <= said.start), heads[0] if heads else None)


def _bound_by_name(named: str, said: Stretch, sources: Sources) -> Owner | None:
    """As in "Omar will …", "can you …, Omar?" or "Omar, send …"; somebody not known only as the first two."""
    participant = sources.participant(named)
    for owner, (start, end) in _names(said, sources):
        known = sources.participant(owner)
        if (participant == known) if participant or known else same_person(owner, named):
            quote = said.sentence.evidence("owner")
            place = {"start": quote.start + start, "end": quote.start + end, "quote": quote.quote[start:end]}
            return (participant or owner, quote.model_copy(update=place)) if is_clean(owner) else None
    return None


def _names(said: Stretch, sources: Sources) -> Iterator[tuple[str, tuple[int, int]]]:
    head = _head(said, sources)
    if head and head.kind is Kind.NAMED and head.owner:
        yield head.owner, head.who
    for agent in _AGENT.finditer(said.sentence.text):
        if owner := sources.people.called(agent[1]):
            yield owner, agent.span(1)
    called = _CALLED.match(said.sentence.text)
    if called and (owner := sources.people.called(called[1])):
        yield owner, called.span(1)


def _is_pronoun(name: str) -> bool:
    return all(word in STOP_WORDS or word in ("speaker", "unknown", "none", "null") for word in words(name))


def _said_deadline(claimed: str | None, evidence: Sequence[Evidence], check: Check) -> Evidence | None:
    """The phrase for a day to come, in a quoted sentence, that the claimed words are or hold."""
    if claimed is None:
        return None
    for sentence in check.sources.sentences_under(evidence):
        for phrase in find_phrases(sentence.text):
            if _holds(phrase.text, claimed) and is_clean(" ".join(phrase.text.split())):
                place = {"start": sentence.start + phrase.start, "end": sentence.start + phrase.end}
                return sentence.evidence("deadline").model_copy(update={**place, "quote": phrase.text})
    check.refuse()
    return None


def _holds(phrase: str, claimed: str) -> bool:
    """Whether the claimed words are the phrase, or all of it but what leads in: "Friday" of "by Friday"."""
    said, wanted = words(fold(phrase)), words(fold(claimed))
    return bool(wanted) and said[-len(wanted) :] == wanted
