"""Check of a model's claims: the transcript has their words and does not say the contrary."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from meetkit.insights.grounding.text_similarity import NEGATIONS, REPORTING_STEMS, STOP_STEMS, numbers, stem, stems
from meetkit.insights.language.text import WORD, Sentence
from meetkit.insights.model.answer_schemas import Citation
from meetkit.insights.model.claim_spans import SentenceSpan, repeated_span, whole_sentence
from meetkit.insights.model.modality import (
    ends_with_question_mark,
    is_conditional,
    is_reported_or_doubted,
    is_undecided,
)
from meetkit.insights.model.sources import Sources
from meetkit.models.insights import Evidence

# The share of a claim's content words that must occur near its quotes.
MIN_SUPPORT = 0.5
# A longer label is a sentence, and every run of its words is tried.
MAX_LABEL_WORDS = 12

# Labels are shown on pages and in chats, where markup would be read as such.
_MARKUP = re.compile(r"[<>{}\[\]`|\\^~*_=]|://")
_CLAUSE_END = re.compile(r"[,.;:!?\n]+")
# Idioms with a negation that deny nothing: "don't forget to send it", "why don't we".
_IDIOMS = re.compile(
    r"\b(?:(?:don't|do not|won't|will not|not|never) (?:forget|worry|hesitate)|(?:can't|cannot) wait"
    r"|no (?:problem|worries|doubt|later)|not only|why (?:not|don't|doesn't)|whether or not)\b",
    re.IGNORECASE,
)
_NEGATION_STEMS = frozenset(map(stem, NEGATIONS))
# Words after a negation that it can deny.
_NEGATION_SCOPE = 3


class ClaimCheck:
    """The check of one section's claims. `rejected` counts the claims and quotes without support."""

    def __init__(self, sources: Sources) -> None:
        """Start with no rejections."""
        self.sources = sources
        self.rejected = 0

    def reject(self) -> None:
        """Count one rejection."""
        self.rejected += 1

    def quotes(self, citations: Iterable[Citation]) -> tuple[Evidence, ...]:
        """Return the evidence for quotes, each place once. Quotes that nobody said are dropped and counted."""
        distinct: dict[Evidence, None] = {}
        for citation in citations:
            evidence = self.sources.grounding.ground(citation.quote, citation.turn)
            if evidence:
                distinct[evidence] = None
            else:
                self.reject()
        return tuple(distinct)

    def supported_span(self, claim: str, evidence: Sequence[Evidence]) -> SentenceSpan | None:
        """Return the real words for a claim. A claim that its quotes do not support is counted and returns `None`.

        At least half of its content words, all its numbers and all names of participants must occur near the
        quotes, and it must negate what they negate. Its span is the words that it repeats from a quoted sentence;
        the whole sentence if it repeats none, or if the sentence negates, doubts, reports, asks or sets a condition.
        """
        sentences = self.sources.sentences_under(evidence)
        if not sentences or not self._is_supported(claim, evidence):
            self.reject()
            return None
        return self._repeated_span(claim, sentences) or whole_sentence(self._closest(claim, sentences))

    def task_span(self, claim: str, evidence: Sequence[Evidence]) -> SentenceSpan | None:
        """Return `supported_span` for a task. Reports, doubts, negations and mere questions are rejected."""
        span = self.supported_span(claim, evidence)
        if span and not self._is_task(span.sentence):
            self.reject()
            return None
        return span

    def decision_span(self, claim: str, evidence: Sequence[Evidence]) -> SentenceSpan | None:
        """Return `supported_span` for a decision. Reports, doubts, open points, conditions, questions are rejected."""
        span = self.supported_span(claim, evidence)
        if span and not self._is_decision(span.sentence):
            self.reject()
            return None
        return span

    def _is_task(self, sentence: Sentence) -> bool:
        text = sentence.text
        if is_reported_or_doubted(text) or (is_conditional(text) and not self.sources.commitments(sentence)):
            return False
        return not (negated_stems(text) or ends_with_question_mark(text)) or bool(self.sources.tasks(sentence))

    def _is_decision(self, sentence: Sentence) -> bool:
        text = sentence.text
        return not (
            is_reported_or_doubted(text) or is_conditional(text) or is_undecided(text) or self.sources.asks(sentence)
        )

    def _repeated_span(self, claim: str, sentences: Iterable[Sentence]) -> SentenceSpan | None:
        for sentence in sentences:
            task_starts = self._task_starts(sentence)
            if span := repeated_span(claim, sentence, task_starts):
                is_assertion = not (
                    is_conditional(sentence.text)
                    or is_reported_or_doubted(sentence.text)
                    or negated_stems(sentence.text)
                )
                is_task = span.start in task_starts or not ends_with_question_mark(sentence.text)
                return span if is_assertion and is_task else whole_sentence(sentence)
        return None

    def _task_starts(self, sentence: Sentence) -> set[int]:
        """Return the offsets at which tasks start in a sentence."""
        starts = {commitment.task_start for commitment in self.sources.commitments(sentence)}
        return starts | {task.start for task in self.sources.tasks(sentence)}

    def _closest(self, claim: str, sentences: Sequence[Sentence]) -> Sentence:
        """Return the sentence that shares most content words with a claim."""
        claim_stems = set(stems(claim)) - STOP_STEMS
        return max(sentences, key=lambda sentence: len(claim_stems.intersection(stems(sentence.text))))

    def supported_label(self, label: str, evidence: Sequence[Evidence]) -> str | None:
        """Return the longest run of a label's words said near its quotes, as it was said, if it has a content word."""
        parts = label.split()[:MAX_LABEL_WORDS] if is_clean(" ".join(label.split())) else []
        turns = self.sources.turns_near(evidence)
        for length in range(len(parts), 0, -1):
            for at in range(len(parts) - length + 1):
                match = self.sources.grounding.find_words(" ".join(parts[at : at + length]), turns)
                if match and _has_content(match.quote) and is_clean(" ".join(match.quote.split())):
                    return " ".join(match.quote.split())
        return None

    def _is_supported(self, claim: str, evidence: Sequence[Evidence]) -> bool:
        text = self.sources.text_near(evidence)
        stems_near = set(stems(text))
        content_words = [word for word in stems(claim) if word not in STOP_STEMS | REPORTING_STEMS]
        return (
            sum(word in stems_near for word in content_words) >= MIN_SUPPORT * len(content_words)
            and numbers(claim) <= numbers(text)
            and self._has_known_names(claim, stems_near)
            and not contradicts(claim, self.sources.text_of_sentences(evidence))
        )

    def _has_known_names(self, claim: str, stems_near: set[str]) -> bool:
        """Return whether the participants in a claim are named near its quotes, and other names anywhere."""
        for number, word in enumerate(WORD.findall(claim)):
            if not word[:1].isupper():
                continue
            bases = stems(word)
            if word.casefold().removesuffix("'s") in self.sources.names and not stems_near.issuperset(bases):
                return False
            # The first word of a sentence has a capital without being a name.
            if number and not all(map(self._is_known, bases)):
                return False
        return True

    def _is_known(self, base: str) -> bool:
        return base in self.sources.vocabulary or base in REPORTING_STEMS or base in STOP_STEMS


def _has_content(text: str) -> bool:
    return any(word not in STOP_STEMS for word in stems(text))


def is_clean(text: str) -> bool:
    """Return whether a text has no markup and no invisible character."""
    return not _MARKUP.search(text) and not any(unicodedata.category(char).startswith("C") for char in text)


def contradicts(claim: str, source: str) -> bool:
    """Return whether one of two texts negates a content word that the other has and does not negate."""
    claim_negations, source_negations = negated_stems(claim), negated_stems(source)
    # One negation in common is enough: claims report parts of longer sentences.
    if claim_negations & source_negations:
        return False
    return bool(claim_negations & set(stems(source)) or source_negations & set(stems(claim)))


def negated_stems(text: str) -> set[str]:
    """Return the content stems within three words after a negation in the same clause."""
    result: set[str] = set()
    plain = _IDIOMS.sub(" ", text.replace("\u2019", "'"))
    for clause in _CLAUSE_END.split(plain):
        clause_stems = stems(clause)
        for at, word in enumerate(clause_stems):
            if word in _NEGATION_STEMS:
                result.update(clause_stems[at + 1 : at + 1 + _NEGATION_SCOPE])
    return result - STOP_STEMS
