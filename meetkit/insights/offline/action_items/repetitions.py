"""Repetitions: whether a task means an earlier item, as "send it" does."""

from __future__ import annotations

import re

from meetkit.insights.commitments import Task
from meetkit.insights.language.deduplication import same_verb
from meetkit.insights.language.word_lists import word_set
from meetkit.insights.offline.action_items import references
from meetkit.insights.offline.action_items.candidates import Candidate

# Verbs for which "it" may be the result of an earlier item: "draft the offer", "I'll send it".
_TRANSFER_VERBS = word_set("send share forward email mail resend submit deliver circulate")
_PRODUCTION = ("Make ", "Write ", "Draft ", "Prepare ", "Create ", "Compile ", "Collect ", "Update ", "Finish ")
_DOING_VERBS = word_set("do handle have get ship take grab own pick cover sort")
_REPORTING_BACK = re.compile(r"(?:get|come|report|circle) back|follow up|let \w+ know", re.IGNORECASE)
# Verbs that announce an answer to an open question.
CHECKING_VERBS = word_set("check find look confirm verify ask investigate clarify get")


def has_own_deadline(candidate: Candidate, before: Candidate) -> bool:
    """Return whether a candidate has a deadline of its own: "I'll ask them today and introduce you next week"."""
    is_timed = None not in (before.deadline, candidate.deadline)
    return is_timed and (before.sentence is candidate.sentence or not same_verb(candidate.task, before.task))


def refers_to(task: Task, before: Candidate) -> bool:
    """Return whether "send it", "ping him" or "get back to you" refers to an item, by its verb."""
    if references.is_contact_of(task.text, before.task):
        return True
    if _REPORTING_BACK.match(task.text):
        return before.task.split()[0].lower() in CHECKING_VERBS
    if before.task.startswith("Make sure"):
        return False
    is_generic_verb = task.verb in _TRANSFER_VERBS or task.verb in _DOING_VERBS
    return same_verb(task.text, before.task) or (task.has_pronoun and is_generic_verb)


def is_transfer_of(task: Task, before: Candidate) -> bool:
    """Return whether a task hands over what an item makes: "make the list", "and send it to me"."""
    return task.has_pronoun and task.verb in _TRANSFER_VERBS and before.task.startswith(_PRODUCTION)
