"""The word measure: what counts, and when it fails."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

CLEAN = '''"""Sums of intervals."""

def total(lengths: list[int]) -> int:
    """Return the sum of lengths."""
    # Integers, as floats would lose microseconds.
    result = sum(lengths)
    for length in lengths:
        result += length - length
    seed = need = result
'''
# Enough code lines to bring the one comment into its bounds.
CLEAN += "    result += 1\n" * 25


def measure(tmp_path: Path, text: str, *arguments: str) -> tuple[int, str]:
    (tmp_path / "code.py").write_text(text, "utf-8")
    result = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "wording.py"), *arguments, str(tmp_path)],
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=60,
    )
    assert result.stderr == ""
    return result.returncode, result.stdout


def test_clean_code_passes(tmp_path: Path) -> None:
    code, output = measure(tmp_path, CLEAN, "--list")

    assert code == 0
    assert "FAIL" not in output
    assert output.count("ok  ") == 3
    assert "name:" not in output
    assert "docstring:" not in output


@pytest.mark.parametrize("opening", ["What", "Whether", "Who", "As", "Of", "How", "Everybody"])
def test_a_docstring_with_a_late_subject_fails(tmp_path: Path, opening: str) -> None:
    text = CLEAN.replace("Return the sum", f"{opening} the sum")

    code, output = measure(tmp_path, text, "--list")

    assert code == 1
    assert f"code.py:3: docstring: {opening} the sum of lengths." in output
    assert "FAIL  50.00 % docstrings" in output


@pytest.mark.parametrize("opening", ["Assert", "Offset of", "Whole", "Onsets and"])
def test_only_a_whole_word_opens_a_docstring(tmp_path: Path, opening: str) -> None:
    assert measure(tmp_path, CLEAN.replace("Return the sum", f"{opening} the sum"))[0] == 0


@pytest.mark.parametrize(
    "line",
    [
        "found = 1",
        "_kept = 1",
        "for one in []: pass",
        "def told(): pass",
        "class Kept: pass",
        "def f(asked): pass",
        "def f(*given): pass",
        "try: pass\nexcept OSError as mixed: pass",
        "match 1:\n    case [*others]: pass",
        "match 1:\n    case it: pass",
    ],
)
def test_a_bare_participle_or_pronoun_fails(tmp_path: Path, line: str) -> None:
    code, output = measure(tmp_path, CLEAN + line + "\n", "--list")

    assert code == 1
    assert output.count(": name: ") == 1
    assert "FAIL" in next(row for row in output.splitlines() if "bare participles" in row)


@pytest.mark.parametrize(
    "line", ["found_items = 1", "item_needed = 1", "bed = 1", "_ = 1", "print(found=1)", "x.found", "__all__ = []"]
)
def test_a_noun_and_a_name_that_is_not_bound_pass(tmp_path: Path, line: str) -> None:
    assert measure(tmp_path, CLEAN + line + "\n")[0] == 0


@pytest.mark.parametrize("text", [CLEAN.replace("    # Integers", "    ''  # Integers"), CLEAN + "# More.\n" * 5])
def test_too_few_and_too_many_comments_fail(tmp_path: Path, text: str) -> None:
    code, output = measure(tmp_path, text)

    assert code == 1
    assert "FAIL" in next(row for row in output.splitlines() if "comment lines" in row)


def test_database_revisions_are_not_measured(tmp_path: Path) -> None:
    (tmp_path / "versions").mkdir()
    (tmp_path / "versions" / "one.py").write_text("found = 1\n")

    assert measure(tmp_path, CLEAN)[0] == 0


def test_offenders_are_listed_only_when_asked(tmp_path: Path) -> None:
    code, output = measure(tmp_path, CLEAN + "found = 1\n")

    assert code == 1
    assert "name: found" not in output
