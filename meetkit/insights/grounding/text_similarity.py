"""Text similarity: stems, numbers, and the words that carry meaning or none."""

from __future__ import annotations

import re
from functools import lru_cache

from meetkit.insights.language.text import WORD
from meetkit.insights.language.word_lists import COMMON, HESITATIONS, MONTHS, UNSPACED_RANGES, WEEKDAYS, word_set
from meetkit.insights.language.word_lists import NEGATIONS as ENGLISH_NEGATIONS

# A model reads other languages than English, and a missed negation turns a statement into its contrary.
NEGATIONS = ENGLISH_NEGATIONS | word_set(
    "nicht kein keine keinen keiner nie niemals"
    " pas jamais aucun aucune nunca jamás nada ningún ninguna non mai não nenhum nenhuma niet geen nooit inte aldrig"
    " ikke aldri nie не нет никогда"
)
_UNITS = WORD.findall(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen"
)
_TENS = WORD.findall("twenty thirty forty fifty sixty seventy eighty ninety")
NUMBER_WORDS = {name: str(value) for value, name in [*enumerate(_UNITS), *zip(range(20, 100, 10), _TENS, strict=True)]}
# Words that fuzzy matching never treats as misspellings of others.
EXACT = word_set(
    "hundred thousand million billion first second third half double twice dozen quarter today tomorrow tonight"
    " yesterday jan feb mar apr jun jul aug sep sept oct nov dec"
).union(NUMBER_WORDS, WEEKDAYS, MONTHS)

# Words that a quote may omit or add without a change of meaning.
FILLERS = HESITATIONS | word_set(
    "uhm mm mhm ah oh well so like just really okay ok yeah actually basically the a an and that"
)
_PHRASED_FILLERS = re.compile(r"\b(?:you know|i mean|kind of|sort of)\b", re.IGNORECASE)

STOP_WORDS = COMMON | word_set(
    "about after again also am any are be because been before being both but can could did do does doing done "
    "down during each every further get gets getting go goes going gonna got had has have having he here hers "
    "him how into is itself just let lets like may maybe might mine more most much must myself no nor not now "
    "off ok once only onto other ours out over own really s same shall she should such t than theirs there "
    "through too under until up upon very was were what when where whether which while who whom whose why will "
    "with within without would yeah yours"
)
# Words of reports, which a claim may use although nobody said them in the meeting.
REPORTING = word_set(
    "accept action add address agree aim answer anyone approve arrange ask attend call check choose clarify close"
    " collect come complete concern confirm consider contact continue cover create customer deadline decide decision"
    " deliver describe detail determine discuss discussion draft email ensure establish everyone examine expect"
    " explain explore express figure finalize find finish follow followup follow-up forward give goal handle help"
    " highlight hold identify include inform information investigate issue item join keep know look make manage mean"
    " meet meeting mention move need next note offer open option organize outline participant plan point prepare"
    " present prioritize problem process proceed propose provide question raise reach receive recommend regard"
    " regarding reject remain remind report request require resolve respond response review schedule see seek select"
    " send set set-up setup share side speaker start state step subject suggest summarize summary support take talk"
    " task team tell think thing topic try turn understand update use verify want wait work"
)

_CONTRACTIONS = {
    "can't": ("can", "not"),
    "won't": ("will", "not"),
    "shan't": ("shall", "not"),
    "cannot": ("can", "not"),
    "gonna": ("going", "to"),
    "wanna": ("want", "to"),
    "let's": ("let", "us"),
}
_SHORT_FORMS = {"n't": "not", "'ll": "will", "'re": "are", "'ve": "have", "'m": "am"}
# An ending stands before the shorter ones it ends with, as the first that fits is cut.
_ENDINGS = ("ations", "ation", "ings", "ing", "edly", "ies", "ied", "ed", "es", "ly", "e", "s", "y")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
# Scripts without spaces: a run of characters is not one word, so pairs of characters are compared.
UNSPACED_RUN = re.compile(f"[{UNSPACED_RANGES}]+")


def spoken_words(text: str) -> list[str]:
    """Return the words of a text as written, with short forms expanded and without fillers."""
    words = WORD.findall(_PHRASED_FILLERS.sub(" ", text.replace("\u2019", "'")))
    return [word for contraction in words for word in _in_full(contraction) if word.casefold() not in FILLERS]


def _in_full(word: str) -> tuple[str, ...]:
    small = word.casefold()
    if small in _CONTRACTIONS:
        return _CONTRACTIONS[small]
    for short, full in _SHORT_FORMS.items():
        if small.endswith(short) and len(small) > len(short):
            return word[: -len(short)], full
    return (word,)


def stem(word: str) -> str:
    """Return a word without its ending, roughly: the part that "send", "sends" and "sending" share."""
    small = word.casefold().removesuffix("'s")
    for ending in _ENDINGS:
        # A shorter rest would make one stem of "use" and "us".
        if small.endswith(ending) and len(small) - len(ending) >= 3:
            return small[: -len(ending)]
    return small


def stems(text: str) -> list[str]:
    """Return the stems of a text's words in order, with numbers in digits.

    Of scripts without spaces, pairs of characters stand for stems.
    """
    return [base for word in WORD.findall(text.casefold().replace("\u2019", "'")) for base in _stems_of(word)]


@lru_cache(maxsize=8192)
def _stems_of(word: str) -> tuple[str, ...]:
    if UNSPACED_RUN.search(word):
        return tuple(word[at : at + 2] for at in range(max(1, len(word) - 1)))
    return tuple(stem(NUMBER_WORDS.get(part, part)) for part in _in_full(word))


def numbers(text: str) -> set[str]:
    """Return the numbers in a text, in digits and without thousands separators."""
    plain = _THOUSANDS.sub("", text)
    return {*_NUMBER.findall(plain), *(word for word in stems(plain) if word.isdigit())}


STOP_STEMS = frozenset(map(stem, STOP_WORDS))
REPORTING_STEMS = frozenset(map(stem, REPORTING))
