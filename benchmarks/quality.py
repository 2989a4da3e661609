"""How good the offline engine is, on public data, beside simple methods and what limits it.

    uv run python benchmarks/quality.py [--data DIR] [--shipped] [--only TASK]

The data is not part of the project: the script reads it from ../shared/data, or from --data, and says so when it
is not there. What was trained on a set is cross-validated on it; with --shipped the engine is judged as it
ships, for data that nothing was trained on.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import judged.intents
import judged.sentiment
import judged.summaries
from judged.common import DATA, MissingDataError, Row

TASKS = {
    "summaries": judged.summaries.rows,
    "intents": judged.intents.rows,
    "sentiment": judged.sentiment.rows,
}


def main() -> int:
    """Print a table of all tasks; 1 where a bar was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder with the sets")
    parser.add_argument("--shipped", action="store_true", help="judge the engine as it ships, without training")
    parser.add_argument("--only", choices=TASKS, action="append", help="only this task; may be given again")
    options = parser.parse_args()
    found: list[Row] = []
    for name in options.only or TASKS:
        began = time.perf_counter()
        try:
            rows = TASKS[name](options.data, shipped=options.shipped)
        except MissingDataError as error:
            print(f"{name}: {error}; nothing was judged", file=sys.stderr)
            continue
        found += rows
        print(f"{name}: judged in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    print_table(found)
    return 1 if any(row.ours < row.bar for row in found) else 0


def print_table(rows: list[Row]) -> None:
    """The rows as Markdown."""
    print("| Task | Function called | Measure | Ours | Bar | Goal | Simple methods | Limit |")
    print("|---|---|---|---|---|---|---|---|")
    for row in rows:
        goal = "" if row.goal is None else f"{row.goal:g}"
        simple, limit = (
            " · ".join(f"{name} {value:.1f}" for name, value in values.items()) for values in (row.simple, row.limit)
        )
        mark = "" if row.ours >= row.bar else " (missed)"
        bar = f"{row.bar:.4g}" if row.bar else ""
        ours = f"{row.ours:.1f}{mark}"
        print(f"| {row.task} | `{row.function}` | {row.measure} | {ours} | {bar} | {goal} | {simple} | {limit} |")
    for row in rows:
        if row.note:
            print(f"\n{row.task}, {row.measure}: {row.note}")


if __name__ == "__main__":
    sys.exit(main())
