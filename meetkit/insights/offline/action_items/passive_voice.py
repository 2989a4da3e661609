"""Tasks in the passive voice: "the contract will be sent by us"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from meetkit.insights.commitments.verbs import PARTICIPLES
from meetkit.insights.deadlines import find_phrases
from meetkit.insights.language.people import People
from meetkit.insights.language.text import Sentence
from meetkit.insights.offline.action_items.candidates import Draft, quote

_PASSIVE = re.compile(
    r"\b(?P<object>(?:the|a|an|your|our|my|both|all)\s{1,5}(?:[\w'-]{1,40}\s{1,5}){1,8}?)"
    r"(?:will|is going to|are going to|has to|have to|needs to|need to|should"
    r"|must)\s{1,5}be\s{1,5}(?:\w{1,20}ly\s{1,5})?"
    r"(?P<done>\w{2,20}(?:\s(?:up|together|out|over|back)\b)?)(?P<rest>[^,;.!?]{0,200})",
    re.IGNORECASE,
)
_AGENT = re.compile(
    r"\bby\s{1,5}(?P<agent>me|us|our team|my team|[^\W\d_][\w'-]*(?:\s[^\W\d_][\w'-]*)?)", re.IGNORECASE
)


def passives(sentence: Sentence, people: People) -> Iterator[Draft]:
    """The tasks that a sentence puts so, where it says by whom of those present, or by when.

    What merely will be done ("the alerts will be sent to the team") tells of a product.
    """
    if "be" not in sentence.words:
        return
    text = sentence.text.replace("\u2019", "'")
    for match in _PASSIVE.finditer(text):
        done = match["done"].lower()
        verb = PARTICIPLES.get(done) or PARTICIPLES.get(done.split()[0])
        if verb and (draft := _draft(match, verb, sentence, people)):
            yield draft


def _draft(match: re.Match[str], verb: str, sentence: Sentence, people: People) -> Draft | None:
    start, end = match.start("rest"), match.end("rest")
    phrases = list(find_phrases(sentence.text, start, end))
    agent = _agent(match, sentence, people)
    if not phrases and agent is None:
        return None
    noun = " ".join(match["object"].split())
    task = f"{verb.capitalize()} {noun[0].lower()}{noun[1:]}"
    draft = Draft(task, sentence, match.end("done"), turn=sentence.turn.index)
    draft.evidence["task"].append(quote(sentence, match.start("object"), match.end("done"), "task"))
    if agent and agent[0]:
        draft.owner = agent[0]
        draft.evidence["owner"].append(quote(sentence, agent[1], agent[2], "owner"))
    if phrases:
        said = sentence.text[phrases[0].start : phrases[0].end]
        draft.set_deadline(said, quote(sentence, phrases[0].start, phrases[0].end, "deadline"))
    return draft


def _agent(match: re.Match[str], sentence: Sentence, people: People) -> tuple[str | None, int, int] | None:
    """Who does it, and the place of the words that say so; `None` for the owner where it is "us"."""
    if not (found := _AGENT.search(match["rest"])):
        return None
    words, at = found["agent"].lower(), match.start("rest") + found.start()
    if words == "me":
        return sentence.turn.speaker, at, at + len(found[0])
    if words in ("us", "our team", "my team"):
        return None, at, at + len(found[0])
    for name in (found["agent"], found["agent"].split()[0]):
        if owner := people.called(name):
            return owner, at, match.start("rest") + found.start("agent") + len(name)
    return None
