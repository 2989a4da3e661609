"""Run the tests by phase and print one line for each phase and one for each reason to skip a test.

Usage: python run_tests.py phase1 | phase2 | phase3 | phase4 | phase5 | all | real_model | list

`all` leaves out `real_model`, which needs a model and its server: see tests/real_model.txt.
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
SEPARATE = {"real_model": "A real, small model"}
TITLES = PHASES | SEPARATE
REST = "more"
# Each process starts a database server of its own.
MAX_PROCESSES = 4


class Tally:
    """A pytest plugin that counts outcomes and seconds by phase, and skips by reason."""

    def __init__(self) -> None:
        """Start with no tests."""
        self.outcomes: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self.skips: dict[str, str] = {}
        self.seconds: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a test once: by its call, or by its setup or teardown where that did not pass.

        A test that ends its process is run by another process too, and may end both.
        """
        phase = phase_of(report.nodeid)
        self.seconds[phase] += report.duration  # type: ignore[assignment]  # a Counter adds floats as well
        if report.when == "call" or not report.passed:
            self._count(report.nodeid, report.outcome)
        if report.skipped:
            self.skips[report.nodeid] = skip_reason(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Count a file that cannot be imported as a failure of its phase, and one that skips itself as a skip."""
        if report.failed:
            self._count(report.nodeid, "failed")
        elif report.skipped:
            self.skips[report.nodeid] = skip_reason(report)

    def has_passed(self, phase: str) -> bool:
        """Return whether at least one test of a phase passed and none failed."""
        count = Counter(self.outcomes[phase].values())
        return count["passed"] > 0 and not count["failed"]

    def line(self, phase: str) -> str:
        """Return the summary line of a phase."""
        count = Counter(self.outcomes[phase].values())
        skips = f", {count['skipped']} skipped" if count["skipped"] else ""
        tally = f"{count['passed']} passed, {count['failed']} failed{skips}"
        mark = "✅" if self.has_passed(phase) else "❌"
        return f"{mark} {phase:7} {TITLES.get(phase, 'Everything else'):19} {tally}, {self.seconds[phase]:.1f} s"

    def skip_lines(self) -> list[str]:
        """Return one line for each reason to skip a test, with its count, the most frequent first."""
        return [f"{count:5} skipped: {reason}" for reason, count in Counter(self.skips.values()).most_common()]

    def _count(self, nodeid: str, outcome: str) -> None:
        """Record the outcome of a test; a failure is final."""
        outcomes = self.outcomes[phase_of(nodeid)]
        outcomes[nodeid] = "failed" if outcomes.get(nodeid) == "failed" else outcome


def phase_of(nodeid: str) -> str:
    """Return the phase of a test's file."""
    name = Path(nodeid.partition("::")[0]).stem.removeprefix("test_")
    return name if name in TITLES else REST


def skip_reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Return the reason of a skipped or expectedly failed test, in one line."""
    reason = getattr(report, "wasxfail", "")
    if isinstance(report.longrepr, tuple):
        reason = report.longrepr[2].removeprefix("Skipped: ")
    return " ".join(reason.split()) or "no reason"


def pytest_arguments(selection: str) -> list[str]:
    """Return pytest's arguments for one phase, or for all tests: in parallel by file, with coverage."""
    if selection != "all":
        return [str(TESTS / f"test_{selection}.py")]
    ignores = [f"--ignore={TESTS / f'test_{name}.py'}" for name in SEPARATE]
    processes = min(os.cpu_count() or 1, MAX_PROCESSES)
    # By name the last files are short, so that all processes end together.
    by_name = "--no-loadscope-reorder"
    # A test that ends its process would end the next one as well.
    no_restart = "--max-worker-restart=0"
    return [str(TESTS), *ignores, f"--numprocesses={processes}", "--dist=loadfile", by_name, no_restart, "--cov"]


@contextmanager
def shared_bytecode() -> Iterator[None]:
    """Share bytecode between the processes of the tests, in a temporary folder where Python is to write none."""
    if not os.environ.pop("PYTHONDONTWRITEBYTECODE", None):
        yield
        return
    with TemporaryDirectory() as folder:
        os.environ["PYTHONPYCACHEPREFIX"] = folder
        yield


def main(arguments: list[str]) -> int:
    """Run a phase or all tests; return 0 when all passed, 2 for an unknown name."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    if arguments == ["list"]:
        print(
            "\n".join(f"{phase}  {title}" for phase, title in PHASES.items()),
            "\nall     all of them, and the rest",
        )
        return 0
    if len(arguments) != 1 or arguments[0] not in (*TITLES, "all"):
        print(f"usage: python run_tests.py {' | '.join(PHASES)} | all | {' | '.join(SEPARATE)} | list", file=sys.stderr)
        return 2
    [selection] = arguments
    tally = Tally()
    with shared_bytecode():
        code = int(pytest.main(["-q", "--cov-report=", *pytest_arguments(selection)], plugins=[tally]))
    phases = [selection] if selection != "all" else [*PHASES, *([REST] if REST in tally.outcomes else [])]
    print("\n".join(["", *map(tally.line, phases), *tally.skip_lines()]))
    return code or int(not all(map(tally.has_passed, phases)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
