"""A person under several labels: `Tobias`, `tobias` and `Tobias (Developer)`."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from meetkit.insights.transcript.segments import Segment
from meetkit.insights.transcript.source_notes import SourceNotes

_ADDITION = re.compile(r"\s*[(\[](?P<words>[^()\[\]]{1,60})[)\]]\s*$")
# Additions that say how somebody takes part, not who it is.
_NEUTRAL = re.compile(
    r"(?:guest|external|ext|extern|gast|invité|host|co-host|organi[sz]er|presenter|unverified|you|me|du|ich|moi|they/them|she/her|he/him"
    r"|(?:she|he|they)(?:/\w{1,5}){1,2}|muted|phone|mobile|inactive|away)",
    re.IGNORECASE,
)
_REJOINED = re.compile(r"guest|gast|invité|external|ext|extern|unverified", re.IGNORECASE)
_MAX_PAIRS = 20


def same_people(labels: Iterable[str], notes: SourceNotes) -> Mapping[str, str]:
    """Return for each label that is another spelling of a speaker's name the name that stands for both.

    Labels are the same person if they differ in capitals, spaces or what is in brackets behind them, unless the
    brackets of two differ: `Ann (Acme)` and `Ann (Globex)` may be two people, which is noted as a doubt.
    """
    counts = Counter(labels)
    groups: dict[str, list[str]] = defaultdict(list)
    for label in counts:
        groups[_base(label).casefold()].append(label)
    result: dict[str, str] = {}
    for group in groups.values():
        if len(group) > 1:
            result |= _merge(group, counts, notes)
    return result | _first_names(groups, counts, notes)


def one_name_each(segments: Sequence[Segment], notes: SourceNotes) -> list[Segment]:
    """Return segments in which each person has one name."""
    names = same_people((segment.speaker for segment in segments if segment.speaker), notes)
    return [
        replace(segment, speaker=names[segment.speaker]) if segment.speaker and segment.speaker in names else segment
        for segment in segments
    ]


def _base(label: str) -> str:
    base = _ADDITION.sub("", label)
    return " ".join((base or label).split())


def _merge(group: Sequence[str], counts: Counter[str], notes: SourceNotes) -> dict[str, str]:
    additions = {match["words"].casefold() for label in group if (match := _ADDITION.search(label))}
    distinct = {words for words in additions if not _NEUTRAL.fullmatch(words)}
    if len(distinct) > 1:
        notes.problem("doubtful", f"{_quote(group)} may be one person; they are kept apart")
        return {}
    name = max(
        group,
        key=lambda label: (not _ADDITION.search(label), label != label.casefold(), not label.isupper(), counts[label]),
    )
    other_labels = [label for label in group if label != name]
    notes.problem("merged", f"{_quote(other_labels)} and {name!r} are one person")
    return dict.fromkeys(other_labels, name)


def _first_names(groups: Mapping[str, Sequence[str]], counts: Counter[str], notes: SourceNotes) -> dict[str, str]:
    """Return a first name as the one full name that begins with it, where that is a guest's, who joined twice.

    Otherwise it may be the same person or another, which is noted.
    """
    result: dict[str, str] = {}
    by_first: dict[str, list[str]] = defaultdict(list)
    for base in groups:
        first, _, rest = base.partition(" ")
        if rest:
            by_first[first].append(base)
    pairs = [(base, by_first[base][0]) for base in groups if len(by_first.get(base, ())) == 1]
    for base, full in pairs[:_MAX_PAIRS]:
        if any((match := _ADDITION.search(label)) and _REJOINED.fullmatch(match["words"]) for label in groups[full]):
            result |= _merge([*groups[base], *groups[full]], counts, notes)
            continue
        notes.problem(
            "doubtful", f"{_quote([groups[base][0], groups[full][0]])} may be one person; they are kept apart"
        )
    return result


def _quote(labels: Sequence[str]) -> str:
    names = ", ".join(repr(label) for label in labels[:5])
    return names if len(labels) <= 5 else f"{names} and {len(labels) - 5} more"
