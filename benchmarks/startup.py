"""Start-up time: importing meetkit beside importing pydantic, and `meetkit --help` beside a bare click program.

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

COMPARISONS = (
    {
        "`import pydantic`": "import pydantic",
        "`from pydantic import BaseModel`": "from pydantic import BaseModel",
        "`from meetkit import meeting_service`": "from meetkit import meeting_service",
        "its first use": "from meetkit import meeting_service\nmeeting_service.get_meeting",
    },
    {
        "a click program with one command": (
            "import click\n@click.command()\ndef main():\n    'Do nothing.'\nmain(['--help'])"
        ),
        "`meetkit --help`": "from meetkit.cli import main\nmain(['--help'])",
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


def table(candidates: dict[str, str], rounds: int) -> str:
    """Return a table of milliseconds, and of multiples of the first candidate."""
    figures = medians(candidates, rounds)
    base = next(iter(figures.values()))
    rows = [f"| {name} | {figure * 1000:.0f} | {figure / base:.2f}× |" for name, figure in figures.items()]
    return "\n".join(["| process | ms | ratio |", "|---|---|---|", *rows])


def main() -> None:
    """Print a table for each comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="two rounds, to see that it runs")
    rounds = 2 if parser.parse_args().smoke else 21
    for candidates in COMPARISONS:
        print(f"{table(candidates, rounds)}\n")


if __name__ == "__main__":
    main()
