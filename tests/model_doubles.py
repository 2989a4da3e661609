"""Models for tests: a truthful one, one with scripted answers, and their view of a prompt."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from meetkit.errors import LLMAPIError

Turns = list[dict[str, Any]]
Answer = dict[str, Any]


class PromptView(NamedTuple):
    """A prompt as a model reads it: the text outside the data, the data, and the requested section."""

    outside: str
    data: dict[str, Any]
    section: str


SECTIONS = {
    "sentences": "summary",
    "items": "action_items",
    "decisions": "decisions",
    "questions": "questions",
    "topics": "topics",
    "moments": "sentiment",
    "follow_ups": "follow_ups",
}
"""Sections by the field of their answers."""


def see(prompt: str) -> PromptView:
    """Read a prompt: the block of data goes from the first `<data>` to the first `</data>` after it."""
    before, _, rest = prompt.partition("<data>\n")
    block, _, after = rest.partition("\n</data>")
    schema = json.loads(after.rpartition("<schema>\n")[2].partition("\n</schema>")[0])
    (field,) = schema["properties"]
    return PromptView(before + after, json.loads(block), SECTIONS[field])


class SectionModel:
    """A model that answers each section by a function of the data, or by a constant."""

    name = "section-model"

    def __init__(self, answers: Mapping[str, Answer | Callable[[Turns], Answer]]) -> None:
        """Take the answers by section; a section without one fails."""
        self.answers = answers
        self.asked: list[PromptView] = []

    def generate(self, prompt: str, system_prompt: str | None = None) -> str:
        """Answer from the data."""
        assert system_prompt
        view = see(prompt)
        self.asked.append(view)
        if view.section not in self.answers:
            raise LLMAPIError("no answer")
        answer = self.answers[view.section]
        return json.dumps(answer(view.data["turns"]) if callable(answer) else answer)


def truthful() -> SectionModel:
    """Return a model that finds the obvious statements and quotes them."""
    return SectionModel(
        {
            "summary": lambda turns: {"sentences": [_claim(quote) for quote in _having(turns, r"\d|agreed")]},
            "action_items": lambda turns: {"items": [_item(quote) for quote in _having(turns, r"I'll|Let me")]},
            "decisions": lambda turns: {"decisions": [_claim(quote) for quote in _having(turns, r"agreed|decided")]},
            "questions": lambda turns: {"questions": list(_questions(turns))},
            "topics": lambda turns: {
                "topics": [_topic(quote) for quote in _having(turns, r"migration|premium support")]
            },
            "sentiment": lambda turns: {"moments": list(_moments(turns))},
            "follow_ups": lambda turns: {"follow_ups": [_claim(quote) for quote in _having(turns, r"\bneed")]},
        }
    )


def _sentences(turns: Turns) -> Iterator[Answer]:
    for turn in turns:
        for sentence in re.split(r"(?<=[.?!])\s+", turn["text"]):
            yield {"quote": sentence, "turn": turn["turn"]}


def _having(turns: Turns, pattern: str) -> list[Answer]:
    return [quote for quote in _sentences(turns) if quote["quote"] and re.search(pattern, quote["quote"])]


def _claim(quote: Answer) -> Answer:
    return {"text": quote["quote"], "quotes": [quote]}


def _item(quote: Answer) -> Answer:
    deadline = re.search(r"by \w+|next week", quote["quote"])
    task = re.sub(r".*(?:I'll|Let me) ", "", quote["quote"]).rstrip(".")
    return {
        "task": task.capitalize(),
        "quotes": [quote],
        "owner": None,
        "deadline": deadline and deadline[0],
        "priority": "medium",
    }


def _questions(turns: Turns) -> Iterator[Answer]:
    quotes = list(_sentences(turns))
    for question, following in zip(quotes, [*quotes[1:], None], strict=False):
        if question["quote"].endswith("?"):
            yield {"question": question, "answer": following}


def _topic(quote: Answer) -> Answer:
    label = re.search(r"migration|premium support", quote["quote"])
    assert label
    return {"label": label[0], "first_turn": quote["turn"], "last_turn": quote["turn"], "quotes": [quote]}


def _moments(turns: Turns) -> Iterator[Answer]:
    for turn in turns:
        for clause in re.findall(r"[^,.?!]+", turn["text"]):
            for score, pattern in ((0.8, r"love|relief"), (-0.6, r"worried")):
                if re.search(pattern, clause):
                    yield {"quote": clause, "turn": turn["turn"], "score": score}
