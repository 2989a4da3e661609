"""Start-up time: importing meetkit beside importing pydantic, and `meetkit --help` beside a bare click program.

It fails where a ratio is far beyond its goal.

All candidates run interleaved in processes of their own: each round starts every candidate once, and a figure is the
median over the rounds. Bytecode is compiled before, as in an installed package. Run
`uv run python benchmarks/startup.py`.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

FIRST_USE, HELP = "and `.find_available_slots`", "`meetkit --help`"
# The most that these may take, in multiples of the first of their table.
GOALS = {FIRST_USE: 2.0, HELP: 3.0}
# A machine that does other work at the time changes a ratio by as much.
TOLERANCE = 1.5

COMPARISONS = (
    {
        # The base, as `import pydantic` alone loads nothing of what a program uses.
        "`from pydantic import BaseModel`": "from pydantic import BaseModel",
        "`import pydantic`": "import pydantic",
        "`from meetkit import meeting_service`": "from meetkit import meeting_service",
        FIRST_USE: "from meetkit import meeting_service\nmeeting_service.find_available_slots",
        "and `.analyze_meeting`": "from meetkit import meeting_service\nmeeting_service.analyze_meeting",
    },
    {
        "a click program with one command": (
            "import click\n@click.command()\ndef main():\n    'Do nothing.'\nmain(['--help'])"
        ),
        HELP: "from meetkit.cli import main\nmain(['--help'])",
    },
)


def seconds(code: str, environment: dict[str, str]) -> float:
    """Return the duration of a process that runs the code."""
    start = time.perf_counter()
    subprocess.run(  # noqa: S603  # code of this file
        [sys.executable, "-c", code], check=True, env=environment, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - start


def medians(candidates: dict[str, str], rounds: int) -> dict[str, float]:
    """Return the median seconds of each candidate, without the start of Python itself."""
    codes = {"": "pass", **candidates}
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": folder}
        # Set where CI keeps the tree clean; every round would compile everything.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for code in codes.values():
            seconds(code, environment)
        times = [{name: seconds(code, environment) for name, code in codes.items()} for _ in range(rounds)]
    return {name: statistics.median(round_[name] - round_[""] for round_ in times) for name in candidates}


def table(figures: dict[str, float]) -> str:
    """Return a table of milliseconds, of multiples of the first candidate, and of goals."""
    rows = [
        f"| {name} | {figure * 1000:.0f} | {ratio:.2f}× | {f'{GOALS[name]}×' if name in GOALS else ''} |"
        for (name, figure), ratio in zip(figures.items(), ratios(figures).values(), strict=True)
    ]
    return "\n".join(["| process | ms | ratio | at most |", "|---|---|---|---|", *rows])


def ratios(figures: dict[str, float]) -> dict[str, float]:
    """Return the multiples of the first candidate."""
    base = next(iter(figures.values()))
    return {name: figure / base for name, figure in figures.items()}


def main() -> None:
    """Print a table for each comparison, and fail where a goal is missed by more than the tolerance."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="five rounds, to see that it runs")
    rounds = 5 if parser.parse_args().smoke else 21
    for candidates in COMPARISONS:
        figures = medians(candidates, rounds)
        print(f"{table(figures)}\n")
        for name, ratio in ratios(figures).items():
            if ratio > GOALS.get(name, ratio) * TOLERANCE:
                raise SystemExit(f"{name} takes {ratio:.1f} times the base; the goal is {GOALS[name]}")


if __name__ == "__main__":
    main()
