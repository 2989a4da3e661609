"""What the documents say is true: their code runs, their commands work, their tables are current."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import meetkit
from meetkit import settings
from meetkit.cli import main

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(
    path for path in ROOT.rglob("*.md") if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
)

PRINTS = re.compile(r"# prints (.*)$", re.MULTILINE)
# Pages whose blocks are one program together.
CONTINUED = ("docs/tutorial.md", "docs/how-to/own-capability.md")
SUITE = re.compile(r"^class Test", re.MULTILINE)


def blocks(language: str) -> list[tuple[str, str]]:
    """The code blocks of a language in all documents, each with where it is."""
    found = []
    for document in DOCUMENTS:
        texts = re.findall(rf"^```{language}\n(.*?)^```$", document.read_text("utf-8"), re.MULTILINE | re.DOTALL)
        found += [(f"{document.relative_to(ROOT)}-{number}", text) for number, text in enumerate(texts, 1)]
    return found


def programs() -> dict[str, str]:
    """The Python code of all documents: each block by itself, those of some pages one after the other."""
    texts: dict[str, list[str]] = {}
    for place, text in blocks("python"):
        page, _, _ = place.rpartition("-")
        if not SUITE.search(text):
            texts.setdefault(page if page in CONTINUED else place, []).append(text)
    return {place: "\n".join(parts) for place, parts in texts.items()}


@pytest.mark.parametrize("code", [pytest.param(text, id=place) for place, text in programs().items()])
def test_code_runs_as_pasted_and_prints_what_it_says(code: str) -> None:
    """What stands after `# prints` is printed."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False, cwd=ROOT, timeout=60
    )

    assert done.returncode == 0, done.stderr
    for promised in PRINTS.findall(code):
        assert promised in done.stdout.splitlines()


def test_suites_pass_as_pasted(tmp_path: Path) -> None:
    """A block that holds tests is a file for pytest."""
    suites = [text for _, text in blocks("python") if SUITE.search(text)]
    for number, text in enumerate(suites):
        (tmp_path / f"test_{number}.py").write_text(text, "utf-8")

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tmp_path],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        timeout=300,
    )

    assert suites
    assert done.returncode == 0, done.stdout
    assert re.search(r"^\d+ passed", done.stdout, re.MULTILINE), done.stdout


def test_the_documents_promise_what_is_printed() -> None:
    """A reader begins with the README and the tutorial: in both, what is printed is promised and tested."""
    assert PRINTS.findall((ROOT / "README.md").read_text("utf-8"))
    assert len(PRINTS.findall((ROOT / "docs" / "tutorial.md").read_text("utf-8"))) >= 4


def commands() -> list[str]:
    return [
        line.removeprefix("$ ")
        for _, text in blocks("console")
        for line in text.splitlines()
        if line.startswith("$ meetkit ")
    ]


@pytest.mark.parametrize("command", commands())
def test_commands_work(
    command: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)

    main(command.split()[1:])
    assert capsys.readouterr().out


def test_there_are_just_two_commands_for_a_fresh_machine() -> None:
    fresh = re.findall(
        r"^ *(?:\$ )?(pip install uv && uv run .+)$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE
    )

    assert fresh == [
        "pip install uv && uv run meetkit demo",
        "pip install uv && uv run --group dev python run_tests.py all",
    ]


def test_links_lead_somewhere() -> None:
    for document in DOCUMENTS:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", document.read_text("utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_the_settings_table_is_the_generated_one() -> None:
    assert settings.table() in (ROOT / "docs" / "settings.md").read_text("utf-8")


def test_the_architecture_names_every_part() -> None:
    architecture = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    [tree] = re.findall(r"^meetkit/\n(.*?)^```$", architecture, re.MULTILINE | re.DOTALL)
    entries = re.findall(r"^  (\w\S*?)/?  ", tree, re.MULTILINE)

    for part in Path(meetkit.__file__).parent.iterdir():
        if not part.name.startswith(("_", "py.typed")):
            assert part.name in entries, f"ARCHITECTURE.md does not name {part.name}"


def test_nothing_names_a_registrys_host_or_a_machines_path() -> None:
    hosts = re.compile(r"py" r"pi\.org|python" r"hosted\.org|registry\.npm" r"js|/wo" r"rk/|/ro" r"ot/")
    for path in files_of_the_project():
        assert not hosts.search(path.read_text("utf-8", errors="replace")), path


def files_of_the_project() -> list[Path]:
    """What git tracks; without git, all files but those that tools leave."""
    if shutil.which("git") and (ROOT / ".git").exists():
        tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        return [ROOT / name for name in tracked.splitlines() if (ROOT / name).is_file()]
    found = [path for path in ROOT.rglob("*") if path.is_file() and path.name != "uv.lock"]
    return [path for path in found if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)]
