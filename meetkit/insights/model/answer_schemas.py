"""Answer schemas, one per section: claims of a model, each with its quotes.

The names of the classes and fields are part of the schema that the model reads.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field

from meetkit.models.analysis import Score
from meetkit.models.base import NOT_BLANK, STORABLE

Words = Annotated[str, Field(min_length=1, max_length=500), STORABLE, NOT_BLANK]
Name = Annotated[str, Field(min_length=1, max_length=200), STORABLE, NOT_BLANK]


# Models exceed the limits of lists; refusing the whole answer for that would cost another call.
def _cut_after(count: int) -> BeforeValidator:
    """Return a validator that cuts a list after `count` items: models list the most important first."""

    def _cut(value: Any) -> Any:
        return value[:count] if isinstance(value, list) else value

    return BeforeValidator(_cut)


class Citation(BaseModel):
    """A quote, and the number of its turn as a hint."""

    quote: Annotated[str, Field(min_length=1, max_length=2000), STORABLE]
    turn: int | None = None


Citations = Annotated[list[Citation], Field(max_length=3), _cut_after(3)]


class Claim(BaseModel):
    """A statement and its quotes."""

    text: Words
    quotes: Citations


class SummaryAnswer(BaseModel):
    """The sentences of a summary, the most important first."""

    sentences: Annotated[list[Claim], Field(max_length=8), _cut_after(8)]


class ItemClaim(BaseModel):
    """An action item: the task, its owner and deadline."""

    task: Words
    quotes: Citations
    owner: Name | None
    deadline: Name | None
    priority: Literal["low", "medium", "high"]


class ItemsAnswer(BaseModel):
    """The action items."""

    items: Annotated[list[ItemClaim], Field(max_length=40), _cut_after(40)]


class DecisionsAnswer(BaseModel):
    """The decisions."""

    decisions: Annotated[list[Claim], Field(max_length=30), _cut_after(30)]


class QuestionClaim(BaseModel):
    """A question as it was asked, and the quote that answers it."""

    question: Citation
    answer: Citation | None


class QuestionsAnswer(BaseModel):
    """The questions."""

    questions: Annotated[list[QuestionClaim], Field(max_length=40), _cut_after(40)]


class TopicClaim(BaseModel):
    """A topic and its turns, from `first_turn` to `last_turn` inclusive."""

    label: Name
    first_turn: int
    last_turn: int
    quotes: Citations


class TopicsAnswer(BaseModel):
    """The topics, the most important first."""

    topics: Annotated[list[TopicClaim], Field(max_length=12), _cut_after(12)]


class Moment(Citation):
    """A quote that shows a feeling, and its score."""

    score: Score


class SentimentAnswer(BaseModel):
    """The moments that show feelings."""

    moments: Annotated[list[Moment], Field(max_length=20), _cut_after(20)]


class FollowUpsAnswer(BaseModel):
    """The next steps, the most urgent first."""

    follow_ups: Annotated[list[Claim], Field(max_length=8), _cut_after(8)]


@cache
def schema_of(answer: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON Schema of an answer without titles, descriptions and defaults."""
    schema: dict[str, Any] = _without_annotations(answer.model_json_schema())
    return schema


def _without_annotations(value: Any) -> Any:
    if isinstance(value, dict):
        # Under "properties" such a word is the name of a field and stays.
        properties = value.get("properties")
        terse = {
            name: _without_annotations(part)
            for name, part in value.items()
            if name not in ("title", "description", "default")
        }
        return (
            terse | {"properties": {name: _without_annotations(part) for name, part in properties.items()}}
            if properties
            else terse
        )
    return [_without_annotations(part) for part in value] if isinstance(value, list) else value
