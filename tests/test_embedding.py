"""Installed into a host that has its own `models.py`, `data.py` and `llm_client.py`, both sides work."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.installs import ROOT, build_wheel, environment, execute, install, python, run

HOST = {
    "models.py": "WHOSE = 'the host'\n",
    "data.py": "WHOSE = 'the host'\n",
    "llm_client.py": "WHOSE = 'the host'\n",
    "meeting_service.py": "WHOSE = 'the host'\n",
    "app.py": """
import importlib

import data, llm_client, meeting_service, models
assert {module.WHOSE for module in (data, llm_client, meeting_service, models)} == {"the host"}

import meetkit.data, meetkit.llm_client, meetkit.models
from meetkit import meeting_service as service
from meetkit.insights.transcript import read_transcript
assert meetkit.models.User is type(service.get_user("user_1"))
assert service.generate_pre_meeting_prep("meeting_1").engine == "offline"
assert service.analyze_meeting("hist_meeting_1").summary.engine == "offline"
assert service.find_available_slots(["user_1"], "2025-11-21", 30)
assert len(meetkit.data.MEETINGS) == 18
for module, extra in (
    ("meetkit.cli.app", "cli"),
    ("meetkit.calendars", "calendar"),
    ("meetkit.providers.client", "llm"),
    ("meetkit.insights.model", "llm"),
    ("meetkit.storage.sql", "sql"),
    ("meetkit.web.app", "web"),
    ("meetkit.web.flask", "flask"),
    ("meetkit.mcp", "mcp"),
):
    try:
        importlib.import_module(module)
    except ImportError as error:
        assert f"pip install 'meetkit[{extra}]'" in str(error), error
    else:
        raise AssertionError(f"the base install has the dependencies of {extra}")
try:
    read_transcript(b"{\\rtf1 Ann: Hi.}")
except ValueError as error:
    assert "pip install 'meetkit[documents]'" in str(error), error
print("both sides work")
""",
}


@pytest.fixture
def host(tmp_path: Path) -> Path:
    folder = tmp_path / "host"
    folder.mkdir()
    for name, text in HOST.items():
        (folder / name).write_text(text, "utf-8")
    environment(folder)
    return folder


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("wheel"))


def test_the_wheel_lives_with_a_hosts_own_modules(host: Path, wheel: Path) -> None:
    install(host, wheel)

    assert run(python(host), "app.py", cwd=host).strip() == "both sides work"


def test_the_wheel_brings_the_migrations(host: Path, wheel: Path) -> None:
    install(host, f"{wheel}[sql]")
    script = "from meetkit.storage import SqlStore; print(*SqlStore('sqlite:///a.db', migrate=True).export_records())"

    assert run(python(host), "-c", script, cwd=host).strip() == ""


def test_without_its_extra_the_command_says_what_to_install(host: Path, wheel: Path) -> None:
    install(host, wheel)

    done = execute(python(host), "-m", "meetkit", "demo", cwd=host)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "meetkit: the command line needs the extra 'cli': pip install 'meetkit[cli]'\n"


def test_an_editable_install_lives_with_a_hosts_own_modules(host: Path, tmp_path: Path) -> None:
    install(host, "--editable", ROOT)

    assert run(python(host), "app.py", cwd=host).strip() == "both sides work"
    elsewhere = run(python(host), "-c", "import meetkit.models, sys; print(*sys.path, sep='\\n')", cwd=tmp_path)
    assert str(ROOT) not in elsewhere.splitlines()
    with pytest.raises(AssertionError, match="No module named 'models'"):
        run(python(host), "-c", "import models", cwd=tmp_path)


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    names = run(sys.executable, "-m", "zipfile", "--list", wheel, cwd=wheel.parent)

    tops = {line.split()[0].partition("/")[0] for line in names.splitlines()[1:]}
    assert tops == {"meetkit", f"{'-'.join(wheel.name.split('-')[:2])}.dist-info"}
    for needed in ("meetkit/py.typed", "meetkit/sample/meetings.json", "meetkit/insights/briefs/brief.txt", "LICENSE"):
        assert needed in names
