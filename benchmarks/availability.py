"""How fast common free time is found, beside what people would use instead.

Everything is timed interleaved in one process, so that only ratios matter: each round times every
candidate once, and a figure is the median over the rounds. Run `uv run python benchmarks/availability.py`.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import product

import intervaltree
import numpy as np
import portion

from meetkit import meeting_service
from meetkit.availability import free_intervals
from meetkit.models import Meeting, User
from meetkit.models.zones import DAY, HOUR, MINUTE, SECOND, to_datetime
from meetkit.storage import MemoryStore

Interval = tuple[int, int]
Finder = Callable[[Sequence[Interval], Sequence[Interval]], list[Interval]]

MONDAY = 20_409 * DAY  # 2025-11-17


def sort_and_merge(windows: Sequence[Interval], busy: Sequence[Interval]) -> list[Interval]:
    """The textbook: sort, merge what overlaps, walk the gaps."""
    merged: list[list[int]] = []
    for start, end in sorted(busy):
        if merged and start <= merged[-1][1]:
            if end > merged[-1][1]:
                merged[-1][1] = end
        else:
            merged.append([start, end])
    free = []
    at = 0
    for opens, closes in windows:
        while at < len(merged) and merged[at][1] <= opens:
            at += 1
        reached = opens
        following = at
        while following < len(merged) and merged[following][0] < closes:
            start, end = merged[following]
            if start > reached:
                free.append((reached, start))
            reached = max(reached, end)
            following += 1
        if reached < closes:
            free.append((reached, closes))
    return free


def with_numpy(windows: Sequence[Interval], busy: Sequence[Interval]) -> list[Interval]:
    """Sorted starts and running maximum of ends, from Python lists as a service has them."""
    intervals = np.array(busy, dtype=np.int64)
    return _numpy_gaps(windows, intervals[:, 0], intervals[:, 1])


def numpy_from_columns(starts: list[int], ends: list[int]) -> Finder:
    """As `with_numpy`, from two flat lists, which numpy reads faster than pairs."""
    return lambda windows, _: _numpy_gaps(windows, np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64))


def _numpy_gaps(windows: Sequence[Interval], starts: np.ndarray, ends: np.ndarray) -> list[Interval]:
    order = np.argsort(starts)
    starts, reached = starts[order], np.maximum.accumulate(ends[order])
    opens = np.concatenate(([windows[0][0]], reached))
    closes = np.concatenate((starts, [windows[-1][1]]))
    gaps = closes > opens
    opens, closes = opens[gaps], closes[gaps]
    free: list[Interval] = []
    for start, end in windows:
        left, right = np.maximum(opens, start), np.minimum(closes, end)
        inside = right > left
        free += zip(left[inside].tolist(), right[inside].tolist(), strict=True)
    return free


def with_portion(windows: Sequence[Interval], busy: Sequence[Interval]) -> list[Interval]:
    """portion: one union of all, then a difference."""
    taken = portion.Interval(*(portion.closedopen(*interval) for interval in busy))
    free = portion.Interval(*(portion.closedopen(*window) for window in windows)) - taken
    return [(piece.lower, piece.upper) for piece in free]


def with_intervaltree(windows: Sequence[Interval], busy: Sequence[Interval]) -> list[Interval]:
    """intervaltree: build the busy tree, merge it, cut it out of the windows."""
    taken = intervaltree.IntervalTree.from_tuples(busy)
    taken.merge_overlaps(strict=False)
    free = intervaltree.IntervalTree.from_tuples(windows)
    for piece in taken:
        free.chop(piece.begin, piece.end)
    return sorted((piece.begin, piece.end) for piece in free)


def bare_loop(_: Sequence[Interval], busy: Sequence[Interval]) -> list[Interval]:
    """The limit of anything that looks at every interval in Python: it looks, and does nothing."""
    for _start, _end in busy:
        pass
    return []


def calendars(
    people: int, each: int, days: int, *, lunch: bool, seed: int = 1
) -> tuple[list[Interval], list[Interval]]:
    """Work windows 9 to 17 and everybody's meetings of 15 to 60 minutes, in microseconds.

    With `lunch` nobody meets from 12 to 13, so that something is free in the end; without, hardly
    anything is.
    """
    chance = random.Random(seed)
    first = MONDAY
    windows = [(first + day * DAY + 9 * HOUR, first + day * DAY + 17 * HOUR) for day in range(days)]
    busy = []
    for _, day, _ in product(range(people), range(days), range(each)):
        length = chance.choice((15, 30, 45, 60)) * MINUTE
        start = chance.randrange(7 * 3600, 19 * 3600) * SECOND
        while lunch and start < 13 * HOUR and start + length > 12 * HOUR:
            start = chance.randrange(7 * 3600, 19 * 3600) * SECOND
        busy.append((first + day * DAY + start, first + day * DAY + start + length))
    return windows, busy


def medians(candidates: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Milliseconds of each candidate, all timed once in every round."""
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, run in candidates.items():
            begin = time.perf_counter()
            run()
            times[name].append((time.perf_counter() - begin) * 1000)
    return {name: statistics.median(values) for name, values in times.items()}


def compare(title: str, windows: list[Interval], busy: list[Interval], rounds: int, *, slow: bool) -> str:
    """One row of the table: milliseconds of ours, and how many times as long the others take."""
    starts, ends = [start for start, _ in busy], [end for _, end in busy]
    finders: dict[str, Finder] = {
        "meetkit": free_intervals,
        "sort and merge": sort_and_merge,
        "numpy, columns": numpy_from_columns(starts, ends),
        "numpy, pairs": with_numpy,
    }
    if slow:
        finders |= {"intervaltree": with_intervaltree, "portion": with_portion}
    expected = sort_and_merge(windows, busy)
    for name, find in finders.items():
        assert find(windows, busy) == expected, f"{name} disagrees on {title}"
    finders["a bare loop"] = bare_loop
    took = medians({name: partial(find, windows, busy) for name, find in finders.items()}, rounds)
    ours = took["meetkit"]
    shown = [f"{took[name] / ours:.2f}×" if name in took else "–" for name in COLUMNS]
    return f"| {title} | {len(expected)} | {ours:.4f} | {' | '.join(shown)} |"


COLUMNS = ("a bare loop", "sort and merge", "numpy, columns", "numpy, pairs", "intervaltree", "portion")


def engine_table(*, smoke: bool) -> None:
    """Engine against engine, on calendars of several sizes."""
    print("| people × meetings | free pieces | meetkit, ms | " + " | ".join(COLUMNS) + " |")
    print("|---|---|---|" + "---|" * len(COLUMNS))
    sizes = [(2, 8, 1, 401), (50, 10, 1, 101), (1000, 20, 1, 9), (10_000, 10, 1, 5), (1000, 20, 30, 3)]
    for people, each, days, rounds in sizes[:2] if smoke else sizes:
        for lunch in (True, False):
            span = f" × {days} days" if days > 1 else ""
            kind = "lunch free" if lunch else "nothing kept free"
            windows, busy = calendars(people, each, days, lunch=lunch)
            print(compare(f"{people:,} × {each}{span}, {kind}", windows, busy, rounds, slow=True), flush=True)
    chance = random.Random(3)
    count = 2_000 if smoke else 200_000
    sparse = [(start, start + 1000) for start in (chance.randrange(10**12) for _ in range(count))]
    print(compare(f"{count:,} sparse intervals", [(0, 10**12)], sparse, 3, slow=False), flush=True)
    in_order = [(start * MINUTE, (start + 30) * MINUTE) for start in range(0, 30 * count // 10, 30)]
    window = [(0, 30 * count // 10 * MINUTE + HOUR)]
    print(compare(f"{count // 10:,} back to back, in order", window, in_order, 21, slow=False), flush=True)


def service_row(users: int, meetings: int, *, lunch: bool) -> str:
    """`find_available_slots` on a large store, against the engine alone on the same intervals."""
    windows, busy = calendars(users, 20, 1, lunch=lunch)
    days = meetings // len(busy)
    people = [User(id=f"u{n}", name=f"User {n}", email=f"u{n}@example.com", role="Seller") for n in range(users)]

    def meeting(number: int, day: int, interval: Interval) -> Meeting:
        # Not validated: a million of them take minutes otherwise, and the store does not look.
        return Meeting.model_construct(
            id=f"m{day}_{number}",
            user_id=f"u{number // 20}",
            title="Meeting",
            date=to_datetime(interval[0] + day * DAY),
            timezone="UTC",
            duration_minutes=(interval[1] - interval[0]) // MINUTE,
        )

    on_other_days = range(-(days // 2), days - days // 2)
    store = MemoryStore(
        people,
        meetings=[meeting(number, day, one) for day in on_other_days for number, one in enumerate(busy)],
    )
    ids = [user.id for user in people]
    same = [one for user_id in ids for one in store.busy_intervals([user_id], *windows[0])]
    with meeting_service.use(store=store):
        took = medians(
            {
                "engine": lambda: free_intervals(windows, same, min_length=30 * MINUTE),
                "service": lambda: meeting_service.find_available_slots(ids, "2025-11-17", 30),
            },
            201,
        )
    kind = "lunch free" if lunch else "nothing kept free"
    return (
        f"| {users:,} users, {len(store.meeting_ids()):,} meetings, {kind} | {took['engine']:.3f} "
        f"| {took['service']:.3f} | {took['service'] / took['engine']:.2f}× |"
    )


def main() -> None:
    """Print the tables of `benchmarks/README.md`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="small sizes only, to see that it runs")
    smoke = parser.parse_args().smoke
    engine_table(smoke=smoke)
    print("\n| store | engine alone, ms | find_available_slots, ms | ratio |\n|---|---|---|---|")
    for lunch in (True, False):
        print(service_row(*((100, 10_000) if smoke else (1000, 1_000_000)), lunch=lunch), flush=True)


if __name__ == "__main__":
    main()
