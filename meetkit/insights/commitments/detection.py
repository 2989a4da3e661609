"""Detection of commitments in a sentence: promises, offers, assignments and requests.

It works by patterns, not scores: words without the form of a commitment ("he said I'll send it", "if I'll",
"I'll not") are never one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from meetkit.insights.commitments.commitment import Commitment
from meetkit.insights.commitments.explicit_items import find_deliveries, find_label, find_named_tasks
from meetkit.insights.commitments.patterns import CUES, HEAD, Kind
from meetkit.insights.commitments.verbs import ACTIONS, is_check
from meetkit.insights.language.people import People
from meetkit.insights.language.text import Sentence
from meetkit.insights.language.word_lists import word_set

# Words before a head that make it no commitment: reported speech, a condition, a doubt, a descriptive clause.
_NO_COMMITMENT = re.compile(
    r"(?:\b(?:(?<!as i )(?<!as we )(?:said|says|say|saying)|told \w{1,30}|asked|asks|asking|claims?|claimed|thought"
    r"|mentioned|wrote|goes|heard|if|when|whenever|until|unless|whether|in case|what|how|why|where|which"
    r"|who|whom|whatever"
    r"|hope|hoping|wish|doubt|wonder|before|after|once|as soon as|than|things?|everything|anything|something|nothing"
    r"|so that|imagine|suppose|pretend|would|could|did|does|do|was|were"
    r"|(?:don't|didn't|do not|did not|never|can't|cannot) (?:really )?(?:think|know|believe|say|mean|guess|promise|see)"
    r"|not (?:sure|certain|saying|promising))(?: (?:that|if|when))?|[\"\u201c]|^>)[\s,:]{0,5}\Z",
    re.IGNORECASE,
)
# Before a weak head these open a clause that describes: "the number that you can call".
_DESCRIPTION = re.compile(r"\b(?:that|as|because|so|until|number|way|all|nor|neither|and you)\s{1,3}\Z", re.IGNORECASE)
_RELATIVE = re.compile(r"\b(?:that|which|who)\s{1,3}\Z", re.IGNORECASE)
# "So Lena sends the deck" concludes, where "so that Lena sends it" describes.
_CONCLUDES = re.compile(r"(?:.*[.,!] )?(?:(?:and|okay|ok|right|good|great|then),? )?so,? ", re.IGNORECASE)
_CONDITION = re.compile(r"\b(?:if|unless|provided|assuming|as long as|in case|suppose|should you)\b", re.IGNORECASE)
# An event that may never happen makes a promise conditional: "once they sign, I'll …".
_EVENT = re.compile(
    r"\b(?:when|whenever|once|as soon as)\s{1,3}(?:they|you|he|she|pigs|hell|\w{1,20} (?:signs?|pays?|agrees?))\b",
    re.IGNORECASE,
)
# After these verbs "when" is no condition: "I'll let you know when they sign" is a firm promise.
_NOTIFICATION = re.compile(r"(?:let|notify|inform|ping|update|remind|call|come|get)\b", re.IGNORECASE)
# Politeness, and so no condition: "if that's okay".
_POLITE_CONDITION = re.compile(
    r"\bif (?:(?:that's|that is|it's|it is|that|you|at all) )?(?:okay|ok|all right|alright|possible|fine|works?|suits"
    r"|don't mind|may|all possible)\b",
    re.IGNORECASE,
)
_BREAK = re.compile(r"(?:[;.]|\b(?:but|so))\s", re.IGNORECASE)
# Words and marks between two commitments, which belong to neither.
_JOINTS = re.compile(
    r"(?:[\s,;:\u2013\u2014-]|\b(?:and|but|so|or|while|then|also|yes|okay|ok|meanwhile|perhaps|maybe)\b){1,20}\Z",
    re.IGNORECASE,
)
# What may precede a name that addresses somebody: "Okay, Lukas, could you …".
_VOCATIVE = re.compile(
    r"(?:^|[.,;!?\u2013\u2014-]\s{0,3}|\b(?:and|so|okay|ok|hey|hi|then|thanks|great|good)\s)\Z", re.IGNORECASE
)
_UNDER_CONDITION = {Kind.PROMISE: Kind.OFFER, Kind.DUTY: Kind.OFFER, Kind.TEAM: Kind.OFFER}
_IMPERATIVE_VERBS = ACTIONS | word_set("get make put find look draw think work")
# The verb must be followed by an object, as "test" or "plan" may be a noun.
_IMPERATIVE = re.compile(
    r"(?:[-*\u2022] )?(?:(?:and|so|then|okay|ok|just|also|now|well|first|or|maybe|right|yes|yeah|great|good),? ){0,3}"
    rf"(?P<verb>{'|'.join(sorted(_IMPERATIVE_VERBS, key=len, reverse=True))}|come up)"
    r" (?=(?:the|a|an|me|us|them|it|that|this|our|your|my|those|these|all|some|with|up|out|back|into|on|of|sure"
    r"|if|whether"
    r"|everyone|everybody|to|about|for)\b)",
    re.IGNORECASE,
)
_OPENING_VERBS = _IMPERATIVE_VERBS | {"come"}
_IMPERATIVE_WORDS = 5
# Who speaks by an office does what "we'll" says: a chair has no team in the meeting.
_OFFICE = re.compile(
    r"\b(?:chair|chairman|chairwoman|chairperson|co-chair|moderator|host|presiding officer|president|clerk|secretary"
    r"|facilitator|operator|organi[sz]er|convenor|registrar)\b",
    re.IGNORECASE,
)
_WE_WILL = re.compile(r"we(?:'ll| will| shall|'re going to| are going to)\b", re.IGNORECASE)
# A role that acts as a name does: "the industrial designer will …".
_ROLE = re.compile(
    r"\b(?:the|our|your)\s(?P<role>(?:[a-z]{2,20}\s){0,2}(?:designer|expert|manager|engineer|developer|lead|clerk|secretary"
    r"|director|officer|analyst|architect|editor|treasurer|accountant|assistant|lawyer|department))\s?\Z",
    re.IGNORECASE,
)
# Words before "who can …?" with which it is a call for a volunteer, and no relative clause.
_OPENS_CALL = re.compile(r"\b(?:so|and|okay|ok|then|well|now|right|great|good|also|but)\s{1,3}\Z", re.IGNORECASE)
# A hope binds nobody: "I'm hopeful that tomorrow we will …".
_HOPE = re.compile(
    r"\b(?:hope|hopes|hoping|hopeful|hopefully|optimistic|confident|fingers crossed|god willing|dream|wish|trust"
    r"|with (?:any |a bit of |some )?luck|(?:it'd|it would|that would) be (?:nice|great|good))\b[^.;!?]{0,80}\Z",
    re.IGNORECASE,
)
# Characters read before a head and after it: bounds that keep a sentence of many heads linear.
_LOOK_BACK = 90
_MAX_CLAUSE = 400


def find_commitments(sentence: Sentence, people: People, *, in_recap: bool = False) -> Iterator[Commitment]:
    """Yield the commitments of a sentence, in order; each ends where the next begins.

    In a recap a name and a noun are a commitment: "Lena, mockups by Wednesday".
    """
    text = sentence.text.replace("\u2019", "'")
    if label := find_label(sentence, text, people):
        yield label
        return
    heads = _distinct([*find_named_tasks(sentence, text, people, in_recap=in_recap), *_heads(sentence, text, people)])
    heads = [head for head in heads if not _is_in_relative_clause(head)]
    starts = [*(head.start for head in heads), len(text)]
    for head, end in zip(heads, starts[1:], strict=True):
        clause = text[head.task_start : min(end, head.task_start + _MAX_CLAUSE)]
        if end < len(text):
            clause = _JOINTS.sub("", clause)
        if not _is_no_commitment(head):
            yield _with_condition(replace(head, end=head.task_start + len(clause)))


def _heads(sentence: Sentence, text: str, people: People) -> Iterator[Commitment]:
    if imperative := _imperative(sentence, text):
        yield imperative
    if CUES.isdisjoint(sentence.words) and not any(word.endswith("'ll") for word in sentence.words):
        return
    yield from find_deliveries(sentence, text)
    yield from (head for match in HEAD.finditer(text) if (head := _head(match, sentence, people)))


def _imperative(sentence: Sentence, text: str) -> Commitment | None:
    """Return the request of a sentence that begins with a verb and its object: "Send me the list.", or `None`."""
    if _OPENING_VERBS.isdisjoint(sentence.words[:_IMPERATIVE_WORDS]) or not (match := _IMPERATIVE.match(text)):
        return None
    start = match.start("verb")
    return Commitment(sentence, text, Kind.REQUEST, start, start, len(text), (start, start), None)


def _distinct(heads: Sequence[Commitment]) -> list[Commitment]:
    """Return the heads in order of their place; of two that overlap the first given counts."""
    distinct: list[Commitment] = []
    for head in heads:
        if all(head.task_start <= previous.start or previous.task_start <= head.start for previous in distinct):
            distinct.append(head)
    return sorted(distinct, key=lambda head: head.start)


def _head(match: re.Match[str], sentence: Sentence, people: People) -> Commitment | None:
    kind = next(kind for kind in Kind if match[kind.value] is not None)
    start, end = match.span(kind.value)
    text = match.string
    head = Commitment(sentence, text, kind, start, match.start("verb"), len(text), (start, end), None)
    if kind is Kind.ASSIGNMENT:
        return _assigned_by_name(head, people)
    if kind is Kind.CALL:
        return head if _is_opening(_text_before(head)) or _OPENS_CALL.search(_text_before(head)) else None
    if kind is Kind.REQUEST:
        return _request(head, people)
    speaks_for_self = kind in (Kind.PROMISE, Kind.OFFER, Kind.DUTY) or (
        kind is Kind.TEAM and _OFFICE.search(sentence.turn.speaker or "") and _WE_WILL.match(text, start)
    )
    return replace(head, owner=sentence.turn.speaker) if speaks_for_self else head


def _assigned_by_name(head: Commitment, people: People) -> Commitment | None:
    """Return the commitment of the person named before the head, as in "Lukas will …"; `None` without a name there.

    "Lukas to …" counts only for a known person, at the beginning of a sentence or of a list item.
    """
    before = _text_before(head)
    if not (name := people.name_at_end(before) or _role_at_end(before)):
        return None
    start, owner = head.start - len(before) + name[0], name[1]
    is_bare = head.text[head.start : head.task_start].lower().split()[:1] == ["to"]
    is_opening = people.full_name(owner) and _is_opening(head.text[max(0, start - _LOOK_BACK) : start])
    if is_bare and not is_opening:
        return None
    return replace(head, start=start, owner_span=(start, start + len(before[name[0] :].rstrip())), owner=owner)


def _role_at_end(text: str) -> tuple[int, str] | None:
    """Return where the role at the end of a text begins, and the role: "the industrial designer will …"."""
    match = _ROLE.search(text)
    return match and (match.start("role"), match["role"])


def _is_opening(before: str) -> bool:
    return not before.strip() or before.rstrip()[-1] in ":;,-\u2013\u2014\u2022*" or before.endswith(" and ")


def _request(head: Commitment, people: People) -> Commitment:
    """Return a request, assigned to the person it addresses: "Lukas, could you …", "could you …, Lukas?"."""
    text_before = _text_before(head)
    before = text_before.rstrip().removesuffix(",")
    name = people.name_at_end(before)
    if name and _VOCATIVE.search(before[: name[0]]):
        at = head.start - len(text_before) + name[0]
        return replace(head, kind=Kind.ASSIGNMENT, owner_span=(at, at + len(before) - name[0]), owner=name[1])
    return _assigned_at_end(head, people)


def _assigned_at_end(head: Commitment, people: People) -> Commitment:
    """Return a request, assigned to the known person whose name ends the sentence: "Could you …, Lukas?"."""
    after = head.text[head.task_start : head.task_start + _MAX_CLAUSE + 1]
    if len(after) > _MAX_CLAUSE:
        return head
    after = after.rstrip("?.! ")
    name = people.name_at_end(after)
    if not (name and after[: name[0]].rstrip().endswith(",") and people.full_name(after[name[0] :])):
        return head
    return replace(
        head, kind=Kind.ASSIGNMENT, owner_span=(head.task_start + name[0], head.task_start + len(after)), owner=name[1]
    )


def _text_before(head: Commitment) -> str:
    return head.text[max(0, head.start - _LOOK_BACK) : head.start]


def _is_no_commitment(head: Commitment) -> bool:
    before = _text_before(head)
    is_weak = head.kind in (Kind.OFFER, Kind.DUTY, Kind.REQUEST, Kind.ASSIGNMENT)
    is_quoted = before.count('"') % 2 == 1 or before.count("\u201c") > before.count("\u201d")
    if head.kind is not Kind.PROMISE and _HOPE.search(before):
        return True
    return (
        is_quoted
        or bool(_NO_COMMITMENT.search(before))
        or (is_weak and bool(_DESCRIPTION.search(before)) and not _CONCLUDES.fullmatch(before))
    )


def _is_in_relative_clause(head: Commitment) -> bool:
    """Return whether a head describes the object of the task before it: "a guide that you can hand out"."""
    return head.kind in (Kind.OFFER, Kind.REQUEST) and bool(_RELATIVE.search(_text_before(head)))


def _with_condition(head: Commitment) -> Commitment:
    """Return a commitment; a promise, duty or team commitment under a condition becomes an offer."""
    text = head.text
    before = _BREAK.split(text[max(0, head.start - 3 * _LOOK_BACK) : head.start])[-1]
    after = "" if is_check(text[head.task_start : head.end]) else text[head.task_start : head.task_start + _MAX_CLAUSE]
    after = _POLITE_CONDITION.sub("", _BREAK.split(after)[0])
    condition = (
        _CONDITION.search(_POLITE_CONDITION.sub("", before)) or _CONDITION.search(after) or _EVENT.search(before)
    )
    if not (condition or _NOTIFICATION.match(after)):
        condition = _EVENT.search(after)
    return replace(head, kind=_UNDER_CONDITION.get(head.kind, head.kind)) if condition else head
