"""Examples in docstrings work as pasted: sessions of Python, and code in backticks."""

from __future__ import annotations

import ast
import doctest
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import meetkit

PACKAGE = Path(meetkit.__file__).parent
# What is code rather than the name of a function with its arguments' kinds.
CODE = re.compile(r"(?:await |with |from |import )|[\w.]+\((?!\w+, )[^>]*\)$")


def docstrings() -> Iterator[tuple[str, str]]:
    """All docstrings of the package, each with where it is."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                name = getattr(node, "name", "the module")
                yield f"{path.relative_to(PACKAGE)}: {name}", ast.get_docstring(node) or ""


def sessions() -> dict[str, str]:
    """The programs and outputs that docstrings show."""
    return {place: text for place, text in docstrings() if doctest.DocTestParser().get_examples(text)}


def snippets() -> dict[str, str]:
    """The code in backticks."""
    spans = {(place, " ".join(span.split())) for place, text in docstrings() for span in re.findall(r"`([^`]+)`", text)}
    return {f"{place}, {code}": code for place, code in sorted(spans) if CODE.match(code)}


@pytest.mark.parametrize("session", [pytest.param(text, id=place) for place, text in sessions().items()])
def test_a_session_prints_what_it_shows(session: str, tmp_path: Path) -> None:
    """In a process of its own, which has imported nothing yet."""
    (tmp_path / "session.txt").write_text(session, "utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "doctest", "session.txt"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("code", [pytest.param(code, id=place) for place, code in snippets().items()])
def test_code_in_backticks_is_python(code: str) -> None:
    statement = f"{code}: pass" if code.startswith("with ") else code
    compile(statement, "docstring", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


def test_the_package_shows_how_to_begin() -> None:
    assert "__init__.py: the module" in sessions()
    assert snippets()
