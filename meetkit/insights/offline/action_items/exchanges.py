"""Exchanges: who takes on a request in the turns after it, with refusals, hand-overs, nominations and volunteers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from meetkit.insights.language import replies
from meetkit.insights.language.people import People
from meetkit.insights.language.replies import Reply
from meetkit.insights.language.text import Sentence, asks

Turn = Sequence[Sentence]

# Turns after a request in which somebody may take it on.
_MAX_TURNS = 6
# Turns that only say something, after which a call for volunteers is no longer open.
_MAX_OTHER_TURNS = 2
_MAX_NOMINATION = 10
_NOMINATES = re.compile(
    r"\b(?:can|could|would|will|are|do) you\b|\b(?:how|what) about\b|\b(?:maybe|perhaps)\b|\byou(?:'re"
    r"| are) (?:up|the)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a request: its dialogue act, the turn that gives it, and the span that names who takes it on."""

    act: Reply
    turn: Turn = ()
    owner: str | None = None
    place: tuple[Sentence, int, int] | None = None
    is_volunteer: bool = False


@dataclass(frozen=True, slots=True)
class _Nominee:
    name: str
    place: tuple[Sentence, int, int]


class Exchanges:
    """The answers to the requests of a meeting."""

    def __init__(self, turns: Sequence[Turn], people: People) -> None:
        """Read the turns of a meeting with these people."""
        self._turns = turns
        self._people = people

    def answer_to(self, request: Sentence, *, addressee: str | None = None, is_call: bool = False) -> Answer:
        """Return the answer to a request; a turn that asks back is skipped.

        A call for volunteers stays open past turns that only say something, and past refusals; so does a request that
        somebody hands over to another person.
        """
        asker, remarks, refusal = request.turn.speaker, 0, None
        pending = self._nominee(self._rest(request)) or (_Nominee(addressee, (request, 0, 0)) if addressee else None)
        for turn in self._following(request):
            speaker = turn[0].turn.speaker
            if speaker is not None and speaker == asker:
                if pending and refusal and replies.classify(turn) is Reply.ACCEPTS:
                    return Answer(Reply.ACCEPTS, turn, pending.name, pending.place)
                pending = self._nominee(turn) or pending
                continue
            must_volunteer = bool(refusal) or (is_call and not replies.is_willing(turn))
            answer = self._answer(turn, pending, must_volunteer=must_volunteer)
            if answer.act is Reply.ACCEPTS:
                return answer
            nominee = self._nominee(turn)
            if answer.act is Reply.REFUSES or nominee:
                refusal, pending = answer, nominee or (None if addressee is None else pending)
            elif answer.act is not Reply.ASKS and not asks(turn[-1].text):
                remarks += 1
                if not (is_call or refusal or pending) or remarks > _MAX_OTHER_TURNS:
                    return refusal or answer
        return refusal or Answer(Reply.SAYS)

    def volunteer_for(self, need: Sentence) -> Answer | None:
        """Return who takes on what somebody only says is needed: who is asked by name, or says "I'll do that"."""
        is_asked = self._nominee(self._rest(need)) is not None
        for turn in self._following(need):
            is_asked = is_asked or self._nominee(turn) is not None
        answer = self.answer_to(need, is_call=True)
        return answer if answer.act is Reply.ACCEPTS and (is_asked or answer.is_volunteer) else None

    def _rest(self, request: Sentence) -> Turn:
        turn = self._turns[request.turn.index]
        return turn[request.index - turn[0].index + 1 :]

    def _following(self, request: Sentence) -> list[Turn]:
        first = request.turn.index + 1
        return [turn for turn in self._turns[first : first + _MAX_TURNS] if turn]

    def _answer(self, turn: Turn, pending: _Nominee | None, *, must_volunteer: bool) -> Answer:
        speaker, act = turn[0].turn.speaker, replies.classify(turn)
        place = replies.volunteering(turn)
        if place and act not in (Reply.REFUSES, Reply.EVADES):
            return Answer(Reply.ACCEPTS, turn, speaker, place, is_volunteer=True)
        if act is not Reply.ACCEPTS or not speaker:
            return Answer(act, turn)
        # "Okay" to a call, or after a refusal, only hears it, unless the one who was named says so.
        if (pending and speaker != self._full(pending.name)) or (must_volunteer and not pending):
            return Answer(Reply.SAYS, turn)
        if delegation := replies.delegation(turn):
            sentence, start, end = delegation
            if name := self._people.name_at_end(sentence.text[start:end]):
                return Answer(act, turn, name[1], delegation)
        return Answer(act, turn, speaker, (turn[0], *replies.acceptance_span(turn[0])))

    def _full(self, name: str) -> str:
        return self._people.full_name(name) or name

    def _nominee(self, turn: Turn) -> _Nominee | None:
        """Return the person whom a turn asks or proposes: "Lena, can you?", "I can't, but Tobias can"."""
        for sentence in turn[:3]:
            if proposal := replies.proposal(sentence):
                name = self._people.full_name(sentence.text[proposal[0] : proposal[1]])
                if name:
                    return _Nominee(name, (sentence, *proposal))
            text = sentence.text.replace("\u2019", "'")
            if len(sentence.words) <= _MAX_NOMINATION and (asks(text) or _NOMINATES.search(text)):
                for match in replies.CAPITAL_WORD.finditer(text):
                    if (name := self._people.full_name(match[0])) and (
                        _NOMINATES.search(text) or len(sentence.words) <= 2
                    ):
                        return _Nominee(name, (sentence, *match.span()))
        return None
