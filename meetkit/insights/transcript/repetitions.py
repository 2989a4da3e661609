"""Words that a transcript has more often than they were said: loops, growing segments, doubled captions."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple

from meetkit.insights.transcript.source_notes import SourceNotes

# Copies in a row that make a loop: a phrase of three words and more, and a shorter one, which people do repeat.
_COPIES_OF_PHRASE = 4
_COPIES_OF_WORD = 8
_MIN_PHRASE = 3
# Sentences, or words where nothing is punctuated, that one round of a loop may have.
_MAX_SENTENCES = 3
_MAX_WORDS = 8
# Words that a repeated turn has at least: a shorter one may well be said twice.
_MIN_DOUBLED = 4
_MIN_GROWING = 2
# Characters that a text with a loop has at least.
_MIN_LOOP = 40
LOOP = "a loop of the same words was left out but for its first round"
# Seconds from one state of a growing segment to the next.
_MAX_GROWTH = 15.0
_SENTENCE = re.compile(
    "[^.!?\u2026\u3002\uff01\uff1f\u266a]+[.!?\u2026\u3002\uff01\uff1f\u266a]*[\"'\u201d\u2019)\\]]*\\s*"
)
_WORD = re.compile(r"\S+\s*")
_LETTERS = re.compile(r"[\w']+")
# What speech models write over silence: credits of subtitles, and notes of music.
_CREDIT = re.compile(
    r"""\W*(?:(?:english\s)?(?:subtitles?|subtitled|captions?|captioning|captioned|transcription|translation)\s(?:by|made\sby|provided\sby)\s.{1,60}
    |sous-titr(?:es|age)\s(?:réalisés?\s)?(?:par|de|st'?\s?\d*)\b.{0,60}|untertitel(?:ung)?\s(?:im\sauftrag|von|der)\b.{1,60}
    |subtítulos\s(?:realizados\s)?por\s.{1,60}|sottotitoli\s(?:e\srevisione\s)?(?:a\scura\sdi|di|creati)\b.{1,60}|legendas?\s(?:por|pela)\s.{1,60}
    |[\u266a-\u266f\s]+|\[?\(?(?:music|musik|musique|música|blank_audio)\)?\]?)\W*""",
    re.IGNORECASE | re.VERBOSE,
)


class Utterance(NamedTuple):
    """A turn or segment, with its times in seconds."""

    speaker: str | None
    text: str
    start: float | None
    end: float | None


def repetitions(utterances: Sequence[Utterance], notes: SourceNotes) -> set[int]:
    """Return the indexes of the utterances that say again what is said elsewhere, or that nobody said; note each."""
    words = [tuple(_LETTERS.findall(utterance.text.casefold())) for utterance in utterances]
    left_out: dict[int, str] = {}
    for index, utterance in enumerate(utterances):
        if len(utterance.text) < 100 and _CREDIT.fullmatch(utterance.text):
            left_out[index] = "a credit of subtitles or a note of music was left out"
    _copies_of_joined(utterances, words, left_out)
    _growing(utterances, words, left_out)
    _loops(utterances, words, left_out)
    if len(left_out) == len(utterances):
        return set()
    for number, index in enumerate(sorted(left_out)):
        notes.problem("left_out", left_out[index], turn=index - number)
    return set(left_out)


def _copies_of_joined(
    utterances: Sequence[Utterance], words: Sequence[tuple[str, ...]], left_out: dict[int, str]
) -> None:
    """Find utterances that the file has again with their times, or the second half of a file that is its first half."""
    known_turns: set[tuple[object, ...]] = set()
    for index, (utterance, letters) in enumerate(zip(utterances, words, strict=True)):
        key = (utterance.speaker, utterance.start, letters)
        if utterance.start is not None and len(letters) >= _MIN_DOUBLED and key in known_turns:
            left_out.setdefault(index, "a turn that the file has twice was left out once")
        known_turns.add(key)
    half, rest = divmod(len(words), 2)
    whole = [
        (utterance.speaker, utterance.start, letters) for utterance, letters in zip(utterances, words, strict=True)
    ]
    if half >= _MIN_PHRASE and not rest and whole[:half] == whole[half:]:
        for index in range(half, len(words)):
            left_out.setdefault(index, "a turn that the file has twice was left out once")


def _growing(utterances: Sequence[Utterance], words: Sequence[tuple[str, ...]], left_out: dict[int, str]) -> None:
    """Find the states of a segment that the next one of the same speaker begins with, and turns said twice at once."""
    pairs = [index for index in range(len(words) - 1) if _grows(utterances, words, index)]
    are_timed = [
        index for index in pairs if utterances[index].start is not None and utterances[index + 1].start is not None
    ]
    for index in pairs:
        is_copy = words[index] == words[index + 1]
        # Without times, one turn that repeats the one before may be said so; throughout a file it is not.
        if not is_copy or index in are_timed or 3 * len(pairs) >= len(words) - 1 > 1:
            left_out.setdefault(index, "an earlier state of a turn, or its copy, was left out")


def _grows(utterances: Sequence[Utterance], words: Sequence[tuple[str, ...]], index: int) -> bool:
    utterance, following = utterances[index], utterances[index + 1]
    state, whole = words[index], words[index + 1]
    if utterance.speaker != following.speaker or not state or whole[: len(state)] != state:
        return False
    has_time = utterance.start is not None and following.start is not None
    if state == whole:
        is_near = (
            not has_time
            or abs((following.start or 0) - (utterance.start or 0)) <= 1.0
            or _overlap(utterance, following)
        )
        return len(state) >= _MIN_DOUBLED and is_near
    is_soon = not has_time or 0 <= (following.start or 0) - (utterance.start or 0) <= _MAX_GROWTH
    return is_soon and (len(set(state)) >= _MIN_GROWING or (has_time and utterance.start == following.start))


def _overlap(utterance: Utterance, following: Utterance) -> bool:
    return utterance.end is not None and following.start is not None and following.start < utterance.end


def _loops(utterances: Sequence[Utterance], words: Sequence[tuple[str, ...]], left_out: dict[int, str]) -> None:
    # What has no letters is no word, and each such turn differs from the others.
    keys = [
        (utterance.speaker, letters or (str(index),))
        for index, (utterance, letters) in enumerate(zip(utterances, words, strict=True))
    ]
    for start, end in _rounds(keys, [len(letters) for letters in words], _MAX_SENTENCES):
        if len({utterances[index].speaker for index in range(start, min(end, start + _MAX_SENTENCES))}) == 1:
            for index in range(start, end):
                left_out.setdefault(index, LOOP)


def _rounds(keys: Sequence[Hashable], sizes: Sequence[int], max_period: int) -> Iterator[tuple[int, int]]:
    """Yield `[start, end)` of the copies in each loop, without its first round. `sizes` are the words of each key."""
    if len(set(keys)) == len(keys):
        return
    at = 0
    while at < len(keys) - 1:
        step = 1
        for period in range(1, min(max_period, len(keys) - at - 1) + 1):
            # Far from linear would be to follow each repetition: a shorter run than a loop is a few keys long.
            if keys[at] == keys[at + period] and (copies := _copies(keys, sizes, at, period)):
                yield at + period, at + copies * period
                step = copies * period
                break
        at += step


def _copies(keys: Sequence[Hashable], sizes: Sequence[int], at: int, period: int) -> int:
    """Return how often the keys from `at` on are there in a row; 0 if not often enough for a loop."""
    end = at + period
    while end < len(keys) and keys[end] == keys[end - period]:
        end += 1
    copies = (end - at) // period
    is_phrase = sum(sizes[at : at + period]) >= _MIN_PHRASE
    return copies if copies >= (_COPIES_OF_PHRASE if is_phrase else _COPIES_OF_WORD) else 0


def without_loops(text: str) -> list[tuple[int, int]]:
    """Return the parts `[start, end)` of a text without the further rounds of loops in it; one part if it has none."""
    words = text.casefold().split()
    # Each further round of a loop repeats its words.
    if len(words) - len(set(words)) < _COPIES_OF_WORD - 1:
        return [(0, len(text))]
    spans = [(piece.start(), piece.end()) for piece in _SENTENCE.finditer(text)]
    keys = [_key(text, start, end) for start, end in spans]
    loops = [
        (spans[start][0], spans[end - 1][1])
        for start, end in _rounds(keys, [key.count(" ") + 1 for key in keys], _MAX_SENTENCES)
    ]
    if not loops:
        loops = [loop for start, end in spans if end - start > _MIN_LOOP for loop in _word_loops(text, start, end)]
    begins, ends = [0, *(end for _, end in loops)], [*(start for start, _ in loops), len(text)]
    return [(begin, end) for begin, end in zip(begins, ends, strict=True) if text[begin:end].strip()]


def _key(text: str, start: int, end: int) -> str:
    """Return what is compared of a sentence; a sentence without letters equals no other."""
    sentence = text[start:end].strip().casefold()
    return sentence if any(map(str.isalpha, sentence)) else str(start)


def _word_loops(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the loops within `[start, end)`, a text without the end of a sentence."""
    words = text[start:end].casefold().split()
    # A loop is most of what it stands in; in other text not half of the words are there again.
    if len(words) < _COPIES_OF_WORD or 2 * len(set(words)) > len(words):
        return
    places = [(piece.start(), piece.end()) for piece in _WORD.finditer(text, start, end)]
    for first, last in _rounds(words, [1] * len(words), _MAX_WORDS):
        yield places[first][0], places[last - 1][1]
