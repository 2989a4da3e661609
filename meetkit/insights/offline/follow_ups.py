"""What to do next, and what was said that calls for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from meetkit.insights.deadlines import find_phrases
from meetkit.insights.language import replies
from meetkit.insights.language.discourse_markers import MAX_PHRASE, cleaned
from meetkit.insights.language.people import People
from meetkit.insights.language.text import Document, Sentence, asks
from meetkit.insights.language.word_lists import listed
from meetkit.models.analysis import ActionItems, FollowUp, FollowUps, MeetingContext, Question, Questions
from meetkit.models.insights import ActionItem, Evidence

_MAX_STEPS = 8
_MEETS = listed(
    "meet talk speak call meeting session review check-in reconvene catch sync demo workshop negotiate suit suits"
)
_TOGETHER = re.compile(
    r"\b(?:(?:shall|can|could|should|will) we|let's|we'll|we will|(?:talk|speak) to you|see you"
    r"|our (?:next )?(?:\w+ ){0,3}(?:call|meeting|session|review|check-in|sync)"
    r"|next (?:call|meeting|session)|suits? you|work for you|catch up|would)\b",
    re.IGNORECASE,
)


def suggest_follow_ups(
    document: Document, context: MeetingContext, *, items: ActionItems, questions: Questions
) -> FollowUps:
    """The next steps that the items and open questions of a meeting call for, the most pressing first.

    At most eight: urgent items that nobody owns, questions left open, other items without owner, the next
    meeting that was agreed, items without a deadline.
    """
    ownerless = [item for item in items.items if item.owner is None]
    ranked = [
        *(_find_owner(item) for item in ownerless if item.priority == "high"),
        *_answers(document, context, questions),
        *(_find_owner(item) for item in ownerless if item.priority != "high"),
        *_next_meeting(document, items),
        *(_ask_date(item) for item in items.items if item.owner and item.deadline is None),
    ]
    each_once = {step.text: step for step in ranked}
    return FollowUps(engine="offline", items=tuple(each_once.values())[:_MAX_STEPS])


def _find_owner(item: ActionItem) -> FollowUp:
    return _follow_up(f"Find an owner for: {item.task}", item.evidence)


def _ask_date(item: ActionItem) -> FollowUp:
    return _follow_up(f"Agree with {item.owner} on a date for: {item.task}", item.evidence)


def _answers(document: Document, context: MeetingContext, questions: Questions) -> Iterator[FollowUp]:
    people = People(document, context)
    ours = {people.called(name) or name for name in context.our_side}
    for question in questions.items:
        if not question.answered:
            yield _follow_up(_call_for_answer(question, people, ours), question.evidence)


def _call_for_answer(question: Question, people: People, ours: set[str]) -> str:
    """Theirs is to be answered; ours is to be asked again."""
    asker = question.asker
    if asker is None:
        return f"Answer the question: {question.text}"
    known = people.called(asker) or asker
    return f"Ask again: {question.text}" if known in ours else f"Answer {known}'s question: {question.text}"


def _next_meeting(document: Document, items: ActionItems) -> Iterator[FollowUp]:
    """The last time to meet again that was named and, where it was asked, agreed to."""
    promised = {ground.start for item in items.items for ground in item.evidence}
    for sentence in reversed(document.sentences):
        if _MEETS.isdisjoint(sentence.words) or any(sentence.start <= at < sentence.end for at in promised):
            continue
        if grounds := _agreed(sentence, document):
            yield _follow_up(f"Book the next meeting: {cleaned(sentence.text)}", grounds)
            return


def _agreed(sentence: Sentence, document: Document) -> tuple[Evidence, ...]:
    if not _TOGETHER.search(sentence.text) or not any(find_phrases(sentence.text)):
        return ()
    if not asks(sentence.text):
        return (sentence.evidence(),)
    reply = replies.following(sentence, document)
    agrees = replies.acceptance_after(sentence, document) or (reply and any(find_phrases(reply[0].text)))
    return (sentence.evidence(), reply[0].evidence()) if agrees else ()


def _follow_up(text: str, evidence: tuple[Evidence, ...]) -> FollowUp:
    return FollowUp(text=text[:MAX_PHRASE], evidence=evidence)
