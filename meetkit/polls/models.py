"""Polls: the values, and the requests that create and answer them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal, NotRequired, Self, TypedDict

from pydantic import BeforeValidator, Field, computed_field, model_validator

from meetkit.models.base import WHOLE, Line, Many, Name, Value, at_most
from meetkit.models.meetings import DurationMinutes
from meetkit.models.records import Record
from meetkit.models.zones import Instant, Moment, UtcInstant, Zone

# Bounded, as a poll is read whole; nobody compares more times than these.
MAX_OPTIONS = 50
MAX_PARTICIPANTS = 100
Choice = Literal["yes", "if_need_be", "no"]
PollStatus = Literal["open", "closed", "booked"]
OptionNumber = Annotated[int, Field(strict=True, ge=1, le=MAX_OPTIONS), WHOLE]


def _canonical(value: object) -> object:
    # "1" and "01" are one number, of which a dictionary would keep the last answer without a word.
    if isinstance(value, str) and not re.fullmatch("[1-9][0-9]?", value):
        raise ValueError("must be the number of an option, such as 1")
    return value


# The keys of a JSON object are strings, so that these are not strict.
Answers = Annotated[
    dict[Annotated[int, BeforeValidator(_canonical), Field(ge=1, le=MAX_OPTIONS)], Choice],
    at_most(MAX_OPTIONS),
    Field(
        max_length=MAX_OPTIONS,
        description="The answer by number of the option; those left out are not answered.",
        json_schema_extra={"propertyNames": {"pattern": "^([1-9]|[1-4][0-9]|50)$"}},
    ),
]
Ids = Annotated[Many[Line], Field(max_length=MAX_PARTICIPANTS)]


class NewPoll(Value):
    """Times to propose to users and contacts. Naive times are wall-clock times of `timezone`, by default the owner's.

    Answers are accepted until `closes_at`, by default until the poll is closed or booked.
    """

    user_id: Line | None = Field(default=None, description="The owner; by default the caller.")
    title: Name
    starts: Annotated[Many[Moment], Field(min_length=1, max_length=MAX_OPTIONS)]
    duration_minutes: DurationMinutes = 60
    timezone: Zone | None = None
    user_ids: Ids = ()
    contact_ids: Ids = ()
    closes_at: Moment | None = None

    @model_validator(mode="after")
    def _asks_somebody(self) -> Self:
        if not self.user_ids and not self.contact_ids:
            raise ValueError("user_ids: name at least one user or contact to ask")
        return self


class NewPollFields(TypedDict):
    """A dictionary in place of a `NewPoll`, so that a type checker finds a misspelt or missing field."""

    user_id: NotRequired[str | None]
    title: str
    starts: Sequence[dt.datetime | str]
    duration_minutes: NotRequired[int]
    timezone: NotRequired[str | None]
    user_ids: NotRequired[Sequence[str]]
    contact_ids: NotRequired[Sequence[str]]
    closes_at: NotRequired[dt.datetime | str | None]


class Option(Value):
    """A proposed time; `number` counts from 1, by start."""

    number: OptionNumber
    start: Instant


class Participant(Value):
    """A participant who is asked, a user or a contact, with their answers by number of the option."""

    user_id: Line | None = None
    contact_id: Line | None = None
    answers: Answers = Field(default={})
    answered_at: UtcInstant | None = None


class Tally(Value):
    """The number of each answer to an option."""

    number: OptionNumber
    start: Instant
    yes: int
    if_need_be: int
    no: int


class Poll(Value):
    """Times that a user proposes to others. `option` is the number of the booked one, `meeting_id` its meeting.

    `ranking` lists the options, the best first: most yes, then fewest no, then the earliest.
    """

    output_only: ClassVar[frozenset[str]] = frozenset({"ranking"})

    id: Line
    tenant_id: Line
    user_id: Line
    title: Line
    duration_minutes: DurationMinutes
    timezone: Zone
    options: Many[Option]
    participants: Many[Participant]
    closes_at: UtcInstant | None = None
    status: PollStatus = "open"
    option: OptionNumber | None = None
    meeting_id: Line | None = None
    created_at: UtcInstant

    @computed_field  # type: ignore[prop-decorator]  # mypy cannot see through a decorated property
    @property
    def ranking(self) -> list[Tally]:
        """The options with the numbers of their answers, the best first."""
        # Numbers are in the order of time, so that no two options rank equal.
        return sorted(map(self._tally, self.options), key=lambda tally: (-tally.yes, tally.no, tally.number))

    @property
    def ends_at(self) -> dt.datetime:
        """The end of the last option."""
        return self.options[-1].start + dt.timedelta(minutes=self.duration_minutes)

    def accepts_answers(self, now: dt.datetime) -> bool:
        """Return whether answers are accepted at an instant."""
        return self.status == "open" and (self.closes_at is None or now < self.closes_at)

    def _tally(self, option: Option) -> Tally:
        answers = [person.answers.get(option.number) for person in self.participants]
        return Tally(
            number=option.number,
            start=option.start,
            yes=answers.count("yes"),
            if_need_be=answers.count("if_need_be"),
            no=answers.count("no"),
        )


class PollRecord(Record):
    """A poll in an export; links to it are not exported."""

    kind: Literal["poll"] = "poll"
    poll: Poll


class PollAnswer(Value):
    """The answers of a user, by default the caller, or of a contact, which only who may change the poll enters.

    They replace the earlier ones.
    """

    answers: Answers
    user_id: Line | None = None
    contact_id: Line | None = None

    @model_validator(mode="after")
    def _is_of_one(self) -> Self:
        if self.user_id is not None and self.contact_id is not None:
            raise ValueError("name either a user_id or a contact_id; by default the caller")
        return self


class PollBooking(Value):
    """The option to book; by default the best one that is still to come."""

    option: OptionNumber | None = None


class NewLink(Value):
    """The contact who gets a link to a poll."""

    contact_id: Line


class Link(Value):
    """A link that lets a contact answer one poll, without an account, until it expires. Only the newest one works."""

    contact_id: Line
    token: str
    expires_at: UtcInstant


class LinkToken(Value):
    """The token of a link."""

    # Ours have 43 characters; nothing much longer is hashed.
    token: Annotated[str, Field(min_length=1, max_length=200)]


class LinkAnswer(LinkToken):
    """The answers of who has a link; they replace the earlier ones."""

    answers: Answers


class InvitedPoll(Value):
    """A poll as who has a link sees it: their own answers alone, and nobody else's name."""

    title: Line
    duration_minutes: DurationMinutes
    timezone: Zone
    options: Many[Option]
    answers: Answers
    accepts_answers: bool
    status: PollStatus
    option: OptionNumber | None
