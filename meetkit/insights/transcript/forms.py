"""Forms: how tools write transcripts in a format. The readers of a format try its forms in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from meetkit.insights.transcript.source_notes import SourceNotes

ContentT = TypeVar("ContentT")
ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Form(Generic[ContentT, ResultT]):
    """A form of transcripts, under the name that docs/transcripts.md lists.

    `recognizes` is a quick look at a file's content that tells this form from those after it. `read` returns what
    was said, and notes problems and the context of the talk.
    """

    name: str
    recognizes: Callable[[ContentT], bool]
    read: Callable[[ContentT, SourceNotes], ResultT]


def choose(forms: Iterable[Form[ContentT, ResultT]], content: ContentT) -> Form[ContentT, ResultT]:
    """Return the first form that recognizes the content; the last form of a format recognizes all."""
    return next(form for form in forms if form.recognizes(content))


def always(_content: object) -> bool:
    """Recognize any content, as the last form of a format does."""
    return True
