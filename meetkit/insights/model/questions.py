"""Questions by a model: as they were asked, by whom code reads from the transcript, and where they were answered."""

from __future__ import annotations

from collections.abc import Sequence

from meetkit.insights.language.text import Sentence
from meetkit.insights.model.answer_schemas import QuestionClaim, QuestionsAnswer
from meetkit.insights.model.claim_check import Check
from meetkit.insights.model.merge import distinct, in_order
from meetkit.insights.model.sources import Sources
from meetkit.models.analysis import Question, Questions
from meetkit.models.insights import Evidence

REACH = 6
"""How many turns later an answer may come."""


def read_questions(answers: Sequence[QuestionsAnswer], sources: Sources, engine: str) -> Questions:
    """The questions that were asked, in the order of the meeting."""
    check = Check(sources)
    found = [question for answer in answers for claim in answer.questions if (question := _question(claim, check))]
    answered_first = sorted(found, key=lambda question: not question.answered)
    once = distinct(answered_first, text=lambda question: question.text, owner=lambda question: question.asker)
    return Questions(engine=engine, rejected=check.rejected, items=tuple(in_order(once)))


def _question(claim: QuestionClaim, check: Check) -> Question | None:
    """The sentence that asks, of those that the quote lies in."""
    quoted = check.sources.sentences_under(check.quotes([claim.question]))
    asked = next(filter(check.sources.asks, quoted), None)
    if asked is None:
        if quoted:
            check.refuse()
        return None
    answer = _answer(claim, asked, check)
    return Question(
        text=" ".join(asked.text.split()),
        asker=asked.turn.speaker,
        answer_turn=answer and answer.turn,
        evidence=(asked.evidence(), *((answer,) if answer else ())),
    )


def _answer(claim: QuestionClaim, asked: Sentence, check: Check) -> Evidence | None:
    """The words of one of the next turns by somebody else, which do not ask back."""
    if claim.answer is None:
        return None
    sources = check.sources
    answer = sources.grounding.ground(claim.answer.quote, claim.answer.turn, field="answer")
    if (
        answer
        and 0 < answer.turn - asked.turn.index <= REACH
        and answer.speaker != asked.turn.speaker
        and not all(map(sources.asks, sources.sentences_under([answer])))
    ):
        return answer
    check.refuse()
    return None
