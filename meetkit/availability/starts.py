"""Starts of meetings in free time: on a grid of the wall clock, after a notice, and not where a limit is reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import gcd
from typing import NamedTuple

from meetkit.availability.intervals import Interval, free_intervals
from meetkit.models.zone_changes import Clock
from meetkit.models.zones import DAY, MINUTE

_DAY_MINUTES = DAY // MINUTE


def without_starts(free: list[Interval], refused: Iterable[Interval], length: int) -> list[Interval]:
    """Return the pieces in which a meeting of a length may begin anywhere, outside the refused starts `[from, to)`.

    Two pieces overlap where the last meeting before the refused starts runs on behind them.
    """
    refused = list(refused)
    if not refused:
        return free
    # Pieces may overlap already, so each is cut by itself.
    return [
        (start, after_last - 1 + length)
        for opens, closes in free
        for start, after_last in free_intervals([(opens, closes - length + 1)], refused)
    ]


class Starts(NamedTuple):
    """The starts that a search offers in free time: not before `earliest`, and with `align` on the grid of a clock."""

    clock: Clock
    earliest: int
    align: int | None

    def gaps(self, free: Iterable[Interval], length: int) -> Iterator[Interval]:
        """Yield the parts of the pieces from the first start on, in which a length fits."""
        for opens, closes in free:
            start = max(opens, self.earliest)
            if self.align:
                start = next_on_grid(self.clock, self.align, start)
            if closes - start >= length:
                yield start, closes

    def slots(self, free: Iterable[Interval], length: int, step: int) -> list[range]:
        """Return the starts of slots in the pieces, `step` minutes apart.

        With `align` the step is rounded up to whole cells of the grid. Otherwise starts count from the beginning of
        each piece, and the earliest start only leaves some out, so that none lies a notice after the second of a
        request; a piece that begins between two minutes counts from the next step of the wall clock.
        """
        if self.align:
            return list(self._on_grid(free, length, -(-step // self.align) * self.align))
        return [range(self._first(opens, step), closes - length + 1, step * MINUTE) for opens, closes in free]

    def _first(self, opens: int, step: int) -> int:
        first = next_on_grid(self.clock, gcd(step, _DAY_MINUTES), opens) if opens % MINUTE else opens
        return first if first >= self.earliest else first + _round_up(self.earliest - first, step * MINUTE)

    def _on_grid(self, free: Iterable[Interval], length: int, step: int) -> Iterator[range]:
        for opens, closes in self.gaps(free, length):
            # A change of the clock moves the grid.
            for start, end, offset in self.clock.offset_spans(opens, closes - length + 1):
                yield range(_round_up(start + offset, (self.align or 1) * MINUTE) - offset, end, step * MINUTE)


def next_on_grid(clock: Clock, minutes: int, instant: int) -> int:
    """Return the first instant, from a given one on, at which the clock reads a multiple of minutes from midnight."""
    step = minutes * MINUTE
    # Three days, as a clock may skip one.
    for _, end, offset in clock.offset_spans(instant, instant + 3 * DAY):
        candidate = _round_up(instant + offset, step) - offset
        if candidate < end:
            return candidate
        instant = end
    raise AssertionError("unreachable: a grid has a start on every day")


def whole_minute(instant: int) -> int:
    """Return the first whole minute from an instant on."""
    return _round_up(instant, MINUTE)


def _round_up(value: int, step: int) -> int:
    return -(-value // step) * step
