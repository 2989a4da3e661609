"""Whether what a model claims is what was said: word by word, and not the contrary."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from meetkit.insights.model.answers import Citation
from meetkit.insights.model.sources import Sources
from meetkit.insights.text import WORD
from meetkit.insights.wording import NEGATIONS, REPORTING_STEMS, STOP_STEMS, numbers, stem, stems
from meetkit.models.insights import Evidence

LEAST_SUPPORT = 0.5
"""The share of a claim's weighty words that must be said near its quotes."""

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

    def wording(self, claim: str, evidence: Sequence[Evidence]) -> str | None:
        """A claim in words that its quotes support; `None`, and counted, where they do not.

        At least half of its weighty words, all its numbers and all names of participants are said near the
        quotes, and it negates what they negate. If it also uses words that nobody said in the whole meeting,
        the first quote takes its place: no word of weight is returned that was not said.
        """
        claim = " ".join(claim.split())
        if not evidence or not self._is_supported(claim, evidence):
            self.refuse()
            return None
        return claim if self._is_plain(claim) else " ".join(evidence[0].quote.split())

    def in_words_said(self, text: str) -> bool:
        """Whether a text is made of words that were said, has one of weight, and no markup."""
        weighty = [word for word in stems(text) if word not in STOP_STEMS]
        return bool(weighty) and is_clean(text) and self.sources.vocabulary.issuperset(weighty)

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

    def _is_plain(self, claim: str) -> bool:
        said = any(word not in STOP_STEMS | REPORTING_STEMS for word in stems(claim))
        return said and is_clean(claim) and all(map(self._is_known, stems(claim)))


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
