"""Whether what a model claims is what was said: word by word, and not the contrary."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from meetkit.insights.grounding.text_similarity import NEGATIONS, REPORTING_STEMS, STOP_STEMS, numbers, stem, stems
from meetkit.insights.language.text import WORD, Sentence
from meetkit.insights.model.answer_schemas import Citation
from meetkit.insights.model.claim_spans import Stretch, stretch_of, whole
from meetkit.insights.model.modality import is_anothers, is_asked, is_conditional, is_undecided
from meetkit.insights.model.sources import Sources
from meetkit.models.insights import Evidence

LEAST_SUPPORT = 0.5
"""The share of a claim's weighty words that must be said near its quotes."""
MOST_LABEL_WORDS = 12

_MARKUP = re.compile(r"[<>{}\[\]`|\\^~*_=]|://")
_CLAUSE_END = re.compile(r"[,.;:!?\n]+")
# Said with a negation, meant without: "don't forget to send it", "why don't we".
_NOT_NEGATED = re.compile(
    r"\b(?:(?:don't|do not|won't|will not|not|never) (?:forget|worry|hesitate)|(?:can't|cannot) wait"
    r"|no (?:problem|worries|doubt|later)|not only|why (?:not|don't|doesn't)|whether or not)\b",
    re.IGNORECASE,
)
_NEGATION_STEMS = frozenset(map(stem, NEGATIONS))
_NEGATED_WORDS = 3


class Check:
    """Checks a section's claims, and counts in `rejected` what the transcript does not support."""

    def __init__(self, sources: Sources) -> None:
        """Begin with nothing rejected."""
        self.sources = sources
        self.rejected = 0

    def refuse(self) -> None:
        """Count something that is not supported."""
        self.rejected += 1

    def quotes(self, cited: Iterable[Citation]) -> tuple[Evidence, ...]:
        """The true words of what a model quotes, each place once; what nobody said is left out and counted."""
        found: dict[Evidence, None] = {}
        for citation in cited:
            evidence = self.sources.grounding.ground(citation.quote, citation.turn)
            if evidence:
                found[evidence] = None
            else:
                self.refuse()
        return tuple(found)

    def wording(self, claim: str, evidence: Sequence[Evidence]) -> Stretch | None:
        """The real words that a claim puts; `None`, and counted, where its quotes do not support it.

        At least half of its weighty words, all its numbers and all names of participants are said near the
        quotes, and it negates what they negate. What it does not repeat word by word from a quoted sentence,
        and all of a sentence that negates, doubts, reports, asks or makes a condition, is that whole sentence.
        """
        sentences = self.sources.sentences_under(evidence)
        if not sentences or not self._is_supported(claim, evidence):
            self.refuse()
            return None
        return self._repeated(claim, sentences) or whole(self._closest(claim, sentences))

    def binding(self, claim: str, evidence: Sequence[Evidence]) -> Stretch | None:
        """As `wording`, of what somebody is to do: nothing reported, doubted, merely asked or not to be done."""
        found = self.wording(claim, evidence)
        if found and not self._can_bind(found.sentence):
            self.refuse()
            return None
        return found

    def deciding(self, claim: str, evidence: Sequence[Evidence]) -> Stretch | None:
        """As `wording`, of what was decided: nothing reported, doubted, asked, left open or conditional."""
        found = self.wording(claim, evidence)
        if found and not self._can_decide(found.sentence):
            self.refuse()
            return None
        return found

    def _can_bind(self, sentence: Sentence) -> bool:
        text = sentence.text
        if is_anothers(text) or (is_conditional(text) and not self.sources.heads(sentence)):
            return False
        return not (negated(text) or is_asked(text)) or bool(self.sources.tasks(sentence))

    def _can_decide(self, sentence: Sentence) -> bool:
        text = sentence.text
        return not (is_anothers(text) or is_conditional(text) or is_undecided(text) or self.sources.asks(sentence))

    def _repeated(self, claim: str, sentences: Iterable[Sentence]) -> Stretch | None:
        for sentence in sentences:
            heads = self._heads(sentence)
            if found := stretch_of(claim, sentence, heads):
                is_said_so = not (is_conditional(sentence.text) or is_anothers(sentence.text) or negated(sentence.text))
                is_task = found.start in heads or not is_asked(sentence.text)
                return found if is_said_so and is_task else whole(sentence)
        return None

    def _heads(self, sentence: Sentence) -> set[int]:
        """Where the words of tasks begin."""
        heads = {head.task for head in self.sources.heads(sentence)}
        return heads | {task.start for task in self.sources.tasks(sentence)}

    def _closest(self, claim: str, sentences: Sequence[Sentence]) -> Sentence:
        """The sentence that shares most words of weight with a claim."""
        claimed = set(stems(claim)) - STOP_STEMS
        return max(sentences, key=lambda sentence: len(claimed.intersection(stems(sentence.text))))

    def said_label(self, label: str, evidence: Sequence[Evidence]) -> str | None:
        """The longest run of a label's words that was said near its quotes, as it was said, if one has weight."""
        parts = label.split()[:MOST_LABEL_WORDS] if is_clean(" ".join(label.split())) else []
        turns = self.sources.turns_near(evidence)
        for length in range(len(parts), 0, -1):
            for at in range(len(parts) - length + 1):
                said = self.sources.grounding.find_words(" ".join(parts[at : at + length]), turns)
                if said and _has_weight(said.quote) and is_clean(" ".join(said.quote.split())):
                    return " ".join(said.quote.split())
        return None

    def _is_supported(self, claim: str, evidence: Sequence[Evidence]) -> bool:
        near = self.sources.said_near(evidence)
        said = set(stems(near))
        weighty = [word for word in stems(claim) if word not in STOP_STEMS | REPORTING_STEMS]
        return (
            sum(word in said for word in weighty) >= LEAST_SUPPORT * len(weighty)
            and numbers(claim) <= numbers(near)
            and self._names_are_said(claim, said)
            and not contradicts(claim, self.sources.sentences_of(evidence))
        )

    def _names_are_said(self, claim: str, said: set[str]) -> bool:
        """Whether participants are named near the quotes, and others anywhere."""
        for number, word in enumerate(WORD.findall(claim)):
            if not word[:1].isupper():
                continue
            bases = stems(word)
            if word.casefold().removesuffix("'s") in self.sources.names and not said.issuperset(bases):
                return False
            if number and not all(map(self._is_known, bases)):
                return False
        return True

    def _is_known(self, base: str) -> bool:
        return base in self.sources.vocabulary or base in REPORTING_STEMS or base in STOP_STEMS


def _has_weight(text: str) -> bool:
    return any(word not in STOP_STEMS for word in stems(text))


def is_clean(text: str) -> bool:
    """Whether a text has no markup and no character that is not seen."""
    return not _MARKUP.search(text) and not any(unicodedata.category(char).startswith("C") for char in text)


def contradicts(claim: str, said: str) -> bool:
    """Whether one of two texts negates a word of weight that the other has and does not negate."""
    claimed_not, said_not = negated(claim), negated(said)
    if claimed_not & said_not:
        return False
    return bool(claimed_not & set(stems(said)) or said_not & set(stems(claim)))


def negated(text: str) -> set[str]:
    """The stems of weight that follow a negation within three words of the same clause."""
    found: set[str] = set()
    plain = _NOT_NEGATED.sub(" ", text.replace("\u2019", "'"))
    for clause in _CLAUSE_END.split(plain):
        said = stems(clause)
        for at, word in enumerate(said):
            if word in _NEGATION_STEMS:
                found.update(said[at + 1 : at + 1 + _NEGATED_WORDS])
    return found - STOP_STEMS
