"""Action items by a model: tasks in supported words, owners and deadlines only if somebody said them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from meetkit.insights.commitments import Commitment, Kind
from meetkit.insights.deadlines import deadline_of, find_phrases
from meetkit.insights.grounding.folding import fold
from meetkit.insights.grounding.text_similarity import STOP_WORDS
from meetkit.insights.language.text import Sentence, words
from meetkit.insights.model.answer_schemas import ItemClaim, ItemsAnswer
from meetkit.insights.model.claim_check import ClaimCheck, is_clean
from meetkit.insights.model.claim_spans import SentenceSpan, whole_sentence
from meetkit.insights.model.merge import distinct, in_order
from meetkit.insights.model.sources import NEAR_TURNS, Sources, same_person
from meetkit.models.analysis import ActionItems
from meetkit.models.insights import ActionItem, Evidence, derive_item_id

# The offline engine finds commitments in English only; a model reads other languages as well.
_PROMISE = re.compile(
    r"\b(?:i'll|i will|i'm going to|i am going to|i'm gonna|i shall|i can|i have to|i need to|i must|i should"
    r"|i've got to|let me|leave (?:it|that) (?:with|to) me|ich werde|ich kümmere|je vais|je m'occupe|voy a"
    r"|yo me encargo|eu vou|ik zal|ik ga)\b(?!'t| not\b| never\b| know\b)"
)
_SPEAKER_KINDS = (Kind.PROMISE, Kind.OFFER, Kind.DUTY)
# Bounded repetitions, so that text without punctuation is searched in linear time.
_NAME = r"[^\W\d_][\w'\u2019-]{0,40}(?:\s[^\W\d_][\w'\u2019-]{0,40})?"
_AGENT = re.compile(rf"\bbe\s\w{{2,20}}\sby\s({_NAME})")
_ADDRESSEE = re.compile(rf"({_NAME})\s{{0,3}}[,:\u2013\u2014-]")

# A name, and the evidence that this person is the owner.
Owner = tuple[str, Evidence]


def read_items(answers: Sequence[ItemsAnswer], sources: Sources, engine: str) -> ActionItems:
    """Read the action items that the transcript supports, in the order of the meeting."""
    check = ClaimCheck(sources)
    items = [item for answer in answers for claim in answer.items if (item := _item(claim, check))]
    unique = distinct(in_order(items), text=lambda item: item.task, owner=lambda item: item.owner)
    return ActionItems(engine=engine, rejected=check.rejected, items=tuple(unique))


def _item(claim: ItemClaim, check: ClaimCheck) -> ActionItem | None:
    evidence = check.quotes(claim.quotes)
    span = check.task_span(claim.task, evidence)
    if span is None:
        return None
    owner = _owner(claim.owner, span, evidence, check)
    deadline = _deadline(claim.deadline, evidence, check)
    name = owner[0] if owner else None
    return ActionItem(
        id=derive_item_id(span.text, name),
        task=span.text,
        owner=name,
        deadline=deadline and deadline_of(deadline.quote, check.sources.context),
        priority=claim.priority,
        evidence=(*evidence, *((owner[1],) if owner else ()), *((deadline,) if deadline else ())),
    )


def _owner(
    claim_owner: str | None, span: SentenceSpan, evidence: Sequence[Evidence], check: ClaimCheck
) -> Owner | None:
    """Return the owner of a task and the evidence for it.

    A promise belongs to its speaker, whatever the claim. Otherwise the claimed owner counts if they accept the
    request in a quote, or if the sentence assigns the task to them by name.
    """
    name = claim_owner if claim_owner and not _is_pronoun(claim_owner) else None
    owner = _promiser(span, evidence, check.sources)
    if name and owner and check.sources.participant(name) == owner[0]:
        return owner
    if name and owner is None and not _promises(span, check.sources):
        # Only where nobody promises: the name in "I'll ask Omar to send it" is not the owner's.
        owner = _owner_by_name(name, span, check.sources)
        if owner:
            return owner
    if name:
        check.reject()
    return owner


def _promiser(span: SentenceSpan, evidence: Sequence[Evidence], sources: Sources) -> Owner | None:
    """Return the speaker who promises a task, or who accepts another's request in one of the next turns."""
    sentence = span.sentence
    if _promises(span, sources):
        return _speaker(sentence)
    for reply in sources.sentences_under(evidence):
        is_soon_after = 0 < reply.turn.index - sentence.turn.index <= NEAR_TURNS
        if is_soon_after and reply.turn.speaker != sentence.turn.speaker and _promises(whole_sentence(reply), sources):
            return _speaker(reply)
    return None


def _speaker(sentence: Sentence) -> Owner | None:
    speaker = sentence.turn.speaker
    return (speaker, sentence.evidence("owner")) if speaker else None


def _promises(span: SentenceSpan, sources: Sources) -> bool:
    """Return whether the speaker takes on the task, as in "I'll …"."""
    commitment = _commitment(span, sources)
    return commitment.kind in _SPEAKER_KINDS if commitment else bool(_PROMISE.search(fold(span.sentence.text)))


def _commitment(span: SentenceSpan, sources: Sources) -> Commitment | None:
    """Return the commitment to a task: the last one before it, else the first of the sentence."""
    commitments = sources.commitments(span.sentence)
    return next(
        (candidate for candidate in reversed(commitments) if candidate.start <= span.start),
        commitments[0] if commitments else None,
    )


def _owner_by_name(claim_name: str, span: SentenceSpan, sources: Sources) -> Owner | None:
    """Return the owner whom the sentence names, as in "Omar will …", "can you …, Omar?" or "Omar, send …".

    A person who is no participant is an owner in the first two forms only.
    """
    participant = sources.participant(claim_name)
    for owner, (start, end) in _named_owners(span, sources):
        known_participant = sources.participant(owner)
        if (participant == known_participant) if participant or known_participant else same_person(owner, claim_name):
            quote = span.sentence.evidence("owner")
            place = {"start": quote.start + start, "end": quote.start + end, "quote": quote.quote[start:end]}
            return (participant or owner, quote.model_copy(update=place)) if is_clean(owner) else None
    return None


def _named_owners(span: SentenceSpan, sources: Sources) -> Iterator[tuple[str, tuple[int, int]]]:
    commitment = _commitment(span, sources)
    if commitment and commitment.kind is Kind.ASSIGNMENT and commitment.owner:
        yield commitment.owner, commitment.owner_span
    for agent in _AGENT.finditer(span.sentence.text):
        if owner := sources.people.full_name(agent[1]):
            yield owner, agent.span(1)
    addressee = _ADDRESSEE.match(span.sentence.text)
    if addressee and (owner := sources.people.full_name(addressee[1])):
        yield owner, addressee.span(1)


def _is_pronoun(name: str) -> bool:
    return all(word in STOP_WORDS or word in ("speaker", "unknown", "none", "null") for word in words(name))


def _deadline(claim_phrase: str | None, evidence: Sequence[Evidence], check: ClaimCheck) -> Evidence | None:
    """Return the evidence for a deadline: a date phrase of a quoted sentence that ends with the claimed words."""
    if claim_phrase is None:
        return None
    for sentence in check.sources.sentences_under(evidence):
        for phrase in find_phrases(sentence.text):
            if _ends_with(phrase.text, claim_phrase) and is_clean(" ".join(phrase.text.split())):
                place = {"start": sentence.start + phrase.start, "end": sentence.start + phrase.end}
                return sentence.evidence("deadline").model_copy(update={**place, "quote": phrase.text})
    check.reject()
    return None


def _ends_with(phrase: str, claim_phrase: str) -> bool:
    """Return whether a phrase ends with the claimed words, as "by Friday" ends with "Friday"."""
    phrase_words, claim_words = words(fold(phrase)), words(fold(claim_phrase))
    return bool(claim_words) and phrase_words[-len(claim_words) :] == claim_words
