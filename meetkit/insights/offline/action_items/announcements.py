"""Announcements: what speakers do next or within the meeting, and what they hold out as merely possible."""

from __future__ import annotations

import re

from meetkit.insights.commitments import Commitment, Kind, Task
from meetkit.insights.language.word_lists import word_set

# Acts of talking and showing, by their verb and object: "change the subject", "put the link in the chat".
_IN_MEETING = re.compile(
    r"(?:(?:change|switch|raise|drop|leave|open|close|finish|start|introduce|address|cover|bring up|add|make"
    r"|take|answer|ask|repeat|rephrase|complete|get back to) (?:(?:the|a|an|my|one|another|this|that|your|just|last"
    r"|next|quick|few|first|second|final|two|some)\s){0,4}"
    r"(?:subject|topic|point|points|remark|remarks|sentence|thought|comment|question|questions|story|floor|statement)\b"
    r"(?!\s(?:in|by|to|with|from|for|via|list)\b)"
    r"|(?:put|post|drop|paste|share|send|add|write|type|copy) [^.;!?]{0,80}"
    r"\b(?:in|into|to) the (?:meeting |call )?chat\b"
    r"|(?:share|stop sharing|present) (?:my|the|this|our) (?:screen|window|tab)\b)",
    re.IGNORECASE,
)
# Verbs of speech that a colon follows announce the words after it: "I'll say it plainly: …".
_SPEECH_VERBS = word_set("say tell ask add repeat remind give name list read quote explain put note share state answer")
_TO_THOSE_PRESENT = re.compile(r"\w+ (?:you|it|this|that|one|a|an|the|just|only|everyone|everybody|again)\b", re.I)
_COLON = re.compile(r"[^:;.!?]{0,40}:\s")
_SHOWING_VERBS = word_set("show tell explain present demonstrate discuss talk come get go cover describe")
_WITHIN_MINUTES = re.compile(
    r"in (?:a|an|one|two|three|five|ten|a few|a couple of) (?:minutes?|seconds?|moments?)\b", re.I
)
# What a course or a product gives those who listen: "today you'll learn how to …".
_EXPERIENCES = word_set("learn see hear notice find feel experience discover understand recognize recognise")
_AFTERTHOUGHT = re.compile(r",? (?:maybe|perhaps|possibly|some ?day|one day|or maybe not)[.!]?\Z", re.IGNORECASE)


def is_announced(commitment: Commitment, task: Task) -> bool:
    """Return whether a task is done within the meeting by those who speak, or by nobody."""
    if commitment.kind is Kind.REQUEST:
        return task.verb in _EXPERIENCES and commitment.text[commitment.start :][:3].lower() == "you"
    if task.deadline:
        return task.verb in _SHOWING_VERBS and bool(_WITHIN_MINUTES.match(task.deadline.text))
    return bool(_IN_MEETING.match(task.text)) or _introduces_words(commitment, task)


def _introduces_words(commitment: Commitment, task: Task) -> bool:
    if task.verb not in _SPEECH_VERBS or not _TO_THOSE_PRESENT.match(task.text):
        return False
    return bool(_COLON.match(commitment.text, task.end))


def is_afterthought(commitment: Commitment) -> bool:
    """Return whether the sentence takes half of its promise back: "I'll raise it again, maybe"."""
    return bool(_AFTERTHOUGHT.search(commitment.text[-20:]))
