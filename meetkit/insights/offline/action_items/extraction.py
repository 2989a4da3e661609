"""Who promised what, by when, in their own words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from meetkit.insights.commitments import Commitment, Kind, Task, find_commitments, find_tasks
from meetkit.insights.commitments.verbs import DELIVERIES, FAVOURS
from meetkit.insights.language import replies
from meetkit.insights.language.deduplication import same_verb
from meetkit.insights.language.intents import THRESHOLD, action_scores
from meetkit.insights.language.people import People
from meetkit.insights.language.replies import Reply
from meetkit.insights.language.text import Document, Sentence, asks
from meetkit.insights.language.word_lists import listed
from meetkit.insights.offline.action_items.amendments import agreed_deadline, amend
from meetkit.insights.offline.action_items.candidates import Book, Draft, quote
from meetkit.insights.offline.action_items.passive_voice import passives
from meetkit.insights.offline.action_items.priorities import priority_words
from meetkit.models.analysis import ActionItems, MeetingContext

_REACH = 4
"""How many turns a request waits for its answer."""
MAX_COMMITMENTS = 20_000
"""How many commitments are weighed in a transcript: more than are made in a hundred hours of talk."""
_NEAR = 200
_MAX_TASK = 500
_FIRM_OFFER = re.compile(r"(?:i can|let me|lemme)\b", re.IGNORECASE)
_ASKS_ABILITY = re.compile(r"can you|will you|you (?:can|could|should|will)|you'll", re.IGNORECASE)
_OBLIGES = re.compile(r"\b(?:has|needs|should|must|supposed)\b", re.IGNORECASE)
_FOR_US = re.compile(r"\b(?:me|us|please|over)\b", re.IGNORECASE)
_TRANSFERS = listed("send share forward email mail resend submit deliver circulate")
_DOES = listed("do handle have get ship")
_RETURNS = re.compile(r"(?:get|come|report|circle) back|follow up|let \w+ know", re.IGNORECASE)
_CHECKS = listed("check find look confirm verify ask investigate clarify get")


def find_action_items(document: Document, context: MeetingContext) -> ActionItems:
    """What somebody is to do, with the quotes for task, owner and deadline.

    A promise is an item, a request or an offer once it is accepted, a task given to somebody by name unless
    refused. The same task said again is one item, its deadline the one said last.
    """
    people = People(document, context)
    reader = _Reader(document, people)
    book = Book(people)
    for sentence, score in zip(document.sentences, action_scores(document), strict=True):
        for draft in reader.drafts(sentence, score >= THRESHOLD, book):
            book.add(draft)
        amend(book, sentence, document)
    return ActionItems(engine="offline", items=tuple(draft.item(context) for draft in book.drafts))


class _Reader:
    """Reads the drafts of a sentence in the light of the turns around it."""

    def __init__(self, document: Document, people: People) -> None:
        self._turns = document.by_turn
        self._people = people
        self._left = MAX_COMMITMENTS

    def drafts(self, sentence: Sentence, likely: bool, book: Book) -> Iterator[Draft]:
        for commitment in islice(find_commitments(sentence, self._people), self._left):
            self._left -= 1
            for task in find_tasks(commitment):
                if draft := self._draft(commitment, task, likely, book):
                    yield self._completed(draft)
        for draft in passives(sentence, self._people):
            yield self._completed(draft)

    def _draft(self, commitment: Commitment, task: Task, likely: bool, book: Book) -> Draft | None:
        timed = task.deadline is not None
        match commitment.kind:
            case Kind.PROMISE:
                return self._promise(commitment, task, book)
            case Kind.OFFER:
                return self._offer(commitment, task, likely or timed)
            case Kind.REQUEST:
                return self._request(commitment, task, book)
            case Kind.NAMED:
                return self._assignment(commitment, task, likely or timed)
            case Kind.NOBODY:
                return _drafted(commitment, task) if not task.is_open else None
            case Kind.OURS:
                is_clear = timed or (likely and task.verb in DELIVERIES)
                return _drafted(commitment, task) if is_clear and not task.has_pronoun else None
            case _:
                is_clear = timed or (likely and not task.is_open and not task.has_pronoun)
                return _drafted(commitment, task) if is_clear else None

    def _promise(self, commitment: Commitment, task: Task, book: Book) -> Draft | None:
        """A promise that names its object stands by itself.

        One that does not ("I'll send it") concerns what was last spoken of. Without that it says too little,
        unless it says when.
        """
        draft = _drafted(commitment, task)
        if not (task.is_open or task.has_pronoun):
            return draft
        turn = commitment.sentence.turn.index
        before = book.latest(turn, 2, commitment.owner) if task.is_open else None
        if before and _speaks_of(task, before) and not _has_its_own_time(draft, before):
            if before.task.startswith(("Get ", "Have ")):
                before.task = f"{task.verb.capitalize()} {before.task.partition(' ')[2]}"
            draft.task, draft.repeats = before.task, before
            return draft
        return self._answering(draft, task) or (draft if task.deadline or task.verb in _TRANSFERS else None)

    def _answering(self, draft: Draft, task: Task) -> Draft | None:
        """A promise to check that follows a question concerns that question."""
        turn = draft.sentence.turn
        before = self._turns[turn.index - 1] if turn.index else ()
        asked = next((sentence for sentence in reversed(before) if asks(sentence.text)), None)
        if asked is None or asked.turn.speaker == turn.speaker or task.verb not in _CHECKS:
            return None
        draft.task = f"{task.text}: {asked.text}"[:_MAX_TASK]
        draft.evidence["task"].append(quote(asked, 0, len(asked.text), "task"))
        return draft

    def _offer(self, commitment: Commitment, task: Task, likely: bool) -> Draft | None:
        sentence = commitment.sentence
        head = sentence.text[commitment.start : commitment.task]
        reply, _ = self._reply(sentence)
        if reply is Reply.ACCEPTS:
            return _drafted(commitment, task)
        is_firm = _FIRM_OFFER.match(head) and not asks(sentence.text)
        return _drafted(commitment, task) if is_firm and likely and not task.is_open and reply is Reply.SAYS else None

    def _assignment(self, commitment: Commitment, task: Task, likely: bool) -> Draft | None:
        """Of a name that nobody is known by ("Legal has to look at it") more than a duty must be said."""
        if task.is_open and not task.deadline:
            return None
        known = task.deadline or (commitment.owner and self._people.called(commitment.owner))
        words = commitment.text[commitment.start : commitment.task]
        reply, answer = self._reply(commitment.sentence)
        is_asked = commitment.sentence.text.endswith("?") or task.start < commitment.who[0]
        if reply is Reply.REFUSES or (reply is Reply.EVADES and self._is_by(commitment.owner, answer)):
            return None
        is_clear = known or (likely and not _OBLIGES.search(words))
        return self._passed_on(_drafted(commitment, task), answer if is_asked else ()) if is_clear else None

    def _is_by(self, owner: str | None, turn: Sequence[Sentence]) -> bool:
        return bool(owner and turn and turn[0].turn.speaker == (self._people.called(owner) or owner))

    def _passed_on(self, draft: Draft, answer: Sequence[Sentence]) -> Draft:
        """As in "Sure, but Lukas will do it"."""
        passed = replies.passed_on(answer)
        if passed and (named := self._people.ending(passed[0].text[passed[1] : passed[2]])):
            draft.owner, draft.turn = named[1], passed[0].turn.index
            draft.evidence["owner"] = [quote(*passed, "owner")]
        return draft

    def _request(self, commitment: Commitment, task: Task, book: Book) -> Draft | None:
        """A request is nobody's before it is accepted; one that repeats what was promised supports that."""
        sentence = commitment.sentence
        words = sentence.text[commitment.start : commitment.end]
        if task.has_pronoun and self._handed_over(sentence, task, book):
            return None
        if task.is_open or task.has_pronoun or (_ASKS_ABILITY.match(words) and not _is_favour(words, task)):
            return None
        draft = _drafted(commitment, task)
        reply, accepted = self._reply(sentence)
        if reply is not Reply.ACCEPTS or not accepted:
            draft.owner = self._people.other_than(sentence.turn.speaker)
            return draft if book.same_as(draft) else None
        draft.owner, draft.turn = accepted[0].turn.speaker, accepted[0].turn.index
        draft.evidence["owner"] = [quote(accepted[0], *replies.acceptance(accepted[0]), "owner")]
        return self._passed_on(draft, accepted)

    def _handed_over(self, sentence: Sentence, task: Task, book: Book) -> bool:
        """As in "I'll set up the call. No wait, can you set it up?": theirs if they accept, else nobody's."""
        latest = book.latest(sentence.turn.index, 0, sentence.turn.speaker)
        if latest is None or not sentence.text.endswith("?") or not same_verb(task.text, latest.task):
            return False
        reply, accepted = self._reply(sentence)
        if reply is Reply.ACCEPTS and accepted:
            latest.owner, latest.turn = accepted[0].turn.speaker, accepted[0].turn.index
            latest.evidence["owner"] = [quote(accepted[0], *replies.acceptance(accepted[0]), "owner")]
        else:
            book.remove(latest)
        return True

    def _reply(self, sentence: Sentence) -> tuple[Reply, Sequence[Sentence]]:
        """What the others do with a sentence, and the turn in which they do; asking back puts it off."""
        speaker = sentence.turn.speaker
        first = sentence.turn.index + 1
        for turn in self._turns[first : first + _REACH]:
            if not turn or (speaker is not None and turn[0].turn.speaker == speaker):
                continue
            kind = replies.kind_of(turn)
            if kind is not Reply.ASKS:
                return kind, turn
        return Reply.SAYS, ()

    def _completed(self, draft: Draft) -> Draft:
        if draft.deadline is None and (agreed := agreed_deadline(draft, self._turns)):
            draft.set_deadline(*agreed)
        self._prioritize(draft)
        return draft

    def _prioritize(self, draft: Draft) -> None:
        """By the words near the task, in the next sentence, or in the first of the next turn."""
        sentence, turn = draft.sentence, draft.sentence.turn.index
        place = sentence.index - self._turns[turn][0].index + 1
        following = (
            *self._turns[turn][place : place + 1],
            *(self._turns[turn + 1][:1] if turn + 1 < len(self._turns) else ()),
        )
        places = [(sentence, max(0, draft.end - _NEAR), draft.end + _NEAR), *((other, 0, _NEAR) for other in following)]
        for other, start, end in places:
            if found := priority_words(other.text[start:end]):
                draft.priority = found[0]
                draft.evidence["priority"] = [quote(other, start + found[1], start + found[2], "priority")]
                return


def _has_its_own_time(draft: Draft, before: Draft) -> bool:
    """Whether two times are named: "I'll ask them today and introduce you next week" is two tasks."""
    is_timed = None not in (before.deadline, draft.deadline)
    return is_timed and (before.sentence is draft.sentence or not same_verb(draft.task, before.task))


def _speaks_of(task: Task, before: Draft) -> bool:
    """Whether "send it" or "get back to you" is about an item: of its kind, or what comes of it."""
    if _RETURNS.match(task.text):
        return before.task.split()[0].lower() in _CHECKS
    fits = task.verb in _TRANSFERS or task.verb in _DOES
    return same_verb(task.text, before.task) or (task.has_pronoun and fits)


def _is_favour(words: str, task: Task) -> bool:
    allowed = DELIVERIES if words[:3].lower() == "you" else FAVOURS
    return task.verb in allowed or task.deadline is not None or bool(_FOR_US.search(words))


def _drafted(commitment: Commitment, task: Task) -> Draft:
    sentence = commitment.sentence
    draft = Draft(task.text, sentence, task.end, commitment.owner, turn=sentence.turn.index)
    draft.evidence["task"].append(quote(sentence, task.start, task.end, "task"))
    if commitment.owner:
        draft.evidence["owner"].append(quote(sentence, *commitment.who, "owner"))
    if phrase := task.deadline:
        original = sentence.text[phrase.start : phrase.end]
        draft.set_deadline(original, quote(sentence, phrase.start, phrase.end, "deadline"))
    return draft
