"""Run the tests by phase and say in a few lines how each went.

Usage: python run_tests.py phase1 | phase2 | phase3 | phase4 | phase5 | all | real_model | list

`real_model` stands apart from `all`, as it needs a model and its server: see tests/real_model.txt.
"""

from __future__ import annotations

import io
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

TESTS = Path(__file__).parent / "tests"
PHASES = {
    "phase1": "Data models",
    "phase2": "CRUD operations",
    "phase3": "Availability",
    "phase4": "Pre-meeting prep",
    "phase5": "Failures and retry",
}
APART = {"real_model": "A real, small model"}
TITLES = PHASES | APART
REST = "more"
# Each starts a database server of its own.
MOST_PROCESSES = 4


class Tally:
    """A pytest plugin that counts outcomes and seconds by phase."""

    def __init__(self) -> None:
        """Start from nothing."""
        self.outcomes: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self.seconds: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a test once: by its call, or by the step around it that went otherwise than well.

        One that ends its process is given to another, too, where there is one yet, and may end both.
        """
        phase = phase_of(report.nodeid)
        self.seconds[phase] += report.duration  # type: ignore[assignment]  # a Counter adds floats as well
        if report.when == "call" or not report.passed:
            self._count(report.nodeid, report.outcome)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Count a file that cannot be read as a failure of its phase."""
        if report.failed:
            self._count(report.nodeid, "failed")

    def passed(self, phase: str) -> bool:
        """Whether something of a phase passed, and nothing failed."""
        count = Counter(self.outcomes[phase].values())
        return count["passed"] > 0 and not count["failed"]

    def line(self, phase: str) -> str:
        """How a phase went."""
        count = Counter(self.outcomes[phase].values())
        skipped = f", {count['skipped']} skipped" if count["skipped"] else ""
        tally = f"{count['passed']} passed, {count['failed']} failed{skipped}"
        mark = "✅" if self.passed(phase) else "❌"
        return f"{mark} {phase:7} {TITLES.get(phase, 'Everything else'):19} {tally}, {self.seconds[phase]:.1f} s"

    def _count(self, nodeid: str, outcome: str) -> None:
        """Note how a test went; once it has failed it has."""
        found = self.outcomes[phase_of(nodeid)]
        found[nodeid] = "failed" if found.get(nodeid) == "failed" else outcome


def phase_of(nodeid: str) -> str:
    """The phase whose file a test is in."""
    name = Path(nodeid.partition("::")[0]).stem.removeprefix("test_")
    return name if name in TITLES else REST


def told_to_pytest(what: str) -> list[str]:
    """The arguments of a phase, or of all tests: a file at a time to each process, noting what they cover."""
    if what != "all":
        return [str(TESTS / f"test_{what}.py")]
    apart = [f"--ignore={TESTS / f'test_{name}.py'}" for name in APART]
    processes = min(os.cpu_count() or 1, MOST_PROCESSES)
    # In the order of their names the last files are short ones, and what ends a process would end the next as well.
    in_order, no_more = "--no-loadscope-reorder", "--max-worker-restart=0"
    at_once = (f"--numprocesses={processes}", "--dist=loadfile", in_order, no_more)
    return [str(TESTS), *apart, *at_once, "--cov"]


@contextmanager
def compiling_once() -> Iterator[None]:
    """A block in which the processes of the tests share what they compile, also where Python is to keep nothing."""
    if not os.environ.pop("PYTHONDONTWRITEBYTECODE", None):
        yield
        return
    with TemporaryDirectory() as folder:
        os.environ["PYTHONPYCACHEPREFIX"] = folder
        yield


def main(arguments: list[str]) -> int:
    """Run what is asked for; 0 when all of it passed, 2 for a name that is not known."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    if arguments == ["list"]:
        print(
            "\n".join(f"{phase}  {title}" for phase, title in PHASES.items()),
            "\nall     all of them, and the rest",
        )
        return 0
    if len(arguments) != 1 or arguments[0] not in (*TITLES, "all"):
        print(f"usage: python run_tests.py {' | '.join(PHASES)} | all | {' | '.join(APART)} | list", file=sys.stderr)
        return 2
    [what] = arguments
    tally = Tally()
    with compiling_once():
        code = int(pytest.main(["-q", "--cov-report=", *told_to_pytest(what)], plugins=[tally]))
    asked = [what] if what != "all" else [*PHASES, *([REST] if REST in tally.outcomes else [])]
    print("\n".join(["", *map(tally.line, asked)]))
    return code or int(not all(map(tally.passed, asked)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
