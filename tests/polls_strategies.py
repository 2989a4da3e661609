"""Hypothesis strategies for polls."""

from __future__ import annotations

from hypothesis import strategies as st

from meetkit.polls.models import (
    InvitedPoll,
    Link,
    LinkAnswer,
    LinkToken,
    NewLink,
    NewPoll,
    Option,
    Participant,
    Poll,
    PollAnswer,
    PollBooking,
    PollRecord,
    Tally,
)
from tests.strategies import durations, instants, lines, naive_moments, names, zones

numbers = st.integers(1, 50)
answers = st.dictionaries(numbers, st.sampled_from(["yes", "if_need_be", "no"]), max_size=3)
counts = st.integers(0, 100)
tokens = st.text("abcXYZ019-_", min_size=1, max_size=43)
statuses = st.sampled_from(["open", "closed", "booked"])
options = st.builds(Option, number=numbers, start=instants)
some_options = st.lists(options, min_size=1, max_size=3, unique_by=lambda option: option.number)
participants = st.builds(
    Participant,
    user_id=st.none() | lines,
    contact_id=st.none() | lines,
    answers=answers,
    answered_at=st.none() | instants,
)
polls = st.builds(
    Poll,
    id=lines,
    tenant_id=lines,
    user_id=lines,
    title=names,
    duration_minutes=durations,
    timezone=zones,
    options=some_options,
    participants=st.lists(participants, max_size=2),
    closes_at=st.none() | instants,
    status=statuses,
    option=st.none() | numbers,
    meeting_id=st.none() | lines,
    created_at=instants,
)
new_polls = st.builds(
    NewPoll,
    user_id=st.none() | lines,
    title=names,
    starts=st.lists(naive_moments | instants, min_size=1, max_size=3),
    duration_minutes=durations,
    timezone=st.none() | zones,
    user_ids=st.lists(lines, min_size=1, max_size=2),
    contact_ids=st.lists(lines, max_size=2),
    closes_at=st.none() | naive_moments | instants,
)
invited_polls = st.builds(
    InvitedPoll,
    title=names,
    duration_minutes=durations,
    timezone=zones,
    options=some_options,
    answers=answers,
    accepts_answers=st.booleans(),
    status=statuses,
    option=st.none() | numbers,
)

EVERY_POLL = (
    options,
    participants,
    polls,
    new_polls,
    invited_polls,
    st.builds(Tally, number=numbers, start=instants, yes=counts, if_need_be=counts, no=counts),
    st.builds(PollRecord, poll=polls),
    st.builds(PollAnswer, answers=answers, user_id=st.none() | lines, contact_id=st.none()),
    st.builds(PollBooking, option=st.none() | numbers),
    st.builds(NewLink, contact_id=lines),
    st.builds(Link, contact_id=lines, token=tokens, expires_at=instants),
    st.builds(LinkToken, token=tokens),
    st.builds(LinkAnswer, token=tokens, answers=answers),
)
