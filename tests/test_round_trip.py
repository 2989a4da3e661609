"""Law: every model comes back from JSON as it went in."""

from __future__ import annotations

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from meetkit.availability.query import SlotRequest
from meetkit.models import Meeting, MeetingUpdate
from meetkit.models.base import Value
from meetkit.models.records import Record
from meetkit.models.rules import RuledRequest
from meetkit.settings import Settings
from meetkit.settings.value_types import SettingsGroup
from tests import strategies
from tests.account_strategies import EVERY_ACCOUNT
from tests.insight_strategies import EVERY_INSIGHT
from tests.polls_strategies import EVERY_POLL
from tests.strategies import instants, updates

EVERY = (*strategies.EVERY, *EVERY_INSIGHT, *EVERY_ACCOUNT, *EVERY_POLL)
values = st.one_of(EVERY)


@given(values)
def test_json_and_back_is_the_same_value(value: Value) -> None:
    back = type(value).model_validate_json(value.model_dump_json())

    assert back == value
    # Equal instants may differ in their offset; what is written tells.
    assert back.model_dump_json() == value.model_dump_json()


@given(st.tuples(*EVERY))
@settings(max_examples=1)
def test_every_model_is_among_them(some: tuple[Value, ...]) -> None:
    def subclasses(model: type[Value]) -> set[type[Value]]:
        return {one for child in model.__subclasses__() for one in (child, *subclasses(child))}

    parts = {*Settings.__bases__, SettingsGroup, Record, RuledRequest, SlotRequest}
    # What the service alone reads or writes never makes the way back.
    bodies = {
        one
        for one in subclasses(Value)
        if one.__name__.startswith("_")
        or ".routes" in one.__module__
        or one.__module__.startswith(("meetkit.web.", "meetkit.polls.operations", "tests."))
    }
    assert subclasses(Value) - parts - bodies <= {type(one) for one in some}


@given(values)
def test_a_dump_and_back_is_the_same_value(value: Value) -> None:
    assert type(value).model_validate(value.model_dump()) == value
    assert type(value).model_validate(value.model_dump(mode="json")) == value


@given(updates)
def test_an_update_still_knows_what_was_given(update: MeetingUpdate) -> None:
    assert MeetingUpdate.model_validate_json(update.model_dump_json()).changes == update.changes


@given(instants, st.integers(1, 24 * 60))
def test_a_meeting_keeps_its_instant_and_its_length(moment: dt.datetime, minutes: int) -> None:
    meeting = Meeting(id="m", user_id="u", title="t", date=moment, duration_minutes=minutes)

    assert meeting.date == moment.astimezone(dt.UTC)
    assert meeting.end - meeting.date == dt.timedelta(minutes=minutes)
