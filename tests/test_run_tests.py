"""The runner: names, summary and exit codes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PASSING = "def test_good():\n    pass\n"
FAILING = "def test_bad():\n    assert False\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the runner, with five phases of one passing test each."""
    (tmp_path / "run_tests.py").write_text((ROOT / "run_tests.py").read_text("utf-8"), "utf-8")
    (tmp_path / "tests").mkdir()
    for phase in range(1, 6):
        (tmp_path / "tests" / f"test_phase{phase}.py").write_text(PASSING, "utf-8")
    return tmp_path


def run(project: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "run_tests.py", *arguments],
        cwd=project,
        capture_output=True,
        check=False,
        encoding="utf-8",
        # A plugin that is slow to load, and of no use here.
        env={"PYTHONIOENCODING": "utf-8", "PATH": "", "PYTEST_ADDOPTS": "-p no:schemathesis", **environment},
        timeout=120,
    )


def test_a_passing_phase_is_told_in_a_line(project: Path) -> None:
    done = run(project, "phase3")

    assert done.returncode == 0
    assert "✅ phase3  Availability        1 passed, 0 failed, 0.0 s" in done.stdout
    assert "phase2" not in done.stdout


def test_all_runs_all_and_the_rest(project: Path) -> None:
    (project / "tests" / "test_other.py").write_text(PASSING, "utf-8")

    done = run(project, "all")

    assert done.returncode == 0
    assert done.stdout.count("✅") == 6
    assert "✅ more    Everything else     1 passed, 0 failed" in done.stdout


def test_all_of_them_run_in_processes_that_compile_once_and_leave_nothing(project: Path) -> None:
    (project / "tests" / "test_other.py").write_text(
        "import os, sys\n\ndef test_where():\n"
        "    assert os.environ['PYTEST_XDIST_WORKER']\n"
        "    assert sys.pycache_prefix and not sys.dont_write_bytecode\n",
        "utf-8",
    )

    done = run(project, "all", PYTHONDONTWRITEBYTECODE="1")

    assert "✅ more    Everything else     1 passed" in done.stdout
    assert not list(project.rglob("__pycache__"))


@pytest.mark.parametrize(
    ("text", "tally"),
    [
        (PASSING + FAILING, "1 passed, 1 failed"),
        ("def broken(:", "0 passed, 1 failed"),
        (
            "import pytest\n@pytest.fixture\ndef bad():\n    assert False\n\ndef test_it(bad):\n    pass\n",
            "0 passed, 1 failed",
        ),
        (
            "import pytest\n@pytest.fixture\ndef bad():\n    yield\n    assert False\n\ndef test_it(bad):\n    pass\n",
            "0 passed, 1 failed",
        ),
        ("import os\n\ndef test_ends_it():\n    os._exit(1)\n", "0 passed, 1 failed"),
    ],
    ids=["a test", "a file", "a fixture", "a fixture's end", "a process"],
)
def test_a_failure_is_told_and_ends_with_an_error(project: Path, text: str, tally: str) -> None:
    (project / "tests" / "test_phase2.py").write_text(text, "utf-8")

    done = run(project, "all")

    assert done.returncode != 0
    assert f"❌ phase2  CRUD operations     {tally}, " in done.stdout


def test_a_phase_without_a_passing_test_has_not_passed(project: Path) -> None:
    (project / "tests" / "test_phase1.py").write_text("import pytest\npytest.skip('none', allow_module_level=True)\n")

    done = run(project, "phase1")

    assert done.returncode != 0
    assert "✅" not in done.stdout


def test_skipping_every_test_of_a_phase_is_not_passing(project: Path) -> None:
    skipped = "import pytest\n@pytest.mark.skip\ndef test_it():\n    pass\n"
    (project / "tests" / "test_phase5.py").write_text(skipped, "utf-8")

    for what in ("phase5", "all"):
        done = run(project, what)
        assert done.returncode != 0
        assert "❌ phase5  Failures and retry  0 passed, 0 failed, 1 skipped" in done.stdout


def test_each_reason_to_skip_is_one_line_with_its_count(project: Path) -> None:
    """Also in parallel, where each process reports a file that skips itself."""
    (project / "tests" / "test_other.py").write_text(
        "import pytest\n\n@pytest.mark.parametrize('n', range(3))\ndef test_database(n):\n"
        "    pytest.skip('no database:\\n  port 5432 is closed')\n\n"
        "@pytest.mark.skipif(True, reason='no browser')\ndef test_page():\n    pass\n\n"
        "@pytest.mark.skip\ndef test_bare():\n    pass\n\n"
        "@pytest.mark.xfail(reason='not yet')\ndef test_expected():\n    assert False\n",
        "utf-8",
    )
    (project / "tests" / "test_whole.py").write_text(
        "import pytest\npytest.skip('no Linux', allow_module_level=True)\n", "utf-8"
    )

    done = run(project, "all")

    assert "0 passed, 0 failed, 6 skipped" in done.stdout
    most, *others = done.stdout.splitlines()[-5:]
    assert most == "    3 skipped: no database: port 5432 is closed"
    assert sorted(others) == [
        "    1 skipped: no Linux",
        "    1 skipped: no browser",
        "    1 skipped: not yet",
        "    1 skipped: unconditional skip",
    ]


def test_without_skips_the_phases_come_last(project: Path) -> None:
    done = run(project, "phase1")

    assert done.stdout.splitlines()[-1].startswith("✅ phase1")


def test_a_phase_that_is_missing_is_told(project: Path) -> None:
    (project / "tests" / "test_phase4.py").unlink()

    done = run(project, "all")

    assert done.returncode != 0
    assert "❌ phase4  Pre-meeting prep    0 passed, 0 failed" in done.stdout


def test_the_phases_are_listed() -> None:
    done = run(ROOT, "list")

    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == [*(f"phase{n}" for n in range(1, 6)), "all"]


@pytest.mark.parametrize("arguments", [(), ("phase9",), ("phase1", "phase2")])
def test_an_unknown_name_is_one_line_and_exit_code_2(arguments: tuple[str, ...]) -> None:
    done = run(ROOT, *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("usage: ")
