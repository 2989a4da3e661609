"""Arithmetic of half-open integer intervals `[start, end)`, in any unit. Pure Python, no dependencies.

`free_intervals` keeps the free pieces in two sorted lists and cuts each busy interval out of them. Busy
people leave little free, so the lists stay short, most intervals meet nothing, and the work per interval
is two comparisons. Where cutting makes more pieces instead, or most intervals meet one, the next chunk of
intervals is sorted and walked, which is faster then and bounds the whole by about a sort.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from operator import length_hint

Interval = tuple[int, int]

# So many intervals a window are sorted first: for few that is fastest, and it shows where busy time lies.
_FEW = 8
# So many pieces more than before mean that cutting does not pay, at least for now.
_GROWTH = 8
# From this many pieces on, moving the tail of the lists costs more than sorting.
_MANY = 1024


def free_intervals(windows: Sequence[Interval], busy: Iterable[Interval], *, min_length: int = 1) -> list[Interval]:
    """The maximal pieces of `windows` that meet no `busy` interval and are at least `min_length` long.

    Args:
        windows: half-open, sorted and disjoint; where they are not, their union is meant.
        busy: half-open, in any order, overlapping or repeated as they come; empty ones take no time.
            Once nothing is free, the rest is left unread.
        min_length: in the unit of the intervals, at least 1.

    Raises:
        ValueError: `min_length` is less than 1.
    """
    if min_length < 1:
        raise ValueError(f"min_length must be at least 1, not {min_length}")
    if len(windows) > 1:
        windows = union(windows)
    rest = iter(busy)
    size = _FEW * (3 + len(windows))
    chunk = list(islice(rest, size))
    free = _walk(windows, chunk, min_length)
    while free and len(chunk) == size:
        if len(free) <= _MANY:
            free = _cut(free, rest, min_length)
        if not free:
            break
        # Chunks grow so fast that sorting them all costs about as much as sorting once.
        size *= 4
        chunk = list(islice(rest, size))
        free = _walk(free, chunk, min_length)
    return free


def _walk(windows: Sequence[Interval], busy: Iterable[Interval], min_length: int) -> list[Interval]:
    """Free pieces by sorting `busy` and one walk over it and the windows."""
    free: list[Interval] = []
    if not windows:
        return free
    # One more behind all windows closes the last of them too.
    last = windows[-1][1]
    ordered = [*sorted(busy), (last, last + 1)]
    following = iter(windows)
    reached, closes = next(following)
    for start, end in ordered:
        while start >= closes:
            if closes - reached >= min_length:
                free.append((reached, closes))
            window = next(following, None)
            if window is None:
                return free
            reached, closes = max(reached, window[0]), window[1]
        if end > reached and start < end:
            if start - reached >= min_length:
                free.append((reached, start))
            reached = end
    raise AssertionError("unreachable: the interval behind all windows closes the last")


def _cut(free: list[Interval], busy: Iterator[Interval], min_length: int) -> list[Interval]:
    """Free pieces by cutting one busy interval after the other out of `free`, for as long as that pays."""
    starts = [piece[0] for piece in free]
    ends = [piece[1] for piece in free]
    first, last = starts[0], ends[-1]
    enough = len(starts) + _GROWTH
    cuts, unread = 0, length_hint(busy)
    for start, end in busy:
        if start >= last or end <= first or start >= end:
            continue
        low = bisect_right(ends, start)
        if starts[low] >= end:
            continue
        high = bisect_left(starts, end, low)
        left, right = starts[low], ends[high - 1]
        keeps_left = start - left >= min_length
        if right - end >= min_length:
            starts[low:high] = (left, end) if keeps_left else (end,)
            ends[low:high] = (start, right) if keeps_left else (right,)
        elif keeps_left:
            starts[low:high] = (left,)
            ends[low:high] = (start,)
        else:
            del starts[low:high], ends[low:high]
        cuts += 1
        if not starts or len(starts) > enough:
            break
        # More than half of what was read met something free. Where the length is not told, both sides are 0.
        if cuts % 8 == 0 and 2 * cuts > unread - length_hint(busy) > 0:
            break
        first, last = starts[0], ends[-1]
    return list(zip(starts, ends, strict=True))


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """Sorted and disjoint intervals that cover the same points; touching ones are joined, empty ones go."""
    joined: list[Interval] = []
    for start, end in sorted(intervals):
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def intersection(left: Sequence[Interval], right: Sequence[Interval]) -> list[Interval]:
    """The points in both of two sorted and disjoint sequences."""
    common = []
    i = j = 0
    while i < len(left) and j < len(right):
        start, end = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if start < end:
            common.append((start, end))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return common


def starts_in(free: Iterable[Interval], length: int, step: int) -> list[range]:
    """For each free piece, every `step` from its begin, where something of `length` may begin and end in it."""
    return [range(start, end - length + 1, step) for start, end in free]


def at_least(count: int, covers: Iterable[Iterable[Interval]]) -> list[Interval]:
    """The points that lie in at least `count` of the covers, each a sequence of disjoint intervals."""
    changes: Counter[int] = Counter()
    for cover in covers:
        for start, end in cover:
            changes[start] += 1
            changes[end] -= 1
    reached = []
    depth = since = 0
    for at, change in sorted(changes.items()):
        if depth < count <= depth + change:
            since = at
        elif depth + change < count <= depth:
            reached.append((since, at))
        depth += change
    return reached
