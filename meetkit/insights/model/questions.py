"""Questions by a model, in the words of the transcript, with the speaker and the answer if there is one."""

from __future__ import annotations

from collections.abc import Sequence

from meetkit.insights.language.text import Sentence
from meetkit.insights.model.answer_schemas import QuestionClaim, QuestionsAnswer
from meetkit.insights.model.claim_check import ClaimCheck
from meetkit.insights.model.merge import distinct, in_order
from meetkit.insights.model.sources import Sources
from meetkit.models.analysis import Question, Questions
from meetkit.models.insights import Evidence

# Later turns answer something else.
MAX_TURNS_TO_ANSWER = 6


def read_questions(answers: Sequence[QuestionsAnswer], sources: Sources, engine: str) -> Questions:
    """Read the questions, in the order of the meeting."""
    check = ClaimCheck(sources)
    questions = [question for answer in answers for claim in answer.questions if (question := _question(claim, check))]
    # Of duplicates the first stays: the one with an answer.
    answered_first = sorted(questions, key=lambda question: not question.answered)
    unique = distinct(answered_first, text=lambda question: question.text, owner=lambda question: question.asker)
    return Questions(engine=engine, rejected=check.rejected, items=tuple(in_order(unique)))


def _question(claim: QuestionClaim, check: ClaimCheck) -> Question | None:
    """Return the first sentence of the quote that asks."""
    sentences = check.sources.sentences_under(check.quotes([claim.question]))
    sentence = next(filter(check.sources.asks, sentences), None)
    if sentence is None:
        if sentences:
            check.reject()
        return None
    answer = _answer(claim, sentence, check)
    return Question(
        text=" ".join(sentence.text.split()),
        asker=sentence.turn.speaker,
        answer_turn=answer and answer.turn,
        evidence=(sentence.evidence(), *((answer,) if answer else ())),
    )


def _answer(claim: QuestionClaim, question: Sentence, check: ClaimCheck) -> Evidence | None:
    """Return the answer: words of another speaker in one of the next turns that do not ask back."""
    if claim.answer is None:
        return None
    sources = check.sources
    answer = sources.grounding.ground(claim.answer.quote, claim.answer.turn, field="answer")
    if (
        answer
        and 0 < answer.turn - question.turn.index <= MAX_TURNS_TO_ANSWER
        and answer.speaker != question.turn.speaker
        and not all(map(sources.asks, sources.sentences_under([answer])))
    ):
        return answer
    check.reject()
    return None
