"""Action items in the passive voice: "the contract will be sent by us"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from meetkit.insights.commitments.verbs import PARTICIPLES
from meetkit.insights.deadlines import find_phrases
from meetkit.insights.language.people import People
from meetkit.insights.language.text import Sentence
from meetkit.insights.offline.action_items.candidates import Candidate, quote

# A determiner must begin the object, which keeps pronouns and whole clauses out.
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


def find_passive_tasks(sentence: Sentence, people: People) -> Iterator[Candidate]:
    """Yield the passive tasks of a sentence that name an agent who is known, or a deadline.

    Without either, as in "the alerts will be sent to the team", the sentence describes a product.
    """
    if "be" not in sentence.words:
        return
    text = sentence.text.replace("\u2019", "'")
    for match in _PASSIVE.finditer(text):
        participle = match["done"].lower()
        verb = PARTICIPLES.get(participle) or PARTICIPLES.get(participle.split()[0])
        if verb and (candidate := _candidate(match, verb, sentence, people)):
            yield candidate


def _candidate(match: re.Match[str], verb: str, sentence: Sentence, people: People) -> Candidate | None:
    start, end = match.start("rest"), match.end("rest")
    phrases = list(find_phrases(sentence.text, start, end))
    agent = _agent(match, sentence, people)
    if not phrases and agent is None:
        return None
    noun = " ".join(match["object"].split())
    task = f"{verb.capitalize()} {noun[0].lower()}{noun[1:]}"
    candidate = Candidate(task, sentence, match.end("done"), turn=sentence.turn.index)
    candidate.evidence["task"].append(quote(sentence, match.start("object"), match.end("done"), "task"))
    if agent and agent[0]:
        candidate.owner = agent[0]
        candidate.evidence["owner"].append(quote(sentence, agent[1], agent[2], "owner"))
    if phrases:
        deadline = sentence.text[phrases[0].start : phrases[0].end]
        candidate.set_deadline(deadline, quote(sentence, phrases[0].start, phrases[0].end, "deadline"))
    return candidate


def _agent(match: re.Match[str], sentence: Sentence, people: People) -> tuple[str | None, int, int] | None:
    """Return the agent and the span `[start, end)` of its words in the sentence; the agent is `None` for "us"."""
    if not (agent := _AGENT.search(match["rest"])):
        return None
    words, start = agent["agent"].lower(), match.start("rest") + agent.start()
    if words == "me":
        return sentence.turn.speaker, start, start + len(agent[0])
    if words in ("us", "our team", "my team"):
        return None, start, start + len(agent[0])
    for name in (agent["agent"], agent["agent"].split()[0]):
        if owner := people.full_name(name):
            return owner, start, match.start("rest") + agent.start("agent") + len(name)
    return None
