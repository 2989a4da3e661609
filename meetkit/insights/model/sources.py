"""What claims are checked against: the words of a transcript, who took part, and what was said near a quote."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from meetkit.insights.commitments import Commitment, Task, find_commitments, find_tasks
from meetkit.insights.grounding.folding import fold
from meetkit.insights.grounding.quotes import Grounding
from meetkit.insights.grounding.text_similarity import NEGATIONS, stems
from meetkit.insights.language.intents import THRESHOLD, question_scores
from meetkit.insights.language.people import People
from meetkit.insights.language.text import Document, Sentence, words
from meetkit.insights.model.modality import is_asked
from meetkit.models.analysis import MeetingContext
from meetkit.models.insights import Evidence

NEAR = 2
NEAR_CHARACTERS = 1000
"""How many turns and characters before and after a quote belong to it: a request, its answer, a word between them."""


@dataclass(frozen=True)
class Sources:
    """A transcript and what is known of its meeting."""

    document: Document
    context: MeetingContext

    @cached_property
    def grounding(self) -> Grounding:
        """Finds quotes."""
        return Grounding(self.document.transcript)

    @cached_property
    def participants(self) -> tuple[str, ...]:
        """Who is known to have taken part: the speakers, and fuller names only where no speaker has the name."""
        known = dict.fromkeys(self.document.transcript.speakers)
        for name in (*self.context.our_side, *self.context.their_side):
            if not any(same_person(name, other) for other in known):
                known[name] = None
        return tuple(known)

    @cached_property
    def people(self) -> People:
        """Who can be bound by name."""
        return People(self.document, self.context)

    @cached_property
    def names(self) -> frozenset[str]:
        """The words of the participants' names."""
        given = (*self.participants, *self.context.our_side, *self.context.their_side)
        return frozenset(word for name in given for word in words(name))

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The stems of all that was said, and of the names of those who were there."""
        return frozenset(stems(" ".join((self.document.transcript.text, *self.participants, *self.names))))

    @cached_property
    def _turns_by_stem(self) -> dict[str, list[int]]:
        found: defaultdict[str, list[int]] = defaultdict(list)
        for turn in self.document.transcript.turns:
            for base in set(stems(turn.text)):
                found[base].append(turn.index)
        return found

    def turns_with(self, bases: Iterable[str]) -> list[int]:
        """The turns that have a word of one of these stems."""
        return sorted({turn for base in bases for turn in self._turns_by_stem.get(base, ())})

    def turns_near(self, evidence: Iterable[Evidence], reach: int = NEAR) -> list[int]:
        """The turns around quotes: those of the quotes first, then by distance, what is before first."""
        count = len(self.document.transcript.turns)
        at = [quote.turn for quote in evidence]
        steps = [0, *(step for distance in range(1, reach + 1) for step in (-distance, distance))]
        near = (turn + step for step in steps for turn in at)
        return [turn for turn in dict.fromkeys(near) if 0 <= turn < count]

    def said_near(self, evidence: Iterable[Evidence]) -> str:
        """What was said around quotes, within so many turns and characters, and by whom."""
        return "\n".join(part for quote in evidence for part in self._around(quote))

    def _around(self, quote: Evidence) -> Iterator[str]:
        for number in self.turns_near([quote]):
            turn = self.document.transcript.turns[number]
            start, end = max(turn.start, quote.start - NEAR_CHARACTERS), min(turn.end, quote.end + NEAR_CHARACTERS)
            yield f"{turn.speaker or ''}: {self.document.transcript.text[start:end] if start < end else ''}"

    def sentences_under(self, evidence: Iterable[Evidence]) -> list[Sentence]:
        """The whole sentences that quotes lie in, each once."""
        found = {
            sentence.index: sentence
            for quote in evidence
            for sentence in self.document.by_turn[quote.turn]
            if sentence.start < quote.end and quote.start < sentence.end
        }
        return list(found.values())

    def sentences_of(self, evidence: Iterable[Evidence]) -> str:
        """The text of the sentences that quotes lie in."""
        return "\n".join(sentence.text for sentence in self.sentences_under(evidence))

    def heads(self, sentence: Sentence) -> list[Commitment]:
        """By what words a sentence binds somebody, as the offline engine reads it."""
        found = find_commitments(sentence, self.people)
        return [head for head in found if NEGATIONS.isdisjoint(words(head.text[head.task : head.end])[:1])]

    def tasks(self, sentence: Sentence) -> list[Task]:
        """The pieces of work that a sentence binds somebody to."""
        return [task for head in self.heads(sentence) for task in find_tasks(head)]

    def asks(self, sentence: Sentence) -> bool:
        """Whether a sentence is a question by its mark, or by its words where it has none."""
        return is_asked(sentence.text) or question_scores(self.document)[sentence.index] >= THRESHOLD

    def participant(self, name: str) -> str | None:
        """The one participant who is called so, by the whole name or a part of it."""
        exact = [known for known in self.participants if fold(known) == fold(name)]
        found = exact or [known for known in self.participants if same_person(known, name)]
        return found[0] if len(found) == 1 else None

    def is_among(self, speaker: str | None, people: Sequence[str]) -> bool:
        """Whether a speaker is one of these people."""
        return speaker is not None and any(same_person(speaker, name) for name in people)


def same_person(name: str, other: str) -> bool:
    """Whether one name is the other, or a part of it: "Kim" and "Kim Lee"."""
    one, two = set(words(fold(name))), set(words(fold(other)))
    return bool(one and two) and (one <= two or two <= one)
