"""What a model is asked for, section by section: claims, each with the words it rests on."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field

from meetkit.models.analysis import Score
from meetkit.models.base import NOT_BLANK, STORABLE

Words = Annotated[str, Field(min_length=1, max_length=500), STORABLE, NOT_BLANK]
Name = Annotated[str, Field(min_length=1, max_length=200), STORABLE, NOT_BLANK]


def _no_more_than(most: int) -> BeforeValidator:
    """What exceeds the list is cut, as what matters comes first."""

    def cut(value: Any) -> Any:
        return value[:most] if isinstance(value, list) else value

    return BeforeValidator(cut)


class Citation(BaseModel):
    """Words that were said, and the number of the turn they are from, which is a hint."""

    quote: Annotated[str, Field(min_length=1, max_length=2000), STORABLE]
    turn: int | None = None


Citations = Annotated[list[Citation], Field(max_length=3), _no_more_than(3)]


class Claim(BaseModel):
    """A statement and the words it rests on."""

    text: Words
    quotes: Citations


class SummaryAnswer(BaseModel):
    """The sentences of a summary, the most important first."""

    sentences: Annotated[list[Claim], Field(max_length=8), _no_more_than(8)]


class ItemClaim(BaseModel):
    """Who is to do what by when."""

    task: Words
    quotes: Citations
    owner: Name | None
    deadline: Name | None
    priority: Literal["low", "medium", "high"]


class ItemsAnswer(BaseModel):
    """The action items."""

    items: Annotated[list[ItemClaim], Field(max_length=40), _no_more_than(40)]


class DecisionsAnswer(BaseModel):
    """The decisions."""

    decisions: Annotated[list[Claim], Field(max_length=30), _no_more_than(30)]


class QuestionClaim(BaseModel):
    """A question as it was asked, and the words that answer it."""

    question: Citation
    answer: Citation | None


class QuestionsAnswer(BaseModel):
    """The questions."""

    questions: Annotated[list[QuestionClaim], Field(max_length=40), _no_more_than(40)]


class TopicClaim(BaseModel):
    """A topic and the stretch of turns about it, both ends included."""

    label: Name
    first_turn: int
    last_turn: int
    quotes: Citations


class TopicsAnswer(BaseModel):
    """The topics, the weightiest first."""

    topics: Annotated[list[TopicClaim], Field(max_length=12), _no_more_than(12)]


class Moment(Citation):
    """Words that show a feeling, and how good or bad it is."""

    score: Score


class SentimentAnswer(BaseModel):
    """The moments in which somebody shows how they feel."""

    moments: Annotated[list[Moment], Field(max_length=20), _no_more_than(20)]


class FollowUpsAnswer(BaseModel):
    """The next steps, the most pressing first."""

    follow_ups: Annotated[list[Claim], Field(max_length=8), _no_more_than(8)]


@cache
def schema_of(answer: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema of an answer, without what helps only people."""
    schema: dict[str, Any] = _terse(answer.model_json_schema())
    return schema


def _terse(value: Any) -> Any:
    if isinstance(value, dict):
        named = value.get("properties")
        kept = {name: _terse(part) for name, part in value.items() if name not in ("title", "description", "default")}
        return kept | {"properties": {name: _terse(part) for name, part in named.items()}} if named else kept
    return [_terse(part) for part in value] if isinstance(value, list) else value
