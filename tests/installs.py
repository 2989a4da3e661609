"""Installs by uv into environments of their own, as a user of meetkit has them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def execute(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command without what this Python was told of its own paths."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={"UV_SYSTEM_CERTS": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def run(*command: str | Path, cwd: Path) -> str:
    done = execute(*command, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def uv(*arguments: str | Path, cwd: Path) -> None:
    """Run uv; where the package index cannot be reached, skip, but never in CI."""
    done = execute(sys.executable, "-m", "uv", *arguments, "--quiet", cwd=cwd)
    if "CI" not in os.environ and re.search("error sending request|Failed to fetch", done.stderr):
        pytest.skip(f"the package index cannot be reached: {done.stderr.strip()[-300:]}")
    assert done.returncode == 0, done.stderr


def environment(folder: Path, interpreter: str | Path = sys.executable) -> Path:
    """Create an environment in a folder, and return its Python."""
    uv("venv", "--python", interpreter, ".venv", cwd=folder)
    return python(folder)


def python(folder: Path) -> Path:
    return folder / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def install(folder: Path, *what: str | Path) -> None:
    """Install into the environment of a folder, in the versions that the project is tested with."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    (folder / "versions.txt").write_text("\n".join(project["tool"]["uv"]["constraint-dependencies"]), "utf-8")
    uv("pip", "install", "--python", python(folder), "--constraint", "versions.txt", *what, cwd=folder)


def build_wheel(folder: Path) -> Path:
    uv("build", "--wheel", "--out-dir", folder, cwd=ROOT)
    [built] = folder.glob("*.whl")
    return built
