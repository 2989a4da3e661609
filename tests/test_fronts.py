"""The short names at the root are the package's modules, and nothing more."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FRONTS = ["data", "llm_client", "meeting_service", "models"]


@pytest.mark.parametrize("name", FRONTS)
def test_a_front_is_the_module(name: str) -> None:
    assert importlib.import_module(name) is importlib.import_module(f"meetkit.{name}")


@pytest.mark.parametrize("name", FRONTS)
def test_a_front_holds_no_logic(name: str) -> None:
    docstring, *statements = ast.parse((ROOT / f"{name}.py").read_text("utf-8")).body

    assert isinstance(docstring, ast.Expr)
    assert [ast.unparse(statement) for statement in statements] == [
        "import sys",
        f"import meetkit.{name} as _module",
        f"from meetkit.{name} import *",
        "sys.modules[__name__] = _module",
    ]


def test_there_are_no_other_fronts() -> None:
    assert sorted(path.stem for path in ROOT.glob("*.py") if path.stem != "run_tests") == FRONTS
