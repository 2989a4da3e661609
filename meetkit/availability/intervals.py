"""Arithmetic of half-open integer intervals `[start, end)`, in any unit. Pure Python, no dependencies.

`free_intervals` holds the free pieces in two sorted lists and cuts each busy interval out of them. Busy people
leave little free time, so the lists stay short, most intervals overlap no free piece, and each costs two
comparisons. Where cutting makes more pieces, or most intervals overlap one, the next chunk of intervals is
sorted and swept instead, which is faster then and bounds the total cost by about that of one sort.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from operator import length_hint

Interval = tuple[int, int]

# Intervals per window that are sorted first: for few that is fastest, and it shows where busy time is.
_FIRST_CHUNK = 8
# This many more pieces than before mean that cutting is slower than sorting for now.
_MAX_GROWTH = 8
# From this many pieces on, moving the tail of the lists costs more than sorting.
_MAX_PIECES = 1024


def free_intervals(windows: Sequence[Interval], busy: Iterable[Interval], *, min_length: int = 1) -> list[Interval]:
    """Return the maximal pieces of `windows` that overlap no `busy` interval and are at least `min_length` long.

    Args:
        windows: half-open; windows that overlap or are unsorted count as their union.
        busy: half-open, in any order, overlapping or repeated; an empty interval takes no time. Once nothing is
            free, the rest is not read.
        min_length: in the unit of the intervals, at least 1.

    Raises:
        ValueError: `min_length` is less than 1.
    """
    if min_length < 1:
        raise ValueError(f"min_length must be at least 1, not {min_length}")
    if len(windows) > 1:
        windows = union(windows)
    unread = iter(busy)
    size = _FIRST_CHUNK * (3 + len(windows))
    chunk = list(islice(unread, size))
    free = _sweep(windows, chunk, min_length)
    while free and len(chunk) == size:
        if len(free) <= _MAX_PIECES:
            free = _cut(free, unread, min_length)
        if not free:
            break
        # Growing by this factor, all chunks together cost about as much as one sort of the whole.
        size *= 4
        chunk = list(islice(unread, size))
        free = _sweep(free, chunk, min_length)
    return free


def _sweep(windows: Sequence[Interval], busy: Iterable[Interval], min_length: int) -> list[Interval]:
    """Return the free pieces by sorting `busy` and one sweep over it and the windows."""
    free: list[Interval] = []
    if not windows:
        return free
    # An interval after all windows closes the last of them too.
    last = windows[-1][1]
    in_order = [*sorted(busy), (last, last + 1)]
    following = iter(windows)
    cursor, closes = next(following)
    for start, end in in_order:
        while start >= closes:
            if closes - cursor >= min_length:
                free.append((cursor, closes))
            window = next(following, None)
            if window is None:
                return free
            cursor, closes = max(cursor, window[0]), window[1]
        if end > cursor and start < end:
            if start - cursor >= min_length:
                free.append((cursor, start))
            cursor = end
    raise AssertionError("unreachable: the interval after all windows closes the last")


def _cut(free: list[Interval], busy: Iterator[Interval], min_length: int) -> list[Interval]:
    """Return the free pieces by cutting busy intervals out of `free`, for as long as that is faster than sorting."""
    starts = [piece[0] for piece in free]
    ends = [piece[1] for piece in free]
    first, last = starts[0], ends[-1]
    max_pieces = len(starts) + _MAX_GROWTH
    cuts, unread_at_start = 0, length_hint(busy)
    for start, end in busy:
        if start >= last or end <= first or start >= end:
            continue
        low = bisect_right(ends, start)
        if starts[low] >= end:
            continue
        high = bisect_left(starts, end, low)
        piece_start, piece_end = starts[low], ends[high - 1]
        keeps_head = start - piece_start >= min_length
        if piece_end - end >= min_length:
            starts[low:high] = (piece_start, end) if keeps_head else (end,)
            ends[low:high] = (start, piece_end) if keeps_head else (piece_end,)
        elif keeps_head:
            starts[low:high] = (piece_start,)
            ends[low:high] = (start,)
        else:
            del starts[low:high], ends[low:high]
        cuts += 1
        if not starts or len(starts) > max_pieces:
            break
        # More than half of the intervals read were cut out. Without a length hint both sides are 0.
        if cuts % 8 == 0 and 2 * cuts > unread_at_start - length_hint(busy) > 0:
            break
        first, last = starts[0], ends[-1]
    return list(zip(starts, ends, strict=True))


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """Return sorted, disjoint intervals of the same points; touching intervals are joined, empty ones dropped."""
    pieces: list[Interval] = []
    for start, end in sorted(intervals):
        if start >= end:
            continue
        if pieces and start <= pieces[-1][1]:
            pieces[-1] = (pieces[-1][0], max(pieces[-1][1], end))
        else:
            pieces.append((start, end))
    return pieces


def intersection(first: Sequence[Interval], second: Sequence[Interval]) -> list[Interval]:
    """Return the points in both of two sorted, disjoint sequences."""
    common = []
    i = j = 0
    while i < len(first) and j < len(second):
        start, end = max(first[i][0], second[j][0]), min(first[i][1], second[j][1])
        if start < end:
            common.append((start, end))
        if first[i][1] < second[j][1]:
            i += 1
        else:
            j += 1
    return common


def at_least(count: int, covers: Iterable[Iterable[Interval]]) -> list[Interval]:
    """Return the points in at least `count` of the covers, each a sequence of disjoint intervals."""
    changes: Counter[int] = Counter()
    for cover in covers:
        for start, end in cover:
            changes[start] += 1
            changes[end] -= 1
    result = []
    depth = since = 0
    for at, change in sorted(changes.items()):
        if depth < count <= depth + change:
            since = at
        elif depth + change < count <= depth:
            result.append((since, at))
        depth += change
    return result
