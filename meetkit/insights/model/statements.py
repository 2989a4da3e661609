"""Summary, decisions and follow-ups by a model: statements in words that their quotes support."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from meetkit.insights.model.answer_schemas import Claim, DecisionsAnswer, FollowUpsAnswer, SummaryAnswer
from meetkit.insights.model.claim_check import Check
from meetkit.insights.model.claim_spans import Stretch
from meetkit.insights.model.merge import by_rank, distinct, in_order
from meetkit.insights.model.sources import Sources
from meetkit.models.analysis import Decision, Decisions, FollowUp, FollowUps, Summary, SummarySentence

StatementT = TypeVar("StatementT", SummarySentence, Decision, FollowUp)

MOST_SENTENCES = 6
MOST_FOLLOW_UPS = 5


def read_summary(answers: Sequence[SummaryAnswer], sources: Sources, engine: str) -> Summary:
    """The most important sentences of each chunk in turn, six and one more for each chunk after the first."""
    check = Check(sources)
    ranked = by_rank([_statements(SummarySentence, answer.sentences, check, check.wording) for answer in answers])
    sentences = _each_once(ranked)[: MOST_SENTENCES + max(0, len(answers) - 1)]
    return Summary(engine=engine, rejected=check.rejected, sentences=tuple(in_order(sentences)))


def read_decisions(answers: Sequence[DecisionsAnswer], sources: Sources, engine: str) -> Decisions:
    """The decisions, in the order of the meeting."""
    check = Check(sources)
    found = [one for answer in answers for one in _statements(Decision, answer.decisions, check, check.deciding)]
    return Decisions(engine=engine, rejected=check.rejected, items=tuple(_each_once(in_order(found))))


def read_follow_ups(answers: Sequence[FollowUpsAnswer], sources: Sources, engine: str) -> FollowUps:
    """The most pressing steps of each chunk in turn."""
    check = Check(sources)
    ranked = by_rank([_statements(FollowUp, answer.follow_ups, check, check.wording) for answer in answers])
    return FollowUps(engine=engine, rejected=check.rejected, items=tuple(_each_once(ranked)[:MOST_FOLLOW_UPS]))


def _statements(
    kind: type[StatementT], claims: Iterable[Claim], check: Check, worded: Callable[..., Stretch | None]
) -> list[StatementT]:
    found = []
    for claim in claims:
        evidence = check.quotes(claim.quotes)
        if said := worded(claim.text, evidence):
            found.append(kind(text=said.text, evidence=evidence))
    return found


def _each_once(found: Iterable[StatementT]) -> list[StatementT]:
    return distinct(found, text=lambda one: one.text)
