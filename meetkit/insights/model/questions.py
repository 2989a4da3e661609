"""Questions by a model: as they were asked, by whom code reads from the transcript, and where they were answered."""

from __future__ import annotations

from collections.abc import Sequence

from meetkit.insights.model.answers import QuestionClaim, QuestionsAnswer
from meetkit.insights.model.merge import distinct, in_order
from meetkit.insights.model.sources import Sources
from meetkit.insights.model.support import Check
from meetkit.models.analysis import Question, Questions
from meetkit.models.insights import Evidence


def read_questions(answers: Sequence[QuestionsAnswer], sources: Sources, engine: str) -> Questions:
    """The questions that were asked, in the order of the meeting."""
    check = Check(sources)
    found = [question for answer in answers for claim in answer.questions if (question := _question(claim, check))]
    answered_first = sorted(found, key=lambda question: not question.answered)
    once = distinct(answered_first, text=lambda question: question.text, owner=lambda question: question.asker)
    return Questions(engine=engine, rejected=check.rejected, items=tuple(in_order(once)))


def _question(claim: QuestionClaim, check: Check) -> Question | None:
    asked = check.quotes([claim.question])
    if not asked:
        return None
    answer = _answer(claim, asked[0], check)
    return Question(
        text=" ".join(asked[0].quote.split()),
        asker=asked[0].speaker,
        answer_turn=answer and answer.turn,
        evidence=(asked[0], *((answer,) if answer else ())),
    )


def _answer(claim: QuestionClaim, asked: Evidence, check: Check) -> Evidence | None:
    """The words of a later turn by somebody else."""
    if claim.answer is None:
        return None
    answer = check.sources.grounding.ground(claim.answer.quote, claim.answer.turn, field="answer")
    if answer and answer.turn > asked.turn and answer.speaker != asked.speaker:
        return answer
    check.refuse()
    return None
