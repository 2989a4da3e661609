"""Extraction of action items: each commitment and task becomes a candidate where its context confirms it."""

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
from meetkit.insights.offline.action_items import references
from meetkit.insights.offline.action_items.agreed_deadlines import agreed_deadline, deadline_in
from meetkit.insights.offline.action_items.amendments import amend
from meetkit.insights.offline.action_items.announcements import is_afterthought, is_announced
from meetkit.insights.offline.action_items.candidates import Candidate, CandidateList, quote
from meetkit.insights.offline.action_items.exchanges import Answer, Exchanges
from meetkit.insights.offline.action_items.passive_voice import find_passive_tasks
from meetkit.insights.offline.action_items.priorities import prioritize
from meetkit.insights.offline.action_items.recaps import Recaps
from meetkit.insights.offline.action_items.repetitions import (
    CHECKING_VERBS,
    has_own_deadline,
    is_transfer_of,
    refers_to,
)
from meetkit.insights.offline.action_items.scoring import Scorer, confidence, final_features
from meetkit.models.analysis import ActionItems, MeetingContext

# Turns after a request or an offer in which the reply to it may come.
_MAX_TURNS_TO_REPLY = 4
# What nobody accepted, what names no object, or what is done within the meeting is possible at most.
_OPEN = frozenset({"unanswered", "unfilled", "obligation", "announced", "afterthought"})
_MAX_OPEN = 0.45
# "TODO: …" says itself that it is an item.
_MIN_LABELLED = 0.9
MIN_POSSIBLE = 0.2
"""The confidence from which on what is no item is possible."""
MAX_COMMITMENTS = 20_000
"""Maximum number of commitments examined in a transcript: more than people make in a hundred hours of talk."""
_MAX_TASK = 500
# These offers need no acceptance where they are likely to be work: "I can send it", unlike "shall I send it?".
_FIRM_OFFER = re.compile(r"(?:i can|let me|lemme)\b", re.IGNORECASE)
# These may ask for an ability or describe the future, so that only some verbs make them a request.
_ABILITY_QUESTION = re.compile(r"can you|will you|you (?:can|could|should|will)|you'll", re.IGNORECASE)
# An answer that promises something takes a question about an ability as a request.
_PROMISES = re.compile(r"\b(?:i'll|i will|will do|i'm on it|i can do (?:that|it))\b", re.IGNORECASE)
_THANKS = re.compile(r"(?:(?:oh|ah|great|many),? )?(?:thanks|thank you|cheers|much appreciated)\b", re.IGNORECASE)
# A mere obligation: of an unknown name ("Legal has to …") it may be a statement about procedure.
_OBLIGATION = re.compile(r"\b(?:has|needs|should|must|supposed)\b", re.IGNORECASE)
_FOR_US = re.compile(r"\b(?:me|us|please|over)\b", re.IGNORECASE)


def find_action_items(document: Document, context: MeetingContext) -> ActionItems:
    """Return the action items, with evidence for task, owner, deadline and priority.

    A promise is an item; a request or an offer is one once it is accepted; an assignment by name is one unless it is
    refused. A repeated task is one item, with the last deadline. Of these, items are those with at least the confidence
    that the context requires; others are possible.
    """
    people = People(document, context)
    candidates = find_candidates(document, people)
    threshold = context.min_confidence
    certain = [candidate for candidate in candidates.items if candidate.confidence >= threshold]
    possible = [candidate for candidate in candidates.items if MIN_POSSIBLE <= candidate.confidence < threshold]
    return ActionItems(
        engine="offline",
        items=tuple(candidate.item(context) for candidate in certain),
        possible=tuple(candidate.item(context) for candidate in possible),
    )


def find_candidates(document: Document, people: People) -> CandidateList:
    """Return the candidates of a document, whatever their confidence."""
    extractor = _Extractor(document, people)
    candidates = CandidateList(people)
    for sentence, score in zip(document.sentences, action_scores(document), strict=True):
        for candidate in extractor.candidates(sentence, score >= THRESHOLD, candidates):
            candidates.add(candidate)
        amend(candidates, sentence, document)
    return candidates


class _Extractor:
    """Extractor of the candidates of each sentence, in the context of the turns around it."""

    def __init__(self, document: Document, people: People) -> None:
        self._turns = document.by_turn
        self._people = people
        self._exchanges = Exchanges(self._turns, people)
        self._scorer = Scorer(document)
        self._recaps = Recaps()
        self._in_recap = False
        self._left = MAX_COMMITMENTS

    def candidates(self, sentence: Sentence, is_likely: bool, candidates: CandidateList) -> Iterator[Candidate]:
        self._in_recap = self._recaps.has(sentence)
        commitments = find_commitments(sentence, self._people, in_recap=self._in_recap)
        for commitment in islice(commitments, self._left):
            self._left -= 1
            for task in find_tasks(commitment):
                if candidate := self._candidate(commitment, task, is_likely, candidates):
                    candidate.features |= self._scorer.features(sentence, commitment, task)
                    if is_announced(commitment, task):
                        candidate.with_feature("announced")
                    if is_afterthought(commitment):
                        candidate.with_feature("afterthought")
                    yield self._finish(candidate)
        for candidate in find_passive_tasks(sentence, self._people):
            candidate.features |= self._scorer.features(sentence, None, None)
            yield self._finish(candidate)

    def _candidate(
        self, commitment: Commitment, task: Task, is_likely: bool, candidates: CandidateList
    ) -> Candidate | None:
        has_time = task.deadline is not None
        match commitment.kind:
            case Kind.PROMISE:
                return self._promise(commitment, task, candidates)
            case Kind.OFFER:
                return self._offer(commitment, task, is_likely or has_time)
            case Kind.REQUEST:
                return self._request(commitment, task, candidates)
            case Kind.ASSIGNMENT:
                return self._assignment(commitment, task, candidates, is_likely=is_likely or has_time)
            case Kind.CALL:
                return self._call(commitment, task)
            case Kind.TEAM | Kind.ANYONE:
                return self._need(commitment, task, is_clear=has_time or (is_likely and task.verb in DELIVERIES))
            case _:
                is_clear = has_time or (is_likely and not task.is_open and not task.has_pronoun)
                return self._unless_unclear(_candidate_of(commitment, task), task, is_clear=is_clear)

    def _need(self, commitment: Commitment, task: Task, *, is_clear: bool) -> Candidate:
        """Return the candidate of what is said to be needed, with the owner who then takes it on, if anybody does."""
        candidate = _candidate_of(commitment, task)
        if answer := self._exchanges.volunteer_for(candidate.sentence):
            return self._if_closed(_with_answer(candidate, answer), task)
        return self._unless_unclear(candidate, task, is_clear=is_clear or commitment.kind is Kind.ANYONE)

    def _unless_unclear(self, candidate: Candidate, task: Task, *, is_clear: bool) -> Candidate:
        return self._if_closed(candidate if is_clear else candidate.with_feature("unclear"), task)

    def _if_closed(self, candidate: Candidate, task: Task) -> Candidate:
        """Return a candidate that names its object, itself or by what was said before, where that is possible."""
        is_closed = not (task.is_open or task.has_pronoun or references.lacks_complement(task.text))
        return candidate if is_closed else self._complete(candidate, task)

    def _call(self, commitment: Commitment, task: Task) -> Candidate | None:
        """Return the candidate of a call for volunteers that somebody answers; what follows "if" is no call."""
        answer = self._exchanges.answer_to(commitment.sentence, is_call=True)
        if answer.act is not Reply.ACCEPTS:
            return None
        return self._if_closed(_with_answer(_candidate_of(commitment, task), answer), task)

    def _promise(self, commitment: Commitment, task: Task, candidates: CandidateList) -> Candidate | None:
        """Return the candidate of a promise; a promise that names its object is complete by itself.

        One that does not ("I'll send it") refers to the last item. Without one it is an item only where it has a
        deadline or says that something is sent.
        """
        candidate = _candidate_of(commitment, task)
        if not (task.is_open or task.has_pronoun or references.lacks_complement(task.text)):
            return candidate
        turn = commitment.sentence.turn.index
        before = candidates.latest(turn, _MAX_TURNS_TO_REPLY, commitment.owner) if task.is_open else None
        if before and refers_to(task, before) and not has_own_deadline(candidate, before):
            if before.task.startswith(("Get ", "Have ")):
                before.task = f"{task.verb.capitalize()} {before.task.partition(' ')[2]}"
            candidate.task, candidate.repeats = before.task, before
            return candidate
        is_question_meant = not (task.has_pronoun or references.lacks_complement(task.text))
        about_question = self._answer_to_question(candidate, task) if is_question_meant else None
        return about_question or self._complete(candidate, task)

    def _complete(self, candidate: Candidate, task: Task) -> Candidate:
        """Return a candidate whose pronoun is filled from what was said before, if anything fits."""
        completion = references.complete(candidate.task, task.start, candidate.sentence, self._turns)
        if completion is None:
            return candidate.with_feature("unfilled")
        candidate.task, referent = completion
        candidate.with_feature("filled")
        candidate.evidence["reference"].append(quote(referent.sentence, referent.start, referent.end, "reference"))
        return candidate

    def _answer_to_question(self, candidate: Candidate, task: Task) -> Candidate | None:
        """Return a promise to check with the question of the turn before as its object; `None` without one."""
        turn = candidate.sentence.turn
        turn_before = self._turns[turn.index - 1] if turn.index else ()
        question = next((sentence for sentence in reversed(turn_before) if asks(sentence.text)), None)
        if question is None or question.turn.speaker == turn.speaker or task.verb not in CHECKING_VERBS:
            return None
        candidate.task = f"{task.text}: {question.text}"[:_MAX_TASK]
        candidate.evidence["reference"].append(quote(question, 0, len(question.text), "reference"))
        return candidate.with_feature("filled")

    def _offer(self, commitment: Commitment, task: Task, is_likely: bool) -> Candidate | None:
        sentence = commitment.sentence
        head = sentence.text[commitment.start : commitment.task_start]
        reply, answer = self._reply(sentence)
        is_thanked = reply is Reply.SAYS and answer and _THANKS.match(answer[0].text)
        if reply is Reply.ACCEPTS or is_thanked:
            return self._if_closed(_candidate_of(commitment, task).with_feature("accepted"), task)
        is_firm = _FIRM_OFFER.match(head) and not asks(sentence.text)
        if reply is Reply.REFUSES:
            return None
        is_item = is_firm and is_likely and not task.is_open and reply is Reply.SAYS
        candidate = _candidate_of(commitment, task)
        return self._if_closed(candidate if is_item else candidate.with_feature("unaccepted"), task)

    def _assignment(
        self, commitment: Commitment, task: Task, candidates: CandidateList, *, is_likely: bool
    ) -> Candidate | None:
        """Return the candidate of an assignment by name.

        For an unknown name a mere obligation ("Legal has to look at it") is not enough.
        """
        if task.is_open and not task.deadline:
            return None
        in_recap = self._in_recap or commitment.verb == ""
        # "Lena sends the deck" recounts, where "Lena will send the deck" may be new.
        if in_recap or commitment.task_start - commitment.owner_span[1] <= 1:
            candidate = _candidate_of(commitment, task)
            candidate.repeats = candidates.restated_by(candidate, self._turns)
            if in_recap or candidate.repeats:
                return candidate
        is_known = task.deadline or (commitment.owner and self._people.full_name(commitment.owner))
        words = commitment.text[commitment.start : commitment.task_start]
        candidate = _candidate_of(commitment, task)
        if not (is_known or (is_likely and not _OBLIGATION.search(words))):
            candidate.with_feature("obligation")
        if commitment.sentence.text.endswith("?") or task.start < commitment.owner_span[0]:
            return self._asked_by_name(candidate)
        reply, answer = self._reply(commitment.sentence)
        is_refused = reply is Reply.REFUSES or (reply is Reply.EVADES and self._is_turn_of(commitment.owner, answer))
        return None if is_refused else candidate

    def _asked_by_name(self, candidate: Candidate) -> Candidate | None:
        """Return the candidate of a request to a person by name: theirs unless they refuse, or pass it on."""
        answer = self._exchanges.answer_to(candidate.sentence, addressee=candidate.owner)
        if answer.act is Reply.ACCEPTS and answer.owner:
            is_theirs = answer.owner == (self._people.full_name(candidate.owner or "") or candidate.owner)
            return candidate if is_theirs else _with_answer(candidate, answer)
        is_refused = answer.act is Reply.REFUSES or (
            answer.act is Reply.EVADES and self._is_turn_of(candidate.owner, answer.turn)
        )
        return None if is_refused else candidate

    def _is_turn_of(self, owner: str | None, turn: Sequence[Sentence]) -> bool:
        return bool(owner and turn and turn[0].turn.speaker == (self._people.full_name(owner) or owner))

    def _request(self, commitment: Commitment, task: Task, candidates: CandidateList) -> Candidate | None:
        """Return the candidate of a request that is accepted, or that repeats an earlier item and so supports it."""
        sentence = commitment.sentence
        words = sentence.text[commitment.start : commitment.end]
        if task.has_pronoun and self._hand_over(sentence, task, candidates):
            return None
        candidate = _candidate_of(commitment, task)
        if _ABILITY_QUESTION.match(words) and not _is_request_to_act(words, task):
            candidate.with_feature("ability")
        candidate = self._if_closed(candidate, task)
        answer = self._exchanges.answer_to(sentence)
        if answer.act is Reply.REFUSES:
            return None
        if answer.act is not Reply.ACCEPTS:
            candidate.owner = self._people.other_speaker(sentence.turn.speaker)
            return candidate if candidates.same_as(candidate) else candidate.with_feature("unanswered")
        if _PROMISES.search(replies.opening(answer.turn)):
            candidate.features.discard("ability")
        before = candidates.latest(sentence.turn.index, _MAX_TURNS_TO_REPLY, answer.owner)
        if before and is_transfer_of(task, before):
            candidate.task, candidate.repeats = before.task, before
        return _with_answer(candidate.with_feature("accepted"), answer)

    def _hand_over(self, sentence: Sentence, task: Task, candidates: CandidateList) -> bool:
        """Pass the last item to the other speaker if they accept, else remove it; return whether it applies.

        As in "I'll set up the call. No wait, can you set it up?".
        """
        latest = candidates.latest(sentence.turn.index, 0, sentence.turn.speaker)
        if latest is None or not sentence.text.endswith("?") or not same_verb(task.text, latest.task):
            return False
        reply, reply_turn = self._reply(sentence)
        if reply is Reply.ACCEPTS and reply_turn:
            latest.owner, latest.turn = reply_turn[0].turn.speaker, reply_turn[0].turn.index
            latest.evidence["owner"] = [quote(reply_turn[0], *replies.acceptance_span(reply_turn[0]), "owner")]
        else:
            candidates.remove(latest)
        return True

    def _reply(self, sentence: Sentence) -> tuple[Reply, Sequence[Sentence]]:
        """Return the dialogue act of the reply to a sentence, and its turn. A turn that asks back is skipped."""
        speaker = sentence.turn.speaker
        first = sentence.turn.index + 1
        for turn in self._turns[first : first + _MAX_TURNS_TO_REPLY]:
            if not turn or (speaker is not None and turn[0].turn.speaker == speaker):
                continue
            kind = replies.classify(turn)
            if kind is not Reply.ASKS:
                return kind, turn
        return Reply.SAYS, ()

    def _finish(self, candidate: Candidate) -> Candidate:
        """Return a candidate with its deadline, priority and confidence."""
        if candidate.deadline is None and (deadline := agreed_deadline(candidate, self._turns)):
            candidate.set_deadline(*deadline)
            candidate.features |= {"agreed time"}
        prioritize(candidate, self._turns)
        candidate.features |= final_features(candidate)
        candidate.confidence = confidence(frozenset(candidate.features))
        if candidate.features & _OPEN or {"conditional", "unaccepted"} <= candidate.features:
            candidate.confidence = min(candidate.confidence, _MAX_OPEN)
        elif "label" in candidate.features:
            candidate.confidence = max(candidate.confidence, _MIN_LABELLED)
        return candidate


def _with_answer(candidate: Candidate, answer: Answer) -> Candidate:
    """Return the candidate with the owner whom an answer names, settled in its turn."""
    candidate.owner, candidate.turn = answer.owner, answer.turn[0].turn.index
    candidate.with_feature("volunteer" if answer.is_volunteer else "answered")
    candidate.evidence["owner"] = [quote(*answer.place, "owner")] if answer.place else []
    if answer.is_volunteer and answer.place and (deadline := deadline_in(answer.place[0])):
        candidate.set_deadline(*deadline)
    return candidate


def _is_request_to_act(words: str, task: Task) -> bool:
    verbs = DELIVERIES if words[:3].lower() == "you" else FAVOURS
    return task.verb in verbs or task.deadline is not None or bool(_FOR_US.search(words))


def _candidate_of(commitment: Commitment, task: Task) -> Candidate:
    sentence = commitment.sentence
    candidate = Candidate(task.text, sentence, task.end, commitment.owner, turn=sentence.turn.index)
    candidate.evidence["task"].append(quote(sentence, task.start, task.end, "task"))
    if commitment.owner:
        candidate.evidence["owner"].append(quote(sentence, *commitment.owner_span, "owner"))
    if phrase := task.deadline:
        original = sentence.text[phrase.start : phrase.end]
        candidate.set_deadline(original, quote(sentence, phrase.start, phrase.end, "deadline"))
    return candidate
