"""Topics by a model: labels in words that were said, and the turns that their quotes lie in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from meetkit.insights.grounding.text_similarity import STOP_STEMS, stems
from meetkit.insights.model.answer_schemas import TopicClaim, TopicsAnswer
from meetkit.insights.model.claim_check import Check
from meetkit.insights.model.sources import Sources
from meetkit.models.analysis import Topic, Topics, TopicSpan
from meetkit.models.insights import Evidence

MOST_TOPICS = 10
REACH = 3
"""How many turns before and after its words belong to a topic."""


def read_topics(answers: Sequence[TopicsAnswer], sources: Sources, engine: str) -> Topics:
    """The topics, that with the most words first; those of one label are one."""
    check = Check(sources)
    found: dict[frozenset[str], Topic] = {}
    for claim in (claim for answer in answers for claim in answer.topics):
        if topic := _topic(claim, check):
            key = frozenset(stems(topic.label)) - STOP_STEMS
            found[key] = _joined(found[key], topic) if key in found else topic
    heaviest = sorted(found.values(), key=lambda topic: -_weight(topic, sources))
    return Topics(engine=engine, rejected=check.rejected, items=tuple(heaviest[:MOST_TOPICS]))


def _topic(claim: TopicClaim, check: Check) -> Topic | None:
    evidence = check.quotes(claim.quotes)
    label = check.said_label(claim.label, evidence) if evidence else None
    if label is None:
        check.refuse()
        return None
    return Topic(label=label, spans=_spans(claim, label, evidence, check), evidence=evidence)


def _spans(claim: TopicClaim, label: str, evidence: Sequence[Evidence], check: Check) -> tuple[TopicSpan, ...]:
    """The turns of quotes; those near the label's words in the stretch that the model names, if it has a quote."""
    turns = [(quote.turn, quote.turn) for quote in evidence]
    first, last = claim.first_turn, claim.last_turn
    if last < len(check.sources.document.transcript.turns) and any(first <= turn <= last for turn, _ in turns):
        turns += [
            (max(0, first, turn - REACH), min(last, turn + REACH))
            for turn in check.sources.turns_with(set(stems(label)) - STOP_STEMS)
            if first - REACH <= turn <= last + REACH
        ]
    else:
        check.refuse()
    return _united(turns)


def _united(spans: Iterable[tuple[int, int]]) -> tuple[TopicSpan, ...]:
    """Spans in order, those that meet in one."""
    united: list[TopicSpan] = []
    for first, last in sorted(spans):
        if united and first <= united[-1].last_turn + 1:
            before = united.pop()
            first, last = before.first_turn, max(before.last_turn, last)  # noqa: PLW2901  # the span grows
        united.append(TopicSpan(first_turn=first, last_turn=last))
    return tuple(united)


def _joined(topic: Topic, other: Topic) -> Topic:
    spans = _united((span.first_turn, span.last_turn) for span in (*topic.spans, *other.spans))
    return Topic(label=topic.label, spans=spans, evidence=tuple(dict.fromkeys((*topic.evidence, *other.evidence))))


def _weight(topic: Topic, sources: Sources) -> int:
    """How many characters were said in the topic's turns."""
    turns = sources.document.transcript.turns
    return sum(len(turn.text) for span in topic.spans for turn in turns[span.first_turn : span.last_turn + 1])
