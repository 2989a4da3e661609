"""Sources for checking claims: a transcript's words, its participants, and the text near a quote."""

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
from meetkit.insights.model.modality import ends_with_question_mark
from meetkit.models.analysis import MeetingContext
from meetkit.models.insights import Evidence

# Turns and characters before and after a quote that count as near: a request, its answer, a word between them.
NEAR_TURNS = 2
NEAR_CHARACTERS = 1000


@dataclass(frozen=True)
class Sources:
    """A transcript and the context of its meeting."""

    document: Document
    context: MeetingContext

    @cached_property
    def grounding(self) -> Grounding:
        """The search for quotes."""
        return Grounding(self.document.transcript)

    @cached_property
    def participants(self) -> tuple[str, ...]:
        """The known participants: the speakers, and the people of the context who are not among them."""
        participants = dict.fromkeys(self.document.transcript.speakers)
        # The context may have fuller names than the transcript; nobody may count twice.
        for name in (*self.context.our_side, *self.context.their_side):
            if not any(same_person(name, participant) for participant in participants):
                participants[name] = None
        return tuple(participants)

    @cached_property
    def people(self) -> People:
        """The people to whom a sentence can assign a task by name."""
        return People(self.document, self.context)

    @cached_property
    def names(self) -> frozenset[str]:
        """The words of the participants' names."""
        all_names = (*self.participants, *self.context.our_side, *self.context.their_side)
        return frozenset(word for name in all_names for word in words(name))

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The stems of the transcript's words and of the participants' names."""
        return frozenset(stems(" ".join((self.document.transcript.text, *self.participants, *self.names))))

    @cached_property
    def _turns_by_stem(self) -> dict[str, list[int]]:
        turns: defaultdict[str, list[int]] = defaultdict(list)
        for turn in self.document.transcript.turns:
            for base in set(stems(turn.text)):
                turns[base].append(turn.index)
        return turns

    def turns_with(self, bases: Iterable[str]) -> list[int]:
        """Return the turns with a word of one of these stems."""
        return sorted({turn for base in bases for turn in self._turns_by_stem.get(base, ())})

    def turns_near(self, evidence: Iterable[Evidence], reach: int = NEAR_TURNS) -> list[int]:
        """Return the turns near quotes: those of the quotes first, then by distance, earlier ones first."""
        count = len(self.document.transcript.turns)
        at = [quote.turn for quote in evidence]
        steps = [0, *(step for distance in range(1, reach + 1) for step in (-distance, distance))]
        near = (turn + step for step in steps for turn in at)
        return [turn for turn in dict.fromkeys(near) if 0 <= turn < count]

    def text_near(self, evidence: Iterable[Evidence]) -> str:
        """Return the text near quotes, with the speakers, within `NEAR_TURNS` and `NEAR_CHARACTERS`."""
        return "\n".join(part for quote in evidence for part in self._around(quote))

    def _around(self, quote: Evidence) -> Iterator[str]:
        for number in self.turns_near([quote]):
            turn = self.document.transcript.turns[number]
            start, end = max(turn.start, quote.start - NEAR_CHARACTERS), min(turn.end, quote.end + NEAR_CHARACTERS)
            yield f"{turn.speaker or ''}: {self.document.transcript.text[start:end] if start < end else ''}"

    def sentences_under(self, evidence: Iterable[Evidence]) -> list[Sentence]:
        """Return the sentences that quotes lie in, each once."""
        sentences = {
            sentence.index: sentence
            for quote in evidence
            for sentence in self.document.by_turn[quote.turn]
            if sentence.start < quote.end and quote.start < sentence.end
        }
        return list(sentences.values())

    def text_of_sentences(self, evidence: Iterable[Evidence]) -> str:
        """Return the text of the sentences that quotes lie in."""
        return "\n".join(sentence.text for sentence in self.sentences_under(evidence))

    def commitments(self, sentence: Sentence) -> list[Commitment]:
        """Return the commitments in a sentence, as the offline engine finds them."""
        commitments = find_commitments(sentence, self.people)
        # "I will not send it" commits nobody to send it.
        return [
            commitment
            for commitment in commitments
            if NEGATIONS.isdisjoint(words(commitment.text[commitment.task_start : commitment.end])[:1])
        ]

    def tasks(self, sentence: Sentence) -> list[Task]:
        """Return the tasks that a sentence commits somebody to."""
        return [task for commitment in self.commitments(sentence) for task in find_tasks(commitment)]

    def asks(self, sentence: Sentence) -> bool:
        """Return whether a sentence is a question, by its question mark or, without one, by its words."""
        return ends_with_question_mark(sentence.text) or question_scores(self.document)[sentence.index] >= THRESHOLD

    def participant(self, name: str) -> str | None:
        """Return the only participant with this name, or with a name that contains it or is part of it."""
        exact = [participant for participant in self.participants if fold(participant) == fold(name)]
        matches = exact or [participant for participant in self.participants if same_person(participant, name)]
        return matches[0] if len(matches) == 1 else None

    def is_among(self, speaker: str | None, people: Sequence[str]) -> bool:
        """Return whether a speaker is one of these people."""
        return speaker is not None and any(same_person(speaker, name) for name in people)


def same_person(name: str, other_name: str) -> bool:
    """Return whether one name is the other or a part of it, as "Kim" and "Kim Lee" are."""
    first_words, second_words = set(words(fold(name))), set(words(fold(other_name)))
    return bool(first_words and second_words) and (first_words <= second_words or second_words <= first_words)
