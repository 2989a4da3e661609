"""Topics by a model: labels in the words of the transcript, and the turns about them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from meetkit.insights.grounding.text_similarity import STOP_STEMS, stems
from meetkit.insights.model.answer_schemas import TopicClaim, TopicsAnswer
from meetkit.insights.model.claim_check import ClaimCheck
from meetkit.insights.model.sources import Sources
from meetkit.models.analysis import Topic, Topics, TopicSpan
from meetkit.models.insights import Evidence

MAX_TOPICS = 10
# Turns before and after a topic's words that belong to it.
CONTEXT_TURNS = 3


def read_topics(answers: Sequence[TopicsAnswer], sources: Sources, engine: str) -> Topics:
    """Read the topics, the longest first. Topics with the same label are merged."""
    check = ClaimCheck(sources)
    by_label: dict[frozenset[str], Topic] = {}
    for claim in (claim for answer in answers for claim in answer.topics):
        if topic := _topic(claim, check):
            # Labels that differ only in endings or articles are one topic.
            key = frozenset(stems(topic.label)) - STOP_STEMS
            by_label[key] = _merge_topics(by_label[key], topic) if key in by_label else topic
    by_weight = sorted(by_label.values(), key=lambda topic: -_weight(topic, sources))
    return Topics(engine=engine, rejected=check.rejected, items=tuple(by_weight[:MAX_TOPICS]))


def _topic(claim: TopicClaim, check: ClaimCheck) -> Topic | None:
    evidence = check.quotes(claim.quotes)
    label = check.supported_label(claim.label, evidence) if evidence else None
    if label is None:
        check.reject()
        return None
    return Topic(label=label, spans=_spans(claim, label, evidence, check), evidence=evidence)


def _spans(claim: TopicClaim, label: str, evidence: Sequence[Evidence], check: ClaimCheck) -> tuple[TopicSpan, ...]:
    """Return the turns of the quotes, and those near the label's words within the model's range if that has a quote."""
    turns = [(quote.turn, quote.turn) for quote in evidence]
    first, last = claim.first_turn, claim.last_turn
    if last < len(check.sources.document.transcript.turns) and any(first <= turn <= last for turn, _ in turns):
        turns += [
            (max(0, first, turn - CONTEXT_TURNS), min(last, turn + CONTEXT_TURNS))
            for turn in check.sources.turns_with(set(stems(label)) - STOP_STEMS)
            if first - CONTEXT_TURNS <= turn <= last + CONTEXT_TURNS
        ]
    else:
        check.reject()
    return _merge_spans(turns)


def _merge_spans(spans: Iterable[tuple[int, int]]) -> tuple[TopicSpan, ...]:
    """Return spans in order, with adjacent and overlapping ones merged."""
    result: list[TopicSpan] = []
    for first, last in sorted(spans):
        if result and first <= result[-1].last_turn + 1:
            before = result.pop()
            first, last = before.first_turn, max(before.last_turn, last)  # noqa: PLW2901  # the span grows
        result.append(TopicSpan(first_turn=first, last_turn=last))
    return tuple(result)


def _merge_topics(first: Topic, second: Topic) -> Topic:
    spans = _merge_spans((span.first_turn, span.last_turn) for span in (*first.spans, *second.spans))
    return Topic(label=first.label, spans=spans, evidence=tuple(dict.fromkeys((*first.evidence, *second.evidence))))


def _weight(topic: Topic, sources: Sources) -> int:
    """Return the number of characters in a topic's turns."""
    turns = sources.document.transcript.turns
    return sum(len(turn.text) for span in topic.spans for turn in turns[span.first_turn : span.last_turn + 1])
