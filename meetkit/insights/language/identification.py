"""Language identification: how much of a transcript is English, and what language it is in.

English is told by its function words, so that an analysis does not depend on what is installed. Another language is
named by py3langid, of the extra `language`; without it, it has no name.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from meetkit.insights.language.text import Document
from meetkit.insights.language.word_lists import word_set

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

ENGLISH = "en"
READ = 0.85
"""The least share of English at which a transcript counts as English."""
UNREAD = 0.15
"""The greatest share of English at which a transcript counts as one in another language."""

# About a fifth of the words of spoken English, and rarely words of another language.
_ENGLISH_WORDS = word_set(
    "the and that you it this with but his from they we we're we'll we've would there their what about who "
    "which when know they're were been has did does could should because how why where here then than your "
    "our them these those i'm i'll i've i'd it's that's what's there's don't doesn't didn't can't won't isn't "
    "let's you're you'll yes yeah please thanks thank just think going need some if my she her him everyone "
    "something anything really very much get got said say"
)
# The commonest words of other languages with Latin letters that are no words of English.
_OTHER_WORDS = word_set(
    "ich nicht und das ist wir der den dem ein eine einen auf mit für bis zum zur auch aber sie es wie noch "
    "dann haben ja je vous nous est les des une pas que qui dans pour sur avec mais ce cette il elle du au "
    "oui et sont el los las por para con una pero como más muy sí esta este está hay lo se su del che di non "
    "sono della questo anche ma gli nel ciao perché não em uma com você isso foi ao são eu sim een het niet "
    "ik dat voor maar ook naar zijn wij jullie hebben och att det jag som inte är på med ett ska ikke og jeg "
    "vi har til af er ei nie się jest że jak na z w po dla tak czy być bir ve bu için ile çok değil biz että "
    "oli olen az és hogy nem egy meg și nu la cu să pe"
)
# Words of a passage, enough to tell its language; a passage ends with a turn.
_PASSAGE = 40
_MIN_ENGLISH = 0.07
# Characters that are enough to name a language, and the least probability of a name.
_SAMPLE, _MIN_PROBABILITY = 20_000, 0.5


def english_share(document: Document) -> float:
    """Return the share of English, by characters, from 0 to 1; 1 where too little is said to tell."""
    total = english = 0
    for words in _passages(document):
        size = sum(map(len, words))
        total += size
        english += size if _is_english(words) else 0
    return english / total if total else 1.0


def _passages(document: Document) -> Iterator[list[str]]:
    words: list[str] = []
    turn = -1
    for sentence in document.sentences:
        if sentence.turn.index != turn and len(words) >= _PASSAGE:
            yield words
            words = []
        turn = sentence.turn.index
        words.extend(sentence.words)
    if words:
        yield words


def _is_english(words: list[str]) -> bool:
    """Return whether a passage is English; in doubt it is."""
    if sum(map(str.isascii, words)) < len(words) / 2:
        return False
    english = sum(map(_ENGLISH_WORDS.__contains__, words))
    return english >= _MIN_ENGLISH * len(words) or english >= sum(map(_OTHER_WORDS.__contains__, words))


def identify(document: Document) -> str | None:
    """Return the code of the language of a transcript (ISO 639), `None` where it is mixed or not known."""
    share = english_share(document)
    if share > UNREAD or find_spec("py3langid") is None:
        return ENGLISH if share >= READ and document.sentences else None
    text = " ".join(turn.text for turn in document.transcript.turns)[:_SAMPLE]
    code, probability = _identifier().classify(text)
    return str(code) if probability >= _MIN_PROBABILITY else None


@cache
def _identifier() -> LanguageIdentifier:
    """Return the identifier, loaded once: its tables take a second."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415  # optional, and slow to load

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
