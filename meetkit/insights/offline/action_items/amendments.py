"""What later words do to an item: give it a deadline, correct it, take it back."""

from __future__ import annotations

import re
from collections.abc import Sequence

from meetkit.insights.deadlines import Phrase, find_phrases
from meetkit.insights.language import replies
from meetkit.insights.language.deduplication import gist, same_verb
from meetkit.insights.language.replies import Reply
from meetkit.insights.language.text import Document, Sentence, asks
from meetkit.insights.language.word_lists import listed
from meetkit.insights.offline.action_items.candidates import Book, Draft, quote
from meetkit.models.insights import Evidence

Turns = Sequence[Sequence[Sentence]]

_CORRECTS = re.compile(
    r"\b(?:actually|sorry|correction|wait|or rather|rather|better|i mean|let's (?:say|make (?:it|that)|do)"
    r"|(?:make|move|push|change) (?:it|that)(?: (?:to|until|back to))?|no,)",
    re.IGNORECASE,
)
_WITHDRAWS = re.compile(
    r"\b(?:never ?mind|scratch that|forget (?:it|that|about (?:it|that|the))|no need|(?:don't|do not"
    r"|won't) (?:need|bother)"
    r"|(?:isn't|not|no longer) (?:needed|necessary)|cancel that|i take that back|on second thoughts?)\b",
    re.IGNORECASE,
)
_CUES = listed(
    "actually sorry correction wait rather better mean let's make move push change no never nevermind"
    " scratch forget no need don't"
    " already done fixed sent handled care hold off instead"
    " do won't isn't not longer cancel take second"
)
"""No correction and no withdrawal is without one of these words."""
_OF_THAT = re.compile(
    r"\b(?:need|want) (?:it|that|this|them)\b|need(?:ed)?[.!]?$|never ?mind[,.!]?$|never ?mind,|that\b|bother",
    re.IGNORECASE,
)
# The whole of what another says of the last item.
_CALLS_OFF = re.compile(
    r"(?:(?:no|oh|well|actually|wait|hold on|hey|okay|ok|thanks|thank you|sorry)[,.!]? ){0,3}(?:please )?"
    r"(?:(?:you )?(?:don't|do not)(?: (?:need|have) to| bother| do| send)?(?: (?:do |send )?(?:it|that|them|this))?"
    r"(?: yet| now)?|no need(?: (?:for (?:it|that)|to(?: do (?:it|that))?))?"
    r"|(?:it|that)(?:'s| is| was|'s been| has been) (?:already )?(?:been )?(?:done|fixed|sent|handled|taken care of)"
    r"(?: already)?)(?:,? [A-Z][\w'-]{1,30})?[.!]?"
)
_HOLDS_OFF = re.compile(r"\b(?:hold off|won't bother)\b", re.IGNORECASE)
_TAKES_OVER = re.compile(
    r"(?:[\w ]{1,20}, )?(?P<who>let me|i'll|i will|i can) (?P<verb>\w{1,20}) (?:it|that|this|them|him|her)\b"
    r"[\w ]{0,30}\binstead[.!]?\Z",
    re.IGNORECASE,
)
_REASSIGNS = re.compile(
    r"\b(?:[Ii] mean|[Nn]o|[Ww]ait|[Aa]ctually|[Ss]orry|[Cc]orrection),? (?:that )?(?P<name>[A-Z][\w'-]{1,30})"
    r"(?:'ll do| does| will do| is doing|'s doing| takes| will take| handles| will handle) (?P<what>[\w' -]{2,80})"
)
_AFTER_ALL = re.compile(r"\b(?:after all|any ?more|any longer|no longer)\b", re.IGNORECASE)
_DELIVERS = re.compile(
    r"^(?:so )?(?:you(?:'ll| will)(?: \w+)? (?:have|get|receive)|(?:it|that)(?:'ll| will) be (?:ready"
    r"|there|with you|done|yours))\b",
    re.IGNORECASE,
)
_ASKS_WHEN = re.compile(
    r"\bwhen\b|\bhow soon\b|\bhow (?:fast|quickly)\b|what date|which day|deadline|timeline", re.IGNORECASE
)
_NOT = re.compile(r"\bnot\s{1,3}\Z|n't\b[^,]{0,20}\Z", re.IGNORECASE)
_MAX_ANSWER = 12


def agreed_deadline(draft: Draft, turns: Turns) -> tuple[str, Evidence] | None:
    """The deadline that the words right after an item give it.

    "By Friday." in the same turn; the answer to "by when?"; or "by Friday?" that its owner accepts.
    """
    turn = draft.turn
    place = draft.sentence.index - turns[draft.sentence.turn.index][0].index
    rest = turns[draft.sentence.turn.index][place + 1 :] if turn == draft.sentence.turn.index else turns[turn]
    for sentence in rest[:2]:
        if found := _bare(sentence):
            return found
    meanwhile = [sentence for others in turns[draft.sentence.turn.index + 1 : turn] for sentence in others]
    return _first(meanwhile) or _negotiated(turn, rest, turns)


def _negotiated(turn: int, rest: Sequence[Sentence], turns: Turns) -> tuple[str, Evidence] | None:
    following = turns[turn + 1 : turn + 3]
    reply = following[0] if following else ()
    if _asks_when(rest):
        return _first(reply)
    if _asks_when(reply):
        return _first(following[1]) if len(following) > 1 else None
    proposed = next((found for sentence in reply[:2] if asks(sentence.text) and (found := _in(sentence))), None)
    accepted = len(following) > 1 and replies.kind_of(following[1]) is Reply.ACCEPTS
    return proposed if accepted and reply[0].turn.speaker != turns[turn][0].turn.speaker else None


def _asks_when(sentences: Sequence[Sentence]) -> bool:
    return any(asks(sentence.text) and _ASKS_WHEN.search(sentence.text) for sentence in sentences[:2])


def _first(sentences: Sequence[Sentence]) -> tuple[str, Evidence] | None:
    return next((found for sentence in sentences[:2] if (found := _in(sentence))), None)


def _in(sentence: Sentence) -> tuple[str, Evidence] | None:
    """The deadline in a short answer."""
    phrases = find_phrases(sentence.text) if len(sentence.words) <= _MAX_ANSWER else ()
    phrase = next((phrase for phrase in phrases if not _NOT.search(sentence.text[: phrase.start])), None)
    return _grounded(sentence, phrase) if phrase else None


def _bare(sentence: Sentence) -> tuple[str, Evidence] | None:
    """A sentence that is a deadline and little else: "By Friday.", "You'll have it by Friday."."""
    found = _in(sentence)
    if not found:
        return None
    others = len(sentence.words) - len(found[0].split())
    return found if others <= 2 or _DELIVERS.search(sentence.text.replace("\u2019", "'")) else None


def _grounded(sentence: Sentence, phrase: Phrase) -> tuple[str, Evidence]:
    return phrase.text, quote(sentence, phrase.start, phrase.end, "deadline")


def amend(book: Book, sentence: Sentence, document: Document) -> None:
    """Let a sentence correct the deadline of the latest item, or take an item back."""
    if _CUES.isdisjoint(sentence.words):
        return
    text = sentence.text.replace("\u2019", "'")
    if _taken_over(book, sentence, text) or _reassigned(book, sentence, text):
        return
    if withdrawn := _withdrawn(book, sentence, text):
        book.remove(withdrawn)
        return
    latest = book.latest(sentence.turn.index, 3)
    found = latest and _corrected(latest, sentence, text)
    if latest and found and (not asks(text) or replies.acceptance_after(sentence, document)):
        latest.set_deadline(*found)


def _corrected(latest: Draft, sentence: Sentence, text: str) -> tuple[str, Evidence] | None:
    if latest.deadline is None or not (cue := _CORRECTS.search(text, _said_until(latest, sentence))):
        return None
    start, end = cue.end(), min(len(text), cue.end() + 60)
    phrases = (phrase for phrase in find_phrases(text, start, end) if not _NOT.search(text[start : phrase.start]))
    phrase = next(phrases, None)
    near = phrase and len(text[start : phrase.start].split()) <= 4
    return _grounded(sentence, phrase) if phrase and near else None


def _said_until(latest: Draft, sentence: Sentence) -> int:
    """From where on a sentence can correct what it says itself."""
    return latest.end if latest.sentence.index == sentence.index else 0


def _taken_over(book: Book, sentence: Sentence, text: str) -> bool:
    """As in "Let me call them instead", which makes the last item the speaker's."""
    latest = book.latest(sentence.turn.index, 1)
    found = _TAKES_OVER.match(text)
    if not (found and latest and _is_others(latest, sentence) and same_verb(found["verb"], latest.task)):
        return False
    latest.owner = sentence.turn.speaker
    latest.evidence["owner"] = [quote(sentence, *found.span("who"), "owner")]
    return True


def _reassigned(book: Book, sentence: Sentence, text: str) -> bool:
    """As in "Sorry, I mean Lukas does the test plan"."""
    latest = book.latest(sentence.turn.index, 1)
    found = _REASSIGNS.search(text)
    owner = found and book.named(found["name"])
    if not (latest and found and owner) or latest.sentence is sentence:
        return False
    if found["what"].split()[0] not in ("it", "that", "this") and not gist(found["what"]) & gist(latest.task):
        return False
    latest.owner = owner
    latest.evidence["owner"] = [quote(sentence, *found.span("name"), "owner")]
    return True


def _is_others(draft: Draft, sentence: Sentence) -> bool:
    speaker = sentence.turn.speaker
    return draft.sentence.turn.index < sentence.turn.index and (
        speaker is None or draft.sentence.turn.speaker != speaker
    )


def _withdrawn(book: Book, sentence: Sentence, text: str) -> Draft | None:
    latest = book.latest(sentence.turn.index, 2)
    if latest and _is_others(latest, sentence) and _CALLS_OFF.fullmatch(text[0].lower() + text[1:]):
        return latest
    if (held := _HOLDS_OFF.search(text)) and (draft := book.about(gist(text[held.end() : held.end() + 80]))):
        return draft
    cue = _WITHDRAWS.search(text)
    if not cue or "if" in sentence.words:
        return None
    mentioned = gist(text[cue.start() : cue.end() + 80])
    turn = sentence.turn.index
    if _AFTER_ALL.search(text) and (draft := book.about(mentioned)):
        return draft
    latest = book.latest(turn, 2)
    if latest is None or latest.sentence.index >= sentence.index:
        return None
    is_meant = _OF_THAT.search(text, cue.start()) or gist(latest.task.partition(" ")[2]) & mentioned
    return latest if is_meant else None
