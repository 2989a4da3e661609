"""Amendments to candidates by later words: a deadline, a correction, a new owner, a withdrawal."""

from __future__ import annotations

import re
from collections.abc import Sequence

from meetkit.insights.deadlines import Phrase, find_phrases
from meetkit.insights.language import replies
from meetkit.insights.language.deduplication import content_words, same_verb
from meetkit.insights.language.replies import Reply
from meetkit.insights.language.text import Document, Sentence, asks
from meetkit.insights.language.word_lists import word_set
from meetkit.insights.offline.action_items.candidates import Candidate, CandidateList, quote
from meetkit.models.insights import Evidence

Turns = Sequence[Sequence[Sentence]]

# "Actually, make it Thursday."
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
# Each correction and each withdrawal contains one of these words; a sentence without them is skipped.
_CUES = word_set(
    "actually sorry correction wait rather better mean let's make move push change no never nevermind"
    " scratch forget no need don't"
    " already done fixed sent handled care hold off instead"
    " do won't isn't not longer cancel take second"
)
# A withdrawal that refers to the latest item without naming it: "never mind".
_WITHDRAWS_LATEST = re.compile(
    r"\b(?:need|want) (?:it|that|this|them)\b|need(?:ed)?[.!]?$|never ?mind[,.!]?$|never ?mind,|that\b|bother",
    re.IGNORECASE,
)
# A whole sentence by which another speaker withdraws the last item.
_CALLS_OFF = re.compile(
    r"(?:(?:no|oh|well|actually|wait|hold on|hey|okay|ok|thanks|thank you|sorry)[,.!]? ){0,3}(?:please )?"
    r"(?:(?:you )?(?:don't|do not)(?: (?:need|have) to| bother| do| send)?(?: (?:do |send )?(?:it|that|them|this))?"
    r"(?: yet| now)?|no need(?: (?:for (?:it|that)|to(?: do (?:it|that))?))?"
    r"|(?:it|that)(?:'s| is| was|'s been| has been) (?:already )?(?:been )?(?:done|fixed|sent|handled|taken care of)"
    r"(?: already)?)(?:,? [A-Z][\w'-]{1,30})?[.!]?"
)
_HOLD_OFF = re.compile(r"\b(?:hold off|won't bother)\b", re.IGNORECASE)
_TAKES_OVER = re.compile(
    r"(?:[\w ]{1,20}, )?(?P<who>let me|i'll|i will|i can) (?P<verb>\w{1,20}) (?:it|that|this|them|him|her)\b"
    r"[\w ]{0,30}\binstead[.!]?\Z",
    re.IGNORECASE,
)
_REASSIGNS = re.compile(
    r"\b(?:[Ii] mean|[Nn]o|[Ww]ait|[Aa]ctually|[Ss]orry|[Cc]orrection),? (?:that )?(?P<name>[A-Z][\w'-]{1,30})"
    r"(?:'ll do| does| will do| is doing|'s doing| takes| will take| handles| will handle) (?P<what>[\w' -]{2,80})"
)
# With these words an earlier item may be meant: "we don't need the deck after all".
_AFTER_ALL = re.compile(r"\b(?:after all|any ?more|any longer|no longer)\b", re.IGNORECASE)
# A promise of delivery gives the item its deadline: "You'll have it by Friday."
_DELIVERS = re.compile(
    r"^(?:so )?(?:you(?:'ll| will)(?: \w+)? (?:have|get|receive)|(?:it|that)(?:'ll| will) be (?:ready"
    r"|there|with you|done|yours))\b",
    re.IGNORECASE,
)
_ASKS_WHEN = re.compile(
    r"\bwhen\b|\bhow soon\b|\bhow (?:fast|quickly)\b|what date|which day|deadline|timeline", re.IGNORECASE
)
# A negated day is no deadline: "not on Friday".
_NEGATION_BEFORE = re.compile(r"\bnot\s{1,3}\Z|n't\b[^,]{0,20}\Z", re.IGNORECASE)
# An answer that takes a request on, with the day for it: "Yes, I'll do both today".
_DOES = re.compile(
    r"\b(?:i'll|i will|i can|i could)(?: \w{2,20}ly)? (?:do|send|take|get|have|handle|write|finish|make|start)"
    r" (?:it|that|this|both|them|those|so)\b|\bwill do\b",
    re.IGNORECASE,
)
# Words of an answer to "by when?": a longer sentence may name a day for another reason.
_MAX_ANSWER = 12
_MAX_OPENING = 3


def agreed_deadline(candidate: Candidate, turns: Turns) -> tuple[str, Evidence] | None:
    """Return the deadline that the words right after an item give it, with its evidence.

    "By Friday." in the same turn; the answer to "by when?"; or "by Friday?" that its owner accepts.
    """
    turn = candidate.turn
    place = candidate.sentence.index - turns[candidate.sentence.turn.index][0].index
    rest = turns[candidate.sentence.turn.index][place + 1 :] if turn == candidate.sentence.turn.index else turns[turn]
    for sentence in rest[:2]:
        if deadline := _deadline_alone(sentence):
            return deadline
        if turn != candidate.sentence.turn.index and _DOES.search(sentence.text.replace("\u2019", "'")):
            return deadline_in(sentence)
    if turn == candidate.sentence.turn.index and (opening := _deadline_that_opens(turns[turn][:place])):
        return opening
    meanwhile = [
        sentence
        for turn_between in turns[candidate.sentence.turn.index + 1 : turn]
        if replies.classify(turn_between) is not Reply.REFUSES
        for sentence in turn_between
    ]
    return _first_deadline(meanwhile) or _negotiated_deadline(turn, rest, turns)


def _negotiated_deadline(turn: int, rest: Sequence[Sentence], turns: Turns) -> tuple[str, Evidence] | None:
    following = turns[turn + 1 : turn + 3]
    reply = following[0] if following else ()
    if _asks_when(rest):
        return _first_deadline(reply)
    if _asks_when(reply):
        return _first_deadline(following[1]) if len(following) > 1 else None
    proposal = next(
        (deadline for sentence in reply[:2] if asks(sentence.text) and (deadline := deadline_in(sentence))), None
    )
    if proposal is None or reply[0].turn.speaker == turns[turn][0].turn.speaker:
        return None
    return proposal if len(following) > 1 and replies.classify(following[1]) is Reply.ACCEPTS else None


def _asks_when(sentences: Sequence[Sentence]) -> bool:
    return any(asks(sentence.text) and _ASKS_WHEN.search(sentence.text) for sentence in sentences[:2])


def _first_deadline(sentences: Sequence[Sentence]) -> tuple[str, Evidence] | None:
    return next((deadline for sentence in sentences[:2] if (deadline := deadline_in(sentence))), None)


def deadline_in(sentence: Sentence) -> tuple[str, Evidence] | None:
    """Return the first deadline of a sentence of at most twelve words."""
    phrases = find_phrases(sentence.text) if len(sentence.words) <= _MAX_ANSWER else ()
    phrase = next((phrase for phrase in phrases if not _NEGATION_BEFORE.search(sentence.text[: phrase.start])), None)
    return _with_evidence(sentence, phrase) if phrase else None


def _deadline_alone(sentence: Sentence) -> tuple[str, Evidence] | None:
    """Return the deadline of a sentence that says little else: "By Friday.", "You'll have it by Friday."."""
    deadline = deadline_in(sentence)
    if not deadline:
        return None
    other_words = len(sentence.words) - len(deadline[0].split())
    return deadline if other_words <= 2 or _DELIVERS.search(sentence.text.replace("\u2019", "'")) else None


def _deadline_that_opens(before: Sequence[Sentence]) -> tuple[str, Evidence] | None:
    """Return the day that is said right before an item, where nothing else was said in the turn: "Friday. I'll …"."""
    if not before or any(len(sentence.words) > _MAX_OPENING for sentence in before) or asks(before[-1].text):
        return None
    return _deadline_alone(before[-1])


def _with_evidence(sentence: Sentence, phrase: Phrase) -> tuple[str, Evidence]:
    return phrase.text, quote(sentence, phrase.start, phrase.end, "deadline")


def amend(candidates: CandidateList, sentence: Sentence, document: Document) -> None:
    """Apply a sentence to the candidates: it may correct a deadline or an owner, or withdraw an item."""
    if _CUES.isdisjoint(sentence.words):
        return
    text = sentence.text.replace("\u2019", "'")
    if _take_over(candidates, sentence, text) or _reassign(candidates, sentence, text):
        return
    if withdrawal := _withdrawn_item(candidates, sentence, text):
        candidates.remove(withdrawal)
        return
    latest = candidates.latest(sentence.turn.index, 3)
    correction = latest and _correction(latest, sentence, text)
    if latest and correction and (not asks(text) or replies.accepting_turn_after(sentence, document)):
        latest.set_deadline(*correction)


def _correction(latest: Candidate, sentence: Sentence, text: str) -> tuple[str, Evidence] | None:
    if latest.deadline is None or not (cue := _CORRECTS.search(text, _correctable_from(latest, sentence))):
        return None
    start, end = cue.end(), min(len(text), cue.end() + 60)
    phrases = (
        phrase for phrase in find_phrases(text, start, end) if not _NEGATION_BEFORE.search(text[start : phrase.start])
    )
    phrase = next(phrases, None)
    near = phrase and len(text[start : phrase.start].split()) <= 4
    return _with_evidence(sentence, phrase) if phrase and near else None


def _correctable_from(latest: Candidate, sentence: Sentence) -> int:
    """Return the position from which a sentence can correct the latest item: its own item ends before."""
    return latest.end if latest.sentence.index == sentence.index else 0


def _take_over(candidates: CandidateList, sentence: Sentence, text: str) -> bool:
    """Make the speaker the owner of the last item, as in "Let me call them instead"; return whether it applies."""
    latest = candidates.latest(sentence.turn.index, 1)
    match = _TAKES_OVER.match(text)
    if not (match and latest and _is_by_other_speaker(latest, sentence) and same_verb(match["verb"], latest.task)):
        return False
    latest.owner = sentence.turn.speaker
    latest.evidence["owner"] = [quote(sentence, *match.span("who"), "owner")]
    return True


def _reassign(candidates: CandidateList, sentence: Sentence, text: str) -> bool:
    """Change the owner, as in "Sorry, I mean Lukas does the test plan"; return whether it applies."""
    latest = candidates.latest(sentence.turn.index, 1)
    match = _REASSIGNS.search(text)
    owner = match and candidates.person_named(match["name"])
    if not (latest and match and owner) or latest.sentence is sentence:
        return False
    if match["what"].split()[0] not in ("it", "that", "this") and not content_words(match["what"]) & content_words(
        latest.task
    ):
        return False
    latest.owner = owner
    latest.evidence["owner"] = [quote(sentence, *match.span("name"), "owner")]
    return True


def _is_by_other_speaker(candidate: Candidate, sentence: Sentence) -> bool:
    speaker = sentence.turn.speaker
    return candidate.sentence.turn.index < sentence.turn.index and (
        speaker is None or candidate.sentence.turn.speaker != speaker
    )


def _withdrawn_item(candidates: CandidateList, sentence: Sentence, text: str) -> Candidate | None:
    latest = candidates.latest(sentence.turn.index, 2)
    if latest and _is_by_other_speaker(latest, sentence) and _CALLS_OFF.fullmatch(text[0].lower() + text[1:]):
        return latest
    if (match := _HOLD_OFF.search(text)) and (
        candidate := candidates.latest_about(content_words(text[match.end() : match.end() + 80]))
    ):
        return candidate
    cue = _WITHDRAWS.search(text)
    if not cue or "if" in sentence.words:
        return None
    content = content_words(text[cue.start() : cue.end() + 80])
    turn = sentence.turn.index
    if _AFTER_ALL.search(text) and (candidate := candidates.latest_about(content)):
        return candidate
    latest = candidates.latest(turn, 2)
    if latest is None or latest.sentence.index >= sentence.index:
        return None
    is_meant = _WITHDRAWS_LATEST.search(text, cue.start()) or content_words(latest.task.partition(" ")[2]) & content
    return latest if is_meant else None
