"""Commitments without a verb of promise: "TODO Lena: …", "I owe you …", and the tasks of a recap, name by name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from meetkit.insights.commitments.commitment import Commitment
from meetkit.insights.commitments.patterns import Kind
from meetkit.insights.commitments.verbs import ACTIONS, infinitive, is_work
from meetkit.insights.deadlines import find_phrases
from meetkit.insights.language.people import People
from meetkit.insights.language.text import Sentence

_BULLET = r"(?:[-*\u2022]\s{1,3})?(?:\[[ xX]?\]\s{1,3})?"
_NAME = r"[^\W\d_][\w'-]{0,30}(?:\s[^\W\d_][\w'-]{0,30})?"
_LABEL = re.compile(
    rf"{_BULLET}(?:action item|action point|action|to-?do|task|ai|next step|follow-?up)"
    rf"(?:\s{{1,3}}(?:for\s{{1,3}})?@?(?P<name>{_NAME})|\s?\(@?(?P<bracketed>{_NAME})\))?\s{{0,3}}"
    r"(?::|(?<=\s)[\u2013-])\s{1,3}(?=[a-z])",
    re.IGNORECASE,
)
_MENTION = re.compile(
    rf"{_BULLET}@(?P<name>[^\W\d_][\w'-]{{0,30}})[,:]?\s{{1,3}}(?:please\s{{1,3}}|to\s{{1,3}})?(?=[a-z])"
)
_LET = re.compile(r"(?:(?:[Oo]kay|[Oo]k|[Ss]o|[Tt]hen|[Yy]es),? )?[Ll]et (?P<name>[A-Z][\w'-]{1,30}) (?=[a-z]{2})")
# A label has one of these, so that a sentence without them is skipped.
_LABEL_MARKS = frozenset(":@-\u2013")
_IN_BRACKETS = re.compile(r"\s{0,3}\((?P<name>[^\W\d_][\w' -]{0,40})\)\W{0,3}\Z")
_BRACKETS_FROM_END = 90

_OBJECT = r"(?=(?:the|an?|our|my|your|that|those|these|some|two|three)\b)"
_OWE = re.compile(
    rf"\bi (?:still |also )?owe (?:you|them|him|her|everyone|everybody|the team|[A-Z][\w'-]{{1,30}})"
    rf"(?: (?:all|guys|both|still))? {_OBJECT}"
    r"(?!(?:an?|my|some) (?:\w+ )?(?:apology|apologies|thanks|favou?r|beer|coffee|drink|lunch|dinner|pint|one)\b)",
    re.IGNORECASE,
)
# "You will have the contract Monday" promises the contract; "you will have to sign" does not.
_DELIVERY = re.compile(
    rf"\byou(?:'ll| will| shall)(?: all| both| then| also| definitely| certainly)? (?:have|get|receive) {_OBJECT}",
    re.IGNORECASE,
)
_FROM_SPEAKER = re.compile(r"\bfrom (?:me|us)\b", re.IGNORECASE)

# What opens a clause that gives a task to a name: the beginning, a mark, or "and".
_OPENING = re.compile(
    r"(?:^|[,:;.\u2013\u2014*\u2022-]\s{1,3}|\b(?:and|so|then|while|okay|ok|also)\s)\Z", re.IGNORECASE
)
_CAPITAL_WORD = re.compile(r"(?<![\w'@])[A-Z][\w'-]{1,30}")
_AFTER_NAME = re.compile(
    r"(?:\s[A-Z][\w'-]{1,30})?(?:"
    r"(?P<gerund>(?:,\s{0,3}|\s)(?:you(?:'re| are|'ll be| will be)|is|will be)\s(?:going to be\s)?"
    r"|'s\s)(?=[a-z]{2,20}ing\b)"
    r"|(?P<you>(?:,\s{0,3}|\s)you\s(?:then\s|also\s)?)(?=[a-z])"
    r"|(?P<third>\s(?:then\s|also\s)?)(?=[a-z-]{2,20}s\b)"
    r"|(?P<noun>,\s{0,3}|:\s{0,3}|\s[\u2013-]\s{0,3}|\s(?:gets|has|on|owns|takes)\s)(?=\S))"
)
# A request to the one who is named, after it was put as a statement: "Lena, you send it to me first, would you?"
_ASKS_TO_AGREE = re.compile(r"[A-Z][\w'-]{1,30}, you [^.;!?]{1,200},? (?:would|will|can|could) you\?\Z")
_NO_NOUN_TASK = re.compile(
    r"(?:i|we|you|he|she|it|that|this|what|how|when|who|why|can|could|would|will|do|does|did|are|is|thanks?|thank|please"
    r"|yes|yeah|no|good|great|any|anything|and|but|so|if|right|okay|ok|sorry|not|nothing|over to)\b",
    re.IGNORECASE,
)
_MAX_NOUN_TASK = 10
_LOOK_BACK = 12


def find_label(sentence: Sentence, text: str, people: People) -> Commitment | None:
    """Return the item of a label, a mention or "let": "TODO Lena: …", "@Lena …", "Let Lena …"; `None` without one."""
    if "let" not in sentence.words and _LABEL_MARKS.isdisjoint(text):
        return None
    match = _LABEL.match(text) or _MENTION.match(text) or _LET.match(text)
    if not match:
        return None
    is_label = match.re is _LABEL
    if is_label and text[match.end()].isupper() and text[match.end() :].split(maxsplit=1)[0].lower() not in ACTIONS:
        return None
    group = "bracketed" if is_label and match["bracketed"] else "name"
    span, owner, end = match.span(group), people.name_at_end(match[group] or ""), len(text)
    if is_label and (brackets := _IN_BRACKETS.search(text, max(match.end(), end - _BRACKETS_FROM_END))):
        end = brackets.start()
        if not owner and (full_name := people.full_name(brackets["name"])):
            span, owner = brackets.span("name"), (0, full_name)
    if not (owner or is_label):
        return None
    kind = Kind.PROMISE if is_label else Kind.ASSIGNMENT
    return Commitment(sentence, text, kind, match.start(), match.end(), end, span, owner and owner[1])


def find_deliveries(sentence: Sentence, text: str) -> Iterator[Commitment]:
    """Yield the promises that name what the other gets: "I owe you the deck", "You will have the contract Monday"."""
    if "owe" in sentence.words:
        yield from (_delivery(match, sentence, text) for match in _OWE.finditer(text))
    if "you" in sentence.words or "you'll" in sentence.words:
        for match in _DELIVERY.finditer(text):
            is_dated = not text.endswith("?") and any(find_phrases(text, match.end()))
            if is_dated or _FROM_SPEAKER.search(text, match.end()):
                yield _delivery(match, sentence, text)


def _delivery(match: re.Match[str], sentence: Sentence, text: str) -> Commitment:
    speaker = sentence.turn.speaker
    return Commitment(
        sentence, text, Kind.PROMISE, match.start(), match.end(), len(text), match.span(), speaker, verb="send"
    )


def find_named_tasks(sentence: Sentence, text: str, people: People, *, in_recap: bool) -> list[Commitment]:
    """Return the tasks that a sentence gives to people by name: "Tobias, you're setting up …, Lena sends …".

    Outside a recap they count with a date, or where two people are named; a noun without a verb counts only in a recap.
    """
    if not people.are_named(sentence.words):
        return []
    names = [name for name in _CAPITAL_WORD.finditer(text) if _opens_task(text, name, people)]
    tasks = [task for name in names if (task := _named_task(name, sentence, people, in_recap=in_recap))]
    is_told = in_recap or len(tasks) > 1 or _ASKS_TO_AGREE.search(text)
    return tasks if is_told or (tasks and any(find_phrases(text, tasks[0].task_start))) else []


def _opens_task(text: str, name: re.Match[str], people: People) -> bool:
    return people.is_name(name[0]) and bool(_OPENING.search(text[max(0, name.start() - _LOOK_BACK) : name.start()]))


def _named_task(name: re.Match[str], sentence: Sentence, people: People, *, in_recap: bool) -> Commitment | None:
    text = name.string
    after, owner = _AFTER_NAME.match(text, name.end()), people.name_at_end(text[: name.end()])
    if not (after and owner):
        return None
    words = text[after.end() :]
    verb, _, rest = words.partition(" ")
    base = infinitive(verb.lower())
    is_noun = after["noun"] is not None
    if is_noun and not (in_recap and _is_noun_task(words)):
        return None
    if not is_noun and (
        (after["you"] is None and base == verb.lower()) or not is_work(f"{base} {rest}", has_time=False)
    ):
        return None
    own_verb = "" if is_noun and base not in ACTIONS else None
    return Commitment(
        sentence, text, Kind.ASSIGNMENT, name.start(), after.end(), len(text), name.span(), owner[1], verb=own_verb
    )


def _is_noun_task(words: str) -> bool:
    return not _NO_NOUN_TASK.match(words) and 0 < len(words.split()) <= _MAX_NOUN_TASK and not words.endswith("?")
