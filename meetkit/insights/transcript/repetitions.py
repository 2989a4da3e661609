"""Words that a transcript has more often than they were said: loops, growing segments, doubled captions, joined files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from meetkit.insights.transcript.source_notes import SourceNotes

# Copies in a row that make a loop: a phrase of three words and more, and a shorter one, which people do repeat.
_COPIES_OF_PHRASE = 4
_COPIES_OF_WORD = 6
_MIN_PHRASE = 3
# Sentences, or words where nothing is punctuated, that one round of a loop may have.
_MAX_SENTENCES = 3
_MAX_WORDS = 8
# Words that a repeated turn has at least: a shorter one may well be said twice.
_MIN_DOUBLED = 4
_MIN_GROWING = 2
# Seconds from one state of a growing segment to the next.
_MAX_GROWTH = 15.0
KeyT = TypeVar("KeyT")
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


def repeated(utterances: Sequence[Utterance], notes: SourceNotes) -> set[int]:
    """Return the indexes of the utterances that say again what is said elsewhere, or that nobody said; note each."""
    words = [tuple(_LETTERS.findall(one.text.casefold())) for one in utterances]
    left_out: dict[int, str] = {}
    for index, one in enumerate(utterances):
        if len(one.text) < 100 and _CREDIT.fullmatch(one.text):
            left_out[index] = "a credit of subtitles or a note of music was left out"
    _copies_of_joined(utterances, words, left_out)
    _growing(utterances, words, left_out)
    _loops(utterances, words, left_out)
    for index in sorted(left_out):
        notes.problem("left_out", left_out[index], turn=index)
    return set() if len(left_out) == len(utterances) else set(left_out)


def _copies_of_joined(
    utterances: Sequence[Utterance], words: Sequence[tuple[str, ...]], left_out: dict[int, str]
) -> None:
    """Find utterances that the file has again with their times, or the second half of a file that is its first half."""
    said: set[tuple[object, ...]] = set()
    for index, (one, spoken) in enumerate(zip(utterances, words, strict=True)):
        key = (one.speaker, one.start, spoken)
        if one.start is not None and len(spoken) >= _MIN_DOUBLED and key in said:
            left_out.setdefault(index, "a turn that the file has twice was left out once")
        said.add(key)
    half, rest = divmod(len(words), 2)
    if half >= _MIN_PHRASE and not rest and words[:half] == words[half:]:
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
    one, following = utterances[index], utterances[index + 1]
    state, whole = words[index], words[index + 1]
    if one.speaker != following.speaker or not state or whole[: len(state)] != state:
        return False
    has_time = one.start is not None and following.start is not None
    if state == whole:
        is_near = not has_time or abs((following.start or 0) - (one.start or 0)) <= 1.0 or _overlap(one, following)
        return len(state) >= _MIN_DOUBLED and is_near
    is_soon = not has_time or 0 <= (following.start or 0) - (one.start or 0) <= _MAX_GROWTH
    return is_soon and (len(state) >= _MIN_GROWING or (has_time and one.start == following.start))


def _overlap(one: Utterance, following: Utterance) -> bool:
    return one.end is not None and following.start is not None and following.start < one.end


def _loops(utterances: Sequence[Utterance], words: Sequence[tuple[str, ...]], left_out: dict[int, str]) -> None:
    keys = [(one.speaker, spoken) for one, spoken in zip(utterances, words, strict=True)]
    for start, end in _rounds(keys, _MAX_SENTENCES, lambda period: sum(len(spoken) for _, spoken in period)):
        for index in range(start, end):
            left_out.setdefault(index, "a loop of the same words was left out but for its first round")


def _rounds(keys: Sequence[KeyT], max_period: int, size: Callable[[Sequence[KeyT]], int]) -> Iterator[tuple[int, int]]:
    """Yield `[start, end)` of the copies in each loop, without its first round."""
    at = 0
    while at < len(keys):
        step = 1
        for period in range(1, max_period + 1):
            end = at + period
            while end < len(keys) and keys[end] == keys[end - period]:
                end += 1
            copies = (end - at) // period
            needed = _COPIES_OF_PHRASE if size(keys[at : at + period]) >= _MIN_PHRASE else _COPIES_OF_WORD
            if copies >= needed:
                yield at + period, at + copies * period
                step = copies * period
                break
        at += step


def without_loops(text: str) -> list[tuple[int, int]]:
    """Return the parts `[start, end)` of a text without the further rounds of loops within it; one part if there is none."""
    if len(text) < 40:
        return [(0, len(text))]
    pieces = list(_SENTENCE.finditer(text))
    limit = _MAX_SENTENCES
    keys = [tuple(_LETTERS.findall(piece[0].casefold())) for piece in pieces]
    if len(set(keys)) == len(keys):
        words = text.casefold().split()
        if 2 * len(set(words)) > len(words):
            return [(0, len(text))]
        pieces, limit = list(_WORD.finditer(text)), _MAX_WORDS
        keys = [(piece[0].strip().casefold(),) for piece in pieces]
    parts, begin = [], 0
    for start, end in _rounds(keys, limit, lambda period: sum(map(len, period))):
        parts.append((begin, pieces[start].start()))
        begin = pieces[end].start() if end < len(pieces) else len(text)
    return [part for part in [*parts, (begin, len(text))] if text[part[0] : part[1]].strip()]
