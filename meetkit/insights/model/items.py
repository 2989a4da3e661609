"""Action items by a model: its task in supported words, its owner and deadline only where somebody said them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from meetkit.insights.folding import fold
from meetkit.insights.model.answers import ItemClaim, ItemsAnswer
from meetkit.insights.model.merge import distinct, in_order
from meetkit.insights.model.sources import Sources, same_person
from meetkit.insights.model.support import Check, is_clean
from meetkit.insights.offline.deadlines import deadline_of, find_phrases
from meetkit.insights.text import words
from meetkit.insights.wording import STOP_WORDS
from meetkit.models.analysis import ActionItems
from meetkit.models.insights import ActionItem, Evidence, derive_item_id

_PROMISE = re.compile(
    r"\b(?:i'll|i will|i'm going to|i am going to|i'm gonna|i shall|i can|i have to|i need to|i must|i should"
    r"|i've got to|let me|leave (?:it|that) (?:with|to) me|ich werde|ich kümmere|je vais|je m'occupe|voy a"
    r"|yo me encargo|eu vou|ik zal|ik ga)\b(?!'t| not\b| never\b| know\b)"
)
_LONGEST = 200
_LONGEST_NAME = 4


def read_items(answers: Sequence[ItemsAnswer], sources: Sources, engine: str) -> ActionItems:
    """The action items that the transcript supports, in the order of the meeting."""
    check = Check(sources)
    found = [item for answer in answers for claim in answer.items if (item := _item(claim, check))]
    items = distinct(in_order(found), text=lambda item: item.task, owner=lambda item: item.owner)
    return ActionItems(engine=engine, rejected=check.rejected, items=tuple(items))


def _item(claim: ItemClaim, check: Check) -> ActionItem | None:
    evidence = check.quotes(claim.quotes)
    task = check.wording(claim.task, evidence)
    if task is None:
        return None
    owner = _owner(claim.owner, evidence, check)
    deadline = _said_deadline(claim.deadline, evidence, check)
    name = owner[0] if owner else None
    return ActionItem(
        id=derive_item_id(task, name),
        task=task,
        owner=name,
        deadline=deadline and deadline_of(deadline.quote, check.sources.context),
        priority=claim.priority,
        evidence=(*evidence, *((owner[1],) if owner else ()), *((deadline,) if deadline else ())),
    )


def _owner(claimed: str | None, evidence: Sequence[Evidence], check: Check) -> tuple[str, Evidence] | None:
    """Who is to do it, and the words that say so.

    The name that the model gives counts where its bearer promises in a quote, or where the name is said in
    a quote or, where no quote promises, in the turn of one. Else a promise belongs to its speaker.
    """
    promises = [quote for quote in evidence if quote.speaker and _PROMISE.search(fold(quote.quote))]
    named = claimed if claimed and not _is_pronoun(claimed) else None
    owner = _named_owner(named, evidence, promises, check.sources) if named else None
    if named and not owner:
        check.refuse()
    if not owner and promises:
        owner = promises[0].speaker or "", promises[0]
    return owner and (owner[0], owner[1].model_copy(update={"field": "owner"}))


def _named_owner(
    named: str, evidence: Sequence[Evidence], promises: Sequence[Evidence], sources: Sources
) -> tuple[str, Evidence] | None:
    participant = sources.participant(named)
    for promise in promises:
        if participant and participant == promise.speaker:
            return participant, promise
    for name in _forms(named, participant, sources):
        said = sources.grounding.said(name, sources.turns_near(evidence, reach=0))
        if said and (not promises or any(quote.start <= said.start < quote.end for quote in evidence)):
            called = participant or " ".join(said.quote.split())
            return (called, said) if is_clean(called) else None
    return None


def _forms(named: str, participant: str | None, sources: Sources) -> Iterator[str]:
    """How somebody may be called: as claimed, or by a part of it that is of one participant's name only."""
    yield named
    if participant and len(words(participant)) <= _LONGEST_NAME:
        others = [name for name in sources.participants if name != participant]
        for part in words(named):
            if (
                part in words(participant)
                and not _is_pronoun(part)
                and not any(same_person(part, one) for one in others)
            ):
                yield part


def _is_pronoun(name: str) -> bool:
    return all(word in STOP_WORDS or word in ("speaker", "unknown", "none", "null") for word in words(name))


def _said_deadline(claimed: str | None, evidence: Sequence[Evidence], check: Check) -> Evidence | None:
    """The words of a deadline, in the turn of a quote, that name a time."""
    if claimed is None:
        return None
    said = check.sources.grounding.said(claimed, check.sources.turns_near(evidence, reach=0), field="deadline")
    if said and _names_a_time(said.quote):
        return said
    check.refuse()
    return None


def _names_a_time(said: str) -> bool:
    return len(said) <= _LONGEST and is_clean(" ".join(said.split())) and any(find_phrases(said))
