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
from meetkit.insights.language.word_lists import word_set
from meetkit.insights.offline.action_items.amendments import agreed_deadline, amend
from meetkit.insights.offline.action_items import references
from meetkit.insights.offline.action_items.candidates import Candidate, CandidateList, quote
from meetkit.insights.offline.action_items.exchanges import Answer, Exchanges
from meetkit.insights.offline.action_items.passive_voice import find_passive_tasks
from meetkit.insights.offline.action_items.priorities import priority_words
from meetkit.insights.offline.action_items.scoring import Scorer, confidence
from meetkit.models.analysis import ActionItems, MeetingContext

# Turns after a request or an offer in which the reply to it may come.
_MAX_TURNS_TO_REPLY = 4
SHOWN = 0.5
POSSIBLE = 0.2
MAX_COMMITMENTS = 20_000
"""Maximum number of commitments examined in a transcript: more than people make in a hundred hours of talk."""
# Characters around a task in which the words for its priority count.
_NEAR = 200
_MAX_TASK = 500
# These offers need no acceptance where they are likely to be work: "I can send it", unlike "shall I send it?".
_FIRM_OFFER = re.compile(r"(?:i can|let me|lemme)\b", re.IGNORECASE)
# These may ask for an ability or describe the future, so that only some verbs make them a request.
_ABILITY_QUESTION = re.compile(r"can you|will you|you (?:can|could|should|will)|you'll", re.IGNORECASE)
# A mere obligation: of an unknown name ("Legal has to …") it may be a statement about procedure.
_OBLIGATION = re.compile(r"\b(?:has|needs|should|must|supposed)\b", re.IGNORECASE)
_FOR_US = re.compile(r"\b(?:me|us|please|over)\b", re.IGNORECASE)
# Verbs for which "it" may be the result of an earlier item: "draft the offer", "I'll send it".
_TRANSFER_VERBS = word_set("send share forward email mail resend submit deliver circulate")
_DOING_VERBS = word_set("do handle have get ship take grab own pick cover sort")
_REPORTING_BACK = re.compile(r"(?:get|come|report|circle) back|follow up|let \w+ know", re.IGNORECASE)
# Words that announce a recap, and the turns that it lasts.
_RECAP = re.compile(
    r"\b(?:recap|to sum (?:it )?up|to summari[sz]e|in summary|let me (?:summari[sz]e|repeat)|action items|next steps|to-?dos"
    r"|who does what|assignments|homework|so,? (?:just )?to (?:be clear|confirm)|wrapping up|to wrap up)\b",
    re.IGNORECASE,
)
_RECAP_WORDS = word_set(
    "recap sum summarize summarise summary repeat items steps dos todos who assignments homework clear confirm wrapping wrap"
)
_RECAP_TURNS = 4
# Verbs that announce an answer to an open question.
_CHECKING_VERBS = word_set("check find look confirm verify ask investigate clarify get")


def find_action_items(document: Document, context: MeetingContext) -> ActionItems:
    """Return the action items, with evidence for task, owner, deadline and priority.

    A promise is an item; a request or an offer is one once it is accepted; an assignment by name is one unless it is
    refused. A repeated task is one item, with the last deadline.
    """
    people = People(document, context)
    candidates = find_candidates(document, people)
    shown = [candidate for candidate in candidates.items if candidate.confidence >= SHOWN]
    possible = [candidate for candidate in candidates.items if POSSIBLE <= candidate.confidence < SHOWN]
    return ActionItems(
        engine="offline",
        items=tuple(candidate.item(context) for candidate in shown),
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
        self._recap: tuple[int, str | None] = (-_RECAP_TURNS, None)
        self._left = MAX_COMMITMENTS

    def candidates(self, sentence: Sentence, is_likely: bool, candidates: CandidateList) -> Iterator[Candidate]:
        commitments = find_commitments(sentence, self._people, in_recap=self._is_recap(sentence))
        for commitment in islice(commitments, self._left):
            self._left -= 1
            for task in find_tasks(commitment):
                if candidate := self._candidate(commitment, task, is_likely, candidates):
                    candidate.features |= self._scorer.features(sentence, commitment, task)
                    yield self._finished(candidate)
        for candidate in find_passive_tasks(sentence, self._people):
            candidate.features |= self._scorer.features(sentence, None, None)
            yield self._finished(candidate)

    def _is_recap(self, sentence: Sentence) -> bool:
        """Return whether a sentence belongs to a recap: to the turn that announces it, or to the speaker's next ones."""
        turn = sentence.turn
        if not _RECAP_WORDS.isdisjoint(sentence.words) and _RECAP.search(sentence.text):
            self._recap = turn.index, turn.speaker
        return turn.index - self._recap[0] < _RECAP_TURNS and turn.speaker == self._recap[1]

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
                return self._assignment(commitment, task, is_likely or has_time)
            case Kind.ANYONE:
                candidate = _candidate_of(commitment, task)
                return self._with_volunteer(candidate) or (None if task.is_open else candidate.marked("unowned"))
            case Kind.CALL:
                return self._call(commitment, task)
            case Kind.TEAM:
                candidate = _candidate_of(commitment, task)
                if volunteer := self._with_volunteer(candidate):
                    return volunteer
                is_clear = has_time or (is_likely and task.verb in DELIVERIES)
                return self._if_closed(candidate if is_clear else candidate.marked("unclear"), commitment, task)
            case _:
                is_clear = has_time or (is_likely and not task.is_open and not task.has_pronoun)
                candidate = _candidate_of(commitment, task)
                return self._if_closed(candidate if is_clear else candidate.marked("unclear"), commitment, task)

    def _if_closed(self, candidate: Candidate, commitment: Commitment, task: Task) -> Candidate:
        """Return a candidate that names its object, itself or by what was said before, where that is possible."""
        return self._completed(candidate, commitment) if task.is_open or task.has_pronoun else candidate

    def _call(self, commitment: Commitment, task: Task) -> Candidate | None:
        """Return the candidate of a call for volunteers that somebody answers; what follows "if" is no call."""
        answer = self._exchanges.answer_to(commitment.sentence, is_call=True)
        return _with_answer(_candidate_of(commitment, task), answer) if answer.act is Reply.ACCEPTS else None

    def _with_volunteer(self, candidate: Candidate) -> Candidate | None:
        """Return the candidate with the owner who takes it on, as in "Lena, can you?" "Will do."; `None` without one."""
        answer = self._exchanges.volunteer_for(candidate.sentence)
        return _with_answer(candidate, answer) if answer else None

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
        if before and _refers_to(task, before) and not _has_own_deadline(candidate, before):
            if before.task.startswith(("Get ", "Have ")):
                before.task = f"{task.verb.capitalize()} {before.task.partition(' ')[2]}"
            candidate.task, candidate.repeats = before.task, before
            return candidate
        return self._answer_to_question(candidate, task) or self._completed(candidate, commitment)

    def _completed(self, candidate: Candidate, commitment: Commitment) -> Candidate:
        """Return a candidate whose pronoun is filled from what was said before, if anything fits."""
        completed = references.complete(candidate.task, commitment.start, candidate.sentence, self._turns)
        if completed is None:
            return candidate.marked("unfilled")
        candidate.task, referent = completed
        candidate.marked("filled")
        candidate.evidence["reference"].append(quote(referent.sentence, referent.start, referent.end, "reference"))
        return candidate

    def _answer_to_question(self, candidate: Candidate, task: Task) -> Candidate | None:
        """Return a promise to check with the question of the turn before as its object; `None` without one."""
        turn = candidate.sentence.turn
        turn_before = self._turns[turn.index - 1] if turn.index else ()
        question = next((sentence for sentence in reversed(turn_before) if asks(sentence.text)), None)
        if question is None or question.turn.speaker == turn.speaker or task.verb not in _CHECKING_VERBS:
            return None
        candidate.task = f"{task.text}: {question.text}"[:_MAX_TASK]
        candidate.evidence["task"].append(quote(question, 0, len(question.text), "task"))
        return candidate

    def _offer(self, commitment: Commitment, task: Task, is_likely: bool) -> Candidate | None:
        sentence = commitment.sentence
        head = sentence.text[commitment.start : commitment.task_start]
        reply, _ = self._reply(sentence)
        if reply is Reply.ACCEPTS:
            return self._if_closed(_candidate_of(commitment, task).marked("accepted"), commitment, task)
        is_firm = _FIRM_OFFER.match(head) and not asks(sentence.text)
        if reply is Reply.REFUSES:
            return None
        is_item = is_firm and is_likely and not task.is_open and reply is Reply.SAYS
        candidate = _candidate_of(commitment, task)
        return self._if_closed(candidate if is_item else candidate.marked("unaccepted"), commitment, task)

    def _assignment(self, commitment: Commitment, task: Task, is_likely: bool) -> Candidate | None:
        """Return the candidate of an assignment by name.

        For an unknown name a mere obligation ("Legal has to look at it") is not enough.
        """
        if task.is_open and not task.deadline:
            return None
        is_known = task.deadline or (commitment.owner and self._people.full_name(commitment.owner))
        words = commitment.text[commitment.start : commitment.task_start]
        candidate = _candidate_of(commitment, task)
        if not (is_known or (is_likely and not _OBLIGATION.search(words))):
            candidate.marked("unclear")
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
            candidate.marked("ability")
        if task.is_open or task.has_pronoun:
            candidate = self._completed(candidate, commitment)
        answer = self._exchanges.answer_to(sentence)
        if answer.act is Reply.REFUSES:
            return None
        if answer.act is not Reply.ACCEPTS:
            candidate.owner = self._people.other_speaker(sentence.turn.speaker)
            return candidate if candidates.same_as(candidate) else candidate.marked("unanswered")
        return _with_answer(candidate.marked("accepted"), answer)

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

    def _finished(self, candidate: Candidate) -> Candidate:
        """Return a candidate with its deadline, priority and confidence."""
        if candidate.deadline is None and (deadline := agreed_deadline(candidate, self._turns)):
            candidate.set_deadline(*deadline)
            candidate.features |= {"agreed time"}
        self._prioritize(candidate)
        candidate.confidence = confidence(frozenset(candidate.features))
        return candidate

    def _prioritize(self, candidate: Candidate) -> None:
        """Set the priority by the words near the task, in the next sentence, or in the first one of the next turn."""
        sentence, turn = candidate.sentence, candidate.sentence.turn.index
        next_place = sentence.index - self._turns[turn][0].index + 1
        next_sentences = (
            *self._turns[turn][next_place : next_place + 1],
            *(self._turns[turn + 1][:1] if turn + 1 < len(self._turns) else ()),
        )
        places = [
            (sentence, max(0, candidate.end - _NEAR), candidate.end + _NEAR),
            *((nearby, 0, _NEAR) for nearby in next_sentences),
        ]
        for nearby, start, end in places:
            if priority := priority_words(nearby.text[start:end]):
                candidate.priority = priority[0]
                candidate.evidence["priority"] = [quote(nearby, start + priority[1], start + priority[2], "priority")]
                return


def _with_answer(candidate: Candidate, answer: Answer) -> Candidate:
    """Return the candidate with the owner whom an answer names, settled in its turn."""
    candidate.owner, candidate.turn = answer.owner, answer.turn[0].turn.index
    candidate.marked("volunteer" if answer.is_volunteer else "answered")
    candidate.evidence["owner"] = [quote(*answer.place, "owner")] if answer.place else []
    return candidate


def _has_own_deadline(candidate: Candidate, before: Candidate) -> bool:
    """Return whether a candidate has a deadline of its own: "I'll ask them today and introduce you next week"."""
    is_timed = None not in (before.deadline, candidate.deadline)
    return is_timed and (before.sentence is candidate.sentence or not same_verb(candidate.task, before.task))


def _refers_to(task: Task, before: Candidate) -> bool:
    """Return whether "send it" or "get back to you" refers to an item, by its verb."""
    if _REPORTING_BACK.match(task.text):
        return before.task.split()[0].lower() in _CHECKING_VERBS
    if before.task.startswith("Make sure"):
        return False
    is_generic_verb = task.verb in _TRANSFER_VERBS or task.verb in _DOING_VERBS
    return same_verb(task.text, before.task) or (task.has_pronoun and is_generic_verb)


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
