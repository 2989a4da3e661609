"""A newcomer's first hours: all blocks of the README and the documentation run as pasted, one after the other.

They run in one shell, in a fresh clone, on a machine with only Python, pip and what Debian brings.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography.fernet import Fernet

from tests.installs import ROOT
from tests.test_documents import CONTINUED, PRINTS, SUITE, files_of_the_project

INDEX = (ROOT / "docs" / "index.md").read_text("utf-8")
NAVIGATION = "".join(re.findall(r"```{toctree}\n(.*?)```", INDEX, re.DOTALL))
# In the order of the navigation; what the site makes of files elsewhere has no blocks.
PAGES = [
    "README.md",
    *(f"docs/{name}.md" for name in re.findall(r"^[a-z][\w/-]*$", NAVIGATION, re.MULTILINE)),
]

# What a block needs that a newcomer's machine has not.
NEEDS = {
    r"run_tests\.py": "it runs these tests",
    r"\b(pg_dump|pg_restore|createdb)\b": "a PostgreSQL server and its programs: see test_backup",
    r"\bdocker\b": "Docker: see test_deployment",
    r"meetkit correct corrections\.json": "a file of the reader's: see test_corrections",
    r"^pytest ": "a file of the reader's: see test_documents",
    r"mcp --transport http": "a process that serves until it is stopped: see test_mcp",
    r"\bsk-|\bGROQ|localhost:11434": "a model",
}
# What the reader has done before a page.
BEFORE = {
    "docs/how-to/database.md": "uv pip install 'sqlalchemy[asyncio]' aiosqlite",
    "docs/how-to/django.md": "uv pip install django",
    "docs/backup.md": "cp meetkit.db meetings.db",
    "docs/encryption.md": "kill $SERVER; wait $SERVER || true; unset MEETKIT_DATABASE_URL",
}


class Block(NamedTuple):
    """A block of a page: where it is, its language, and its text."""

    place: str
    page: str
    language: str
    text: str

    @property
    def script(self) -> str:
        """What is pasted into the shell."""
        if self.language == "python":
            return f"python -W error -c {shlex.quote(self.text)}"
        if self.language == "console":
            return "\n".join(line.removeprefix("$ ") for line in self.text.splitlines() if line.startswith("$ "))
        return self.text


def blocks_of(page: str) -> Iterator[Block]:
    found = re.findall(r"^```(python|console|sh)\n(.*?)^```$", (ROOT / page).read_text("utf-8"), re.M | re.S)
    program = "\n".join(text for language, text in found if language == "python" and not SUITE.search(text))
    for number, (language, text) in enumerate(found, 1):
        place = f"{page}-{number}"
        if language != "python" or not (page in CONTINUED or SUITE.search(text)):
            yield Block(place, page, language, text)
        elif program and page in CONTINUED:
            yield Block(place, page, language, program)
            program = ""


def example_of(path: Path) -> Block:
    """The commands that the docstring of an example shows: the first one serves, the others ask it."""
    shown = re.findall(r"^ {4}(.*)$", path.read_text("utf-8").split('"""')[1], re.MULTILINE)
    server, *requests = shown
    port = server.split()[-1]
    lines = [
        f"{server} > /dev/null 2>&1 & EXAMPLE=$!",
        f"until command curl -so /dev/null localhost:{port} || ! kill -0 $EXAMPLE; do sleep 0.2; done",
        """curl() { command curl -sS -o /dev/null -w '%{http_code}\\n' "$@"; }""",
        *requests,
        "kill $EXAMPLE; wait $EXAMPLE || true; unset -f curl",
    ]
    text = re.sub(rf"\b{port}\b", "EXAMPLE_PORT", "\n".join(lines))
    return Block(f"examples/{path.name}", f"examples/{path.name}", "sh", text)


def reason_against(block: Block) -> str | None:
    return next((reason for need, reason in NEEDS.items() if re.search(need, block.text, re.M)), None)


BLOCKS = [block for page in PAGES for block in blocks_of(page)]
EXAMPLES = [example_of(path) for path in sorted((ROOT / "examples").glob("*.py"))]
PASTED = [block for block in [*BLOCKS, *EXAMPLES] if reason_against(block) is None]


# The server is in another terminal, and ready before the reader goes on.
PRELUDE = r"""
set -E
trap 'failed=1' ERR
trap '[ -z "${SERVER:-}" ] || kill $SERVER' EXIT
serve() {
  if [ -n "${SERVER:-}" ]; then kill $SERVER; wait $SERVER || true; fi
  meetkit serve --port 0 > FOLDER/served 2> FOLDER/log & SERVER=$!
  until grep -q 'serves on' FOLDER/served || ! kill -0 $SERVER; do sleep 0.2; done
  PORT=$(sed -nE 's/.*serves on http:..[^ ;]+:([0-9]+).*/\1/p' FOLDER/served); cat FOLDER/log
}
"""


class Result(NamedTuple):
    """What became of a block."""

    failed: bool
    out: str
    err: str


def script_of(blocks: list[Block], folder: Path, port: str) -> str:
    """The program of the shell: each block's output and outcome go to files of its number."""
    lines = [PRELUDE.replace("FOLDER", str(folder))]
    page = ""
    for number, block in enumerate(blocks):
        text = re.sub(r"^meetkit serve$", "serve", block.script, flags=re.MULTILINE)
        before, page = BEFORE.get(block.page, "") if block.page != page else "", block.page
        step = folder / str(number)
        text = f"{before}\n{text}".replace("127.0.0.1:8000", "127.0.0.1:$PORT").replace("EXAMPLE_PORT", port)
        Path(f"{step}.sh").write_text(text, "utf-8")
        lines += [f"failed=0; source {step}.sh > {step}.out 2> {step}.err < /dev/null; echo $failed > {step}.failed"]
    return "\n".join(lines)


@pytest.fixture(scope="module", autouse=True)
def _curl() -> None:
    """In CI it is installed, elsewhere nothing is without being asked for."""
    if "CI" in os.environ and not shutil.which("curl"):
        for step in (("update",), ("install", "-y", "--no-install-recommends", "curl")):
            subprocess.run(["apt-get", "-qq", *step], check=True, capture_output=True, timeout=600)
    if not shutil.which("curl"):
        pytest.skip("no curl on this machine; on Debian `apt-get install curl` brings it")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of the project as it is here, committed or not."""
    folder = tmp_path_factory.mktemp("machine") / "meetkit"
    for file in files_of_the_project():
        copy = folder / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, copy)
    author = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    for step in (("init",), ("add", "-A"), (*author, "commit", "-m", "All")):
        subprocess.run(["git", *step], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def results(clone: Path) -> dict[str, Result]:
    """The results of all blocks, by place; a block that the shell did not reach has failed."""
    machine = clone.parent
    subprocess.run([sys.executable, "-m", "venv", machine / "python"], check=True, capture_output=True)
    environment = {
        "HOME": str(machine),
        "PATH": f"{machine}/python/bin:/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR", str(Path.home() / ".cache/uv")),
    }
    steps = machine / "steps"
    steps.mkdir()
    # In a file, as a pipe would stay open as long as the server that the shell starts.
    with (machine / "shell").open("w") as output:
        command = ["bash", "-c", script_of(PASTED, steps, free_port())]
        shell = subprocess.Popen(
            command, cwd=clone, env=environment, stdout=output, stderr=output, start_new_session=True
        )
        try:
            shell.wait(1800)
        finally:
            # What the shell started and did not end, such as a server where a block failed.
            with suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGKILL)
            shell.wait(30)
    return {block.place: result_of(steps / str(number)) for number, block in enumerate(PASTED)}


def free_port() -> str:
    """A free port, found by a process that may open sockets."""
    program = "import socket; s = socket.socket(); s.bind(('localhost', 0)); print(s.getsockname()[1])"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


def result_of(step: Path) -> Result:
    paths = [Path(f"{step}.{part}") for part in ("failed", "out", "err")]
    failed, out, err = [path.read_text("utf-8") if path.exists() else "" for path in paths]
    return Result(failed.strip() != "0", out, err)


@pytest.mark.parametrize("block", [pytest.param(block, id=block.place) for block in PASTED])
def test_a_block_runs_as_pasted_and_prints_what_it_says(block: Block, results: dict[str, Result]) -> None:
    """What stands after `# prints` is printed."""
    result = results[block.place]

    assert not result.failed, f"{result.out}\n{result.err}"
    for promised in PRINTS.findall(block.text):
        assert promised in result.out.splitlines()


def test_the_first_command_installs_as_few_packages_as_the_readme_says(results: dict[str, Result]) -> None:
    [stated] = re.findall(r"(\d+) packages with \d+ MB", (ROOT / "README.md").read_text("utf-8"))
    assert f"Installed {stated} packages" in results["README.md-1"].err


def test_the_navigation_leads_to_all_pages_with_blocks() -> None:
    documents = {str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md")}
    assert {page for page in documents if any(blocks_of(page))} <= set(PAGES)


@pytest.mark.parametrize("example", [pytest.param(block.place, id=block.place) for block in EXAMPLES])
def test_an_example_answers_what_its_docstring_asks(example: str, results: dict[str, Result]) -> None:
    """The model of one of them fails at times, which it reports as 503."""
    codes = results[example].out.split()
    assert codes
    assert set(codes) <= {"200", "201", "503"}


def test_an_account_sees_its_own_meeting_prepared_and_analyzed(results: dict[str, Result]) -> None:
    """What the tutorial's steps by curl answer."""
    [served] = [block.place for block in PASTED if "/analyze -H" in block.text]
    answers = results[served].out.replace("}{", "}\n{").splitlines()
    brief, insights, items = map(json.loads, answers)

    assert brief["talking_points"]
    assert "Send the revised quote" in [item["task"] for item in insights["action_items"]["items"]]
    assert "Send the revised quote" in [item["task"] for item in items["items"]]


def test_the_documented_key_is_one(results: dict[str, Result], clone: Path) -> None:
    assert Fernet((clone / "encryption.key").read_text().strip())
    assert (clone / "encryption.key").stat().st_mode & 0o077 == 0
    [encrypted] = [block.place for block in PASTED if block.text == "meetkit db encrypt\n"]
    assert "ncrypted" in results[encrypted].out
