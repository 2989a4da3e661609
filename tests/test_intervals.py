"""The engine on integers: a truth table, the laws, and every path it can take."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetkit.availability import free_intervals, intervals
from meetkit.availability.intervals import Interval, at_least, intersection, union

TRUTH_TABLE = [
    ([(0, 10)], [], 1, [(0, 10)], "nothing busy leaves the window"),
    ([], [(0, 10)], 1, [], "no window leaves nothing"),
    ([(0, 10)], [(0, 10)], 1, [], "a busy window is not free"),
    ([(0, 10)], [(-5, 15)], 1, [], "nor is one within a longer meeting"),
    ([(0, 10)], [(3, 5)], 1, [(0, 3), (5, 10)], "a meeting leaves what is before and after"),
    ([(0, 10)], [(10, 20), (-5, 0)], 1, [(0, 10)], "half-open: what ends where the window begins does not meet it"),
    ([(0, 10)], [(5, 5)], 1, [(0, 10)], "an empty interval takes no time"),
    ([(0, 10)], [(7, 5)], 1, [(0, 10)], "nor does a reversed one"),
    ([(0, 10)], [(2, 4), (4, 6)], 1, [(0, 2), (6, 10)], "touching intervals leave no gap"),
    ([(0, 10)], [(4, 6), (2, 5)], 1, [(0, 2), (6, 10)], "their order does not matter"),
    ([(0, 10)], [(1, 9), (2, 3)], 1, [(0, 1), (9, 10)], "one within another adds nothing"),
    ([(0, 10)], [(3, 5)], 4, [(5, 10)], "a piece that is too short is left out"),
    ([(0, 10)], [(4, 6)], 4, [(0, 4), (6, 10)], "one of exactly the length stays"),
    ([(0, 4), (6, 10)], [(3, 7)], 1, [(0, 3), (7, 10)], "a meeting may reach over several windows"),
    ([(0, 5), (5, 10)], [], 6, [(0, 10)], "touching windows are one piece"),
    ([(6, 10), (0, 7)], [], 1, [(0, 10)], "windows in disorder are put in order"),
    ([(5, 5), (8, 6)], [], 1, [], "empty and reversed windows hold nothing"),
]


@pytest.mark.parametrize(("windows", "busy", "length", "expected", "sentence"), TRUTH_TABLE)
def test_truth_table(
    windows: list[Interval], busy: list[Interval], length: int, expected: list[Interval], sentence: str
) -> None:
    assert free_intervals(windows, busy, min_length=length) == expected, sentence
    # Behind many others it is cut out instead of sorted in, with the same result.
    assert free_intervals(windows, [(-9, -8)] * 100 + busy, min_length=length) == expected, sentence


coordinates = st.integers(-50, 50)
some = st.lists(st.tuples(coordinates, coordinates), max_size=80)


def points(pieces: list[Interval]) -> set[int]:
    return {point for start, end in pieces for point in range(start, end)}


@pytest.fixture(params=[(8, 8, 1024), (1, 0, 1024), (1, 8, 2), (1, 2, 4)], ids=str)
def _thresholds(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The switches between the ways through, moved so that small inputs take each."""
    for name, value in zip(("_FIRST_CHUNK", "_MAX_GROWTH", "_MAX_PIECES"), request.param, strict=True):
        monkeypatch.setattr(intervals, name, value)


@pytest.mark.usefixtures("_thresholds")
class TestLaws:
    @given(some, some)
    def test_free_and_busy_make_up_the_windows(self, windows: list[Interval], busy: list[Interval]) -> None:
        free = free_intervals(windows, busy)

        assert points(free) == points(windows) - points(busy)

    @given(some, some)
    def test_pieces_are_sorted_and_maximal(self, windows: list[Interval], busy: list[Interval]) -> None:
        free = free_intervals(windows, busy)

        assert all(start < end for start, end in free)
        assert all(left[1] < right[0] for left, right in pairwise(free))

    @given(some, some, st.integers(1, 20))
    def test_the_length_only_leaves_out_short_pieces(
        self, windows: list[Interval], busy: list[Interval], length: int
    ) -> None:
        pieces = free_intervals(windows, busy)

        long_enough = [(start, end) for start, end in pieces if end - start >= length]
        assert free_intervals(windows, busy, min_length=length) == long_enough

    @given(some, some, st.randoms(use_true_random=False))
    def test_order_and_repetition_do_not_matter(
        self, windows: list[Interval], busy: list[Interval], chance: Random
    ) -> None:
        shuffled = busy * 2
        chance.shuffle(shuffled)

        assert free_intervals(windows, shuffled) == free_intervals(windows, busy)

    @given(some, some, st.tuples(coordinates, coordinates))
    def test_one_more_meeting_never_adds_free_time(
        self, windows: list[Interval], busy: list[Interval], more: Interval
    ) -> None:
        assert points(free_intervals(windows, [*busy, more])) <= points(free_intervals(windows, busy))


def test_numbers_may_be_of_any_size() -> None:
    huge = 10**40

    assert free_intervals([(-huge, huge)], [(0, 1)]) == [(-huge, 0), (1, huge)]


def test_a_generator_is_read_only_as_far_as_needed() -> None:
    def endless() -> Iterator[Interval]:
        yield from [(0, 3)] * 40
        yield from [(2, 10)] * 2
        raise AssertionError("read on though nothing is free")

    assert free_intervals([(0, 10)], endless()) == []


def test_many_pieces_are_found_as_well() -> None:
    busy = [(start, start + 1) for start in range(0, 10_000, 2)]

    assert free_intervals([(0, 10_000)], reversed(busy)) == [(start, start + 1) for start in range(1, 10_000, 2)]


@pytest.mark.parametrize("length", [0, -1])
def test_a_length_below_one_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="min_length must be at least 1"):
        free_intervals([(0, 1)], [], min_length=length)


@given(some)
def test_union_keeps_the_points_and_is_idempotent(pieces: list[Interval]) -> None:
    joined = union(pieces)

    assert points(joined) == points(pieces)
    assert union(joined) == joined
    assert all(left[1] < right[0] for left, right in pairwise(joined))


@given(some, some)
def test_intersection_is_the_points_in_both(left: list[Interval], right: list[Interval]) -> None:
    assert points(intersection(union(left), union(right))) == points(left) & points(right)


@given(st.lists(some, max_size=4), st.integers(1, 4))
def test_at_least_counts_covers(covers: list[list[Interval]], count: int) -> None:
    counted = {point for point in range(-50, 50) if sum(point in points(cover) for cover in covers) >= count}

    assert points(at_least(count, map(union, covers))) == counted
