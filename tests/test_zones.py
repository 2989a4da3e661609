"""Instants and wall clocks, where they are hardest."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo, _zoneinfo  # type: ignore[attr-defined]  # private, and the only way to see changes

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from meetkit.errors import InvalidRequestError
from meetkit.models.zones import (
    DAY,
    Moment,
    day_start,
    localize,
    offset_spans,
    parse_moment,
    pin_offset,
    resolve,
    to_datetime,
    to_microseconds,
    zone_name,
)
from tests.strategies import ZONES, instants, naive_moments, zones


@given(instants)
def test_microseconds_and_back_is_the_same_instant(moment: dt.datetime) -> None:
    assert to_datetime(to_microseconds(moment)) == moment.astimezone(dt.UTC)


@given(instants)
def test_a_pinned_offset_is_the_same_instant_for_good(moment: dt.datetime) -> None:
    pinned = pin_offset(moment)

    assert to_microseconds(pinned) == to_microseconds(moment)
    assert not isinstance(pinned.tzinfo, ZoneInfo)
    assert pin_offset(pinned) == pinned


@given(naive_moments, zones)
def test_a_wall_clock_time_is_either_shown_or_refused(naive: dt.datetime, zone: str) -> None:
    tz = ZoneInfo(zone)
    try:
        instant = localize(naive, zone)
    except InvalidRequestError:
        skipped = naive.replace(tzinfo=tz)
        assert skipped.astimezone(dt.UTC).astimezone(tz).replace(tzinfo=None) != naive
    else:
        assert instant.astimezone(dt.UTC).astimezone(tz).replace(tzinfo=None) == naive


@pytest.mark.parametrize(
    ("naive", "zone", "following"),
    [
        ("2026-03-29T02:00:00", "Europe/Berlin", "2026-03-29T03:00:00"),
        ("2026-03-29T02:59:59", "Europe/Berlin", "2026-03-29T03:00:00"),
        ("2026-10-04T02:10:00", "Australia/Lord_Howe", "2026-10-04T02:30:00"),
        ("2011-12-30T12:00:00", "Pacific/Apia", "2011-12-31T00:00:00"),
        ("2018-11-04T00:30:00", "America/Sao_Paulo", "2018-11-04T01:00:00"),
    ],
)
def test_a_skipped_time_names_the_next_valid_one(naive: str, zone: str, following: str) -> None:
    with pytest.raises(InvalidRequestError, match=f"next valid time is {following}"):
        localize(dt.datetime.fromisoformat(naive), zone)
    localize(dt.datetime.fromisoformat(following), zone)


@pytest.mark.parametrize("fold", [0, 1])
def test_of_two_equal_times_the_first_is_meant(fold: int) -> None:
    naive = dt.datetime(2026, 10, 25, 2, 30, fold=fold)

    assert localize(naive, "Europe/Berlin").utcoffset() == dt.timedelta(hours=2)


@given(zones, st.integers(-40, 80), st.integers(0, 400))
def test_spans_cover_the_time_and_have_one_offset_each(zone: str, years: int, days: int) -> None:
    start = years * 365 * DAY + 123_456
    end = start + days * DAY
    tz = ZoneInfo(zone)

    at = start
    for begin, finish, offset in offset_spans(zone, start, end):
        assert begin == at < finish
        for moment in (begin, (begin + finish) // 2, finish - 1):
            shown = to_datetime(moment).astimezone(tz).utcoffset()
            assert shown == dt.timedelta(microseconds=offset)
        at = finish
    assert at == end


def test_no_zone_changes_twice_within_three_days() -> None:
    """What `offset_spans` relies on; later years follow a yearly rule."""
    for zone in ZONES:
        changes = _zoneinfo.ZoneInfo(zone)._trans_utc  # as the database has them
        assert all(later - earlier > 3 * 24 * 3600 for earlier, later in pairwise(changes))


@pytest.mark.parametrize(
    ("day", "zone", "first"),
    [
        ("2025-11-20", "Europe/Berlin", "2025-11-20T00:00:00+01:00"),
        ("2018-11-04", "America/Sao_Paulo", "2018-11-04T01:00:00-02:00"),
        ("2011-12-30", "Pacific/Apia", "2011-12-31T00:00:00+14:00"),
        ("2026-10-25", "Atlantic/Azores", "2026-10-25T00:00:00+00:00"),
    ],
)
def test_a_day_begins_when_its_clock_does(day: str, zone: str, first: str) -> None:
    start = to_datetime(day_start(dt.date.fromisoformat(day), zone), ZoneInfo(zone))

    assert start.isoformat() == first


def test_an_aware_datetime_is_resolved_without_the_zone() -> None:
    moment = dt.datetime(2025, 11, 20, 10, tzinfo=dt.UTC)

    assert resolve(moment, "Asia/Tokyo") == moment


@pytest.mark.parametrize("text", ["2025-11-20T14", "20251120T140000", "2025-11-20 14:00", "2025-11-20T14:00:00.5Z"])
def test_iso_8601_is_read_in_its_usual_forms(text: str) -> None:
    assert parse_moment(text).hour == 14


@given(instants | naive_moments)
def test_a_moment_keeps_its_zone_through_json(moment: dt.datetime) -> None:
    adapter = TypeAdapter(Moment)

    back = adapter.validate_json(adapter.dump_json(moment))

    assert back == adapter.validate_python(moment)
    assert zone_name(back) == zone_name(moment)
    if moment.tzinfo:
        assert to_microseconds(back) == to_microseconds(moment)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-11-20T14:00:00[Asia/Tokyo]", "2025-11-20T14:00:00+09:00"),
        ("2025-11-20T14:00:00Z[Asia/Tokyo]", "2025-11-20T23:00:00+09:00"),
    ],
)
def test_a_zone_in_brackets_is_the_moments_zone(text: str, expected: str) -> None:
    assert parse_moment(text).isoformat() == expected


@pytest.mark.parametrize(
    "text",
    [
        "2025-11-20T14:00:00[]",
        "2025-11-20T14:00:00]",
        "2025-11-20T14:00:00[Asia/Tokyo",
        "[Asia/Tokyo]",
        "2025-11-20T14:00:00[Asia/Tokyo][UTC]",
        "2025-11-20T14:00:00[Asia/Tokio]",
        "0001-01-01T00:00:00+14:00[Asia/Tokyo]",
        "9999-12-31T23:59:59-12:00[Asia/Tokyo]",
    ],
)
def test_a_zone_in_brackets_must_be_one(text: str) -> None:
    with pytest.raises(ValueError, match=r"not an ISO 8601|unknown time zone 'Asia/Tokio'|year must lie"):
        parse_moment(text)


def test_before_standard_time_offsets_with_seconds_become_utc() -> None:
    local_mean_time = dt.datetime(1880, 1, 1, 12, tzinfo=ZoneInfo("Europe/Berlin"))

    assert pin_offset(local_mean_time).tzinfo is dt.UTC
