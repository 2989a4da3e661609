"""The commitment: a head that says who is to act, and the words of the task."""

from __future__ import annotations

from dataclasses import dataclass

from meetkit.insights.commitments.patterns import Kind
from meetkit.insights.language.text import Sentence


@dataclass(frozen=True, slots=True)
class Commitment:
    """A head `[start, task_start)` and the words of its task `[task_start, end)`, in code points of the sentence.

    `text` is the sentence with straight apostrophes, at the same positions.
    `owner_span` is the span of the words that name the owner; `owner` is `None` where they name nobody.
    `verb` is the verb that the head stands for, such as "send" for "I owe you"; it is `None` where the task has its
    own, and empty where the task is only a noun.
    """

    sentence: Sentence
    text: str
    kind: Kind
    start: int
    task_start: int
    end: int
    owner_span: tuple[int, int]
    owner: str | None
    verb: str | None = None
