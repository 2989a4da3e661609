"""The text of a decision: it reads by itself to somebody who was not there, and names what it replaces."""

from __future__ import annotations

import re

from meetkit.insights.language.discourse_markers import strip_discourse_markers
from meetkit.insights.language.stems import content_stems
from meetkit.insights.language.text import Document, Sentence, asks
from meetkit.insights.language.word_lists import word_set
from meetkit.models.insights import Evidence

# Sentences before a decision in which its subject is looked for.
_BEFORE = 6
_MIN_CONTENT = 2
_POINTERS = word_set("that this it those these them one ones same former latter so then there both either neither")
# Content words of the deciding itself, which do not say what is decided.
_DECIDING = word_set(
    "decide decided agree agreed settle settled approve approved decision target goal deadline date final official deal"
    " let let's go going gonna make take keep use have do set put call fix stick pick choose chosen chose drop wins"
    " then"
    " motion carried okay everyone everybody happy fine content objection objections favour favor option we'll we're"
    " we've we'd won't i'll i'm i've i'd that's it's it'll let'"
)
_QUESTION_FORM = re.compile(
    r"(?:should|shall|can|could) we (?:all )?(?:agree (?:that we |that |to |on )?)?|how about (?:we |if we )|what if"
    r" we "
    r"|why don't we |do we want to |are we going to ",
    re.IGNORECASE,
)
_REPLACEMENT = re.compile(
    r"(?:\binstead of|\brather than|\bin place of|, not|\breplac(?:e|es|ing)|\bswitch(?:ing)? (?:over )?from"
    r"|\bmov(?:e|ing)"
    r" (?:\w+ ){0,4}?from|\bchang(?:e|ing) (?:\w+ ){0,4}?from|\baway from)\s(?P<what>[^,.;:!?]{2,80}?)"
    r"(?=\s(?:to|with|by|for|and|but|because|so|until|from|in|on|at)\b|[,.;:!?]|\s*\Z)",
    re.IGNORECASE,
)


def stated_text(sentence: Sentence) -> str:
    """Return the text of a sentence that decides: "Postpone the launch" for "Should we postpone the launch?"."""
    text = strip_discourse_markers(sentence.text)
    question = _QUESTION_FORM.match(text)
    return strip_discourse_markers(text[question.end() :].rstrip("? ")) if question else text


def says_what(sentence: Sentence) -> bool:
    """Return whether a sentence itself says what is decided, and does not point to what was said before."""
    return len(_content(sentence)) >= (_MIN_CONTENT if _POINTERS.intersection(sentence.words) else 1)


def antecedent(sentence: Sentence, document: Document) -> Sentence | None:
    """Return the sentence before that says what "that" and "it" stand for; `None` where there is none.

    It is the last one with content of its own: in the same turn, or in the turns before.
    """
    for earlier in reversed(document.sentences[max(0, sentence.index - _BEFORE) : sentence.index]):
        if len(_content(earlier)) >= _MIN_CONTENT:
            return earlier
    return None


def joined_text(subject: Sentence, decision: str) -> str:
    """Return the sentence that names the subject and the words that decide on it as one text."""
    text = strip_discourse_markers(subject.text)
    return f"{text if asks(text) else text.rstrip('.,;: ') + '.'} {decision}"


def sentence_case(text: str) -> str:
    """Return words with white space made even and a capital first."""
    even = " ".join(text.split())
    return even[:1].upper() + even[1:]


def replacement(sentence: Sentence) -> tuple[str, Evidence] | None:
    """Return what a decision takes the place of, as in "instead of the annual plan", with the words that say so."""
    match = _REPLACEMENT.search(sentence.text)
    if match is None or not content_stems(match["what"].casefold().split()):
        return None
    return match["what"], sentence.evidence("replaces", span=match.span("what"))


def _content(sentence: Sentence) -> set[str]:
    return {stem for stem in content_stems(sentence.words) if stem not in _DECIDING}
