"""What is to be done: from the words after "I'll" to a short phrase, and the deadline among them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from meetkit.insights.commitments.detection import Commitment
from meetkit.insights.commitments.patterns import Kind
from meetkit.insights.commitments.verbs import ACTIONS, infinitive, is_check, names_work
from meetkit.insights.deadlines import Phrase, find_phrases


@dataclass(frozen=True, slots=True)
class Task:
    """A task in its own words, which are `[start, end)` of the sentence.

    `is_open` where they do not say of what: "send it".
    """

    text: str
    start: int
    end: int
    deadline: Phrase | None
    is_open: bool

    @property
    def has_pronoun(self) -> bool:
        """Whether its object is only pointed at: "collect it from four teams"."""
        return bool(_PRONOUN.match(self.text))

    @property
    def verb(self) -> str:
        """What is done, in small letters."""
        return self.text.split(maxsplit=1)[0].lower()


_VERBS = "|".join(sorted(map(re.escape, ACTIONS), key=len, reverse=True))
_AND_VERB = re.compile(
    rf"[\s,]{{1,5}}and\s{{1,5}}(?:then\s|also\s)?(?=(?:{_VERBS}|get|let|make|put|take|find|follow|look|give)\s"
    r"(?:the|a|an|you|it|them|us|him|her|your|our|my|their|his|some|any|all|up|back|out|over|with|into"
    r"|whether|if|that|this|those|these)\b)",
    re.IGNORECASE,
)
_CUT = re.compile(
    r"(?<!\bMr)(?<!\bMs)(?<!\bDr)(?<!\bSt)(?<!\bNo)(?<!\bCo)(?<!\bMrs)(?<!\bInc)(?<!\bLtd)(?<!\bCorp)(?<!\bProf)(?<!\.\w)"
    r"\.\s{1,5}|\s{0,5}(?:[;\u2013\u2014?!]|:(?!(?<=\d:)\d))|\s-\s|\.{2,}|\s{0,5},(?!(?<=\d,)\d)|\s{1,5}(?:so|because|cos|but|although"
    r"|though|since|while|whereas|unless"
    r"|as soon as|as long as|okay|ok|thanks|thank you|alright|provided|assuming|in case|otherwise"
    r"|as i said|if|which means)\b"
    r"|\s{1,5}and\s{1,5}(?:i|we|you|he|she|they|it|that|this|then|there|maybe|also|so|thanks|see|hopefully)\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r",\s{1,5}(?!(?:so|because|but|which|who|if|when|with|since|though|as|okay|ok|right|please|thanks|by"
    r"|on|for|to|it|that|i|we"
    r"|you|he|she|they|then|and|once|after|before|maybe|probably|let|of|at|in|no|yes|hopefully|ideally"
    r"|unless|while|not|just|plus)\b)"
    r"(?:[\w'\u2019&/-]{1,40}\s{1,5}){0,5}?[\w'\u2019&/-]{1,40}(?:,\s{1,5}(?:and|or)\b|\s{1,5}(?:and"
    r"|or)\s|,\s)|,\s{1,5}(?:and|or)\s{1,5}(?:the|a|an|our|your|my)\s",
    re.IGNORECASE,
)
_LAST_LISTED = re.compile(
    r",\s{1,5}(?:and|or)\s{1,5}(?!(?:i|we|you|he|she|they|it|that|this|then|there|also|so|maybe|if|when)\b)"
    r"[\w'\u2019&/-]{1,40}(?:\s{1,5}(?:by|before|on|to|for)\b|\s{0,3}[.!?]?\s{0,3}\Z)",
    re.IGNORECASE,
)
_GLUE = re.compile(
    r"[\s,\u2013\u2014-]{0,5}(?:(?:hopefully|ideally|say|probably|definitely|maybe|latest|if possible"
    r"|let's say|and that)[\s,]{1,5}){0,2}\Z",
    re.IGNORECASE,
)
_AFTER_DEADLINE = re.compile(
    r"\s{0,5}(?:to|with|for|via|once|after|against|about|from|including|through|into)\b", re.IGNORECASE
)
_RECEIVER = re.compile(
    r"((?:re)?send|share|forward|e?-?mail|get|give|show|bring|provide|write|mail|hand|prepare|draft)\s{1,5}"
    r"(?:you|us|me|them|him|her|everyone|everybody)(?:\s{1,5}(?:all|guys|both|over))?\s{1,5}(?!to\b"
    r"|that\b|in\b|on\b|at\b|if\b|when\b|back\b|know\b|about\b|an? (?:ring|call)\b)(?=\w)",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?:[\s,]{1,5}(?:as well|too|then|for you|for us|to you|to us|to me|for me|okay|ok|please|right"
    r"|if possible|hopefully|definitely|of course"
    r"|instead|for sure|again|first|now|and|or|by|on|in|at|with|to|the|a|myself|though|right away"
    r"|immediately|asap|as soon as possible"
    r"|urgently|actually|no|latest|sorry|wait|no rush|when i can|if necessary)"
    r"|[\s.,;:!?\"\u201d)\u2013\u2014-]{1,5}){1,6}\Z",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"[\w-]{1,30}(?:\s(?:back|over|out|up|on|into|through|together|in|off|to|for|with|at"
    r"|after))?(?:\s(?:it|that|this|them|those|these|so|one|you|us|him|her|me))?"
    r"(?:\s(?:over|up|out|back|off|on|to (?:you|us|him|her|them)|for (?:you|us)|together|through|down"
    r"|right away|myself|then))*",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"[\w-]{1,30}\s(?:it|that|this|them|those|these|one)\b(?!\s\w+\s(?:is|was))", re.IGNORECASE)
_OWN_CLAUSE = re.compile(r"\b(?:because|since|but|if|he|she|they|we|due|need|needs|who|which)\b|[.;]", re.IGNORECASE)
# As in "I'll have the fish", which is no work, and "I'll have the report ready", which is.
_HAS = re.compile(r"have (?:the|a|an|some|my|another)\b", re.IGNORECASE)
_HAS_DONE = re.compile(
    r"\b(?:ready|done|sent|over|to|for|back|up|available|in place|look|word|chat|written|built|made|\w{2,20}ed)\b",
    re.IGNORECASE,
)
_MOCKS = re.compile(r"tell [\w' ]{1,40} to (?:enjoy|live with|deal with|get used|shut|suck|get lost)\b", re.IGNORECASE)
_UNTIL = re.compile(r"(?:until|till|to)\b", re.IGNORECASE)
_ON_DAY = re.compile(
    r"(?!(?:by|before|until|till|no|not|due|within|in|next|this|tomorrow|today|tonight|end|the)\b)", re.I
)
_LASTS = re.compile(r"(?:extend|prolong|postpone|delay|defer|push|move|reschedule|keep|pause|suspend)\b", re.IGNORECASE)
_RELATIVE = re.compile(
    r"\b(?:i|we|you|he|she|they)(?:\s{1,3}(?:had|have|all|both))?\s{1,3}(?:\w{2,20}ed|spoke|met|said|saw|made|wrote|sent"
    r"|had|got|took|gave|showed|talked)(?:\s{1,3}(?:about|on|to|it|them))?\s{1,3}\Z",
    re.IGNORECASE,
)
_OF_EVENT = re.compile(
    r"(?:cancel|skip|postpone|reschedule|move|confirm)\s(?:[\w'-]{1,30}\s){0,4}"
    r"(?:meeting|call|review|session|demo|workshop|event|visit|appointment|interview|training|sync|stand-?up)\s{1,3}\Z",
    re.IGNORECASE,
)
_SUPPOSES = re.compile(r"\b(?:if|unless|when|once|after)\b", re.IGNORECASE)
_FEW = 6
_MAX_WORDS = 30
_WINDOW = 120


def find_tasks(commitment: Commitment) -> Iterator[Task]:
    """The tasks of one commitment: two verbs are two tasks, and a deadline after the last covers both."""
    text = commitment.text
    early = _deadline_before(text, commitment.start)
    starts = [commitment.task, *_further_verbs(text, commitment)]
    ends = [*starts[1:], commitment.end]
    found = [
        task
        for start, end in zip(starts, ends, strict=True)
        if (task := _task(text, start, end, commitment.end, early)) and not _is_served(commitment, task)
    ]
    last = found[-1].deadline if found else None
    for task in found:
        yield task if task.deadline else _due(task, last)


def _is_served(commitment: Commitment, task: Task) -> bool:
    """Whether somebody orders a dish or the like."""
    return bool(
        commitment.kind in (Kind.PROMISE, Kind.OURS)
        and task.deadline is None
        and _HAS.match(task.text)
        and not _HAS_DONE.search(task.text)
    )


def _due(task: Task, deadline: Phrase | None) -> Task:
    return Task(task.text, task.start, task.end, deadline, task.is_open)


def _further_verbs(text: str, commitment: Commitment) -> list[int]:
    end = _core_end(text, commitment.task, commitment.end)
    return [match.end() for match in _AND_VERB.finditer(text, commitment.task, max(end, commitment.task))]


def _deadline_before(text: str, start: int) -> Phrase | None:
    """The deadline that stands right before a commitment: "By Friday I'll …"."""
    begin = max(0, start - 40)
    near = [phrase for phrase in find_phrases(text, begin, start) if _GLUE.fullmatch(text, phrase.end, start)]
    return near[-1] if near and not _SUPPOSES.search(text, max(0, begin - 40), near[-1].start) else None


def _task(text: str, start: int, end: int, limit: int, early: Phrase | None) -> Task | None:
    core = _core_end(text, start, end)
    phrases = [
        phrase
        for phrase in find_phrases(text, start, limit if end == limit else end)
        if (phrase.start < core and not _is_in_object(text[start : phrase.start], phrase))
        or _GLUE.fullmatch(text, core, phrase.start)
        or _is_tied(text[core : phrase.start], phrase)
    ]
    deadline = min(phrases, key=lambda phrase: not _is_limit(phrase), default=early)
    kept, stop = _without(text, start, core, deadline)
    words = _shortened(kept)
    if not names_work(words, timed=deadline is not None) or _MOCKS.match(words):
        return None
    return Task(words[:1].upper() + words[1:], start, stop, deadline, bool(_OPEN.fullmatch(words)))


def _is_in_object(before: str, phrase: Phrase) -> bool:
    """As in "the plan that we agreed on Monday", "cancel the meeting on Thursday", "extend it until May 1"."""
    if _UNTIL.match(phrase.text) or before.endswith(" to "):
        return bool(_LASTS.match(before))
    return bool(_ON_DAY.match(phrase.text) and (_RELATIVE.search(before) or _OF_EVENT.match(before)))


def _is_tied(between: str, phrase: Phrase) -> bool:
    """Whether a deadline after the end of a task still belongs to it: "…, so you have it by Friday"."""
    return len(between.split()) <= _FEW and phrase.text[:2].lower() == "by" and not _OWN_CLAUSE.search(between)


def _is_limit(phrase: Phrase) -> bool:
    return phrase.text.lower().startswith(("by", "before", "until", "within", "in ", "no later", "end", "the end"))


def _core_end(text: str, start: int, end: int) -> int:
    """Where the words of a task end: at a clause of its own, but not at the comma of a list."""
    checks, listing = is_check(text[start:end]), False
    for match in _CUT.finditer(text, start, end):
        cut = match[0].strip().lower()
        in_list = cut == "," and (
            _GOES_ON.match(text, match.end() - 1, end) or (listing and _LAST_LISTED.match(text, match.end() - 1, end))
        )
        listing = listing or bool(in_list)
        if not in_list and not (cut == "if" and checks):
            return match.start()
    return end


def _without(text: str, start: int, end: int, deadline: Phrase | None) -> tuple[str, int]:
    """The words of a task without its deadline, and where they end."""
    if deadline is None or not start <= deadline.start < end:
        return text[start:end], _trimmed_end(text, start, end)
    before, after = text[start : deadline.start], text[deadline.end : max(end, deadline.end)]
    if _AFTER_DEADLINE.match(after) or len(before.split()) < 2:
        return f"{before} {after.lstrip(' ,')}", _trimmed_end(text, start, end)
    return before, _trimmed_end(text, start, deadline.start)


def _trimmed_end(text: str, start: int, end: int) -> int:
    return start + len(_TAIL.sub("", text[start:end][-_WINDOW:])) + max(0, end - start - _WINDOW)


def _shortened(words: str) -> str:
    words = " ".join(words.split()[:_MAX_WORDS])
    words = _TAIL.sub("", words)
    verb, _, rest = words.partition(" ")
    words = f"{infinitive(verb)} {rest}".strip()
    return _RECEIVER.sub(r"\1 ", words, count=1)
