"""Summary, decisions and follow-ups by a model: statements in the words of their quotes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import TypeVar

from meetkit.insights.model.answer_schemas import Claim, DecisionsAnswer, FollowUpsAnswer, SummaryAnswer
from meetkit.insights.model.claim_check import ClaimCheck
from meetkit.insights.model.claim_spans import SentenceSpan
from meetkit.insights.model.merge import by_rank, distinct, in_order
from meetkit.insights.model.sources import Sources
from meetkit.models.analysis import Decision, Decisions, FollowUp, FollowUps, Summary, SummarySentence

StatementT = TypeVar("StatementT", SummarySentence, Decision, FollowUp)

MAX_SENTENCES = 6
MAX_FOLLOW_UPS = 5


def read_summary(answers: Sequence[SummaryAnswer], sources: Sources, engine: str) -> Summary:
    """Read a summary: the best sentences of each chunk in turn, six and one more for each chunk after the first.

    Where the context bounds the words of the summary, the most important that fit are taken, at least one.
    """
    check = ClaimCheck(sources)
    by_importance = by_rank(
        [_statements(SummarySentence, answer.sentences, check, check.supported_span) for answer in answers]
    )
    sentences = _distinct(by_importance)[: MAX_SENTENCES + max(0, len(answers) - 1)]
    if limit := sources.context.summary_words:
        sentences = _within(sentences, limit)
    return Summary(engine=engine, rejected=check.rejected, sentences=tuple(in_order(sentences)))


def _within(sentences: Sequence[SummarySentence], words: int) -> list[SummarySentence]:
    lengths = accumulate(len(sentence.text.split()) for sentence in sentences)
    fitting = [sentence for sentence, length in zip(sentences, lengths, strict=True) if length <= words]
    return fitting or list(sentences[:1])


def read_decisions(answers: Sequence[DecisionsAnswer], sources: Sources, engine: str) -> Decisions:
    """Read the decisions, in the order of the meeting."""
    check = ClaimCheck(sources)
    statements = [
        statement
        for answer in answers
        for statement in _statements(Decision, answer.decisions, check, check.decision_span)
    ]
    return Decisions(engine=engine, rejected=check.rejected, items=tuple(_distinct(in_order(statements))))


def read_follow_ups(answers: Sequence[FollowUpsAnswer], sources: Sources, engine: str) -> FollowUps:
    """Read the follow-ups, the most urgent of each chunk in turn."""
    check = ClaimCheck(sources)
    by_urgency = by_rank([_statements(FollowUp, answer.follow_ups, check, check.supported_span) for answer in answers])
    return FollowUps(engine=engine, rejected=check.rejected, items=tuple(_distinct(by_urgency)[:MAX_FOLLOW_UPS]))


def _statements(
    kind: type[StatementT], claims: Iterable[Claim], check: ClaimCheck, span_of: Callable[..., SentenceSpan | None]
) -> list[StatementT]:
    statements = []
    for claim in claims:
        evidence = check.quotes(claim.quotes)
        if span := span_of(claim.text, evidence):
            statements.append(kind(text=span.text, evidence=evidence))
    return statements


def _distinct(statements: Iterable[StatementT]) -> list[StatementT]:
    return distinct(statements, text=lambda statement: statement.text)
