"""Amendments to candidates by later words: a deadline, a correction, a new owner, a withdrawal."""

from __future__ import annotations

import re

from meetkit.insights.deadlines import find_phrases
from meetkit.insights.language import replies
from meetkit.insights.language.deduplication import content_words, same_verb
from meetkit.insights.language.text import Document, Sentence, asks
from meetkit.insights.language.word_lists import word_set
from meetkit.insights.offline.action_items.agreed_deadlines import NEGATION_BEFORE, with_evidence
from meetkit.insights.offline.action_items.candidates import Candidate, CandidateList, quote
from meetkit.models.insights import Evidence

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
# "We don't need it" is the reason for these, and calls none off.
_DISPOSALS = re.compile(
    r"(?:cancel|drop|remove|delete|close|return|disable|deactivate|archive|sell|get rid of)\b", re.I
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
        phrase for phrase in find_phrases(text, start, end) if not NEGATION_BEFORE.search(text[start : phrase.start])
    )
    phrase = next(phrases, None)
    near = phrase and len(text[start : phrase.start].split()) <= 4
    return with_evidence(sentence, phrase) if phrase and near else None


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
    if latest is None or latest.sentence.index >= sentence.index or _DISPOSALS.match(latest.task):
        return None
    is_meant = _WITHDRAWS_LATEST.search(text, cue.start()) or content_words(latest.task.partition(" ")[2]) & content
    return latest if is_meant else None
