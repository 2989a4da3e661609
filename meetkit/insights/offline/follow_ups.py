"""The follow-ups section: the next steps that open items and open questions call for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from meetkit.insights.deadlines import find_phrases
from meetkit.insights.language import replies
from meetkit.insights.language.discourse_markers import MAX_PHRASE, strip_discourse_markers
from meetkit.insights.language.people import People
from meetkit.insights.language.text import Document, Sentence, asks
from meetkit.insights.language.word_lists import word_set
from meetkit.models.analysis import ActionItems, FollowUp, FollowUps, MeetingContext, Question, Questions
from meetkit.models.insights import ActionItem, Evidence

_MAX_STEPS = 8
# Each step for a next meeting contains one of these words; a sentence without them is skipped.
_MEETING_WORDS = word_set(
    "meet talk speak call meeting session review check-in reconvene catch sync demo workshop negotiate suit suits"
)
_MEETING_PROPOSAL = re.compile(
    r"\b(?:(?:shall|can|could|should|will) we|let's|we'll|we will|(?:talk|speak) to you|see you"
    r"|our (?:next )?(?:\w+ ){0,3}(?:call|meeting|session|review|check-in|sync)"
    r"|next (?:call|meeting|session)|suits? you|work for you|catch up|would)\b",
    re.IGNORECASE,
)


def suggest_follow_ups(
    document: Document, context: MeetingContext, *, items: ActionItems, questions: Questions
) -> FollowUps:
    """Return the next steps that the items and open questions of a meeting call for, the most pressing first.

    At most eight: urgent items that nobody owns, questions left open, other items without owner, the next
    meeting that was agreed, items without a deadline.
    """
    ownerless = [item for item in items.items if item.owner is None]
    steps = [
        *(_find_owner(item) for item in ownerless if item.priority == "high"),
        *_open_questions(document, context, questions),
        *(_find_owner(item) for item in ownerless if item.priority != "high"),
        *_next_meeting(document, items),
        *(_agree_on_date(item) for item in items.items if item.owner and item.deadline is None),
    ]
    distinct = {step.text: step for step in steps}
    return FollowUps(engine="offline", items=tuple(distinct.values())[:_MAX_STEPS])


def _find_owner(item: ActionItem) -> FollowUp:
    return _follow_up(f"Find an owner for: {item.task}", item.evidence)


def _agree_on_date(item: ActionItem) -> FollowUp:
    return _follow_up(f"Agree with {item.owner} on a date for: {item.task}", item.evidence)


def _open_questions(document: Document, context: MeetingContext, questions: Questions) -> Iterator[FollowUp]:
    people = People(document, context)
    our_names = {people.full_name(name) or name for name in context.our_side}
    for question in questions.items:
        if not question.answered:
            yield _follow_up(_question_step(question, people, our_names), question.evidence)


def _question_step(question: Question, people: People, our_names: set[str]) -> str:
    """Return the step for an open question: answer it if the other side asked it, ask it again if our side did."""
    asker = question.asker
    if asker is None:
        return f"Answer the question: {question.text}"
    asker_name = people.full_name(asker) or asker
    return (
        f"Ask again: {question.text}" if asker_name in our_names else f"Answer {asker_name}'s question: {question.text}"
    )


def _next_meeting(document: Document, items: ActionItems) -> Iterator[FollowUp]:
    """Yield the step for the last proposed time of the next meeting; a question counts only once agreed to."""
    item_positions = {ground.start for item in items.items for ground in item.evidence}
    for sentence in reversed(document.sentences):
        if _MEETING_WORDS.isdisjoint(sentence.words) or any(
            sentence.start <= at < sentence.end for at in item_positions
        ):
            continue
        if grounds := _meeting_evidence(sentence, document):
            yield _follow_up(f"Book the next meeting: {strip_discourse_markers(sentence.text)}", grounds)
            return


def _meeting_evidence(sentence: Sentence, document: Document) -> tuple[Evidence, ...]:
    if not _MEETING_PROPOSAL.search(sentence.text) or not any(find_phrases(sentence.text)):
        return ()
    if not asks(sentence.text):
        return (sentence.evidence(),)
    reply = replies.turn_after(sentence, document)
    agrees = replies.accepting_turn_after(sentence, document) or (reply and any(find_phrases(reply[0].text)))
    return (sentence.evidence(), reply[0].evidence()) if agrees else ()


def _follow_up(text: str, evidence: tuple[Evidence, ...]) -> FollowUp:
    return FollowUp(text=text[:MAX_PHRASE], evidence=evidence)
