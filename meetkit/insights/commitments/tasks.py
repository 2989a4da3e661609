"""Tasks of a commitment: the words after "I'll" shortened to a phrase, with the deadline among them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from meetkit.insights.commitments.commitment import Commitment
from meetkit.insights.commitments.patterns import Kind
from meetkit.insights.commitments.verbs import ACTIONS, THIRD_PERSONS, infinitive, is_check, is_handed_out, is_work
from meetkit.insights.deadlines import Phrase, find_phrases


@dataclass(frozen=True, slots=True)
class Task:
    """A task in the words of the sentence, which are its code points `[start, end)`.

    `is_open` marks a task without an object of its own: "send it".
    """

    text: str
    start: int
    end: int
    deadline: Phrase | None
    is_open: bool

    @property
    def has_pronoun(self) -> bool:
        """True where the object is only a pronoun: "collect it from four teams"."""
        return bool(_PRONOUN.match(self.text))

    @property
    def verb(self) -> str:
        """The verb of the task, in lower case."""
        return self.text.split(maxsplit=1)[0].lower()


_VERBS = "|".join(sorted(map(re.escape, ACTIONS | THIRD_PERSONS.keys()), key=len, reverse=True))
# The second verb of "send the deck and book the room". An object must follow, as "test" or "plan" may be a noun.
_AND_VERB = re.compile(
    rf"[\s,]{{1,5}}and\s{{1,5}}(?:then\s|also\s)?(?=(?:{_VERBS}|get|let|make|put|take|find|follow|look|give)\s"
    r"(?:the|a|an|you|it|them|us|him|her|your|our|my|their|his|some|any|all|up|back|out|over|with|into"
    r"|whether|if|that|this|those|these|to)\b)",
    re.IGNORECASE,
)
_TASK_END = re.compile(
    r"(?<!\bMr)(?<!\bMs)(?<!\bDr)(?<!\bSt)(?<!\bNo)(?<!\bCo)(?<!\bMrs)(?<!\bInc)(?<!\bLtd)(?<!\bCorp)(?<!\bProf)(?<!\.\w)"
    r"\.\s{1,5}|\s{0,5}(?:[;?!]|:(?!(?<=\d:)\d))|\.{2,}|\s{0,5},(?!(?<=\d,)\d)|\s{1,5}(?:so|because|cos|but|although"
    r"|though|since|while|whereas|unless"
    r"|as soon as|as long as|okay|ok|thanks|thank you|alright|provided|assuming|in case|otherwise"
    r"|as i said|if|which means)\b"
    r"|\s{1,5}and\s{1,5}(?:i|we|you|he|she|they|it|that|this|there|maybe|also|so|thanks|see|hopefully"
    r"|then\s(?:i|we|you|he|she|they|it|that|this|there|maybe|everybody|everyone))\b"
    # A dash ends a task only where a clause opens after it: "how you daisy - chain them".
    r"|\s{0,5}(?:\u2014|(?<=\s)(?:\u2013|-{1,3})(?=\s))\s{0,5}(?=(?:and|but|so|because|which|if|then|i|i'm|i'll|we|we'll|we're|you"
    r"|you'll|he|she|they|it|it's|that|that's|this|there|not|no|yes|yeah|just|maybe|probably|hopefully|right|okay|ok"
    r"|thanks|thank|great|good|nice|perfect|cool|sorry|well|oh|um|uh|please|can|could|would|does|do|did|is|are|what"
    r"|how|when|where|who|why|let|let's|as)\b)|\s{0,5}(?:[\u2013\u2014]|-{1,3})\s{0,5}\Z",
    re.IGNORECASE,
)
# At such a comma a list of objects goes on: "send the deck, the notes and the invoice".
_LIST_CONTINUES = re.compile(
    r",\s{1,5}(?!(?:so|because|but|which|who|if|when|with|since|though|as|okay|ok|right|please|thanks|by"
    r"|on|for|to|it|that|i|we"
    r"|you|he|she|they|then|and|once|after|before|maybe|probably|let|of|at|in|no|yes|hopefully|ideally"
    r"|unless|while|not|just|plus)\b)"
    r"(?:[\w'\u2019&/-]{1,40}\s{1,5}){0,5}?[\w'\u2019&/-]{1,40}(?:,\s{1,5}(?:and|or)\b|\s{1,5}(?:and"
    r"|or)\s|,\s)|,\s{1,5}(?:and|or)\s{1,5}(?:the|a|an|our|your|my)\s",
    re.IGNORECASE,
)
_LAST_LIST_ITEM = re.compile(
    r",\s{1,5}(?:and|or)\s{1,5}(?!(?:i|we|you|he|she|they|it|that|this|then|there|also|so|maybe|if|when)\b)"
    r"[\w'\u2019&/-]{1,40}(?:\s{1,5}(?:by|before|on|to|for)\b|\s{0,3}[.!?]?\s{0,3}\Z)",
    re.IGNORECASE,
)
# What may stand between a task and its deadline: ", hopefully".
_BEFORE_DEADLINE = re.compile(
    r"[\s,\u2013\u2014-]{0,5}(?:(?:hopefully|ideally|say|probably|definitely|maybe|latest|if possible"
    r"|let's say|and that)[\s,]{1,5}){0,2}\Z",
    re.IGNORECASE,
)
# After a deadline these words continue the task: "send by Friday to Omar".
_AFTER_DEADLINE = re.compile(
    r"\s{0,5}(?:to|with|for|via|once|after|against|about|from|including|through|into)\b", re.IGNORECASE
)
# The receiver is left out of the task: "Send you the deck" becomes "Send the deck".
_RECEIVER = re.compile(
    r"((?:re)?send|share|forward|e?-?mail|get|find|give|show|bring|provide|write|mail|hand|prepare|draft)\s{1,5}"
    r"(?:you|us|me|them|him|her|everyone|everybody)(?:\s{1,5}(?:all|guys|both|over(?=\s(?:the|an?|my|our|your|this|that)\b)))?\s{1,5}(?!to\b|over\b|out\b|around\b|off\b|up\b"
    r"|that\b|in\b|on\b|at\b|if\b|when\b|back\b|know\b|about\b|an? (?:ring|call)\b)(?=\w)",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?:[\s,]{1,5}(?:as well|too|then|for you|for us|to you|to us|to me|for me|from me|from us|okay|ok|please|right"
    r"|if possible|hopefully|definitely|of course"
    r"|instead|for sure|first|now|and|or|by|on|in|at|with|to|the|a|myself|though|right away"
    r"|immediately|asap|as soon as possible"
    r"|urgently|actually|no|latest|sorry|wait|no rush|when i can|if necessary)"
    r"|[\s.,;:!?\"\u201d)\u2013\u2014-]{1,5}){1,6}\Z",
    re.IGNORECASE,
)
# A verb with particles and pronouns only, such as "send it over", names no object.
_WITHOUT_OBJECT = re.compile(
    r"(?:take care of|look after|deal with|see to)\s(?:it|that|this|them)|[\w-]{1,30}(?:\s(?:back|over|out|up"
    r"|on|into|through|together|in|off|to|for|with|at"
    r"|after))?(?:\s(?:it|that|this|them|those|these|so|one|you|us|him|her|me))?"
    r"(?:\s(?:over|up|out|back|off|on|to (?:you|us|him|her|them)|for (?:you|us)|together|through|down"
    r"|right away|myself|then))*",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"(?:[\w-]{1,30}|take care of|look after|deal with|see to)\s(?:it|that|this|them|those|these"
    r"|one)\b(?!\s\w+\s(?:is|was))",
    re.IGNORECASE,
)
# These words begin a clause of its own, so that a deadline after them belongs to that clause.
_OWN_CLAUSE = re.compile(r"\b(?:because|since|but|if|he|she|they|we|due|need|needs|who|which)\b|[.;]", re.IGNORECASE)
# As in "I'll have the fish", which is no work, and "I'll have the report ready", which is.
_HAVE_OBJECT = re.compile(r"have (?:the|a|an|some|my|another)\b", re.IGNORECASE)
_HAVE_RESULT = re.compile(
    r"\b(?:ready|done|sent|over|to|for|back|up|available|in place|look|word|chat|written|built|made|\w{2,20}ed)\b",
    re.IGNORECASE,
)
# Said in jest: "tell him to get lost".
_MOCKERY = re.compile(
    r"tell [\w' ]{1,40} to (?:enjoy|live with|deal with|get used|shut|suck|get lost)\b", re.IGNORECASE
)
_UNTIL = re.compile(r"(?:until|till|to)\b", re.IGNORECASE)
_ON_DAY = re.compile(
    r"(?!(?:by|before|until|till|no|not|due|within|in|next|this|tomorrow|today|tonight|end|the)\b)", re.I
)
# The date after these verbs is the new date of the object: "postpone it until May 1".
_RESCHEDULING = re.compile(
    r"(?:extend|prolong|postpone|delay|defer|push|move|reschedule|keep|pause|suspend)\b", re.IGNORECASE
)
# A date after a relative clause dates the object: "the plan that we agreed on Monday".
_RELATIVE = re.compile(
    r"\b(?:i|we|you|he|she|they)(?:\s{1,3}(?:had|have|all|both))?\s{1,3}(?:\w{2,20}ed|spoke|met|said|saw|made|wrote|sent"
    r"|had|got|took|gave|showed|talked)(?:\s{1,3}(?:about|on|to|it|them))?\s{1,3}\Z",
    re.IGNORECASE,
)
_EVENT_OBJECT = re.compile(
    r"(?:cancel|skip|postpone|reschedule|move|confirm)\s(?:[\w'-]{1,30}\s){0,4}"
    r"(?:meeting|call|review|session|demo|workshop|event|visit|appointment|interview|training|sync|stand-?up)\s{1,3}\Z",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"\b(?:if|unless|when|once|after)\b", re.IGNORECASE)
_MAX_WORDS_BETWEEN = 6
_MAX_WORDS = 30
# Characters at the end of a task in which the tail pattern is tried: it may match from each position.
_WINDOW = 120


def find_tasks(commitment: Commitment) -> Iterator[Task]:
    """Yield the tasks of a commitment: two verbs are two tasks, and the deadline of the last covers both.

    Where the second acts on the object of the first, both are one task: "write up the steps and post them".
    """
    tasks: list[Task] = []
    for task, rest in _parts(commitment):
        if tasks and _continues(tasks[-1], task):
            tasks[-1] = _task(commitment, tasks[-1].start, rest, tasks[-1].deadline) or tasks[-1]
        else:
            tasks.append(task)
    last = tasks[-1].deadline if tasks else None
    for task in tasks:
        yield task if task.deadline else _with_deadline(task, last)


def _parts(commitment: Commitment) -> Iterator[tuple[Task, int]]:
    """Yield the task of each verb, with where its part of the sentence ends."""
    text = commitment.text
    leading_deadline = _deadline_before(text, commitment.start)
    starts = [commitment.task_start, *_further_verbs(text, commitment)]
    for start, end in zip(starts, [*starts[1:], commitment.end], strict=True):
        task = _task(commitment, start, end, leading_deadline)
        if task and not _is_order(commitment, task):
            yield task, end


def _continues(before: Task, task: Task) -> bool:
    """Return whether a task acts on the object that the one right before it names, on the same day."""
    days = before.deadline is None or task.deadline is None
    return days and task.has_pronoun and not (before.is_open or before.has_pronoun)


def _is_order(commitment: Commitment, task: Task) -> bool:
    """Return whether a speaker orders a dish or the like: "I'll have the fish"."""
    return bool(
        commitment.kind in (Kind.PROMISE, Kind.TEAM)
        and task.deadline is None
        and _HAVE_OBJECT.match(task.text)
        and not _HAVE_RESULT.search(task.text)
    )


def _with_deadline(task: Task, deadline: Phrase | None) -> Task:
    return Task(task.text, task.start, task.end, deadline, task.is_open)


def _further_verbs(text: str, commitment: Commitment) -> list[int]:
    end = _core_end(text, commitment.task_start, commitment.end)
    return [match.end() for match in _AND_VERB.finditer(text, commitment.task_start, max(end, commitment.task_start))]


def _deadline_before(text: str, start: int) -> Phrase | None:
    """Return the deadline right before a commitment: "By Friday I'll …"."""
    begin = max(0, start - 40)
    near = [
        phrase for phrase in find_phrases(text, begin, start) if _BEFORE_DEADLINE.fullmatch(text, phrase.end, start)
    ]
    return near[-1] if near and not _CONDITION.search(text, max(0, begin - 40), near[-1].start) else None


def _task(commitment: Commitment, start: int, end: int, leading_deadline: Phrase | None) -> Task | None:
    text, limit = commitment.text, commitment.end
    core_end = _core_end(text, start, end)
    phrases = [
        phrase
        for phrase in find_phrases(text, start, limit if end == limit else end)
        if (phrase.start < core_end and not _is_part_of_object(text[start : phrase.start], phrase))
        or _BEFORE_DEADLINE.fullmatch(text, core_end, phrase.start)
        or _belongs_to_task(text[core_end : phrase.start], phrase)
    ]
    deadline = min(phrases, key=lambda phrase: not _is_time_limit(phrase), default=leading_deadline)
    task_text, task_end = _without_deadline(text, start, core_end, deadline)
    verb = commitment.verb if start == commitment.task_start else None
    words = _task_phrase(f"{verb} {task_text}" if verb else task_text, is_noun=verb == "")
    is_given = commitment.kind in (Kind.ASSIGNMENT, Kind.CALL)
    has_time = deadline is not None or is_given
    is_task = bool(words) if verb == "" else is_work(words, has_time=has_time) or (is_given and is_handed_out(words))
    if not is_task or _MOCKERY.match(words):
        return None
    return Task(
        words[:1].upper() + words[1:], start, task_end, deadline, verb != "" and bool(_WITHOUT_OBJECT.fullmatch(words))
    )


def _is_part_of_object(before: str, phrase: Phrase) -> bool:
    """Return whether a date describes the object of a task and is no deadline.

    As in "the plan that we agreed on Monday", "cancel the meeting on Thursday", "extend it until May 1".
    """
    if _UNTIL.match(phrase.text) or before.endswith(" to "):
        return bool(_RESCHEDULING.match(before))
    return bool(_ON_DAY.match(phrase.text) and (_RELATIVE.search(before) or _EVENT_OBJECT.match(before)))


def _belongs_to_task(between: str, phrase: Phrase) -> bool:
    """Return whether a deadline after the end of a task still belongs to it: "…, so you have it by Friday"."""
    return (
        len(between.split()) <= _MAX_WORDS_BETWEEN
        and phrase.text[:2].lower() == "by"
        and not _OWN_CLAUSE.search(between)
    )


def _is_time_limit(phrase: Phrase) -> bool:
    return phrase.text.lower().startswith(("by", "before", "until", "within", "in ", "no later", "end", "the end"))


def _core_end(text: str, start: int, end: int) -> int:
    """Return where the words of a task end: at the next clause, but not at the comma of a list."""
    is_checking, listing = is_check(text[start:end]), False
    for match in _TASK_END.finditer(text, start, end):
        cut = match[0].strip().lower()
        in_list = cut == "," and (
            _LIST_CONTINUES.match(text, match.end() - 1, end)
            or (listing and _LAST_LIST_ITEM.match(text, match.end() - 1, end))
        )
        listing = listing or bool(in_list)
        if not in_list and not (cut == "if" and is_checking):
            return match.start()
    return end


def _without_deadline(text: str, start: int, end: int, deadline: Phrase | None) -> tuple[str, int]:
    """Return the words of a task without its deadline, and where they end in the sentence."""
    if deadline is None or not start <= deadline.start < end:
        return text[start:end], _end_without_tail(text, start, end)
    before, after = text[start : deadline.start], text[deadline.end : max(end, deadline.end)]
    if _AFTER_DEADLINE.match(after) or len(before.split()) < 2:
        return f"{before} {after.lstrip(' ,')}", _end_without_tail(text, start, end)
    return before, _end_without_tail(text, start, deadline.start)


def _end_without_tail(text: str, start: int, end: int) -> int:
    return start + len(_TAIL.sub("", text[start:end][-_WINDOW:])) + max(0, end - start - _WINDOW)


def _task_phrase(words: str, *, is_noun: bool) -> str:
    words = " ".join(words.split()[:_MAX_WORDS])
    words = _TAIL.sub("", words)
    if is_noun:
        return words
    verb, _, rest = words.partition(" ")
    words = f"{infinitive(verb)} {rest}".strip()
    return _RECEIVER.sub(r"\1 ", words, count=1)
