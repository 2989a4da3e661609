"""The turns of speech by which somebody is to do something: promises, offers, assignments, requests.

Patterns, not scores: what is no promise by its form ("he said I'll send it", "if I'll", "I'll not") is none here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from meetkit.insights.commitments.patterns import CUES, Kind, head_pattern
from meetkit.insights.commitments.verbs import is_check
from meetkit.insights.language.people import People
from meetkit.insights.language.text import Sentence


@dataclass(frozen=True, slots=True)
class Commitment:
    """A head `[start, task)` and what follows it, `[task, end)`, in code points of the sentence.

    `text` is the sentence with straight apostrophes, which are in the same places.
    `who` is the place of the words that tell the owner, and `owner` that owner, where they do.
    """

    sentence: Sentence
    text: str
    kind: Kind
    start: int
    task: int
    end: int
    who: tuple[int, int]
    owner: str | None


# What stands before a head that is no commitment: another's words, a condition, a doubt, a clause that describes.
_UNREAL = re.compile(
    r"(?:\b(?:(?<!as i )(?<!as we )(?:said|says|say|saying)|told \w{1,30}|asked|asks|asking|claims?|claimed|thought"
    r"|mentioned|wrote|goes|heard|if|when|whenever|until|unless|whether|in case|what|how|why|where|which"
    r"|who|whom|whatever"
    r"|hope|hoping|wish|doubt|wonder|before|after|once|as soon as|than|things?|everything|anything|something|nothing"
    r"|so that|imagine|suppose|pretend|would|could|did|does|do|was|were"
    r"|(?:don't|didn't|do not|did not|never|can't|cannot) (?:really )?(?:think|know|believe|say|mean|guess|promise|see)"
    r"|not (?:sure|certain|saying|promising))(?: (?:that|if|when))?|[\"\u201c]|^>)[\s,:]{0,5}\Z",
    re.IGNORECASE,
)
_DESCRIBES = re.compile(r"\b(?:that|as|because|so|until|number|way|all|nor|neither|and you)\s{1,3}\Z", re.IGNORECASE)
_CONDITION = re.compile(r"\b(?:if|unless|provided|assuming|as long as|in case|suppose|should you)\b", re.IGNORECASE)
_EVENT = re.compile(
    r"\b(?:when|whenever|once|as soon as)\s{1,3}(?:they|you|he|she|pigs|hell|\w{1,20} (?:signs?|pays?|agrees?))\b",
    re.IGNORECASE,
)
_TELLS = re.compile(r"(?:let|notify|inform|ping|update|remind|call|come|get)\b", re.IGNORECASE)
_POLITE = re.compile(
    r"\bif (?:(?:that's|that is|it's|it is|that|you|at all) )?(?:okay|ok|all right|alright|possible|fine|works?|suits"
    r"|don't mind|may|all possible)\b",
    re.IGNORECASE,
)
_BREAK = re.compile(r"(?:[;.]|\b(?:but|so))\s", re.IGNORECASE)
_JOINTS = re.compile(
    r"(?:[\s,;:\u2013\u2014-]|\b(?:and|but|so|or|while|then|also|yes|okay|ok|meanwhile|perhaps|maybe)\b){1,20}\Z",
    re.IGNORECASE,
)
_VOCATIVE = re.compile(
    r"(?:^|[.,;!?\u2013\u2014-]\s{0,3}|\b(?:and|so|okay|ok|hey|hi|then|thanks|great|good)\s)\Z", re.IGNORECASE
)
_UNDER_CONDITION = {Kind.PROMISE: Kind.OFFER, Kind.DUTY: Kind.OFFER, Kind.OURS: Kind.OFFER}
_LABEL = re.compile(
    r"(?:action item|action point|action|to-?do|task)(?:\s{1,3}for\s{1,3}(?P<name>[^\W\d_][\w'-]{0,30}"
    r"(?:\s[^\W\d_][\w'-]{0,30})?))?\s{0,3}:\s{1,3}(?=[a-z])",
    re.IGNORECASE,
)
_LET = re.compile(r"(?:(?:[Oo]kay|[Oo]k|[Ss]o|[Tt]hen|[Yy]es),? )?[Ll]et (?P<name>[A-Z][\w'-]{1,30}) (?=[a-z]{2})")
_IN_BRACKETS = re.compile(r"\s{0,3}\((?P<name>[^\W\d_][\w' -]{0,40})\)\W{0,3}\Z")
_LOOK_BACK = 90
_MAX_CLAUSE = 400


def find_commitments(sentence: Sentence, people: People) -> Iterator[Commitment]:
    """The commitments of a sentence, in order, each up to where the next begins."""
    if labelled := _labelled(sentence, people):
        yield labelled
        return
    if CUES.isdisjoint(sentence.words) and not any(word.endswith("'ll") for word in sentence.words):
        return
    text = sentence.text.replace("\u2019", "'")
    found = [head for match in head_pattern().finditer(text) if (head := _head(match, sentence, people))]
    starts = [*(head.start for head in found), len(text)]
    for head, end in zip(found, starts[1:], strict=True):
        clause = text[head.task : min(end, head.task + _MAX_CLAUSE)]
        if end < len(text):
            clause = _JOINTS.sub("", clause)
        if not _is_unreal(head):
            yield _weighed(replace(head, end=head.task + len(clause)))


def _labelled(sentence: Sentence, people: People) -> Commitment | None:
    """As in "Action item for Lou: order badges", "TODO: order badges (Lou)" and "Let Lou order badges"."""
    text = sentence.text.replace("\u2019", "'")
    if not (found := _LABEL.match(text) or _LET.match(text)):
        return None
    is_let = found.re is _LET
    last = None if is_let else _IN_BRACKETS.search(text, max(found.end(), len(text) - _LOOK_BACK))
    end, who, owner = len(text), found.span("name"), people.ending(found["name"] or "")
    if last:
        end = last.start()
        if not owner and (called := people.called(last["name"])):
            who, owner = last.span("name"), (0, called)
    if is_let and not owner:
        return None
    kind = Kind.NAMED if is_let else Kind.PROMISE
    return Commitment(sentence, text, kind, found.start(), found.end(), end, who, owner and owner[1])


def _head(match: re.Match[str], sentence: Sentence, people: People) -> Commitment | None:
    kind = next(kind for kind in Kind if match[kind.value] is not None)
    start, end = match.span(kind.value)
    text = match.string
    head = Commitment(sentence, text, kind, start, match.start("verb"), len(text), (start, end), None)
    if kind is Kind.NAMED:
        return _named(head, people)
    if kind is Kind.REQUEST:
        return _addressed(head, people)
    speaks_for_self = kind in (Kind.PROMISE, Kind.OFFER, Kind.DUTY)
    return replace(head, owner=sentence.turn.speaker) if speaks_for_self else head


def _named(head: Commitment, people: People) -> Commitment | None:
    """The commitment of the person named before the head, as in "Lukas will …"; `None` where no name stands there.

    "Lukas to …" counts only for a known person, at the beginning of a sentence or of a list's item.
    """
    before = _before(head)
    if not (found := people.ending(before)):
        return None
    start, owner = head.start - len(before) + found[0], found[1]
    is_bare = head.text[head.start : head.task].lower().split()[:1] == ["to"]
    opens = people.called(owner) and _opens(head.text[max(0, start - _LOOK_BACK) : start])
    if is_bare and not opens:
        return None
    return replace(head, start=start, who=(start, start + len(before[found[0] :].rstrip())), owner=owner)


def _opens(before: str) -> bool:
    return not before.strip() or before.rstrip()[-1] in ":;,-\u2013\u2014\u2022*" or before.endswith(" and ")


def _addressed(head: Commitment, people: People) -> Commitment:
    """A request as it is, or assigned to the person it addresses: "Lukas, could you …", "could you …, Lukas?"."""
    whole = _before(head)
    before = whole.rstrip().removesuffix(",")
    found = people.ending(before)
    if found and _VOCATIVE.search(before[: found[0]]):
        at = head.start - len(whole) + found[0]
        return replace(head, kind=Kind.NAMED, who=(at, at + len(before) - found[0]), owner=found[1])
    return _called_after(head, people)


def _called_after(head: Commitment, people: People) -> Commitment:
    """A request assigned to the person whose name ends the sentence soon after it: "Could you …, Lukas?"."""
    after = head.text[head.task : head.task + _MAX_CLAUSE + 1]
    if len(after) > _MAX_CLAUSE:
        return head
    after = after.rstrip("?.! ")
    found = people.ending(after)
    if not (found and after[: found[0]].rstrip().endswith(",") and people.called(after[found[0] :])):
        return head
    return replace(head, kind=Kind.NAMED, who=(head.task + found[0], head.task + len(after)), owner=found[1])


def _before(head: Commitment) -> str:
    return head.text[max(0, head.start - _LOOK_BACK) : head.start]


def _is_unreal(head: Commitment) -> bool:
    before = _before(head)
    weak = head.kind in (Kind.OFFER, Kind.DUTY, Kind.REQUEST, Kind.NAMED)
    quoted = before.count('"') % 2 == 1 or before.count("\u201c") > before.count("\u201d")
    return quoted or bool(_UNREAL.search(before)) or (weak and bool(_DESCRIBES.search(before)))


def _weighed(head: Commitment) -> Commitment:
    """A promise under a condition is an offer."""
    text = head.text
    before = _BREAK.split(text[max(0, head.start - 3 * _LOOK_BACK) : head.start])[-1]
    after = "" if is_check(text[head.task : head.end]) else text[head.task : head.task + _MAX_CLAUSE]
    after = _POLITE.sub("", _BREAK.split(after)[0])
    conditional = _CONDITION.search(_POLITE.sub("", before)) or _CONDITION.search(after) or _EVENT.search(before)
    if not (conditional or _TELLS.match(after)):
        conditional = _EVENT.search(after)
    return replace(head, kind=_UNDER_CONDITION.get(head.kind, head.kind)) if conditional else head
