"""Why a start does not work: each reason, with the interval that stands in the way."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from meetkit import meeting_service as service
from meetkit.availability import AvailabilityQuery, BusyInterval, Obstacle, Participant, WorkHours, explain, search
from meetkit.errors import InvalidRequestError, NotFoundError

ALWAYS = WorkHours(days=range(7), start="00:00", end="24:00")
WEEKDAYS = WorkHours(days=range(5), start="09:00", end="17:00")


def at(clock: str, day: int = 19) -> dt.datetime:
    return dt.datetime.fromisoformat(f"2025-11-{day:02}T{clock}Z")


def ann(**more: Any) -> Participant:
    busy = (BusyInterval(start=at("12:00"), end=at("13:00")),)
    return Participant(**{"id": "ann", "timezone": "UTC", "work_hours": WEEKDAYS, "busy": busy, **more})


def query(*people: Participant, **more: Any) -> AvailabilityQuery:
    window = {"window_start": at("00:00"), "window_end": at("00:00", 20), "duration_minutes": 60}
    return AvailabilityQuery(participants=people or (ann(),), **{**window, **more})


def told(obstacles: list[Obstacle]) -> list[tuple[str | None, str, dt.datetime, dt.datetime]]:
    return [(one.participant_id, one.reason, one.start, one.end) for one in obstacles]


@pytest.mark.parametrize(
    ("start", "change", "expected", "sentence"),
    [
        ("10:00", {}, [], "nothing is in the way"),
        ("11:00", {}, [], "the meeting may end where another begins"),
        ("13:00", {}, [], "and begin where it ends"),
        ("11:01", {}, [("ann", "busy", at("12:00"), at("13:00"))], "a minute of overlap is an overlap"),
        ("12:30", {}, [("ann", "busy", at("12:00"), at("13:00"))], "the whole busy interval is named"),
        (
            "08:00",
            {},
            [("ann", "outside_hours", at("17:00", 18), at("09:00"))],
            "before work, since the evening before",
        ),
        ("16:30", {}, [("ann", "outside_hours", at("17:00"), at("09:00", 20))], "after work, until the next morning"),
        (
            "11:00",
            {"buffer_before_minutes": 15},
            [("ann", "buffer", at("11:45"), at("12:00"))],
            "too close before a busy interval",
        ),
        (
            "13:00",
            {"buffer_after_minutes": 15},
            [("ann", "buffer", at("13:00"), at("13:15"))],
            "too close after a busy interval",
        ),
        (
            "10:00",
            {"now": at("09:00"), "min_notice_minutes": 90},
            [(None, "notice", at("10:00"), at("10:30"))],
            "too soon",
        ),
        ("10:00", {"now": at("10:01")}, [(None, "notice", at("10:00"), at("10:01"))], "in the past"),
        ("10:00", {"window_start": at("10:30")}, [(None, "window", at("10:00"), at("10:30"))], "before the window"),
        ("10:00", {"window_end": at("10:30")}, [(None, "window", at("10:30"), at("11:00"))], "beyond the window"),
        (
            "10:00",
            {"window_start": at("10:15"), "window_end": at("10:30")},
            [(None, "window", at("10:00"), at("10:15")), (None, "window", at("10:30"), at("11:00"))],
            "on both sides of a window that is too short",
        ),
        (
            "16:30",
            {"window_end": at("17:00"), "now": at("17:00"), "duration_minutes": 60},
            [
                (None, "window", at("17:00"), at("17:30")),
                (None, "notice", at("16:30"), at("17:00")),
                ("ann", "outside_hours", at("17:00"), at("09:00", 20)),
            ],
            "everything at once",
        ),
    ],
)
def test_truth_table(start: str, change: dict[str, Any], expected: list[Any], sentence: str) -> None:
    assert told(explain(query(**change), at(start))) == expected, sentence


def test_a_weekend_is_named_from_friday_to_monday() -> None:
    saturday = query(window_start=at("00:00", 22), window_end=at("00:00", 23))

    assert told(explain(saturday, at("10:00", 22))) == [("ann", "outside_hours", at("17:00", 21), at("09:00", 24))]


def test_hours_off_are_looked_up_for_a_week() -> None:
    [obstacle] = explain(query(ann(work_hours=())), at("10:00"))

    assert (obstacle.start, obstacle.end) == (at("10:00", 12), at("11:00", 26))


def test_tentative_time_is_an_obstacle_where_it_is_busy() -> None:
    maybe = (BusyInterval(start=at("10:00"), end=at("11:00"), status="tentative"),)

    assert len(explain(query(ann(busy=maybe)), at("10:00"))) == 1
    assert explain(query(ann(busy=maybe), tentative_is_busy=False), at("10:00")) == []


def test_optional_people_are_obstacles_only_to_a_quorum() -> None:
    ben, cho = (ann(id=name, required=False) for name in ("ben", "cho"))
    dee = ann(id="dee", required=False, busy=())

    assert explain(query(ann(busy=()), ben, cho, dee), at("12:00")) == []
    assert explain(query(ann(busy=()), ben, cho, dee, quorum=1), at("12:00")) == []
    missing = [one.participant_id for one in explain(query(ann(busy=()), ben, cho, dee, quorum=2), at("12:00"))]
    assert missing == ["ben", "cho"]


def test_a_start_may_be_an_iso_string() -> None:
    assert explain(query(), "2025-11-19T11:00:00+01:00") == []


@pytest.mark.parametrize("start", ["soon", "2025-11-19", dt.datetime(2025, 11, 19, 10), None, 5])
def test_a_start_that_is_no_instant_is_refused(start: Any) -> None:
    with pytest.raises(InvalidRequestError, match="start: "):
        explain(query(), start)


def test_at_the_edge_of_the_calendar_there_is_an_answer_or_one_clear_error() -> None:
    last = query(window_start="9998-12-31T00:00:00Z", window_end="9998-12-31T23:00:00-12:00")

    assert all(
        Obstacle.model_validate_json(one.model_dump_json()) for one in explain(last, "9998-12-31T23:30:00-12:00")
    )
    with pytest.raises(InvalidRequestError, match="year must lie between 2 and 9998"):
        explain(last, "9999-11-29T23:30:00Z")
    late = BusyInterval(start="9999-11-20T00:00:00Z", end="9999-11-29T00:00:00Z")
    beyond = {"window_start": late.start, "window_end": "9999-11-30T00:00:00Z", "buffer_after_minutes": 10080}
    assert "buffer" in [one.reason for one in explain(query(ann(busy=(late,)), **beyond), "9999-11-29T10:00:00Z")]
    for piece in search(
        query(ann(work_hours=ALWAYS, busy=()), window_start=last.window_start, window_end=last.window_end)
    ).free:
        assert type(piece).model_validate_json(piece.model_dump_json()) == piece


class TestForUsersOfTheStore:
    @pytest.mark.parametrize("start", ["9998-12-31T20:00:00", "9998-12-31T23:59:00", "0002-01-01T00:00:00"])
    def test_answers_up_to_the_edge_of_the_calendar(self, start: str) -> None:
        assert all(one.reason == "outside_hours" for one in service.explain_start(["user_1"], start, 60))

    def test_says_who_is_busy_and_who_is_off(self) -> None:
        obstacles = service.explain_start(["user_1", "user_3", "user_4"], "2025-11-20T15:15:00", 30)

        assert [(one.participant_id, one.reason) for one in obstacles] == [
            ("user_1", "busy"),
            ("user_4", "outside_hours"),
        ]

    def test_a_naive_start_is_the_first_users_wall_clock(self) -> None:
        assert service.explain_start(["user_3"], "2025-11-20T10:00:00", 30) == []
        assert service.explain_start(["user_3"], "2025-11-20T10:00:00Z", 30)[0].reason == "outside_hours"

    def test_agrees_with_the_slots(self) -> None:
        for slot in service.find_available_slots(["user_1", "user_3"], "2025-11-20", 30, None, step_minutes=15):
            assert service.explain_start(["user_1", "user_3"], slot.start_time, 30) == []

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ({"user_ids": []}, "name at least one user"),
            ({"start": "2025-11-20"}, "no time of day"),
            ({"start": "0001-01-01T00:00:00Z"}, "year must lie between"),
            ({"duration_minutes": 0}, "duration_minutes"),
        ],
    )
    def test_a_bad_question_is_refused(self, change: dict[str, Any], why: str) -> None:
        asked = {"user_ids": ["user_1"], "start": "2025-11-20T10:00:00", "duration_minutes": 30, **change}

        with pytest.raises(InvalidRequestError, match=why):
            service.explain_start(**asked)

    def test_an_unknown_user_is_not_found(self) -> None:
        with pytest.raises(NotFoundError):
            service.explain_start(["nobody"], "2025-11-20T10:00:00", 30)
